//! The list of files, read without writing anything: its hash, and file by file what a run would bring.

use super::Part;
use crate::path::RelPath;
use crate::sink::dataset::digest::{Digest, Expected, Meter, to_hex};
use crate::sink::dataset::manifest;
use crate::sink::error::SinkError;
use crate::sink::originals::origin::Origin;
use crate::sink::run::content::Content;
use crate::sink::run::input::{self, Input};
use crate::sink::run::line_error::LineError;
use crate::sink::run::names::{NameError, Names};
use crate::sink::run::{Options, SUMMARY_CAP, summary};
use crate::stream::checkpoint::Spans;
use crate::stream::{Batch, Begin, Came, Frame, Kind, Line, Progress, Reader, StreamError};
use crate::tr;
use crate::words::Message;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;

/// What a list is as a whole.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// SHA-256 of its lines, each with one newline, frames included; in hexadecimal digits.
    pub hash: String,
    /// The summary of convert, if there is one.
    pub summary: Option<Vec<u8>>,
    /// Folders of all files, outermost first.
    pub folders: Vec<String>,
    /// Whether the lines came as a stage has written them.
    pub came: Came,
    /// What the frames say of a series of exports.
    pub spans: Spans,
    /// The first begin frame.
    pub begin: Option<Begin>,
}

/// One file of a list.
#[derive(Debug)]
pub struct File {
    /// Path of the file in the dataset.
    pub path: RelPath,
    /// Size and hash of its content, where lines hold it.
    pub digest: Option<Digest>,
    /// What its lines promise.
    pub expected: Expected,
    /// Whether it is to be downloaded.
    pub is_original: bool,
}

impl File {
    /// The part that brings it.
    pub fn part(&self, of: u32) -> u32 {
        Part::of_file(self.path.as_str(), self.is_original, of)
    }

    /// Whether content with this size and hash can be it.
    pub fn can_be(&self, digest: &Digest) -> bool {
        self.digest.is_none_or(|known| known == *digest) && self.expected.check(digest).is_ok()
    }
}

/// The hash of a list that is whole.
///
/// # Errors
/// As a run would fail on its frames.
pub fn hash(mut reader: Reader) -> Result<String, SinkError> {
    let (mut progress, mut hash) = (Progress::new(Kind::Files), Sha256::new());
    while let Some(batch) = reader.next_batch()? {
        add(&mut hash, &batch);
        if !batch.is_frame {
            progress.data(batch.lines().count() as u64);
        } else if let Some(line) = batch.lines().next() {
            progress.frame(&Frame::parse(line.bytes).map_err(|e| batch.bad_line(&line, &e))?)?;
        }
    }
    progress.finish(false)?;
    progress.require_some(false)?;
    Ok(to_hex(&hash.finalize()))
}

fn add(hash: &mut Sha256, batch: &Batch) {
    for line in batch.lines() {
        hash.update(line.bytes);
        hash.update(b"\n");
    }
}

/// Calls `each` with every file in the order in which an undivided run numbers them. The summary is none of them.
///
/// # Errors
/// As a run would fail on these lines; what `each` returns.
pub fn walk(
    mut reader: Reader,
    options: &Options,
    each: &mut dyn FnMut(File) -> Result<(), SinkError>,
) -> Result<Listed, SinkError> {
    let server = options.base_url.clone().or_else(|| options.default_base.clone());
    let mut walk = Walk {
        options,
        each,
        origin: Origin { server, ..Origin::default() },
        progress: Progress::new(Kind::Files),
        names: Names::default(),
        open: HashMap::new(),
        hash: Sha256::new(),
        listed: Listed::default(),
    };
    while let Some(batch) = reader.next_batch()? {
        walk.batch(&batch)?;
    }
    walk.end()
}

fn of_summary(reason: Message) -> LineError {
    LineError::Malformed(tr!("stream-line", place = summary::PATH, reason))
}

struct Walk<'a> {
    options: &'a Options,
    each: &'a mut dyn FnMut(File) -> Result<(), SinkError>,
    origin: Origin,
    progress: Progress,
    names: Names,
    /// Files that come in several lines, begun and not ended.
    open: HashMap<RelPath, (Meter, Expected)>,
    hash: Sha256,
    listed: Listed,
}

impl Walk<'_> {
    fn batch(&mut self, batch: &Batch) -> Result<(), SinkError> {
        add(&mut self.hash, batch);
        for line in batch.lines() {
            if batch.is_frame {
                self.frame(batch, &line)?;
                continue;
            }
            let bad = |e: LineError| SinkError::line(batch, &line, e);
            self.progress.data(1);
            let input = input::read(line.bytes, &self.origin, self.options.allow_file_refs).map_err(bad)?;
            if !self.open.contains_key(&input.path) {
                let folders = self.names.claim(&input.path).map_err(|e| bad(e.into()))?;
                self.listed.folders.extend(folders);
            }
            if input.path.as_str() == manifest::PATH || super::manifest::is_path(input.path.as_str()) {
                return Err(bad(NameError::Manifest(input.path.into()).into()));
            }
            self.take(input)?.map_err(bad)?;
        }
        Ok(())
    }

    fn frame(&mut self, batch: &Batch, line: &Line<'_>) -> Result<(), SinkError> {
        let bad = |e: LineError| SinkError::line(batch, line, e);
        let frame = Frame::parse(line.bytes).map_err(|e| bad(e.into()))?;
        self.progress.frame(&frame)?;
        self.listed.spans.frame(&frame);
        if let Frame::Begin(begin) = &frame {
            let Options { base_url, default_base, .. } = self.options;
            let origin = Origin::of(begin, base_url.as_ref(), default_base.as_ref());
            self.origin = origin.map_err(|e| bad(e.into()))?;
            self.listed.begin.get_or_insert_with(|| begin.clone());
        }
        Ok(())
    }

    /// The inner result is about the content of the line.
    fn take(&mut self, input: Input) -> Result<Result<(), LineError>, SinkError> {
        let Input { path, content, mut expected, more, .. } = input;
        let is_summary = path.as_str() == summary::PATH;
        let (digest, is_original) = match content {
            Content::Bytes(bytes) => {
                let (mut meter, mut all) = self.open.remove(&path).unwrap_or_default();
                meter.update(&bytes);
                all.merge(expected);
                if is_summary {
                    self.listed.summary.get_or_insert_default().extend_from_slice(&bytes);
                }
                if is_summary && meter.bytes() > SUMMARY_CAP {
                    return Ok(Err(of_summary(tr!("summary-large"))));
                }
                if more {
                    self.open.insert(path, (meter, all));
                    return Ok(Ok(()));
                }
                expected = all;
                (Some(meter.finish()), false)
            }
            _ if self.open.contains_key(&path) => return Ok(Err(LineError::MixedParts { path: path.into() })),
            _ if is_summary => {
                return Ok(Err(of_summary(tr!("summary-no-text"))));
            }
            Content::Original(_) | Content::Unfetchable(..) => (None, true),
            Content::File(_) | Content::Scratch(..) => (None, false),
        };
        if let Some(Err(mismatch)) = digest.map(|digest| expected.check(&digest)) {
            return Ok(Err(LineError::Mismatch { path: path.into(), mismatch }));
        }
        if !is_summary {
            (self.each)(File { path, digest, expected, is_original })?;
        }
        Ok(Ok(()))
    }

    fn end(mut self) -> Result<Listed, SinkError> {
        self.progress.finish(false)?;
        self.progress.require_some(false)?;
        if let Some(path) = self.open.keys().min() {
            return Err(StreamError::Cut(tr!("part-unfinished", path = ?path.as_str())).into());
        }
        let (hash, came) = (to_hex(&self.hash.finalize()), self.progress.came());
        Ok(Listed { hash, came, ..self.listed })
    }
}
