//! `metadata/manifest.json`: path, size and SHA-256 of every other file of a dataset, in input order. It is written last, so that
//! where it is, the dataset is whole.
//!
//! ```json
//! {"version":1,"files":[
//! {"path":"labels/1.txt","bytes":20,"sha256":"5f…"},
//! {"path":"metadata/export_summary.json","bytes":91,"sha256":"e0…"}
//! ],"count":2,"bytes":111}
//! ```
//! A file a line, so that `grep` and `diff` are of use; [`read`] takes it in any layout. It is written and read entry by entry:
//! millions of files need no memory.

use super::digest::{Digest, NotSha256, from_hex, to_hex};
use crate::sink::error::SinkError;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// Its path in every dataset.
pub const PATH: &str = "metadata/manifest.json";
/// The version of the format that is written here.
const VERSION: u64 = 1;

/// One file of the dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its path, `/`-separated, below the dataset.
    pub path: String,
    /// Its size and hash.
    pub digest: Digest,
}

/// An entry as it is written.
#[derive(Serialize, Deserialize)]
struct Wire {
    path: String,
    bytes: u64,
    sha256: String,
}

/// A manifest under way, in the scratch folder of the destination.
#[derive(Debug)]
pub struct ManifestWriter {
    path: PathBuf,
    out: BufWriter<File>,
    count: u64,
    bytes: u64,
}

impl ManifestWriter {
    /// Starts it as a file in this folder.
    ///
    /// # Errors
    /// [`SinkError::Write`].
    pub fn new(scratch: &Path) -> Result<Self, SinkError> {
        let path = scratch.join("manifest");
        let file = OpenOptions::new().write(true).create_new(true).open(&path).map_err(fail)?;
        let mut out = BufWriter::with_capacity(64 * 1024, file);
        write!(out, "{{\"version\":{VERSION},\"files\":[").map_err(fail)?;
        Ok(Self { path, out, count: 0, bytes: 0 })
    }

    /// Adds a file.
    ///
    /// # Errors
    /// [`SinkError::Write`].
    pub fn add(&mut self, path: &str, digest: &Digest) -> Result<(), SinkError> {
        let comma = if self.count == 0 { "" } else { "," };
        self.count += 1;
        self.bytes += digest.bytes;
        let line = line(path, digest).map_err(fail)?;
        write!(self.out, "{comma}\n{line}").map_err(fail)
    }

    /// Completes it; nothing can be added any more. Returns the file.
    ///
    /// # Errors
    /// [`SinkError::Write`].
    pub fn finish(&mut self) -> Result<PathBuf, SinkError> {
        writeln!(self.out, "\n],\"count\":{},\"bytes\":{}}}", self.count, self.bytes).map_err(fail)?;
        self.out.flush().map_err(fail)?;
        Ok(self.path.clone())
    }
}

/// An entry as one line of JSON.
///
/// # Errors
/// Never for text that is UTF-8; serde cannot know.
pub fn line(path: &str, digest: &Digest) -> io::Result<String> {
    let wire = Wire { path: path.to_owned(), bytes: digest.bytes, sha256: to_hex(&digest.sha256) };
    serde_json::to_string(&wire).map_err(io::Error::from)
}

/// Reads one line of [`line()`].
///
/// `None` when the line is not one, as when a kill has cut it.
pub fn entry(line: &[u8]) -> Option<Entry> {
    let wire: Wire = serde_json::from_slice(line).ok()?;
    wire.try_into().ok()
}

impl TryFrom<Wire> for Entry {
    type Error = NotSha256;
    fn try_from(wire: Wire) -> Result<Self, NotSha256> {
        let sha256 = from_hex(&wire.sha256).ok_or(NotSha256)?;
        Ok(Self { path: wire.path, digest: Digest { bytes: wire.bytes, sha256 } })
    }
}

/// Reads a manifest and hands on its entries one by one, in the order in which they stand.
///
/// # Errors
/// What `each` returned; or [`SinkError::Manifest`] when the text is not a whole manifest of a known version.
pub fn read(from: impl Read, mut each: impl FnMut(Entry) -> Result<(), SinkError>) -> Result<(), SinkError> {
    let mut stopped = None;
    let top = Top(Files { each: &mut each, stopped: &mut stopped, count: 0, bytes: 0 });
    let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(64 * 1024, from));
    let done = top.deserialize(&mut json).and_then(|()| json.end());
    match (stopped, done) {
        (Some(e), _) => Err(e),
        (None, Err(e)) => Err(SinkError::Manifest(e.to_string().into())),
        (None, Ok(())) => Ok(()),
    }
}

fn fail(e: io::Error) -> SinkError {
    SinkError::write(PATH, e)
}

/// The object around the files.
struct Top<'a>(Files<'a>);

/// The list of files.
struct Files<'a> {
    each: &'a mut dyn FnMut(Entry) -> Result<(), SinkError>,
    stopped: &'a mut Option<SinkError>,
    count: u64,
    bytes: u64,
}

impl<'de> DeserializeSeed<'de> for Top<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Top<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a manifest")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let (mut listed, mut count, mut bytes) = (false, None, None);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "version" => {
                    let version: u64 = map.next_value()?;
                    if version != VERSION {
                        return Err(A::Error::custom(format_args!("it has version {version}, and {VERSION} is known")));
                    }
                }
                "files" => {
                    listed = true;
                    map.next_value_seed(&mut self.0)?;
                }
                "count" => count = Some(map.next_value::<u64>()?),
                "bytes" => bytes = Some(map.next_value::<u64>()?),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        if !listed || count != Some(self.0.count) || bytes != Some(self.0.bytes) {
            return Err(A::Error::custom("its files are not as many as it says"));
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for &mut Files<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for &mut Files<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of files")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(wire) = seq.next_element::<Wire>()? {
            let path = wire.path.clone();
            let entry = Entry::try_from(wire).map_err(|e| A::Error::custom(format_args!("{path:?}: {e}")))?;
            self.count += 1;
            // A manifest is not trusted: its numbers may be any.
            self.bytes = self.bytes.wrapping_add(entry.digest.bytes);
            if let Err(e) = (self.each)(entry) {
                *self.stopped = Some(e);
                return Err(A::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::dataset::digest::Meter;

    fn written(paths: &[&str]) -> String {
        let scratch = tempfile::tempdir().unwrap();
        let mut writer = ManifestWriter::new(scratch.path()).unwrap();
        for p in paths {
            writer.add(p, &Meter::of(p.as_bytes())).unwrap();
        }
        std::fs::read_to_string(writer.finish().unwrap()).unwrap()
    }

    fn entries(text: &str) -> Result<Vec<Entry>, SinkError> {
        let mut all = Vec::new();
        read(text.as_bytes(), |e| {
            all.push(e);
            Ok(())
        })?;
        Ok(all)
    }

    #[test]
    fn what_is_written_is_read_in_any_layout() {
        let paths = ["a", "자연/\"1\".txt", "b/c"];
        let text = written(&paths);
        assert_eq!(text.lines().count(), 5);
        let pretty = serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(&text).unwrap()).unwrap();
        for text in [text, pretty] {
            let all = entries(&text).unwrap();
            assert_eq!(all.iter().map(|e| e.path.as_str()).collect::<Vec<_>>(), paths);
            assert!(all.iter().all(|e| e.digest == Meter::of(e.path.as_bytes())));
        }
        assert_eq!(written(&[]), "{\"version\":1,\"files\":[\n],\"count\":0,\"bytes\":0}\n");
        assert!(entries(&written(&[])).unwrap().is_empty());
    }

    #[test]
    fn what_is_cut_or_changed_is_refused() {
        let text = written(&["a", "b"]);
        for end in 0..text.len() - 1 {
            assert!(entries(&text[..end]).is_err(), "{}", &text[..end]);
        }
        for (from, to) in
            [("\"version\":1", "\"version\":2"), ("\"count\":2", "\"count\":3"), ("\"sha256\":\"", "\"sha256\":\"x")]
        {
            assert!(entries(&text.replacen(from, to, 1)).is_err(), "{to}");
        }
        assert!(entries("[]").is_err() && entries("{\"version\":1}").is_err());
    }
}
