//! Numbers with a fraction, as Java writes them: the shortest digits that name the number, plain
//! between a thousandth and ten million, else with an exponent.

use alloc::format;
use alloc::string::{String, ToString};

/// The text of a number; what JSON has no number for comes in quotes, as Jackson writes it.
pub(super) fn double(value: f64) -> String {
    if value.is_nan() {
        return "\"NaN\"".to_string();
    }
    if value.is_infinite() {
        return if value > 0.0 { "\"Infinity\"" } else { "\"-Infinity\"" }.to_string();
    }
    if value == 0.0 || (1e-3..1e7).contains(&value.abs()) {
        return format!("{value:?}");
    }
    let text = format!("{value:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let point = if digits.contains('.') { "" } else { ".0" };
    format!("{digits}{point}E{exponent}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_look_as_in_java() {
        for (number, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (1024.5, "1024.5"),
            (0.001, "0.001"),
            (0.0001, "1.0E-4"),
            (1_048_576.0, "1048576.0"),
            (10_485_760.0, "1.048576E7"),
            (-1e10, "-1.0E10"),
            (f64::NAN, "\"NaN\""),
        ] {
            assert_eq!(super::double(number), text);
        }
    }
}
