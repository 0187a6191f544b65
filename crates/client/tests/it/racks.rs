//! Reading from a nearer replica (KIP-392), of two scripted nodes: 1 leads `t-0` far away, 2 follows in
//! the client's rack.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use ottla_base::MonoTime;
use ottla_client::Consumer;
use ottla_client::settings::ConsumerSettings;
use ottla_io::net::frame::Frames;
use ottla_io::{Io, WriteHalf};
use ottla_model::{ErrorCode, TopicPartition};
use ottla_record::{BatchBuilder, Codec, NewRecord};
use ottla_sim::World;
use ottla_wire::messages::api_versions::{ApiVersion, ApiVersionsResponse};
use ottla_wire::messages::fetch::{
    FetchRequest, FetchResponse, FetchableTopicResponse, PartitionData,
};
use ottla_wire::messages::metadata::{
    MetadataResponse, MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use ottla_wire::{ApiKey, Message, Reader, Records, RequestHeader, frame};

use crate::room::HOUR;

const LEADER: i32 = 1;
const NEAR: i32 = 2;

/// Records there are, one a batch; more come when a test says so. The leader gives one at a time, the
/// near replica three.
const RECORDS: i64 = 6;

/// What the near replica does, or what becomes of it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Trouble {
    None,
    /// The partition's error.
    Code(ErrorCode),
    /// Ends the connection.
    Ends,
    /// Its process is gone.
    Dies,
    /// Metadata says that it has no disk for this partition any more.
    Offline,
    /// Metadata does not know it any more.
    Gone,
}

/// Both nodes, and what is theirs.
struct Cluster {
    world: World,
    end: i64,
    /// Whether the leader sends readers of its follower's rack there.
    sends_on: bool,
    trouble: Trouble,
    /// Fetches: when, of whom, from which offset, by a client of which rack.
    asked: Vec<(MonoTime, i32, i64, String)>,
}

type SharedCluster = Arc<Mutex<Cluster>>;

/// Takes connections as node `id`.
async fn serve(io: Io, id: i32, cluster: SharedCluster) {
    let listener = io.listen("", 9092).await.unwrap();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let (read, write) = stream.split();
        let serving = serve_one(io.clone(), Frames::new(read, 1 << 20), write, id, cluster.clone());
        io.spawn("scripted connection", serving);
    }
}

async fn serve_one(
    io: Io,
    mut frames: Frames,
    mut write: WriteHalf,
    id: i32,
    cluster: SharedCluster,
) {
    while let Ok(Some(request)) = frames.next().await {
        let mut reader = Reader::new(request);
        let header = RequestHeader::decode_any(&mut reader).unwrap();
        let api = ApiKey::from_code(header.request_api_key).unwrap();
        let answer = match api {
            ApiKey::ApiVersions => bytes_of(&header, &versions()),
            ApiKey::Metadata => bytes_of(&header, &metadata(&cluster.lock().unwrap())),
            ApiKey::Fetch => {
                let asked = FetchRequest::decode(&mut reader, header.request_api_version).unwrap();
                let Some(answer) = fetch(&io, id, &cluster, &asked).await else { return };
                bytes_of(&header, &answer)
            }
            other => panic!("asked for {other:?}"),
        };
        if write.write_all(&answer).await.is_err() {
            return;
        }
    }
}

fn bytes_of<M: Message>(header: &RequestHeader, body: &M) -> Vec<u8> {
    let api = ApiKey::from_code(header.request_api_key).unwrap();
    let (version, id) = (header.request_api_version, header.correlation_id);
    frame::response(api, body, version, id).unwrap().bytes
}

fn versions() -> ApiVersionsResponse {
    let key =
        |api: ApiKey, max_version| ApiVersion { api_key: api.code(), min_version: 0, max_version };
    let api_keys =
        vec![key(ApiKey::ApiVersions, 3), key(ApiKey::Metadata, 8), key(ApiKey::Fetch, 11)];
    ApiVersionsResponse { api_keys, ..Default::default() }
}

fn metadata(cluster: &Cluster) -> MetadataResponse {
    let broker = |node_id, host: &'static str| MetadataResponseBroker {
        node_id,
        host: host.into(),
        port: 9092,
        rack: Some(host.into()),
    };
    let mut brokers = vec![broker(LEADER, "far")];
    if cluster.trouble != Trouble::Gone {
        brokers.push(broker(NEAR, "near"));
    }
    let offline_replicas = match cluster.trouble {
        Trouble::Offline => vec![NEAR],
        _ => Vec::new(),
    };
    let partition = MetadataResponsePartition {
        leader_id: LEADER,
        leader_epoch: 4,
        replica_nodes: vec![LEADER, NEAR],
        isr_nodes: vec![LEADER, NEAR],
        offline_replicas,
        ..Default::default()
    };
    let topic = MetadataResponseTopic {
        name: Some("t".into()),
        partitions: vec![partition],
        ..Default::default()
    };
    MetadataResponse { brokers, controller_id: LEADER, topics: vec![topic], ..Default::default() }
}

/// The answer of node `id`, when there is something to say or the wait is over; `None`: it hangs up.
async fn fetch(
    io: &Io,
    id: i32,
    cluster: &SharedCluster,
    request: &FetchRequest,
) -> Option<FetchResponse> {
    let Some(asked) = request.topics.first().and_then(|topic| topic.partitions.first()) else {
        return Some(FetchResponse::default());
    };
    let (from, rack) = (asked.fetch_offset, request.rack_id.as_str().to_owned());
    let until = io.now().mono + Duration::from_millis(request.max_wait_ms.unsigned_abs().into());
    cluster.lock().unwrap().asked.push((io.now().mono, id, from, rack.clone()));
    loop {
        let (end, sends_on, trouble) = {
            let cluster = cluster.lock().unwrap();
            let trouble = if id == NEAR { cluster.trouble } else { Trouble::None };
            (cluster.end, cluster.sends_on, trouble)
        };
        let data = PartitionData { high_watermark: end, last_stable_offset: end, ..answer() };
        match trouble {
            Trouble::Ends => return None,
            Trouble::Dies => {
                cluster.lock().unwrap().world.kill("near");
                std::future::pending::<()>().await;
            }
            Trouble::Code(code) => {
                return Some(holding(PartitionData { error_code: code.code(), ..data }));
            }
            // Who is in the rack may not be a reader's affair any more; it serves whoever asks.
            Trouble::None | Trouble::Offline | Trouble::Gone => {}
        }
        if id == LEADER && sends_on && rack == "near" {
            return Some(holding(PartitionData { preferred_read_replica: NEAR, ..data }));
        }
        if from < end || io.now().mono >= until {
            let count = if id == LEADER { 1 } else { 3 };
            let records = (from..end).take(count).flat_map(batch).collect::<Bytes>();
            return Some(holding(PartitionData { records: Records::Bytes(records), ..data }));
        }
        // The one that waits longer between two looks answers last.
        io.sleep(Duration::from_millis(if id == LEADER { 5 } else { 470 })).await;
    }
}

fn answer() -> PartitionData {
    PartitionData { log_start_offset: 0, ..Default::default() }
}

fn holding(data: PartitionData) -> FetchResponse {
    let topic =
        FetchableTopicResponse { topic: "t".into(), partitions: vec![data], ..Default::default() };
    FetchResponse { responses: vec![topic], ..Default::default() }
}

fn batch(offset: i64) -> Bytes {
    let mut batch = BatchBuilder::new(offset, Codec::None);
    batch.append(&NewRecord { timestamp: 1, key: None, value: Some(b"v"), headers: &[] }).unwrap();
    batch.build().into()
}

/// Runs `test` beside both nodes with a consumer of `t-0` from its begin, in this rack.
fn beside<T>(
    rack: &str,
    more: &[(&str, &str)],
    test: impl AsyncFnOnce(&Io, &SharedCluster, &mut Consumer) -> T,
) -> T {
    let world = World::new(1);
    let cluster = Arc::new(Mutex::new(Cluster {
        world: world.clone(),
        end: RECORDS,
        sends_on: true,
        trouble: Trouble::None,
        asked: Vec::new(),
    }));
    for (name, id) in [("far", LEADER), ("near", NEAR)] {
        let io = world.node(name);
        io.clone().spawn("scripted", serve(io, id, cluster.clone()));
    }
    let io = world.node("client");
    let mut given = vec![
        ("bootstrap.servers", "far:9092"),
        ("auto.offset.reset", "none"),
        ("client.rack", rack),
        ("enable.auto.commit", "false"),
    ];
    given.extend(more);
    let settings = ConsumerSettings::from_properties(given).unwrap();
    let main = Box::pin(async {
        io.sleep(Duration::from_millis(100)).await;
        let mut consumer = Consumer::new(io.clone(), settings).unwrap();
        let partition = TopicPartition::new("t", 0);
        consumer.assign([partition.clone()]).unwrap();
        consumer.seek(&partition, 0).unwrap();
        test(&io, &cluster, &mut consumer).await
    });
    world.run(HOUR, main).unwrap_or_else(|stuck| panic!("{stuck}"))
}

/// Offsets of the next records, until `last` was read.
async fn read_to(io: &Io, consumer: &mut Consumer, last: i64) -> Vec<i64> {
    let mut offsets = Vec::new();
    while offsets.last() != Some(&last) {
        let record = io.timeout(Duration::from_secs(120), consumer.next()).await;
        let record = record.unwrap_or_else(|| panic!("nothing more behind {offsets:?}"));
        offsets.push(record.unwrap().unwrap().offset);
    }
    offsets
}

/// Nodes that were asked since the last look, each once in a row.
fn asked(cluster: &SharedCluster) -> Vec<i32> {
    let mut nodes: Vec<i32> =
        cluster.lock().unwrap().asked.drain(..).map(|(_, node, ..)| node).collect();
    nodes.dedup();
    nodes
}

#[test]
fn a_reader_goes_where_the_leader_sends_its_rack() {
    beside("near", &[], async |io, cluster, consumer| {
        assert_eq!(read_to(io, consumer, RECORDS - 1).await, [0, 1, 2, 3, 4, 5]);
        let first = cluster.lock().unwrap().asked[0].clone();
        assert_eq!((first.1, first.2, &*first.3), (LEADER, 0, "near"));
        assert_eq!(asked(cluster), [LEADER, NEAR]);
    });
}

#[test]
fn a_reader_without_a_rack_stays_with_the_leader() {
    beside("", &[], async |io, cluster, consumer| {
        assert_eq!(read_to(io, consumer, RECORDS - 1).await, [0, 1, 2, 3, 4, 5]);
        assert_eq!(asked(cluster), [LEADER]);
    });
}

/// The near replica fails when it is asked for offset 3, and the leader, which knows, keeps its readers.
fn comes_back_from(trouble: Trouble) {
    beside("near", &[("metadata.max.age.ms", "3600000")], async |io, cluster, consumer| {
        cluster.lock().unwrap().end = 3;
        assert_eq!(read_to(io, consumer, 2).await, [0, 1, 2], "{trouble:?}");
        {
            let mut cluster = cluster.lock().unwrap();
            (cluster.trouble, cluster.sends_on, cluster.end) = (trouble, false, RECORDS);
        }
        if matches!(trouble, Trouble::Offline | Trouble::Gone) {
            consumer.client().request_refresh();
            io.sleep(Duration::from_secs(2)).await;
            asked(cluster);
            cluster.lock().unwrap().end += 2;
        }
        let end = cluster.lock().unwrap().end;
        let read = read_to(io, consumer, end - 1).await;
        assert_eq!(read, (3..end).collect::<Vec<_>>(), "{trouble:?}");
        assert_eq!(asked(cluster).last(), Some(&LEADER), "{trouble:?}");
        // Well again: the leader sends on, and the reader goes.
        {
            let mut cluster = cluster.lock().unwrap();
            (cluster.trouble, cluster.sends_on) = (Trouble::None, true);
        }
        if trouble == Trouble::Dies {
            let (near, cluster) = (cluster.lock().unwrap().world.node("near"), cluster.clone());
            near.clone().spawn("scripted", serve(near, NEAR, cluster));
        }
        consumer.client().request_refresh();
        io.sleep(Duration::from_secs(5)).await;
        cluster.lock().unwrap().end += 2;
        assert_eq!(read_to(io, consumer, end + 1).await, [end, end + 1], "{trouble:?}");
        assert_eq!(asked(cluster).last(), Some(&NEAR), "{trouble:?}");
    });
}

#[test]
fn a_reader_comes_back_to_the_leader_when_the_replica_fails() {
    for code in [
        ErrorCode::NotLeaderOrFollower,
        ErrorCode::ReplicaNotAvailable,
        ErrorCode::KafkaStorageError,
        ErrorCode::OffsetOutOfRange,
    ] {
        comes_back_from(Trouble::Code(code));
    }
    comes_back_from(Trouble::Ends);
    comes_back_from(Trouble::Dies);
}

#[test]
fn a_reader_comes_back_from_a_replica_that_metadata_takes_away() {
    comes_back_from(Trouble::Offline);
    comes_back_from(Trouble::Gone);
}

#[test]
fn a_leader_that_sends_to_nobody_is_asked_at_the_pace_of_the_back_off() {
    beside("near", &[], async |io, cluster, consumer| {
        cluster.lock().unwrap().trouble = Trouble::Gone;
        assert!(io.timeout(Duration::from_secs(5), consumer.next()).await.is_none());
        let fetches = cluster.lock().unwrap().asked.len();
        assert!((10..=50).contains(&fetches), "{fetches}");
        cluster.lock().unwrap().trouble = Trouble::None;
        assert_eq!(read_to(io, consumer, RECORDS - 1).await, [0, 1, 2, 3, 4, 5]);
        assert_eq!(asked(cluster), [LEADER, NEAR]);
    });
}

#[test]
fn the_leader_is_asked_again_when_what_it_said_is_old() {
    beside("near", &[("metadata.max.age.ms", "5000")], async |io, cluster, consumer| {
        read_to(io, consumer, RECORDS - 1).await;
        assert!(io.timeout(Duration::from_secs(18), consumer.next()).await.is_none());
        let fetches = std::mem::take(&mut cluster.lock().unwrap().asked);
        let of_leader: Vec<MonoTime> =
            fetches.iter().filter(|it| it.1 == LEADER).map(|it| it.0).collect();
        assert_eq!(of_leader.len(), 4, "{fetches:?}");
        for pair in of_leader.windows(2) {
            let apart = pair[1].since(pair[0]);
            assert!((5000..6000).contains(&apart.as_millis()), "{apart:?}");
        }
        assert_eq!(fetches.last().map(|it| it.1), Some(NEAR));
    });
}

/// While one node waits for records, another may be asked for the same; both answer.
#[test]
fn what_two_nodes_answer_is_read_once() {
    let more = [("metadata.max.age.ms", "1000"), ("fetch.max.wait.ms", "8000")];
    beside("near", &more, async |io, cluster, consumer| {
        read_to(io, consumer, RECORDS - 1).await;
        cluster.lock().unwrap().sends_on = false;
        for round in 0..5 {
            let end = RECORDS + 3 * round;
            assert!(io.timeout(Duration::from_secs(3), consumer.next()).await.is_none());
            cluster.lock().unwrap().end = end + 3;
            assert_eq!(read_to(io, consumer, end + 2).await, [end, end + 1, end + 2]);
        }
    });
}
