//! Settings that contradict each other, listeners aside. The rules are those of Apache Kafka
//! 4.4.0; the sentences are ours, since only an operator reads them.

use alloc::format;
use alloc::vec::Vec;

use super::{log_dirs, roles, voters};
use crate::effective::{Overrides, effective_topic_configs};
use crate::resolve::{Problem, Resolved};

/// Everything wrong.
pub(super) fn check(resolved: &Resolved) -> Vec<Problem> {
    let checks: &[fn(&Resolved) -> Option<Problem>] = &[
        node_id,
        roll,
        roll_jitter,
        retention,
        directories,
        cleaner_buffer,
        fetch_wait_and_socket,
        fetch_wait_and_lag,
        queued_bytes,
        connections_per_ip,
        authentication_delay,
        authorizer,
        config_providers,
        voters_and_node,
        broker_without_quorum,
    ];
    checks.iter().filter_map(|check| check(resolved)).collect()
}

fn number(resolved: &Resolved, name: &str) -> i64 {
    resolved.value(name).as_i64().unwrap_or_default()
}

fn node_id(resolved: &Resolved) -> Option<Problem> {
    let (node, broker) = (number(resolved, "node.id"), number(resolved, "broker.id"));
    if resolved.value("node.id").as_i64().is_none() {
        return Some(resolved.problem("node.id", "is missing: write node.id=1"));
    }
    (resolved.is_given("broker.id") && node != broker).then(|| {
        let sentence = format!("differs from node.id={node}: remove broker.id");
        resolved.problem("broker.id", sentence)
    })
}

/// A topic's value as the broker's settings make it, with its unit converted.
fn topic_number(resolved: &Resolved, name: &str) -> i64 {
    let none = Overrides::new();
    let values = effective_topic_configs(&resolved.layers(&none), &none);
    values.get(name).and_then(|value| value.as_i64()).unwrap_or_default()
}

fn roll(resolved: &Resolved) -> Option<Problem> {
    (topic_number(resolved, "segment.ms") < 1)
        .then(|| resolved.problem("log.roll.ms", "must be at least 1: write 604800000 for a week"))
}

fn roll_jitter(resolved: &Resolved) -> Option<Problem> {
    (topic_number(resolved, "segment.jitter.ms") < 0)
        .then(|| resolved.problem("log.roll.jitter.ms", "must not be negative: write 0"))
}

fn retention(resolved: &Resolved) -> Option<Problem> {
    let names = ["log.retention.ms", "log.retention.minutes", "log.retention.hours"];
    let name = names.into_iter().find(|name| resolved.is_given(name)).unwrap_or(names[0]);
    (topic_number(resolved, "retention.ms") == 0).then(|| {
        resolved.problem(name, "must not be 0: write -1 to keep records for ever, or at least 1")
    })
}

fn directories(resolved: &Resolved) -> Option<Problem> {
    let empty = log_dirs(resolved).is_empty();
    empty.then(|| resolved.problem("log.dirs", "is empty: write log.dirs=./ottla-data"))
}

fn cleaner_buffer(resolved: &Resolved) -> Option<Problem> {
    let buffer = number(resolved, "log.cleaner.dedupe.buffer.size");
    let threads = number(resolved, "log.cleaner.threads");
    // No threads: Kafka divides by zero and dies; there is nothing to share a buffer.
    let each = buffer.checked_div(threads)?;
    (each <= 1_048_576).then(|| {
        let least = threads.saturating_mul(1_048_577);
        let sentence = format!(
            "leaves {each} bytes to each of {threads} cleaner threads: write at least {least}"
        );
        resolved.problem("log.cleaner.dedupe.buffer.size", sentence)
    })
}

fn fetch_wait_and_socket(resolved: &Resolved) -> Option<Problem> {
    at_most(resolved, "replica.fetch.wait.max.ms", "replica.socket.timeout.ms")
}

fn fetch_wait_and_lag(resolved: &Resolved) -> Option<Problem> {
    at_most(resolved, "replica.fetch.wait.max.ms", "replica.lag.time.max.ms")
}

fn at_most(resolved: &Resolved, small: &str, large: &str) -> Option<Problem> {
    let (value, limit) = (number(resolved, small), number(resolved, large));
    (value > limit)
        .then(|| resolved.problem(small, format!("must not exceed {large}: write at most {limit}")))
}

fn queued_bytes(resolved: &Resolved) -> Option<Problem> {
    let queued = number(resolved, "queued.max.request.bytes");
    let request = number(resolved, "socket.request.max.bytes");
    (queued > 0 && queued < request).then(|| {
        let sentence = format!(
            "holds less than one request: write at least {request}, the socket.request.max.bytes"
        );
        resolved.problem("queued.max.request.bytes", sentence)
    })
}

fn connections_per_ip(resolved: &Resolved) -> Option<Problem> {
    let overrides = resolved.value("max.connections.per.ip.overrides");
    let none = overrides.as_str().is_none_or(str::is_empty);
    (number(resolved, "max.connections.per.ip") == 0 && none).then(|| {
        resolved.problem(
            "max.connections.per.ip",
            "lets nobody connect: write at least 1, or name exceptions in \
             max.connections.per.ip.overrides",
        )
    })
}

fn authentication_delay(resolved: &Resolved) -> Option<Problem> {
    let name = "connection.failed.authentication.delay.ms";
    let (delay, idle) = (number(resolved, name), number(resolved, "connections.max.idle.ms"));
    (idle >= 0 && delay >= idle).then(|| {
        let sentence = format!("must stay below connections.max.idle.ms: write less than {idle}");
        resolved.problem(name, sentence)
    })
}

/// An authorizer that is not run must not be passed over in silence.
fn authorizer(resolved: &Resolved) -> Option<Problem> {
    let name = "authorizer.class.name";
    let value = resolved.value(name);
    let class = value.as_str().unwrap_or_default();
    let known = ["", "org.apache.kafka.metadata.authorizer.StandardAuthorizer"];
    (!known.contains(&class)).then(|| {
        resolved.problem(
            name,
            format!(
                "`{class}` is a Java class, which ottla cannot load: write \
                 org.apache.kafka.metadata.authorizer.StandardAuthorizer, or nothing for no \
                 authorisation"
            ),
        )
    })
}

fn config_providers(resolved: &Resolved) -> Option<Problem> {
    let value = resolved.value("config.providers");
    value.as_list().is_some_and(|list| !list.is_empty()).then(|| {
        resolved.problem(
            "config.providers",
            "are Java classes, which ottla cannot load: remove the line and write the values \
             themselves",
        )
    })
}

fn voters_and_node(resolved: &Resolved) -> Option<Problem> {
    let name = "controller.quorum.voters";
    let voters = voters(resolved);
    let node = number(resolved, "node.id");
    let listed = voters.iter().any(|voter| i64::from(voter.id) == node);
    let roles = roles(resolved);
    if roles.controller && !voters.is_empty() && !listed {
        let sentence = format!("does not name this node: add {node}@host:port, or change node.id");
        return Some(resolved.problem(name, sentence));
    }
    (!roles.controller && listed).then(|| {
        let sentence = format!(
            "names node {node}, which is no controller: remove {node}@, or add controller to \
             process.roles"
        );
        resolved.problem(name, sentence)
    })
}

fn broker_without_quorum(resolved: &Resolved) -> Option<Problem> {
    let bootstrap = resolved.value("controller.quorum.bootstrap.servers");
    let none = bootstrap.as_list().is_none_or(<[_]>::is_empty) && voters(resolved).is_empty();
    (!roles(resolved).controller && none).then(|| {
        resolved.problem(
            "process.roles",
            "makes this node a broker alone: say where the controllers are with \
             controller.quorum.bootstrap.servers=host:port, or write \
             process.roles=broker,controller",
        )
    })
}
