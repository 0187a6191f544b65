//! The lines of scripts in which members speak the classic protocol.
//!
//! ```text
//! join WHO [as=ID] [topics=a,b] [owned=a:0] [instance=I] [protocols=x,y] [type=T] [v=4] [session=MS]
//! sync ID GEN [give=ID~a:0,1+ID~a:2] [protocol=P] [instance=I]
//! heart ID GEN [instance=I]      quit ID,ID [instance=I]      policy P      classic-max N
//! ```
//! Ids are shown as WHO#1, in the order in which they are given.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use bytes::Bytes;
use ottla_coordinator::Token;
use ottla_wire::records::{consumer_protocol_assignment as a, consumer_protocol_subscription as s};
use ottla_wire::{Encoder, Reader, Segment};

use super::World;
use crate::answer::Answer;
use crate::classic::{JoinGroup, LeaveGroup, LeavingMember, SyncGroup};
use crate::migrate::{Cluster, MigrationPolicy};
use crate::record::ClassicGroupMetadata;

/// What follows `name=`.
fn named<'a>(words: &[&'a str], name: &str) -> Option<&'a str> {
    words.iter().filter_map(|word| word.split_once('=')).find(|(it, _)| *it == name).map(|it| it.1)
}

impl World {
    pub(super) fn classic_command(&mut self, verb: &str, words: &[&str]) {
        let (now, instance) = (self.now, named(words, "instance"));
        let generation = || words[1].parse().unwrap();
        let cluster = Cluster { topics: &self.topics, times: self.times };
        let decision = match verb {
            "policy" => {
                self.groups.settings.consumer.migration = MigrationPolicy::named(words[0]).unwrap();
                return;
            }
            "classic-max" => {
                self.groups.settings.members_max = words[0].parse().unwrap();
                return;
            }
            "join" => return self.join(words),
            "sync" => {
                let id = self.id_of(words[0]);
                let given = named(words, "give").unwrap_or_default().split('+');
                let given = given.filter_map(|one| one.split_once('~'));
                let sync = SyncGroup {
                    group: "g",
                    member_id: &id,
                    instance_id: instance,
                    generation: generation(),
                    protocol_type: None,
                    protocol: named(words, "protocol"),
                    assignments: given.map(|(id, it)| (self.id_of(id), assignment(it))).collect(),
                };
                self.groups.sync(now, Token(1), sync, cluster)
            }
            "heart" => {
                let id = self.id_of(words[0]);
                self.groups.heartbeat(now, Token(1), "g", &id, instance, generation())
            }
            "quit" => {
                let leaving = |id: &str| LeavingMember {
                    member_id: self.id_of(id),
                    instance_id: instance.map(Into::into),
                    reason: None,
                };
                let members = words[0].split(',').map(leaving).collect();
                self.groups.leave(now, Token(1), LeaveGroup { group: "g", members }, cluster)
            }
            _ => panic!("{verb}?"),
        };
        self.apply(decision);
    }

    fn join(&mut self, words: &[&str]) {
        let metadata = subscription(
            named(words, "topics").unwrap_or("a"),
            named(words, "owned").unwrap_or_default(),
        );
        let protocols = named(words, "protocols").unwrap_or("range").split(',');
        let number = |name: &str, or: i32| named(words, name).map_or(or, |it| it.parse().unwrap());
        let version = number("v", 3);
        let join = JoinGroup {
            group: "g",
            member_id: &self.id_of(named(words, "as").unwrap_or_default()),
            instance_id: named(words, "instance"),
            client_id: words[0],
            client_host: "/here",
            session_timeout_ms: number("session", 10_000),
            rebalance_timeout_ms: number("rebalance", 60_000),
            protocol_type: named(words, "type").unwrap_or("consumer"),
            protocols: protocols.map(|it| (it.into(), metadata.clone())).collect(),
            reason: None,
            must_know_id: version >= 4,
            can_skip_assignment: version >= 9,
        };
        let known = self.ids.len();
        let cluster = Cluster { topics: &self.topics, times: self.times };
        let decision = self.groups.join(self.now, Token(1), &join, cluster);
        self.note_ids(words[0], &decision);
        assert!(self.ids.len() <= known + 1, "one id a join");
        self.apply(decision);
    }

    /// Remembers the id that a join was given, from its answer or from what is in the group.
    fn note_ids(&mut self, who: &str, decision: &crate::Decision) {
        let mut ids: Vec<Arc<str>> = Vec::new();
        for crate::Effect::Answer(_, answer) in &decision.effects {
            if let Answer::Joined(joined) = answer {
                ids.push(joined.member_id.clone());
            }
        }
        if let Some(crate::Group::Classic(group)) = self.groups.get("g") {
            ids.extend(group.members().map(|(id, _)| id.clone()));
        }
        for id in ids {
            // Ids that members made themselves are short.
            if id.len() > 20 && self.ids.iter().all(|(known, _)| *known != id) {
                self.ids.push((id, format!("{who}#{}", self.ids.len() + 1)));
            }
        }
    }

    fn id_of(&self, shown: &str) -> Arc<str> {
        let known = self.ids.iter().find(|(_, who)| who == shown);
        known.map_or_else(|| shown.into(), |(id, _)| id.clone())
    }

    pub(super) fn say_classic(&mut self, answer: Answer) {
        let line = match answer {
            Answer::Joined(joined) => match joined.result {
                Err(code) => format!("-> {} {}", code.name(), joined.member_id),
                Ok(it) => format!(
                    "-> {} joined generation {} {} leader [{}] of {}",
                    joined.member_id,
                    it.generation,
                    it.protocol.as_deref().unwrap_or("-"),
                    it.leader,
                    it.members.len()
                ),
            },
            Answer::Synced(Ok(it)) => format!("-> has {}", show(&it.assignment)),
            Answer::Synced(Err(code)) | Answer::Left(Err(code)) => format!("-> {}", code.name()),
            Answer::Alive(result) => {
                format!("-> {}", result.err().unwrap_or(ottla_model::ErrorCode::None).name())
            }
            Answer::Left(Ok(all)) => {
                let name = |it: &crate::LeftMember| match it.result {
                    Ok(()) => "left",
                    Err(code) => code.name(),
                };
                format!("-> {}", all.iter().map(name).collect::<Vec<_>>().join(" "))
            }
            other => format!("{other:?}"),
        };
        self.say(&line);
    }
}

pub(super) fn show_group(metadata: Option<&ClassicGroupMetadata>) -> String {
    let Some(metadata) = metadata else { return "no classic group".to_string() };
    let members = metadata.members.iter();
    let members = members.map(|it| format!("{}={}", it.member_id, show(&it.assignment)));
    format!(
        "classic group generation {} {}/{} led by {} {}",
        metadata.generation,
        metadata.protocol_type,
        metadata.protocol.as_deref().unwrap_or("-"),
        metadata.leader.as_deref().unwrap_or("-"),
        members.collect::<Vec<_>>().join(" ")
    )
}

fn show(assignment: &Bytes) -> String {
    if assignment.is_empty() {
        return "nothing yet".to_string();
    }
    let mut reader = Reader::new(assignment.clone());
    let version = reader.int16("version").unwrap();
    let read = a::ConsumerProtocolAssignment::decode(&mut reader, version).unwrap();
    let topics = read.assigned_partitions.iter().map(|it| {
        let partitions: Vec<String> = it.partitions.iter().map(ToString::to_string).collect();
        format!("{}:{}", it.topic, partitions.join(","))
    });
    format!("v{version}[{}]", topics.collect::<Vec<_>>().join("/"))
}

/// `a:0,1/b:2`, and what `*` stands for: data of the client's own.
fn assignment(text: &str) -> Bytes {
    let text_of_topics = text.trim_end_matches('*');
    let topics = text_of_topics.split('/').filter_map(|one| one.split_once(':'));
    let message = a::ConsumerProtocolAssignment {
        assigned_partitions: topics
            .map(|(topic, partitions)| a::TopicPartition {
                topic: topic.into(),
                partitions: partitions.split(',').map(|it| it.parse().unwrap()).collect(),
            })
            .collect(),
        user_data: text.ends_with('*').then(|| Bytes::from_static(b"own")),
    };
    let mut encoder = Encoder::new();
    encoder.int16(1);
    message.encode(&mut encoder, 1).unwrap();
    bytes_of(encoder)
}

fn subscription(topics: &str, owned: &str) -> Bytes {
    let owned = owned.split('/').filter_map(|one| one.split_once(':'));
    let message = s::ConsumerProtocolSubscription {
        topics: topics.split(',').map(Into::into).collect(),
        owned_partitions: owned
            .map(|(topic, partitions)| s::TopicPartition {
                topic: topic.into(),
                partitions: partitions.split(',').map(|it| it.parse().unwrap()).collect(),
            })
            .collect(),
        ..s::ConsumerProtocolSubscription::default()
    };
    let mut encoder = Encoder::new();
    encoder.int16(1);
    message.encode(&mut encoder, 1).unwrap();
    bytes_of(encoder)
}

fn bytes_of(encoder: Encoder) -> Bytes {
    let mut bytes = Vec::new();
    for segment in encoder.finish().segments() {
        if let Segment::Bytes(part) = segment {
            bytes.extend_from_slice(part);
        }
    }
    bytes.into()
}
