//! What time will do to groups: at most one deadline of each name.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_base::MonoTime;

/// Something that happens when its time has come, unless it is put off or called off.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    /// Committed offsets of all groups expire.
    Expire,
    /// A classic group: who has not joined is left behind.
    Join(Arc<str>),
    /// A classic group: who has not synced is removed.
    Sync(Arc<str>),
    /// A member of a classic group was silent for too long.
    Session(Arc<str>, Arc<str>),
    /// A member of a consumer group was silent for too long.
    ConsumerSession(Arc<str>, Arc<str>),
    /// A classic member of a consumer group that was told to rejoin has not.
    ConsumerJoin(Arc<str>, Arc<str>),
    /// A classic member of a consumer group that has joined has not synced.
    ConsumerSync(Arc<str>, Arc<str>),
    /// A member of a consumer group that is still in this epoch has not given partitions back in time.
    GivingBack(Arc<str>, Arc<str>, i32),
}

/// Deadlines, each with a name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Timers {
    by_time: BTreeSet<(MonoTime, Timer)>,
    by_name: BTreeMap<Timer, MonoTime>,
}

impl Timers {
    /// Sets or moves a deadline.
    pub(crate) fn schedule(&mut self, timer: Timer, due: MonoTime) {
        if let Some(earlier) = self.by_name.insert(timer.clone(), due) {
            self.by_time.remove(&(earlier, timer.clone()));
        }
        self.by_time.insert((due, timer));
    }

    /// Sets a deadline, unless there is one already.
    pub(crate) fn schedule_if_absent(&mut self, timer: Timer, due: MonoTime) {
        if !self.by_name.contains_key(&timer) {
            self.schedule(timer, due);
        }
    }

    /// Calls a deadline off.
    pub(crate) fn cancel(&mut self, timer: &Timer) {
        if let Some(due) = self.by_name.remove(timer) {
            self.by_time.remove(&(due, timer.clone()));
        }
    }

    /// Calls off the deadline of a member for giving partitions back, whatever its epoch.
    pub(crate) fn cancel_giving_back(&mut self, group: &Arc<str>, member: &Arc<str>) {
        let of_epoch = |epoch| Timer::GivingBack(group.clone(), member.clone(), epoch);
        let set = self.by_name.range(of_epoch(i32::MIN)..=of_epoch(i32::MAX));
        for timer in set.map(|(timer, _)| timer.clone()).collect::<Vec<_>>() {
            self.cancel(&timer);
        }
    }

    /// The earliest deadline.
    pub(crate) fn next(&self) -> Option<MonoTime> {
        self.by_time.first().map(|(due, _)| *due)
    }

    /// Takes out the earliest deadline that has passed.
    pub(crate) fn take_due(&mut self, now: MonoTime) -> Option<Timer> {
        if self.next()? > now {
            return None;
        }
        let (_, timer) = self.by_time.pop_first()?;
        self.by_name.remove(&timer);
        Some(timer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_that_is_moved_comes_once() {
        let mut timers = Timers::default();
        let at = |nanos| MonoTime { nanos };
        timers.schedule(Timer::Expire, at(5));
        timers.schedule(Timer::Join("g".into()), at(7));
        timers.schedule(Timer::Expire, at(9));
        assert_eq!(timers.next(), Some(at(7)));
        assert_eq!(timers.take_due(at(8)), Some(Timer::Join("g".into())));
        assert_eq!(timers.take_due(at(8)), None);
        assert_eq!(timers.take_due(at(9)), Some(Timer::Expire));
        assert_eq!(timers.next(), None);
    }

    #[test]
    fn a_deadline_that_is_called_off_does_not_come() {
        let mut timers = Timers::default();
        timers.schedule(Timer::Expire, MonoTime { nanos: 5 });
        timers.cancel(&Timer::Expire);
        assert_eq!(timers.take_due(MonoTime { nanos: 50 }), None);
    }
}
