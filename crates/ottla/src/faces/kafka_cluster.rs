//! `kafka-cluster.sh`: what `org.apache.kafka.tools.ClusterTool` (Kafka 4.3.1) takes and prints.

use std::process::ExitCode;

use ottla_client::Admin;

use super::connection::{properties, said_of, with_admin};
use super::options::{Ending, Flag, Given, flag, parse, spelled_out, value};
use super::printf::{columns, width};
use crate::console::Console;

const ABOUT: &str = "usage: kafka-cluster {cluster-id,unregister,list-endpoints} [flags]";
const FLAGS: &[Flag] = &[
    value("bootstrap-controller", "-C, controllers to begin with, host:port,.."),
    value("bootstrap-server", "-b, brokers to begin with, host:port,.."),
    value("config", "-c, file of client settings"),
    flag("help", "-h, print this"),
    value("id", "-i, unregister: the broker"),
    flag("include-fenced-brokers", "list-endpoints: fenced brokers too"),
];
const SHORT: &[(&str, &str)] = &[
    ("-b", "--bootstrap-server"),
    ("-C", "--bootstrap-controller"),
    ("-c", "--config"),
    ("-i", "--id"),
    ("-h", "--help"),
];

/// Runs the tool.
pub(super) fn run(line: &[String], console: &mut Console) -> ExitCode {
    let outcome = work(&spelled_out(line, SHORT), console);
    super::end(outcome, ABOUT, FLAGS, console)
}

fn work(line: &[String], console: &mut Console) -> Result<(), Ending> {
    let given = parse(FLAGS, line)?;
    let [command] = given.words.as_slice() else { return Err(Ending::Help) };
    let (command, bootstrap) = (command.clone(), bootstrap(&given)?);
    let id = given.parsed::<i32>("id")?;
    if command == "unregister" && id.is_none() {
        return Err(Ending::Usage("kafka-cluster: error: argument --id/-i is required".to_owned()));
    }
    if !["cluster-id", "unregister", "list-endpoints"].contains(&command.as_str()) {
        return Err(Ending::Usage(format!("kafka-cluster: error: invalid choice: '{command}'")));
    }
    let properties = properties(&given, "config", &bootstrap)?;
    with_admin(properties, async |admin| match command.as_str() {
        "cluster-id" => {
            let cluster = admin.describe_cluster(false).await.map_err(failed)?;
            console.line(format_args!("Cluster ID: {}", cluster.cluster_id));
            Ok(())
        }
        "unregister" => {
            let id = id.unwrap_or_default();
            admin.unregister_broker(id).await.map_err(failed)?;
            console.line(format_args!("Broker {id} is no longer registered."));
            Ok(())
        }
        _ => list_endpoints(&admin, given.has("include-fenced-brokers"), console).await,
    })
}

/// The brokers to begin with, which may be controllers.
pub(super) fn bootstrap(given: &Given) -> Result<String, Ending> {
    match (given.one("bootstrap-server")?, given.one("bootstrap-controller")?) {
        (Some(servers), None) | (None, Some(servers)) => Ok(servers.to_owned()),
        _ => Err(Ending::Usage(
            "error: one of the arguments --bootstrap-server --bootstrap-controller is required"
                .to_owned(),
        )),
    }
}

fn failed(error: ottla_client::Error) -> Ending {
    Ending::Thrown(said_of(&error, "listNodes"))
}

async fn list_endpoints(admin: &Admin, fenced: bool, console: &mut Console) -> Result<(), Ending> {
    let cluster = admin.describe_cluster(fenced).await.map_err(failed)?;
    let address = |text: String| match text.rsplit_once(':') {
        Some((host, port)) => (host.to_owned(), port.to_owned()),
        None => (text, String::new()),
    };
    let rows: Vec<[String; 6]> = cluster
        .nodes
        .iter()
        .map(|node| {
            let (host, port) = address(node.address.to_string());
            let rack = node.rack.clone().unwrap_or_else(|| "null".to_owned());
            let state = if cluster.fenced.contains(&node.id) { "fenced" } else { "unfenced" };
            [node.id.to_string(), host, port, rack, state.to_owned(), "broker".to_owned()]
        })
        .collect();
    let hosts = width(0, rows.iter().map(|[_, host, ..]| host.as_str()));
    let racks = width(10, rows.iter().map(|[_, _, _, rack, ..]| rack.as_str()));
    let widths = [10, hosts, 10, racks, 10, 15];
    console.line(columns(&["ID", "HOST", "PORT", "RACK", "STATE", "ENDPOINT_TYPE"], &widths));
    for row in &rows {
        console.line(columns(&row.each_ref().map(String::as_str), &widths));
    }
    Ok(())
}
