//! Tools whose requests no broker of ours serves yet: they say so and what to do, and end as a tool
//! does that failed. They do nothing against another broker either.

use std::process::ExitCode;

use crate::console::Console;

/// `kafka-acls.sh`, in the words that it has for a broker without an authorizer.
pub(super) fn kafka_acls(_line: &[String], console: &mut Console) -> ExitCode {
    console.line(
        "Error while executing ACL command: org.apache.kafka.common.errors.SecurityDisabledException: \
         No Authorizer is configured on the broker",
    );
    refuse(
        "kafka-acls",
        "whoever reaches a listener may do everything: bind listeners accordingly",
        console,
    )
}

/// `kafka-reassign-partitions.sh`.
pub(super) fn kafka_reassign_partitions(_line: &[String], console: &mut Console) -> ExitCode {
    let advice = "a cluster has one broker so far, so that a partition has nowhere else to go; between \
        its log dirs, move one while the node is stopped";
    refuse("kafka-reassign-partitions", advice, console)
}

fn refuse(tool: &str, advice: &str, console: &mut Console) -> ExitCode {
    console.talk(format_args!("{tool}: ottla does not serve this yet: {advice}"));
    ExitCode::from(super::EXIT_FAILED)
}
