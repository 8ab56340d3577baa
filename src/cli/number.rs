//! Numbers that options take, each with the range in which it makes sense.

use crate::exit::UsageError;
use crate::tr;
use std::time::Duration;

/// The longest time that an option takes: a year, seconds.
const YEAR: f64 = 31_536_000.0;

/// A time in seconds that may be none at all: `0`, `0.5`, `600`.
///
/// # Errors
/// A text saying what is expected.
pub fn seconds(text: &str) -> Result<Duration, UsageError> {
    number(text, 0.0, YEAR).map(Duration::from_secs_f64).ok_or_else(|| UsageError::new(tr!("seconds-expects")))
}

/// A time in seconds that is not nothing: at least a millisecond.
///
/// # Errors
/// A text saying what is expected.
pub fn some_seconds(text: &str) -> Result<Duration, UsageError> {
    let seconds = number(text, 0.001, YEAR).map(Duration::from_secs_f64);
    seconds.ok_or_else(|| UsageError::new(tr!("some-seconds-expects")))
}

/// How often, or how much, a second.
///
/// # Errors
/// A text saying what is expected.
pub fn rate(text: &str) -> Result<f64, UsageError> {
    number(text, 0.001, 1e15).ok_or_else(|| UsageError::new(tr!("rate-expects")))
}

/// A decimal number within these bounds; NaN is within none.
fn number(text: &str, least: f64, most: f64) -> Option<f64> {
    text.trim().parse().ok().filter(|n| (least..=most).contains(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_make_no_sense_are_refused() {
        for text in ["", "-1", "nan", "inf", "-inf", "1e300", "18446744073709551615", "31536001", "1s", "0x10", "١"] {
            assert!(seconds(text).is_err() && some_seconds(text).is_err(), "{text}");
        }
        for text in ["", "0", "-0", "-1", "nan", "inf", "1e-300", "1e16", "1k"] {
            assert!(rate(text).is_err(), "{text}");
        }
        for text in ["0", "0.0", "-0", "1e-9"] {
            assert!(some_seconds(text).is_err(), "{text}");
            assert!(seconds(text).is_ok(), "{text}");
        }
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        assert_eq!((some_seconds("31536000"), rate("2.5")), (Ok(Duration::from_secs(31_536_000)), Ok(2.5)));
    }
}
