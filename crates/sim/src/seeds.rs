//! The seed runner: one scenario, many worlds, and a way back to the one that failed.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Runs `scenario` for every seed of `seeds` and passes on its first panic, after printing the seed
/// and the command that runs it again.
///
/// `OTTLA_SEED=7` runs that seed alone; `OTTLA_SEEDS=1000..2000` runs others than the given ones.
///
/// # Panics
/// When the scenario does, or when one of the variables cannot be read.
pub fn run_seeds(seeds: Range<u64>, scenario: impl Fn(u64)) {
    for seed in chosen(seeds) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| scenario(seed))) {
            eprintln!("\nseed {seed} failed; to see it again:\n    {}\n", again(seed));
            resume_unwind(panic);
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "the way for a person to choose seeds")]
fn chosen(seeds: Range<u64>) -> Range<u64> {
    if let Ok(text) = std::env::var("OTTLA_SEED") {
        match text.trim().parse::<u64>() {
            Ok(seed) => return seed..seed.saturating_add(1),
            Err(_) => panic!("OTTLA_SEED={text} is not a number"),
        }
    }
    match std::env::var("OTTLA_SEEDS") {
        Ok(text) => match parse_range(&text) {
            Some(range) => range,
            None => panic!("OTTLA_SEEDS={text} is not of the form 1000..2000"),
        },
        Err(_) => seeds,
    }
}

fn parse_range(text: &str) -> Option<Range<u64>> {
    let (from, to) = text.trim().split_once("..")?;
    Some(from.parse().ok()?..to.parse().ok()?)
}

/// The test harness names its threads after the tests.
#[allow(clippy::disallowed_methods, reason = "the way that cargo says whose test it is")]
fn again(seed: u64) -> String {
    let package = std::env::var("CARGO_PKG_NAME").unwrap_or_else(|_| "ottla-sim".to_owned());
    let thread = std::thread::current();
    let test = thread.name().filter(|&name| name != "main").unwrap_or("<test>");
    format!("OTTLA_SEED={seed} cargo test -p {package} -- --exact {test} --nocapture")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    #[test]
    fn every_seed_runs_until_one_fails() {
        let ran = RefCell::new(Vec::new());
        let failed = catch_unwind(AssertUnwindSafe(|| {
            run_seeds(3..9, |seed| {
                ran.borrow_mut().push(seed);
                assert!(seed < 5, "on purpose");
            });
        }));
        assert!(failed.is_err());
        assert_eq!(*ran.borrow(), [3, 4, 5]);
    }

    #[test]
    fn ranges_are_read() {
        assert_eq!(parse_range(" 5..70\n"), Some(5..70));
        assert_eq!(parse_range("5-70"), None);
    }
}
