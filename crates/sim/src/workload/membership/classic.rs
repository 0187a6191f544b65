//! A member of a classic group: one of them shares the partitions out for all.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;
use ottla_model::ErrorCode;
use ottla_wire::messages::heartbeat::HeartbeatRequest;
use ottla_wire::messages::join_group::{
    JoinGroupRequest, JoinGroupRequestProtocol, JoinGroupResponse,
};
use ottla_wire::messages::leave_group::{LeaveGroupRequest, MemberIdentity};
use ottla_wire::messages::sync_group::{SyncGroupRequest, SyncGroupRequestAssignment};
use ottla_wire::records::consumer_protocol_assignment::{
    ConsumerProtocolAssignment, TopicPartition as AssignedPartitions,
};
use ottla_wire::records::consumer_protocol_subscription::{
    ConsumerProtocolSubscription, TopicPartition as OwnedPartitions,
};
use ottla_wire::{Encoder, Reader, Str};

use super::super::Failure;
use super::super::caller::{Caller, Verdict};
use super::{GroupOf, Protocol, note_assigned};
use crate::Ledger;

/// Versions that are spoken.
const JOIN_VERSION: i16 = 9;
const SYNC_VERSION: i16 = 5;
const HEARTBEAT_VERSION: i16 = 4;
const LEAVE_VERSION: i16 = 5;
const SUBSCRIPTION_VERSION: i16 = 1;
const ASSIGNMENT_VERSION: i16 = 0;

const SESSION_TIMEOUT_MS: i32 = 6000;
const REBALANCE_TIMEOUT_MS: i32 = 6000;

/// Longer than a rebalance may take.
pub(super) const ANSWER_MAX: Duration = Duration::from_secs(11);

/// What a member of a classic group knows.
#[derive(Debug, Default)]
pub(super) struct Classic {
    pub(super) member_id: String,
    /// Of its assignment.
    pub(super) generation: Option<i32>,
    pub(super) owned: BTreeSet<i32>,
    must_join: bool,
}

/// Member → what it had.
type Owned = BTreeMap<String, BTreeSet<i32>>;

impl Classic {
    pub(super) async fn keep_up(
        &mut self,
        caller: &mut Caller,
        ledger: &Ledger,
        of: &GroupOf,
    ) -> Result<(), Failure> {
        let Some(generation) = self.generation.filter(|_| !self.must_join) else {
            return self.join(caller, ledger, of).await;
        };
        let request = HeartbeatRequest {
            group_id: Str::from(of.group.as_str()),
            generation_id: generation,
            member_id: Str::from(self.member_id.as_str()),
            group_instance_id: None,
        };
        let response = caller.ask(&request, HEARTBEAT_VERSION).await?;
        if self.check(response.error_code)? && response.error_code == 0 {
            return Ok(());
        }
        match self.must_join {
            true => self.join(caller, ledger, of).await,
            false => Ok(()),
        }
    }

    /// Whether an answer may be used; else the member has noted what to do next.
    fn check(&mut self, code: i16) -> Result<bool, Failure> {
        match Verdict::of(code) {
            Verdict::Done => Ok(true),
            Verdict::Again => Ok(false),
            Verdict::Refused(ErrorCode::RebalanceInProgress) => {
                self.must_join = true;
                Ok(false)
            }
            Verdict::Refused(ErrorCode::IllegalGeneration) => {
                self.lose_all();
                Ok(false)
            }
            Verdict::Refused(ErrorCode::UnknownMemberId) => {
                self.lose_all();
                self.member_id.clear();
                Ok(false)
            }
            Verdict::Refused(error) => {
                Err(Failure::Protocol(format!("a member was told {error:?}")))
            }
        }
    }

    fn lose_all(&mut self) {
        self.owned.clear();
        self.generation = None;
        self.must_join = true;
    }

    async fn join(
        &mut self,
        caller: &mut Caller,
        ledger: &Ledger,
        of: &GroupOf,
    ) -> Result<(), Failure> {
        self.must_join = true;
        if of.protocol == Protocol::Eager {
            self.owned.clear();
        }
        let name = match of.protocol {
            Protocol::Cooperative => "cooperative",
            _ => "eager",
        };
        let request = JoinGroupRequest {
            group_id: Str::from(of.group.as_str()),
            session_timeout_ms: SESSION_TIMEOUT_MS,
            rebalance_timeout_ms: REBALANCE_TIMEOUT_MS,
            member_id: Str::from(self.member_id.as_str()),
            protocol_type: Str::from_static("consumer"),
            protocols: vec![JoinGroupRequestProtocol {
                name: Str::from(name),
                metadata: self.subscription(of),
            }],
            ..Default::default()
        };
        let response = caller.ask(&request, JOIN_VERSION).await?;
        if ErrorCode::from_code(response.error_code) == Some(ErrorCode::MemberIdRequired) {
            self.member_id = response.member_id.to_string();
            return Ok(());
        }
        if !self.check(response.error_code)? {
            return Ok(());
        }
        self.member_id = response.member_id.to_string();
        self.sync(caller, ledger, of, &response, name).await
    }

    async fn sync(
        &mut self,
        caller: &mut Caller,
        ledger: &Ledger,
        of: &GroupOf,
        joined: &JoinGroupResponse,
        protocol: &str,
    ) -> Result<(), Failure> {
        let leads = *joined.leader == *joined.member_id && !joined.skip_assignment;
        let assignments = if leads { share_out(of, joined)? } else { Vec::new() };
        let request = SyncGroupRequest {
            group_id: Str::from(of.group.as_str()),
            generation_id: joined.generation_id,
            member_id: Str::from(self.member_id.as_str()),
            group_instance_id: None,
            protocol_type: Some(Str::from_static("consumer")),
            protocol_name: Some(Str::from(protocol)),
            assignments,
        };
        let response = caller.ask(&request, SYNC_VERSION).await?;
        if !self.check(response.error_code)? {
            return Ok(());
        }
        let assigned = assigned(response.assignment)?;
        note_assigned(ledger, of, joined.generation_id, &self.member_id, &assigned);
        self.generation = Some(joined.generation_id);
        // What a cooperative member gives back, another gets with the next rebalance.
        self.must_join = of.protocol == Protocol::Cooperative && !self.owned.is_subset(&assigned);
        self.owned = assigned;
        Ok(())
    }

    pub(super) async fn leave(&mut self, caller: &mut Caller, of: &GroupOf) -> Result<(), Failure> {
        let request = LeaveGroupRequest {
            group_id: Str::from(of.group.as_str()),
            members: vec![MemberIdentity {
                member_id: Str::from(self.member_id.as_str()),
                ..Default::default()
            }],
            ..Default::default()
        };
        self.lose_all();
        self.member_id.clear();
        caller.ask(&request, LEAVE_VERSION).await.map(drop)
    }

    fn subscription(&self, of: &GroupOf) -> Bytes {
        let topic = Str::from(of.topic.as_str());
        let partitions: Vec<i32> = self.owned.iter().copied().collect();
        let subscription = ConsumerProtocolSubscription {
            topics: vec![topic.clone()],
            owned_partitions: vec![OwnedPartitions { topic, partitions }],
            ..Default::default()
        };
        let mut encoder = Encoder::new();
        encoder.int16(SUBSCRIPTION_VERSION);
        let encoded = subscription.encode(&mut encoder, SUBSCRIPTION_VERSION);
        ottla_base::always!(encoded.is_ok(), "a short list fits: {encoded:?}");
        encoder.finish().bytes.into()
    }
}

/// What the leader decides: everybody keeps what it has as far as that is fair, and nobody gets what
/// another has still to give back.
fn share_out(
    of: &GroupOf,
    joined: &JoinGroupResponse,
) -> Result<Vec<SyncGroupRequestAssignment>, Failure> {
    let mut had = Owned::new();
    for member in &joined.members {
        had.insert(member.member_id.to_string(), owned_of(&member.metadata)?);
    }
    let shares = match of.protocol {
        Protocol::Cooperative => keep_most(of, &had),
        _ => deal(of, &had),
    };
    Ok(shares.into_iter().map(|(member, share)| assignment(of, &member, share)).collect())
}

fn deal(of: &GroupOf, had: &Owned) -> Owned {
    let mut shares: Owned = had.keys().map(|member| (member.clone(), BTreeSet::new())).collect();
    let members: Vec<String> = had.keys().cloned().collect();
    for index in 0..of.partitions {
        let member = &members[index as usize % members.len()];
        shares.entry(member.clone()).or_default().insert(index);
    }
    shares
}

fn keep_most(of: &GroupOf, had: &Owned) -> Owned {
    let most = (of.partitions as usize).div_ceil(had.len().max(1));
    let mut shares = Owned::new();
    let mut is_held = BTreeSet::new();
    for (member, had) in had {
        let kept = had.iter().copied().filter(|index| *index < of.partitions);
        let kept: BTreeSet<i32> = kept.filter(|index| is_held.insert(*index)).take(most).collect();
        is_held.extend(had.iter().copied());
        shares.insert(member.clone(), kept);
    }
    for index in (0..of.partitions).filter(|index| !is_held.contains(index)) {
        let poorest = shares.iter().min_by_key(|(_, share)| share.len());
        if let Some(member) = poorest.map(|(member, _)| member.clone()) {
            shares.entry(member).or_default().insert(index);
        }
    }
    shares
}

fn assignment(of: &GroupOf, member: &str, share: BTreeSet<i32>) -> SyncGroupRequestAssignment {
    let topic = Str::from(of.topic.as_str());
    let partitions = share.into_iter().collect();
    let assignment = ConsumerProtocolAssignment {
        assigned_partitions: vec![AssignedPartitions { topic, partitions }],
        user_data: None,
    };
    let mut encoder = Encoder::new();
    encoder.int16(ASSIGNMENT_VERSION);
    let encoded = assignment.encode(&mut encoder, ASSIGNMENT_VERSION);
    ottla_base::always!(encoded.is_ok(), "a short list fits: {encoded:?}");
    let assignment = encoder.finish().bytes.into();
    SyncGroupRequestAssignment { member_id: Str::from(member), assignment }
}

fn owned_of(metadata: &Bytes) -> Result<BTreeSet<i32>, Failure> {
    let bad = |error| Failure::Protocol(format!("a member's subscription: {error:?}"));
    let mut reader = Reader::new(metadata.clone());
    let version = reader.int16("version").map_err(bad)?;
    let decoded = ConsumerProtocolSubscription::decode(&mut reader, version).map_err(bad)?;
    Ok(decoded.owned_partitions.into_iter().flat_map(|topic| topic.partitions).collect())
}

fn assigned(bytes: Bytes) -> Result<BTreeSet<i32>, Failure> {
    let bad = |error| Failure::Protocol(format!("an assignment: {error:?}"));
    if bytes.is_empty() {
        return Ok(BTreeSet::new());
    }
    let mut reader = Reader::new(bytes);
    let version = reader.int16("version").map_err(bad)?;
    let decoded = ConsumerProtocolAssignment::decode(&mut reader, version).map_err(bad)?;
    Ok(decoded.assigned_partitions.into_iter().flat_map(|topic| topic.partitions).collect())
}
