//! Records → image → records loses nothing, and neither do the bytes between.

extern crate std;

use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use ottla_base::Uuid;

use super::*;
use crate::codec;
use crate::record::{BrokerChange, PartitionChange, Record};

/// Every record type that leaves a trace in an image, and some that change it.
fn records() -> Vec<Record> {
    let (topic_id, gone) = (Uuid([1; 16]), Uuid([2; 16]));
    let endpoint =
        Endpoint { name: "L".into(), host: "h".into(), port: 65535, security_protocol: 3 };
    let mut features = Map::default();
    features.insert_mut(Arc::from("metadata.version"), FeatureRange { min: 7, max: 33 });
    let broker = Broker {
        id: 1,
        epoch: 5,
        incarnation_id: Uuid([3; 16]),
        endpoints: [endpoint.clone()].into(),
        features: features.clone(),
        rack: Some("r".into()),
        fenced: true,
        in_controlled_shutdown: false,
        directories: [Uuid([4; 16])].into(),
        cordoned_directories: Some([Uuid([4; 16])].into()),
        is_migrating_zk_broker: false,
    };
    let controller = Controller {
        id: 1,
        incarnation_id: Uuid([5; 16]),
        endpoints: [endpoint].into(),
        features,
        zk_migration_ready: false,
    };
    let partition = Partition::new([1, 2].into(), [Uuid([4; 16]); 2].into(), [1].into());
    let change = PartitionChange {
        isr: Some([].into()),
        leader: Some(-1),
        elr: Some([1].into()),
        last_known_elr: Some([1].into()),
        leader_recovery_state: Some(1),
        ..PartitionChange::default()
    };
    let unfence = BrokerChange { fenced: Some(false), ..BrokerChange::default() };
    let leaving = BrokerChange { in_controlled_shutdown: Some(true), ..BrokerChange::default() };
    let text = |text: &str| -> Arc<str> { text.into() };
    vec![
        Record::FeatureLevel { name: text("metadata.version"), level: 33 },
        Record::FeatureLevel { name: text("group.version"), level: 1 },
        Record::ZkMigrationState { state: 4 },
        Record::RegisterBroker(broker.clone()),
        Record::RegisterBroker(Broker { id: 2, ..broker }),
        Record::BrokerRegistrationChange { id: 1, epoch: 5, change: unfence },
        Record::BrokerRegistrationChange { id: 1, epoch: 5, change: leaving },
        Record::FenceBroker { id: 2, epoch: 5 },
        Record::UnfenceBroker { id: 2, epoch: 5 },
        Record::UnregisterBroker { id: 2, epoch: 5 },
        Record::RegisterController(controller.clone()),
        Record::RegisterController(Controller { id: 2, ..controller }),
        Record::UnregisterController { id: 2 },
        Record::Topic { name: text("t"), topic_id },
        Record::Topic { name: text("gone"), topic_id: gone },
        Record::Config {
            resource: ConfigResource::topic("gone"),
            name: text("k"),
            value: Some(text("v")),
        },
        Record::RemoveTopic { topic_id: gone },
        Record::Partition { topic_id, index: 0, partition: partition.clone() },
        Record::Partition { topic_id, index: 1, partition },
        Record::PartitionChange { topic_id, index: 0, change: change.clone() },
        Record::PartitionChange { topic_id, index: 1, change },
        Record::ClearElr { topic: text("t") },
        Record::Config {
            resource: ConfigResource::broker(""),
            name: text("k"),
            value: Some(text("")),
        },
        Record::ProducerIds { broker_id: 1, broker_epoch: 5, next_producer_id: 2000 },
        Record::ClientQuota {
            entity: [(text("client-id"), None), (text("user"), Some(text("u")))].into(),
            key: text("producer_byte_rate"),
            value: Some(1.5),
        },
        Record::UserScramCredential {
            user: text("u"),
            mechanism: 1,
            credential: ScramCredential {
                salt: [1, 2].into(),
                stored_key: [3].into(),
                server_key: [4].into(),
                iterations: 4096,
            },
        },
        Record::UserScramCredential {
            user: text("v"),
            mechanism: 2,
            credential: ScramCredential {
                salt: [].into(),
                stored_key: [].into(),
                server_key: [].into(),
                iterations: 1,
            },
        },
        Record::RemoveUserScramCredential { user: text("v"), mechanism: 2 },
        Record::DelegationToken(DelegationToken {
            owner: text("User:o"),
            requester: text("User:r"),
            renewers: [text("User:a")].into(),
            issue_timestamp_ms: 1,
            max_timestamp_ms: 3,
            expiration_timestamp_ms: 2,
            token_id: text("id"),
        }),
        Record::RemoveDelegationToken { token_id: text("other") },
        Record::AccessControlEntry {
            id: Uuid([6; 16]),
            acl: Acl {
                resource_type: 2,
                resource_name: text("t"),
                pattern_type: 3,
                principal: text("User:u"),
                host: text("*"),
                operation: 3,
                permission_type: 3,
            },
        },
        Record::RemoveAccessControlEntry { id: Uuid([7; 16]) },
        Record::NoOp,
        Record::BeginTransaction { name: Some(text("x")) },
        Record::EndTransaction,
        Record::AbortTransaction { reason: None },
    ]
}

fn replayed(records: &[Record]) -> Image {
    let mut image = Image::empty();
    for record in records {
        image.replay(record).unwrap();
    }
    image
}

#[test]
fn an_image_comes_back_from_its_records() {
    let image = replayed(&records());
    assert_eq!(replayed(&image.to_records()), image);
    assert_eq!(image.topics.len(), 1);
    assert!(image.configs.of_topic("gone").is_none());
    let partition = image.partition("t", 0).unwrap();
    assert_eq!((partition.partition_epoch, partition.leader_epoch), (2, 1));
    assert!(partition.elr.is_empty());
}

#[test]
fn records_survive_their_bytes() {
    for record in records() {
        let bytes = codec::encode(&record, MetadataVersion::LATEST).unwrap();
        assert_eq!(codec::decode(&bytes), Ok(record));
    }
}

#[test]
fn every_level_can_be_written_and_read() {
    for level in MetadataVersion::MIN.level()..=MetadataVersion::LATEST.level() {
        let at = MetadataVersion::from_level(level).unwrap();
        for record in records() {
            let bytes = codec::encode(&record, at).unwrap();
            codec::decode(&bytes).unwrap();
        }
    }
}

/// Values of the metadata log of a node of Apache Kafka 4.4.0, one a line.
const KAFKA: &str = include_str!("../../testdata/kafka_4_4_records.hex");

#[test]
fn records_that_kafka_wrote_are_read_and_written_as_they_were() {
    for line in KAFKA.lines() {
        let byte = |at: usize| u8::from_str_radix(&line[at..at + 2], 16).unwrap();
        let bytes: Vec<u8> = (0..line.len()).step_by(2).map(byte).collect();
        let record = codec::decode(&bytes).unwrap();
        let again = codec::encode(&record, MetadataVersion::LATEST).unwrap();
        // Kafka writes the features of a registration in the order of its hash map.
        if matches!(record, Record::RegisterBroker(_) | Record::RegisterController(_)) {
            assert_eq!(again.len(), bytes.len());
            assert_eq!(codec::decode(&again), Ok(record));
        } else {
            assert_eq!(again, bytes, "{record:?}");
        }
    }
}

#[test]
fn records_of_the_future_are_errors_that_say_so() {
    let error = |bytes: &[u8]| codec::decode(bytes).unwrap_err().0;
    assert!(error(&[1, 30, 0]).contains("type 30 (version 0) is unknown"));
    assert!(error(&[1, 0, 5]).contains("version 5; this program reads 0 to 4"));
    assert!(error(&[2, 0, 0]).contains("frame version 2"));
    assert!(error(&[]).contains("ends in its frame version"));
    assert!(codec::decode(&[1, 2, 0, 3, b't']).is_err());
}

#[test]
fn an_open_transaction_is_invisible_and_an_aborted_one_never_happened() {
    let topic = |name: &str, id| Record::Topic { name: name.into(), topic_id: Uuid([id; 16]) };
    let begin = Record::BeginTransaction { name: None };
    let mut replayer = Replayer::default();
    for record in [topic("a", 1), begin.clone(), topic("b", 2)] {
        replayer.replay(&record).unwrap();
    }
    assert!(replayer.visible().topic("b").is_none() && replayer.image().topic("b").is_some());
    assert!(replayer.replay(&begin).is_err());
    replayer.replay(&Record::AbortTransaction { reason: None }).unwrap();
    assert!(replayer.image().topic("b").is_none());
    for record in [begin, topic("c", 3), Record::EndTransaction] {
        replayer.replay(&record).unwrap();
    }
    assert!(replayer.visible().topic("c").is_some());
    assert!(replayer.replay(&Record::EndTransaction).is_err());
}

#[test]
fn records_that_do_not_fit_change_nothing() {
    let image = replayed(&records());
    let unknown = Uuid([9; 16]);
    for record in [
        Record::Topic { name: "t".into(), topic_id: unknown },
        Record::Topic { name: "u".into(), topic_id: Uuid([1; 16]) },
        Record::RemoveTopic { topic_id: unknown },
        Record::PartitionChange {
            topic_id: Uuid([1; 16]),
            index: 7,
            change: PartitionChange::default(),
        },
        Record::FenceBroker { id: 1, epoch: 4 },
        Record::UnregisterBroker { id: 9, epoch: 4 },
        Record::ClearElr { topic: "nope".into() },
        Record::FeatureLevel { name: "metadata.version".into(), level: 34 },
    ] {
        let mut after = image.clone();
        assert!(after.replay(&record).is_err(), "{record:?}");
        assert_eq!(after, image);
    }
}
