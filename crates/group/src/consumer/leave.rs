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
    /// A member leaves, for a while or for good: the records that say so, and who it is.
    pub(super) fn leave(
        &self,
        request: &ConsumerHeartbeat,
        topics: &dyn Topics,
    ) -> Result<(Arc<str>, Vec<Record>), Refusal> {
        let Some(instance) = &request.instance_id else {
            let known = self.members.get_key_value(&request.member_id);
            let unknown = || Refusal::unknown_member(&request.member_id, &self.id);
            let (id, _) = known.ok_or_else(unknown)?;
            return Ok((id.clone(), self.fence(id, Some(topics))));
        };
        let Some((id, member)) = self.static_member(instance) else {
            let message = format!("Instance id {instance} is unknown.");
            return Err(Refusal::new(ErrorCode::UnknownMemberId, message));
        };
        if *id != request.member_id {
            return Err(fenced_instance(&request.member_id, instance, id));
        }
        match request.member_epoch {
            LEFT_STATIC => Ok((id.clone(), alloc::vec![self.away(id, member)])),
            _ => Ok((id.clone(), self.fence(id, Some(topics)))),
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

    /// A member is removed, and the others get what it had. Without `topics` the group goes on with
    /// what it knows of them.
    pub(super) fn fence(&self, id: &Arc<str>, topics: Option<&dyn Topics>) -> Vec<Record> {
        let mut records = Vec::new();
        self.remove_member(id, &mut records);
        let stay =
            || self.members.iter().filter(|(member, _)| *member != id).map(|(_, member)| member);
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
        if self.members.len() == 1 {
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
        let mut records = Vec::new();
        for member in self.members.keys() {
            self.remove_member(member, &mut records);
        }
        let group = || self.id.clone();
        records.extend(self.regexes.keys().map(|regex| self.regex_record(regex, None)));
        records.push(Record::TargetEpoch { group: group(), epoch: None });
        if self.has_partition_metadata {
            records.push(Record::ConsumerPartitionMetadata { group: group() });
        }
        records.push(Record::ConsumerGroup { group: group(), epoch: None });
        records
    }
}
