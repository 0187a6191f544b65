//! Scenarios: nodes, workloads, faults, and what must hold.
#![allow(clippy::unwrap_used, reason = "a scenario ends at the first surprise")]

mod one_log;
mod refused_start;
mod toy_broker;
