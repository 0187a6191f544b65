//! A member of a KIP-848 group: the coordinator shares the partitions out, the member reconciles.

use std::collections::BTreeSet;

use ottla_base::Uuid;
use ottla_io::Io;
use ottla_model::ErrorCode;
use ottla_wire::Str;
use ottla_wire::messages::consumer_group_heartbeat::{
    ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse, RequestTopicPartitions,
};

use super::super::Failure;
use super::super::caller::{Caller, Verdict};
use super::{GroupOf, note_assigned};
use crate::Ledger;

/// Version that is spoken: members make their ids.
const VERSION: i16 = 1;

const REBALANCE_TIMEOUT_MS: i32 = 6000;

/// The epoch with which a member leaves.
const LEAVE: i32 = -1;

/// What a member of a KIP-848 group knows.
#[derive(Debug)]
pub(super) struct Consumer {
    pub(super) member_id: String,
    /// `None` before it has joined.
    pub(super) epoch: Option<i32>,
    pub(super) owned: BTreeSet<i32>,
    topic_id: Option<Uuid>,
    /// Whether the coordinator has heard everything there is to say.
    is_known: bool,
}

impl Consumer {
    pub(super) fn new(io: &Io) -> Self {
        Self {
            member_id: io.random_uuid().to_string(),
            epoch: None,
            owned: BTreeSet::new(),
            topic_id: None,
            is_known: false,
        }
    }

    pub(super) async fn keep_up(
        &mut self,
        caller: &mut Caller,
        ledger: &Ledger,
        of: &GroupOf,
    ) -> Result<(), Failure> {
        let topic_id = match self.topic_id {
            Some(id) => id,
            None => *self.topic_id.insert(caller.topic_id(&of.topic).await),
        };
        let request = self.request(of, topic_id);
        // Whether it is heard is only known from the answer.
        self.is_known = false;
        let response = caller.ask(&request, VERSION).await?;
        match Verdict::of(response.error_code) {
            Verdict::Done => {
                self.follow(ledger, of, &response);
                Ok(())
            }
            Verdict::Again => Ok(()),
            Verdict::Refused(ErrorCode::UnknownMemberId | ErrorCode::FencedMemberEpoch) => {
                self.owned.clear();
                self.epoch = None;
                Ok(())
            }
            // The group went with the power.
            Verdict::Refused(ErrorCode::GroupIdNotFound) if !ledger.outlives_power() => {
                self.owned.clear();
                self.epoch = None;
                Ok(())
            }
            Verdict::Refused(error) => {
                let why = response.error_message;
                Err(Failure::Protocol(format!("a member was told {error:?}: {why:?}")))
            }
        }
    }

    fn follow(&mut self, ledger: &Ledger, of: &GroupOf, told: &ConsumerGroupHeartbeatResponse) {
        self.epoch = Some(told.member_epoch);
        self.is_known = true;
        let Some(assignment) = &told.assignment else { return };
        let topics = assignment.topic_partitions.iter();
        let assigned: BTreeSet<i32> =
            topics.flat_map(|topic| topic.partitions.iter().copied()).collect();
        note_assigned(ledger, of, told.member_epoch, &self.member_id, &assigned);
        // It says so with the next heartbeat.
        self.is_known = self.owned == assigned;
        self.owned = assigned;
    }

    fn request(&self, of: &GroupOf, topic_id: Uuid) -> ConsumerGroupHeartbeatRequest {
        let brief = ConsumerGroupHeartbeatRequest {
            group_id: Str::from(of.group.as_str()),
            member_id: Str::from(self.member_id.as_str()),
            member_epoch: self.epoch.unwrap_or(0),
            ..Default::default()
        };
        if self.is_known {
            return brief;
        }
        let partitions: Vec<i32> = self.owned.iter().copied().collect();
        let owned = match partitions.is_empty() {
            true => Vec::new(),
            false => vec![RequestTopicPartitions { topic_id, partitions }],
        };
        ConsumerGroupHeartbeatRequest {
            rebalance_timeout_ms: REBALANCE_TIMEOUT_MS,
            subscribed_topic_names: Some(vec![Str::from(of.topic.as_str())]),
            topic_partitions: Some(owned),
            ..brief
        }
    }

    pub(super) async fn leave(&mut self, caller: &mut Caller, of: &GroupOf) -> Result<(), Failure> {
        let request = ConsumerGroupHeartbeatRequest {
            group_id: Str::from(of.group.as_str()),
            member_id: Str::from(self.member_id.as_str()),
            member_epoch: LEAVE,
            ..Default::default()
        };
        self.owned.clear();
        self.epoch = None;
        self.is_known = false;
        caller.ask(&request, VERSION).await.map(drop)
    }
}
