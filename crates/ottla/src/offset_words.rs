//! Places in a log in the words of people: offsets, `start`, `end`, times and ages.

use crate::failure::{Failure, Outcome};

/// A place in a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// This offset.
    Offset(i64),
    /// The oldest record.
    Start,
    /// Behind the newest.
    End,
    /// The first record of this time, in milliseconds since the epoch, or later.
    Time(i64),
}

/// Reads `123`, `start`, `end`, `@1763720000000`, `@2026-11-21T12:00:00Z`, `@-2h`, `@now`.
///
/// # Errors
/// It is none of these.
pub(crate) fn read(text: &str, now_ms: i64) -> Outcome<Place> {
    let wrong = || {
        Failure::usage(format!("{text} is no place in a log"))
            .advise("an offset, start, end, @TIME (milliseconds or 2026-11-21T12:00:00Z) or @-AGE (-90s, -15m, -2h, -7d)")
    };
    match text {
        "start" | "beginning" | "earliest" => return Ok(Place::Start),
        "end" | "latest" => return Ok(Place::End),
        _ => {}
    }
    if let Some(time) = text.strip_prefix('@') {
        return read_time(time, now_ms).map(Place::Time).ok_or_else(wrong);
    }
    text.parse().ok().filter(|offset| *offset >= 0).map(Place::Offset).ok_or_else(wrong)
}

/// A time in milliseconds since the epoch: a number, `now`, an age, or a date.
pub(crate) fn read_time(text: &str, now_ms: i64) -> Option<i64> {
    if text == "now" {
        return Some(now_ms);
    }
    if let Some(age) = text.strip_prefix('-') {
        return now_ms.checked_sub(read_duration_ms(age)?);
    }
    text.parse().ok().or_else(|| read_date(text))
}

/// A number with a unit: `500ms`, `90s`, `15m`, `2h`, `7d`, `1w`; or `P1DT2H`.
pub(crate) fn read_duration_ms(text: &str) -> Option<i64> {
    if text.starts_with('P') {
        return iso_duration_ms(text);
    }
    let at = text.find(|c: char| !c.is_ascii_digit())?;
    let (count, unit) = text.split_at(at);
    let unit = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        "w" => 604_800_000,
        _ => return None,
    };
    count.parse::<i64>().ok()?.checked_mul(unit)
}

/// ISO 8601 as Java's `Duration` reads it: `P1DT2H3M4.5S` in milliseconds.
pub(crate) fn iso_duration_ms(text: &str) -> Option<i64> {
    let rest = text.strip_prefix(['P', 'p'])?;
    let (days, time) = rest.split_once(['T', 't']).unwrap_or((rest, ""));
    let mut total = match days.strip_suffix(['D', 'd']) {
        Some(days) => days.parse::<f64>().ok()? * 86_400_000.0,
        None if days.is_empty() => 0.0,
        None => return None,
    };
    let mut number = String::new();
    for letter in time.chars() {
        let unit = match letter.to_ascii_uppercase() {
            'H' => 3_600_000.0,
            'M' => 60_000.0,
            'S' => 1000.0,
            _ => {
                number.push(letter);
                continue;
            }
        };
        total += std::mem::take(&mut number).parse::<f64>().ok()? * unit;
    }
    number.is_empty().then_some(total as i64)
}

/// `2026-11-21`, `2026-11-21T12:00:00`, with fractions of a second, `Z` or `+01:00`; UTC when
/// nothing is said.
pub(crate) fn read_date(text: &str) -> Option<i64> {
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00"));
    let mut numbers = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (numbers.next()??, numbers.next()??, numbers.next()??);
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let (time, zone_minutes) = split_zone(time)?;
    let mut parts = time.splitn(3, ':');
    let hour: i64 = parts.next()?.parse().ok()?;
    let minute: i64 = parts.next()?.parse().ok()?;
    let seconds: f64 = parts.next().map_or(Some(0.0), |part| part.parse().ok())?;
    if !(0..24).contains(&hour) || !(0..60).contains(&minute) || !(0.0..60.0).contains(&seconds) {
        return None;
    }
    let minutes = (days_since_epoch(year, month, day) * 24 + hour) * 60 + minute - zone_minutes;
    Some(minutes * 60_000 + (seconds * 1000.0).round() as i64)
}

/// A time without its zone, and what the zone is ahead of UTC in minutes.
fn split_zone(time: &str) -> Option<(&str, i64)> {
    if let Some(time) = time.strip_suffix(['Z', 'z']) {
        return Some((time, 0));
    }
    let Some(at) = time.find(['+', '-']) else { return Some((time, 0)) };
    let (time, zone) = time.split_at(at);
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let digits: String = zone.chars().filter(char::is_ascii_digit).collect();
    if digits.len() != 4 {
        return None;
    }
    let number: i64 = digits.parse().ok()?;
    Some((time, sign * (number / 100 * 60 + number % 100)))
}

/// Days from 1970-01-01 in the Gregorian calendar.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000_000;

    #[test]
    fn places_are_read_as_people_say_them() {
        for (text, place) in [
            ("7", Some(Place::Offset(7))),
            ("start", Some(Place::Start)),
            ("latest", Some(Place::End)),
            ("@-2h", Some(Place::Time(NOW - 7_200_000))),
            ("@-PT2H", Some(Place::Time(NOW - 7_200_000))),
            ("@now", Some(Place::Time(NOW))),
            ("@1763720000000", Some(Place::Time(1_763_720_000_000))),
            ("@1970-01-02", Some(Place::Time(86_400_000))),
            ("@2026-11-21T12:00:00Z", Some(Place::Time(1_795_262_400_000))),
            ("@2026-11-21T13:00:00.250+01:00", Some(Place::Time(1_795_262_400_250))),
            ("@2026-13-21", None),
            ("-7", None),
            ("@-2x", None),
            ("soon", None),
        ] {
            assert_eq!(read(text, NOW).ok(), place, "{text}");
        }
    }

    #[test]
    fn durations_are_read_as_java_reads_them() {
        for (text, ms) in [
            ("P1D", Some(86_400_000)),
            ("PT1H30M", Some(5_400_000)),
            ("P1DT2.5S", Some(86_402_500)),
            ("PT5", None),
            ("1D", None),
        ] {
            assert_eq!(iso_duration_ms(text), ms, "{text}");
        }
    }
}
