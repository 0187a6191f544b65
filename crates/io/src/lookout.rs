//! [`Lookout`]: something that is done again and again, also while every thread of the runtime is
//! stuck in a call to a device.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// What goes on until this is dropped: see [`crate::Io::look_out`].
#[derive(Debug)]
pub struct Lookout {
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Os(Arc<Stop>),
    #[cfg(feature = "sim")]
    Sim(crate::Task),
}

/// Tells a thread to end.
#[derive(Debug, Default)]
struct Stop {
    is_set: Mutex<bool>,
    changed: Condvar,
}

impl Drop for Lookout {
    fn drop(&mut self) {
        match &self.kind {
            Kind::Os(stop) => {
                *stop.is_set.lock().unwrap_or_else(PoisonError::into_inner) = true;
                stop.changed.notify_all();
            }
            #[cfg(feature = "sim")]
            Kind::Sim(task) => task.abort(),
        }
    }
}

/// A thread of its own. Without one (the system gives none) nobody looks, which is logged.
pub(crate) fn on_thread(
    name: &str,
    mut look: impl FnMut() -> Duration + Send + 'static,
) -> Lookout {
    let stop = Arc::<Stop>::default();
    let stopped = Arc::clone(&stop);
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
        loop {
            let pause = look();
            let is_set = stopped.is_set.lock().unwrap_or_else(PoisonError::into_inner);
            let waited = stopped.changed.wait_timeout_while(is_set, pause, |is_set| !*is_set);
            if *waited.unwrap_or_else(PoisonError::into_inner).0 {
                return;
            }
        }
    });
    if let Err(error) = thread {
        tracing::warn!(%error, thread = name, "the system gives no thread: it does not run");
    }
    Lookout { kind: Kind::Os(stop) }
}

/// A task of a simulated node.
#[cfg(feature = "sim")]
pub(crate) fn in_task(
    io: &crate::Io,
    name: &'static str,
    mut look: impl FnMut() -> Duration + Send + 'static,
) -> Lookout {
    let sleeping = io.clone();
    let task = io.spawn(name, async move {
        loop {
            let pause = look();
            sleeping.sleep(pause).await;
        }
    });
    Lookout { kind: Kind::Sim(task) }
}
