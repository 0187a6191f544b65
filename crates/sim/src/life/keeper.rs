//! The node, as a supervisor keeps it: started, asked to stop, started again.

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ottla_broker::settings::NodeSettings;
use ottla_io::{Io, ShutdownSignal, Task};

use super::plan::Plan;
use super::tally::Tally;
use crate::{Deed, Ledger, World, node};

/// The node's name.
pub(super) const BROKER: &str = "broker";

/// Port of its listener.
const PORT: u16 = 9092;

/// The cleaner looks often, for worlds are short.
const TEXTS: [(&str, &str); 1] = [("log.cleaner.backoff.ms", "200")];

/// How long a stop in order may take, in a world that stalls.
const STOP_MAX: Duration = Duration::from_secs(120);

/// How a node's run ended by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    /// It was asked to.
    Stopped,
    /// It could not go on, or could not start.
    GaveUp,
}

/// Counters that a node's tasks and its keeper share.
#[derive(Debug, Default)]
struct Counts {
    starts: AtomicU64,
    served: AtomicU64,
    gave_up: AtomicU64,
    stopped: AtomicU64,
    /// Why the node last gave up.
    reason: Mutex<String>,
}

impl Counts {
    fn gave_up(&self, reason: String) -> Ended {
        tracing::warn!(reason, "the node gave up");
        *self.reason.lock().unwrap_or_else(PoisonError::into_inner) = reason;
        Ended::GaveUp
    }
}

/// Starts, stops and kills the node.
pub(super) struct Keeper {
    world: World,
    settings: NodeSettings,
    counts: Arc<Counts>,
    running: RefCell<Option<Task>>,
    /// Whose clients must know when the node ends.
    ledger: Ledger,
}

impl Keeper {
    pub(super) fn new(world: &World, plan: &Plan, ledger: Ledger) -> Self {
        Self {
            world: world.clone(),
            settings: settings(plan),
            counts: Arc::default(),
            running: RefCell::new(None),
            ledger,
        }
    }

    pub(super) fn count_into(&self, tally: &mut Tally) {
        let starts = self.counts.starts.load(Ordering::Relaxed);
        tally.starts += starts;
        tally.starts_cut_short += starts - self.counts.served.load(Ordering::Relaxed);
        tally.gave_up += self.counts.gave_up.load(Ordering::Relaxed);
    }

    /// Why the node last gave up.
    pub(super) fn reason(&self) -> String {
        self.counts.reason.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How often the node stopped in order.
    pub(super) fn stopped(&self) -> u64 {
        self.counts.stopped.load(Ordering::Relaxed)
    }

    /// Starts the node; returns at once.
    pub(super) fn start(&self) {
        let io = self.world.node(BROKER);
        let (settings, counts) = (self.settings.clone(), Arc::clone(&self.counts));
        let task = io.clone().spawn("broker", async move {
            counts.starts.fetch_add(1, Ordering::Relaxed);
            let ended = serve(&io, settings, &counts).await;
            let counter = match ended {
                Ended::Stopped => &counts.stopped,
                Ended::GaveUp => &counts.gave_up,
            };
            counter.fetch_add(1, Ordering::Relaxed);
        });
        *self.running.borrow_mut() = Some(task);
    }

    /// Whether the node's process is there.
    pub(super) fn is_running(&self) -> bool {
        self.running.borrow().as_ref().is_some_and(|task| !task.is_finished())
    }

    /// Ends the process as SIGKILL does.
    pub(super) fn kill(&self) {
        self.world.kill(BROKER);
        self.ledger.note(Deed::NodeEnded);
    }

    /// Cuts the power and gives it back after `dark`.
    pub(super) async fn cut_power(&self, dark: Duration) {
        self.world.crash(BROKER);
        self.world.node("chaos").sleep(dark).await;
        self.ledger.note(Deed::NodeEnded);
        self.ledger.note(Deed::PowerCut);
        self.world.restart(BROKER);
    }

    /// Asks the node to stop.
    pub(super) fn ask_to_stop(&self) {
        self.world.signal(BROKER, ShutdownSignal::Terminate);
    }

    /// Waits until the process has ended by itself; whether it did within the time that a stop may
    /// take.
    pub(super) async fn wait_for_end(&self) -> bool {
        let io = self.world.node("chaos");
        let until = io.now().mono + STOP_MAX;
        while self.is_running() {
            if io.now().mono >= until {
                return false;
            }
            io.sleep(Duration::from_millis(20)).await;
        }
        true
    }
}

async fn serve(io: &Io, settings: NodeSettings, counts: &Counts) -> Ended {
    let running = match ottla_broker::start(io.clone(), settings).await {
        Ok(running) => running,
        Err(error) => return counts.gave_up(format!("start: {error}")),
    };
    counts.served.fetch_add(1, Ordering::Relaxed);
    let failed = running.failure();
    tokio::select! {
        biased;
        reason = failed => counts.gave_up(reason),
        _ = io.shutdown_signal() => match running.stop().await {
            Ok(()) => Ended::Stopped,
            Err(error) => counts.gave_up(format!("stop: {error}")),
        },
    }
}

fn settings(plan: &Plan) -> NodeSettings {
    let dirs: Vec<PathBuf> = plan.dirs.clone();
    let mut settings = node::settings_in(1, PORT, &TEXTS, dirs);
    settings.storage.checkpoint_interval = Duration::from_millis(plan.checkpoint_ms);
    settings.storage.high_watermark_checkpoint_interval = Duration::from_millis(plan.checkpoint_ms);
    settings.storage.retention_check_interval = Duration::from_millis(plan.retention_check_ms);
    if let Some(crowd) = &plan.crowd {
        crowd.set(&mut settings);
    }
    settings
}
