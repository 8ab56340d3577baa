//! Bytes to lines: files and standard input, plain, gzip or zstd by content, cut into batches of whole lines.

use super::buffer::{Buffer, Home};
use super::error::StreamError;
use super::frame::is_frame;
use flate2::bufread::MultiGzDecoder;
use memchr::{memchr, memchr_iter, memrchr};
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::Arc;

/// Bytes asked of the input at once; also the size a batch grows to while the consumers are busy.
pub const BLOCK: usize = 256 * 1024;
/// Room for the part of a line that is left when a batch is handed out; a longer one makes the buffer grow.
const ROOM: usize = BLOCK / 4;
/// The longest line accepted unless asked otherwise, bytes.
pub const LINE_CAP: usize = 256 * 1024 * 1024;

/// Whole lines of one input, in order.
#[derive(Debug)]
pub struct Batch {
    /// The lines, each with its newline except perhaps the last of the input.
    pub bytes: Buffer,
    /// Number of the first line, from 1.
    pub first_line: u64,
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
                let line = Line { bytes: self.bytes[start..end].trim_ascii(), start, end, number };
                start = end;
                number += 1;
                if !line.bytes.is_empty() {
                    return Some(line);
                }
            }
            None
        })
    }

    /// Where a line of this batch stands.
    pub fn place(&self, line: &Line<'_>) -> Place {
        Place { source: self.source.clone(), line: line.number }
    }

    /// An error about a line of this batch; its text says so when the line is the input's last and has no newline.
    pub fn bad_line(&self, line: &Line<'_>, reason: &str) -> StreamError {
        let torn = if self.bytes[line.start..line.end].ends_with(b"\n") {
            ""
        } else {
            "; the last line has no newline, so the input was probably cut short"
        };
        StreamError::Line { place: self.place(line).to_string(), reason: format!("{reason}{torn}") }
    }
}

/// One opened input.
struct Source {
    name: Arc<str>,
    bytes: Box<dyn Read + Send>,
}

/// Reads inputs one after the other as batches.
pub struct Reader {
    todo: std::vec::IntoIter<PathBuf>,
    current: Option<Source>,
    /// Bytes that are read and not yet handed out, then room for more.
    pending: Vec<u8>,
    /// Length of the part of `pending` that is read: less than one whole line after `next_batch`, apart from `ready`.
    filled: usize,
    /// Length of the part of it known to hold whole lines.
    ready: usize,
    /// Where batches' buffers come from.
    buffers: Home,
    next_line: u64,
    line_cap: usize,
}

impl Reader {
    /// Reads these files in turn; `-` is standard input, no path at all means standard input.
    pub fn open(paths: &[PathBuf], line_cap: usize) -> Self {
        let todo = if paths.is_empty() { vec![PathBuf::from("-")] } else { paths.to_vec() };
        Self::new(todo, None, line_cap)
    }

    /// Reads bytes from anywhere, for tests and for library users.
    pub fn from_read(name: &str, bytes: impl Read + Send + 'static, line_cap: usize) -> Result<Self, StreamError> {
        let source = open_source(name.into(), Box::new(bytes))?;
        Ok(Self::new(Vec::new(), Some(source), line_cap))
    }

    fn new(todo: Vec<PathBuf>, current: Option<Source>, line_cap: usize) -> Self {
        Self {
            todo: todo.into_iter(),
            current,
            pending: Vec::new(),
            filled: 0,
            ready: 0,
            buffers: Home::of(BLOCK + ROOM),
            next_line: 1,
            line_cap,
        }
    }

    /// Waits for at least one whole line (or the end of an input) and returns what is there, at most about one block; a frame
    /// line comes alone. `None` at the end of the last input.
    ///
    /// # Errors
    /// [`StreamError::Read`] for unreadable or damaged input, [`StreamError::LongLine`] for a line over the cap.
    pub fn next_batch(&mut self) -> Result<Option<Batch>, StreamError> {
        loop {
            if self.ready > 0 {
                let name = self.current.as_ref().map_or_else(|| "stdin".into(), |s| s.name.clone());
                return Ok(Some(self.cut(name)));
            }
            let Some(source) = &mut self.current else {
                let Some(path) = self.todo.next() else { return Ok(None) };
                self.current = Some(open_path(&path)?);
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
        let first_line = self.next_line;
        self.next_line += lines;
        Batch { bytes, first_line, source, is_frame }
    }
}

/// Length and number of lines of the first run: one frame line, or all lines before the next frame.
fn first_run(bytes: &[u8]) -> (usize, u64, bool) {
    if is_frame(bytes.trim_ascii_start()) {
        // Blank lines before a frame belong to its batch.
        let skip = bytes.len() - bytes.trim_ascii_start().len();
        let end = memchr(b'\n', &bytes[skip..]).map_or(bytes.len(), |i| skip + i + 1);
        return (end, memchr_iter(b'\n', &bytes[..end]).count() as u64, true);
    }
    let mut lines = 0;
    for newline in memchr_iter(b'\n', bytes) {
        lines += 1;
        let rest = &bytes[newline + 1..];
        // The first byte decides for nearly every line; only a candidate is looked at closely.
        if matches!(rest.first(), Some(b'{' | b' ' | b'\t' | b'\r')) && starts_frame(rest) {
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
            is_frame(rest[..end].trim_ascii_start())
        }
    }
}

fn open_path(path: &PathBuf) -> Result<Source, StreamError> {
    if path.as_os_str() == "-" {
        let fd = io::stdin()
            .as_fd()
            .try_clone_to_owned()
            .map_err(|source| StreamError::Read { name: "stdin".into(), source })?;
        return open_source("stdin".into(), Box::new(File::from(fd)));
    }
    let name: Arc<str> = path.display().to_string().into();
    match File::open(path) {
        Ok(f) => open_source(name, Box::new(f)),
        Err(source) => Err(StreamError::Read { name: name.to_string(), source }),
    }
}

/// Looks at the first bytes: gzip, zstd, and what is inside of them.
fn open_source(name: Arc<str>, bytes: Box<dyn Read + Send>) -> Result<Source, StreamError> {
    let (head, whole) = peek(&name, bytes)?;
    let bytes: Box<dyn Read + Send> = match head[..] {
        [0x1f, 0x8b, ..] => Box::new(MultiGzDecoder::new(BufReader::with_capacity(BLOCK, whole))),
        [0x28, 0xb5, 0x2f, 0xfd] => Box::new(zstd::Decoder::new(whole).map_err(|e| damaged(&name, e))?),
        _ => whole,
    };
    let bytes = open_text(&name, bytes)?;
    Ok(Source { name, bytes })
}

/// Looks at the first bytes of plain text: byte order marks.
fn open_text(name: &str, bytes: Box<dyn Read + Send>) -> Result<Box<dyn Read + Send>, StreamError> {
    let (head, mut whole) = peek(name, bytes)?;
    match head[..] {
        [0xef, 0xbb, 0xbf, ..] => {
            whole.read_exact(&mut [0; 3]).map_err(|e| damaged(name, e))?;
            Ok(whole)
        }
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Err(StreamError::Line {
            place: format!("{name}:1"),
            reason: "the input is UTF-16, not UTF-8; convert it with `iconv -f UTF-16 -t UTF-8`".into(),
        }),
        _ => Ok(whole),
    }
}

/// The first bytes, at most four, and an input that still has them.
fn peek(name: &str, mut bytes: Box<dyn Read + Send>) -> Result<(Vec<u8>, Box<dyn Read + Send>), StreamError> {
    let mut head = [0u8; 4];
    let mut n = 0;
    while n < head.len() {
        match read_some(&mut bytes, &mut head[n..]) {
            Ok(0) => break,
            Ok(k) => n += k,
            Err(e) => return Err(damaged(name, e)),
        }
        if head[0] == b'{' {
            break; // A plain line: do not wait for more of a slow producer.
        }
    }
    let head = head[..n].to_vec();
    Ok((head.clone(), Box::new(Cursor::new(head).chain(bytes))))
}

/// One read that is not broken off by a signal.
fn read_some(from: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match from.read(into) {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

fn damaged(name: &str, source: io::Error) -> StreamError {
    if source.kind() == io::ErrorKind::UnexpectedEof {
        return StreamError::Cut(format!("{name}: the compressed data ends too early: the file was cut short"));
    }
    StreamError::Read { name: name.to_owned(), source }
}
