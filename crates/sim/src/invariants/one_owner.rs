//! The assignments of one generation, or of one member epoch, are disjoint.

use std::collections::{BTreeMap, BTreeSet};

use ottla_model::TopicPartition;

use super::Invariant;
use crate::Deed;

/// Follows who was given what.
pub struct OneOwner {
    outlives_power: bool,
    /// (group, epoch) → partition → member.
    owners: BTreeMap<(String, i32), BTreeMap<TopicPartition, String>>,
}

impl OneOwner {
    /// Nobody has anything yet.
    pub fn new(outlives_power: bool) -> Self {
        Self { outlives_power, owners: BTreeMap::new() }
    }

    fn on_assigned(
        &mut self,
        of: (String, i32),
        member: &str,
        partitions: &BTreeSet<TopicPartition>,
    ) -> Result<(), String> {
        let owners = self.owners.entry(of).or_default();
        for partition in partitions {
            let before = owners.insert(partition.clone(), member.to_owned());
            if let Some(other) = before.filter(|other| other != member) {
                return Err(format!("{partition} was given to {other} too"));
            }
        }
        Ok(())
    }
}

impl Invariant<Deed> for OneOwner {
    fn name(&self) -> &'static str {
        "the assignments of one generation are disjoint"
    }

    fn observe(&mut self, deed: &Deed) -> Result<(), String> {
        match deed {
            Deed::Assigned { group, epoch, member, partitions } => {
                return self.on_assigned((group.clone(), *epoch), member, partitions);
            }
            // The group may not know any more which generations it had.
            Deed::PowerCut if !self.outlives_power => self.owners.clear(),
            _ => {}
        }
        Ok(())
    }
}
