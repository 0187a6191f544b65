//! One connection to a broker: a request, its answer, one at a time.

use std::fmt;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use ottla_io::net::frame::{FrameError, Frames};
use ottla_io::{Io, WriteHalf};
use ottla_wire::{Message, Reader, Request, ResponseHeader, Str, frame};

use super::{ANSWER_MAX, Target};

/// Bytes of the longest answer a workload takes.
const ANSWER_BYTES_MAX: usize = 64 << 20;

/// Why there is no answer. The connection is then worth nothing any more.
#[derive(Debug)]
pub enum Failure {
    /// The network, or the broker, went away, or was silent for too long. An ordinary day.
    Network(io::Error),
    /// The broker said something that is not Kafka. Never acceptable.
    Protocol(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(error) => write!(f, "{error}"),
            Self::Protocol(what) => write!(f, "the answer is not Kafka: {what}"),
        }
    }
}

impl std::error::Error for Failure {}

impl Failure {
    /// For a workload that can live with a broken network.
    ///
    /// # Panics
    /// When the broker answered with something that is not Kafka.
    pub fn tolerate_network(self) {
        if let Self::Protocol(what) = self {
            panic!("the answer is not Kafka: {what}");
        }
    }
}

/// A connection to a broker.
pub struct Connection {
    io: Io,
    frames: Frames,
    writer: WriteHalf,
    next_correlation_id: i32,
    /// Correlation id of the oldest request that was not heard of.
    next_answer: i32,
    answer_max: Duration,
}

impl Connection {
    /// Opens one.
    ///
    /// # Errors
    /// Nobody answered.
    pub async fn open(io: &Io, target: &Target) -> Result<Self, Failure> {
        let opened = io.timeout(ANSWER_MAX, io.connect(&target.host, target.port)).await;
        let stream = opened.unwrap_or_else(|| Err(io::ErrorKind::TimedOut.into()));
        let (reader, writer) = stream.map_err(Failure::Network)?.split();
        let frames = Frames::new(reader, ANSWER_BYTES_MAX);
        Ok(Self {
            io: io.clone(),
            frames,
            writer,
            next_correlation_id: 0,
            next_answer: 0,
            answer_max: ANSWER_MAX,
        })
    }

    /// Waits this long for an answer.
    #[must_use]
    pub fn patient(mut self, answer_max: Duration) -> Self {
        self.answer_max = answer_max;
        self
    }

    /// Sends a request and waits for its answer.
    ///
    /// # Errors
    /// There was none, or it cannot be read.
    pub async fn ask<R: Request>(
        &mut self,
        request: &R,
        version: i16,
    ) -> Result<R::Response, Failure> {
        let io = self.io.clone();
        let answered = io.timeout(self.answer_max, self.exchange(request, version)).await;
        answered.unwrap_or_else(|| Err(Failure::Network(io::ErrorKind::TimedOut.into())))
    }

    async fn exchange<R: Request>(
        &mut self,
        request: &R,
        version: i16,
    ) -> Result<R::Response, Failure> {
        let correlation_id = self.tell(request, version).await?;
        self.next_answer = self.next_correlation_id;
        let answer = self.hear().await?;
        decode::<R>(answer, version, correlation_id)
    }

    /// Sends a request and does not wait; its correlation id.
    ///
    /// # Errors
    /// It cannot be sent, or this version cannot say it.
    pub async fn tell<R: Request>(&mut self, request: &R, version: i16) -> Result<i32, Failure> {
        let correlation_id = self.next_correlation_id;
        self.next_correlation_id = self.next_correlation_id.wrapping_add(1);
        let client_id = Some(Str::from_static("ottla-sim"));
        let encoded = frame::request(request, version, correlation_id, client_id);
        let encoded = encoded.map_err(|error| Failure::Protocol(format!("{error:?}")))?;
        self.tell_bytes(&encoded.bytes).await?;
        Ok(correlation_id)
    }

    /// Sends bytes as they are.
    ///
    /// # Errors
    /// They cannot be sent.
    pub async fn tell_bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.writer.write_all(bytes).await.map_err(Failure::Network)
    }

    /// Waits for the answer to the oldest request that was told and not heard of yet.
    ///
    /// # Errors
    /// There was none, or it cannot be read.
    pub async fn hear_answer<R: Request>(&mut self, version: i16) -> Result<R::Response, Failure> {
        let io = self.io.clone();
        let heard = io.timeout(self.answer_max, self.hear()).await;
        let heard = heard.unwrap_or_else(|| Err(Failure::Network(io::ErrorKind::TimedOut.into())));
        let correlation_id = self.next_answer;
        self.next_answer = self.next_answer.wrapping_add(1);
        decode::<R>(heard?, version, correlation_id)
    }

    /// Waits for the next frame, and gives what is behind its length.
    ///
    /// # Errors
    /// None comes any more.
    pub async fn hear(&mut self) -> Result<Bytes, Failure> {
        match self.frames.next().await {
            Ok(Some(answer)) => Ok(answer),
            Ok(None) | Err(FrameError::Truncated) => {
                Err(Failure::Network(io::ErrorKind::UnexpectedEof.into()))
            }
            Err(FrameError::Io(error)) => Err(Failure::Network(error)),
            Err(error) => Err(Failure::Protocol(error.to_string())),
        }
    }
}

fn decode<R: Request>(
    answer: Bytes,
    version: i16,
    correlation_id: i32,
) -> Result<R::Response, Failure> {
    let mut reader = Reader::new(answer);
    let not_kafka = |error| Failure::Protocol(format!("{} v{version}: {error:?}", R::NAME));
    let header_version = R::API.response_header_version(version);
    let header = ResponseHeader::decode(&mut reader, header_version).map_err(not_kafka)?;
    if header.correlation_id != correlation_id {
        let got = header.correlation_id;
        return Err(Failure::Protocol(format!("answer {got} to question {correlation_id}")));
    }
    let response = R::Response::decode(&mut reader, version).map_err(not_kafka)?;
    reader.finish(R::Response::NAME).map_err(not_kafka)?;
    Ok(response)
}
