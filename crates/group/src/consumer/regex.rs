//! Subscriptions by regular expression: which topics they stand for is in the log too, so that a new
//! coordinator assigns the same. They are resolved before the coordinator is asked, so that it does not
//! stand still for one group's expressions.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_base::Now;
use ottla_model::ErrorCode;

use super::group::{ConsumerGroup, Notes};
use super::heartbeat::{Draft, Scope};
use super::request::{ConsumerHeartbeat, Refusal};
use crate::coordinator::Groups;
use crate::group::Group;
use crate::record::{Record, ResolvedRegex};

/// How long what was resolved stays valid at least, in milliseconds.
const RESOLVED_MS_MIN: i64 = 10_000;

/// When regular expressions were resolved last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Checked {
    version: i64,
    at_ms: i64,
}

/// The regular expressions of a group.
pub(super) struct Regexes {
    pub(super) resolved: BTreeMap<Arc<str>, ResolvedRegex>,
    /// Whether they stand for other topics than before.
    pub(super) is_changed: bool,
    /// Whether the member has another one than before.
    pub(super) is_own_changed: bool,
}

impl ConsumerGroup {
    /// The group's regular expressions after a heartbeat.
    pub(super) fn resolve(
        &self,
        draft: &Draft,
        scope: Scope<'_>,
        notes: &mut Notes,
        records: &mut Vec<Record>,
    ) -> Result<Regexes, Refusal> {
        let old = draft.before.subscription.regex.as_ref().filter(|regex| !regex.is_empty());
        let new = draft.member.subscription.regex.as_ref().filter(|regex| !regex.is_empty());
        let is_own_changed = old != new;
        let mut resolved = self.regexes.clone();
        let mut is_changed = is_own_changed;
        if let Some(old) = old.filter(|old| is_own_changed && self.regex_subscribers(old) == 1) {
            resolved.remove(old);
            records.push(self.regex_record(old, None));
        }
        if let Some(new) = new.filter(|new| !self.regexes.contains_key(*new)) {
            let topics = scope.matching(new)?;
            records.push(self.regex_record(new, Some(&topics)));
            resolved.insert(new.clone(), topics);
            is_changed = true;
        }
        for (regex, known) in &mut resolved {
            if scope.topics.is_resolved(regex) {
                let Ok(found) = scope.matching(regex) else { continue };
                if found.topics != known.topics {
                    records.push(self.regex_record(regex, Some(&found)));
                    *known = found;
                    is_changed = true;
                }
            }
        }
        if !resolved.is_empty() {
            let (version, at_ms) = (scope.topics.version(), scope.now.wall.millis);
            notes.regexes_checked.get_or_insert(Checked { version, at_ms });
        }
        Ok(Regexes { resolved, is_changed, is_own_changed })
    }

    fn is_refresh_due(&self, now_ms: i64, version: i64, interval_ms: i64) -> bool {
        let Some(checked) = self.notes.regexes_checked else { return true };
        let age_ms = now_ms.saturating_sub(checked.at_ms);
        let is_outdated = checked.version != version && age_ms >= RESOLVED_MS_MIN;
        is_outdated || age_ms >= interval_ms
    }

    pub(super) fn regex_record(&self, regex: &Arc<str>, to: Option<&ResolvedRegex>) -> Record {
        Record::RegularExpression {
            group: self.id.clone(),
            regex: regex.clone(),
            resolved: to.cloned(),
        }
    }
}

impl Groups {
    /// Whether a heartbeat may need regular expressions resolved.
    pub fn may_need_regexes(&self, request: &ConsumerHeartbeat) -> bool {
        let group = self.by_id.get(&request.group);
        request.regex.is_some()
            || matches!(group, Some(Group::Consumer(group)) if !group.regexes.is_empty())
    }

    /// The regular expressions to resolve, on topics of `version`, before a heartbeat is followed: it
    /// takes a time for each topic there is, and nobody else is to wait for that. Who is given those
    /// of the whole group does it for the group.
    pub fn regexes_due(
        &mut self,
        now: Now,
        request: &ConsumerHeartbeat,
        version: i64,
    ) -> BTreeSet<Arc<str>> {
        let mut due = BTreeSet::new();
        let own = request.regex.as_ref().filter(|regex| !regex.is_empty());
        let interval_ms = self.settings.consumer.regex_refresh_interval_ms;
        let Some(Group::Consumer(group)) = self.by_id.get_mut(&request.group) else {
            return own.into_iter().cloned().collect();
        };
        due.extend(own.filter(|regex| !group.regexes.contains_key(*regex)).cloned());
        let at_ms = now.wall.millis;
        if !group.regexes.is_empty() && group.is_refresh_due(at_ms, version, interval_ms) {
            due.extend(group.regexes.keys().cloned());
            group.notes.regexes_checked = Some(Checked { version, at_ms });
        }
        due
    }
}

impl Scope<'_> {
    fn matching(&self, regex: &str) -> Result<ResolvedRegex, Refusal> {
        let topics = self.topics.matching(regex).map_err(|invalid| {
            let message = format!(
                "SubscribedTopicRegex `{regex}` is not a valid regular expression: {}.",
                invalid.0
            );
            Refusal::new(ErrorCode::InvalidRegularExpression, message)
        })?;
        let (version, timestamp) = (self.topics.version(), self.now.wall.millis);
        Ok(ResolvedRegex { topics, version, timestamp })
    }
}
