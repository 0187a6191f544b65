//! Everything but reading: what is subscribed to, where reading goes on, what is committed. Any number
//! of tasks may hold a [`ConsumerHandle`].

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ottla_membership::{Generation, Leaving, Position, ResetTo};
use ottla_model::{ErrorCode, TopicPartition};

use super::commits::{self, Committer, OffsetAndMetadata, Offsets};
use super::shared::{Shared, Wish};
use crate::settings::GroupProtocol;
use crate::{Error, ErrorKind, Result};

/// A consumer, without the records: see [`super::Consumer`], which derefs to it.
#[derive(Clone)]
pub struct ConsumerHandle {
    pub(crate) shared: Arc<Shared>,
}

/// Which member of which group a consumer is: what a transaction is told, to be fenced by (KIP-447).
/// Ask for it again for each transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupMetadata {
    /// `group.id`.
    pub group_id: Arc<str>,
    /// Generation or member epoch, and member id.
    pub generation: Generation,
    /// `group.instance.id`.
    pub instance_id: Option<String>,
}

impl From<Committer> for GroupMetadata {
    fn from(of: Committer) -> Self {
        Self { group_id: of.group_id, generation: of.generation, instance_id: of.instance_id }
    }
}

impl ConsumerHandle {
    /// The client below.
    pub fn client(&self) -> &crate::Client {
        &self.shared.client
    }

    /// Reads these topics together with the group. Takes the place of every earlier subscription.
    ///
    /// # Errors
    /// There is no `group.id`, or partitions were assigned by hand.
    pub fn subscribe<T: AsRef<str>>(&self, topics: impl IntoIterator<Item = T>) -> Result<()> {
        let topics = topics.into_iter().map(|it| Arc::from(it.as_ref())).collect();
        self.wish_as_member(Wish::Topics(topics))
    }

    /// Reads every topic whose whole name matches the expression (syntax of the crate `regex`), also
    /// those that are created later. Matched here, so it works with every broker.
    ///
    /// # Errors
    /// As [`ConsumerHandle::subscribe`], or the expression is none.
    pub fn subscribe_matching(&self, expression: &str) -> Result<()> {
        let whole = format!("^(?:{expression})$");
        let regex = regex::Regex::new(&whole).map_err(|error| {
            Error::new(ErrorKind::Usage, format!("{expression} is no regular expression: {error}"))
        })?;
        self.wish_as_member(Wish::Matching(regex))
    }

    /// Reads every topic that matches the expression (RE2) at the broker, which must know KIP-848.
    ///
    /// # Errors
    /// As [`ConsumerHandle::subscribe`], or `group.protocol` is not `consumer`. An expression that the
    /// broker refuses is told by the next read.
    pub fn subscribe_matching_at_broker(&self, expression: &str) -> Result<()> {
        if self.shared.settings.group_protocol != GroupProtocol::Consumer {
            let text = "expressions are matched by the broker with group.protocol=consumer alone";
            return Err(Error::new(ErrorKind::Usage, text));
        }
        self.wish_as_member(Wish::MatchingThere(expression.into()))
    }

    /// Reads these partitions, whoever else does. Offsets may still be committed to a group.
    ///
    /// # Errors
    /// Topics are subscribed to.
    pub fn assign(&self, partitions: impl IntoIterator<Item = TopicPartition>) -> Result<()> {
        let partitions: BTreeSet<TopicPartition> = partitions.into_iter().collect();
        let mut state = self.shared.lock();
        if !matches!(state.wish, Wish::Nothing | Wish::Partitions(_)) {
            return Err(exclusive());
        }
        state.assign(&partitions);
        state.wish = Wish::Partitions(partitions);
        state.wishes += 1;
        drop(state);
        self.shared.driver.notify_one();
        Ok(())
    }

    /// Reads nothing any more, and leaves the group.
    pub fn unsubscribe(&self) {
        let mut state = self.shared.lock();
        if matches!(state.wish, Wish::Partitions(_)) {
            state.assign(&BTreeSet::new());
        }
        state.wish = Wish::Nothing;
        state.wishes += 1;
        drop(state);
        self.shared.driver.notify_one();
    }

    /// Ends the consumer, wherever it is: for one that a stream adapter or another task holds. Its
    /// reads end with `None`, or [`ErrorKind::Closed`]. Otherwise as [`super::Consumer::close`], but that
    /// records which it gave out since it was last asked do not count as processed.
    pub async fn close(&self, limit: Duration) {
        self.end(Leaving::Default, limit).await;
    }

    /// Has the consumer end and waits for that, at most `limit`.
    pub(super) async fn end(&self, leaving: Leaving, limit: Duration) {
        let shared = &self.shared;
        let ended = shared.ended.notified();
        tokio::pin!(ended);
        ended.as_mut().enable();
        {
            let mut state = shared.lock();
            state.closing.get_or_insert(leaving);
            if state.over {
                return;
            }
        }
        shared.driver.notify_one();
        if shared.client.io().timeout(limit, ended).await.is_none() {
            shared.client.close();
        }
    }

    /// What is read now.
    pub fn assignment(&self) -> Vec<TopicPartition> {
        self.shared.lock().positions.assigned().cloned().collect()
    }

    /// Goes on with the record of this offset.
    ///
    /// # Errors
    /// The partition is not read by this consumer.
    pub fn seek(&self, partition: &TopicPartition, offset: i64) -> Result<()> {
        self.seek_to(partition, &OffsetAndMetadata::new(offset))
    }

    /// The same with the leader epoch of the record before, which shows if the log was cut meanwhile.
    ///
    /// # Errors
    /// As [`ConsumerHandle::seek`].
    pub fn seek_to(&self, partition: &TopicPartition, offset: &OffsetAndMetadata) -> Result<()> {
        if offset.offset < 0 {
            return Err(Error::new(ErrorKind::Usage, "seek offset must not be a negative number"));
        }
        let position = Position { offset: offset.offset, epoch: offset.leader_epoch };
        self.place(partition, |state| state.positions.seek(partition, position))
    }

    /// Goes on with the oldest records there are. Found out when they are read.
    ///
    /// # Errors
    /// One is not read by this consumer; those before it were changed.
    pub fn seek_to_beginning(&self, partitions: &[TopicPartition]) -> Result<()> {
        self.seek_all(partitions, ResetTo::Earliest)
    }

    /// Goes on with the next records that come.
    ///
    /// # Errors
    /// As [`ConsumerHandle::seek_to_beginning`].
    pub fn seek_to_end(&self, partitions: &[TopicPartition]) -> Result<()> {
        self.seek_all(partitions, ResetTo::Latest)
    }

    /// Gives out and fetches nothing of these until [`ConsumerHandle::resume`]. What was fetched stays.
    ///
    /// # Errors
    /// One is not read by this consumer.
    pub fn pause(&self, partitions: &[TopicPartition]) -> Result<()> {
        self.set_paused(partitions, true)
    }

    /// Takes [`ConsumerHandle::pause`] back.
    ///
    /// # Errors
    /// One is not read by this consumer.
    pub fn resume(&self, partitions: &[TopicPartition]) -> Result<()> {
        self.set_paused(partitions, false)
    }

    /// What is paused.
    pub fn paused(&self) -> Vec<TopicPartition> {
        let state = self.shared.lock();
        state.positions.assigned().filter(|it| state.positions.is_paused(it)).cloned().collect()
    }

    /// Offset of the next record that is given out; waits until it is known.
    ///
    /// # Errors
    /// The partition is not read by this consumer, or time is up.
    pub async fn position(&self, partition: &TopicPartition) -> Result<i64> {
        let client = &self.shared.client;
        let deadline = client.io().now().mono + self.shared.settings.default_api_timeout;
        loop {
            {
                let state = self.shared.lock();
                if let Some(position) = state.positions.position(partition) {
                    return Ok(position.offset);
                }
                if !state.positions.contains(partition) {
                    return Err(not_assigned(partition));
                }
            }
            if client.io().now().mono >= deadline {
                let text = format!("the position of {partition} could not be determined in time");
                return Err(Error::new(ErrorKind::TimedOut, text));
            }
            client.io().sleep(Duration::from_millis(5)).await;
        }
    }

    /// Offset of the next record that is given out, if that is known by now.
    pub fn known_position(&self, partition: &TopicPartition) -> Option<i64> {
        self.shared.lock().positions.position(partition).map(|position| position.offset)
    }

    /// Records between the position and the end, as the last fetch told; `None` before that.
    pub fn lag(&self, partition: &TopicPartition) -> Option<i64> {
        self.shared.lock().positions.lag(partition, self.shared.reads_committed())
    }

    /// Bytes that are fetched and not given out.
    pub fn buffered_bytes(&self) -> usize {
        self.shared.lock().buffered
    }

    /// Commits the positions of all that is read: everything that was given out, the last record too.
    ///
    /// # Errors
    /// As [`ConsumerHandle::commit_offsets`].
    pub async fn commit(&self) -> Result<()> {
        let places = self.shared.lock().positions.positions();
        self.commit_offsets(places.into_iter().map(|(it, place)| (it, place.into())).collect())
            .await
    }

    /// Commits these offsets, each that of the next record to read.
    ///
    /// # Errors
    /// REBALANCE_IN_PROGRESS: read on, then commit again. UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION,
    /// STALE_MEMBER_EPOCH: the partitions are another's, and will be read again from what was
    /// committed. What passes is tried again for `default.api.timeout.ms`.
    pub async fn commit_offsets(&self, offsets: Offsets) -> Result<()> {
        if offsets.is_empty() {
            return Ok(());
        }
        let client = &self.shared.client;
        let limit = self.shared.settings.default_api_timeout;
        let mut retry = client.retry(limit);
        let tenures = self.shared.lock().tenures(offsets.keys());
        loop {
            let committer = self.writer()?;
            // Between two attempts this may have become another member: it must not say what the
            // one before had read.
            if !self.shared.lock().has_kept(&tenures) {
                let text = "offsets cannot be committed: their partitions were another's meanwhile";
                return Err(Error::broker(ErrorCode::IllegalGeneration).context(text));
            }
            if self.shared.lock().rebalancing && committer.generation.generation >= 0 {
                let text = "offset commit cannot be completed since the consumer is undergoing a rebalance";
                return Err(Error::broker(ErrorCode::RebalanceInProgress).context(text));
            }
            let attempt = retry.left().min(client.settings().request_timeout);
            match commits::commit(client, &committer, &offsets, attempt).await {
                Ok(()) => return Ok(()),
                Err(error) => {
                    self.coordinator_trouble(&error);
                    retry.after(error).await?;
                }
            }
        }
    }

    /// Commits in the background, once. What becomes of it is given to `done`.
    ///
    /// # Errors
    /// There is no `group.id`.
    pub fn commit_later(
        &self,
        offsets: Offsets,
        done: impl FnOnce(Result<()>) + Send + 'static,
    ) -> Result<()> {
        let committer = self.writer()?;
        let shared = self.shared.clone();
        self.shared.client.io().spawn("consumer commit", async move {
            let limit = shared.client.settings().request_timeout;
            done(commits::commit(&shared.client, &committer, &offsets, limit).await);
        });
        Ok(())
    }

    /// What the group has committed of these; what it has not is not in the answer.
    ///
    /// # Errors
    /// There is no `group.id`, or time is up.
    pub async fn committed(&self, partitions: &[TopicPartition]) -> Result<Offsets> {
        let client = &self.shared.client;
        let committer = self.committer()?;
        let mut retry = client.retry(self.shared.settings.default_api_timeout);
        let stable = self.shared.reads_committed();
        loop {
            let limit = retry.left().min(client.settings().request_timeout);
            match commits::committed(client, &committer, partitions, stable, limit).await {
                Ok(offsets) => return Ok(offsets),
                Err(error) => {
                    self.coordinator_trouble(&error);
                    retry.after(error).await?;
                }
            }
        }
    }

    /// Which member of which group this is.
    ///
    /// # Errors
    /// There is no `group.id`.
    pub fn group_metadata(&self) -> Result<GroupMetadata> {
        self.committer().map(GroupMetadata::from)
    }

    /// Where what was given out since the last read ends, and who was given it; for a transaction.
    ///
    /// # Errors
    /// Some of `partitions` was taken away since, or this is no member: others may have them.
    pub(crate) fn given_out(
        &self,
        partitions: &BTreeSet<TopicPartition>,
    ) -> Result<(Offsets, GroupMetadata)> {
        // The member first: one that begins later would let the offsets pass.
        let writer = self.writer()?;
        let ends = self.shared.lock().given_out();
        if !partitions.iter().all(|it| ends.contains_key(it)) {
            let text = "partitions were taken away while their records were worked on";
            return Err(Error::broker(ErrorCode::IllegalGeneration).context(text));
        }
        let offsets = ends.into_iter().map(|(it, place)| (it, place.into())).collect();
        Ok((offsets, writer.into()))
    }

    /// What was given out since the last read is given out again.
    pub(crate) fn take_back(&self) {
        self.shared.lock().take_back();
        self.shared.driver.notify_one();
    }

    fn wish_as_member(&self, wish: Wish) -> Result<()> {
        if self.shared.settings.group_id.is_none() {
            return Err(no_group());
        }
        let mut state = self.shared.lock();
        if matches!(state.wish, Wish::Partitions(_)) {
            return Err(exclusive());
        }
        state.wish = wish;
        state.wishes += 1;
        drop(state);
        self.shared.driver.notify_one();
        Ok(())
    }

    fn place(
        &self,
        partition: &TopicPartition,
        change: impl FnOnce(&mut super::shared::State) -> bool,
    ) -> Result<()> {
        let mut state = self.shared.lock();
        if !change(&mut state) {
            return Err(not_assigned(partition));
        }
        // What was given out before is behind us: it is not what the next commit speaks of.
        state.in_hand.remove(partition);
        state.drop_stale();
        drop(state);
        self.shared.driver.notify_one();
        Ok(())
    }

    fn seek_all(&self, partitions: &[TopicPartition], to: ResetTo) -> Result<()> {
        for partition in partitions {
            self.place(partition, |state| state.positions.seek_to(partition, to))?;
        }
        Ok(())
    }

    fn set_paused(&self, partitions: &[TopicPartition], paused: bool) -> Result<()> {
        for partition in partitions {
            if !self.shared.lock().positions.pause(partition, paused) {
                return Err(not_assigned(partition));
            }
        }
        self.shared.driver.notify_one();
        self.shared.user.notify_waiters();
        Ok(())
    }

    /// In whose name something may be committed now.
    fn writer(&self) -> Result<Committer> {
        let alone = matches!(self.shared.lock().wish, Wish::Partitions(_) | Wish::Nothing);
        let committer = self.committer()?;
        if !alone && committer.generation.generation < 0 {
            let text = "offsets cannot be committed by who is no member of the group at the moment";
            return Err(Error::broker(ErrorCode::UnknownMemberId).context(text));
        }
        Ok(committer)
    }

    fn committer(&self) -> Result<Committer> {
        let group_id = self.shared.settings.group_id.as_deref().ok_or_else(no_group)?;
        let state = self.shared.lock();
        let alone = matches!(state.wish, Wish::Partitions(_));
        let instance_id = self.shared.settings.group_instance_id.clone().filter(|_| !alone);
        let generation = if alone { Generation::none() } else { state.generation.clone() };
        Ok(Committer { group_id: group_id.into(), instance_id, generation })
    }

    fn coordinator_trouble(&self, error: &Error) {
        if error.wants_coordinator()
            && let Some(group_id) = &self.shared.settings.group_id
        {
            self.shared.client.forget_coordinator(crate::CoordinatorKind::Group, group_id);
        }
    }
}

impl fmt::Debug for ConsumerHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let group = self.shared.settings.group_id.as_deref().unwrap_or("none");
        write!(f, "Consumer(group {group}, {:?})", self.assignment())
    }
}

fn not_assigned(partition: &TopicPartition) -> Error {
    Error::new(ErrorKind::Usage, format!("no current assignment for partition {partition}"))
}

fn no_group() -> Error {
    let text = "to be a member of a group, or to commit, a consumer needs a group.id";
    Error::new(ErrorKind::Usage, text)
}

fn exclusive() -> Error {
    let text = "subscription to topics and assignment of partitions are mutually exclusive: unsubscribe first";
    Error::new(ErrorKind::Usage, text)
}
