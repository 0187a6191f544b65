//! Every API key this node serves: one file per key, one line in the table below.
//!
//! The table is the only list there is: what it does not name is neither dispatched nor advertised
//! by ApiVersions.

use std::pin::Pin;
use std::sync::Arc;

use ottla_wire::{ApiKey, EncodeError, Encoder, Reader, ResponseHeader};

use crate::node::Node;
use crate::reply::{FileSlice, Reply};
use crate::request::Request;

/// What is sent in the end, or why the connection closes.
pub(crate) type Settled = Result<Reply, String>;

/// What is sent in the end.
pub(crate) type Later = Pin<Box<dyn Future<Output = Settled> + Send>>;

/// What becomes of a request.
pub(crate) enum Outcome {
    /// Send this.
    Reply(Reply),
    /// The request is served but for the answer, which is not there yet: a batch is in the log and
    /// has to become safe. What comes behind it need not wait.
    Later(Later),
    /// Send nothing (Produce with acks=0).
    Silence,
    /// The stream cannot be trusted: close, and log why.
    Close(String),
}

/// What a handler gives back, on its way to bytes.
pub(crate) enum Answer<R> {
    /// A response message.
    Message(R),
    /// A response message with gaps, and the stretches of files that fill them.
    WithFiles(R, Vec<FileSlice>),
    /// The response comes later.
    Later(Later),
    /// Nothing is sent.
    Silence,
    /// The connection closes; the reason is logged.
    Close(String),
}

impl<R> From<R> for Answer<R> {
    fn from(message: R) -> Self {
        Self::Message(message)
    }
}

#[cfg(test)]
pub(crate) use describe_configs::describe;

/// `Key: file, Request => Response;` for each key served.
macro_rules! served {
    ($($key:ident: $file:ident, $request:ident => $response:ident;)*) => {
        $(mod $file;)*

        /// The keys this node serves, in the order of their numbers.
        pub(crate) const SERVED: &[ApiKey] = &[$(ApiKey::$key,)*];

        async fn handle(node: &Arc<Node>, request: &Request, mut body: Reader) -> Outcome {
            match request.key {
                $(ApiKey::$key => {
                    let message = match ottla_wire::messages::$file::$request::decode(&mut body, request.version) {
                        Ok(message) => message,
                        Err(error) => return unreadable(request, &error),
                    };
                    let answer: Answer<ottla_wire::messages::$file::$response> =
                        $file::serve(node, request, message).await.into();
                    let (message, slices) = match answer {
                        Answer::Message(message) => (message, Vec::new()),
                        Answer::WithFiles(message, slices) => (message, slices),
                        Answer::Later(later) => return Outcome::Later(later),
                        Answer::Silence => return Outcome::Silence,
                        Answer::Close(reason) => return Outcome::Close(reason),
                    };
                    let head = Head::of(request);
                    match head.reply(slices, |encoder| message.encode(encoder, head.version)) {
                        Ok(reply) => Outcome::Reply(reply),
                        Err(reason) => Outcome::Close(reason),
                    }
                })*
                _ => Outcome::Close(format!("api key {} ({}) is not served", request.key.code(), request.key.name())),
            }
        }
    };
}

served! {
    Produce: produce, ProduceRequest => ProduceResponse;
    Fetch: fetch, FetchRequest => FetchResponse;
    ListOffsets: list_offsets, ListOffsetsRequest => ListOffsetsResponse;
    Metadata: metadata, MetadataRequest => MetadataResponse;
    OffsetCommit: offset_commit, OffsetCommitRequest => OffsetCommitResponse;
    OffsetFetch: offset_fetch, OffsetFetchRequest => OffsetFetchResponse;
    FindCoordinator: find_coordinator, FindCoordinatorRequest => FindCoordinatorResponse;
    JoinGroup: join_group, JoinGroupRequest => JoinGroupResponse;
    Heartbeat: heartbeat, HeartbeatRequest => HeartbeatResponse;
    LeaveGroup: leave_group, LeaveGroupRequest => LeaveGroupResponse;
    SyncGroup: sync_group, SyncGroupRequest => SyncGroupResponse;
    DescribeGroups: describe_groups, DescribeGroupsRequest => DescribeGroupsResponse;
    ListGroups: list_groups, ListGroupsRequest => ListGroupsResponse;
    ApiVersions: api_versions, ApiVersionsRequest => ApiVersionsResponse;
    CreateTopics: create_topics, CreateTopicsRequest => CreateTopicsResponse;
    DeleteTopics: delete_topics, DeleteTopicsRequest => DeleteTopicsResponse;
    DeleteRecords: delete_records, DeleteRecordsRequest => DeleteRecordsResponse;
    InitProducerId: init_producer_id, InitProducerIdRequest => InitProducerIdResponse;
    OffsetForLeaderEpoch: offset_for_leader_epoch, OffsetForLeaderEpochRequest => OffsetForLeaderEpochResponse;
    AddPartitionsToTxn: add_partitions_to_txn, AddPartitionsToTxnRequest => AddPartitionsToTxnResponse;
    AddOffsetsToTxn: add_offsets_to_txn, AddOffsetsToTxnRequest => AddOffsetsToTxnResponse;
    EndTxn: end_txn, EndTxnRequest => EndTxnResponse;
    WriteTxnMarkers: write_txn_markers, WriteTxnMarkersRequest => WriteTxnMarkersResponse;
    TxnOffsetCommit: txn_offset_commit, TxnOffsetCommitRequest => TxnOffsetCommitResponse;
    DescribeConfigs: describe_configs, DescribeConfigsRequest => DescribeConfigsResponse;
    AlterConfigs: alter_configs, AlterConfigsRequest => AlterConfigsResponse;
    AlterReplicaLogDirs: alter_replica_log_dirs, AlterReplicaLogDirsRequest => AlterReplicaLogDirsResponse;
    DescribeLogDirs: describe_log_dirs, DescribeLogDirsRequest => DescribeLogDirsResponse;
    CreatePartitions: create_partitions, CreatePartitionsRequest => CreatePartitionsResponse;
    DeleteGroups: delete_groups, DeleteGroupsRequest => DeleteGroupsResponse;
    ElectLeaders: elect_leaders, ElectLeadersRequest => ElectLeadersResponse;
    IncrementalAlterConfigs: incremental_alter_configs,
        IncrementalAlterConfigsRequest => IncrementalAlterConfigsResponse;
    DescribeQuorum: describe_quorum, DescribeQuorumRequest => DescribeQuorumResponse;
    OffsetDelete: offset_delete, OffsetDeleteRequest => OffsetDeleteResponse;
    UpdateFeatures: update_features, UpdateFeaturesRequest => UpdateFeaturesResponse;
    DescribeCluster: describe_cluster, DescribeClusterRequest => DescribeClusterResponse;
    DescribeProducers: describe_producers, DescribeProducersRequest => DescribeProducersResponse;
    UnregisterBroker: unregister_broker, UnregisterBrokerRequest => UnregisterBrokerResponse;
    DescribeTransactions: describe_transactions,
        DescribeTransactionsRequest => DescribeTransactionsResponse;
    ListTransactions: list_transactions, ListTransactionsRequest => ListTransactionsResponse;
    ListConfigResources: list_config_resources,
        ListConfigResourcesRequest => ListConfigResourcesResponse;
    ConsumerGroupHeartbeat: consumer_group_heartbeat,
        ConsumerGroupHeartbeatRequest => ConsumerGroupHeartbeatResponse;
    ConsumerGroupDescribe: consumer_group_describe,
        ConsumerGroupDescribeRequest => ConsumerGroupDescribeResponse;
    DescribeTopicPartitions: describe_topic_partitions,
        DescribeTopicPartitionsRequest => DescribeTopicPartitionsResponse;
}

/// Answers one request.
pub(crate) async fn dispatch(node: &Arc<Node>, request: &Request, body: Reader) -> Outcome {
    // A version that Kafka has not released is as unknown as one that does not exist.
    let versions = *request.key.versions().start()..=*request.key.advertised_versions(false).end();
    if !versions.contains(&request.version) {
        if request.key == ApiKey::ApiVersions {
            return api_versions::unsupported_version(request);
        }
        return Outcome::Close(format!(
            "{} version {} is not served ({} to {} are)",
            request.key.name(),
            request.version,
            versions.start(),
            versions.end()
        ));
    }
    handle(node, request, body).await
}

/// What a response has to know of its request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head {
    pub(crate) key: ApiKey,
    pub(crate) version: i16,
    correlation_id: i32,
}

impl Head {
    /// That of this request.
    pub(crate) fn of(request: &Request) -> Self {
        let Request { key, version, correlation_id, .. } = *request;
        Self { key, version, correlation_id }
    }

    /// The response that `encode` writes, with its header before it and `slices` in its gaps.
    pub(crate) fn reply(
        self,
        slices: Vec<FileSlice>,
        encode: impl FnOnce(&mut Encoder) -> Result<(), EncodeError>,
    ) -> Settled {
        let encoded = self.encoder().and_then(|mut encoder| {
            encode(&mut encoder)?;
            Ok(encoder.finish())
        });
        encoded.map(|encoded| Reply::new(encoded, slices)).map_err(|error| {
            let (key, version) = (self.key.name(), self.version);
            format!("{key} v{version}: the response cannot be encoded: {error}")
        })
    }

    /// An encoder that already holds the response header.
    fn encoder(self) -> Result<Encoder, EncodeError> {
        let mut encoder = Encoder::new();
        let version = self.key.response_header_version(self.version);
        let header = ResponseHeader { correlation_id: self.correlation_id };
        header.encode(&mut encoder, version)?;
        Ok(encoder)
    }
}

fn unreadable(request: &Request, error: &ottla_wire::DecodeError) -> Outcome {
    Outcome::Close(format!("{} v{}: {error}", request.key.name(), request.version))
}
