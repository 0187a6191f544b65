//! Last stable offsets that stand still: readers of committed records get nothing any more.

use serde_json::Value;

use super::super::finding::Finding;
use super::{list, number, text};

/// Those whose transaction is open for longer than any may be.
pub(super) fn check(facts: &Value) -> Vec<Finding> {
    let max_ms = number(facts, "/transactions/max_timeout_ms");
    let oldest = list(facts, "/transactions/oldest").iter();
    oldest.filter(|one| number(one, "/age_ms") > max_ms).map(check_one).collect()
}

fn check_one(one: &Value) -> Finding {
    let (topic, partition) = (text(one, "/topic"), number(one, "/partition"));
    let (offset, behind) = (number(one, "/offset"), number(one, "/behind"));
    let (age_ms, producer_id) = (number(one, "/age_ms"), number(one, "/producer_id"));
    let epoch = number(one, "/producer_epoch");
    let tool = "kafka-transactions.sh --bootstrap-server HOST:PORT";
    let (whose, advice) = match text(one, "/transactional_id") {
        "" => (
            "which no coordinator of this node knows,".to_owned(),
            format!("{tool} abort --topic {topic} --partition {partition} --start-offset {offset}"),
        ),
        id => (
            format!("transactional id {id},"),
            format!("{tool} forceTerminateTransaction --transactionalId {id}"),
        ),
    };
    let what = format!(
        "readers of committed records stand at offset {offset}, {behind} records before the end, for \
         {age_ms} ms, while the transaction of producer {producer_id}, epoch {epoch}, {whose} is open"
    );
    Finding::problem(
        "transactions",
        what,
        format!("{topic}-{partition}"),
        format!("to end it: {advice}"),
    )
}
