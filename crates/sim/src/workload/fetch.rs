//! A reader that follows a partition from an offset on, and tells the history each record and the
//! log's end.
//!
//! Draws per fetch: bytes at most, of the partition and of the response.

use ottla_io::Io;
use ottla_model::ErrorCode;
use ottla_record::{Record, records, split_batches};
use ottla_wire::Records;
use ottla_wire::Str;
use ottla_wire::messages::fetch::{FetchPartition, FetchRequest, FetchTopic, PartitionData};

use super::{
    Connection, EARLIEST, Failure, IDENTITY, LATEST, PAUSE, Target, offset_at, parse_value,
};
use crate::{Event, History};

/// Version of Fetch that is spoken: the last with topics by name.
const VERSION: i16 = 12;

/// How long the broker may wait for records, in milliseconds.
const MAX_WAIT_MS: i32 = 200;

/// Plain bytes that a batch of a workload's records may hold.
const PLAIN_BYTES_MAX: usize = 1 << 20;

/// A client that reads a partition.
pub struct Reader {
    io: Io,
    target: Target,
    history: History,
    reader: u64,
    /// The next offset it wants.
    position: i64,
    connection: Option<Connection>,
}

impl Reader {
    /// A reader on the node of `io`, known in the history as `reader`, that starts at `position`.
    pub fn new(io: Io, target: Target, history: History, reader: u64, position: i64) -> Self {
        Self { io, target, history, reader, position, connection: None }
    }

    /// The next offset it wants.
    pub fn position(&self) -> i64 {
        self.position
    }

    /// Reads until its position is `end` or beyond, however long it takes.
    pub async fn run_to(&mut self, end: i64) {
        while self.position < end {
            self.fetch_or_pause().await;
        }
    }

    /// Reads on and on, wherever the log goes; ends with its node or its task.
    pub async fn follow(&mut self) {
        loop {
            self.fetch_or_pause().await;
        }
    }

    async fn fetch_or_pause(&mut self) {
        match self.fetch_once().await {
            Ok(0) => self.io.sleep(PAUSE).await,
            Ok(_) => {}
            Err(failure) => {
                failure.tolerate_network();
                self.connection = None;
                self.io.sleep(PAUSE).await;
            }
        }
    }

    /// Fetches once; returns the number of records.
    async fn fetch_once(&mut self) -> Result<usize, Failure> {
        let connection = match self.connection.take() {
            Some(connection) => self.connection.insert(connection),
            None => self.connection.insert(Connection::open(&self.io, &self.target).await?),
        };
        let bytes_max = 1 + (self.io.random_u64() % (64 << 10)) as i32;
        let request = request(&self.target, self.position, bytes_max);
        self.history.note(Event::Asked { reader: self.reader });
        let response = connection.ask(&request, VERSION).await?;
        if response.error_code != 0 {
            return Ok(0);
        }
        let partition = response
            .responses
            .into_iter()
            .flat_map(|topic| topic.partitions)
            .find(|partition| partition.partition_index == self.target.partition);
        match partition {
            Some(partition) if partition.error_code == 0 => match self.note_records(&partition) {
                // The checksum told, or the format did.
                Err(Failure::Protocol(_)) if self.history.is_rotted() => Ok(0),
                noted => noted,
            },
            Some(partition) if partition.error_code == ErrorCode::OffsetOutOfRange.code() => {
                self.find_place().await;
                Ok(0)
            }
            _ => Ok(0),
        }
    }

    /// The log has moved its start past the position, or a power cut took what was read here.
    async fn find_place(&mut self) {
        let reader = self.reader;
        self.history.note(Event::Asked { reader });
        let end = offset_at(&self.io, &self.target, LATEST).await;
        self.history.note(Event::LogEnd { reader, offset: end });
        self.history.note(Event::Asked { reader });
        let start = offset_at(&self.io, &self.target, EARLIEST).await;
        self.history.note(Event::LogStart { reader, offset: start });
        self.position = self.position.min(end).max(start);
    }

    fn note_records(&mut self, partition: &PartitionData) -> Result<usize, Failure> {
        let offset = partition.high_watermark;
        self.history.note(Event::LogEnd { reader: self.reader, offset });
        let start = partition.log_start_offset;
        self.history.note(Event::LogStart { reader: self.reader, offset: start });
        let Records::Bytes(bytes) = &partition.records else { return Ok(0) };
        let bad =
            |what: &dyn std::fmt::Display| Failure::Protocol(format!("fetched batch: {what}"));
        let mut count = 0;
        for batch in split_batches(bytes) {
            let batch = match batch {
                Ok(batch) => batch,
                // The last batch of a response may be cut off by its limit.
                Err(ottla_record::BatchError::Truncated { .. }) => break,
                Err(error) => return Err(bad(&error)),
            };
            batch.check_crc().map_err(|error| bad(&error))?;
            for record in &records(&batch, PLAIN_BYTES_MAX).map_err(|error| bad(&error))? {
                let record = record.map_err(|error| bad(&error))?;
                // A batch is given whole, also when the reader wants its middle.
                if record.offset >= self.position {
                    self.note_record(record.offset, identity(&record))?;
                    count += 1;
                }
            }
            self.position = self.position.max(batch.header().next_offset());
        }
        Ok(count)
    }

    fn note_record(&self, offset: i64, value: Option<&[u8]>) -> Result<(), Failure> {
        let parsed = parse_value(value.unwrap_or_default());
        let (producer, number) =
            parsed.ok_or_else(|| Failure::Protocol(format!("a foreign record at {offset}")))?;
        self.history.note(Event::Read { reader: self.reader, offset, producer, number });
        Ok(())
    }
}

/// What tells which record it is: its value, or a tombstone's header.
fn identity<'a>(record: &Record<'a>) -> Option<&'a [u8]> {
    let mut headers = record.headers.filter_map(Result::ok);
    record.value.or_else(|| headers.find(|header| header.key == IDENTITY.as_bytes())?.value)
}

fn request(target: &Target, position: i64, bytes_max: i32) -> FetchRequest {
    let partition = FetchPartition {
        partition: target.partition,
        current_leader_epoch: -1,
        fetch_offset: position,
        last_fetched_epoch: -1,
        log_start_offset: -1,
        partition_max_bytes: bytes_max,
        ..Default::default()
    };
    let topic = FetchTopic {
        topic: Str::from(target.topic.as_str()),
        partitions: vec![partition],
        ..Default::default()
    };
    FetchRequest {
        replica_id: -1,
        max_wait_ms: MAX_WAIT_MS,
        min_bytes: 1,
        max_bytes: bytes_max,
        session_epoch: -1,
        topics: vec![topic],
        ..Default::default()
    }
}
