//! Scenarios: nodes, workloads, faults, and what must hold.
#![allow(clippy::unwrap_used, reason = "a scenario ends at the first surprise")]

mod durability;
mod idempotence;
mod late_requests;
mod life;
mod one_log;
mod refused_start;
mod room;
mod several_under_way;
mod topic_churn;
mod toy_broker;
