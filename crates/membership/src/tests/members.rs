//! Members of both protocols. `classic` and `consumer` begin a script and say what member it is;
//! `done` ends callbacks, `refused KIND CODE` is a refusal, `silence KIND` none at all.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use ottla_base::MonoTime;
use ottla_model::ErrorCode;

use super::check;
use super::words::{given, id_of, ids, partitions, show_effect};
use crate::assignor::{Assignor, PartitionRacks, TopicRacks};
use crate::protocol::{Subscription, encode_assignment};
use crate::*;

const BACKOFF: Backoff =
    Backoff { first: Duration::from_millis(100), max: Duration::from_millis(1000) };

enum Member {
    None,
    Classic(ClassicMember),
    Consumer(ConsumerMember),
}

struct World {
    member: Member,
    now: MonoTime,
    topics: TopicRacks,
}

fn names(text: &str) -> BTreeSet<Arc<str>> {
    text.split(',').map(Arc::from).collect()
}

fn begin(verb: &str, words: &[&str], now: MonoTime) -> Member {
    let instance_id: Option<Arc<str>> = given(words, "instance").map(Arc::from);
    let poll = given(words, "poll").map_or(300_000, |it| it.parse().unwrap());
    let poll_interval_max = Duration::from_millis(poll);
    if verb == "consumer" {
        return Member::Consumer(ConsumerMember::new(
            ConsumerSettings {
                member_id: "me".into(),
                instance_id,
                rack: given(words, "rack").map(Arc::from),
                assignor: None,
                poll_interval_max,
                backoff: BACKOFF,
            },
            now,
        ));
    }
    let assignors = given(words, "by").unwrap_or("range,cooperative-sticky");
    Member::Classic(ClassicMember::new(
        ClassicSettings {
            instance_id,
            rack: None,
            assignors: assignors.split(',').map(|it| Assignor::named(it).unwrap()).collect(),
            session_timeout: Duration::from_secs(45),
            heartbeat_interval: Duration::from_secs(3),
            poll_interval_max,
            backoff: BACKOFF,
        },
        now,
    ))
}

fn kind(word: &str) -> Kind {
    match word {
        "join" => Kind::Join,
        "sync" => Kind::Sync,
        "heartbeat" => Kind::Heartbeat,
        _ => Kind::ConsumerHeartbeat,
    }
}

fn answer(verb: &str, words: &[&str]) -> Option<Answer> {
    Some(match verb {
        "joined" => Answer::Joined(Joined {
            generation: Generation {
                generation: words[0].parse().unwrap(),
                member_id: words[1].into(),
            },
            protocol: words[2].into(),
            members: words.get(3).map(|_| words[3..].iter().map(|it| other(it)).collect()),
            skip_assignment: false,
        }),
        "id" => Answer::MemberId(words[0].into()),
        "synced" => {
            let assigned: Vec<_> = partitions(words[0]).into_iter().collect();
            let protocol = words.get(1).map(|it| Arc::from(*it));
            Answer::Synced { assignment: encode_assignment(&assigned), protocol }
        }
        "alive" => Answer::Alive,
        "quit" => Answer::Left,
        "beaten" => Answer::Beat {
            member_id: None,
            epoch: words[0].parse().unwrap(),
            interval: Duration::from_secs(5),
            assignment: words.get(1).map(|it| ids(it)),
        },
        "refused" => {
            let code = ErrorCode::ALL.iter().find(|it| it.name() == words[1]).unwrap();
            Answer::Refused(kind(words[0]), Refusal::Code(*code, None))
        }
        "silence" => Answer::Refused(kind(words[0]), Refusal::Silence),
        _ => return None,
    })
}

/// A member as the leader sees it: `ID=TOPIC,TOPIC`.
fn other(text: &str) -> (Arc<str>, Option<Arc<str>>, bytes::Bytes) {
    let (id, topics) = text.split_once('=').unwrap();
    let topics = names(topics).into_iter().collect();
    (id.into(), None, Subscription { topics, ..Subscription::default() }.encode())
}

impl World {
    fn run(&mut self, verb: &str, words: &[&str]) -> Vec<String> {
        let now = self.now;
        let effects = match verb {
            "classic" | "consumer" => {
                self.member = begin(verb, words, now);
                Vec::new()
            }
            "topic" => {
                let racks = alloc::vec![PartitionRacks::new(); words[1].parse().unwrap()];
                self.topics.insert(words[0].into(), racks);
                Vec::new()
            }
            "pass" => {
                self.now = now + Duration::from_millis(words[0].parse().unwrap());
                self.tick()
            }
            "next" => {
                // Time passes until something is due.
                self.now = match &self.member {
                    Member::Classic(member) => member.deadline(),
                    Member::Consumer(member) => member.deadline(),
                    Member::None => now,
                };
                let mut lines = Vec::new();
                lines.push(alloc::format!("after {} ms", self.now.since(now).as_millis()));
                lines.extend(self.tick().iter().map(show_effect));
                return lines;
            }
            _ => self.event(verb, words),
        };
        effects.iter().map(show_effect).collect()
    }

    fn tick(&mut self) -> Vec<Effect> {
        match &mut self.member {
            Member::Classic(member) => member.tick(self.now),
            Member::Consumer(member) => member.tick(self.now),
            Member::None => Vec::new(),
        }
    }

    fn event(&mut self, verb: &str, words: &[&str]) -> Vec<Effect> {
        let now = self.now;
        let leaving = match words.first() {
            Some(&"remain") => Leaving::Remain,
            Some(&"leave") => Leaving::Leave,
            _ => Leaving::Default,
        };
        match &mut self.member {
            Member::Classic(member) => match verb {
                "subscribe" => member.subscribe(now, names(words[0])),
                "polled" => member.polled(now),
                "done" => member.callbacks_done(now),
                "known" => member.topics_known(&self.topics),
                "metadata" => member.metadata_changed(now, &self.topics),
                "close" => member.leave(leaving, "the consumer is being closed"),
                "commit-refused" => {
                    let code = ErrorCode::ALL.iter().find(|it| it.name() == words[0]).unwrap();
                    let sent = member.generation().clone();
                    member.commit_refused(now, &sent, *code)
                }
                _ => member.answered(now, answer(verb, words).unwrap()),
            },
            Member::Consumer(member) => match verb {
                "subscribe" => {
                    let wanted = match words[0].strip_prefix('~') {
                        Some(regex) => {
                            Wanted { topics: BTreeSet::new(), regex: Some(regex.into()) }
                        }
                        None => Wanted { topics: names(words[0]), regex: None },
                    };
                    member.subscribe(now, wanted)
                }
                "polled" => member.polled(now),
                "done" => member.callbacks_done(now),
                "named" => {
                    let names = words.iter().map(|name| (id_of(name), Arc::from(*name)));
                    member.names_known(now, names)
                }
                "close" => member.leave(leaving),
                _ => member.answered(now, answer(verb, words).unwrap()),
            },
            Member::None => Vec::new(),
        }
    }
}

fn check_member(script: &str) {
    let mut world =
        World { member: Member::None, now: MonoTime::default(), topics: TopicRacks::new() };
    check(script, |verb, words| world.run(verb, words));
}

macro_rules! script {
    ($folder:literal $name:ident) => {
        #[test]
        fn $name() {
            let script =
                include_str!(concat!("../../testdata/", $folder, "/", stringify!($name), ".txt"));
            check_member(script);
        }
    };
}

script!("classic" joins_leads_and_shares_out);
script!("classic" eager_gives_everything_back_first);
script!("classic" cooperative_gives_back_what_moves);
script!("classic" refusals_of_the_coordinator);
script!("classic" silence_and_slow_users);
script!("classic" leaving);
script!("consumer" takes_over_and_confirms);
script!("consumer" fenced_and_unknown);
script!("consumer" names_come_late);
script!("consumer" leaving_for_good_or_not);
script!("consumer" subscriptions_change);
