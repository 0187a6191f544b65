//! What the process says: lines for people on a terminal, JSON for machines, always on stderr.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::format::FmtSpan;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people; with colours on a terminal.
    Human,
    /// One JSON object a line.
    Json,
}

/// Whether [`start`] understands `level`.
///
/// # Errors
/// What is wrong, and what to write instead.
pub(crate) fn check(level: &str) -> Result<(), String> {
    let is_wrong = |part: &&str| {
        // A word alone that is no level would be taken for a module: of all others nothing is logged.
        let is_bare = !part.contains(['=', '[']);
        EnvFilter::try_new(part).is_err() || (is_bare && part.parse::<LevelFilter>().is_err())
    };
    match level.split(',').map(str::trim).filter(|part| !part.is_empty()).find(is_wrong) {
        None => Ok(()),
        Some(part) => Err(format!(
            "ottla.log.level: `{part}` is no level: write error, warn, info, debug, trace or off, or \
             filters such as info,ottla_broker=debug"
        )),
    }
}

/// Starts logging what `level` lets through: a level, or filters (`info,ottla_broker=debug`).
pub(crate) fn start(format: Format, level: &str) {
    let filter = EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_span_events(FmtSpan::NONE)
        .with_target(false);
    match format {
        Format::Human => lines.with_ansi(std::io::stderr().is_terminal()).init(),
        Format::Json => lines.json().flatten_event(true).init(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_no_level_is_refused() {
        for right in ["info", "WARN", "off", "", "info,ottla_broker=debug", "ottla_log=trace, warn"]
        {
            assert_eq!(check(right), Ok(()), "{right}");
        }
        for wrong in ["inof", "info,verbose", "a=1=2", "ottla_log=loud"] {
            let refusal = check(wrong).expect_err(wrong);
            assert!(refusal.contains("write error, warn, info"), "{refusal}");
        }
    }
}
