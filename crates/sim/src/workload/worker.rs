//! A member of a group at work: it reads the partitions that it has from where the group is, and says
//! how far it came; either by committing offsets, or by writing what it makes of the records into
//! another topic, in one transaction with the offsets (consume, transform, produce).
//!
//! Draws per round: bytes of a fetch, whether to commit (again) or to abort, the pause.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ottla_io::Io;
use ottla_model::TopicPartition;

use super::offsets::{commit_offset, fetch_offset};
use super::source::Sink;
use super::{
    Broken, Caller, Failure, GroupOf, Identity, Membership, Target, TransactionalProducer,
    fetch_committed,
};
use crate::Ledger;

/// Time between two heartbeats.
const HEARTBEAT: Duration = Duration::from_millis(1000);

/// Milliseconds between two rounds, at most.
const PAUSE_MS_MAX: u64 = 300;

/// Bytes of a fetch, at most: a few batches.
const FETCH_BYTES_MAX: u64 = 600;

/// One transaction out of so many is aborted.
const ABORT_EVERY: u64 = 6;

/// One of so many rounds ends with a commit.
const COMMIT_EVERY: u64 = 3;

/// What is committed already is committed again in one of so many rounds, as auto-commit does: a disk that
/// loses what was only written takes a commit back, and nobody is told.
const COMMIT_AGAIN_EVERY: u64 = 20;

/// What others may know of a member: its epoch and what it has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The generation or epoch; `None` if it is in none.
    pub epoch: Option<i32>,
    /// The partitions that it has.
    pub owned: Vec<TopicPartition>,
}

/// Where a member says what it has.
pub type Board = Arc<Mutex<Place>>;

/// A member at work.
pub struct Worker {
    io: Io,
    name: String,
    caller: Caller,
    ledger: Ledger,
    membership: Membership,
    /// Next offsets to read, of the partitions that it has.
    positions: BTreeMap<TopicPartition, i64>,
    /// Of them, those that are committed.
    committed: BTreeMap<TopicPartition, i64>,
    /// As whom the positions were found.
    found_as: Option<Identity>,
    transforms: Option<(TransactionalProducer, Sink)>,
    board: Board,
}

impl Worker {
    /// A member that commits offsets.
    pub fn new(io: Io, target: &Target, ledger: Ledger, name: &str, of: GroupOf) -> Self {
        Self {
            caller: Caller::new(io.clone(), target),
            membership: Membership::new(io.clone(), target, ledger.clone(), of),
            io,
            name: name.to_owned(),
            ledger,
            positions: BTreeMap::new(),
            committed: BTreeMap::new(),
            found_as: None,
            transforms: None,
            board: Board::default(),
        }
    }

    /// A member that writes something into `sink` for each record that it reads.
    #[must_use]
    pub fn transforming(mut self, producer: TransactionalProducer, sink: Sink) -> Self {
        self.transforms = Some((producer, sink));
        self
    }

    /// A member that says on `board` what it has.
    #[must_use]
    pub fn telling(mut self, board: Board) -> Self {
        self.board = board;
        self
    }

    /// Works on and on; ends with its node or its task.
    pub async fn run(mut self) {
        let mut heartbeat_due = self.io.now().mono;
        loop {
            if let Some((producer, _)) = &mut self.transforms
                && !producer.is_ready()
            {
                producer.begin_anew().await;
            }
            if self.io.now().mono >= heartbeat_due {
                heartbeat_due = self.io.now().mono + HEARTBEAT;
                if let Err(failure) = self.membership.keep_up().await {
                    failure.tolerate_network();
                }
                self.tell();
            }
            if let Err(failure) = self.round().await {
                failure.tolerate_network();
            }
            let millis = 20 + self.io.random_u64() % PAUSE_MS_MAX;
            self.io.sleep(Duration::from_millis(millis)).await;
        }
    }

    fn tell(&self) {
        let epoch = self.membership.identity().map(|identity| identity.epoch);
        let owned = self.membership.owned().into_iter().collect();
        *self.board.lock().unwrap_or_else(PoisonError::into_inner) = Place { epoch, owned };
    }

    async fn round(&mut self) -> Result<(), Failure> {
        let Some(who) = self.membership.identity() else {
            self.positions.clear();
            return Ok(());
        };
        let owned = self.membership.owned();
        // What it was given anew, perhaps after somebody else, it takes up where the group is.
        if self.found_as.as_ref() != Some(&who) {
            self.positions.clear();
            self.found_as = Some(who.clone());
        }
        self.positions.retain(|partition, _| owned.contains(partition));
        for partition in owned {
            self.work_on(&who, &partition).await?;
        }
        Ok(())
    }

    async fn work_on(&mut self, who: &Identity, partition: &TopicPartition) -> Result<(), Failure> {
        let position = match self.positions.get(partition) {
            Some(position) => *position,
            None => {
                let (caller, ledger, name) = (&mut self.caller, &self.ledger, &self.name);
                let Some(found) = fetch_offset(caller, ledger, name, who, partition).await? else {
                    return Ok(());
                };
                self.positions.insert(partition.clone(), found);
                self.committed.insert(partition.clone(), found);
                found
            }
        };
        let bytes = 1 + self.io.random_u64() % FETCH_BYTES_MAX;
        let bytes = i32::try_from(bytes).unwrap_or(1);
        let found = fetch_committed(&mut self.caller, partition, position, bytes).await?;
        let next = found.next_offset;
        let has_moved = next != position;
        if self.transforms.is_none() {
            self.positions.insert(partition.clone(), next);
            return self.commit(who, partition, next, has_moved).await;
        }
        if !has_moved {
            return Ok(());
        }
        let records: Vec<_> = found.records.iter().map(|(_, record)| Some(*record)).collect();
        match self.transform(who, partition, &records, next).await {
            Ok(true) => drop(self.positions.insert(partition.clone(), next)),
            Ok(false) => drop(self.positions.remove(partition)),
            Err(Broken) => {
                self.positions.clear();
                if let Some((producer, _)) = &mut self.transforms {
                    producer.begin_anew().await;
                }
            }
        }
        Ok(())
    }

    /// Commits now and then, and when there is nothing more to read.
    async fn commit(
        &mut self,
        who: &Identity,
        partition: &TopicPartition,
        next: i64,
        has_moved: bool,
    ) -> Result<(), Failure> {
        let is_committed = self.committed.get(partition) == Some(&next);
        let is_time = match (is_committed, has_moved) {
            (true, _) => self.io.random_u64().is_multiple_of(COMMIT_AGAIN_EVERY),
            (false, true) => self.io.random_u64().is_multiple_of(COMMIT_EVERY),
            (false, false) => true,
        };
        if !is_time {
            return Ok(());
        }
        if commit_offset(&mut self.caller, &self.ledger, who, partition, next).await? {
            self.committed.insert(partition.clone(), next);
        }
        Ok(())
    }

    /// Whether what was made of the records, and that they were read, is committed.
    async fn transform(
        &mut self,
        who: &Identity,
        partition: &TopicPartition,
        records: &[Option<u64>],
        next: i64,
    ) -> Result<bool, Broken> {
        let Some((producer, sink)) = &mut self.transforms else { return Ok(false) };
        producer.begin();
        for made_of in records.chunks(2) {
            producer.send(&sink.some(&self.io), made_of).await?;
        }
        producer.send_offset(who, partition, next).await?;
        producer.end(!self.io.random_u64().is_multiple_of(ABORT_EVERY)).await
    }
}
