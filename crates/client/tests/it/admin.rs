//! The admin client against a whole node.

use std::collections::BTreeMap;
use std::time::Duration;

use ottla_client::admin::*;
use ottla_client::settings::{AdminSettings, IsolationLevel};
use ottla_client::{Admin, ErrorCode, ErrorKind, TopicPartition};
use ottla_io::Io;

use crate::room::{BOOTSTRAP, beside_a_node};

fn admin(io: &Io) -> Admin {
    Admin::new(io.clone(), AdminSettings::new(BOOTSTRAP).unwrap()).unwrap()
}

/// An admin beside a node that has topic `t` with two partitions.
fn with_topic<T>(test: impl AsyncFnOnce(Io, Admin) -> T) -> T {
    beside_a_node(async |_, io| {
        let admin = admin(&io);
        let topic = NewTopic::new("t").partitions(2).config("retention.ms", "1000");
        admin.create_topics(&[topic]).await["t"].as_ref().unwrap();
        test(io, admin).await
    })
}

fn code<T: std::fmt::Debug>(result: &Result<T, ottla_client::Error>) -> ErrorCode {
    result.as_ref().unwrap_err().code().unwrap()
}

#[test]
fn topics_are_created_listed_described_grown_and_deleted() {
    with_topic(async |_, admin| {
        let again = admin.create_topics(&[NewTopic::new("t"), NewTopic::new("a b")]).await;
        assert_eq!(code(&again["t"]), ErrorCode::TopicAlreadyExists);
        assert_eq!(code(&again["a b"]), ErrorCode::InvalidTopicException);
        assert!(admin.validate_topics(&[NewTopic::new("u")]).await["u"].is_ok());
        let listed = admin.list_topics().await.unwrap();
        assert_eq!(listed.iter().map(|topic| &*topic.name).collect::<Vec<_>>(), ["t"]);
        let more =
            BTreeMap::from([("t".to_owned(), NewPartitions { total: 3, assignments: vec![] })]);
        admin.create_partitions(&more, false).await["t"].as_ref().unwrap();
        let described = admin.describe_topics(&["t", "missing"]).await.unwrap();
        let topic = described["t"].as_ref().unwrap();
        assert_eq!((topic.id, topic.partitions.len()), (listed[0].id, 3));
        assert_eq!(topic.partitions[2].leader, Some(1));
        assert_eq!(code(&described["missing"]), ErrorCode::UnknownTopicOrPartition);
        let gone = admin.delete_topics(&["t", "missing"]).await;
        assert!(gone["t"].is_ok());
        assert_eq!(code(&gone["missing"]), ErrorCode::UnknownTopicOrPartition);
        assert!(admin.list_topics().await.unwrap().is_empty());
        let by_id = admin.delete_topics_by_id(&[listed[0].id]).await;
        assert_eq!(code(&by_id[&listed[0].id]), ErrorCode::UnknownTopicId);
    });
}

#[test]
fn settings_are_described_changed_and_refused() {
    with_topic(async |_, admin| {
        let topic = ConfigResource::topic("t");
        let value = async |admin: &Admin, name: &str| {
            let all =
                admin.describe_configs(&[topic.clone(), ConfigResource::broker(1)], true).await;
            assert!(all[&ConfigResource::broker(1)].is_ok());
            let described = all[&topic].as_ref().unwrap();
            let found = described.iter().find(|config| config.name == name).unwrap();
            (found.value.clone().unwrap(), found.source)
        };
        assert_eq!(value(&admin, "retention.ms").await, ("1000".to_owned(), ConfigSource::Topic));
        let changes = vec![
            AlterConfig::delete("retention.ms"),
            AlterConfig::set("cleanup.policy", "compact"),
        ];
        let changes = BTreeMap::from([(topic.clone(), changes)]);
        admin.incremental_alter_configs(&changes, false).await[&topic].as_ref().unwrap();
        assert_eq!(value(&admin, "retention.ms").await.1, ConfigSource::Default);
        assert_eq!(value(&admin, "cleanup.policy").await.0, "compact");
        let wrong = BTreeMap::from([(topic.clone(), vec![AlterConfig::set("retention.ms", "x")])]);
        let refused = admin.incremental_alter_configs(&wrong, true).await;
        assert_eq!(code(&refused[&topic]), ErrorCode::InvalidConfig);
        let kinds = [ConfigResourceType::Topic];
        assert_eq!(
            admin.list_config_resources(&kinds).await.unwrap(),
            std::slice::from_ref(&topic)
        );
    });
}

#[test]
fn offsets_are_listed_and_records_deleted_at_their_leaders() {
    with_topic(async |_, admin| {
        let (here, nowhere) = (TopicPartition::new("t", 1), TopicPartition::new("t", 9));
        let admin = admin.with_timeout(Duration::from_secs(2));
        let wanted = BTreeMap::from([
            (here.clone(), OffsetSpec::Latest),
            (nowhere.clone(), OffsetSpec::Earliest),
        ]);
        let found = admin.list_offsets(&wanted, IsolationLevel::ReadCommitted).await;
        assert_eq!(found[&here].as_ref().unwrap().offset, 0);
        assert_eq!(found[&nowhere].as_ref().unwrap_err().kind(), ErrorKind::TimedOut);
        let deleted = admin.delete_records(&BTreeMap::from([(here.clone(), 5)])).await;
        assert_eq!(code(&deleted[&here]), ErrorCode::OffsetOutOfRange);
        let deleted = admin.delete_records(&BTreeMap::from([(here.clone(), -1)])).await;
        assert_eq!(deleted[&here].as_ref().unwrap(), &0);
    });
}

#[test]
fn offsets_of_groups_are_committed_listed_and_deleted_with_the_group() {
    with_topic(async |_, admin| {
        let partition = TopicPartition::new("t", 0);
        let offset = NewOffset { offset: 7, leader_epoch: None, metadata: "why".to_owned() };
        let offsets = BTreeMap::from([(partition.clone(), offset)]);
        let altered = admin.alter_group_offsets("g", &offsets).await.unwrap();
        altered[&partition].as_ref().unwrap();
        for asked in [None, Some(std::slice::from_ref(&partition))] {
            let listed = admin.list_group_offsets("g", asked, true).await.unwrap();
            assert_eq!(listed.len(), 1);
            assert_eq!((listed[&partition].offset, &*listed[&partition].metadata), (7, "why"));
        }
        let groups = admin.list_groups(&[], &[]).await.unwrap();
        assert_eq!((&*groups[0].group_id, &groups[0].group_type), ("g", &GroupType::Classic));
        assert!(admin.list_groups(&["Stable"], &[]).await.unwrap().is_empty());
        let described = admin.describe_groups(&["g", "missing"]).await;
        assert_eq!(described["g"].as_ref().unwrap().state, "Empty");
        assert_eq!(code(&described["missing"]), ErrorCode::GroupIdNotFound);
        let deleted =
            admin.delete_group_offsets("g", std::slice::from_ref(&partition)).await.unwrap();
        deleted[&partition].as_ref().unwrap();
        let gone = admin.delete_groups(&["g", "missing"]).await;
        assert_eq!(code(&gone["missing"]), ErrorCode::GroupIdNotFound);
    });
}

#[test]
fn the_cluster_its_quorum_features_and_directories_are_described() {
    with_topic(async |_, admin| {
        let cluster = admin.describe_cluster(true).await.unwrap();
        assert_eq!((cluster.nodes.len(), cluster.controller), (1, Some(1)));
        let quorum = admin.describe_quorum().await.unwrap();
        assert_eq!((quorum.leader, quorum.voters.len()), (1, 1));
        let features = admin.describe_features().await.unwrap();
        assert!(features.finalized["metadata.version"] > 20);
        let dirs = admin.describe_log_dirs(&[1], None).await;
        let dir = &dirs[&1].as_ref().unwrap()["/data"];
        assert!(dir.replicas.contains_key(&TopicPartition::new("t", 1)));
        let partition = TopicPartition::new("t", 0);
        let elected = admin
            .elect_leaders(ElectionType::Preferred, Some(std::slice::from_ref(&partition)))
            .await;
        assert_eq!(code(&elected.unwrap()[&partition]), ErrorCode::ElectionNotNeeded);
        let missing = admin.unregister_broker(77).await;
        assert_eq!(code(&missing), ErrorCode::BrokerIdNotRegistered);
    });
}

#[test]
fn transactions_are_fenced_listed_and_described() {
    with_topic(async |_, admin| {
        let fenced = admin.fence_producers(&["x"]).await;
        let (producer_id, epoch) = *fenced["x"].as_ref().unwrap();
        let listed = admin.list_transactions(&TransactionFilter::default()).await.unwrap();
        assert_eq!((&*listed[0].transactional_id, listed[0].producer_id), ("x", producer_id));
        let described = admin.describe_transactions(&["x", "missing"]).await;
        assert_eq!(described["x"].as_ref().unwrap().producer_epoch, epoch);
        assert_eq!(code(&described["missing"]), ErrorCode::TransactionalIdNotFound);
        let partition = TopicPartition::new("t", 0);
        let producers = admin.describe_producers(std::slice::from_ref(&partition), None).await;
        assert!(producers[&partition].as_ref().unwrap().is_empty());
    });
}

#[test]
fn calls_can_be_spawned() {
    fn is_send<T: Send>(_: T) {}
    beside_a_node(async |_, io| {
        let admin = admin(&io);
        is_send(admin.create_topics(&[]));
        is_send(admin.describe_topics(&[]));
        is_send(admin.list_offsets(&BTreeMap::new(), IsolationLevel::ReadCommitted));
        is_send(admin.describe_groups(&[]));
        is_send(admin.list_group_offsets("g", None, false));
        is_send(admin.fence_producers(&[]));
        is_send(admin.describe_cluster(false));
    });
}
