//! `-P`: sends what stdin or files have.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use ottla_client::ProducerRecord;
use ottla_client::producer::RecordMetadata;
use ottla_io::Io;

use super::errors::sentence;
use super::options::Options;
use super::{Ended, Outcome, fatal, tell};
use crate::console::Console;
use crate::records::input::Input;
use crate::records::sending::Sending;
use crate::records::template::{find, header};

/// How long the end waits for the connections.
const CLOSE: Duration = Duration::from_secs(1);

pub(super) async fn run(io: &Io, options: &Options, console: &mut Console) -> Outcome {
    let settings = options.settings.producer()?;
    let bytes_max = settings.max_request_size;
    if settings.transactional_id.is_some() {
        tell(options, 1, console, "Using transactional producer");
    }
    let limited = io.timeout(options.timeout, Sending::new(io, settings)).await;
    let mut sending = match limited {
        Some(Ok(sending)) => sending,
        Some(Err(why)) => return fatal(format!("init_transactions(): {}", sentence(&why))),
        None => {
            return fatal(
                "init_transactions(): Failed to initialize Producer ID: Local: Timed out",
            );
        }
    };
    let mut run = Run { io, options, sent: 0, code: 0, is_interrupted: false };
    let whole_files = !options.words.is_empty() && !options.reads_lines;
    if whole_files {
        run.send_files(&mut sending, bytes_max, console).await?;
    } else {
        run.send_lines(&mut sending, bytes_max, console).await?;
    }
    let code = run.finish(sending, console).await?;
    if code == 0 { Ok(()) } else { Err(Ended::Code(code)) }
}

/// One run of the producer.
struct Run<'a> {
    io: &'a Io,
    options: &'a Options,
    sent: u64,
    code: u8,
    is_interrupted: bool,
}

impl Run<'_> {
    /// Each file is a message.
    async fn send_files(
        &mut self,
        sending: &mut Sending,
        bytes_max: usize,
        console: &mut Console,
    ) -> Outcome {
        let mut good = 0;
        for path in &self.options.words {
            let read = match Input::file(self.io, Path::new(path), bytes_max) {
                Ok(mut input) => input.whole().await,
                Err(why) => Err(why),
            };
            match read {
                Ok(bytes) => {
                    good += 1;
                    if !bytes.is_empty() {
                        let key = self.fixed_key();
                        self.send(sending, key, Some(bytes), console).await?;
                    }
                }
                Err(why) => {
                    let why = system_words(&why);
                    tell(self.options, 1, console, format_args!("Failed to open {path}: {why}"));
                }
            }
        }
        let all = self.options.words.len();
        if good == 0 {
            self.code = 1;
        } else if good < all {
            tell(
                self.options,
                1,
                console,
                format_args!("Failed to produce from {}/{all} files", all - good),
            );
        }
        Ok(())
    }

    /// Messages with delimiters between them.
    async fn send_lines(
        &mut self,
        sending: &mut Sending,
        bytes_max: usize,
        console: &mut Console,
    ) -> Outcome {
        let mut input = match self.options.words.first() {
            Some(path) => Input::file(self.io, Path::new(path), bytes_max).map_err(|why| {
                Ended::Fatal(format!("Cannot open {path}: {}", system_words(&why)))
            })?,
            None => Input::stdin(self.io, bytes_max),
        };
        loop {
            let read = tokio::select! {
                biased;
                _ = self.io.shutdown_signal() => {
                    self.is_interrupted = true;
                    return Ok(());
                }
                read = input.next(&self.options.delimiter) => read,
            };
            let Some(bytes) =
                read.map_err(|why| Ended::Fatal(format!("Unable to read message: {why}")))?
            else {
                return Ok(());
            };
            if bytes.is_empty() {
                continue;
            }
            let (key, value) = self.parts(&bytes);
            self.send(sending, key, value, console).await?;
            if self.options.tees {
                console.bytes(&bytes);
                console.flush();
            }
            if self.options.count == Some(self.sent) {
                return Ok(());
            }
        }
    }

    fn fixed_key(&self) -> Option<Bytes> {
        self.options.key.as_ref().map(|key| Bytes::copy_from_slice(key.as_bytes()))
    }

    fn parts(&self, bytes: &Bytes) -> (Option<Bytes>, Option<Bytes>) {
        let options = self.options;
        let parted = options.key_delimiter.as_ref().and_then(|text| {
            let at = find(bytes, text).filter(|_| !text.is_empty())?;
            Some((bytes.slice(..at), bytes.slice(at + text.len()..)))
        });
        let filled =
            |bytes: Bytes| Some(bytes).filter(|bytes| !(options.nulls && bytes.is_empty()));
        match parted {
            Some((key, value)) => (filled(key).or_else(|| self.fixed_key()), filled(value)),
            None => (self.fixed_key(), Some(bytes.clone())),
        }
    }

    async fn send(
        &mut self,
        sending: &mut Sending,
        key: Option<Bytes>,
        value: Option<Bytes>,
        console: &mut Console,
    ) -> Outcome {
        let options = self.options;
        let pair = |text: &String| header(&Bytes::copy_from_slice(text.as_bytes()));
        let record = ProducerRecord {
            topic: options.topic.as_deref().unwrap_or_default().into(),
            partition: options.partition,
            headers: options.headers.iter().map(pair).collect(),
            key,
            value,
            timestamp: None,
        };
        let length = record.value.as_ref().map_or(0, Bytes::len);
        let sent = sending.send(record, &mut |told| tell_failure(options, told, console)).await;
        self.sent += 1;
        match sent {
            Ok(()) => Ok(()),
            Err(why) if sentence(&why).starts_with("Local: Unknown partition") => {
                sending.failed += 1;
                tell_failure(options, &Err(why), console);
                Ok(())
            }
            Err(why) => {
                fatal(format!("Failed to produce message ({length} bytes): {}", sentence(&why)))
            }
        }
    }

    async fn finish(&mut self, mut sending: Sending, console: &mut Console) -> Outcome<u8> {
        let options = self.options;
        sending.settle(&mut |told| tell_failure(options, told, console)).await;
        if sending.is_transactional {
            let commits = !self.is_interrupted;
            let (what, said) = if commits {
                ("commit_transaction()", "Committing transaction")
            } else {
                ("abort_transaction()", "Aborting transaction due to termination signal")
            };
            tell(options, i32::from(commits), console, said);
            match self.io.timeout(options.timeout, sending.end(commits)).await {
                Some(Ok(())) if commits => {
                    tell(options, 1, console, "Transaction successfully committed")
                }
                Some(Ok(())) => {}
                Some(Err(why)) => return fatal(format!("{what}: {}", sentence(&why))),
                None => return fatal(format!("{what}: Local: Timed out")),
            }
        }
        let failed = sending.failed;
        sending.producer.close(CLOSE).await;
        Ok(if failed > 0 { 1 } else { self.code })
    }
}

fn tell_failure(
    options: &Options,
    told: &ottla_client::Result<RecordMetadata>,
    console: &mut Console,
) {
    match told {
        Err(why) => {
            tell(
                options,
                1,
                console,
                format_args!("Delivery failed for message: {}", sentence(why)),
            );
        }
        Ok(to) => {
            let (partition, offset) = (to.partition, to.offset.unwrap_or(-1));
            tell(
                options,
                3,
                console,
                format_args!("Message delivered to partition {partition} (offset {offset})"),
            );
        }
    }
}

/// What the system says, without the path.
fn system_words(why: &std::io::Error) -> &'static str {
    match why.kind() {
        std::io::ErrorKind::NotFound => "No such file or directory",
        std::io::ErrorKind::PermissionDenied => "Permission denied",
        std::io::ErrorKind::IsADirectory => "Is a directory",
        _ => "Input/output error",
    }
}
