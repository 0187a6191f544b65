//! Membership on the wire: what [`ottla_membership`] asks for becomes a request, and what comes back an
//! [`Answer`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use ottla_base::MonoTime;
use ottla_membership::{
    Answer, Assignor, Backoff, ClassicMember, ClassicSettings, ConsumerHeartbeat, ConsumerMember,
    ConsumerSettings as MemberSettings, Effect, Generation, GroupRequest, IdPartitions, Join,
    Joined, JoinedMember, Kind, Leave, Leaving, Refusal, Sync, Wanted, protocol::PROTOCOL_TYPE,
};
use ottla_model::{ErrorCode, TopicPartition};
use ottla_wire::Str;
use ottla_wire::messages::consumer_group_heartbeat::{
    ConsumerGroupHeartbeatRequest, RequestTopicPartitions,
};
use ottla_wire::messages::heartbeat::HeartbeatRequest;
use ottla_wire::messages::join_group::{JoinGroupRequest, JoinGroupRequestProtocol};
use ottla_wire::messages::leave_group::{LeaveGroupRequest, MemberIdentity};
use ottla_wire::messages::sync_group::{SyncGroupRequest, SyncGroupRequestAssignment};

use crate::settings::{ConsumerSettings, GroupProtocol};
use crate::{Client, Error, ErrorKind, Result, Route};

/// First version of LeaveGroup that names members in a list.
const LEAVERS_FROM: i16 = 3;
/// First version of ConsumerGroupHeartbeat that knows expressions.
const REGEX_FROM: i16 = 1;
/// What JoinGroup may take longer than the rebalance.
const JOIN_GRACE: Duration = Duration::from_secs(5);

/// A member of either protocol.
pub(crate) enum Member {
    Classic(Box<ClassicMember>),
    Consumer(Box<ConsumerMember>),
}

/// What every request of a member says.
#[derive(Debug, Clone)]
pub(crate) struct Seat {
    pub(crate) group_id: Arc<str>,
    instance_id: Option<Str>,
    session_timeout: Duration,
    rebalance_timeout: Duration,
}

impl Member {
    /// The member that the settings describe.
    pub(crate) fn new(client: &Client, settings: &ConsumerSettings) -> Result<Self> {
        let now = client.io().now().mono;
        let rack = &settings.common.client_rack;
        let rack = (!rack.is_empty()).then(|| Arc::from(rack.as_str()));
        let instance_id = settings.group_instance_id.as_deref().map(Arc::from);
        let poll_interval_max = settings.max_poll_interval;
        let common = &settings.common;
        let backoff = Backoff { first: common.retry_backoff, max: common.retry_backoff_max };
        if settings.group_protocol == GroupProtocol::Consumer {
            let member = ConsumerMember::new(
                MemberSettings {
                    member_id: client.io().random_uuid().to_string().into(),
                    instance_id,
                    rack,
                    assignor: settings.group_remote_assignor.as_deref().map(Arc::from),
                    poll_interval_max,
                    backoff,
                },
                now,
            );
            return Ok(Self::Consumer(Box::new(member)));
        }
        let named = |name: &String| {
            Assignor::named(name).ok_or_else(|| {
                let text = format!("partition.assignment.strategy: there is no assignor {name}");
                Error::new(ErrorKind::Settings, text)
            })
        };
        let member = ClassicMember::new(
            ClassicSettings {
                instance_id,
                rack,
                assignors: settings.assignors.iter().map(named).collect::<Result<_>>()?,
                session_timeout: settings.session_timeout,
                heartbeat_interval: settings.heartbeat_interval,
                poll_interval_max,
                backoff,
            },
            now,
        );
        Ok(Self::Classic(Box::new(member)))
    }

    /// The user wants these topics; `regex` only under KIP-848.
    pub(crate) fn subscribe(
        &mut self,
        now: MonoTime,
        topics: BTreeSet<Arc<str>>,
        regex: Option<Arc<str>>,
    ) -> Vec<Effect> {
        match self {
            Self::Classic(member) => member.subscribe(now, topics),
            Self::Consumer(member) => member.subscribe(now, Wanted { topics, regex }),
        }
    }

    pub(crate) fn polled(&mut self, now: MonoTime) -> Vec<Effect> {
        match self {
            Self::Classic(member) => member.polled(now),
            Self::Consumer(member) => member.polled(now),
        }
    }

    pub(crate) fn tick(&mut self, now: MonoTime) -> Vec<Effect> {
        match self {
            Self::Classic(member) => member.tick(now),
            Self::Consumer(member) => member.tick(now),
        }
    }

    pub(crate) fn deadline(&self) -> MonoTime {
        match self {
            Self::Classic(member) => member.deadline(),
            Self::Consumer(member) => member.deadline(),
        }
    }

    pub(crate) fn callbacks_done(&mut self, now: MonoTime) -> Vec<Effect> {
        match self {
            Self::Classic(member) => member.callbacks_done(now),
            Self::Consumer(member) => member.callbacks_done(now),
        }
    }

    pub(crate) fn answered(&mut self, now: MonoTime, answer: Answer) -> Vec<Effect> {
        match self {
            Self::Classic(member) => member.answered(now, answer),
            Self::Consumer(member) => member.answered(now, answer),
        }
    }

    pub(crate) fn commit_refused(
        &mut self,
        now: MonoTime,
        sent: &Generation,
        code: ErrorCode,
    ) -> Vec<Effect> {
        match self {
            Self::Classic(member) => member.commit_refused(now, sent, code),
            Self::Consumer(member) => member.commit_refused(now, code),
        }
    }

    pub(crate) fn leave(&mut self, leaving: Leaving, reason: &'static str) -> Vec<Effect> {
        match self {
            Self::Classic(member) => member.leave(leaving, reason),
            Self::Consumer(member) => member.leave(leaving),
        }
    }

    pub(crate) fn owned(&self) -> BTreeSet<TopicPartition> {
        match self {
            Self::Classic(member) => member.owned().clone(),
            Self::Consumer(member) => member.owned(),
        }
    }

    pub(crate) fn generation(&self) -> Generation {
        match self {
            Self::Classic(member) => member.generation().clone(),
            Self::Consumer(member) => member.generation(),
        }
    }

    /// Whether what was fetched must not be given out: the user took too long, and lost it.
    pub(crate) fn is_overdue(&self) -> bool {
        match self {
            Self::Classic(member) => member.is_overdue(),
            // It is told of the loss at once.
            Self::Consumer(_) => false,
        }
    }

    /// Whether commits are refused for now.
    pub(crate) fn is_rebalancing(&self) -> bool {
        match self {
            Self::Classic(member) => member.is_rebalancing(),
            Self::Consumer(_) => false,
        }
    }
}

impl Seat {
    pub(crate) fn new(group_id: &str, settings: &ConsumerSettings) -> Self {
        Self {
            group_id: group_id.into(),
            instance_id: settings.group_instance_id.as_deref().map(Str::from),
            session_timeout: settings.session_timeout,
            rebalance_timeout: settings.max_poll_interval,
        }
    }

    /// Sends a request and tells what became of it.
    pub(crate) async fn ask(&self, client: &Client, request: GroupRequest) -> Answer {
        match request {
            GroupRequest::Join(join) => match self.join(client, join).await {
                Ok(answer) => answer,
                Err(error) => refused(Kind::Join, &error),
            },
            GroupRequest::Sync(sync) => match self.sync(client, sync).await {
                Ok(answer) => answer,
                Err(error) => refused(Kind::Sync, &error),
            },
            GroupRequest::Heartbeat(at) => match self.heartbeat(client, at).await {
                Ok(()) => Answer::Alive,
                Err(error) => refused(Kind::Heartbeat, &error),
            },
            GroupRequest::Leave(leave) => {
                if let Err(error) = self.leave(client, leave).await {
                    tracing::debug!(%error, group = %self.group_id, "could not leave the group");
                }
                Answer::Left
            }
            GroupRequest::ConsumerHeartbeat(beat) => match self.beat(client, beat).await {
                Ok(answer) => answer,
                Err(error) => refused(Kind::ConsumerHeartbeat, &error),
            },
        }
    }

    fn route(&self) -> Route {
        Route::group(self.group_id.clone())
    }

    async fn join(&self, client: &Client, join: Join) -> Result<Answer> {
        let request = JoinGroupRequest {
            group_id: (*self.group_id).into(),
            session_timeout_ms: millis(self.session_timeout),
            rebalance_timeout_ms: millis(self.rebalance_timeout),
            member_id: (*join.member_id).into(),
            group_instance_id: self.instance_id.clone(),
            protocol_type: Str::from_static(PROTOCOL_TYPE),
            protocols: join
                .protocols
                .into_iter()
                .map(|(name, metadata)| JoinGroupRequestProtocol { name: name.into(), metadata })
                .collect(),
            reason: (!join.reason.is_empty()).then(|| join.reason.into()),
        };
        let limit = self.rebalance_timeout.max(client.settings().request_timeout) + JOIN_GRACE;
        let answer = client.call_within(&self.route(), request, limit).await?;
        if answer.error_code == ErrorCode::MemberIdRequired.code() {
            return Ok(Answer::MemberId(answer.member_id.as_str().into()));
        }
        Error::check(answer.error_code, None, "join the group")?;
        let leads = answer.leader == answer.member_id;
        let members = answer.members.into_iter().map(|it| {
            let instance_id = it.group_instance_id.as_ref().map(|id| Arc::from(id.as_str()));
            let member_id = it.member_id.as_str().into();
            JoinedMember { member_id, instance_id, metadata: it.metadata }
        });
        Ok(Answer::Joined(Joined {
            generation: Generation {
                generation: answer.generation_id,
                member_id: answer.member_id.as_str().into(),
            },
            protocol: answer.protocol_name.unwrap_or_default().as_str().into(),
            members: leads.then(|| members.collect()),
            skip_assignment: answer.skip_assignment,
        }))
    }

    async fn sync(&self, client: &Client, sync: Sync) -> Result<Answer> {
        let assignments = sync.assignments.into_iter().map(|(member_id, assignment)| {
            SyncGroupRequestAssignment { member_id: (*member_id).into(), assignment }
        });
        let request = SyncGroupRequest {
            group_id: (*self.group_id).into(),
            generation_id: sync.generation.generation,
            member_id: (*sync.generation.member_id).into(),
            group_instance_id: self.instance_id.clone(),
            protocol_type: Some(Str::from_static(PROTOCOL_TYPE)),
            protocol_name: Some((*sync.protocol).into()),
            assignments: assignments.collect(),
        };
        let limit = self.rebalance_timeout.max(client.settings().request_timeout);
        let answer = client.call_within(&self.route(), request, limit).await?;
        Error::check(answer.error_code, None, "sync the group")?;
        let protocol = answer.protocol_name.map(|name| Arc::from(name.as_str()));
        Ok(Answer::Synced { assignment: answer.assignment, protocol })
    }

    async fn heartbeat(&self, client: &Client, at: Generation) -> Result<()> {
        let request = HeartbeatRequest {
            group_id: (*self.group_id).into(),
            generation_id: at.generation,
            member_id: (*at.member_id).into(),
            group_instance_id: self.instance_id.clone(),
        };
        let answer = client.call(&self.route(), request).await?;
        Error::check(answer.error_code, None, "send a heartbeat")
    }

    async fn leave(&self, client: &Client, leave: Leave) -> Result<()> {
        let build = |version| {
            let mut request =
                LeaveGroupRequest { group_id: (*self.group_id).into(), ..Default::default() };
            if version < LEAVERS_FROM {
                request.member_id = (*leave.member_id).into();
            } else {
                request.members.push(MemberIdentity {
                    member_id: (*leave.member_id).into(),
                    group_instance_id: self.instance_id.clone(),
                    reason: Some(leave.reason.into()),
                });
            }
            request
        };
        let limit = client.settings().request_timeout;
        let (_, answer) = client.call_versioned(&self.route(), limit, 0..=i16::MAX, build).await?;
        Error::check(answer.error_code, None, "leave the group")
    }

    async fn beat(&self, client: &Client, beat: ConsumerHeartbeat) -> Result<Answer> {
        let names = |topics: Vec<Arc<str>>| topics.iter().map(|it| (**it).into()).collect();
        let lowest = if beat.regex.is_some() { REGEX_FROM } else { 0 };
        let build = |_| ConsumerGroupHeartbeatRequest {
            group_id: (*self.group_id).into(),
            member_id: (*beat.member_id).into(),
            member_epoch: beat.epoch,
            instance_id: beat.instance_id.as_deref().map(Into::into),
            rack_id: beat.rack.as_deref().map(Into::into),
            rebalance_timeout_ms: beat.rebalance_timeout.map_or(-1, millis),
            subscribed_topic_names: beat.topics.map(names),
            subscribed_topic_regex: beat.regex.as_deref().map(Into::into),
            server_assignor: beat.assignor.as_deref().map(Into::into),
            topic_partitions: beat.owned.map(|owned| {
                let topic = |(topic_id, partitions): (_, BTreeSet<i32>)| RequestTopicPartitions {
                    topic_id,
                    partitions: partitions.into_iter().collect(),
                };
                owned.into_iter().map(topic).collect()
            }),
        };
        let limit = client.settings().request_timeout;
        let (_, answer) =
            client.call_versioned(&self.route(), limit, lowest..=i16::MAX, build).await?;
        let message = answer.error_message.as_ref().map(Str::as_str);
        Error::check(answer.error_code, message, "send a heartbeat")?;
        let assignment = answer.assignment.map(|assignment| {
            let mut all: IdPartitions = BTreeMap::new();
            for topic in assignment.topic_partitions {
                all.entry(topic.topic_id).or_default().extend(topic.partitions);
            }
            all
        });
        Ok(Answer::Beat {
            member_id: answer.member_id.map(|id| id.as_str().into()),
            epoch: answer.member_epoch,
            interval: Duration::from_millis(
                answer.heartbeat_interval_ms.max(1).unsigned_abs().into(),
            ),
            assignment,
        })
    }
}

fn refused(kind: Kind, error: &Error) -> Answer {
    let refusal = match error.kind() {
        ErrorKind::Broker(code) => Refusal::Code(code, Some(error.message().to_owned())),
        // What the endpoint of tokens does says nothing about the group.
        ErrorKind::Disconnected
        | ErrorKind::TimedOut
        | ErrorKind::Unreachable
        | ErrorKind::NoToken => Refusal::Silence,
        ErrorKind::Unsupported => {
            Refusal::Code(ErrorCode::UnsupportedVersion, Some(error.message().to_owned()))
        }
        _ => Refusal::Code(ErrorCode::UnknownServerError, Some(error.to_string())),
    };
    Answer::Refused(kind, refusal)
}

fn millis(duration: Duration) -> i32 {
    i32::try_from(duration.as_millis()).unwrap_or(i32::MAX)
}
