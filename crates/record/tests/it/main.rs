//! Outer tests: against what Kafka wrote, and against hostile bytes.

mod golden;
mod hostile;
