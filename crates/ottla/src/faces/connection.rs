//! What all tools have: brokers to begin with, a file of client settings, and an admin client.

use std::collections::BTreeMap;

use ottla_client::{Admin, Error, ErrorKind};
use ottla_io::Disk;

use super::options::{Ending, Given};
use crate::target::{FILE_BYTES_MAX, run_admin};

/// What to say to those who would still talk to ZooKeeper.
pub(super) const ZOOKEEPER: &str = "zookeeper is not a recognized option\n\
    Kafka has no ZooKeeper any more: give --bootstrap-server HOST:PORT of a broker instead";

/// The client settings of a tool: its file, then the brokers.
///
/// # Errors
/// The file cannot be read.
pub(super) fn properties(
    given: &Given,
    file_flag: &str,
    bootstrap: &str,
) -> Result<BTreeMap<String, String>, Ending> {
    let mut properties = match given.one(file_flag)? {
        Some(path) => file(path)?,
        None => BTreeMap::new(),
    };
    properties.insert("bootstrap.servers".to_owned(), bootstrap.to_owned());
    Ok(properties)
}

/// Settings of a properties file.
///
/// # Errors
/// It cannot be read.
pub(super) fn file(path: &str) -> Result<BTreeMap<String, String>, Ending> {
    let missing = |_| Ending::Thrown(format!("{path} (No such file or directory)"));
    let bytes = Disk::os().read(path, FILE_BYTES_MAX).map_err(missing)?;
    let text = String::from_utf8_lossy(&bytes);
    let parsed = ottla_config::properties::parse_properties(&text)
        .map_err(|why| Ending::Thrown(format!("{path}: line {}", why.line)))?;
    Ok(parsed.into_iter().map(|property| (property.key, property.value)).collect())
}

/// Runs `work` with an admin client.
///
/// # Errors
/// Those of `work`, or settings that are not allowed.
pub(super) fn with_admin<F: Future<Output = Result<(), Ending>>>(
    properties: BTreeMap<String, String>,
    work: impl FnOnce(Admin) -> F,
) -> Result<(), Ending> {
    run_admin(properties, work).unwrap_or_else(|error| Err(Ending::Thrown(said(&error))))
}

/// What Java's exception of an error says.
pub(super) fn said(error: &Error) -> String {
    error.reason().to_owned()
}

/// The same, where nobody could be asked at all: `call` is the method of Java's admin client.
pub(super) fn said_of(error: &Error, call: &str) -> String {
    match error.kind() {
        ErrorKind::Unreachable | ErrorKind::TimedOut | ErrorKind::Disconnected => {
            format!("Timed out waiting for a node assignment. Call: {call}")
        }
        _ => said(error),
    }
}
