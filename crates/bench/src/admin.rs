//! One question after the other on a connection of its own: what a load needs before it begins.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use bytes::Bytes;
use ottla_base::Uuid;
use ottla_wire::messages::api_versions::ApiVersionsRequest;
use ottla_wire::messages::create_topics::{
    CreatableTopic, CreatableTopicConfig, CreateTopicsRequest,
};
use ottla_wire::messages::list_offsets::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic,
};
use ottla_wire::messages::metadata::{MetadataRequest, MetadataRequestTopic};
use ottla_wire::{Request, Str};

use crate::frames::{decode, encode};

const API_VERSIONS_VERSION: i16 = 3;
const CREATE_TOPICS_VERSION: i16 = 7;
const LIST_OFFSETS_VERSION: i16 = 7;
/// Asks ListOffsets for the end.
const LATEST_TIMESTAMP: i64 = -1;
const METADATA_VERSION: i16 = 12;
/// How long an answer may take.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);
/// How long partitions may be without a leader after their topic was made.
const LEADERS_LIMIT: Duration = Duration::from_secs(60);
/// Longest response believed.
const RESPONSE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// A connection that asks and waits.
pub(crate) struct Admin {
    stream: TcpStream,
}

impl Admin {
    /// Connects.
    pub(crate) fn connect(address: SocketAddr) -> Result<Self, String> {
        let stream = TcpStream::connect_timeout(&address, ANSWER_LIMIT)
            .and_then(|stream| {
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(ANSWER_LIMIT))?;
                Ok(stream)
            })
            .map_err(|error| format!("{address}: {error}"))?;
        Ok(Self { stream })
    }

    /// Sends a frame and waits for the one that answers it, without its length.
    pub(crate) fn exchange(&mut self, frame: &[u8]) -> Result<Bytes, String> {
        let mut answer = || -> std::io::Result<Vec<u8>> {
            self.stream.write_all(frame)?;
            let mut length = [0; 4];
            self.stream.read_exact(&mut length)?;
            let length = u32::from_be_bytes(length) as usize;
            let mut body = vec![0; length.min(RESPONSE_BYTES_MAX)];
            self.stream.read_exact(&mut body)?;
            Ok(body)
        };
        answer().map(Bytes::from).map_err(|error| format!("no answer: {error}"))
    }

    /// Asks what the broker speaks, as every client does first.
    pub(crate) fn api_versions(&mut self) -> Result<(), String> {
        self.exchange(&api_versions_frame()?).map(drop)
    }

    /// Makes a topic and waits until all of its partitions are served: Apache Kafka tells of a leader
    /// before that broker knows that it leads.
    pub(crate) fn make_topic(
        &mut self,
        name: &str,
        partitions: i32,
        settings: &[(&str, &str)],
    ) -> Result<Uuid, String> {
        let config = |(name, value): &(&str, &str)| CreatableTopicConfig {
            name: Str::from(*name),
            value: Some(Str::from(*value)),
        };
        let topic = CreatableTopic {
            name: Str::from(name),
            num_partitions: partitions,
            replication_factor: 1,
            assignments: Vec::new(),
            configs: settings.iter().map(config).collect(),
        };
        let request =
            CreateTopicsRequest { topics: vec![topic], timeout_ms: 30_000, validate_only: false };
        let response = self.ask(&request, CREATE_TOPICS_VERSION)?;
        for result in &response.topics {
            if result.error_code != 0 {
                let why = result.error_message.as_deref().unwrap_or("");
                return Err(format!("{name} cannot be made: error {} {why}", result.error_code));
            }
        }
        let id = self.wait_for_leaders(name, partitions)?;
        let begun = Instant::now();
        while !self.are_served(name, partitions)? {
            if begun.elapsed() > LEADERS_LIMIT {
                return Err(format!("{name} has partitions that are not served"));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(id)
    }

    /// Whether every partition tells where it ends.
    fn are_served(&mut self, name: &str, partitions: i32) -> Result<bool, String> {
        let partition = |partition_index| ListOffsetsPartition {
            partition_index,
            timestamp: LATEST_TIMESTAMP,
            ..ListOffsetsPartition::default()
        };
        let topic = ListOffsetsTopic {
            name: Str::from(name),
            partitions: (0..partitions).map(partition).collect(),
        };
        let request = ListOffsetsRequest {
            replica_id: -1,
            topics: vec![topic],
            ..ListOffsetsRequest::default()
        };
        let response = self.ask(&request, LIST_OFFSETS_VERSION)?;
        let mut partitions = response.topics.iter().flat_map(|topic| &topic.partitions);
        Ok(partitions.all(|partition| partition.error_code == 0))
    }

    /// Waits until this many partitions of a topic have a leader; the topic's id.
    pub(crate) fn wait_for_leaders(&mut self, name: &str, count: i32) -> Result<Uuid, String> {
        let begun = Instant::now();
        while begun.elapsed() < LEADERS_LIMIT {
            if let Some(id) = self.leaders(name, count)? {
                return Ok(id);
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Err(format!("{name} has partitions without a leader"))
    }

    fn leaders(&mut self, name: &str, count: i32) -> Result<Option<Uuid>, String> {
        let topic =
            MetadataRequestTopic { name: Some(Str::from(name)), ..MetadataRequestTopic::default() };
        let request = MetadataRequest {
            topics: Some(vec![topic]),
            allow_auto_topic_creation: false,
            ..MetadataRequest::default()
        };
        let response = self.ask(&request, METADATA_VERSION)?;
        let Some(topic) = response.topics.first() else { return Ok(None) };
        let led = topic.partitions.iter().filter(|p| p.error_code == 0 && p.leader_id >= 0).count();
        Ok((led == count as usize).then_some(topic.topic_id))
    }

    fn ask<R: Request>(&mut self, request: &R, version: i16) -> Result<R::Response, String> {
        let frame = self.exchange(&encode(request, version)?)?;
        decode::<R>(frame, version)
    }
}

/// The first request of every client.
pub(crate) fn api_versions_frame() -> Result<Bytes, String> {
    let request = ApiVersionsRequest {
        client_software_name: Str::from_static("bench"),
        client_software_version: Str::from_static("1"),
        ..ApiVersionsRequest::default()
    };
    encode(&request, API_VERSIONS_VERSION)
}
