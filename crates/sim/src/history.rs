//! What clients asked and saw, in the order in which it happened, and the invariants that watch.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::invariants::{self, Invariant};

/// What an acknowledged record is safe from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Promise {
    /// The end of the process, but not a power cut of its only replica: what Kafka promises without
    /// `flush.messages`. After a power cut the log may have lost its end, and nothing else.
    ProcessEnd,
    /// A power cut too: records are synced before they are acknowledged.
    PowerCut,
}

/// What is expected of a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// What an acknowledged record is safe from.
    pub promise: Promise,
    /// Whether records are removed by themselves, by age or size.
    pub retention: bool,
    /// Whether nothing is shown that a power cut could take (`ottla.ack.durability=synced`).
    pub shown_stays: bool,
    /// Whether of the records of one key only the last need to stay.
    pub compacted: bool,
}

impl Rules {
    /// Of a partition whose records stay.
    pub fn new(promise: Promise) -> Self {
        Self { promise, retention: false, shown_stays: false, compacted: false }
    }
}

/// Something that a client did or saw. Records are known by their value; each is sent once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A producer is about to send its record number `number`. From here until it is acknowledged
    /// it is *unknown*: it may be in the log or come to it later, also after an error.
    Sent {
        /// Which producer.
        producer: u64,
        /// Counts the producer's records from 0.
        number: u64,
    },
    /// The record is acknowledged, at this offset.
    Acknowledged {
        /// Which producer.
        producer: u64,
        /// Which of its records.
        number: u64,
        /// The offset it got.
        offset: i64,
    },
    /// A reader found this record at this offset.
    Read {
        /// Which reader.
        reader: u64,
        /// Where.
        offset: i64,
        /// Whose record.
        producer: u64,
        /// Which of its records.
        number: u64,
    },
    /// A reader asks for records; what it is told next of the log's end is not older than this.
    Asked {
        /// Which reader.
        reader: u64,
    },
    /// A reader was told that the log ends before this offset.
    LogEnd {
        /// Which reader.
        reader: u64,
        /// The first offset that is free.
        offset: i64,
    },
    /// A reader was told that the log starts here.
    LogStart {
        /// Which reader.
        reader: u64,
        /// The first offset that may be read.
        offset: i64,
    },
    /// Somebody is about to ask for the removal of everything before this offset.
    DeletionAsked {
        /// The first offset that is to stay; -1 for none but what comes later.
        before: i64,
    },
    /// The removal was acknowledged.
    Deleted {
        /// The first offset that may be read from now on.
        log_start: i64,
    },
    /// A bit of the log rotted, in the batch that begins at this offset. What stands from there on
    /// may be refused or be gone, but never be wrong.
    Rotted {
        /// The first offset of the batch.
        offset: i64,
    },
    /// A reader begins to read everything between two offsets.
    PassBegun {
        /// Which reader.
        reader: u64,
        /// The first offset.
        from: i64,
        /// The offset behind the last.
        to: i64,
    },
    /// It has come to the end.
    ReadToEnd {
        /// Which reader.
        reader: u64,
    },
    /// The log was started anew after a power cut and ended before this offset.
    RecoveredFromPowerCut {
        /// The first offset that is free.
        offset: i64,
    },
}

/// The events of one partition, checked as they come. Clones are the same history.
#[derive(Clone)]
pub struct History(Arc<Mutex<Inner>>);

struct Inner {
    events: Vec<Event>,
    invariants: Vec<Box<dyn Invariant>>,
    rotted: bool,
}

impl History {
    /// An empty history under all invariants of a partition whose records stay.
    pub fn new(promise: Promise) -> Self {
        Self::of(Rules::new(promise))
    }

    /// An empty history under all invariants of a partition.
    pub fn of(rules: Rules) -> Self {
        Self::watched_by(invariants::all(rules))
    }

    /// An empty history under these invariants.
    pub fn watched_by(invariants: Vec<Box<dyn Invariant>>) -> Self {
        Self(Arc::new(Mutex::new(Inner { events: Vec::new(), invariants, rotted: false })))
    }

    /// Adds an event.
    ///
    /// # Panics
    /// When it breaks an invariant.
    pub fn note(&self, event: Event) {
        if let Err(broken) = self.try_note(event) {
            panic!("{broken}");
        }
    }

    /// Adds an event.
    ///
    /// # Errors
    /// Which invariant it breaks, and how.
    pub fn try_note(&self, event: Event) -> Result<(), String> {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.rotted |= matches!(event, Event::Rotted { .. });
        inner.events.push(event.clone());
        for invariant in &mut inner.invariants {
            if let Err(how) = invariant.observe(&event) {
                return Err(format!("{}: {how} (at {event:?})", invariant.name()));
            }
        }
        Ok(())
    }

    /// How many records were acknowledged so far.
    pub fn acknowledged_count(&self) -> usize {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.events.iter().filter(|event| matches!(event, Event::Acknowledged { .. })).count()
    }

    /// Offset → (producer, number) of what was acknowledged and not lost with a power cut since.
    pub fn acknowledged(&self) -> BTreeMap<i64, (u64, u64)> {
        let mut acknowledged = BTreeMap::new();
        for event in self.events() {
            match event {
                Event::Acknowledged { producer, number, offset } => {
                    acknowledged.insert(offset, (producer, number));
                }
                Event::RecoveredFromPowerCut { offset } => drop(acknowledged.split_off(&offset)),
                _ => {}
            }
        }
        acknowledged
    }

    /// Whether a bit of the log has rotted: then a reader may find bytes that are no records.
    pub fn is_rotted(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).rotted
    }

    /// How many events there were that satisfy this.
    pub fn count(&self, is_meant: impl Fn(&Event) -> bool) -> usize {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.events.iter().filter(|event| is_meant(event)).count()
    }

    /// All events so far.
    pub fn events(&self) -> Vec<Event> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).events.clone()
    }
}
