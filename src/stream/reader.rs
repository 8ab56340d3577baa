//! Bytes to lines: files and standard input, plain, gzip or zstd by content, cut into batches of whole lines.

use super::buffer::{Buffer, Home};
use super::error::StreamError;
use super::form::{self, Form};
use super::frame::{Kind, is_frame};
use super::framing::{Framing, Verdict};
pub use super::source::InputFile;
use super::source::{Source, damaged, open_path, open_source, read_some};
use crate::tr;
use crate::words::Message;
use memchr::{memchr, memchr_iter, memrchr};
use std::collections::VecDeque;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// Bytes asked of the input at once; also the size a batch grows to while the consumers are busy.
pub const BLOCK: usize = 256 * 1024;
/// Room for the part of a line that is left when a batch is handed out; a longer one makes the buffer grow.
const ROOM: usize = BLOCK / 4;
/// The byte order mark of UTF-8. `cat` leaves those of its files in the middle.
pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";
/// The longest line accepted unless asked otherwise, bytes.
pub const LINE_CAP: usize = 256 * 1024 * 1024;

/// Whole lines of one input, in order.
#[derive(Debug)]
pub struct Batch {
    /// The lines, each with its newline except perhaps the last of the input.
    pub bytes: Buffer,
    /// Number of the first line in its input, from 1.
    pub first_line: u64,
    /// Lines before it in the inputs before.
    pub before: u64,
    /// The input's name as the user gave it; `stdin` for standard input.
    pub source: Arc<str>,
    /// Whether the batch is a single frame line.
    pub is_frame: bool,
}

/// One line of a batch without its line end.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// The line's bytes, white space at both ends removed. Never empty.
    pub bytes: &'a [u8],
    /// Byte range of the whole line in the batch, newline included.
    pub start: usize,
    /// End of that range.
    pub end: usize,
    /// Line number in the input file, from 1.
    pub number: u64,
}

/// Where a line stands, for messages.
#[derive(Clone, Debug)]
pub struct Place {
    /// The input's name.
    pub source: Arc<str>,
    /// Line number, from 1.
    pub line: u64,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.source, self.line)
    }
}

impl Batch {
    /// The lines that are not blank.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let mut start = 0;
        let mut number = self.first_line;
        std::iter::from_fn(move || {
            while start < self.bytes.len() {
                let end = memchr(b'\n', &self.bytes[start..]).map_or(self.bytes.len(), |i| start + i + 1);
                let mark = if self.bytes[start..end].starts_with(BOM) { BOM.len() } else { 0 };
                let start_of_line = start + mark;
                let line =
                    Line { bytes: self.bytes[start_of_line..end].trim_ascii(), start: start_of_line, end, number };
                start = end;
                number += 1;
                if !line.bytes.is_empty() {
                    return Some(line);
                }
            }
            None
        })
    }

    /// Number of a line of this batch in all inputs together, from 1.
    pub fn ordinal(&self, line: &Line<'_>) -> u64 {
        self.before + line.number
    }

    /// Where a line of this batch stands.
    pub fn place(&self, line: &Line<'_>) -> Place {
        Place { source: self.source.clone(), line: line.number }
    }

    /// What the input seems to be at a line of this batch that could not be read, when it is not lines of JSON.
    pub fn form(&self, line: &Line<'_>) -> Option<Form> {
        form::of_line(line.bytes, &self.bytes[line.start..], line.number == 1)
    }

    /// An error about a line of this batch that could not be read: says what the input is when it is not lines of JSON.
    pub fn bad_line(&self, line: &Line<'_>, reason: impl Into<Message>) -> StreamError {
        match self.form(line) {
            Some(form) => StreamError::Form { place: self.place(line).to_string(), form },
            None => self.refused_line(line, reason),
        }
    }

    /// An error about a line of this batch; its text says so when the line is the input's last and has no newline.
    pub fn refused_line(&self, line: &Line<'_>, reason: impl Into<Message>) -> StreamError {
        let reason = reason.into();
        let reason = match self.bytes[line.start..line.end].ends_with(b"\n") {
            true => reason,
            false => tr!("line-torn", reason),
        };
        StreamError::Line { place: self.place(line).to_string(), reason }
    }
}

/// Bytes that are read on to tell how many lines stand in a place where none may.
const STRAY_READ: usize = 64 * 1024 * 1024;

/// Reads inputs one after the other as batches.
pub struct Reader {
    todo: std::vec::IntoIter<InputFile>,
    current: Option<Source>,
    /// What was looked at and not yet handed out.
    ahead: VecDeque<Result<Batch, StreamError>>,
    /// Bytes that are read and not yet handed out, then room for more.
    pending: Vec<u8>,
    /// Length of the part of `pending` that is read: less than one whole line after `next_batch`, apart from `ready`.
    filled: usize,
    /// Length of the part of it known to hold whole lines.
    ready: usize,
    /// Where batches' buffers come from.
    buffers: Home,
    next_line: u64,
    /// Lines of the inputs before this one.
    before: u64,
    line_cap: usize,
    /// Where lines may stand; `None`: anywhere.
    framing: Option<Framing>,
    /// Bytes read of files, as they are on the disk.
    read: Arc<AtomicU64>,
    /// Lines handed out that are no frames, blank ones too.
    lines: Arc<AtomicU64>,
}

impl Reader {
    /// Reads these files in turn; `-` is standard input, no path at all means standard input.
    pub fn open(paths: &[PathBuf], line_cap: usize) -> Self {
        let stdin = [PathBuf::from("-")];
        let paths = if paths.is_empty() { &stdin } else { paths };
        Self::open_files(paths.iter().map(|path| InputFile::of(path)).collect(), line_cap)
    }

    /// Reads these files in turn, each under a name of its own.
    pub fn open_files(files: Vec<InputFile>, line_cap: usize) -> Self {
        Self::new(files, None, line_cap)
    }

    /// Reads bytes from anywhere, for tests and for library users.
    pub fn from_read(name: &str, bytes: impl Read + Send + 'static, line_cap: usize) -> Result<Self, StreamError> {
        let source = open_source(name.into(), false, Box::new(bytes))?;
        Ok(Self::new(Vec::new(), Some(source), line_cap))
    }

    fn new(todo: Vec<InputFile>, current: Option<Source>, line_cap: usize) -> Self {
        Self {
            todo: todo.into_iter(),
            current,
            ahead: VecDeque::new(),
            pending: Vec::new(),
            filled: 0,
            ready: 0,
            buffers: Home::of(BLOCK + ROOM),
            next_line: 1,
            before: 0,
            line_cap,
            framing: None,
            read: Arc::default(),
            lines: Arc::default(),
        }
    }

    /// Demands that lines stand between a begin and an end frame, but for files that have no frames at all. `vouched`: also lines that a
    /// program writes may stand anywhere.
    #[must_use]
    pub fn framed(mut self, kind: Kind, vouched: bool) -> Self {
        let mut framing = Framing::new(kind, vouched);
        if let Some(source) = &self.current {
            framing.open(&source.name, source.written);
        }
        self.framing = Some(framing);
        self
    }

    /// Bytes read so far of the inputs as they are, compressed or not, for whoever shows it.
    pub fn bytes_read(&self) -> Arc<AtomicU64> {
        self.read.clone()
    }

    /// Lines read so far that are no frames, for whoever shows it.
    pub fn lines_read(&self) -> Arc<AtomicU64> {
        self.lines.clone()
    }

    /// Waits for at least one whole line (or the end of an input) and returns what is there, at most about one block; a frame
    /// line comes alone. `None` at the end of the last input.
    ///
    /// # Errors
    /// [`StreamError::Read`] for unreadable or damaged input, [`StreamError::LongLine`] for a line over the cap;
    /// [`StreamError::Unframed`] and [`StreamError::Stray`] when [`Reader::framed`] asks for it.
    pub fn next_batch(&mut self) -> Result<Option<Batch>, StreamError> {
        match self.ahead.pop_front() {
            Some(batch) => batch.map(Some),
            None => self.read_next(),
        }
    }

    /// Shows what comes, until `enough` of it was seen, or there is no more, or it cannot be read. [`Reader::next_batch`] hands it out
    /// as if it had not been looked at. Until then it is held in memory: `enough` keeps that small.
    pub fn look_ahead(&mut self, mut enough: impl FnMut(&Batch) -> bool) {
        loop {
            match self.read_next() {
                Ok(None) => return,
                Ok(Some(batch)) => {
                    let enough = enough(&batch);
                    self.ahead.push_back(Ok(batch));
                    if enough {
                        return;
                    }
                }
                Err(e) => return self.ahead.push_back(Err(e)),
            }
        }
    }

    fn read_next(&mut self) -> Result<Option<Batch>, StreamError> {
        let next = self.read_batch()?;
        let (Some(framing), Some(batch)) = (&mut self.framing, &next) else { return Ok(next) };
        if batch.is_frame {
            framing.frame(batch)?;
            return Ok(next);
        }
        let ready = self.pending[..self.ready].trim_ascii_start();
        let follows = (!ready.is_empty()).then(|| ready.split(|b| *b == b'\n').next().unwrap_or_default());
        match framing.data(batch, follows) {
            Verdict::Fine => Ok(next),
            Verdict::Unframed => Err(framing.unframed()),
            Verdict::Stray { after } => Err(self.stray(batch, after)),
        }
    }

    /// The error about lines in the wrong place. Reads on, so that it can tell how many there are.
    fn stray(&mut self, first: &Batch, after: bool) -> StreamError {
        let place = format!("{}:{}", first.source, first.lines().next().map_or(first.first_line, |line| line.number));
        let (mut lines, mut bytes) = (first.lines().count() as u64, first.bytes.len());
        let mut more = false;
        while after && !more {
            match self.read_batch() {
                Ok(Some(batch)) if !batch.is_frame && batch.source == first.source => {
                    lines += batch.lines().count() as u64;
                    bytes += batch.bytes.len();
                    more = bytes > STRAY_READ;
                }
                _ => break,
            }
        }
        match &self.framing {
            Some(framing) => framing.stray(place, lines, more, after),
            None => StreamError::Internal("lines are in the wrong place where none is wrong"),
        }
    }

    fn read_batch(&mut self) -> Result<Option<Batch>, StreamError> {
        loop {
            if self.ready > 0 {
                let name = self.current.as_ref().map_or_else(|| "stdin".into(), |s| s.name.clone());
                return Ok(Some(self.cut(name)));
            }
            let Some(source) = &mut self.current else {
                self.framing.as_mut().map_or(Ok(()), Framing::close)?;
                let Some(input) = self.todo.next() else { return Ok(None) };
                let source = open_path(&input, &self.read)?;
                if let Some(framing) = &mut self.framing {
                    framing.open(&source.name, source.written);
                }
                self.current = Some(source);
                self.before += self.next_line - 1;
                self.next_line = 1;
                continue;
            };
            let name = source.name.clone();
            let old = self.filled;
            if self.pending.len() < old + ROOM {
                self.pending.resize(old + BLOCK, 0);
            }
            let end = self.pending.len().min(old + BLOCK);
            match read_some(&mut source.bytes, &mut self.pending[old..end]) {
                Err(source) => return Err(damaged(&name, source)),
                Ok(0) => {
                    self.current = None;
                    self.ready = old;
                    if self.ready > 0 {
                        return Ok(Some(self.cut(name)));
                    }
                }
                Ok(got) => {
                    self.filled += got;
                    self.ready = memrchr(b'\n', &self.pending[old..self.filled]).map_or(0, |i| old + i + 1);
                    if self.filled - self.ready > self.line_cap {
                        let line = self.next_line;
                        let cap = self.line_cap;
                        return Err(StreamError::LongLine { place: format!("{name}:{line}"), cap });
                    }
                }
            }
        }
    }

    /// Takes whole lines off the front: one frame line, or everything up to the next frame line.
    fn cut(&mut self, source: Arc<str>) -> Batch {
        let (end, lines, is_frame) = first_run(&self.pending[..self.ready]);
        let bytes = if end == self.ready {
            // Usual case: hand over the big buffer, keep the small rest.
            let rest = &self.pending[end..self.filled];
            let mut next = self.buffers.take();
            if next.len() < rest.len() {
                next.resize(rest.len(), 0);
            }
            next[..rest.len()].copy_from_slice(rest);
            self.buffers.lend(std::mem::replace(&mut self.pending, next), end)
        } else {
            let bytes = self.pending[..end].to_vec();
            self.pending.copy_within(end..self.filled, 0);
            bytes.into()
        };
        self.filled -= end;
        self.ready -= end;
        let (first_line, before) = (self.next_line, self.before);
        self.next_line += lines;
        self.lines.fetch_add(if is_frame { 0 } else { lines }, Relaxed);
        Batch { bytes, first_line, before, source, is_frame }
    }
}

/// Length and number of lines of the first run: one frame line, or all lines before the next frame.
fn first_run(bytes: &[u8]) -> (usize, u64, bool) {
    // Blank lines before a frame belong to its batch.
    let start = bytes.trim_ascii_start();
    let start = start.strip_prefix(BOM).unwrap_or(start);
    if is_frame(start) {
        let skip = bytes.len() - start.len();
        let end = memchr(b'\n', &bytes[skip..]).map_or(bytes.len(), |i| skip + i + 1);
        return (end, memchr_iter(b'\n', &bytes[..end]).count() as u64, true);
    }
    let mut lines = 0;
    for newline in memchr_iter(b'\n', bytes) {
        lines += 1;
        let rest = &bytes[newline + 1..];
        // The first byte decides for nearly every line; only a candidate is looked at closely.
        if matches!(rest.first(), Some(b'{' | b' ' | b'\t' | b'\r' | 0xef)) && starts_frame(rest) {
            return (newline + 1, lines, false);
        }
    }
    (bytes.len(), lines, false)
}

/// Whether the line at the front of `rest` is a frame.
fn starts_frame(rest: &[u8]) -> bool {
    // `{"@` or `{ "@`: no need to look further than a few bytes into an ordinary line.
    match rest.first() {
        Some(b'{') => is_frame(&rest[..rest.len().min(64)]),
        _ => {
            let end = memchr(b'\n', rest).unwrap_or(rest.len());
            let line = &rest[..end];
            is_frame(line.strip_prefix(BOM).unwrap_or(line).trim_ascii_start())
        }
    }
}
