//! A start as its user sees it: sources in, listeners and sentences out.

use ottla_config::{ServerConfig, Source, environment, resolve};

/// The lines a start prints for these sources: problems, or what it would do.
fn start(file: &str, variables: &[(&str, &str)], arguments: &[&str]) -> Vec<String> {
    let mut sources = environment(variables.iter().copied());
    sources.push(Source::file("server.properties", file).expect("file reads"));
    sources.push(Source::arguments(arguments.iter().copied()).expect("arguments read"));
    let resolved = match resolve(&sources) {
        Ok(resolved) => resolved,
        Err(problems) => return problems.iter().map(ToString::to_string).collect(),
    };
    let mut lines = resolved.notes.clone();
    lines.extend(resolved.warnings.clone());
    match ServerConfig::new(&resolved) {
        Err(problems) => lines.extend(problems.iter().map(ToString::to_string)),
        Ok(config) => lines.push(summary(&config)),
    }
    lines
}

fn summary(config: &ServerConfig) -> String {
    let listeners = config.listeners.iter().map(|listener| {
        let host = listener.host.as_deref().unwrap_or("*");
        format!("{}({})={host}:{}", listener.name, listener.protocol, listener.port)
    });
    let told = config.advertised_listeners.iter().map(ToString::to_string);
    format!(
        "node {} listens {} tells {} in {}",
        config.node_id,
        listeners.collect::<Vec<_>>().join(","),
        told.collect::<Vec<_>>().join(","),
        config.log_dirs.join(",")
    )
}

fn check(file: &str, expected: &[&str]) {
    assert_eq!(start(file, &[], &[]), expected, "{file}");
}

#[test]
fn nothing_at_all_is_enough() {
    check(
        "",
        &["node 1 listens PLAINTEXT(PLAINTEXT)=127.0.0.1:9092 tells \
           PLAINTEXT://127.0.0.1:9092 in ./ottla-data"],
    );
}

#[test]
fn metrics_and_health_are_on_whoever_wrote_the_settings() {
    for file in ["", "process.roles=broker,controller\nnode.id=1"] {
        let resolved = resolve(&[Source::file("server.properties", file).expect("file reads")]);
        let config = ServerConfig::new(&resolved.expect("resolves")).expect("is a configuration");
        let admin = config.admin_listener.expect("on by default");
        assert_eq!((&*admin.host, admin.port, admin.asked_for), ("127.0.0.1", 9644, false));
    }
}

#[test]
fn an_empty_cluster_id_asks_for_none() {
    let source = Source::arguments(["ottla.cluster.id="]).expect("arguments read");
    let resolved = resolve(&[source]).expect("resolves");
    assert_eq!(ServerConfig::new(&resolved).expect("is a configuration").cluster_id, None);
}

#[test]
fn an_argument_without_a_name_is_refused() {
    let refusal = Source::arguments(["=v"]).expect_err("no name");
    assert_eq!(refusal.to_string(), "-X =v names no setting: write -X name=value");
}

#[test]
fn the_stronger_source_wins() {
    let lines = start(
        "num.partitions=2\nlog.dirs=/file\nnode.id=7",
        &[("KAFKA_LOG_DIRS", "/environment"), ("KAFKA_NODE_ID", "8")],
        &["node.id=9"],
    );
    assert_eq!(
        lines,
        ["node 9 listens PLAINTEXT(PLAINTEXT)=127.0.0.1:9092 tells \
          PLAINTEXT://127.0.0.1:9092 in /environment"]
    );
}

#[test]
fn a_stronger_source_also_overrides_a_synonym() {
    let file = Source::file("f", "log.retention.ms=5\nlog.dirs=/a").expect("reads");
    let arguments =
        Source::arguments(["log.retention.hours=1", "log.dir=/b"]).expect("arguments read");
    let resolved = resolve(&[file, arguments]).expect("resolves");
    assert!(!resolved.is_given("log.retention.ms"));
    let config = ServerConfig::new(&resolved).expect("starts");
    assert_eq!(config.log_dirs, ["/b"]);
}

#[test]
fn a_file_of_apache_kafka_keeps_its_meaning() {
    check(
        "process.roles=broker,controller\nnode.id=1\ncontroller.quorum.voters=1@localhost:9093\n\
         listeners=PLAINTEXT://:9092,CONTROLLER://:9093\n\
         advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093\n\
         controller.listener.names=CONTROLLER\nlog.dirs=/tmp/kraft-combined-logs",
        &["node 1 listens PLAINTEXT(PLAINTEXT)=*:9092 tells PLAINTEXT://localhost:9092 in \
           /tmp/kraft-combined-logs"],
    );
}

#[test]
fn a_file_with_roles_has_kafkas_defaults() {
    check(
        "process.roles=broker,controller\nnode.id=1",
        &[
            "listeners: not given, so Kafka's default PLAINTEXT://:9092 holds",
            "log.dir: not given, so Kafka's default /tmp/kafka-logs holds",
            "node 1 listens PLAINTEXT(PLAINTEXT)=*:9092 tells PLAINTEXT://:9092 in /tmp/kafka-logs",
        ],
    );
}

#[test]
fn a_file_for_zookeeper_starts_a_single_node() {
    check(
        "broker.id=0\nzookeeper.connect=localhost:2181\nlisteners=PLAINTEXT://:9092\n\
         log.dirs=/tmp/kafka-logs\ninter.broker.protocol.version=2.5",
        &[
            "broker.id: taken as node.id",
            "inter.broker.protocol.version: ignored: set the feature metadata.version instead",
            "zookeeper.connect: ignored: ottla keeps its metadata itself and needs no ZooKeeper",
            "node 0 listens PLAINTEXT(PLAINTEXT)=*:9092 tells PLAINTEXT://:9092 in /tmp/kafka-logs",
        ],
    );
}

#[test]
fn a_compose_file_of_bitnami_starts_a_single_node() {
    let lines = start(
        "",
        &[
            ("ALLOW_PLAINTEXT_LISTENER", "yes"),
            ("KAFKA_CFG_ZOOKEEPER_CONNECT", "zookeeper:2181"),
            ("KAFKA_CFG_LISTENERS", "PLAINTEXT://:9092,PLAINTEXT_HOST://:29092"),
            (
                "KAFKA_CFG_ADVERTISED_LISTENERS",
                "PLAINTEXT://kafka:9092,PLAINTEXT_HOST://localhost:29092",
            ),
            (
                "KAFKA_CFG_LISTENER_SECURITY_PROTOCOL_MAP",
                "PLAINTEXT:PLAINTEXT,PLAINTEXT_HOST:PLAINTEXT",
            ),
        ],
        &[],
    );
    assert_eq!(
        lines,
        [
            "zookeeper.connect: ignored: ottla keeps its metadata itself and needs no ZooKeeper",
            "node 1 listens PLAINTEXT(PLAINTEXT)=*:9092,PLAINTEXT_HOST(PLAINTEXT)=*:29092 tells \
             PLAINTEXT://kafka:9092,PLAINTEXT_HOST://localhost:29092 in /bitnami/kafka/data",
        ]
    );
}

#[test]
fn an_unknown_name_warns_with_the_nearest_known_one() {
    let lines = start("num.partiton=3\nfoo.bar.baz=1", &[], &[]);
    assert_eq!(
        lines[..2],
        [
            "foo.bar.baz (server.properties:2) is not a setting: it is ignored",
            "num.partiton (server.properties:1) is not a setting: did you mean num.partitions?",
        ]
    );
}

#[test]
fn a_wrong_value_is_told_with_what_to_write() {
    check(
        "num.partitions=abc\ncompression.type=zip\nauto.create.topics.enable=yes\n\
         log.segment.bytes=5\nlog.cleanup.policy=shred\nprincipal.builder.class=my.Builder\n\
         process.roles=\ncompression.gzip.level=11",
        &[
            "auto.create.topics.enable (server.properties:3): `yes` is not possible: write true \
             or false",
            "compression.gzip.level (server.properties:8): `11` is not possible: write a whole \
             number from 1 to 9, or -1",
            "compression.type (server.properties:2): `zip` is not possible: write uncompressed, \
             zstd, lz4, snappy, gzip or producer",
            "log.cleanup.policy (server.properties:5): `shred` is not possible: write compact or \
             delete, or several between commas",
            "log.segment.bytes (server.properties:4): `5` is not possible: write a whole number \
             up to 2147483647, at least 1048576",
            "num.partitions (server.properties:1): `abc` is not possible: write a whole number up \
             to 2147483647, at least 1",
            "principal.builder.class (server.properties:6): `my.Builder` is a Java class, which \
             ottla cannot load: remove the line",
            "process.roles (server.properties:7): `` is not possible: write broker or controller, \
             or several between commas",
        ],
    );
}

#[test]
fn listeners_are_checked_against_each_other() {
    let problem = |file: &str, expected: &str| check(file, &[expected]);
    problem(
        "listeners=PLAINTEXT://0.0.0.0:9092",
        "listeners (server.properties:1): listens on 0.0.0.0, which clients cannot connect to: \
         add advertised.listeners=PLAINTEXT://<a name clients can reach>:9092",
    );
    problem(
        "advertised.listeners=PLAINTEXT://0.0.0.0:9092",
        "advertised.listeners (server.properties:1): tells clients to connect to 0.0.0.0, which \
         is no address: write PLAINTEXT://<a name clients can reach>:9092",
    );
    problem(
        "listeners=A://:1,A://:2",
        "listeners (server.properties:1): uses the name A twice: give each listener its own",
    );
    problem(
        "listeners=PLAINTEXT://:1,SSL://:1",
        "listeners (server.properties:1): uses port 1 for PLAINTEXT and for SSL: give each \
         listener its own",
    );
    problem(
        "listeners=INSIDE://:1",
        "listeners (server.properties:1): uses the name INSIDE, which has no security protocol: \
         add INSIDE:PLAINTEXT to listener.security.protocol.map=SASL_SSL:SASL_SSL,\
         PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT",
    );
    problem(
        "advertised.listeners=SSL://h:1",
        "advertised.listeners (server.properties:1): names SSL, which is not among the listeners \
         PLAINTEXT",
    );
    problem(
        "controller.listener.names=CONTROLLER",
        "controller.listener.names (server.properties:1): names CONTROLLER, which is not among \
         the listeners: add CONTROLLER://:9093 to listeners",
    );
    problem(
        "listeners=PLAINTEXT://h:1\ninter.broker.listener.name=SSL",
        "inter.broker.listener.name (server.properties:2): makes brokers talk over SSL, which is \
         not advertised: write inter.broker.listener.name=PLAINTEXT",
    );
}

#[test]
fn one_port_may_serve_both_families_of_addresses() {
    let lines = start("listeners=PLAINTEXT://127.0.0.1:9092,SSL://[::1]:9092", &[], &[]);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("SSL(SSL)=::1:9092"), "{lines:?}");
}

#[test]
fn settings_that_contradict_each_other_are_told() {
    check(
        "process.roles=broker\nlog.retention.hours=0\nqueued.max.request.bytes=5\n\
         max.connections.per.ip=0\nauthorizer.class.name=my.Authorizer",
        &[
            "listeners: not given, so Kafka's default PLAINTEXT://:9092 holds",
            "log.dir: not given, so Kafka's default /tmp/kafka-logs holds",
            "node.id: is missing: write node.id=1",
            "log.retention.hours (server.properties:2): must not be 0: write -1 to keep records \
             for ever, or at least 1",
            "queued.max.request.bytes (server.properties:3): holds less than one request: write \
             at least 104857600, the socket.request.max.bytes",
            "max.connections.per.ip (server.properties:4): lets nobody connect: write at least 1, \
             or name exceptions in max.connections.per.ip.overrides",
            "authorizer.class.name (server.properties:5): `my.Authorizer` is a Java class, which \
             ottla cannot load: write org.apache.kafka.metadata.authorizer.StandardAuthorizer, or \
             nothing for no authorisation",
            "process.roles (server.properties:1): makes this node a broker alone: say where the \
             controllers are with controller.quorum.bootstrap.servers=host:port, or write \
             process.roles=broker,controller",
        ],
    );
}

#[test]
fn passwords_are_never_repeated() {
    let lines = start("ssl.keystore.password=geheim\nssl.key.password=geheim", &[], &[]);
    assert!(lines.iter().all(|line| !line.contains("geheim")), "{lines:?}");
}

#[test]
fn the_operators_page_can_be_turned_off() {
    let admin = |text: &str| {
        let file = Source::file("f", text).expect("reads");
        let resolved = resolve(&[file]).expect("resolves");
        let config = ServerConfig::new(&resolved).map_err(|problems| problems[0].to_string());
        config.map(|config| {
            config.admin_listener.map(|admin| (admin.host, admin.port, admin.asked_for))
        })
    };
    assert_eq!(admin(""), Ok(Some(("127.0.0.1".to_owned(), 9644, false))));
    assert_eq!(admin("ottla.admin.listener="), Ok(None));
    assert_eq!(
        admin("ottla.admin.listener=0.0.0.0:80"),
        Ok(Some(("0.0.0.0".to_owned(), 80, true)))
    );
    assert!(admin("ottla.admin.listener=here").is_err());
}
