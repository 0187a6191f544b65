//! Scripts for producers.
