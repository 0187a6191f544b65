//! The report as one page that stands alone: tables and charts, no scripts.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::chart::{Frame, Scale, Series, draw};
use super::{SIDES, aim_text, short, spread};
use crate::driver::Outcome;
use crate::histogram::Histogram;
use crate::load::CURVE_STEP_S;
use crate::options::Options;
use crate::server::Side;

const STYLE: &str = "\
body{font:15px/1.5 system-ui,sans-serif;max-width:1180px;margin:2em auto;padding:0 1em;color:#1c1c1c}
h1{font-size:1.5em}h2{font-size:1.15em;margin-top:2.2em}table{border-collapse:collapse;margin:.6em 0}
td,th{padding:.2em .9em .2em 0;text-align:left;border-bottom:1px solid #ddd;font-variant-numeric:tabular-nums}
.reached{color:#18794e}.missed{color:#b42318}.charts{display:flex;flex-wrap:wrap;gap:12px}
svg{width:560px;max-width:100%;background:#fafafa}.title{font-size:12px;font-weight:600}
.tick{font-size:10px;fill:#666}.legend{font-size:12px}.grid{stroke:#e3e3e3}
.line{fill:none;stroke-width:1.8}.bar{stroke-width:2;stroke-opacity:.55}
.ottla{stroke:#0b62c4}.kafka{stroke:#c4520b}.floor{stroke:#777}
.legend.ottla{fill:#0b62c4;stroke:none}.legend.kafka{fill:#c4520b;stroke:none}.legend.floor{fill:#777;stroke:none}
";

/// Where the percentiles of the curve stand: as nines, so that the tail has room.
const NINES: [(f64, &str); 6] =
    [(0.301, "50"), (1.0, "90"), (2.0, "99"), (3.0, "99.9"), (4.0, "99.99"), (5.0, "99.999")];

/// Bars of the latency histogram for each doubling of the latency.
const BARS_PER_DOUBLING: f64 = 8.0;

/// The page.
pub(super) fn page(
    options: &Options,
    facts: &[(&'static str, String)],
    outcomes: &[Outcome],
) -> String {
    let mut out = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>ottla beside Apache \
         Kafka</title><style>{STYLE}</style>\n<h1>ottla beside Apache Kafka</h1>\n<p>Started in turn \
         on one machine, driven by one load generator; median of {} rounds of {} s, smallest and \
         largest in brackets. Latency counts from the time a request was due. CPU is that of the \
         broker's process, from the operating system.</p>\n<table>",
        options.rounds, options.seconds
    );
    for (name, value) in facts {
        let _infallible = writeln!(out, "<tr><th>{name}</th><td>{}</td></tr>", escaped(value));
    }
    out.push_str("</table>\n");
    for outcome in outcomes {
        section(&mut out, outcome);
    }
    out.push_str("</html>\n");
    out
}

fn section(out: &mut String, outcome: &Outcome) {
    let case = outcome.case;
    let _infallible = writeln!(
        out,
        "<h2 id=\"{0}\">{1}</h2><p><code>{0}</code>. {2}. <code>{3}</code></p>",
        case.name,
        escaped(case.title),
        escaped(case.durability),
        escaped(&format!("{:?}", case.load))
    );
    let told = [("both", case.settings), ("ottla's topic", case.topic_ottla)];
    for (who, settings) in told.into_iter().chain([("Kafka's topic", case.topic_kafka)]) {
        for (name, value) in settings {
            let _infallible = writeln!(out, "<div>{who}: <code>{name}={value}</code></div>");
        }
    }
    figures(out, outcome);
    out.push_str("<ul>\n");
    for reached in outcome.reached() {
        let class = match reached.value {
            Some(value) if reached.aim.bound.holds(value) => "reached",
            _ => "missed",
        };
        let _infallible =
            writeln!(out, "<li class=\"{class}\">{}</li>", escaped(&aim_text(&reached)));
    }
    for failure in &outcome.failures {
        let _infallible = writeln!(out, "<li class=\"missed\">{}</li>", escaped(failure));
    }
    out.push_str("</ul>\n<div class=\"charts\">\n");
    out.push_str(&percentiles(outcome));
    out.push_str(&distribution(outcome));
    out.push_str(&over_time(outcome));
    out.push_str("</div>\n");
}

fn figures(out: &mut String, outcome: &Outcome) {
    out.push_str("<table><tr><th></th>");
    for side in SIDES {
        let _infallible = write!(out, "<th>{}</th>", side.name());
    }
    out.push_str("<th>ottla:kafka</th><th>ottla:floor</th></tr>\n");
    for figure in outcome.figures() {
        let _infallible = write!(out, "<tr><td>{}</td>", figure.name());
        for side in SIDES {
            let text = outcome.summary(side, figure).map(spread).unwrap_or_default();
            let _infallible = write!(out, "<td>{text}</td>");
        }
        for side in [Side::Kafka, Side::Floor] {
            let ratio = outcome.ratio(figure, side).map(short).unwrap_or_default();
            let _infallible = write!(out, "<td>{ratio}</td>");
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</table>\n");
}

/// Latencies of all rounds of a side.
fn latencies(outcome: &Outcome, side: Side) -> Histogram {
    let mut all = Histogram::default();
    for sample in outcome.samples.get(&side).into_iter().flatten() {
        all.merge(&sample.latency);
    }
    all
}

fn percentiles(outcome: &Outcome) -> String {
    let series = SIDES.map(|side| {
        let latency = latencies(outcome, side);
        let reach = (latency.total().max(1) as f64).log10().min(5.0);
        let steps = if latency.total() == 0 { 0 } else { (reach * 20.0) as usize };
        let points = (0..steps).map(|step| {
            let nines = (step as f64 + 1.0) / 20.0;
            (nines, latency.quantile_ms(1.0 - 10f64.powf(-nines)))
        });
        Series { name: side.name(), points: points.collect() }
    });
    let frame = Frame {
        title: "Latency, ms, by percentile",
        x_name: "percentile",
        x_scale: Scale::Linear,
        x_ticks: &NINES,
        y_scale: Scale::Logarithmic,
        bars: false,
    };
    draw(&frame, &series)
}

fn distribution(outcome: &Outcome) -> String {
    let series = SIDES.map(|side| {
        let latency = latencies(outcome, side);
        let total = latency.total() as f64;
        let mut bars: BTreeMap<i64, u64> = BTreeMap::new();
        for (ms, count) in latency.buckets() {
            *bars.entry((ms.log2() * BARS_PER_DOUBLING).round() as i64).or_default() += count;
        }
        let place = |bar: i64| (bar as f64 / BARS_PER_DOUBLING).exp2();
        let points =
            bars.into_iter().map(|(bar, count)| (place(bar), count as f64 / total * 100.0));
        Series { name: side.name(), points: points.collect() }
    });
    let frame = Frame {
        title: "Latency histogram, % of requests",
        x_name: "ms",
        x_scale: Scale::Logarithmic,
        x_ticks: &[],
        y_scale: Scale::Linear,
        bars: true,
    };
    draw(&frame, &series)
}

fn over_time(outcome: &Outcome) -> String {
    let series = SIDES.map(|side| {
        let last = outcome.samples.get(&side).and_then(|samples| samples.last());
        let curve = last.map(|sample| sample.curve.as_slice()).unwrap_or_default();
        let points =
            curve.iter().enumerate().map(|(n, rate)| ((n + 1) as f64 * CURVE_STEP_S, *rate));
        Series { name: side.name(), points: points.collect() }
    });
    let frame = Frame {
        title: "Rate over time, MB/s or requests/s, last round",
        x_name: "s",
        x_scale: Scale::Linear,
        x_ticks: &[],
        y_scale: Scale::Linear,
        bars: false,
    };
    draw(&frame, &series)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
