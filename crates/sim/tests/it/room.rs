//! A machine room with one broker in it, and how things go wrong there.

use std::time::Duration;

use ottla_base::Rng;
use ottla_io::Io;
use ottla_sim::workload::{LATEST, Target, offset_at};
use ottla_sim::{Event, Faults, History, World, node};

use crate::toy_broker::{Sync, serve};

/// More virtual time than any scenario needs.
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// `flush.messages` of a topic that is never synced for its own sake.
pub(crate) const NEVER: &str = "9223372036854775807";

/// What serves the log.
#[derive(Clone, Copy)]
pub(crate) enum Broker {
    /// The one that proves the method.
    Toy(Sync),
    /// A node; the value is the topic's `flush.messages`.
    Node(&'static str),
    /// A node that may give up when its disk does, and is then as good as gone.
    FrailNode(&'static str),
}

/// What happens to it, a few times.
#[derive(Clone, Copy)]
pub(crate) enum Crash {
    /// SIGKILL: the page cache stays.
    Process,
    /// A power cut.
    Power,
    /// The disk is full for a while. Then the process is started anew.
    FullDisk,
    /// Syncs fail, and with them part of what they were to write. Then the process is started anew.
    FailedSyncs,
    /// The same, and the power goes in the new life of the process.
    FailedSyncsThenPower,
}

impl Broker {
    /// Starts it on the node `broker`.
    pub(crate) fn start(self, world: &World) {
        let io = world.node("broker");
        io.clone().spawn("broker", async move {
            match self {
                Self::Toy(sync) => drop(serve(io, sync).await),
                Self::Node(_) => {
                    let failed = serve_node(io).await;
                    panic!("the node gave up: {failed}");
                }
                Self::FrailNode(_) => drop(serve_node(io).await),
            }
        });
    }
}

/// Runs until it cannot go on; why.
async fn serve_node(io: Io) -> String {
    match ottla_broker::start(io, node::settings(1, 9092)).await {
        Ok(running) => running.failure().await,
        Err(refusal) => refusal.to_string(),
    }
}

/// One broker and those who use one of its partitions.
pub(crate) struct Room<'a> {
    pub(crate) world: &'a World,
    pub(crate) history: &'a History,
    pub(crate) target: &'a Target,
    pub(crate) broker: Broker,
}

impl Room<'_> {
    /// A few crashes and cuts between the broker and `clients`, then calm.
    pub(crate) async fn break_things(&self, clients: &[String], crash: Crash) {
        let io = self.world.node("chaos");
        let mut rng = Rng::new(self.world.seed() ^ 0xc4a5);
        for _ in 0..rng.range(1, 4) {
            io.sleep(Duration::from_millis(rng.range(1, 400))).await;
            if rng.chance(1, 3) {
                let client = &clients[rng.below(clients.len() as u64) as usize];
                self.world.partition(client, "broker");
                io.sleep(Duration::from_millis(rng.range(1, 8000))).await;
                self.world.heal(client, "broker");
            }
            match crash {
                Crash::Process => self.start_anew(),
                Crash::Power => {
                    self.cut_power(clients, &mut rng).await;
                    self.note_recovery(clients).await;
                }
                Crash::FullDisk => self.fill_disk(&mut rng).await,
                Crash::FailedSyncs => self.fail_syncs(clients, &mut rng).await,
                Crash::FailedSyncsThenPower => {
                    self.fail_syncs(clients, &mut rng).await;
                    io.sleep(Duration::from_millis(rng.range(1, 600))).await;
                    self.cut_power(clients, &mut rng).await;
                    self.note_recovery(clients).await;
                }
            }
        }
        self.world.set_faults(Faults::default());
    }

    fn start_anew(&self) {
        self.world.kill("broker");
        self.broker.start(self.world);
    }

    /// Cuts the broker's power, at any time or at any of its disk's changes, also once more while
    /// it recovers. It then runs, out of reach of the clients, so that its recovered end is the
    /// first thing that is known of its new life.
    async fn cut_power(&self, clients: &[String], rng: &mut Rng) {
        let io = self.world.node("chaos");
        let mut cuts_left = rng.range(1, 3);
        loop {
            if rng.chance(1, 2) {
                self.world.crash_after_disk_writes("broker", rng.range(0, 60));
                io.sleep(Duration::from_millis(rng.range(0, 1000))).await;
            }
            self.world.crash("broker");
            // Long enough for the last answers on the wire to arrive.
            io.sleep(Duration::from_millis(rng.range(1000, 3000))).await;
            self.world.restart("broker");
            self.lock_out(clients);
            self.broker.start(self.world);
            cuts_left -= 1;
            if cuts_left == 0 {
                return;
            }
            io.sleep(Duration::from_millis(rng.range(0, 30))).await;
        }
    }

    fn lock_out(&self, clients: &[String]) {
        clients.iter().for_each(|client| self.world.partition(client, "broker"));
    }

    /// What was not promised to stay may be gone from here on.
    async fn note_recovery(&self, clients: &[String]) {
        let offset = offset_at(&self.world.node("chaos"), self.target, LATEST).await;
        self.history.note(Event::RecoveredFromPowerCut { offset });
        clients.iter().for_each(|client| self.world.heal(client, "broker"));
    }

    /// The disk is full, perhaps also for a process that is started then.
    async fn fill_disk(&self, rng: &mut Rng) {
        let io = self.world.node("chaos");
        self.world.set_disk_capacity("broker", rng.range(0, 200 << 10));
        io.sleep(Duration::from_millis(rng.range(1, 3000))).await;
        if rng.chance(1, 3) {
            self.start_anew();
            io.sleep(Duration::from_millis(rng.range(1, 1000))).await;
        }
        self.world.set_disk_capacity("broker", u64::MAX);
        io.sleep(Duration::from_millis(rng.range(0, 1000))).await;
        self.start_anew();
    }

    async fn fail_syncs(&self, clients: &[String], rng: &mut Rng) {
        let io = self.world.node("chaos");
        self.world.fail_syncs("broker", rng.range(1, 3) as u32);
        io.sleep(Duration::from_millis(rng.range(1, 2000))).await;
        self.world.fail_syncs("broker", 0);
        self.lock_out(clients);
        io.sleep(Duration::from_millis(rng.range(1000, 3000))).await;
        self.start_anew();
        self.note_recovery(clients).await;
    }
}
