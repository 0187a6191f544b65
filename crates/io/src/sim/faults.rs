//! [`Faults`]: every knob of the simulated world, in one place.

use ottla_base::Rng;

/// How unkind the world is. The default is a quiet machine room: delays, but no failures.
/// A chance is "per million" occasions; 0 turns it off. Ranges are inclusive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults {
    /// One-way delay of a packet between nodes, in microseconds. Default 50–500.
    pub latency_us: (u64, u64),
    /// Bytes a connection carries per microsecond. Default 1000 (1 GB/s).
    pub bytes_per_us: u64,
    /// Bytes that leave together; a larger write is split. Default 64 KiB.
    pub segment_bytes_max: u64,
    /// Bytes on their way and unread, after which a writer waits. Default 256 KiB.
    pub window_bytes: u64,
    /// Chance that a read returns only a part of what has arrived. Default 0.
    pub short_read_per_million: u64,
    /// Chance that a packet is lost and sent again, which delays all behind it. Default 0.
    pub retransmit_per_million: u64,
    /// First delay of a retransmission, in milliseconds, doubled each time. Default 200.
    pub retransmit_ms: u64,
    /// How long a sender or an opening connection waits for a silent peer before it fails with
    /// `TimedOut`, in milliseconds. Default 20 000.
    pub give_up_ms: u64,
    /// Chance that a packet breaks its connection for both sides. Default 0.
    pub reset_per_million: u64,
    /// Delay before work in `blocking` starts, and again before its result is seen, in
    /// microseconds. Default 10–200.
    pub blocking_us: (u64, u64),
    /// The same for `flushing`. Default 100–2000.
    pub flushing_us: (u64, u64),
    /// Chance that such a delay is a stall instead. Default 0.
    pub stall_per_million: u64,
    /// Length of a stall, in milliseconds. Default 100–3000.
    pub stall_ms: (u64, u64),
    /// Chance that a sync of a file fails; part of the unsynced bytes is then never written.
    /// Default 0.
    pub sync_error_per_million: u64,
    /// Chance that a read of a file fails with EIO. Default 0.
    pub read_error_per_million: u64,
    /// Bytes that a node's disk holds, counted in pages of 4 KiB. Default: no limit.
    pub disk_capacity_bytes: u64,
    /// How far the wall clock of a node may be off when it first appears, in milliseconds either
    /// way. Default 0.
    pub wall_skew_ms: u64,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            latency_us: (50, 500),
            bytes_per_us: 1000,
            segment_bytes_max: 64 << 10,
            window_bytes: 256 << 10,
            short_read_per_million: 0,
            retransmit_per_million: 0,
            retransmit_ms: 200,
            give_up_ms: 20_000,
            reset_per_million: 0,
            blocking_us: (10, 200),
            flushing_us: (100, 2000),
            stall_per_million: 0,
            stall_ms: (100, 3000),
            sync_error_per_million: 0,
            read_error_per_million: 0,
            disk_capacity_bytes: u64::MAX,
            wall_skew_ms: 0,
        }
    }
}

impl Faults {
    /// Faults drawn from a seed, each on or off on its own, so that some worlds have only one kind
    /// and some have many. They are those that a correct node rides out without losing a promise:
    /// sync and read errors, a full disk and broken bytes are for scenarios that expect them.
    pub fn from_seed(seed: u64) -> Self {
        let mut rng = Rng::new(seed ^ 0x6661_756c_7473);
        let calm = Self::default();
        let mut maybe =
            |low: u64, high: u64| if rng.chance(1, 2) { rng.range(low, high) } else { 0 };
        let slow_us = maybe(1000, 50_000);
        Self {
            latency_us: (calm.latency_us.0, calm.latency_us.1 + slow_us),
            short_read_per_million: maybe(1000, 900_000),
            retransmit_per_million: maybe(100, 20_000),
            reset_per_million: maybe(10, 3000),
            stall_per_million: maybe(100, 20_000),
            wall_skew_ms: maybe(1, 60_000),
            segment_bytes_max: 1 + maybe(16, 4096).max(calm.segment_bytes_max * rng.below(2)),
            window_bytes: rng.range(4 << 10, 512 << 10),
            bytes_per_us: rng.range(10, 2000),
            ..calm
        }
    }
}
