//! The one loop of the metadata plane. It owns the quorum, the log and the newest image; everybody
//! else sends commands and waits for the answer.

mod append;
mod snapshots;

use std::collections::VecDeque;
use std::future::{Future, pending};
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use ottla_base::{MonoTime, Rng, always};
use ottla_controller::decide::{self, Settings};
use ottla_controller::metadata_version::{ELR_VERSION, METADATA_VERSION, MetadataVersion};
use ottla_controller::{Change, Image, Record, Replayer};
use ottla_io::Io;
use ottla_log::AppendAs;
use ottla_log::producers::Origin;
use ottla_model::{LeaderEpoch, Offset};
use ottla_raft::{Effect, Event, Quorum};
use tokio::sync::{mpsc, oneshot};
use tracing::{error, info, warn};

use super::control::batch_bytes;
use super::handle::{
    Answer, Command, Decide, DecideContext, Delta, MetadataError, QuorumView, Shared,
};
use super::load::Loaded;
use super::quorum_state;
use super::snapshot::SnapshotId;
use crate::storage::{AppendFailure, Flush, LogFiles};

/// Commands taken before the loop looks at syncs and timers again.
const COMMANDS_PER_TURN_MAX: usize = 128;
/// Committed changes on their way to this node's partitions, with those who wait for them.
pub(super) struct Published {
    pub(super) delta: Delta,
    pub(super) answers: Vec<Answer>,
}

/// Something that was appended, or only looked at, and is not committed yet.
struct Pending {
    end_offset: Offset,
    image: Image,
    changes: Vec<Change>,
    answer: Option<Answer>,
}

type Flushing = Pin<Box<dyn Future<Output = (Flush, io::Result<()>)> + Send>>;
type Snapshotting = Pin<Box<dyn Future<Output = (SnapshotId, Result<u64, String>)> + Send>>;

/// State of the loop.
pub(super) struct Service {
    io: Io,
    shared: Arc<Shared>,
    settings: Settings,
    dir: PathBuf,
    log: LogFiles,
    quorum: Quorum,
    kraft_version: i16,
    replayer: Replayer,
    /// What was published last.
    committed: Arc<Image>,
    pending: VecDeque<Pending>,
    publish: mpsc::Sender<Published>,
    rng: Rng,
    flushing: Option<Flushing>,
    snapshotting: Option<Snapshotting>,
    snapshot_waiters: Vec<oneshot::Sender<()>>,
    newest_snapshot: SnapshotId,
    bytes_since_snapshot: u64,
    snapshot_due: MonoTime,
    idle_since: MonoTime,
}

impl Service {
    /// The loop around what was loaded.
    pub(super) fn new(
        io: &Io,
        shared: Arc<Shared>,
        quorum: Quorum,
        loaded: Loaded,
        publish: mpsc::Sender<Published>,
    ) -> Self {
        let now = io.now().mono;
        let committed = Arc::new(loaded.replayer.visible().clone());
        let bytes_since_snapshot = loaded.log.log().size();
        let settings = shared.settings.controller.clone();
        let interval = shared.settings.snapshot_interval;
        Self {
            io: io.clone(),
            settings,
            dir: loaded.log.dir().to_owned(),
            log: loaded.log,
            quorum,
            kraft_version: loaded.kraft_version,
            replayer: loaded.replayer,
            committed,
            pending: VecDeque::new(),
            publish,
            rng: Rng::new(io.random_u64()),
            flushing: None,
            snapshotting: None,
            snapshot_waiters: Vec::new(),
            newest_snapshot: loaded.newest_snapshot,
            bytes_since_snapshot,
            snapshot_due: if interval.is_zero() { MonoTime::NEVER } else { now + interval },
            idle_since: now,
            shared,
        }
    }

    /// Becomes leader and records what a new leader has to. `bootstrap` is what a fresh cluster
    /// begins with.
    ///
    /// # Errors
    /// What the device said.
    pub(super) async fn begin(&mut self, bootstrap: Vec<Record>) -> Result<(), MetadataError> {
        self.step(Event::Start).await?;
        let mut records = Vec::new();
        if self.replayer.in_transaction() {
            warn!("a metadata transaction was left open by an earlier leader; it is aborted");
            records.push(Record::AbortTransaction { reason: Some("Controller failover".into()) });
        }
        if !bootstrap.is_empty() {
            self.bootstrap(bootstrap, &mut records);
        }
        if !records.is_empty() {
            let changes = self.append(&records).await?;
            self.wait_for_commit(changes, None);
        }
        info!(
            epoch = self.quorum.epoch(),
            offset = self.quorum.end_offset(),
            topics = self.replayer.image().topics.len(),
            "leads the metadata quorum"
        );
        Ok(())
    }

    /// Serves commands until it is told to stop, or the log fails.
    pub(super) async fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        let ended = self.serve(&mut commands).await;
        if let Err(why) = &ended {
            error!(error = %why, "the metadata log failed; this node has to be restarted");
            self.shared.failed.send_replace(Some(why.to_string()));
        }
        let why = ended.err().unwrap_or(MetadataError::Stopped);
        for pending in self.pending.drain(..) {
            if let Some(answer) = pending.answer {
                answer(Err(why.clone()));
            }
        }
        commands.close();
    }

    async fn serve(&mut self, commands: &mut mpsc::Receiver<Command>) -> Result<(), MetadataError> {
        loop {
            let wake_at = self.wake_at();
            tokio::select! {
                biased;
                (flush, result) = present(&mut self.flushing) => {
                    self.flushing = None;
                    self.flushed(flush, result).await?;
                }
                (id, result) = present(&mut self.snapshotting) => {
                    self.snapshotting = None;
                    self.snapshot_written(id, result);
                }
                command = commands.recv() => {
                    let Some(command) = command else { return self.finish().await };
                    if let Some(done) = self.commands(command, commands).await? {
                        let finished = self.finish().await;
                        let _ = done.send(());
                        return finished;
                    }
                }
                () = self.io.sleep_until(wake_at) => self.tick().await?,
            }
        }
    }

    /// What a fresh cluster begins with, in one metadata transaction if its level has them.
    fn bootstrap(&self, bootstrap: Vec<Record>, records: &mut Vec<Record>) {
        let level_of = |feature: &str| {
            bootstrap.iter().find_map(|record| match record {
                Record::FeatureLevel { name, level } if &**name == feature => Some(*level),
                _ => None,
            })
        };
        let version = level_of(METADATA_VERSION).and_then(MetadataVersion::from_level);
        let in_transaction = version.unwrap_or(MetadataVersion::LATEST).has_transactions();
        let with_elr = level_of(ELR_VERSION).is_some();
        if in_transaction {
            records.push(Record::BeginTransaction { name: Some("Bootstrap records".into()) });
        }
        records.extend(bootstrap);
        if with_elr {
            decide::elr_safety_records(self.replayer.image(), &self.settings, records);
        }
        if in_transaction {
            records.push(Record::EndTransaction);
        }
    }

    /// Handles a command and those behind it; says whom to tell if one of them is to stop.
    async fn commands(
        &mut self,
        first: Command,
        commands: &mut mpsc::Receiver<Command>,
    ) -> Result<Option<oneshot::Sender<()>>, MetadataError> {
        let mut next = Some(first);
        for _ in 0..COMMANDS_PER_TURN_MAX {
            match next {
                Some(Command::Change(decide)) => self.change(decide).await?,
                Some(Command::Snapshot(done)) => {
                    self.snapshot_waiters.push(done);
                    self.begin_snapshot();
                }
                Some(Command::Stop(done)) => return Ok(Some(done)),
                None => break,
            }
            next = commands.try_recv().ok();
        }
        if let Some(Command::Change(decide)) = next {
            self.change(decide).await?;
        }
        self.commit(self.quorum.high_watermark()).await?;
        Ok(None)
    }

    async fn change(&mut self, decide: Decide) -> Result<(), MetadataError> {
        let rules = Arc::clone(&self.shared.settings.config_rules);
        let (records, answer) = decide(&mut DecideContext {
            image: self.replayer.image(),
            settings: &self.settings,
            config_rules: &*rules,
            rng: &mut self.rng,
            next_offset: self.quorum.end_offset(),
            now: self.io.now(),
            kraft_version: self.kraft_version,
        });
        match self.append(&records).await {
            Ok(changes) => self.wait_for_commit(changes, Some(answer)),
            Err(refused @ (MetadataError::Record(_) | MetadataError::Full(_))) => {
                answer(Err(refused));
            }
            Err(fatal) => {
                answer(Err(fatal.clone()));
                return Err(fatal);
            }
        }
        Ok(())
    }

    fn wait_for_commit(&mut self, changes: Vec<Change>, answer: Option<Answer>) {
        self.pending.push_back(Pending {
            end_offset: self.quorum.end_offset(),
            image: self.replayer.visible().clone(),
            changes,
            answer,
        });
    }

    /// Feeds the quorum one event and does what follows.
    async fn step(&mut self, event: Event) -> Result<(), MetadataError> {
        for effect in self.quorum.step(event) {
            match effect {
                Effect::PersistState(state) => {
                    let (disk, dir) = (self.io.disk(), self.dir.clone());
                    let (level, voters) = (self.kraft_version, self.quorum.voters().clone());
                    let write = move || quorum_state::write(&disk, &dir, &state, level, &voters);
                    self.io.flushing(write).await.map_err(storage_error)?;
                }
                Effect::BecomeLeader { .. } | Effect::Resigned { .. } => {}
                Effect::Append { base_offset, epoch, batch } => {
                    let (now, count) = (self.io.now(), batch.len());
                    let bytes = batch_bytes(base_offset, epoch, now.wall.millis, &batch);
                    self.write(base_offset, epoch, &bytes)?;
                    let end_offset = base_offset + count as Offset;
                    self.replayer.advance_to(end_offset, epoch, now.wall.millis);
                    self.idle_since = now.mono;
                }
                Effect::Sync { .. } => self.begin_flush()?,
                Effect::HighWatermark { offset } => Box::pin(self.commit(offset)).await?,
            }
        }
        Ok(())
    }

    fn write(
        &mut self,
        base_offset: Offset,
        epoch: LeaderEpoch,
        bytes: &[u8],
    ) -> Result<(), MetadataError> {
        let role = AppendAs::Leader { epoch, origin: Origin::Replication };
        let appended = self.log.append(bytes, role, self.io.now().wall).map_err(|failure| {
            let is_full = matches!(&failure, AppendFailure::Storage(error)
                if error.kind() == io::ErrorKind::StorageFull && !self.log.is_broken());
            let text = failure.to_string();
            if is_full { MetadataError::Full(text) } else { MetadataError::Storage(text) }
        })?;
        always!(
            appended.first_offset == base_offset,
            "the log placed at {} what the quorum placed at {base_offset}",
            appended.first_offset
        );
        self.bytes_since_snapshot += bytes.len() as u64;
        Ok(())
    }

    fn begin_flush(&mut self) -> Result<(), MetadataError> {
        always!(self.flushing.is_none(), "two syncs at once");
        let flush = self.log.begin_flush().map_err(storage_error)?;
        let io = self.io.clone();
        self.flushing = Some(Box::pin(async move {
            io.flushing(move || {
                let result = flush.run();
                (flush, result)
            })
            .await
        }));
        Ok(())
    }

    async fn flushed(&mut self, flush: Flush, result: io::Result<()>) -> Result<(), MetadataError> {
        let end_offset = flush.end_offset();
        self.log.end_flush(flush, &result);
        result.map_err(storage_error)?;
        self.step(Event::Synced { end_offset }).await
    }

    /// Publishes everything below `high_watermark`.
    async fn commit(&mut self, high_watermark: Offset) -> Result<(), MetadataError> {
        let (mut changes, mut answers, mut image) = (Vec::new(), Vec::new(), None);
        while self.pending.front().is_some_and(|first| first.end_offset <= high_watermark) {
            let Some(first) = self.pending.pop_front() else { break };
            changes.extend(first.changes);
            answers.extend(first.answer);
            image = Some(first.image);
        }
        self.log.high_watermark_moved(high_watermark);
        self.shared.quorum.store(Arc::new(self.view()));
        let Some(image) = image else { return Ok(()) };
        let before = std::mem::replace(&mut self.committed, Arc::new(image));
        let delta = Delta { before, after: Arc::clone(&self.committed), changes };
        let sent = self.publish.send(Published { delta, answers }).await;
        if let Err(mpsc::error::SendError(published)) = sent {
            published.answers.into_iter().for_each(|answer| answer(Ok(())));
        }
        if self.bytes_since_snapshot >= self.shared.settings.snapshot_after_bytes {
            self.begin_snapshot();
        }
        Ok(())
    }

    /// How the quorum stands.
    pub(super) fn view(&self) -> QuorumView {
        QuorumView {
            leader_id: self.settings.node_id,
            leader_epoch: self.quorum.epoch(),
            high_watermark: self.quorum.high_watermark(),
            log_end_offset: self.quorum.end_offset(),
            caught_up_timestamp_ms: self.io.now().wall.millis,
            voters: self.quorum.voters().clone(),
            kraft_version: self.kraft_version,
        }
    }

    fn wake_at(&self) -> MonoTime {
        let interval = self.shared.settings.idle_interval;
        let idle_at = if interval.is_zero() { MonoTime::NEVER } else { self.idle_since + interval };
        idle_at.min(self.snapshot_due)
    }

    /// A log that is silent gets a NoOp record, so that whoever reads it can tell a quiet quorum
    /// from a dead one.
    async fn tick(&mut self) -> Result<(), MetadataError> {
        let now = self.io.now().mono;
        let settings = &self.shared.settings;
        if now >= self.snapshot_due {
            self.snapshot_due = now + settings.snapshot_interval;
            self.begin_snapshot();
        }
        let interval = self.shared.settings.idle_interval;
        if !interval.is_zero() && now >= self.idle_since + interval {
            match self.append(&[Record::NoOp]).await {
                Ok(changes) => self.wait_for_commit(changes, None),
                // A quiet quorum says so again when there is room.
                Err(MetadataError::Full(_)) => self.idle_since = now,
                Err(fatal) => return Err(fatal),
            }
        }
        Ok(())
    }

    /// Commits what is appended, and closes the log.
    async fn finish(&mut self) -> Result<(), MetadataError> {
        self.step(Event::Resign).await?;
        if let Some(flushing) = self.flushing.take() {
            let (flush, result) = flushing.await;
            let end_offset = flush.end_offset();
            self.log.end_flush(flush, &result);
            result.map_err(storage_error)?;
            self.commit(end_offset).await?;
        }
        let (epoch, end_offset) = (self.quorum.epoch(), self.quorum.end_offset());
        self.log.close().map_err(storage_error)?;
        self.commit(end_offset).await?;
        info!(epoch, end_offset, "metadata log closed");
        Ok(())
    }
}

/// The result of the work, once there is work and it is done.
async fn present<T>(work: &mut Option<Pin<Box<dyn Future<Output = T> + Send>>>) -> T {
    match work {
        Some(work) => work.await,
        None => pending().await,
    }
}

fn storage_error(error: impl std::fmt::Display) -> MetadataError {
    MetadataError::Storage(error.to_string())
}
