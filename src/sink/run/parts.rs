//! Files that come in parts (`more: true`), with other files in between: gathered in memory while small, in the scratch folder
//! when not. No file stays open between two parts, so any number of paths may interleave.

use super::content::Content;
use crate::path::RelPath;
use crate::sink::dataset::digest::{Expected, Meter};
use crate::sink::error::SinkError;
use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

/// A part file larger than this goes to disk, bytes.
const PART_IN_MEMORY: usize = 1024 * 1024;
/// All part files together larger than this go to disk, bytes.
const ALL_IN_MEMORY: usize = 8 * 1024 * 1024;

/// A file whose last part has come.
#[derive(Debug)]
pub struct Whole {
    /// Its content, in memory or in a scratch file.
    pub content: Content,
    /// What its lines promised.
    pub expected: Expected,
}

/// A file of which some parts have come.
#[derive(Debug, Default)]
struct OpenFile {
    /// The parts that are not in the scratch file.
    buffer: Vec<u8>,
    spool: Option<PathBuf>,
    /// Size and hash of what is in the scratch file; content in memory is measured by the worker that writes it.
    meter: Meter,
    expected: Expected,
}

/// The files that are not complete yet.
#[derive(Debug)]
pub struct Parts {
    scratch: PathBuf,
    open: HashMap<RelPath, OpenFile>,
    buffered: usize,
    spools: u64,
}

impl Parts {
    /// Gathers in memory, and in this existing folder what is too large for it.
    pub fn new(scratch: PathBuf) -> Self {
        Self { scratch, open: HashMap::new(), buffered: 0, spools: 0 }
    }

    /// Whether parts of this path came, and more are to come.
    pub fn is_open(&self, path: &RelPath) -> bool {
        self.open.contains_key(path)
    }

    /// Adds a part.
    ///
    /// # Errors
    /// [`SinkError::Write`] when the scratch folder cannot be written.
    pub fn push(&mut self, path: &RelPath, content: &[u8], expected: Expected) -> Result<(), SinkError> {
        let part = self.open.entry(path.clone()).or_default();
        part.expected.merge(expected);
        part.buffer.extend_from_slice(content);
        self.buffered += content.len();
        if part.buffer.len() > PART_IN_MEMORY {
            self.buffered -= part.buffer.len();
            part.spill(path, &self.scratch, &mut self.spools)?;
        }
        if self.buffered > ALL_IN_MEMORY {
            for (path, part) in &mut self.open {
                part.spill(path, &self.scratch, &mut self.spools)?;
            }
            self.buffered = 0;
        }
        Ok(())
    }

    /// Takes the file whose last part was pushed.
    ///
    /// # Errors
    /// [`SinkError::Write`] when the scratch folder cannot be written.
    pub fn finish(&mut self, path: &RelPath) -> Result<Whole, SinkError> {
        let mut part = self.open.remove(path).unwrap_or_default();
        self.buffered -= part.buffer.len();
        if part.spool.is_some() {
            part.spill(path, &self.scratch, &mut self.spools)?;
        }
        let content = match part.spool {
            Some(spool) => Content::Scratch(spool, part.meter.finish()),
            None => Content::Bytes(part.buffer),
        };
        Ok(Whole { content, expected: part.expected })
    }

    /// The paths whose last part has not come, in order.
    pub fn unfinished(&self) -> Vec<RelPath> {
        let mut paths: Vec<_> = self.open.keys().cloned().collect();
        paths.sort();
        paths
    }
}

impl OpenFile {
    fn spill(&mut self, path: &RelPath, scratch: &std::path::Path, spools: &mut u64) -> Result<(), SinkError> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let spool = self.spool.get_or_insert_with(|| {
            *spools += 1;
            scratch.join(format!("part-{spools}"))
        });
        let file = OpenOptions::new().append(true).create(true).open(spool);
        let buffer = std::mem::take(&mut self.buffer);
        self.meter.update(&buffer);
        file.and_then(|mut f| f.write_all(&buffer)).map_err(|e| SinkError::write(path.as_str(), e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_of_interleaved_paths_stay_within_memory_and_come_out_whole() {
        let scratch = tempfile::tempdir().unwrap();
        let mut parts = Parts::new(scratch.path().to_owned());
        let paths: Vec<_> = (0..3000).map(|i| RelPath::new(&format!("p{i}")).unwrap()).collect();
        for round in 0..4u8 {
            for p in &paths {
                parts.push(p, &[round; 2000], Expected::default()).unwrap();
                assert!(parts.buffered <= ALL_IN_MEMORY);
            }
        }
        let expected: Vec<u8> = (0..4u8).flat_map(|r| [r; 2000]).collect();
        for p in &paths {
            let whole = parts.finish(p).unwrap();
            match whole.content {
                Content::Bytes(bytes) => assert_eq!(bytes, expected),
                Content::Scratch(file, digest) => {
                    assert!(std::fs::read(file).unwrap() == expected && digest == Meter::of(&expected));
                }
                other => panic!("{other:?}"),
            }
        }
        assert!(parts.unfinished().is_empty() && parts.buffered == 0);
    }

    #[test]
    fn a_large_file_goes_to_disk_alone() {
        let scratch = tempfile::tempdir().unwrap();
        let mut parts = Parts::new(scratch.path().to_owned());
        let (big, small) = (RelPath::new("big").unwrap(), RelPath::new("small").unwrap());
        parts.push(&small, b"x", Expected::default()).unwrap();
        parts.push(&big, &vec![7; PART_IN_MEMORY + 1], Expected::default()).unwrap();
        assert_eq!(parts.buffered, 1);
        assert!(matches!(parts.finish(&big).unwrap().content, Content::Scratch(..)));
        assert!(matches!(parts.finish(&small).unwrap().content, Content::Bytes(_)));
    }
}
