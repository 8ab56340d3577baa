//! A dump file that a run left unfinished: what of it can be kept, and where to continue.

use super::checkpoint::{Checkpoint, CheckpointError, Resume};
use crate::api::Id;
use crate::stream::Frame;
use crate::stream::frame::is_frame;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

#[derive(Deserialize)]
struct Keys<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    pgh_id: Option<&'a RawValue>,
    #[serde(default)]
    target: String,
}

/// Reads a dump and says how far it came: everything up to its last whole item line is kept. `None`: there is nothing to keep.
/// `checkpoint` adds what the dump does not hold.
///
/// # Errors
/// [`CheckpointError`] when the file cannot be read, or is no dump that can be continued.
pub fn scan(path: &Path, checkpoint: Option<&Checkpoint>) -> Result<Option<Resume>, CheckpointError> {
    let unreadable = |source| CheckpointError::Read { path: path.to_owned(), source };
    let refused = |reason| CheckpointError::Dump { path: path.to_owned(), reason };
    let mut input = match File::open(path) {
        Ok(file) => BufReader::with_capacity(1 << 20, file),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(unreadable(e)),
    };
    let mut resume = Resume::default();
    let (mut line, mut last, mut begun) = (Vec::new(), Vec::new(), false);
    loop {
        line.clear();
        let n = input.read_until(b'\n', &mut line).map_err(unreadable)?;
        if !line.ends_with(b"\n") {
            // The end, or a torn line.
            break;
        }
        if is_frame(&line) {
            match Frame::parse(line.trim_ascii()) {
                Ok(Frame::Begin(begin)) if !begun && resume.rows == 0 => {
                    begun = true;
                    resume.expected = begin.body.get("count").and_then(serde_json::Value::as_u64);
                    resume.identity = begin.body;
                    resume.bytes += n as u64;
                }
                Ok(Frame::End { .. }) => {
                    resume.complete = true;
                    resume.bytes += n as u64;
                }
                // What a failed run says at its end is cut off with it.
                Ok(Frame::Error(_)) => break,
                _ => return Err(refused("it holds more than one stream, so it cannot be resumed")),
            }
            continue;
        }
        resume.rows += 1;
        resume.bytes += n as u64;
        std::mem::swap(&mut line, &mut last);
    }
    if !begun {
        return bare(path, resume.rows, checkpoint);
    }
    if resume.rows > 0 {
        let reason = "its last line holds no whole number as id, so its place in the list is unknown";
        resume.last = Some(key(&last).ok_or_else(|| refused(reason))?);
    }
    if let Some(checkpoint) = checkpoint {
        super::checkpoint::same(&resume.identity, &checkpoint.identity)?;
        resume.started = Some(checkpoint.started);
        // The cursor of a page at or before the last row: what follows it and was written is passed over.
        if checkpoint.rows <= resume.rows {
            resume.cursor.clone_from(&checkpoint.cursor);
        }
    }
    Ok(Some(resume))
}

/// A dump without frames says nothing about itself; its checkpoint must.
fn bare(path: &Path, rows: u64, checkpoint: Option<&Checkpoint>) -> Result<Option<Resume>, CheckpointError> {
    let length = std::fs::metadata(path).map_or(0, |m| m.len());
    match checkpoint {
        Some(c) if c.bytes <= length => Ok(Some(c.clone().into())),
        Some(_) => {
            let reason = "it is shorter than its checkpoint says: start over";
            Err(CheckpointError::Dump { path: path.to_owned(), reason })
        }
        None if rows == 0 => Ok(None),
        None => Err(CheckpointError::NoBegin(path.to_owned())),
    }
}

/// The number that a line has in the order of its list.
fn key(line: &[u8]) -> Option<i64> {
    let keys: Keys<'_> = serde_json::from_slice(line).ok()?;
    let raw = if keys.target == "ground_truth" { keys.pgh_id.or(keys.id) } else { keys.id };
    Id::parse(raw?.get()).number()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGIN: &str = "{\"@stream\":\"begin\",\"count\":3,\"host\":\"http://h\"}\n";

    fn scan_text(text: &str) -> Result<Option<Resume>, CheckpointError> {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("d");
        std::fs::write(&file, text).unwrap();
        scan(&file, None)
    }

    #[test]
    fn whole_lines_are_kept_and_a_torn_one_is_not() {
        let rows = "{\"target\":\"task\",\"id\":9}\n{\"target\":\"task\",\"id\":7}\n";
        for tail in
            ["", "{\"target\":\"ta", "{\"@stream\":\"error\",\"code\":\"remote\"}\n", "{\"target\":\"task\",\"id\":5}"]
        {
            let found = scan_text(&format!("{BEGIN}{rows}{tail}")).unwrap().unwrap();
            assert_eq!((found.rows, found.last, found.expected), (2, Some(7), Some(3)), "{tail}");
            assert_eq!(found.bytes as usize, BEGIN.len() + rows.len());
            assert!(!found.complete);
        }
        let whole = scan_text(&format!("{BEGIN}{rows}{{\"@stream\":\"end\"}}\n")).unwrap().unwrap();
        assert!(whole.complete);
        let truth = "{\"target\":\"ground_truth\",\"id\":1,\"pgh_id\":8}\n";
        assert_eq!(scan_text(&format!("{BEGIN}{truth}")).unwrap().unwrap().last, Some(8));
    }

    #[test]
    fn what_cannot_be_resumed() {
        assert_eq!(scan_text("").unwrap(), None);
        assert_eq!(scan_text("{\"@stream\":\"beg").unwrap(), None);
        assert!(matches!(scan_text("{\"id\":1}\n"), Err(CheckpointError::NoBegin(_))));
        assert!(scan_text(&format!("{BEGIN}{BEGIN}")).unwrap_err().to_string().contains("more than one stream"));
        assert!(scan_text(&format!("{BEGIN}{{\"id\":\"a\"}}\n")).is_err());
    }
}
