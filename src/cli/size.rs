//! Numbers of bytes as people write them.

use crate::exit::UsageError;
use crate::tr;

/// Reads `1GB`, `64MiB`, `1.5G`, `4096`: units of 1000, or of 1024 with an `i`.
///
/// # Errors
/// A text saying what is expected.
pub fn bytes(text: &str) -> Result<u64, UsageError> {
    let expected = || UsageError::new(tr!("size-expects"));
    let text = text.trim();
    let at = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    let unit = unit.trim().to_ascii_lowercase();
    let unit = unit.strip_suffix('b').unwrap_or(&unit);
    let (letter, base) = match unit.strip_suffix('i') {
        Some(letter) if !letter.is_empty() => (letter, 1024u64),
        _ => (unit, 1000),
    };
    let power = match letter {
        "" => 0,
        "k" => 1,
        "m" => 2,
        "g" => 3,
        "t" => 4,
        _ => return Err(expected()),
    };
    let unit = base.pow(power);
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let whole = whole.parse::<u64>().map_err(|_| expected())?.checked_mul(unit).ok_or_else(expected)?;
    // Digit by digit: a float would not be exact.
    let mut rest = 0;
    for digit in part.chars().rev() {
        rest = (rest + u64::from(digit.to_digit(10).ok_or_else(expected)?) * unit) / 10;
    }
    match whole.checked_add(rest) {
        Some(n) if n > 0 => Ok(n),
        _ => Err(expected()),
    }
}

/// The length of a line: bytes, or a size such as 64MiB; at least 1.
///
/// # Errors
/// A text saying what is expected.
pub fn line_bytes(text: &str) -> Result<usize, UsageError> {
    bytes(text).and_then(|n| usize::try_from(n).map_err(|_| UsageError::new(tr!("size-too-large"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_as_people_write_them() {
        for (text, n) in [
            ("4096", 4096),
            ("1GB", 1_000_000_000),
            ("1 GB", 1_000_000_000),
            ("64MiB", 64 << 20),
            ("64mi", 64 << 20),
            ("1.5k", 1500),
            ("0.25KiB", 256),
            ("2T", 2_000_000_000_000),
            ("7b", 7),
        ] {
            assert_eq!(bytes(text), Ok(n), "{text}");
        }
        for bad in ["", "0", "GB", "-1", "1XB", "1ib", "99999999T", "1.x", "1e3", "0.1"] {
            assert!(bytes(bad).is_err() && line_bytes(bad).is_err(), "{bad}");
        }
    }
}
