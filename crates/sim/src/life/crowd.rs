//! Groups and transactions in a world: sources that fill a topic, members of groups that read it and
//! perhaps make another topic of it, somebody who reads all that is committed. Members end in the
//! middle of their work, as processes that are killed do, and others take their place.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use ottla_io::{Io, Task};
use ottla_model::TopicPartition;

use super::crowd_plan::{CrowdPlan, GroupPlan};
use super::plan::target;
use super::room::Room;
use super::tally::Tally;
use crate::workload::{
    Board, Caller, Sink, TransactionalProducer, Worker, create_topic, fetch_committed,
    write_idempotently, write_in_transactions,
};
use crate::{Deed, Ledger};

/// Who reads all the time.
const STANDING_READER: u64 = 0;

/// Bytes of its fetches.
const READ_BYTES: i32 = 4 << 10;

/// Everybody.
pub(super) struct Crowd {
    pub(super) plan: CrowdPlan,
    pub(super) ledger: Ledger,
    pub(super) sources: RefCell<Vec<Task>>,
    pub(super) members: RefCell<Vec<Member>>,
    reader: RefCell<Option<Task>>,
    ended: Cell<u64>,
}

/// A member of a group.
pub(super) struct Member {
    name: String,
    /// Which group.
    pub(super) group: usize,
    /// What it says it has.
    pub(super) board: Board,
}

impl Crowd {
    pub(super) fn new(plan: CrowdPlan, ledger: Ledger) -> Self {
        Self {
            plan,
            ledger,
            sources: RefCell::default(),
            members: RefCell::default(),
            reader: RefCell::default(),
            ended: Cell::default(),
        }
    }

    /// Makes the topics and lets everybody in.
    pub(super) async fn open(&self, room: &Room) {
        let admin = room.client("admin");
        for sink in [&self.plan.input, &self.plan.output] {
            let target = target(&sink.topic, sink.partitions - 1);
            create_topic(&admin, &target, &[("ottla.ack.durability", "synced")]).await;
        }
        if self.plan.transaction_version < 2 {
            let mut caller = Caller::new(admin, &target("", 0));
            caller.lower_transaction_version(self.plan.transaction_version).await;
        }
        self.let_sources_in(room);
        for (group, plan) in self.plan.groups.iter().enumerate() {
            for number in 0..plan.members {
                let name = format!("{}-{number}", plan.of.group);
                let board = Board::default();
                self.let_member_in(room, &name, plan, &board);
                self.members.borrow_mut().push(Member { name, group, board });
            }
        }
        let io = room.client("committed-reader");
        let (ledger, partitions) = (self.ledger.clone(), self.partitions());
        let reading = io.clone().spawn("read committed", async move {
            follow(io, ledger, partitions).await;
        });
        *self.reader.borrow_mut() = Some(reading);
    }

    fn let_sources_in(&self, room: &Room) {
        let mut sources = self.sources.borrow_mut();
        let (sink, count) = (&self.plan.input, self.plan.batches);
        for number in 0..self.plan.idempotent_sources {
            let io = room.client(&format!("source-{number}"));
            let (ledger, sink) = (self.ledger.clone(), sink.clone());
            let writing = write_idempotently(io.clone(), target("", 0), ledger, sink, count);
            sources.push(io.spawn("source", writing));
        }
        for number in 0..self.plan.transactional_sources {
            let name = format!("transactional-source-{number}");
            let io = room.client(&name);
            let producer = self.producer(&io, &name);
            let writing = write_in_transactions(io.clone(), producer, sink.clone(), count);
            sources.push(io.spawn("transactional source", writing));
        }
    }

    fn let_member_in(&self, room: &Room, name: &str, plan: &GroupPlan, board: &Board) {
        let io = room.client(name);
        let ledger = self.ledger.clone();
        let mut worker = Worker::new(io.clone(), &target("", 0), ledger, name, plan.of.clone())
            .telling(board.clone());
        if plan.transforms {
            worker = worker.transforming(self.producer(&io, name), self.plan.output.clone());
        }
        io.spawn("member", worker.run());
    }

    fn producer(&self, io: &Io, transactional_id: &str) -> TransactionalProducer {
        let caller = Caller::new(io.clone(), &target("", 0));
        let timeout_ms = self.plan.transaction_timeout_ms;
        TransactionalProducer::new(caller, self.ledger.clone(), transactional_id, timeout_ms)
    }

    /// Ends a member now and then, as SIGKILL does; another takes its place.
    pub(super) fn end_somebody(&self, room: &Room) {
        if !room.chance(1, 2) {
            return;
        }
        let members = self.members.borrow();
        let member = &members[room.draw(0, members.len() as u64 - 1) as usize];
        room.world.kill(&member.name);
        self.ended.set(self.ended.get() + 1);
        self.let_member_in(room, &member.name, &self.plan.groups[member.group], &member.board);
    }

    /// Ends all members, for good, and whoever else is there.
    pub(super) fn send_home(&self, room: &Room) {
        for member in self.members.borrow_mut().drain(..) {
            room.world.kill(&member.name);
        }
        if let Some(reader) = self.reader.borrow_mut().take() {
            reader.abort();
        }
    }

    /// The partitions that are written to.
    pub(super) fn partitions(&self) -> Vec<TopicPartition> {
        let all = |sink: &Sink| {
            let topic = sink.topic.clone();
            (0..sink.partitions).map(move |index| TopicPartition::new(topic.as_str(), index))
        };
        all(&self.plan.input).chain(all(&self.plan.output)).collect()
    }

    pub(super) fn count_into(&self, tally: &mut Tally) {
        let count = |is_meant: fn(&Deed) -> bool| self.ledger.count(is_meant) as u64;
        tally.commits += count(|deed| matches!(deed, Deed::Committed { .. }));
        tally.assignments += count(|deed| matches!(deed, Deed::Assigned { .. }));
        tally.transactions.0 += count(|deed| matches!(deed, Deed::Ended { committed: true, .. }));
        tally.transactions.1 += count(|deed| matches!(deed, Deed::Ended { committed: false, .. }));
        tally.read += count(|deed| matches!(deed, Deed::Seen { .. }));
        tally.clients_ended += self.ended.get();
    }
}

/// Reads what is committed, on and on.
async fn follow(io: Io, ledger: Ledger, partitions: Vec<TopicPartition>) {
    let mut caller = Caller::new(io.clone(), &target("", 0));
    let mut positions = vec![0; partitions.len()];
    loop {
        for (at, position) in partitions.iter().zip(&mut positions) {
            *position = read_on(&mut caller, &ledger, STANDING_READER, at, *position).await;
        }
        io.sleep(Duration::from_millis(200)).await;
    }
}

/// Reads a little further; the next position.
pub(super) async fn read_on(
    caller: &mut Caller,
    ledger: &Ledger,
    reader: u64,
    at: &TopicPartition,
    position: i64,
) -> i64 {
    match fetch_committed(caller, at, position, READ_BYTES).await {
        Ok(found) => {
            for (offset, record) in found.records {
                ledger.note(Deed::Seen { reader, at: at.clone(), offset, record });
            }
            found.next_offset
        }
        Err(failure) => {
            failure.tolerate_network();
            position
        }
    }
}
