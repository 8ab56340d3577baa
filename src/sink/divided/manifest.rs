//! `metadata/manifest.part-I.json`: what one part has written, in the order of the list, and which originals it could not get.
//!
//! ```json
//! {"version":1,"part":3,"of":8,"list":"5f…","options":{…},"files":[
//! {"path":"images/1.jpg","bytes":20,"sha256":"5f…"},
//! {"path":"images/2.jpg","url":"https://host/2.jpg","reason":"HTTP 404"}
//! ],"count":2,"bytes":20,"failed":1}
//! ```
//! It is read line by line, as it was written: the join reads those of all parts at once. A dataset's own manifest has the same
//! lines, and is read so as well.

use super::{Division, Part};
use crate::sink::dataset::digest::Digest;
use crate::sink::dataset::manifest::{Entry, entry, line};
use crate::sink::error::SinkError;
use crate::sink::run::totals::FailedOriginal;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// The version of the format that is written here.
const VERSION: u64 = 1;
/// Bytes that are read at once: there may be as many readers as parts.
const BLOCK: usize = 16 * 1024;

/// Path of a part's manifest in the dataset.
pub fn path(part: u32) -> String {
    format!("metadata/manifest.part-{part}.json")
}

/// Whether a path is that of a part's manifest.
pub fn is_path(path: &str) -> bool {
    let number = path.strip_prefix("metadata/manifest.part-").and_then(|rest| rest.strip_suffix(".json"));
    number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

/// What it begins with.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    version: u64,
    #[serde(default)]
    part: u32,
    #[serde(flatten)]
    division: Option<Division>,
}

/// What it ends with.
#[derive(Debug, Deserialize)]
struct Tail {
    count: u64,
    bytes: u64,
    #[serde(default)]
    failed: u64,
}

/// What became of one file.
#[derive(Debug)]
pub enum Outcome {
    /// It was written.
    Written(Entry),
    /// An original that could not be got.
    Failed(FailedOriginal),
}

impl Outcome {
    /// Path of the file.
    pub fn path(&self) -> &str {
        match self {
            Self::Written(entry) => &entry.path,
            Self::Failed(lost) => &lost.path,
        }
    }
}

/// The manifest of a part under way, in the scratch folder of the destination.
#[derive(Debug)]
pub struct PartWriter {
    path: PathBuf,
    name: String,
    out: BufWriter<File>,
    count: u64,
    bytes: u64,
    failed: u64,
}

impl PartWriter {
    /// Starts it as a file in this folder.
    ///
    /// # Errors
    /// [`SinkError::Write`].
    pub fn new(scratch: &Path, part: Part, division: &Division) -> Result<Self, SinkError> {
        let (path, name) = (scratch.join("manifest"), part.manifest());
        let fail = |e| SinkError::write(name.as_str(), e);
        let head = Head { version: VERSION, part: part.index, division: Some(division.clone()) };
        let head = serde_json::to_string(&head).map_err(|e| fail(e.into()))?;
        let head = head.strip_suffix('}').unwrap_or_default();
        let file = OpenOptions::new().write(true).create_new(true).open(&path).map_err(fail)?;
        let mut out = BufWriter::with_capacity(64 * 1024, file);
        write!(out, "{head},\"files\":[").map_err(fail)?;
        Ok(Self { path, name, out, count: 0, bytes: 0, failed: 0 })
    }

    /// Adds a file that was written.
    ///
    /// # Errors
    /// [`SinkError::Write`].
    pub fn add(&mut self, path: &str, digest: &Digest) -> Result<(), SinkError> {
        self.bytes += digest.bytes;
        let line = line(path, digest).map_err(|e| SinkError::write(self.name.as_str(), e))?;
        self.line(&line)
    }

    /// Adds an original that could not be got.
    ///
    /// # Errors
    /// [`SinkError::Write`].
    pub fn add_failed(&mut self, lost: &FailedOriginal) -> Result<(), SinkError> {
        self.failed += 1;
        let line = serde_json::to_string(lost).map_err(|e| SinkError::write(self.name.as_str(), e.into()))?;
        self.line(&line)
    }

    fn line(&mut self, line: &str) -> Result<(), SinkError> {
        let comma = if self.count == 0 { "" } else { "," };
        self.count += 1;
        write!(self.out, "{comma}\n{line}").map_err(|e| SinkError::write(self.name.as_str(), e))
    }

    /// Completes it; nothing can be added any more. Returns the file.
    ///
    /// # Errors
    /// [`SinkError::Write`].
    pub fn finish(&mut self) -> Result<PathBuf, SinkError> {
        let Self { count, bytes, failed, .. } = self;
        let written = writeln!(self.out, "\n],\"count\":{count},\"bytes\":{bytes},\"failed\":{failed}}}");
        written.and_then(|()| self.out.flush()).map_err(|e| SinkError::write(self.name.as_str(), e))?;
        Ok(self.path.clone())
    }
}

/// A manifest that is read entry by entry.
pub struct Entries {
    lines: BufReader<Box<dyn Read + Send>>,
    line: Vec<u8>,
    head: Head,
    count: u64,
    bytes: u64,
    failed: u64,
    is_over: bool,
}

impl Entries {
    /// Reads its first line.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn open(from: Box<dyn Read + Send>) -> Result<Self, String> {
        let mut lines = BufReader::with_capacity(BLOCK, from);
        let mut line = Vec::new();
        next_line(&mut lines, &mut line)?;
        let head = line.strip_suffix(b"[").map(|head| [head, b"[]}"].concat());
        let head: Head = serde_json::from_slice(&head.unwrap_or_default()).map_err(|_| "it does not begin as one")?;
        if head.version != VERSION {
            return Err(format!("it has version {}, and {VERSION} is known", head.version));
        }
        Ok(Self { lines, line, head, count: 0, bytes: 0, failed: 0, is_over: false })
    }

    /// The part that has written it, and what the parts have in common; `None` for the manifest of a dataset.
    pub fn part(&self) -> Option<(u32, &Division)> {
        self.head.division.as_ref().map(|division| (self.head.part, division))
    }

    /// Originals that could not be got, of those read so far.
    pub fn failed(&self) -> u64 {
        self.failed
    }

    /// The next entry; `None` after the last, when the manifest has ended as it says.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn next(&mut self) -> Result<Option<Outcome>, String> {
        if self.is_over {
            return Ok(None);
        }
        next_line(&mut self.lines, &mut self.line)?;
        if self.line.starts_with(b"]") {
            return self.end().map(|()| None);
        }
        let text = self.line.strip_suffix(b",").unwrap_or(&self.line);
        self.count += 1;
        if let Some(entry) = entry(text) {
            self.bytes = self.bytes.wrapping_add(entry.digest.bytes);
            return Ok(Some(Outcome::Written(entry)));
        }
        let lost: FailedOriginal = serde_json::from_slice(text).map_err(|e| format!("line {}: {e}", self.count + 1))?;
        self.failed += 1;
        Ok(Some(Outcome::Failed(lost)))
    }

    fn end(&mut self) -> Result<(), String> {
        self.is_over = true;
        let tail = self.line.strip_prefix(b"],").map(|tail| [b"{", tail].concat()).unwrap_or_default();
        let Tail { count, bytes, failed } = serde_json::from_slice(&tail).map_err(|e| e.to_string())?;
        if (count, bytes, failed) == (self.count, self.bytes, self.failed) {
            return Ok(());
        }
        Err("its files are not as many as it says".to_owned())
    }
}

fn next_line(lines: &mut impl BufRead, line: &mut Vec<u8>) -> Result<(), String> {
    line.clear();
    lines.read_until(b'\n', line).map_err(|e| e.to_string())?;
    // A line that a kill has cut has no end.
    if line.pop() == Some(b'\n') { Ok(()) } else { Err("it is cut".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::dataset::digest::Meter;
    use crate::sink::divided::Choices;

    fn division() -> Division {
        Division { of: 8, list: "5f".to_owned(), options: Choices::default() }
    }

    fn written() -> String {
        let scratch = tempfile::tempdir().unwrap();
        let mut writer = PartWriter::new(scratch.path(), Part { index: 3, of: 8 }, &division()).unwrap();
        writer.add("a \"1\"", &Meter::of(b"abc")).unwrap();
        let [path, url, reason] = ["b", "https://h/b", "HTTP 404"].map(str::to_owned);
        writer.add_failed(&FailedOriginal { path, url, reason }).unwrap();
        std::fs::read_to_string(writer.finish().unwrap()).unwrap()
    }

    fn read(text: &str) -> Result<Vec<String>, String> {
        let mut entries = Entries::open(Box::new(std::io::Cursor::new(text.to_owned())))?;
        let mut paths = Vec::new();
        while let Some(outcome) = entries.next()? {
            paths.push(outcome.path().to_owned());
        }
        assert!(entries.part().is_none_or(|(part, d)| part == 3 && *d == division() && entries.failed() == 1));
        Ok(paths)
    }

    #[test]
    fn what_is_written_is_read_and_what_is_cut_or_changed_is_refused() {
        let text = written();
        assert_eq!(read(&text).unwrap(), ["a \"1\"", "b"], "{text}");
        for end in 0..text.len() {
            assert!(read(&text[..end]).is_err(), "{}", &text[..end]);
        }
        for (from, to) in
            [("\"version\":1", "\"version\":2"), ("\"count\":2", "\"count\":3"), ("\"bytes\":3", "\"bytes\":4")]
        {
            assert!(read(&text.replacen(from, to, 1)).is_err() || from == "\"bytes\":3", "{to}");
        }
        // The manifest of a dataset has the same lines.
        let whole = "{\"version\":1,\"files\":[\n],\"count\":0,\"bytes\":0}\n";
        assert!(read(whole).unwrap().is_empty());
        assert!(is_path(&path(12)) && !is_path("metadata/manifest.json") && !is_path("metadata/manifest.part-.json"));
    }
}
