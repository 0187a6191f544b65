//! Answers to hostile and honest batches.
