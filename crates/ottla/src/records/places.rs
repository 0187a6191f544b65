//! Where reading begins and where it stops, in kcat's words and in people's.

use crate::failure::{Failure, Outcome};
use crate::offset_words::read_time;

/// Where reading begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Begin {
    Beginning,
    End,
    /// Where the group is.
    Stored,
    Offset(i64),
    /// So many before the end.
    Tail(i64),
    /// The first record of this time or later, in milliseconds since the epoch.
    Time(i64),
}

/// Where reading of a partition stops; before what is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    Offset(i64),
    /// Where the log ends now.
    End,
    Time(i64),
}

/// What `-o` says: `beginning`, `end`, `stored`, `N`, `-N`, `s@TIME`, `@TIME`, and `e@TIME`, which
/// is where to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Begin(Begin),
    Stop(Stop),
}

/// Reads a place.
///
/// # Errors
/// It is none.
pub(crate) fn read(text: &str, now_ms: i64) -> Outcome<Place> {
    let wrong = || {
        Failure::usage(format!("{text} is no place to begin or stop at"))
            .advise("beginning, end, stored, an offset, -N (from the end), s@TIME or @TIME, e@TIME (stop); TIME is milliseconds, 2026-11-21T12:00:00Z, -90m or now")
    };
    let time = |text: &str| read_time(text, now_ms).ok_or_else(wrong);
    let begin = match text {
        "beginning" | "start" | "earliest" => Begin::Beginning,
        "end" | "latest" => Begin::End,
        "stored" => Begin::Stored,
        _ => {
            if let Some(stop) = text.strip_prefix("e@") {
                return Ok(Place::Stop(Stop::Time(time(stop)?)));
            }
            if let Some(start) = text.strip_prefix("s@").or_else(|| text.strip_prefix('@')) {
                Begin::Time(time(start)?)
            } else {
                match text.parse::<i64>().map_err(|_| wrong())? {
                    offset if text.starts_with('-') => Begin::Tail(offset.saturating_neg()),
                    offset => Begin::Offset(offset),
                }
            }
        }
    };
    Ok(Place::Begin(begin))
}

/// Reads where to stop: an offset, `end`, `@TIME`.
///
/// # Errors
/// It is none of these.
pub(crate) fn read_stop(text: &str, now_ms: i64) -> Outcome<Stop> {
    let wrong = || {
        Failure::usage(format!("{text} is no place to stop at"))
            .advise("an offset, end (as it is now), @TIME")
    };
    match read(text, now_ms).map_err(|_| wrong())? {
        Place::Begin(Begin::End) => Ok(Stop::End),
        Place::Begin(Begin::Offset(offset)) => Ok(Stop::Offset(offset)),
        Place::Begin(Begin::Time(time)) | Place::Stop(Stop::Time(time)) => Ok(Stop::Time(time)),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_as_kcat_reads_them_and_more() {
        let begin = |it| Some(Place::Begin(it));
        for (text, place) in [
            ("beginning", begin(Begin::Beginning)),
            ("end", begin(Begin::End)),
            ("stored", begin(Begin::Stored)),
            ("12", begin(Begin::Offset(12))),
            ("-12", begin(Begin::Tail(12))),
            ("s@99", begin(Begin::Time(99))),
            ("@-1s", begin(Begin::Time(4000))),
            ("e@1970-01-02", Some(Place::Stop(Stop::Time(86_400_000)))),
            ("soon", None),
        ] {
            assert_eq!(read(text, 5000).ok(), place, "{text}");
        }
        assert_eq!(read_stop("end", 0).ok(), Some(Stop::End));
        assert_eq!(read_stop("7", 0).ok(), Some(Stop::Offset(7)));
        assert_eq!(read_stop("stored", 0).ok(), None);
    }
}
