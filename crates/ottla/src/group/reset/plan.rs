//! The offset that each partition is to have.

use std::collections::BTreeMap;

use ottla_client::admin::OffsetSpec;
use ottla_client::{Admin, TopicPartition};

use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::offset_words;
use crate::offsets_csv::Row;
use crate::results::split;

/// Offsets of partitions.
pub(super) type Plan = BTreeMap<TopicPartition, i64>;

/// How new offsets are found.
#[derive(Debug)]
pub(super) enum Way<'a> {
    /// Where each is; the end where nothing is committed.
    Current,
    /// This one.
    Offset(i64),
    /// What the broker says.
    Ask(OffsetSpec),
    /// So many records further.
    Shift(i64),
    /// What a file says.
    File(&'a [Row]),
}

impl Way<'_> {
    /// Reads what `--to` says.
    ///
    /// # Errors
    /// It is no place in a log.
    pub(super) fn to(text: &str, admin: &Admin) -> Outcome<Self> {
        if text == "current" {
            return Ok(Self::Current);
        }
        let now_ms = admin.client().io().now().wall.millis;
        Ok(match offset_words::read(text, now_ms)? {
            offset_words::Place::Offset(offset) => Self::Offset(offset),
            offset_words::Place::Start => Self::Ask(OffsetSpec::Earliest),
            offset_words::Place::End => Self::Ask(OffsetSpec::Latest),
            offset_words::Place::Time(ms) => Self::Ask(OffsetSpec::Timestamp(ms)),
        })
    }
}

/// Where a group is.
pub(super) struct Place<'a> {
    pub(super) admin: &'a Admin,
    pub(super) group: &'a str,
    /// Whether lines without a group are its own.
    pub(super) is_alone: bool,
    pub(super) before: &'a Plan,
}

impl Place<'_> {
    /// Where it is to be.
    ///
    /// # Errors
    /// A partition that is not there or has nothing that could be shifted, a file that does not name the
    /// group.
    pub(super) async fn plan(
        &self,
        way: &Way<'_>,
        partitions: &[TopicPartition],
        console: &mut Console,
    ) -> Outcome<Plan> {
        match way {
            Way::Ask(spec) => self.ask(partitions, *spec, console).await,
            Way::Current => {
                let is_new = |one: &&TopicPartition| !self.before.contains_key(one);
                let new: Vec<_> = partitions.iter().filter(is_new).cloned().collect();
                let mut plan = self.ask(&new, OffsetSpec::Latest, console).await?;
                let known = partitions.iter().filter_map(|one| self.before.get_key_value(one));
                plan.extend(known.map(|(one, offset)| (one.clone(), *offset)));
                Ok(plan)
            }
            Way::Offset(offset) => {
                let plan = partitions.iter().map(|one| (one.clone(), *offset)).collect();
                self.within(plan, console).await
            }
            Way::Shift(by) => {
                let shifted = partitions.iter().map(|one| match self.before.get(one) {
                    Some(offset) => Ok((one.clone(), offset.saturating_add(*by))),
                    None => Err(Failure::new(format!(
                        "{} has committed no offset of {one} that could be shifted",
                        self.group
                    ))),
                });
                self.within(shifted.collect::<Outcome<_>>()?, console).await
            }
            Way::File(rows) => {
                let is_own = |row: &&Row| {
                    row.group.as_deref().map_or(self.is_alone, |group| group == self.group)
                };
                let own = rows.iter().filter(is_own);
                let plan: Plan = own.map(|row| (row.partition.clone(), row.offset)).collect();
                if plan.is_empty() {
                    return Err(Failure::new(format!("the file has no offset of {}", self.group)));
                }
                self.within(plan, console).await
            }
        }
    }

    /// What the broker says; the end where it has no record that new.
    async fn ask(
        &self,
        partitions: &[TopicPartition],
        spec: OffsetSpec,
        console: &mut Console,
    ) -> Outcome<Plan> {
        let wanted = partitions.iter().map(|one| (one.clone(), spec)).collect();
        let found = self.admin.list_offsets(&wanted, Default::default()).await;
        let (found, outcome) = split(found, console);
        outcome?;
        let (known, late): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|(_, one)| one.offset >= 0);
        let late = late.into_iter().map(|(one, _)| (one, OffsetSpec::Latest)).collect();
        let ends = self.admin.list_offsets(&late, Default::default()).await;
        let (ends, outcome) = split(ends, console);
        outcome?;
        for (partition, _) in &ends {
            console.talk(format_args!("{partition} has no record that new: its end it is"));
        }
        Ok(known.into_iter().chain(ends).map(|(one, found)| (one, found.offset)).collect())
    }

    /// Offsets that lie outside of their logs are moved to the nearer end, as Kafka's tool does.
    async fn within(&self, mut plan: Plan, console: &mut Console) -> Outcome<Plan> {
        let partitions: Vec<TopicPartition> = plan.keys().cloned().collect();
        let starts = self.ask(&partitions, OffsetSpec::Earliest, console).await?;
        let ends = self.ask(&partitions, OffsetSpec::Latest, console).await?;
        for (partition, offset) in &mut plan {
            let start = starts.get(partition).copied().unwrap_or(0);
            let end = ends.get(partition).copied().unwrap_or(i64::MAX).max(start);
            if !(start..=end).contains(offset) {
                console.talk(format_args!(
                    "{partition} has {start} to {end}: {offset} lies outside of it"
                ));
                *offset = (*offset).clamp(start, end);
            }
        }
        Ok(plan)
    }
}
