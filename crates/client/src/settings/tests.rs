//! Defaults are Java's; names and values that are not allowed are refused.

use std::time::Duration;

use super::*;

#[track_caller]
fn refused<T: std::fmt::Debug>(read: Result<T>, expected: &str) {
    assert_eq!(read.unwrap_err().message(), expected);
}

#[test]
fn the_defaults_are_those_of_java() {
    let producer = ProducerSettings::new("a:1,b:2").unwrap();
    assert_eq!(producer.common.bootstrap_servers, ["a:1", "b:2"]);
    assert_eq!(producer.common.receive_buffer_bytes, Some(32_768));
    assert_eq!(producer.linger, Duration::from_millis(5));
    assert_eq!((producer.acks, producer.idempotence), (Acks::All, true));
    let consumer = ConsumerSettings::new("a:1").unwrap();
    assert_eq!(consumer.common.receive_buffer_bytes, Some(65_536));
    assert_eq!(consumer.assignors, ["range", "cooperative-sticky"]);
    assert!(!consumer.auto_commit, "there is no group");
    let admin = AdminSettings::new("a:1").unwrap();
    assert_eq!(admin.common.connections_max_idle, Duration::from_secs(300));
}

#[test]
fn every_default_in_the_tables_is_valid() {
    for table in [
        connection::COMMON,
        security::TLS,
        security::SASL,
        security::OAUTH,
        producer::PRODUCER,
        consumer::CONSUMER,
        admin::ADMIN,
    ] {
        for setting in table {
            if let ottla_config::Default::Text(text) = setting.default {
                setting.parse(text).unwrap();
            }
        }
    }
    assert!(ignored::names().is_sorted());
}

#[test]
fn an_unknown_name_finds_its_nearest() {
    refused(
        ProducerSettings::from_properties([("bootstrap.servers", "a:1"), ("linger.sm", "1")]),
        "unknown setting linger.sm; did you mean linger.ms?",
    );
    refused(
        AdminSettings::from_properties([("bootstrap.servers", "a:1"), ("linger.ms", "1")]),
        "unknown setting linger.ms",
    );
    let java =
        [("bootstrap.servers", "a:1"), ("key.serializer", "x.Y"), ("ssl.protocol", "TLSv1.3")];
    ProducerSettings::from_properties(java).unwrap();
}

#[test]
fn values_are_refused_in_the_words_of_java() {
    for (name, text, expected) in [
        (
            "linger.ms",
            "x",
            "Invalid value x for configuration linger.ms: Not a number of type LONG",
        ),
        (
            "linger.ms",
            "-1",
            "Invalid value -1 for configuration linger.ms: Value must be at least 0",
        ),
        (
            "security.protocol",
            "TLS",
            "Invalid value TLS for configuration security.protocol: is not one of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL",
        ),
        (
            "delivery.timeout.ms",
            "30004",
            "delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms",
        ),
    ] {
        let given = [("bootstrap.servers", "a:1"), (name, text)];
        refused(ProducerSettings::from_properties(given), expected);
    }
}

#[test]
fn idempotence_gives_way_unless_it_was_asked_for() {
    let read = |more: &[(&str, &str)]| {
        let given = [("bootstrap.servers", "a:1")].iter().chain(more).copied().collect::<Vec<_>>();
        ProducerSettings::from_properties(given)
    };
    assert!(!read(&[("acks", "1")]).unwrap().idempotence);
    assert!(!read(&[("retries", "0")]).unwrap().idempotence);
    refused(
        read(&[("acks", "1"), ("enable.idempotence", "true")]),
        "Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee idempotence.",
    );
    refused(
        read(&[("max.in.flight.requests.per.connection", "6")]),
        "Must set max.in.flight.requests.per.connection to at most 5 to use the idempotent producer.",
    );
    refused(
        read(&[("transactional.id", "t"), ("enable.idempotence", "false")]),
        "Cannot set a transactional.id without also enabling idempotence.",
    );
}

#[test]
fn group_settings_belong_to_their_protocol() {
    let read = |more: &[(&str, &str)]| {
        let given = [("bootstrap.servers", "a:1")].iter().chain(more).copied().collect::<Vec<_>>();
        ConsumerSettings::from_properties(given)
    };
    refused(
        read(&[("group.protocol", "consumer"), ("session.timeout.ms", "1000")]),
        "session.timeout.ms cannot be set when group.protocol=CONSUMER",
    );
    refused(
        read(&[("enable.auto.commit", "true")]),
        "enable.auto.commit cannot be set to true when default group id (null) is used.",
    );
    let reset =
        |text: &str| read(&[("auto.offset.reset", text)]).map(|read| read.auto_offset_reset);
    let ninety_minutes = AutoOffsetReset::ByDuration(Duration::from_secs(90 * 60));
    assert_eq!(reset("by_duration:PT1H30M").unwrap(), ninety_minutes);
    assert_eq!(
        reset("by_duration:P1DT0.5S").unwrap(),
        AutoOffsetReset::ByDuration(Duration::from_millis(86_400_500))
    );
    for text in ["by_duration:P", "by_duration:PT", "by_duration:1h", "newest"] {
        assert!(reset(text).is_err(), "{text}");
    }
}
