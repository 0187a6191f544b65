//! What became of each of several things: a line of talk for each, and one exit code for all.

use std::fmt::Display;

use ottla_client::Error;
use ottla_client::admin::Results;

use crate::console::Console;
use crate::failure::{Failure, Outcome};

/// Says of each what was done, or why not and what to do. Fails when one failed that is not
/// `forgiven`.
///
/// # Errors
/// One failed; it has been said which.
pub(crate) fn tell_each<K: Display, V>(
    results: Results<K, V>,
    forgiven: impl Fn(&Error) -> bool,
    console: &mut Console,
    done: impl Fn(&K, &V) -> String,
) -> Outcome {
    let (mut failed, all) = (0, results.len());
    for (key, result) in results {
        match result {
            Ok(value) => console.talk(done(&key, &value)),
            Err(error) if forgiven(&error) => {
                console.talk(format_args!("{key}: {}", error.reason()));
            }
            Err(error) => {
                failed += 1;
                let failure = Failure::from(error);
                if all == 1 {
                    return Err(failure);
                }
                failure.tell(console);
            }
        }
    }
    if failed == 0 { Ok(()) } else { Err(Failure::new(format!("{failed} of {all} failed"))) }
}

/// The values of results, after telling which there are none of.
pub(crate) fn split<K: Ord + Clone + Display, V>(
    results: Results<K, V>,
    console: &mut Console,
) -> (Vec<(K, V)>, Outcome) {
    let (mut found, mut outcome) = (Vec::new(), Ok(()));
    for (key, result) in results {
        match result {
            Ok(value) => found.push((key, value)),
            Err(error) => {
                Failure::from(error).tell(console);
                outcome = Err(Failure::told());
            }
        }
    }
    (found, outcome)
}
