//! Records out of stdin and files: bytes up to a delimiter.

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use ottla_io::{File, Io, Open};

/// Bytes read at a time.
const CHUNK_BYTES: usize = 64 << 10;

/// Where bytes come from, and what of them was not given out.
pub(crate) struct Input {
    io: Io,
    source: Source,
    held: BytesMut,
    /// Bytes at the front of `held` in which no delimiter begins.
    searched: usize,
    has_ended: bool,
    /// Bytes of one record, at most.
    record_bytes_max: usize,
}

enum Source {
    Stdin,
    File(Arc<File>, u64),
}

impl Input {
    /// Reads stdin.
    pub(crate) fn stdin(io: &Io, record_bytes_max: usize) -> Self {
        Self::of(io, Source::Stdin, record_bytes_max)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be opened.
    pub(crate) fn file(io: &Io, path: &Path, record_bytes_max: usize) -> io::Result<Self> {
        let file = io.disk().open(path, Open::Read)?;
        Ok(Self::of(io, Source::File(Arc::new(file), 0), record_bytes_max))
    }

    fn of(io: &Io, source: Source, record_bytes_max: usize) -> Self {
        let held = BytesMut::new();
        Self { io: io.clone(), source, held, searched: 0, has_ended: false, record_bytes_max }
    }

    /// Which share of it was given out; not known of stdin.
    pub(crate) fn share(&self) -> Option<f64> {
        let Source::File(file, position) = &self.source else { return None };
        let all = file.len().ok().filter(|all| *all > 0)?;
        Some(position.saturating_sub(self.held.len() as u64) as f64 / all as f64)
    }

    /// The bytes up to the next delimiter, without it; at the end what is left, if that is anything.
    ///
    /// # Errors
    /// Reading failed, or a record is longer than allowed.
    pub(crate) async fn next(&mut self, delimiter: &[u8]) -> io::Result<Option<Bytes>> {
        loop {
            let unseen = self.held.get(self.searched..).unwrap_or_default();
            if let Some(at) =
                super::template::find(unseen, delimiter).filter(|_| !delimiter.is_empty())
            {
                let record = self.held.split_to(self.searched + at).freeze();
                let _delimiter = self.held.split_to(delimiter.len());
                self.searched = 0;
                return Ok(Some(record));
            }
            // A delimiter may have begun in the last bytes.
            self.searched = (self.held.len() + 1).saturating_sub(delimiter.len().max(1));
            if self.has_ended {
                self.searched = 0;
                let rest = self.held.split().freeze();
                return Ok(Some(rest).filter(|rest| !rest.is_empty()));
            }
            if self.held.len() > self.record_bytes_max {
                return Err(io::Error::new(
                    io::ErrorKind::FileTooLarge,
                    format!("a record is longer than {} bytes", self.record_bytes_max),
                ));
            }
            self.read_more().await?;
        }
    }

    /// Everything there is, as one record.
    ///
    /// # Errors
    /// As [`Input::next`].
    pub(crate) async fn whole(&mut self) -> io::Result<Bytes> {
        Ok(self.next(b"").await?.unwrap_or_default())
    }

    async fn read_more(&mut self) -> io::Result<()> {
        let chunk = match &self.source {
            Source::Stdin => self.io.blocking(read_stdin).await?,
            Source::File(file, position) => {
                let (file, position) = (file.clone(), *position);
                self.io.blocking(move || read_file(&file, position)).await?
            }
        };
        if let Source::File(_, position) = &mut self.source {
            *position += chunk.len() as u64;
        }
        self.has_ended = chunk.is_empty();
        if self.held.is_empty() {
            // A record that lies in one chunk is not copied.
            self.held = BytesMut::from(Bytes::from(chunk));
        } else {
            self.held.extend_from_slice(&chunk);
        }
        Ok(())
    }
}

fn read_stdin() -> io::Result<Vec<u8>> {
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        match io::stdin().lock().read(&mut chunk) {
            Ok(count) => {
                chunk.truncate(count);
                return Ok(chunk);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn read_file(file: &File, position: u64) -> io::Result<Vec<u8>> {
    let mut chunk = vec![0; CHUNK_BYTES];
    let count = file.read_at(position, &mut chunk)?;
    chunk.truncate(count);
    Ok(chunk)
}
