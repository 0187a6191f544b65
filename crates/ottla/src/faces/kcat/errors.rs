//! What librdkafka calls an error.

use ottla_client::{Error, ErrorKind};

/// Sentences of the codes from 1 on.
const BROKER: [&str; 97] = [
    "Offset out of range",
    "Invalid message",
    "Unknown topic or partition",
    "Invalid message size",
    "Leader not available",
    "Not leader for partition",
    "Request timed out",
    "Broker not available",
    "Replica not available",
    "Message size too large",
    "StaleControllerEpochCode",
    "Offset metadata string too large",
    "Broker disconnected before response received",
    "Coordinator load in progress",
    "Coordinator not available",
    "Not coordinator",
    "Invalid topic",
    "Message batch larger than configured server segment size",
    "Not enough in-sync replicas",
    "Message(s) written to insufficient number of in-sync replicas",
    "Invalid required acks value",
    "Specified group generation id is not valid",
    "Inconsistent group protocol",
    "Invalid group.id",
    "Unknown member",
    "Invalid session timeout",
    "Group rebalance in progress",
    "Commit offset data size is not valid",
    "Topic authorization failed",
    "Group authorization failed",
    "Cluster authorization failed",
    "Invalid timestamp",
    "Unsupported SASL mechanism",
    "Request not valid in current SASL state",
    "API version not supported",
    "Topic already exists",
    "Invalid number of partitions",
    "Invalid replication factor",
    "Invalid replica assignment",
    "Configuration is invalid",
    "Not controller for cluster",
    "Invalid request",
    "Message format on broker does not support request",
    "Policy violation",
    "Broker received an out of order sequence number",
    "Broker received a duplicate sequence number",
    "Producer attempted an operation with an old epoch",
    "Producer attempted a transactional operation in an invalid state",
    "Producer attempted to use a producer id which is not currently assigned to its transactional id",
    "Transaction timeout is larger than the maximum value allowed by the broker's max.transaction.timeout.ms",
    "Producer attempted to update a transaction while another concurrent operation on the same transaction was ongoing",
    "Indicates that the transaction coordinator sending a WriteTxnMarker is no longer the current coordinator for a given producer",
    "Transactional Id authorization failed",
    "Security features are disabled",
    "Operation not attempted",
    "Disk error when trying to access log file on disk",
    "The user-specified log directory is not found in the broker config",
    "SASL Authentication failed",
    "Unknown Producer Id",
    "Partition reassignment is in progress",
    "Delegation Token feature is not enabled",
    "Delegation Token is not found on server",
    "Specified Principal is not valid Owner/Renewer",
    "Delegation Token requests are not allowed on this connection",
    "Delegation Token authorization failed",
    "Delegation Token is expired",
    "Supplied principalType is not supported",
    "The group is not empty",
    "The group id does not exist",
    "The fetch session ID was not found",
    "The fetch session epoch is invalid",
    "No matching listener",
    "Topic deletion is disabled",
    "Leader epoch is older than broker epoch",
    "Leader epoch is newer than broker epoch",
    "Unsupported compression type",
    "Broker epoch has changed",
    "Leader high watermark is not caught up",
    "Group member needs a valid member ID",
    "Preferred leader was not available",
    "Consumer group has reached maximum size",
    "Static consumer fenced by other consumer with same group.instance.id",
    "Eligible partition leaders are not available",
    "Leader election not needed for topic partition",
    "No partition reassignment is in progress",
    "Deleting offsets of a topic while the consumer group is subscribed to it",
    "Broker failed to validate record",
    "There are unstable offsets that need to be cleared",
    "Throttling quota has been exceeded",
    "There is a newer producer with the same transactionalId which fences the current one",
    "Request illegally referred to resource that does not exist",
    "Request illegally referred to the same resource twice",
    "Requested credential would not meet criteria for acceptability",
    "Indicates that the either the sender or recipient of a voter-only request is not one of the expected voters",
    "Invalid update version",
    "Unable to update finalized features due to server error",
    "Request principal deserialization failed during forwarding",
];

/// The sentence of an error.
pub(super) fn sentence(error: &Error) -> String {
    match error.kind() {
        ErrorKind::Broker(code) => of_code(code.code()),
        ErrorKind::UnknownCode(code) => of_code(code),
        ErrorKind::TimedOut => "Local: Timed out".to_owned(),
        ErrorKind::Disconnected | ErrorKind::Unreachable => {
            "Local: Broker transport failure".to_owned()
        }
        ErrorKind::InvalidRecord if error.message().starts_with("Invalid partition") => {
            "Local: Unknown partition".to_owned()
        }
        ErrorKind::InvalidRecord => of_code(10),
        ErrorKind::Full => "Local: Queue full".to_owned(),
        ErrorKind::Closed => "Local: Broker handle destroyed".to_owned(),
        ErrorKind::Malformed => "Local: Bad message format".to_owned(),
        _ => format!("Local: {}", error.message()),
    }
}

/// The sentence of a code.
pub(super) fn of_code(code: i16) -> String {
    let known = usize::try_from(code).ok().and_then(|code| BROKER.get(code.checked_sub(1)?));
    match known {
        Some(sentence) => format!("Broker: {sentence}"),
        None if code == 0 => "Success".to_owned(),
        None if code == -1 => "Unknown broker error".to_owned(),
        None => format!("Err-{code}?"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_librdkafkas_sentences() {
        assert_eq!(of_code(3), "Broker: Unknown topic or partition");
        assert_eq!(
            of_code(97),
            "Broker: Request principal deserialization failed during forwarding"
        );
        assert_eq!(of_code(98), "Err-98?");
        assert_eq!(of_code(0), "Success");
    }
}
