//! `meta.properties`: which node and cluster a log dir belongs to. A Java properties file, synced
//! and renamed into place. Version 1 since KRaft; version 0, of the ZooKeeper days, names the node
//! `broker.id` and may lack all the rest.

use alloc::format;
use alloc::string::String;

use ottla_base::Uuid;
use ottla_model::BrokerId;

use super::BadFile;

/// Its name in a log dir.
pub const FILE_NAME: &str = "meta.properties";

/// Who a log dir belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetaProperties {
    /// The cluster, as the 22 characters of its id (any text is taken, as Kafka does).
    pub cluster_id: Option<String>,
    /// The node; `None` if the file names none.
    pub node_id: Option<BrokerId>,
    /// This dir's own id, told to the controller; `None` in dirs older than Kafka 3.7.
    pub directory_id: Option<Uuid>,
}

/// The file with this content, version 1. Kafka writes the keys sorted, after a comment line with
/// the date; ours has no date.
pub fn format(meta: &MetaProperties) -> String {
    let mut out = String::from("#\n");
    if let Some(cluster_id) = &meta.cluster_id {
        out.push_str(&format!("cluster.id={cluster_id}\n"));
    }
    if let Some(directory_id) = &meta.directory_id {
        out.push_str(&format!("directory.id={directory_id}\n"));
    }
    if let Some(node_id) = meta.node_id {
        out.push_str(&format!("node.id={node_id}\n"));
    }
    out.push_str("version=1\n");
    out
}

/// The content of a file.
///
/// # Errors
/// What is wrong with the file, in one sentence.
pub fn parse(text: &str) -> Result<MetaProperties, BadFile> {
    let mut meta = MetaProperties { cluster_id: None, node_id: None, directory_id: None };
    let mut version = None;
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with(['#', '!'])) {
        let Some((key, value)) = line.split_once(['=', ':']) else { continue };
        let (key, value) = (key.trim(), value.trim());
        match key {
            "version" => version = Some(value),
            "cluster.id" => meta.cluster_id = Some(value.into()),
            "node.id" | "broker.id" => {
                let node_id = value.parse().map_err(|_| number(key, value))?;
                meta.node_id = Some(node_id);
            }
            "directory.id" => {
                let id = value.parse().map_err(|_| {
                    BadFile(format!("directory.id is {value:?}, which is not a directory id"))
                })?;
                meta.directory_id = Some(id);
            }
            _ => {}
        }
    }
    match version {
        Some("0") => Ok(meta),
        Some("1") if meta.node_id.is_none() => Err(missing("node.id")),
        Some("1") if meta.cluster_id.is_none() => Err(missing("cluster.id")),
        Some("1") => Ok(meta),
        Some(other) => Err(BadFile(format!("version {other} is not known; 0 and 1 are"))),
        // Kafka has always written one. Without it this is something else, or what is left of it.
        None => Err(missing("version")),
    }
}

fn number(key: &str, value: &str) -> BadFile {
    BadFile(format!("{key} is {value:?}, which is not a node number"))
}

fn missing(key: &str) -> BadFile {
    BadFile(format!("{key} is missing"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITTEN_BY_KAFKA: &str = "#\n#Sat Nov 21 04:50:00 UTC 2026\n\
        cluster.id=MkU3OEVBNTcwNTJENDM2Qg\ndirectory.id=MkU3OEVBNTcwNTJENDM2Qg\n\
        node.id=1\nversion=1\n";

    #[test]
    fn a_file_of_kafka_is_read_and_ours_says_the_same() {
        let meta = parse(WRITTEN_BY_KAFKA).unwrap();
        assert_eq!(meta.node_id, Some(1));
        assert_eq!(meta.cluster_id.as_deref(), Some("MkU3OEVBNTcwNTJENDM2Qg"));
        assert_eq!(parse(&format(&meta)).unwrap(), meta);
    }

    #[test]
    fn version_0_names_the_node_broker_id() {
        let meta = parse("version=0\nbroker.id=7\ncluster.id=abc\n").unwrap();
        assert_eq!((meta.node_id, meta.cluster_id.as_deref()), (Some(7), Some("abc")));
    }

    #[test]
    fn broken_files_say_what_is_wrong() {
        for (text, complaint) in [
            ("version=2\n", "version 2 is not known; 0 and 1 are"),
            ("", "version is missing"),
            ("\0\0\0\0\0\0\0\0", "version is missing"),
            ("cluster.id=a\nnode.id=1\n", "version is missing"),
            ("version=1\ncluster.id=a\n", "node.id is missing"),
            ("version=1\nnode.id=1\n", "cluster.id is missing"),
            ("version=1\nnode.id=one\n", "node.id is \"one\", which is not a node number"),
        ] {
            assert_eq!(parse(text).unwrap_err().0, complaint);
        }
    }
}
