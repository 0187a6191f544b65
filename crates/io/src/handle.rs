//! [`Io`]: the one handle through which a shell reaches the world.

use std::future::{Future, pending};
use std::io;
use std::sync::Arc;
use std::time::Duration;

use ottla_base::{MonoTime, Now, Uuid};

use crate::around::Within;
use crate::disk::Disk;
use crate::net::{self, Listener, SocketOptions, Stream};
use crate::os::Os;
use crate::{Lookout, ShutdownSignal, Task};

/// The world as a node sees it: clock, tasks, network, disk and randomness. Cheap to clone.
#[derive(Clone)]
pub struct Io {
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    Os(Arc<Os>),
    #[cfg(feature = "sim")]
    Sim(crate::sim::SimIo),
}

impl Io {
    /// The operating system. Must be called inside a tokio runtime; [`crate::run_os`] builds one.
    ///
    /// # Panics
    /// Outside a runtime.
    pub fn os() -> Self {
        Self { kind: Kind::Os(Arc::new(Os::current())) }
    }

    /// A node of a simulated world.
    #[cfg(feature = "sim")]
    pub(crate) fn sim(node: crate::sim::SimIo) -> Self {
        Self { kind: Kind::Sim(node) }
    }

    /// What time it is.
    pub fn now(&self) -> Now {
        match &self.kind {
            Kind::Os(_) => crate::clock::now(),
            #[cfg(feature = "sim")]
            Kind::Sim(sim) => sim.now(),
        }
    }

    /// Waits for `duration` from now on. Safe to cancel.
    pub fn sleep(&self, duration: Duration) -> impl Future<Output = ()> {
        self.sleep_until(self.now().mono + duration)
    }

    /// Waits until the monotonic clock reads `at`; at once if it already does. Safe to cancel.
    pub fn sleep_until(&self, at: MonoTime) -> impl Future<Output = ()> {
        let kind = &self.kind;
        async move {
            match kind {
                Kind::Os(_) => match crate::clock::sleep_until(at) {
                    Some(sleep) => sleep.await,
                    None => pending().await,
                },
                #[cfg(feature = "sim")]
                Kind::Sim(sim) => sim.sleep_until(at).await,
            }
        }
    }

    /// The result of `work`, or `None` if `limit` passed first (`work` is then dropped).
    pub fn timeout<T>(
        &self,
        limit: Duration,
        work: impl Future<Output = T>,
    ) -> impl Future<Output = Option<T>> {
        Within { work, limit: self.sleep(limit) }
    }

    /// Runs `future` beside the caller. `name` says what it is for, in logs and traces.
    pub fn spawn(
        &self,
        name: &'static str,
        future: impl Future<Output = ()> + Send + 'static,
    ) -> Task {
        match &self.kind {
            Kind::Os(os) => os.spawn(name, future),
            #[cfg(feature = "sim")]
            Kind::Sim(sim) => sim.spawn(name, future),
        }
    }

    /// [`Io::spawn`] for a kind of task of which there are thousands: each takes less memory, and the
    /// program has code for tasks of that kind.
    pub fn spawn_unboxed(
        &self,
        name: &'static str,
        future: impl Future<Output = ()> + Send + 'static,
    ) -> Task {
        match &self.kind {
            Kind::Os(os) => os.spawn_unboxed(name, future),
            #[cfg(feature = "sim")]
            Kind::Sim(sim) => sim.spawn(name, future),
        }
    }

    /// Lets other tasks run before the caller goes on.
    pub async fn yield_now(&self) {
        match &self.kind {
            Kind::Os(_) => tokio::task::yield_now().await,
            #[cfg(feature = "sim")]
            Kind::Sim(_) => crate::sim::yield_now().await,
        }
    }

    /// Runs `work` on a thread that may block: recovery, cold reads, deletion of many files.
    /// At most [`crate::run_os`]'s bound run at a time, the rest wait in order.
    ///
    /// The work is not cancelled when the returned future is dropped. A panic in it is passed on.
    pub async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> T {
        match &self.kind {
            Kind::Os(os) => os.blocking(work).await,
            #[cfg(feature = "sim")]
            Kind::Sim(sim) => sim.blocking("blocking", work).await,
        }
    }

    /// Like [`Io::blocking`], with threads of its own for what a client or the quorum waits for:
    /// a sync is not queued behind recovery or cold reads.
    pub async fn flushing<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> T {
        match &self.kind {
            Kind::Os(os) => os.flushing(work).await,
            #[cfg(feature = "sim")]
            Kind::Sim(sim) => sim.blocking("flushing", work).await,
        }
    }

    /// Calls `look` now and again after each pause that it asks for, until the returned value is
    /// dropped. On a thread that does nothing else: it goes on when all others are stuck. `look` must
    /// not wait for a device itself.
    pub fn look_out(
        &self,
        name: &'static str,
        look: impl FnMut() -> Duration + Send + 'static,
    ) -> Lookout {
        match &self.kind {
            Kind::Os(_) => crate::lookout::on_thread(name, look),
            #[cfg(feature = "sim")]
            Kind::Sim(_) => crate::lookout::in_task(self, name, look),
        }
    }

    /// How many descriptors (files and sockets) this process may have open. The first call raises
    /// the limit as far as the system lets it.
    pub fn descriptors_max(&self) -> usize {
        match &self.kind {
            Kind::Os(_) => crate::os::descriptors_max(),
            #[cfg(feature = "sim")]
            Kind::Sim(_) => crate::sim::DESCRIPTORS_MAX,
        }
    }

    /// 64 unpredictable bits (from the seed in a simulated world).
    pub fn random_u64(&self) -> u64 {
        let mut bytes = [0; 8];
        self.random_bytes(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// A random (version 4) id, never one of the reserved ones.
    pub fn random_uuid(&self) -> Uuid {
        let mut bytes = [0; 16];
        self.random_bytes(&mut bytes);
        Uuid::from_random(bytes)
    }

    /// Fills `buf` with unpredictable bytes (from the seed in a simulated world).
    pub fn random_bytes(&self, buf: &mut [u8]) {
        match &self.kind {
            Kind::Os(_) => crate::os::random_bytes(buf),
            #[cfg(feature = "sim")]
            Kind::Sim(sim) => sim.random_bytes(buf),
        }
    }

    /// Accepts connections on `host:port` with the system's default buffers. An empty host means
    /// every address; port 0 lets the system choose ([`Listener::local_addr`] tells).
    ///
    /// # Errors
    /// The address cannot be resolved, is taken or is not ours. The text names it.
    pub async fn listen(&self, host: &str, port: u16) -> io::Result<Listener> {
        self.listen_with(host, port, SocketOptions::default()).await
    }

    /// [`Io::listen`] with a backlog and buffer sizes.
    ///
    /// # Errors
    /// As [`Io::listen`].
    pub async fn listen_with(
        &self,
        host: &str,
        port: u16,
        options: SocketOptions,
    ) -> io::Result<Listener> {
        let listener = match &self.kind {
            Kind::Os(_) => net::os::listen(host, port, options).await.map(Listener::from_os),
            #[cfg(feature = "sim")]
            Kind::Sim(sim) => sim.listen(host, port).await.map(Listener::from_sim),
        };
        listener.map_err(|error| net::with_address("listen on", host, port, &error))
    }

    /// Opens a connection to `host:port`. There is no time limit here: see [`Io::timeout`].
    ///
    /// # Errors
    /// The name cannot be resolved, or no address of it answers. The text names it.
    pub async fn connect(&self, host: &str, port: u16) -> io::Result<Stream> {
        self.connect_with(host, port, SocketOptions::default()).await
    }

    /// [`Io::connect`] with buffer sizes (the backlog is ignored).
    ///
    /// # Errors
    /// As [`Io::connect`].
    pub async fn connect_with(
        &self,
        host: &str,
        port: u16,
        options: SocketOptions,
    ) -> io::Result<Stream> {
        let stream = match &self.kind {
            Kind::Os(_) => net::os::connect(host, port, options).await.map(Stream::from_os),
            #[cfg(feature = "sim")]
            Kind::Sim(sim) => sim.connect(host, port).await.map(Stream::from_sim),
        };
        stream.map_err(|error| net::with_address("connect to", host, port, &error))
    }

    /// The file system.
    pub fn disk(&self) -> Disk {
        match &self.kind {
            Kind::Os(_) => Disk::os(),
            #[cfg(feature = "sim")]
            Kind::Sim(sim) => Disk::sim(sim.clone()),
        }
    }

    /// Waits for the next request to stop (SIGTERM or SIGINT). Callable again for a second one:
    /// a signal that arrived between two calls is not lost.
    pub async fn shutdown_signal(&self) -> ShutdownSignal {
        match &self.kind {
            Kind::Os(os) => os.shutdown_signal().await,
            #[cfg(feature = "sim")]
            Kind::Sim(sim) => sim.shutdown_signal().await,
        }
    }
}

impl std::fmt::Debug for Io {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.kind {
            Kind::Os(_) => f.write_str("Io(os)"),
            #[cfg(feature = "sim")]
            Kind::Sim(sim) => write!(f, "Io(sim {})", sim.name()),
        }
    }
}
