//! Members leave, or are fenced because they were silent or did not give back in time.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_model::ErrorCode;

use super::group::{ConsumerGroup, ConsumerMember, LEFT_STATIC};
use super::heartbeat::{fenced_instance, subscribed_names};
use super::metadata_hash;
use super::request::{ConsumerHeartbeat, Refusal};
use super::topics::Topics;
use crate::record::{GroupEpoch, Record, TargetEpoch};

impl ConsumerGroup {
    /// Who leaves by a heartbeat; and the record that says so, if it is only for a while.
    pub(super) fn leaving(
        &self,
        request: &ConsumerHeartbeat,
    ) -> Result<(Arc<str>, Option<Record>), Refusal> {
        let Some(instance) = &request.instance_id else {
            let known = self.members.get_key_value(&request.member_id);
            let unknown = || Refusal::unknown_member(&request.member_id, &self.id);
            let (id, _) = known.ok_or_else(unknown)?;
            return Ok((id.clone(), None));
        };
        let Some((id, member)) = self.static_member(instance) else {
            let message = format!("Instance id {instance} is unknown.");
            return Err(Refusal::new(ErrorCode::UnknownMemberId, message));
        };
        if *id != request.member_id {
            return Err(fenced_instance(&request.member_id, instance, id));
        }
        match request.member_epoch {
            LEFT_STATIC => Ok((id.clone(), Some(self.away(id, member)))),
            _ => Ok((id.clone(), None)),
        }
    }

    /// A static member keeps what it has while it is away.
    fn away(&self, id: &Arc<str>, member: &ConsumerMember) -> Record {
        let mut current = member.current.clone();
        current.member_epoch = LEFT_STATIC;
        current.pending_revocation.clear();
        for given in current.assigned.values_mut().flat_map(|partitions| partitions.values_mut()) {
            *given = 0;
        }
        let (group, member) = (self.id.clone(), id.clone());
        Record::CurrentAssignment { group, member, current: Some(current) }
    }

    /// Members are removed, and the others get what they had. Without `topics` the group goes on with
    /// what it knows of them.
    pub(super) fn fence(
        &self,
        leaving: &BTreeSet<Arc<str>>,
        topics: Option<&dyn Topics>,
    ) -> Vec<Record> {
        let mut records = Vec::new();
        for id in leaving {
            self.remove_member(id, &mut records);
        }
        let stay = || {
            let staying = self.members.iter().filter(|(member, _)| !leaving.contains(*member));
            staying.map(|(_, member)| member)
        };
        let wanted: BTreeSet<_> = stay().filter_map(|it| it.subscription.regex.clone()).collect();
        let mut regexes = self.regexes.clone();
        for regex in self.regexes.keys().filter(|regex| !wanted.contains(*regex)) {
            regexes.remove(regex);
            records.push(self.regex_record(regex, None));
        }
        let names = subscribed_names(stay(), &regexes);
        let mut notes = self.notes.clone();
        let metadata_hash = match topics {
            Some(topics) => {
                notes.follow(&names, topics);
                metadata_hash::of_topics(&notes.topic_hashes)
            }
            None if notes.topics_version.is_some() => {
                notes.topic_hashes.retain(|name, _| names.contains(name));
                metadata_hash::of_topics(&notes.topic_hashes)
            }
            // The next heartbeat checks it.
            None => self.epoch.metadata_hash,
        };
        let epoch = self.epoch.epoch.saturating_add(1);
        let group = self.id.clone();
        let group_epoch = Some(GroupEpoch { epoch, metadata_hash });
        records.push(Record::ConsumerGroup { group, epoch: group_epoch });
        if stay().next().is_none() {
            // Who joins next does not wait for an interval to pass.
            let (group, epoch) = (self.id.clone(), Some(TargetEpoch { epoch, timestamp: 0 }));
            records.push(Record::TargetEpoch { group, epoch });
        }
        records
    }

    /// The records that remove a member.
    pub(super) fn remove_member(&self, id: &Arc<str>, records: &mut Vec<Record>) {
        let names = || (self.id.clone(), id.clone());
        let (group, member) = names();
        records.push(Record::CurrentAssignment { group, member, current: None });
        let (group, member) = names();
        records.push(Record::TargetAssignment { group, member, partitions: None });
        let (group, member) = names();
        records.push(Record::ConsumerMember { group, member, subscription: None });
    }

    /// The records that take the group away.
    pub(crate) fn tombstones(&self, _id: &Arc<str>) -> Vec<Record> {
        self.tombstones_with(None)
    }

    /// The same after records that have replaced a member by another, in Kafka's order.
    pub(crate) fn tombstones_with(&self, replaced: Option<&(Arc<str>, Arc<str>)>) -> Vec<Record> {
        let group = || self.id.clone();
        let members = || {
            self.members.keys().map(|id| match replaced {
                Some((old, new)) if old == id => new.clone(),
                _ => id.clone(),
            })
        };
        let mut records = Vec::new();
        records.extend(members().map(|member| Record::CurrentAssignment {
            group: group(),
            member,
            current: None,
        }));
        records.extend(members().map(|member| Record::TargetAssignment {
            group: group(),
            member,
            partitions: None,
        }));
        records.push(Record::TargetEpoch { group: group(), epoch: None });
        records.extend(members().map(|member| Record::ConsumerMember {
            group: group(),
            member,
            subscription: None,
        }));
        records.extend(self.regexes.keys().map(|regex| self.regex_record(regex, None)));
        records.push(Record::ConsumerPartitionMetadata { group: group() });
        records.push(Record::ConsumerGroup { group: group(), epoch: None });
        records
    }
}
