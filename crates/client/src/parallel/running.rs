//! The loop: takes records as there is room, starts what may run, commits what is done, and gives back
//! what goes. What may run and what is done, [`Lanes`] says.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use ottla_base::MonoTime;
use ottla_io::Io;
use ottla_membership::{Lanes, LanesMax, Leaving, Position, Ticket};
use ottla_model::{ErrorCode, TopicPartition};
use tokio::sync::{mpsc, watch};

use super::letters::letter_of;
use super::rebalances::Rebalance;
use super::{Failed, ParallelSettings};
use crate::consumer::{Consumer, ConsumerRecord, Offsets};
use crate::{Error, ErrorKind, Result};

/// How often the loop says that it is alive while there is no room.
const ALIVE_EVERY: Duration = Duration::from_secs(1);

/// Between two attempts to commit in the end, while the group is rebalancing.
const COMMIT_PAUSE: Duration = Duration::from_millis(100);

/// What a handler returns.
pub(super) type Work = Pin<Box<dyn Future<Output = std::result::Result<(), Failed>> + Send>>;

/// A user's handler.
pub(super) type Handler = Arc<dyn Fn(ConsumerRecord) -> Work + Send + Sync>;

/// What tasks tell the loop.
enum Event {
    /// The handler has ended.
    Worked(Ticket, std::result::Result<(), Failed>),
    /// A dead letter is kept, or not.
    Kept(Ticket, Result<()>),
    Committed(BTreeMap<TopicPartition, Position>, Result<()>),
}

/// The loop and what it knows.
pub(super) struct Running {
    io: Io,
    consumer: Consumer,
    settings: ParallelSettings,
    handler: Handler,
    lanes: Lanes<ConsumerRecord>,
    events: mpsc::UnboundedSender<Event>,
    inbox: mpsc::UnboundedReceiver<Event>,
    /// Records that have failed for good, with why, until that is kept.
    dead: BTreeMap<Ticket, (String, u32)>,
    /// What goes as soon as nothing of it is worked on, or at this time.
    going: Vec<(Rebalance, MonoTime)>,
    commit_due: MonoTime,
    is_committing: bool,
    /// Nothing more is read or begun.
    is_stopping: bool,
    failure: Option<Error>,
}

impl Running {
    pub(super) fn new(consumer: Consumer, settings: ParallelSettings, handler: Handler) -> Self {
        let io = consumer.shared.client.io().clone();
        let max = LanesMax {
            running: settings.concurrency,
            records: settings.records_max,
            bytes: settings.bytes_max,
        };
        let (events, inbox) = mpsc::unbounded_channel();
        Self {
            commit_due: io.now().mono,
            lanes: Lanes::new(settings.order, max),
            io,
            consumer,
            settings,
            handler,
            events,
            inbox,
            dead: BTreeMap::new(),
            going: Vec::new(),
            is_committing: false,
            is_stopping: false,
            failure: None,
        }
    }

    pub(super) async fn run(
        mut self,
        mut rebalances: mpsc::UnboundedReceiver<Rebalance>,
        mut stop: watch::Receiver<bool>,
    ) -> Result<()> {
        let io = self.io.clone();
        while !self.is_stopping {
            self.start_work();
            self.commit();
            self.give_back();
            let room = self.lanes.room();
            if room == 0 {
                self.consumer.is_alive();
            }
            let deadline = self.deadline(room == 0);
            tokio::select! {
                biased;
                Some(event) = self.inbox.recv() => self.handle(event),
                Some(rebalance) = rebalances.recv() => self.rebalance(rebalance),
                () = stopped(&mut stop) => self.is_stopping = true,
                records = self.consumer.wait_for(room), if room > 0 => self.take(records),
                () = io.sleep_until(deadline) => {}
            }
        }
        self.end(rebalances).await
    }

    /// Starts what may run now.
    fn start_work(&mut self) {
        let now = self.io.now().mono;
        while let Some(started) = self.lanes.start(now) {
            let (ticket, events) = (started.ticket, self.events.clone());
            if let Some((reason, attempts)) = self.dead.get(&ticket).cloned() {
                self.keep(ticket, started.record, reason, attempts);
                continue;
            }
            let work = (self.handler)(started.record);
            let mut report = Report { events, ticket, is_told: false };
            self.io.spawn("parallel record", async move {
                let result = work.await;
                report.tell(result);
            });
        }
    }

    /// Has a record kept that failed for good.
    fn keep(&self, ticket: Ticket, record: ConsumerRecord, reason: String, attempts: u32) {
        let Some(store) = self.settings.dead_letters.clone() else { return };
        let error = Error::new(ErrorKind::InvalidRecord, reason);
        let letter = letter_of(record, error, attempts);
        let events = self.events.clone();
        self.io.spawn("parallel dead letter", async move {
            let kept = store.keep(letter).await;
            let _nobody_waits = events.send(Event::Kept(ticket, kept));
        });
    }

    fn handle(&mut self, event: Event) {
        let now = self.io.now().mono;
        match event {
            Event::Worked(ticket, Ok(())) => self.lanes.done(now, ticket),
            Event::Worked(ticket, Err(failed)) => self.failed(ticket, failed),
            Event::Kept(ticket, Ok(())) => {
                self.dead.remove(&ticket);
                self.lanes.done(now, ticket);
            }
            Event::Kept(ticket, Err(error)) => {
                tracing::warn!(%error, "a dead letter could not be kept; it is tried again");
                self.lanes.again(ticket, now + self.pause(1));
            }
            Event::Committed(places, result) => {
                self.is_committing = false;
                match result {
                    Ok(()) => self.lanes.committed(&places),
                    Err(error) => tracing::warn!(%error, "offsets could not be committed yet"),
                }
            }
        }
    }

    fn failed(&mut self, ticket: Ticket, failed: Failed) {
        let now = self.io.now().mono;
        let attempts = self.lanes.failures(ticket).saturating_add(1);
        if !failed.is_for_good && attempts < self.settings.attempts {
            tracing::debug!(reason = failed.reason, attempts, "a record is tried again later");
            return self.lanes.again(ticket, now + self.pause(attempts));
        }
        if self.settings.dead_letters.is_some() {
            self.dead.insert(ticket, (failed.reason, attempts));
            return self.lanes.again(ticket, now);
        }
        let text = format!("a record failed for good: {}", failed.reason);
        self.failure = Some(Error::new(ErrorKind::InvalidRecord, text));
        self.is_stopping = true;
        // Not done, and not to be begun again.
        self.lanes.again(ticket, MonoTime::NEVER);
    }

    fn pause(&self, attempts: u32) -> Duration {
        let doubled =
            self.settings.retry_first.saturating_mul(1 << attempts.saturating_sub(1).min(20));
        doubled.min(self.settings.retry_max)
    }

    fn take(&mut self, records: Option<Result<Vec<ConsumerRecord>>>) {
        let now = self.io.now().mono;
        let records = match records {
            Some(Ok(records)) => records,
            Some(Err(error)) if error.is_retriable() => return,
            Some(Err(error)) => {
                self.failure = Some(error);
                self.is_stopping = true;
                return;
            }
            None => {
                self.is_stopping = true;
                return;
            }
        };
        for record in records {
            let partition = TopicPartition::new(record.topic.clone(), record.partition);
            let epoch = Some(record.leader_epoch).filter(|it| *it >= 0);
            let next = Position { offset: record.offset + 1, epoch };
            let (key, weight) = (record.key.clone(), weight_of(&record));
            self.lanes.admit(now, &partition, next, key.as_ref(), weight, record);
        }
    }

    fn rebalance(&mut self, rebalance: Rebalance) {
        if rebalance.is_lost {
            self.forget(&rebalance.partitions);
            let _nobody_waits = rebalance.done.send(Offsets::new());
            return;
        }
        self.lanes.stop(&rebalance.partitions);
        let until = self.io.now().mono + self.settings.give_back;
        self.going.push((rebalance, until));
    }

    fn forget(&mut self, partitions: &[TopicPartition]) {
        self.lanes.forget(partitions);
        self.dead.retain(|ticket, _| self.lanes.knows(*ticket));
    }

    /// Gives back what nothing is worked on any more of, or what was waited for long enough.
    fn give_back(&mut self) {
        let now = self.io.now().mono;
        let may_go = |(it, until): &mut (Rebalance, MonoTime)| {
            self.lanes.is_idle(&it.partitions) || now >= *until
        };
        let gone: Vec<(Rebalance, MonoTime)> = self.going.extract_if(.., may_go).collect();
        for (rebalance, _) in gone {
            let mut places = self.lanes.committable();
            places.retain(|it, _| rebalance.partitions.contains(it));
            self.forget(&rebalance.partitions);
            let offsets = places.into_iter().map(|(it, place)| (it, place.into())).collect();
            let _nobody_waits = rebalance.done.send(offsets);
        }
    }

    /// Commits what is done, if that is due and none is under way.
    fn commit(&mut self) {
        let now = self.io.now().mono;
        if now < self.commit_due || self.is_committing {
            return;
        }
        self.commit_due = now + self.consumer.shared.settings.auto_commit_interval;
        let places = self.lanes.committable();
        if places.is_empty() || self.consumer.shared.lock().rebalancing {
            return;
        }
        let offsets = places.iter().map(|(it, place)| (it.clone(), (*place).into())).collect();
        let events = self.events.clone();
        let sent = self.consumer.commit_later(offsets, move |result| {
            let _nobody_waits = events.send(Event::Committed(places, result));
        });
        self.is_committing = sent.is_ok();
    }

    fn deadline(&self, is_full: bool) -> MonoTime {
        let now = self.io.now().mono;
        let commit = match self.is_committing || self.lanes.committable().is_empty() {
            true => MonoTime::NEVER,
            false => self.commit_due,
        };
        let going = self.going.iter().map(|(_, until)| *until).min().unwrap_or(MonoTime::NEVER);
        let alive = if is_full { now + ALIVE_EVERY } else { MonoTime::NEVER };
        self.lanes.due().min(commit).min(going).min(alive)
    }

    /// Waits for what is being worked on, commits what is done, and leaves the group.
    async fn end(mut self, mut rebalances: mpsc::UnboundedReceiver<Rebalance>) -> Result<()> {
        let io = self.io.clone();
        let until = io.now().mono + self.settings.give_back;
        let partitions = self.lanes.partitions();
        self.lanes.stop(&partitions);
        while (self.lanes.running() > 0 || self.is_committing) && io.now().mono < until {
            self.consumer.is_alive();
            self.give_back();
            let next = until.min(io.now().mono + ALIVE_EVERY);
            tokio::select! {
                biased;
                Some(event) = self.inbox.recv() => self.handle(event),
                Some(rebalance) = rebalances.recv() => self.rebalance(rebalance),
                () = io.sleep_until(next) => {}
            }
        }
        while let Ok(rebalance) = rebalances.try_recv() {
            self.rebalance(rebalance);
        }
        // What is to be given back is ours until that is answered: time for the last commit.
        let limit = until.since(io.now().mono).max(ALIVE_EVERY);
        match io.timeout(limit, self.commit_all()).await {
            Some(Ok(())) => {}
            Some(Err(error)) => self.failure = self.failure.or(Some(error)),
            None => tracing::warn!("the last offsets could not be committed in time"),
        }
        // Whoever is told from here on that partitions go is answered by nobody, at once.
        drop(rebalances);
        self.going.clear();
        self.consumer.close_with(Leaving::Default, limit).await;
        self.failure.map_or(Ok(()), Err)
    }

    /// Commits what is done, as soon as no rebalance is under way.
    async fn commit_all(&self) -> Result<()> {
        loop {
            let places = self.lanes.committable();
            let offsets = places.into_iter().map(|(it, place)| (it, place.into())).collect();
            match self.consumer.commit_offsets(offsets).await {
                Err(error) if error.code() == Some(ErrorCode::RebalanceInProgress) => {
                    self.io.sleep(COMMIT_PAUSE).await;
                }
                Err(error) if is_of_the_group(&error) => return Ok(()),
                told => return told,
            }
        }
    }
}

/// Waits until somebody wants everything to end.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _all_ended = stop.wait_for(|stop| *stop).await.is_ok();
}

/// Somebody else has the partitions: what was not committed is read again there.
fn is_of_the_group(error: &Error) -> bool {
    matches!(
        error.code(),
        Some(
            ErrorCode::IllegalGeneration
                | ErrorCode::UnknownMemberId
                | ErrorCode::StaleMemberEpoch
                | ErrorCode::FencedInstanceId
        )
    )
}

/// Tells the end of a handler, also if that is a panic.
struct Report {
    events: mpsc::UnboundedSender<Event>,
    ticket: Ticket,
    is_told: bool,
}

impl Report {
    fn tell(&mut self, result: std::result::Result<(), Failed>) {
        self.is_told = true;
        let _nobody_waits = self.events.send(Event::Worked(self.ticket, result));
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        if !self.is_told {
            self.tell(Err(Failed::for_now("the handler panicked")));
        }
    }
}

fn weight_of(record: &ConsumerRecord) -> usize {
    let bytes = |it: &Option<bytes::Bytes>| it.as_ref().map_or(0, bytes::Bytes::len);
    let headers = record.headers.iter().map(|it| it.key.len() + bytes(&it.value));
    size_of::<ConsumerRecord>() + bytes(&record.key) + bytes(&record.value) + headers.sum::<usize>()
}
