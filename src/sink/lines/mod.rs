//! Lines as one file: a DEST that ends in `.ndjson` or `.jsonl`, with `.gz` or `.zst` after it or not, gets the lines as they came,
//! frames included.
//!
//! The file is there when the stream has ended well, and not before: it is written into a file of this machine and brought to its place
//! whole. The same lines give the same bytes. Where a file is there already, the same bytes change nothing, and others are refused
//! unless they are to replace it; only a file of lines is ever replaced.

pub mod local;
pub mod packer;
pub mod run;

use super::dataset::digest::{Digest, Meter};
use super::error::SinkError;
use crate::stream::writer::Compression;
use crate::stream::{LINE_CAP, Reader, parse_json};
use serde::Deserialize;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

/// What a file of lines is called, before the ending of its compression.
const ENDINGS: [&str; 2] = [".ndjson", ".jsonl"];
/// What stands after it, and how the file is compressed then.
const PACKED: [(&str, Compression); 3] =
    [("", Compression::None), (".gz", Compression::Gzip), (".zst", Compression::Zstd)];

/// Where a file of lines goes.
pub trait LinesPlace: Send + Sync {
    /// An empty file of this machine for the lines.
    ///
    /// # Errors
    /// [`SinkError::Write`].
    fn begin(&self) -> Result<File, SinkError>;

    /// Brings the finished file to its place. Returns whether it was there already.
    ///
    /// # Errors
    /// [`SinkError::Exists`], [`SinkError::Foreign`], [`SinkError::Write`], [`SinkError::Store`].
    fn publish(&self, file: &mut File) -> Result<bool, SinkError>;

    /// Deletes everything that was written.
    fn discard(&self) {}

    /// What waits for a server returns an error soon.
    fn stop(&self) {}

    /// Whether this file would be replaced.
    fn replaces(&self, _file: &Path) -> bool {
        false
    }

    /// The destination as the user knows it, for messages; without secrets.
    fn name(&self) -> String;
}

/// The name of a file of lines without its endings, its endings, and how it is compressed; `None` for a name of something else.
pub fn of(name: &str) -> Option<(&str, &str, Compression)> {
    PACKED.iter().find_map(|(packed, compression)| {
        ENDINGS.iter().find_map(|ending| {
            let at = name.len().checked_sub(ending.len() + packed.len()).filter(|at| name.is_char_boundary(*at))?;
            let (stem, end) = name.split_at(at);
            let is_one = end.eq_ignore_ascii_case(&format!("{ending}{packed}"));
            (is_one && !stem.is_empty() && !stem.ends_with('/')).then_some((stem, end, *compression))
        })
    })
}

/// Whether a DEST is a file of lines, by its name.
pub fn is_dest(dest: &str) -> bool {
    of(dest).is_some()
}

/// Whether content is that of a file of lines, of either kind, as far as its first line shows.
pub(in crate::sink) fn is_lines(content: Box<dyn Read + Send>) -> bool {
    #[derive(Deserialize)]
    struct Known {
        #[serde(default)]
        id: Option<serde::de::IgnoredAny>,
        #[serde(default)]
        path: Option<serde::de::IgnoredAny>,
    }
    let first = Reader::from_read("", content, LINE_CAP).and_then(|mut reader| reader.next_batch());
    match first {
        Ok(Some(batch)) if batch.is_frame => true,
        Ok(Some(batch)) => batch.lines().next().is_some_and(|line| {
            parse_json::<Known>(line.bytes).is_ok_and(|known| known.id.is_some() || known.path.is_some())
        }),
        // Empty, which nobody will miss.
        Ok(None) => true,
        Err(_) => false,
    }
}

/// Size and hash of a whole file.
pub(in crate::sink) fn measure(file: &mut File, shown: &str) -> Result<Digest, SinkError> {
    file.rewind().and_then(|()| Meter::read(file)).map_err(|e| SinkError::write(shown, e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_that_it_is_a_file_of_lines_and_how_it_is_compressed() {
        use Compression::{Gzip, None as Plain, Zstd};
        for (name, is) in [
            ("a.ndjson", Some(("a", ".ndjson", Plain))),
            ("out/list.jsonl", Some(("out/list", ".jsonl", Plain))),
            ("s3://b/part-3.ndjson.zst", Some(("s3://b/part-3", ".ndjson.zst", Zstd))),
            ("A.NDJSON.GZ", Some(("A", ".NDJSON.GZ", Gzip))),
            ("자연.jsonl.gz", Some(("자연", ".jsonl.gz", Gzip))),
            ("a.ndjson/", None),
            (".ndjson", None),
            ("out/.jsonl", None),
            ("ndjson", None),
            ("a.ndjson.xz", None),
            ("a.ndjson.tar", None),
            ("a.json", None),
            ("a.zst", None),
            ("", None),
        ] {
            assert_eq!(of(name), is, "{name}");
        }
    }

    #[test]
    fn only_lines_are_known_for_lines() {
        for (content, is) in [
            ("{\"@stream\":\"begin\"}\n", true),
            ("{\"id\":1}\n", true),
            ("{\"path\":\"a\",\"text\":\"\"}\n", true),
            ("", true),
            ("{\"level\":\"info\"}\n", false),
            ("hello\n", false),
            ("{\n \"id\": 1\n}\n", false),
        ] {
            assert_eq!(is_lines(Box::new(content.as_bytes())), is, "{content:?}");
        }
    }
}
