//! The declarations against those of Apache Kafka, and a start as its user sees it.

mod declarations;
mod start;
mod values;
