//! The library against a whole node in a simulated world, and against brokers that misbehave.
#![allow(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod admin;
mod connection;
mod consumer;
mod dead_letters;
mod deadlines;
mod faults;
mod metadata;
mod parallel;
mod places;
mod producer;
mod racks;
mod read_back;
mod room;
mod security;
mod tokens;
mod transactions;
