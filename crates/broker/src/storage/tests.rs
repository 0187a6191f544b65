//! Storage on a real disk.
