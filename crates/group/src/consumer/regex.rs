//! Subscriptions by regular expression: which topics they stand for is in the log too, so that a new
//! coordinator assigns the same.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_model::ErrorCode;

use super::group::{ConsumerGroup, Notes};
use super::heartbeat::{Draft, Scope};
use super::request::Refusal;
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
        if !resolved.is_empty() && self.is_refresh_due(scope, notes) {
            for (regex, known) in &mut resolved {
                let Ok(found) = scope.matching(regex) else { continue };
                if found.topics != known.topics {
                    records.push(self.regex_record(regex, Some(&found)));
                    *known = found;
                    is_changed = true;
                }
            }
            let (version, at_ms) = (scope.topics.version(), scope.now.wall.millis);
            notes.regexes_checked = Some(Checked { version, at_ms });
        }
        Ok(Regexes { resolved, is_changed, is_own_changed })
    }

    fn is_refresh_due(&self, scope: Scope<'_>, notes: &Notes) -> bool {
        let Some(checked) = notes.regexes_checked else { return true };
        let age_ms = scope.now.wall.millis.saturating_sub(checked.at_ms);
        let is_outdated = checked.version != scope.topics.version() && age_ms >= RESOLVED_MS_MIN;
        is_outdated || age_ms >= scope.settings.regex_refresh_interval_ms
    }

    pub(super) fn regex_record(&self, regex: &Arc<str>, to: Option<&ResolvedRegex>) -> Record {
        Record::RegularExpression {
            group: self.id.clone(),
            regex: regex.clone(),
            resolved: to.cloned(),
        }
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
