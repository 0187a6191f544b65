//! Whether the clock here and that of the controller agree: times of records, retention and tokens
//! are compared across machines.

use ottla_client::Admin;

use crate::doctor::finding::Finding;

/// Milliseconds that clocks may be apart. An answer takes some of them, and NTP keeps clocks closer.
const APART_MS_MAX: i64 = 5_000;

/// Asks the leader of the quorum for its time: it has always just caught up with itself.
pub(super) async fn check(admin: &Admin) -> Option<Finding> {
    let now_ms = || admin.client().io().now().wall.millis;
    let before_ms = now_ms();
    // Brokers before 3.3 do not know this question: then nothing is known.
    let quorum = admin.describe_quorum().await.ok()?;
    let after_ms = now_ms();
    let leader = quorum.voters.iter().find(|voter| voter.id == quorum.leader)?;
    compare(before_ms, after_ms, leader.last_caught_up?, quorum.leader)
}

fn compare(before_ms: i64, after_ms: i64, theirs_ms: i64, node: i32) -> Option<Finding> {
    let (what, apart_ms) = if theirs_ms < before_ms - APART_MS_MAX {
        ("behind", before_ms - theirs_ms)
    } else if theirs_ms > after_ms + APART_MS_MAX {
        ("ahead of", theirs_ms - after_ms)
    } else {
        return None;
    };
    let what = format!("its clock is {} s {what} the one here", apart_ms / 1000);
    let advice = "set the clocks of both machines by NTP";
    Some(Finding::problem("clock", what, format!("node {node}"), advice))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_may_differ_by_what_an_answer_takes() {
        let told = |theirs_ms| compare(100_000, 103_000, theirs_ms, 1).map(|it| it.what);
        assert_eq!(told(95_000), None);
        assert_eq!(told(108_000), None);
        assert_eq!(told(90_000).as_deref(), Some("its clock is 10 s behind the one here"));
        assert_eq!(told(163_000).as_deref(), Some("its clock is 60 s ahead of the one here"));
    }
}
