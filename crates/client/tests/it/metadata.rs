//! What is known of the cluster, and how it is found out.

use std::time::Duration;

use ottla_client::settings::CommonSettings;
use ottla_client::{Client, CoordinatorKind, ErrorKind, Route};
use ottla_model::ErrorCode;
use ottla_wire::ApiKey;

use crate::room::{BOOTSTRAP, beside_a_node, client, create_topic, start_node};

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn a_topic_is_found_by_name_and_id_with_its_leader() {
    beside_a_node(async |_, io| {
        let client = client(&io);
        create_topic(&client, "t", 3).await;
        let topic = client.topics(&["t"], MINUTE).await.unwrap().remove(0);
        assert_eq!(topic.partitions.len(), 3);
        let image = client.image();
        assert_eq!(image.topic_by_id(topic.id), Some(&topic));
        assert_eq!(image.leader("t", 2).unwrap().node, 1);
        assert_eq!(image.node(1).unwrap().address.to_string(), BOOTSTRAP);
        assert_eq!(image.controller(), Some(1));
        let versions = client.versions(&Route::leader("t", 0)).await.unwrap();
        assert!(*versions.range(ApiKey::Fetch).unwrap().end() >= 13);
        assert_eq!(versions.finalized_feature("transaction.version"), 2);
    });
}

#[test]
fn a_topic_that_does_not_exist_is_waited_for() {
    beside_a_node(async |world, io| {
        let client = client(&io);
        create_topic(&client, "other", 1).await;
        let began = io.now().mono;
        let error = client.topics(&["late"], 3 * MINUTE / 60).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        assert!(error.message().contains("topic late"), "{error}");
        assert!(io.now().mono.since(began) <= 3 * MINUTE / 60);
        let creator = world.node("creator");
        let its = crate::room::client(&creator);
        creator.spawn("create", async move {
            its.io().sleep(Duration::from_secs(5)).await;
            create_topic(&its, "late", 1).await;
        });
        assert_eq!(client.topics(&["late"], MINUTE).await.unwrap()[0].partitions.len(), 1);
        let route = Route::leader("nowhere", 0);
        let error = client.versions(&route).await.unwrap_err();
        assert_eq!(error.code(), Some(ErrorCode::UnknownTopicOrPartition));
    });
}

#[test]
fn coordinators_are_found_and_remembered() {
    beside_a_node(async |_, io| {
        let client = client(&io);
        let mut retry = client.retry(MINUTE);
        let node = loop {
            match client.coordinator(CoordinatorKind::Group, "g").await {
                Ok(node) => break node,
                Err(error) => retry.after(error).await.unwrap(),
            }
        };
        assert_eq!(node, 1);
        client.versions(&Route::group("g")).await.unwrap();
    });
}

#[test]
fn a_node_that_comes_back_is_found_again() {
    beside_a_node(async |world, io| {
        let client = client(&io);
        create_topic(&client, "t", 1).await;
        client.topics(&["t"], MINUTE).await.unwrap();
        world.crash("broker");
        let error = client.versions(&Route::node(1)).await;
        drop(error);
        io.sleep(MINUTE).await;
        start_node(&world.restart("broker"));
        let mut retry = client.retry(MINUTE);
        while let Err(error) = client.refresh(MINUTE).await {
            retry.after(error).await.unwrap();
        }
        assert!(client.image().leader("t", 0).is_some());
    });
}

#[test]
fn a_cluster_that_is_not_there_is_an_error_with_its_address() {
    beside_a_node(async |_, io| {
        let nobody = Client::new(io.clone(), CommonSettings::new("nowhere:1,nobody:2")).unwrap();
        let error = nobody.refresh(Duration::from_secs(90)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unreachable);
        assert!(error.message().contains("nobody:2"), "{error}");
        assert!(error.is_retriable());
    });
}

#[test]
fn a_closed_client_says_so_and_waits_for_nothing() {
    beside_a_node(async |_, io| {
        let client = client(&io);
        create_topic(&client, "t", 1).await;
        let began = io.now().mono;
        client.close();
        let error = client.versions(&Route::any()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Closed);
        assert_eq!(io.now().mono, began);
    });
}
