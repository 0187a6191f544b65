//! The room: who is in it, and what goes wrong.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

use ottla_base::Rng;
use ottla_client::Admin;
use ottla_client::admin::{FeatureUpdate, UpgradeType};
use ottla_io::{Io, Task};
use ottla_sim::{Faults, World};
use tokio::sync::watch;

use super::members::{self, Ending, Member, SharedBoard};
use super::plan::{Plan, Work};
use crate::room::{client, create_topic, start_node};

/// Node of the scenario itself, which no fault touches.
const CHAOS: &str = "chaos";

/// Everything at hand.
pub(super) struct Room {
    pub(super) world: World,
    pub(super) plan: Plan,
    pub(super) board: SharedBoard,
    rng: RefCell<Rng>,
    /// Members by seat.
    members: RefCell<BTreeMap<u64, watch::Sender<Ending>>>,
    source: RefCell<Option<Task>>,
    /// Lives of members so far.
    lives: Cell<u64>,
}

impl Room {
    pub(super) fn new(world: &World, plan: Plan) -> Self {
        Self {
            world: world.clone(),
            rng: RefCell::new(Rng::new(world.seed() ^ 0xfa17)),
            plan,
            board: SharedBoard::default(),
            members: RefCell::default(),
            source: RefCell::default(),
            lives: Cell::default(),
        }
    }

    pub(super) fn io(&self) -> Io {
        self.world.node(CHAOS)
    }

    pub(super) fn rebalances(&self) -> i64 {
        self.board.lock().unwrap().generation
    }

    fn draw(&self, low: u64, high: u64) -> u64 {
        self.rng.borrow_mut().range(low, high)
    }

    async fn pause(&self, low_ms: u64, high_ms: u64) {
        let millis = self.draw(low_ms, high_ms);
        self.io().sleep(Duration::from_millis(millis)).await;
    }

    /// Makes the topics, and lets everybody in.
    pub(super) async fn open(&self) {
        start_node(&self.world.node("broker"));
        let client = client(&self.io());
        for topic in ["in", "out"] {
            create_topic(&client, topic, self.plan.partitions).await;
        }
        if self.plan.work == Work::Transform && self.plan.transaction_version < 2 {
            let level = self.plan.transaction_version;
            let update = FeatureUpdate { level, upgrade_type: UpgradeType::SafeDowngrade };
            let updates = BTreeMap::from([("transaction.version".to_owned(), update)]);
            let mut retry = client.retry(Duration::from_secs(600));
            while let Err(error) =
                Admin::over(client.clone()).update_features(&updates, false).await
            {
                retry.after(error).await.unwrap();
            }
        }
        let io = self.world.node("source");
        let writing = members::write(io.clone(), self.plan.clone(), self.board.clone());
        *self.source.borrow_mut() = Some(io.spawn("source", writing));
        self.come(0);
        self.come(1);
    }

    /// A member takes this seat.
    fn come(&self, seat: u64) {
        self.lives.set(self.lives.get() + 1);
        // A static member has a name that it keeps; a process that ended comes back on its machine.
        let name = format!("member-{seat}");
        let (order, orders) = watch::channel(Ending::Stay);
        self.members.borrow_mut().insert(seat, order);
        let io = self.world.node(&name);
        let (plan, board) = (self.plan.clone(), self.board.clone());
        let member = Member { io: io.clone(), name, plan, board, orders };
        io.spawn("member", member.live());
    }

    fn is_taken(&self, seat: u64) -> bool {
        self.members.borrow().contains_key(&seat)
    }

    fn end(&self, seat: u64, ending: Ending) {
        if let Some(order) = self.members.borrow_mut().remove(&seat) {
            order.send_replace(ending);
        }
    }

    fn kill(&self, seat: u64) {
        if self.members.borrow_mut().remove(&seat).is_some() {
            self.world.kill(&format!("member-{seat}"));
        }
    }

    /// Lets things happen.
    pub(super) async fn break_things(&self) {
        for _ in 0..self.plan.events {
            self.pause(500, 15_000).await;
            let seat = self.draw(0, self.plan.seats - 1);
            match self.draw(0, 9) {
                0..=2 if self.is_taken(seat) => self.end(seat, Ending::Close),
                3 if self.is_taken(seat) => self.end(seat, Ending::Drop),
                4 if self.is_taken(seat) => {
                    self.kill(seat);
                    if self.draw(0, 1) == 0 {
                        self.come(seat);
                    }
                }
                5 | 6 => self.kill_broker().await,
                7 | 8 if self.is_taken(seat) => self.cut(&format!("member-{seat}")).await,
                9 => self.cut("source").await,
                _ => {
                    self.kill(seat);
                    self.come(seat);
                }
            }
        }
    }

    async fn kill_broker(&self) {
        self.world.kill("broker");
        self.pause(0, 20_000).await;
        start_node(&self.world.node("broker"));
    }

    async fn cut(&self, node: &str) {
        self.world.partition(node, "broker");
        self.pause(100, 40_000).await;
        self.world.heal(node, "broker");
    }

    /// No faults from here on, and somebody who reads; waits until all is written.
    pub(super) async fn make_peace(&self) {
        self.world.set_faults(Faults::default());
        for seat in 0..2 {
            if !self.is_taken(seat) {
                self.come(seat);
            }
        }
        let source = self.source.borrow_mut().take();
        source.unwrap().join().await.unwrap();
    }

    /// Members leave as they should.
    pub(super) async fn send_home(&self) {
        for seat in 0..self.plan.seats {
            self.end(seat, Ending::Close);
        }
        self.io().sleep(Duration::from_secs(60)).await;
    }
}
