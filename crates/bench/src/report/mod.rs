//! What came out, for people and for programs: a table, JSON, and a page with charts.

mod chart;
mod html;
mod json;

use std::fmt::Write;
use std::fs;

use crate::cases::{Against, Bound};
use crate::driver::{Outcome, Reached};
use crate::figure::Summary;
use crate::options::Options;
use crate::server::Side;

/// Every side, in the order of columns.
const SIDES: [Side; 3] = [Side::Ottla, Side::Kafka, Side::Floor];

/// Figures of a case: median and spread of each side, ratios, aims.
pub(crate) fn table(outcome: &Outcome) -> String {
    let mut out = format!("  {:<24}", "");
    for side in SIDES {
        let _infallible = write!(out, " {:>26}", side.name());
    }
    out.push_str("   ottla:kafka  ottla:floor\n");
    for figure in outcome.figures() {
        let _infallible = write!(out, "  {:<24}", figure.name());
        for side in SIDES {
            let text = outcome.summary(side, figure).map(spread).unwrap_or_default();
            let _infallible = write!(out, " {text:>26}");
        }
        for side in [Side::Kafka, Side::Floor] {
            let ratio = outcome.ratio(figure, side).map(short).unwrap_or_default();
            let _infallible = write!(out, " {ratio:>12}");
        }
        out.push('\n');
    }
    for reached in outcome.reached() {
        let _infallible = writeln!(out, "  aim: {}", aim_text(&reached));
    }
    out
}

/// Writes `report.json` and `report.html`.
pub(crate) fn write(
    options: &Options,
    facts: &[(&'static str, String)],
    outcomes: &[Outcome],
) -> Result<(), String> {
    let files = [
        ("report.json", json::text(options, facts, outcomes)),
        ("report.html", html::page(options, facts, outcomes)),
    ];
    for (name, text) in files {
        let path = options.out.join(name);
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

/// An aim in words, and whether it is reached.
fn aim_text(reached: &Reached) -> String {
    let figure = reached.aim.figure.name();
    let what = match reached.aim.against {
        Against::Kafka => format!("{figure}, ottla:kafka"),
        Against::Floor => format!("{figure}, ottla:floor"),
        Against::Itself => figure.to_owned(),
    };
    let bound = match reached.aim.bound {
        Bound::AtMost(limit) => format!("at most {}", short(limit)),
        Bound::AtLeast(limit) => format!("at least {}", short(limit)),
    };
    let verdict = match reached.value {
        Some(value) if reached.aim.bound.holds(value) => format!("{}, reached", short(value)),
        Some(value) => format!("{}, not reached", short(value)),
        None => "not measured".to_owned(),
    };
    format!("{what} {bound}: {verdict}")
}

/// Median, and smallest to largest behind it.
fn spread(summary: Summary) -> String {
    if summary.min == summary.max {
        return short(summary.median);
    }
    format!("{} ({}–{})", short(summary.median), short(summary.min), short(summary.max))
}

/// Three digits that say something.
fn short(value: f64) -> String {
    match value.abs() {
        magnitude if magnitude >= 99.95 => format!("{value:.0}"),
        magnitude if magnitude >= 9.995 => format!("{value:.1}"),
        magnitude if magnitude >= 0.9995 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn numbers_have_three_digits() {
        let texts = [1234.5, 99.96, 12.34, 1.234, 0.1234, 0.0].map(short);
        assert_eq!(texts, ["1234", "100", "12.3", "1.23", "0.123", "0.000"]);
    }
}
