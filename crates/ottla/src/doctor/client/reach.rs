//! Whether brokers can be reached from here: those to begin with, and every one at the address that
//! it advertises. A client is sent there after its first question, whatever it began with.

use std::io;
use std::time::Duration;

use ottla_client::Address;
use ottla_client::admin::ClusterDescription;
use ottla_io::Io;

use crate::doctor::finding::Finding;

/// How long a connection may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// What keeps a connection from being made.
enum Obstacle {
    Name(String),
    Refused,
    Silence,
    Other(String),
}

/// Tries every broker to begin with; also the addresses at which somebody listens.
pub(super) async fn bootstrap(io: &Io, servers: &str) -> (Vec<Finding>, Vec<Address>) {
    let (mut findings, mut reached) = (Vec::new(), Vec::new());
    for text in servers.split(',').map(str::trim).filter(|text| !text.is_empty()) {
        let Ok(address) = Address::parse(text) else {
            let what = format!("{text} is not of the form host:port");
            findings.push(Finding::problem("bootstrap", what, "bootstrap.servers", "write it so"));
            continue;
        };
        match connect(io, &address).await {
            Ok(()) => reached.push(address),
            Err(obstacle) => {
                let advice = match &obstacle {
                    Obstacle::Name(_) => "correct the name, or have it resolved (DNS, /etc/hosts)",
                    Obstacle::Refused => {
                        "start the broker, or correct the port: listeners in its settings"
                    }
                    _ => "let the firewall pass this port, or correct the address",
                };
                let place = address.to_string();
                findings.push(Finding::problem("bootstrap", obstacle.what(), place, advice));
            }
        }
    }
    (findings, reached)
}

/// Tries every broker where it says that it is.
pub(super) async fn advertised(
    io: &Io,
    cluster: &ClusterDescription,
    begun_at: &[Address],
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for node in &cluster.nodes {
        let place = format!("broker {}", node.id);
        if cluster.fenced.contains(&node.id) {
            let advice = "start it, or take it out of the cluster: kafka-cluster.sh unregister";
            findings.push(Finding::problem("advertised", "is fenced", place, advice));
            continue;
        }
        if begun_at.contains(&node.address) {
            continue;
        }
        if let Err(obstacle) = connect(io, &node.address).await {
            let what = format!("it advertises {}, which {}", node.address, obstacle.what());
            let is_far = begun_at.iter().any(|address| !is_loopback(&address.host));
            let advice = if is_loopback(&node.address.host) && is_far {
                "set advertised.listeners of that broker to a name that other machines know it by"
            } else {
                "set advertised.listeners of that broker to an address that clients can reach"
            };
            findings.push(Finding::problem("advertised", what, place, advice));
        }
    }
    findings
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host == "::1" || host.starts_with("127.")
}

async fn connect(io: &Io, address: &Address) -> Result<(), Obstacle> {
    match io.timeout(PATIENCE, io.connect(&address.host, address.port)).await {
        None => Err(Obstacle::Silence),
        Some(Ok(_)) => Ok(()),
        Some(Err(error)) => Err(Obstacle::of(&error)),
    }
}

impl Obstacle {
    fn of(error: &io::Error) -> Self {
        let text = error.to_string();
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Self::Refused,
            io::ErrorKind::TimedOut => Self::Silence,
            _ if text.contains("lookup") || text.contains("no address") => Self::Name(text),
            _ => Self::Other(text),
        }
    }

    fn what(&self) -> String {
        match self {
            Self::Name(why) => format!("is a name that cannot be resolved ({why})"),
            Self::Refused => "refuses connections".to_owned(),
            Self::Silence => format!("does not answer within {PATIENCE:?}"),
            Self::Other(why) => format!("cannot be reached ({why})"),
        }
    }
}
