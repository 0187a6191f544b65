//! The simulated world behind [`crate::Io`].
