//! `kafka-metadata-quorum.sh`: what `org.apache.kafka.tools.MetadataQuorumCommand` (Kafka 4.3.1) takes
//! and prints, but for changes of the voters.

use std::process::ExitCode;

use ottla_client::Admin;
use ottla_client::admin::{QuorumInfo, QuorumReplica};

use super::connection::{properties, said_of, with_admin};
use super::kafka_cluster::bootstrap;
use super::options::{Ending, Flag, flag, parse, spelled_out, value};
use super::printf::print_table;
use crate::console::Console;

const ABOUT: &str = "usage: kafka-metadata-quorum --bootstrap-server HOST:PORT describe [flags]";
const FLAGS: &[Flag] = &[
    value("bootstrap-controller", "controllers to begin with, host:port,.."),
    value("bootstrap-server", "brokers to begin with, host:port,.."),
    value("command-config", "file of client settings"),
    value("controller-directory-id", ""),
    value("controller-id", ""),
    flag("dry-run", ""),
    flag("help", "-h, print this"),
    flag("human-readable", "times as how long ago"),
    flag("replication", "a line a replica"),
    flag("status", "a short summary"),
];

/// What is said of commands that need requests which no node of ottla serves.
const VOTERS: &str = "The voters of the quorum cannot be changed by this tool: it does not send \
    AddRaftVoter and RemoveRaftVoter, which ottla does not serve. The voters are those of \
    controller.quorum.voters, or those that the log was formatted with";

/// Runs the tool.
pub(super) fn run(line: &[String], console: &mut Console) -> ExitCode {
    let outcome = work(
        &spelled_out(
            line,
            &[("-h", "--help"), ("-i", "--controller-id"), ("-d", "--controller-directory-id")],
        ),
        console,
    );
    super::end(outcome, ABOUT, FLAGS, console)
}

fn work(line: &[String], console: &mut Console) -> Result<(), Ending> {
    let given = parse(FLAGS, line)?;
    let [command] = given.words.as_slice() else { return Err(Ending::Help) };
    let bootstrap = bootstrap(&given)?;
    if matches!(command.as_str(), "add-controller" | "remove-controller") {
        return Err(Ending::Thrown(VOTERS.to_owned()));
    }
    if command != "describe" {
        return Err(Ending::Usage(format!(
            "kafka-metadata-quorum: error: invalid choice: '{command}'"
        )));
    }
    let complaint = match (given.has("status"), given.has("replication")) {
        (true, true) => {
            "Only one of --status or --replication should be specified with describe sub-command"
        }
        (false, false) => {
            "One of --status or --replication must be specified with describe sub-command"
        }
        (true, false) if given.has("human-readable") => {
            "The option --human-readable is only supported along with --replication"
        }
        _ => "",
    };
    if !complaint.is_empty() {
        return Err(Ending::Thrown(complaint.to_owned()));
    }
    let properties = properties(&given, "command-config", &bootstrap)?;
    with_admin(properties, async |admin| {
        let quorum = admin.describe_quorum().await;
        let quorum =
            quorum.map_err(|error| Ending::Thrown(said_of(&error, "describeMetadataQuorum")))?;
        if given.has("status") {
            return status(&admin, &quorum, console).await;
        }
        let now_ms = given.has("human-readable").then(|| admin.client().io().now().wall.millis);
        replication(&quorum, now_ms, console);
        Ok(())
    })
}

fn replication(quorum: &QuorumInfo, now_ms: Option<i64>, console: &mut Console) {
    let end = leader(quorum).map_or(quorum.high_watermark, |leader| leader.log_end_offset);
    let time = |at: Option<i64>| match (at, now_ms) {
        (None, _) => "-1".to_owned(),
        (Some(at), None) => at.to_string(),
        (Some(at), Some(now)) => format!("{} ms ago", now - at),
    };
    let row = |replica: &QuorumReplica, status: &str| {
        vec![
            replica.id.to_string(),
            replica.directory_id.to_string(),
            replica.log_end_offset.to_string(),
            (end - replica.log_end_offset).to_string(),
            time(replica.last_fetch),
            time(replica.last_caught_up),
            status.to_owned(),
        ]
    };
    let mut rows: Vec<Vec<String>> =
        leader(quorum).map(|leader| row(leader, "Leader")).into_iter().collect();
    let followers = quorum.voters.iter().filter(|voter| voter.id != quorum.leader);
    rows.extend(followers.map(|voter| row(voter, "Follower")));
    rows.extend(quorum.observers.iter().map(|observer| row(observer, "Observer")));
    let head = [
        "NodeId",
        "DirectoryId",
        "LogEndOffset",
        "Lag",
        "LastFetchTimestamp",
        "LastCaughtUpTimestamp",
        "Status",
    ];
    print_table(&head, &rows, console);
}

fn leader(quorum: &QuorumInfo) -> Option<&QuorumReplica> {
    quorum.voters.iter().find(|voter| voter.id == quorum.leader)
}

async fn status(admin: &Admin, quorum: &QuorumInfo, console: &mut Console) -> Result<(), Ending> {
    let cluster = admin.describe_cluster(false).await;
    let cluster = cluster.map_err(|error| Ending::Thrown(said_of(&error, "listNodes")))?;
    let slowest = quorum.voters.iter().min_by_key(|voter| voter.log_end_offset);
    let (lag, lag_ms) = match (leader(quorum), slowest) {
        (Some(leader), Some(slowest)) if leader.id != slowest.id => {
            let times = leader.last_caught_up.zip(slowest.last_caught_up);
            let lag = leader.log_end_offset - slowest.log_end_offset;
            (lag, times.map_or(-1, |(leader, slowest)| leader - slowest))
        }
        _ => (0, 0),
    };
    console.line(format_args!("ClusterId:              {}", cluster.cluster_id));
    console.line(format_args!("LeaderId:               {}", quorum.leader));
    console.line(format_args!("LeaderEpoch:            {}", quorum.leader_epoch));
    console.line(format_args!("HighWatermark:          {}", quorum.high_watermark));
    console.line(format_args!("MaxFollowerLag:         {lag}"));
    console.line(format_args!("MaxFollowerLagTimeMs:   {lag_ms}"));
    console.line(format_args!("CurrentVoters:          {}", nodes(quorum, &quorum.voters)));
    console.line(format_args!("CurrentObservers:       {}", nodes(quorum, &quorum.observers)));
    Ok(())
}

/// `[{"id": 1, "directoryId": "..", "endpoints": ["CONTROLLER://host:port"]}]`.
fn nodes(quorum: &QuorumInfo, replicas: &[QuorumReplica]) -> String {
    let texts = replicas.iter().map(|replica| {
        let directory = match replica.directory_id {
            id if id.is_zero() => String::new(),
            id => format!(", \"directoryId\": \"{id}\""),
        };
        let listeners = quorum.listeners.get(&replica.id).map(Vec::as_slice).unwrap_or_default();
        let endpoints: Vec<String> =
            listeners.iter().map(|(name, address)| format!("\"{name}://{address}\"")).collect();
        let endpoints = match endpoints.as_slice() {
            [] => String::new(),
            endpoints => format!(", \"endpoints\": [{}]", endpoints.join(", ")),
        };
        format!("{{\"id\": {}{directory}{endpoints}}}", replica.id)
    });
    format!("[{}]", texts.collect::<Vec<_>>().join(", "))
}
