//! Takes the cases one after the other: each side in turn, as many rounds as are asked for; prints
//! what came out as it comes, and writes the report at the end.

use std::collections::BTreeMap;
use std::fs;

use crate::cases::{self, Against, Aim, Case};
use crate::figure::{Figure, Sample, Summary};
use crate::load::{Run, be_punctual};
use crate::options::Options;
use crate::server::{Side, clean};
use crate::{machine, report};

/// What the runs of a case gave.
pub(crate) struct Outcome {
    /// Which case.
    pub(crate) case: &'static Case,
    /// Runs of each side, in their order.
    pub(crate) samples: BTreeMap<Side, Vec<Sample>>,
    /// What went wrong; such a run gives no sample.
    pub(crate) failures: Vec<String>,
}

/// An aim and what was reached.
pub(crate) struct Reached {
    /// Which.
    pub(crate) aim: Aim,
    /// Ratio of medians, or the figure by itself; `None` when a side has no figure.
    pub(crate) value: Option<f64>,
}

impl Outcome {
    /// Median and spread of a figure on one side.
    pub(crate) fn summary(&self, side: Side, figure: Figure) -> Option<Summary> {
        Summary::of(self.samples.get(&side)?, figure)
    }

    /// Every figure that any side has.
    pub(crate) fn figures(&self) -> Vec<Figure> {
        let samples = self.samples.values().flatten();
        let mut figures: Vec<Figure> = samples.flat_map(|s| s.figures.keys().copied()).collect();
        figures.sort_unstable();
        figures.dedup();
        figures
    }

    /// A figure of ottla divided by another side's.
    pub(crate) fn ratio(&self, figure: Figure, to: Side) -> Option<f64> {
        let ours = self.summary(Side::Ottla, figure)?.median;
        let theirs = self.summary(to, figure)?.median;
        (theirs > 0.0).then_some(ours / theirs)
    }

    /// The aims of the case.
    pub(crate) fn reached(&self) -> Vec<Reached> {
        let value = |aim: &Aim| match aim.against {
            Against::Kafka => self.ratio(aim.figure, Side::Kafka),
            Against::Floor => self.ratio(aim.figure, Side::Floor),
            Against::Itself => Some(self.summary(Side::Ottla, aim.figure)?.median),
        };
        self.case.aims.iter().map(|aim| Reached { aim: *aim, value: value(aim) }).collect()
    }
}

/// Runs what the options say. Fails when a run failed, after all others were done.
pub(crate) fn run(options: &Options) -> Result<(), String> {
    let cases = cases::named(&options.cases)?;
    for dir in [&options.out, &options.places.scratch] {
        fs::create_dir_all(dir).map_err(|error| format!("{}: {error}", dir.display()))?;
    }
    be_punctual();
    let facts = machine::facts(&options.places);
    let mut outcomes = Vec::new();
    for case in cases {
        println!("\n{} ({})\n  {}", case.title, case.name, case.durability);
        let outcome = run_case(options, case);
        print!("{}", report::table(&outcome));
        outcomes.push(outcome);
        // Written after every case: a long run that is stopped has not been for nothing.
        report::write(options, &facts, &outcomes)?;
    }
    println!("\n{}", options.out.join("report.html").display());
    let failed = outcomes.iter().map(|outcome| outcome.failures.len()).sum::<usize>();
    if failed > 0 { Err(format!("{failed} runs failed")) } else { Ok(()) }
}

fn run_case(options: &Options, case: &'static Case) -> Outcome {
    let mut outcome = Outcome { case, samples: BTreeMap::new(), failures: Vec::new() };
    let mut sides = vec![Side::Ottla];
    if options.with_kafka {
        sides.push(Side::Kafka);
    }
    if case.floor {
        sides.push(Side::Floor);
    }
    for round in 1..=options.rounds {
        for side in &sides {
            clean(&options.places);
            let run = Run {
                case,
                side: *side,
                places: &options.places,
                seconds: options.seconds,
                warm_seconds: options.warm_seconds,
            };
            match run.measure() {
                Ok(sample) => outcome.samples.entry(*side).or_default().push(sample),
                Err(why) => {
                    eprintln!("  {} in round {round}: {why}", side.name());
                    outcome.failures.push(format!("{} in round {round}: {why}", side.name()));
                }
            }
        }
    }
    clean(&options.places);
    outcome
}
