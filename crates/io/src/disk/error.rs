//! [`DiskError`]: what failed, on which path.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A failed disk call, found inside the `io::Error` that the call returned.
#[derive(Debug)]
pub struct DiskError {
    /// What was tried, as a verb: `open`, `write`, `sync directory`.
    pub operation: Cow<'static, str>,
    /// On which path.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl DiskError {
    /// For `map_err`: wraps the system's error and keeps its kind.
    pub(crate) fn at(
        operation: impl Into<Cow<'static, str>>,
        path: &Path,
    ) -> impl FnOnce(io::Error) -> io::Error {
        move |source| {
            let (operation, path) = (operation.into(), path.to_owned());
            io::Error::new(source.kind(), Self { operation, path, source })
        }
    }
}

impl fmt::Display for DiskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.operation, self.path.display(), self.source)
    }
}

impl std::error::Error for DiskError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}
