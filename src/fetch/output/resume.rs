//! A dump that a run left unfinished: whether it is what it seems to be, what of it can be kept, and where to continue.

use super::state::{Resume, ResumeError, State};
use crate::api::Id;
use crate::stream::frame::is_frame;
use crate::stream::whole_file;
use crate::stream::{Frame, Kind};
use crate::tr;
use crate::words::Message;
use serde::Deserialize;
use serde_json::Value;
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
    target: Option<String>,
}

/// What there is to continue for a dump of this name: what an earlier run left beside it, else a file of that name that has no end.
/// `begun` = `false`: only a dump that is complete counts.
///
/// # Errors
/// [`ResumeError`] when a file cannot be read, or is no dump that can be continued.
pub fn find(path: &Path, begun: bool) -> Result<Option<Resume>, ResumeError> {
    if !begun {
        return Ok(scan(path, None)?.filter(|found| found.complete));
    }
    let state = State::load(&State::path(path));
    if let Some(found) = scan(&whole_file::partial(path), state.as_ref())? {
        return Ok(Some(Resume { is_partial: true, ..found }));
    }
    scan(path, state.as_ref())
}

/// Reads a dump and says how far it came: everything up to its last whole item line is kept. `None`: there is nothing to keep.
/// `state` adds what the dump does not hold.
///
/// # Errors
/// [`ResumeError`] when the file cannot be read, or is no dump that can be continued.
fn scan(path: &Path, state: Option<&State>) -> Result<Option<Resume>, ResumeError> {
    let unreadable = |source| ResumeError::Read { path: path.to_owned(), source };
    let refused = |reason: Message| ResumeError::Dump { path: path.to_owned(), reason };
    let mut input = match File::open(path) {
        Ok(file) if file.metadata().is_ok_and(|m| !m.is_file()) => return Err(refused(tr!("resume-is-no-file"))),
        Ok(file) => BufReader::with_capacity(1 << 20, file),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(unreadable(e)),
    };
    let head = input.fill_buf().map_err(unreadable)?;
    if head.starts_with(&[0x1f, 0x8b]) || head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        return Err(refused(tr!("resume-is-compressed")));
    }
    let mut dump = Dump::default();
    let mut line = Vec::new();
    for number in 1u64.. {
        line.clear();
        let n = input.read_until(b'\n', &mut line).map_err(unreadable)?;
        if !line.ends_with(b"\n") {
            // The end, or a torn line.
            break;
        }
        match dump.line(&line, state.is_some()) {
            Ok(true) => dump.resume.bytes += n as u64,
            Ok(false) => break,
            Err(reason) => return Err(refused(tr!("resume-line", number, reason))),
        }
    }
    let Dump { mut resume, begun, .. } = dump;
    match state {
        _ if resume.bytes == 0 => return Ok(None),
        // What was written after the last state is fetched again.
        Some(state) if !begun => {
            if state.bytes > resume.bytes {
                return Err(refused(tr!("resume-shorter")));
            }
            return Ok(Some(state.clone().into()));
        }
        // The cursor of a page at or before the last row: what follows it and was written is passed over.
        Some(state) if state.rows <= resume.rows && super::state::same(&resume.identity, &state.identity).is_ok() => {
            resume.cursor.clone_from(&state.cursor);
        }
        _ => {}
    }
    Ok(Some(resume))
}

/// A dump as far as it was read.
#[derive(Default)]
struct Dump {
    resume: Resume,
    begun: bool,
    target: Option<String>,
}

impl Dump {
    /// Takes the next line; `false`: what a failed run says at its end, which is cut off. `bare`: there may be no frames.
    fn line(&mut self, line: &[u8], bare: bool) -> Result<bool, Message> {
        if self.resume.complete {
            return Err(tr!("resume-after-end"));
        }
        if is_frame(line) {
            return self.frame(line);
        }
        if !self.begun && !bare {
            return Err(tr!("resume-no-dump"));
        }
        let keys: Keys<'_> = serde_json::from_slice(line).map_err(|e| tr!("resume-damaged", e))?;
        if self.target.is_some() && keys.target != self.target {
            return Err(tr!("resume-target", target = keys.target.unwrap_or_default()));
        }
        let raw = if keys.target.as_deref() == Some("ground_truth") { keys.pgh_id.or(keys.id) } else { keys.id };
        let Some(key) = raw.and_then(|raw| Id::parse(raw.get()).number()) else {
            return Err(tr!("resume-no-id"));
        };
        match self.resume.last {
            Some(last) if last == key => return Err(tr!("resume-twice", key)),
            Some(last) if last < key => {
                return Err(tr!("resume-no-order", key, last));
            }
            _ => {}
        }
        self.resume.last = Some(key);
        self.resume.rows += 1;
        Ok(true)
    }

    fn frame(&mut self, line: &[u8]) -> Result<bool, Message> {
        match Frame::parse(line.trim_ascii())? {
            Frame::Begin(begin) if !self.begun && self.resume.rows == 0 => {
                if begin.kind == Some(Kind::Files) {
                    return Err(tr!("resume-files"));
                }
                self.begun = true;
                self.resume.expected = begin.body.get("count").and_then(Value::as_u64);
                self.target = begin.body.get("target").and_then(Value::as_str).map(str::to_owned);
                self.resume.identity.clone_from(&begin.body);
                self.resume.frame = begin.body;
                Ok(true)
            }
            Frame::End { count, body, .. } => {
                if count.is_some_and(|count| count != self.resume.rows) {
                    let (count, rows) = (count.unwrap_or_default(), self.resume.rows);
                    return Err(tr!("resume-count", count, rows));
                }
                self.resume.complete = true;
                self.resume.frame = body;
                Ok(true)
            }
            Frame::Error(_) => Ok(false),
            _ => Err(tr!("resume-second")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGIN: &str = "{\"@stream\":\"begin\",\"count\":3,\"host\":\"http://h\",\"target\":\"task\"}\n";

    fn scan_bytes(text: &[u8]) -> Result<Option<Resume>, ResumeError> {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("d");
        std::fs::write(&file, text).unwrap();
        find(&file, true)
    }

    #[test]
    fn whole_lines_are_kept_and_a_torn_one_is_not() {
        let rows = "{\"target\":\"task\",\"id\":9}\n{\"target\":\"task\",\"id\":7}\n";
        for tail in
            ["", "{\"target\":\"ta", "{\"@stream\":\"error\",\"code\":\"remote\"}\n", "{\"target\":\"task\",\"id\":5}"]
        {
            let found = scan_bytes(format!("{BEGIN}{rows}{tail}").as_bytes()).unwrap().unwrap();
            assert_eq!((found.rows, found.last, found.expected), (2, Some(7), Some(3)), "{tail}");
            assert_eq!(found.bytes as usize, BEGIN.len() + rows.len());
            assert!(!found.complete);
        }
        let whole = scan_bytes(format!("{BEGIN}{rows}{{\"@stream\":\"end\"}}\n").as_bytes()).unwrap().unwrap();
        assert!(whole.complete);
        let truth = "{\"target\":\"ground_truth\",\"id\":1,\"pgh_id\":8}\n";
        let begin = BEGIN.replace("task", "ground_truth");
        assert_eq!(scan_bytes(format!("{begin}{truth}").as_bytes()).unwrap().unwrap().last, Some(8));
        assert_eq!(scan_bytes(b"").unwrap(), None);
        assert_eq!(scan_bytes(b"{\"@stream\":\"beg").unwrap(), None);
    }

    #[test]
    fn what_is_no_dump_in_order_is_refused() {
        let row = |id: &str| format!("{{\"target\":\"task\",\"id\":{id}}}\n");
        let end = |n: u64| format!("{{\"@stream\":\"end\",\"count\":{n}}}\n");
        let (nine, seven) = (row("9"), row("7"));
        for (text, told) in [
            (format!("{BEGIN}{BEGIN}"), "a second stream begins"),
            (format!("{BEGIN}{nine}{BEGIN}"), "a second stream begins"),
            (format!("{BEGIN}{nine}{nine}{seven}"), "line 3: id 9 comes twice"),
            (format!("{BEGIN}{seven}{nine}"), "id 9 comes after 7"),
            (format!("{BEGIN}{nine}{{\"target\":\"task\",\"id\n{seven}"), "line 3: it is damaged here"),
            (format!("{BEGIN}{nine}\n{seven}"), "line 3: it is damaged here"),
            (format!("{BEGIN}{nine}{}{seven}", "\0".repeat(40) + "\n"), "line 3: it is damaged here"),
            (format!("{BEGIN}{}", row("\"a\"")), "without a whole number"),
            (format!("{BEGIN}{}", row("null")), "without a whole number"),
            (format!("{BEGIN}{}", nine.replace("task", "assignment")), "a row of target assignment"),
            (format!("{BEGIN}{nine}{}", end(2)), "its end counts 2 rows, and it has 1"),
            (format!("{BEGIN}{nine}{}{seven}", end(1)), "something follows its end"),
            (format!("{BEGIN}{nine}{}{BEGIN}", end(1)), "something follows its end"),
            (nine.clone(), "line 1: it does not begin as a dump"),
            ("a photograph\n".to_owned(), "line 1: it does not begin as a dump"),
            ("{\"@stream\":\"begin\",\"kind\":\"files\"}\n".to_owned(), "output files of syn-convert"),
            ("{\"@stream\":\"begin\",\"version\":9}\n".to_owned(), "of version 9"),
        ] {
            let error = scan_bytes(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(told), "{text}: {error}");
        }
        for magic in [&[0x1f, 0x8b, 8, 0][..], &[0x28, 0xb5, 0x2f, 0xfd]] {
            assert!(scan_bytes(magic).unwrap_err().to_string().contains("compressed"));
        }
    }
}
