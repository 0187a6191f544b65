//! What is measured, with its unit; what one run of a case gave; median and spread over the runs.

use std::collections::BTreeMap;

use crate::histogram::Histogram;

/// Something a case measures. Its name carries the unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Figure {
    /// CPU of the broker for 10^9 bytes of records.
    CpuSecondsPerGb,
    /// CPU of the broker for one request, in microseconds.
    CpuUsPerRequest,
    /// Records through the broker, in 10^6 bytes a second.
    MbPerSecond,
    /// Requests or records answered in a second.
    PerSecond,
    /// Half of all latencies are at most this.
    P50Ms,
    /// As [`Figure::P50Ms`], for 99 of 100.
    P99Ms,
    /// As [`Figure::P50Ms`], for 999 of 1,000.
    P999Ms,
    /// The longest latency.
    MaxMs,
    /// Memory that an idle connection adds to the broker.
    KibPerConnection,
    /// CPU of the broker for one connection made, used once and closed, in microseconds.
    CpuUsPerConnect,
    /// From the start of the process to the first Produce it answered.
    StartMs,
    /// Resident memory of a node without clients.
    IdleMib,
    /// Resident memory after the load.
    LoadedMib,
    /// As [`Figure::LoadedMib`], without pages that a file backs.
    LoadedAnonymousMib,
    /// Bytes of the program, without symbols.
    BinaryMib,
}

impl Figure {
    /// As tables and JSON call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::CpuSecondsPerGb => "CPU-s/GB",
            Self::CpuUsPerRequest => "CPU us/request",
            Self::MbPerSecond => "MB/s",
            Self::PerSecond => "per second",
            Self::P50Ms => "p50 ms",
            Self::P99Ms => "p99 ms",
            Self::P999Ms => "p99.9 ms",
            Self::MaxMs => "max ms",
            Self::KibPerConnection => "KiB/connection",
            Self::CpuUsPerConnect => "CPU us/connect",
            Self::StartMs => "start ms",
            Self::IdleMib => "RSS idle MiB",
            Self::LoadedMib => "RSS loaded MiB",
            Self::LoadedAnonymousMib => "RSS anonymous loaded MiB",
            Self::BinaryMib => "binary MiB",
        }
    }
}

/// What one run of a case gave.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sample {
    /// The figures of this run.
    pub(crate) figures: BTreeMap<Figure, f64>,
    /// Latencies, where the case has any.
    pub(crate) latency: Histogram,
    /// Rate over time, one value for each [`crate::load::CURVE_STEP_S`]: MB/s, or requests a second.
    pub(crate) curve: Vec<f64>,
}

impl Sample {
    /// Notes a figure.
    pub(crate) fn set(&mut self, figure: Figure, value: f64) {
        self.figures.insert(figure, value);
    }

    /// Notes the latencies and the figures that follow from them.
    pub(crate) fn set_latency(&mut self, latency: Histogram) {
        self.set(Figure::P50Ms, latency.quantile_ms(0.5));
        self.set(Figure::P99Ms, latency.quantile_ms(0.99));
        self.set(Figure::P999Ms, latency.quantile_ms(0.999));
        self.set(Figure::MaxMs, latency.max_ms());
        self.latency = latency;
    }
}

/// A figure over several runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Summary {
    /// The middle one; of an even number, the mean of the two in the middle.
    pub(crate) median: f64,
    /// The smallest.
    pub(crate) min: f64,
    /// The largest.
    pub(crate) max: f64,
}

impl Summary {
    /// Of a figure in these runs, if any has it.
    pub(crate) fn of(samples: &[Sample], figure: Figure) -> Option<Self> {
        let mut values: Vec<f64> =
            samples.iter().filter_map(|sample| sample.figures.get(&figure).copied()).collect();
        values.sort_by(f64::total_cmp);
        let (min, max) = (*values.first()?, *values.last()?);
        let upper = *values.get(values.len() / 2)?;
        let lower = *values.get((values.len() - 1) / 2)?;
        Some(Self { median: f64::midpoint(lower, upper), min, max })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_lies_between_the_two_in_the_middle() {
        let samples = [4.0, 1.0, 2.0, 10.0].map(|value| {
            let mut sample = Sample::default();
            sample.set(Figure::MbPerSecond, value);
            sample
        });
        let expected = Summary { median: 3.0, min: 1.0, max: 10.0 };
        assert_eq!(Summary::of(&samples, Figure::MbPerSecond), Some(expected));
        assert_eq!(Summary::of(&samples, Figure::P50Ms), None);
    }
}
