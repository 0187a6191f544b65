//! `.kafka_cleanshutdown`: the last thing a clean stop writes into a log dir and the first thing a
//! start takes away. While it is missing, the logs of the dir are recovered from their recovery
//! points. Its content is one line of JSON.

use alloc::format;
use alloc::string::String;

/// Its name in a log dir.
pub const FILE_NAME: &str = ".kafka_cleanshutdown";
/// The broker epoch that stands for "not known".
pub const NO_BROKER_EPOCH: i64 = -1;

/// The file of a node that stopped with this broker epoch (KIP-966 sends it back at registration).
pub fn format(broker_epoch: i64) -> String {
    format!("{{\"version\":0,\"brokerEpoch\":{broker_epoch}}}")
}

/// The broker epoch a file names; [`NO_BROKER_EPOCH`] if it names none, as the empty file of
/// Kafka before 3.7 does. Whatever it holds, the file counts as there.
pub fn parse(text: &str) -> i64 {
    let value = || {
        let rest = &text[text.find("\"brokerEpoch\"")? + "\"brokerEpoch\"".len()..];
        let rest = rest.trim_start().strip_prefix(':')?.trim_start();
        let end = rest.find(|c: char| c != '-' && !c.is_ascii_digit()).unwrap_or(rest.len());
        rest[..end].parse().ok()
    };
    value().unwrap_or(NO_BROKER_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_epoch_survives_and_anything_else_is_unknown() {
        assert_eq!(format(57), "{\"version\":0,\"brokerEpoch\":57}");
        assert_eq!(parse(&format(57)), 57);
        assert_eq!(parse("{ \"brokerEpoch\" : 8 }"), 8);
        assert_eq!(parse(""), NO_BROKER_EPOCH);
        assert_eq!(parse("{\"brokerEpoch\":x}"), NO_BROKER_EPOCH);
    }
}
