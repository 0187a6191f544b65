//! The table of cases: what each is called, what it loads the broker with, and what it aims at.
//! A case is declared here and nowhere else.

use crate::figure::Figure;
use crate::frames::BatchShape;

/// One line of the table.
pub(crate) struct Case {
    /// As the command line names it.
    pub(crate) name: &'static str,
    /// What it does, for the report.
    pub(crate) title: &'static str,
    /// What the broker has to do.
    pub(crate) load: Load,
    /// What both brokers are told beyond their defaults.
    pub(crate) settings: &'static [(&'static str, &'static str)],
    /// Settings of the topic on ottla.
    pub(crate) topic_ottla: &'static [(&'static str, &'static str)],
    /// Settings of the topic on Apache Kafka: what is the same promise there.
    pub(crate) topic_kafka: &'static [(&'static str, &'static str)],
    /// What an acknowledged record is safe from in this case.
    pub(crate) durability: &'static str,
    /// Whether the machine's floor is measured beside it.
    pub(crate) floor: bool,
    /// What is to be reached.
    pub(crate) aims: &'static [Aim],
}

/// What the broker has to do.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Load {
    /// Produce requests.
    Produce(Produce),
    /// Six consumers read what lies there, as fast as they can.
    CatchUp {
        /// Whether the page cache is emptied of it before.
        from_disk: bool,
    },
    /// One producer at a steady rate, and consumers that wait for each record.
    Follow {
        /// How many read all of it.
        consumers: usize,
        /// Records in a second.
        per_second: u64,
        /// Bytes of each value.
        value_bytes: usize,
    },
    /// Connections that do nothing.
    Idle {
        /// How many.
        connections: usize,
    },
    /// Connections that are made, ask for the API versions and go.
    Connects {
        /// How many in a second.
        per_second: u64,
    },
    /// From the start of the process to the first answered Produce.
    Start {
        /// Partitions the node has.
        partitions: i32,
    },
    /// Resident memory before and after this much went through the broker.
    Memory {
        /// Bytes of records produced, and fetched again.
        bytes: u64,
    },
    /// How large the program is.
    BinarySize,
    /// Kafka's own `kafka-producer-perf-test`, as a second witness.
    JavaProduce,
    /// Kafka's own `kafka-consumer-perf-test`, as a second witness.
    JavaConsume,
}

/// Produce requests, each with one batch for one or several partitions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Produce {
    /// What is in a batch.
    pub(crate) batch: BatchShape,
    /// Partitions of the topic.
    pub(crate) partitions: i32,
    /// How many of them a request has a batch for.
    pub(crate) partitions_per_request: i32,
    /// Connections, each a producer.
    pub(crate) connections: usize,
    /// How fast they come.
    pub(crate) pace: Pace,
}

/// How fast requests come.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pace {
    /// As fast as answers come, with this many under way on each connection.
    Window(usize),
    /// This many in a second over all connections, whether or not answers come.
    PerSecond(u64),
}

/// Something to be reached.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Aim {
    /// Of what.
    pub(crate) figure: Figure,
    /// Compared with what.
    pub(crate) against: Against,
    /// How it must be.
    pub(crate) bound: Bound,
}

/// What a figure of ottla is divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Against {
    /// The same of Apache Kafka.
    Kafka,
    /// The same of the machine's floor.
    Floor,
    /// Nothing.
    Itself,
}

/// How a ratio, or a figure by itself, must be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Bound {
    /// At most this.
    AtMost(f64),
    /// At least this.
    AtLeast(f64),
}

impl Bound {
    /// Whether a value is as it must be.
    pub(crate) fn holds(self, value: f64) -> bool {
        match self {
            Self::AtMost(limit) => value <= limit,
            Self::AtLeast(limit) => value >= limit,
        }
    }
}

const fn at_most(figure: Figure, ratio: f64) -> Aim {
    Aim { figure, against: Against::Kafka, bound: Bound::AtMost(ratio) }
}

const fn at_least(figure: Figure, ratio: f64) -> Aim {
    Aim { figure, against: Against::Kafka, bound: Bound::AtLeast(ratio) }
}

const fn floor_at_most(figure: Figure, ratio: f64) -> Aim {
    Aim { figure, against: Against::Floor, bound: Bound::AtMost(ratio) }
}

/// Written to the page cache, as both brokers do by default.
const WRITTEN: &str = "written: safe from the end of the process, not from a power cut";
/// On the device before the answer.
const SYNCED: &str =
    "synced: safe from a power cut (ottla.ack.durability=synced; Kafka: flush.messages=1)";

/// 128 KiB of records of 1 KiB.
const BULK: Produce = Produce {
    batch: BatchShape { records: 124, value_bytes: 1024, keyed: false },
    partitions: 6,
    partitions_per_request: 1,
    connections: 6,
    pace: Pace::Window(5),
};

const SMALL: Produce = Produce {
    batch: BatchShape { records: 1, value_bytes: 100, keyed: false },
    partitions: 8,
    partitions_per_request: 1,
    connections: 8,
    pace: Pace::PerSecond(5_000),
};

const SMALL_AIMS: &[Aim] = &[
    at_most(Figure::CpuUsPerRequest, 0.5),
    at_most(Figure::P50Ms, 1.0),
    at_most(Figure::P99Ms, 0.5),
    at_most(Figure::P999Ms, 0.25),
];

const KEYED: Produce = Produce {
    batch: BatchShape { records: 10, value_bytes: 100, keyed: true },
    partitions: 100,
    partitions_per_request: 10,
    connections: 16,
    pace: Pace::Window(5),
};

/// Segments roll and go while the load runs.
const RETENTION: &[(&str, &str)] = &[("segment.bytes", "1048576"), ("retention.bytes", "4194304")];

const PLAIN: Case = Case {
    name: "",
    title: "",
    load: Load::BinarySize,
    settings: &[],
    topic_ottla: &[],
    topic_kafka: &[],
    durability: WRITTEN,
    floor: false,
    aims: &[],
};

/// Every case, in the order in which `all` runs them.
pub(crate) const CASES: &[Case] = &[
    Case {
        name: "bulk-produce",
        title: "Bulk produce: 1 KiB records, 128 KiB batches, acks=all, 6 partitions",
        load: Load::Produce(BULK),
        floor: true,
        aims: &[at_most(Figure::CpuSecondsPerGb, 0.5), floor_at_most(Figure::CpuSecondsPerGb, 1.3)],
        ..PLAIN
    },
    Case {
        name: "bulk-produce-synced",
        title: "Bulk produce, on the device before the answer",
        load: Load::Produce(BULK),
        topic_ottla: &[("ottla.ack.durability", "synced")],
        topic_kafka: &[("flush.messages", "1")],
        durability: SYNCED,
        aims: &[at_most(Figure::CpuSecondsPerGb, 0.3), at_least(Figure::MbPerSecond, 3.0)],
        ..PLAIN
    },
    Case {
        name: "small-produce-8",
        title: "Small produce: one record of 100 B a request, 8 connections, 5,000 requests/s",
        load: Load::Produce(SMALL),
        floor: true,
        aims: SMALL_AIMS,
        ..PLAIN
    },
    Case {
        name: "small-produce-64",
        title: "Small produce: one record of 100 B a request, 64 connections, 5,000 requests/s",
        load: Load::Produce(Produce { connections: 64, ..SMALL }),
        floor: true,
        aims: SMALL_AIMS,
        ..PLAIN
    },
    Case {
        name: "keyed",
        title: "Keyed: 100 partitions, 16 producers, small batches, retention running",
        load: Load::Produce(KEYED),
        settings: &[
            ("log.retention.check.interval.ms", "1000"),
            ("log.segment.delete.delay.ms", "1000"),
        ],
        topic_ottla: RETENTION,
        topic_kafka: RETENTION,
        aims: &[at_least(Figure::MbPerSecond, 2.0)],
        ..PLAIN
    },
    Case {
        name: "fetch-cached",
        title: "Fetch, catching up from the page cache, 6 consumers",
        load: Load::CatchUp { from_disk: false },
        floor: true,
        aims: FETCH_AIMS,
        ..PLAIN
    },
    Case {
        name: "fetch-disk",
        title: "Fetch, catching up from disk, 6 consumers",
        load: Load::CatchUp { from_disk: true },
        floor: true,
        aims: FETCH_AIMS,
        ..PLAIN
    },
    Case {
        name: "tail-1",
        title: "Fetch, tailing: one consumer, 5,000 records of 1 KiB a second",
        load: Load::Follow { consumers: 1, per_second: 5_000, value_bytes: 1024 },
        aims: &[at_most(Figure::CpuSecondsPerGb, 0.6)],
        ..PLAIN
    },
    Case {
        name: "tail-100",
        title: "Fetch, tailing: 100 consumers, 200 records of 1 KiB a second",
        load: Load::Follow { consumers: 100, per_second: 200, value_bytes: 1024 },
        aims: &[at_most(Figure::CpuSecondsPerGb, 0.6)],
        ..PLAIN
    },
    Case {
        name: "end-to-end",
        title: "End to end: produced until consumed, 1,000 records of 100 B a second",
        load: Load::Follow { consumers: 1, per_second: 1_000, value_bytes: 100 },
        aims: &[
            at_most(Figure::P50Ms, 0.5),
            at_most(Figure::P99Ms, 0.3),
            at_most(Figure::P999Ms, 0.2),
        ],
        ..PLAIN
    },
    Case {
        name: "idle-connections",
        title: "5,000 connections that do nothing",
        load: Load::Idle { connections: 5_000 },
        aims: &[at_most(Figure::KibPerConnection, 0.2)],
        ..PLAIN
    },
    Case {
        name: "connects",
        title: "500 connections a second, each used once",
        load: Load::Connects { per_second: 500 },
        aims: &[at_most(Figure::CpuUsPerConnect, 0.2)],
        ..PLAIN
    },
    Case {
        name: "start-empty",
        title: "Process start to the first answered Produce, nothing there",
        load: Load::Start { partitions: 1 },
        aims: &[at_most(Figure::StartMs, 0.03)],
        ..PLAIN
    },
    Case {
        name: "start-1000",
        title: "Process start to the first answered Produce, 1,000 partitions",
        load: Load::Start { partitions: 1_000 },
        aims: &[at_most(Figure::StartMs, 0.03)],
        ..PLAIN
    },
    Case {
        name: "memory",
        title: "Resident memory, idle and after 4 GB",
        load: Load::Memory { bytes: 4_000_000_000 },
        aims: &[at_most(Figure::IdleMib, 0.05), at_most(Figure::LoadedMib, 0.1)],
        ..PLAIN
    },
    Case {
        name: "binary-size",
        title: "Size of the program, stripped",
        load: Load::BinarySize,
        aims: &[Aim {
            figure: Figure::BinaryMib,
            against: Against::Itself,
            bound: Bound::AtMost(25.0),
        }],
        ..PLAIN
    },
    Case {
        name: "java-produce",
        title: "Second witness: Kafka's ProducerPerformance, 1 KiB records, 128 KiB batches, acks=all",
        load: Load::JavaProduce,
        aims: &[at_most(Figure::CpuSecondsPerGb, 0.5)],
        ..PLAIN
    },
    Case {
        name: "java-consume",
        title: "Second witness: Kafka's ConsumerPerformance, from the page cache",
        load: Load::JavaConsume,
        // The peer's script has it so; three seconds of waiting would be taken for reading.
        settings: &[("group.initial.rebalance.delay.ms", "0")],
        aims: &[at_most(Figure::CpuSecondsPerGb, 0.6)],
        ..PLAIN
    },
];

const FETCH_AIMS: &[Aim] =
    &[at_most(Figure::CpuSecondsPerGb, 0.6), floor_at_most(Figure::CpuSecondsPerGb, 1.2)];

/// The cases of these names; `all` is every one.
pub(crate) fn named(names: &[String]) -> Result<Vec<&'static Case>, String> {
    if names.iter().any(|name| name == "all") {
        return Ok(CASES.iter().collect());
    }
    let find = |name: &String| {
        CASES.iter().find(|case| case.name == name).ok_or_else(|| format!("no case `{name}`"))
    };
    names.iter().map(find).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_cases_have_one_name() {
        let mut names: Vec<&str> = CASES.iter().map(|case| case.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CASES.len());
    }

    #[test]
    fn who_compares_with_the_floor_measures_it() {
        for case in CASES {
            let compares = case.aims.iter().any(|aim| aim.against == Against::Floor);
            assert!(case.floor || !compares, "{}", case.name);
        }
    }
}
