//! The figures of every run, and what they are of, for programs that compare.

use serde_json::{Map, Value, json};

use super::{SIDES, aim_text};
use crate::cases::Case;
use crate::driver::Outcome;
use crate::figure::{Sample, Summary};
use crate::load::CURVE_STEP_S;
use crate::options::Options;

/// The whole report.
pub(super) fn text(
    options: &Options,
    facts: &[(&'static str, String)],
    outcomes: &[Outcome],
) -> String {
    let machine: Map<String, Value> =
        facts.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let report = json!({
        "machine": machine,
        "rounds": options.rounds,
        "seconds": options.seconds,
        "warm_seconds_max": options.warm_seconds,
        "curve_step_s": CURVE_STEP_S,
        "cases": outcomes.iter().map(case).collect::<Vec<_>>(),
    });
    format!("{report:#}\n")
}

fn case(outcome: &Outcome) -> Value {
    let mut sides = Map::new();
    for side in SIDES {
        let Some(samples) = outcome.samples.get(&side) else { continue };
        let figures: Map<String, Value> = outcome
            .figures()
            .into_iter()
            .filter_map(|figure| {
                let Summary { median, min, max } = Summary::of(samples, figure)?;
                let value = json!({ "median": median, "min": min, "max": max });
                Some((figure.name().to_owned(), value))
            })
            .collect();
        let runs: Vec<Value> = samples.iter().map(run).collect();
        sides.insert(side.name().to_owned(), json!({ "figures": figures, "runs": runs }));
    }
    let Case { name, title, durability, settings, topic_ottla, topic_kafka, .. } = outcome.case;
    json!({
        "name": name,
        "title": title,
        "load": format!("{:?}", outcome.case.load),
        "durability": durability,
        "settings": settings,
        "topic_settings_ottla": topic_ottla,
        "topic_settings_kafka": topic_kafka,
        "sides": sides,
        "aims": outcome.reached().iter().map(aim_text).collect::<Vec<_>>(),
        "failures": outcome.failures,
    })
}

fn run(sample: &Sample) -> Value {
    let figures: Map<String, Value> = sample
        .figures
        .iter()
        .map(|(figure, value)| (figure.name().to_owned(), json!(value)))
        .collect();
    let latency: Vec<(f64, u64)> = sample.latency.buckets().collect();
    json!({ "figures": figures, "curve": sample.curve, "latency_ms_count": latency })
}
