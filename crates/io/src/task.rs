//! [`Task`]: a spawned future, to be awaited, ended or forgotten.

use std::fmt;

/// A future that runs beside its parent. Dropping this handle lets it run on.
#[derive(Debug)]
pub struct Task {
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Os(tokio::task::JoinHandle<()>),
    #[cfg(feature = "sim")]
    Sim(crate::sim::SimTask),
}

/// Why a task did not reach its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskError {
    /// [`Task::abort`] was called, or its node went away.
    Aborted,
    /// It panicked; the panic has been logged with the task's name.
    Panicked,
}

impl fmt::Display for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Aborted => "the task was aborted",
            Self::Panicked => "the task panicked",
        })
    }
}

impl std::error::Error for TaskError {}

impl Task {
    pub(crate) fn from_os(handle: tokio::task::JoinHandle<()>) -> Self {
        Self { kind: Kind::Os(handle) }
    }

    #[cfg(feature = "sim")]
    pub(crate) fn from_sim(task: crate::sim::SimTask) -> Self {
        Self { kind: Kind::Sim(task) }
    }

    /// Ends the task at its next `await`; its future is dropped.
    pub fn abort(&self) {
        match &self.kind {
            Kind::Os(handle) => handle.abort(),
            #[cfg(feature = "sim")]
            Kind::Sim(task) => task.abort(),
        }
    }

    /// Whether it has ended, in whichever way.
    pub fn is_finished(&self) -> bool {
        match &self.kind {
            Kind::Os(handle) => handle.is_finished(),
            #[cfg(feature = "sim")]
            Kind::Sim(task) => task.is_finished(),
        }
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// It was aborted or panicked.
    pub async fn join(self) -> Result<(), TaskError> {
        match self.kind {
            Kind::Os(handle) => handle.await.map_err(|error| {
                if error.is_panic() { TaskError::Panicked } else { TaskError::Aborted }
            }),
            #[cfg(feature = "sim")]
            Kind::Sim(task) => task.join().await,
        }
    }
}
