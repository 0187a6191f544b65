//! The operating system behind [`Io`]: the runtime and its threads, signals, randomness.

use std::future::Future;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Mutex, Semaphore};

use crate::around::Named;
use crate::{Io, ShutdownSignal, Task};

/// Threads at most for [`Io::blocking`]: enough to keep several disks busy with recovery and cold
/// reads, few enough that they cannot starve the network threads.
pub(crate) const BLOCKING_THREADS_MAX: usize = 16;

/// Threads at most for [`Io::flushing`].
pub(crate) const FLUSHING_THREADS_MAX: usize = 8;

/// Threads for what tokio itself does on blocking threads (name lookups).
const LOOKUP_THREADS: usize = 4;

/// How long the end of the process waits for blocking work that nobody awaits any more.
const SHUTDOWN_GRACE: Duration = Duration::from_millis(500);

/// Builds the runtime with `threads` worker threads (0 = one per processor), runs `main` on it and
/// returns what it returned. Tasks still running then are dropped.
///
/// # Panics
/// When the system gives no threads or no epoll.
pub fn run_os<T, F: Future<Output = T>>(threads: usize, main: impl FnOnce(Io) -> F) -> T {
    let mut builder = Builder::new_multi_thread();
    if threads > 0 {
        builder.worker_threads(threads);
    }
    let runtime = builder
        .enable_all()
        .thread_name("ottla-worker")
        .max_blocking_threads(BLOCKING_THREADS_MAX + FLUSHING_THREADS_MAX + LOOKUP_THREADS)
        .build()
        .unwrap_or_else(|error| panic!("no runtime without threads and epoll: {error}"));
    let result = runtime.block_on(async { main(Io::os()).await });
    runtime.shutdown_timeout(SHUTDOWN_GRACE);
    result
}

/// What an operating-system [`Io`] shares between its clones.
pub(crate) struct Os {
    runtime: Handle,
    blocking: Semaphore,
    flushing: Semaphore,
    /// Kept between calls, so that a signal between two of them is seen by the second.
    signals: Mutex<Option<(Signal, Signal)>>,
}

impl Os {
    pub(crate) fn current() -> Self {
        Self {
            runtime: Handle::current(),
            blocking: Semaphore::new(BLOCKING_THREADS_MAX),
            flushing: Semaphore::new(FLUSHING_THREADS_MAX),
            signals: Mutex::new(None),
        }
    }

    pub(crate) fn spawn(
        &self,
        name: &'static str,
        future: impl Future<Output = ()> + Send + 'static,
    ) -> Task {
        // In a box, so that the runtime's code for a task is there once and not for each kind of task.
        let task: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(future);
        self.spawn_unboxed(name, task)
    }

    pub(crate) fn spawn_unboxed(
        &self,
        name: &'static str,
        task: impl Future<Output = ()> + Send + 'static,
    ) -> Task {
        Task::from_os(self.runtime.spawn(Named { name, task }))
    }

    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> T {
        self.off_thread(&self.blocking, work).await
    }

    pub(crate) async fn flushing<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> T {
        self.off_thread(&self.flushing, work).await
    }

    async fn off_thread<T: Send + 'static>(
        &self,
        bound: &Semaphore,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> T {
        // Never closed, so acquiring cannot fail.
        let _permit = bound.acquire().await;
        match self.runtime.spawn_blocking(work).await {
            Ok(result) => result,
            Err(error) if error.is_panic() => resume_unwind(error.into_panic()),
            // The runtime is going down, and the caller with it.
            Err(_) => std::future::pending().await,
        }
    }

    pub(crate) async fn shutdown_signal(&self) -> ShutdownSignal {
        let mut signals = self.signals.lock().await;
        if signals.is_none() {
            *signals = install_signals();
        }
        let Some((terminate, interrupt)) = signals.as_mut() else {
            return std::future::pending().await;
        };
        tokio::select! {
            biased;
            _ = terminate.recv() => ShutdownSignal::Terminate,
            _ = interrupt.recv() => ShutdownSignal::Interrupt,
        }
    }
}

fn install_signals() -> Option<(Signal, Signal)> {
    match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(terminate), Ok(interrupt)) => Some((terminate, interrupt)),
        (Err(error), _) | (_, Err(error)) => {
            tracing::error!(%error, "no signal handler: the process will end without cleaning up");
            None
        }
    }
}

/// Raises `RLIMIT_NOFILE` to its hard limit; says what it is then.
pub(crate) fn descriptors_max() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let current = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(error) => {
            tracing::warn!(%error, "the limit of open files stays as it is");
            limit.current
        }
    };
    current.map_or(usize::MAX, |count| usize::try_from(count).unwrap_or(usize::MAX))
}

pub(crate) fn random_bytes(buf: &mut [u8]) {
    let mut filled = 0;
    while filled < buf.len() {
        match rustix::rand::getrandom(&mut buf[filled..], rustix::rand::GetRandomFlags::empty()) {
            Ok(count) => filled += count,
            Err(rustix::io::Errno::INTR) => {}
            // Documented to fail only where the call does not exist (Linux before 3.17).
            Err(error) => panic!("the system gives no random bytes: {error}"),
        }
    }
}
