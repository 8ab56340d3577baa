//! A label file.

use super::rows::{self, Head, Row, Summary};
use super::shown::Line;
use crate::check::finding::{Findings, Place};
use crate::check::layout::leaf;
use crate::check::rules::YOLO_LABEL_ENCODING;
use crate::check::tree::Tree;
use crate::stream::StreamError;
use crate::tr;
use std::borrow::Cow;
use std::ops::Range;

/// What a label file holds.
pub struct Read {
    /// What was found in it.
    pub found: Findings,
    /// What its rows are.
    pub rows: Summary,
    /// The class of each row.
    pub classes: Vec<u64>,
    /// All rows, when they are wanted.
    pub lines: Vec<Line>,
}

/// Whether a text file beside labels is one: lists of classes lie among them.
pub fn is_label(path: &str) -> bool {
    !matches!(
        leaf(path),
        "classes.txt" | "labels.txt" | "train.txt" | "val.txt" | "test.txt" | "predefined_classes.txt"
    )
}

/// Reads a label file; `None` when there is none. `keep`: all its rows are wanted.
///
/// # Errors
/// [`StreamError::Read`].
pub fn read(tree: &Tree, path: &str, head: Head, keep: bool) -> Result<Option<Read>, StreamError> {
    let Some(bytes) = tree.read_if_there(path)? else { return Ok(None) };
    let (found, rows) = (Findings::waiting(), Summary::default());
    let mut read = Read { found, rows, classes: Vec::new(), lines: Vec::new() };
    let text = match simdutf8::basic::from_utf8(&bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(_) => {
            let valid = std::str::from_utf8(&bytes).err().map_or(0, |e| e.valid_up_to());
            let line = bytes[..valid].iter().filter(|b| **b == b'\n').count() as u64 + 1;
            read.found.add(&YOLO_LABEL_ENCODING, Place::line(path, line), tr!("label-not-utf8"))?;
            return Ok(Some(read));
        }
    };
    let text = with_line_feeds(text);
    // The values of all rows one after the other, and where those of each row are.
    let (mut values, mut spans) = (Vec::with_capacity(text.len() / 8), Vec::with_capacity(text.len() / 32));
    for (line, row) in (1..).zip(text.lines()) {
        let start = values.len();
        let read = numbers(row, &mut values);
        if values.len() > start || read.is_err() {
            spans.push((line, read.map(|()| start..values.len())));
        }
    }
    let row = |(line, span): (u64, Result<Range<usize>, String>)| Row {
        place: Place::line(path, line),
        values: span.map(|span| &values[span]),
    };
    let rows: Vec<Row<'_>> = spans.into_iter().map(row).collect();
    read.rows = rows::check(&rows, head, &mut read.found)?;
    let class = |row: &Row<'_>| row.values.as_ref().ok()?.first().copied();
    read.classes = rows.iter().filter_map(class).filter(|c| (0.0..1e9).contains(c)).map(|c| c as u64).collect();
    if keep {
        let values = |row: &Row<'_>| row.values.as_ref().map_or(Vec::new(), |values| values.to_vec());
        read.lines = rows.iter().map(|row| (row.place.line.unwrap_or_default(), values(row))).collect();
    }
    Ok(Some(read))
}

/// A text with a line feed for each of the ends that Python has for a line.
fn with_line_feeds(text: &str) -> Cow<'_, str> {
    let is_end =
        |c: char| matches!(c, '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let plain = |b: u8| (b' '..=b'~').contains(&b) || matches!(b, b'\n' | b'\t');
    if text.bytes().all(plain) || !text.contains(is_end) {
        return text.into();
    }
    text.replace("\r\n", "\n").replace(is_end, "\n").into()
}

/// Adds the numbers of a line; the first word that is none is the error.
fn numbers(line: &str, values: &mut Vec<f64>) -> Result<(), String> {
    let wrong = |word: &str| word.chars().take(40).collect::<String>();
    if line.is_ascii() {
        for word in line.split_ascii_whitespace() {
            let plain = plain(word.as_bytes());
            values.push(plain.map_or_else(|| word.parse().map_err(|_| wrong(word)), Ok)?);
        }
    } else {
        for word in line.split_whitespace() {
            values.push(word.parse().map_err(|_| wrong(word))?);
        }
    }
    Ok(())
}

/// A number of at most fifteen digits without exponent: digits and power of ten are exact as floats, and so their quotient is the nearest one.
fn plain(word: &[u8]) -> Option<f64> {
    const TENS: [f64; 16] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    if word.len() > 16 {
        return None;
    }
    let (mut digits, mut count, mut behind) = (0_u64, 0, None);
    for byte in word {
        match byte {
            b'0'..=b'9' => {
                digits = digits * 10 + u64::from(byte - b'0');
                count += 1;
                behind = behind.map(|n: usize| n + 1);
            }
            b'.' if behind.is_none() => behind = Some(0),
            _ => return None,
        }
    }
    (1..=15).contains(&count).then(|| digits as f64 / TENS[behind.unwrap_or(0)])
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn plain_numbers_are_those_of_the_standard_parser() {
        for word in [
            "0",
            "1",
            "0.5",
            "0.123456",
            "12.",
            ".25",
            "999999999999999",
            "0.00000000000001",
            "00.10",
            "123456.789012345",
        ] {
            assert_eq!(plain(word.as_bytes()), word.parse().ok(), "{word}");
        }
        for word in ["", ".", "-1", "1e3", "nan", "1.2.3", "1_0", "9999999999999999"] {
            assert_eq!(plain(word.as_bytes()), None, "{word}");
        }
    }
}
