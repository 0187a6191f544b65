//! Charts as SVG, drawn here: the page needs no script and nothing from elsewhere.

use std::fmt::Write;

use super::short;

const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 56.0;
const BOTTOM: f64 = 34.0;
const TOP: f64 = 24.0;
/// Lines of the grid, beside the axis.
const LINES: usize = 4;

/// One side's points, in the colour of its class.
pub(super) struct Series {
    /// Name of the side, which is its CSS class.
    pub(super) name: &'static str,
    /// In rising order of the first.
    pub(super) points: Vec<(f64, f64)>,
}

/// How an axis is divided.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Scale {
    /// Evenly, from nothing.
    Linear,
    /// Each step ten times the last.
    Logarithmic,
}

/// What is drawn around the points.
pub(super) struct Frame<'a> {
    pub(super) title: &'a str,
    pub(super) x_name: &'a str,
    pub(super) x_scale: Scale,
    /// Places on the x axis and what stands there; empty: even ones with their numbers.
    pub(super) x_ticks: &'a [(f64, &'a str)],
    pub(super) y_scale: Scale,
    /// Points as bars down to the axis, not joined.
    pub(super) bars: bool,
}

/// Draws the series into one frame. Nothing where there are no points.
pub(super) fn draw(frame: &Frame<'_>, series: &[Series]) -> String {
    let points = || series.iter().flat_map(|series| series.points.iter());
    if points().next().is_none() {
        return String::new();
    }
    let x = Axis::over(points().map(|(x, _)| *x), frame.x_scale, LEFT, WIDTH - 12.0);
    let y = Axis::over(points().map(|(_, y)| *y), frame.y_scale, HEIGHT - BOTTOM, TOP);
    let mut out = format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\"><text class=\"title\" x=\"{LEFT}\" \
         y=\"14\">{}</text>\n",
        frame.title
    );
    grid(&mut out, frame, x, y);
    for one in series {
        if frame.bars { bars(&mut out, one, x, y) } else { line(&mut out, one, x, y) }
    }
    legend(&mut out, series);
    out.push_str("</svg>\n");
    out
}

#[derive(Clone, Copy)]
struct Axis {
    low: f64,
    high: f64,
    scale: Scale,
    from: f64,
    to: f64,
}

impl Axis {
    fn over(values: impl Iterator<Item = f64>, scale: Scale, from: f64, to: f64) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values {
            low = low.min(value);
            high = high.max(value);
        }
        match scale {
            Scale::Linear => Self { low: 0.0, high: (high * 1.08).max(1e-9), scale, from, to },
            Scale::Logarithmic => {
                let low = low.max(1e-4);
                Self { low: low / 1.1, high: (high * 1.1).max(low * 2.0), scale, from, to }
            }
        }
    }

    fn place(&self, value: f64) -> f64 {
        let share = match self.scale {
            Scale::Linear => (value - self.low) / (self.high - self.low),
            Scale::Logarithmic => {
                (value.max(self.low) / self.low).ln() / (self.high / self.low).ln()
            }
        };
        self.from + share * (self.to - self.from)
    }

    fn ticks(&self) -> Vec<f64> {
        let step = |n: usize| n as f64 / LINES as f64;
        let at = |n: usize| match self.scale {
            Scale::Linear => self.low + step(n) * (self.high - self.low),
            Scale::Logarithmic => self.low * (self.high / self.low).powf(step(n)),
        };
        (0..=LINES).map(at).collect()
    }
}

fn grid(out: &mut String, frame: &Frame<'_>, x: Axis, y: Axis) {
    for value in y.ticks() {
        let at = y.place(value);
        let _infallible = writeln!(
            out,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/><text \
             class=\"tick\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            WIDTH - 12.0,
            LEFT - 6.0,
            at + 3.5,
            short(value)
        );
    }
    let even: Vec<(f64, String)> = x.ticks().into_iter().map(|v| (v, short(v))).collect();
    let named: Vec<(f64, String)> =
        frame.x_ticks.iter().map(|(v, name)| (*v, (*name).to_owned())).collect();
    for (value, name) in if named.is_empty() { even } else { named } {
        let _infallible = writeln!(
            out,
            "<text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{name}</text>",
            x.place(value),
            HEIGHT - BOTTOM + 14.0
        );
    }
    let _infallible = writeln!(
        out,
        "<text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
        f64::midpoint(LEFT, WIDTH),
        HEIGHT - 4.0,
        frame.x_name
    );
}

fn line(out: &mut String, series: &Series, x: Axis, y: Axis) {
    let points: Vec<String> = series
        .points
        .iter()
        .map(|(px, py)| format!("{:.1},{:.1}", x.place(*px), y.place(*py)))
        .collect();
    let _infallible =
        writeln!(out, "<polyline class=\"line {}\" points=\"{}\"/>", series.name, points.join(" "));
}

fn bars(out: &mut String, series: &Series, x: Axis, y: Axis) {
    for (px, py) in &series.points {
        let (at, top) = (x.place(*px), y.place(*py));
        let _infallible = writeln!(
            out,
            "<line class=\"bar {}\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{:.1}\" y2=\"{top:.1}\"/>",
            series.name,
            HEIGHT - BOTTOM
        );
    }
}

fn legend(out: &mut String, series: &[Series]) {
    let mut at = WIDTH - 12.0;
    for one in series.iter().rev().filter(|one| !one.points.is_empty()) {
        let _infallible = writeln!(
            out,
            "<text class=\"legend {}\" x=\"{at:.1}\" y=\"14\" text-anchor=\"end\">{}</text>",
            one.name, one.name
        );
        at -= 8.0 * one.name.len() as f64 + 10.0;
    }
}
