//! A label file.

use super::rows::{self, Head, Row, Summary};
use crate::check::finding::{Findings, Place};
use crate::check::layout::leaf;
use crate::check::rules::YOLO_LABEL_ENCODING;
use crate::check::tree::Tree;
use crate::stream::StreamError;
use std::borrow::Cow;

/// What a label file holds.
pub struct Read {
    /// What was found in it.
    pub found: Findings,
    /// What its rows are.
    pub rows: Summary,
    /// The class of each row.
    pub classes: Vec<u64>,
}

/// Whether a text file beside labels is one: lists of classes lie among them.
pub fn is_label(path: &str) -> bool {
    !matches!(
        leaf(path),
        "classes.txt" | "labels.txt" | "train.txt" | "val.txt" | "test.txt" | "predefined_classes.txt"
    )
}

/// Reads a label file; `None` when there is none.
///
/// # Errors
/// [`StreamError::Read`].
pub fn read(tree: &Tree, path: &str, head: Head) -> Result<Option<Read>, StreamError> {
    let Some(bytes) = tree.read_if_there(path)? else { return Ok(None) };
    let mut read = Read { found: Findings::waiting(), rows: Summary::default(), classes: Vec::new() };
    let text = match simdutf8::basic::from_utf8(&bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(_) => {
            let valid = std::str::from_utf8(&bytes).err().map_or(0, |e| e.valid_up_to());
            let line = bytes[..valid].iter().filter(|b| **b == b'\n').count() as u64 + 1;
            read.found.add(&YOLO_LABEL_ENCODING, Place::line(path, line), "not UTF-8: the image is dropped")?;
            return Ok(Some(read));
        }
    };
    let text = with_line_feeds(text);
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let rows: Vec<Row<'_>> =
        lines.map(|(n, line)| Row { place: Place::line(path, n), values: numbers(line) }).collect();
    read.rows = rows::check(&rows, head, &mut read.found)?;
    let class = |row: &Row<'_>| row.values.as_ref().ok()?.first().copied();
    read.classes = rows.iter().filter_map(class).filter(|c| (0.0..1e9).contains(c)).map(|c| c as u64).collect();
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

fn numbers(line: &str) -> Result<Vec<f64>, String> {
    let number = |word: &str| word.parse().map_err(|_| word.chars().take(40).collect::<String>());
    line.split_whitespace().map(number).collect()
}
