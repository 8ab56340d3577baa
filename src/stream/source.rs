//! One input: opened, known by its first bytes, and uncompressed on its way.

use super::elsewhere::Unreadable;
use super::error::StreamError;
use super::form::{self, Form};
use super::reader::{BLOCK, BOM};
use super::standard;
use crate::tr;
use flate2::bufread::MultiGzDecoder;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// One opened input.
pub struct Source {
    /// What it is called in messages.
    pub name: Arc<str>,
    /// A program writes it: it is no file.
    pub written: bool,
    /// What it holds, uncompressed.
    pub bytes: Box<dyn Read + Send>,
}

/// Something to read by its path.
#[derive(Clone, Debug)]
pub struct InputFile {
    /// Where it is; `-` is standard input.
    pub path: PathBuf,
    /// What it is called in messages.
    pub name: Arc<str>,
    /// It is a copy of what a program has written.
    pub written: bool,
}

impl InputFile {
    /// A file, or standard input, under the name that the user gave.
    pub fn of(path: &Path) -> Self {
        let name = if path.as_os_str() == "-" { "stdin".to_owned() } else { path.display().to_string() };
        Self { path: path.to_owned(), name: name.into(), written: false }
    }
}

/// A file that counts what is read of it.
struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(into)?;
        self.read.fetch_add(n as u64, Relaxed);
        Ok(n)
    }
}

/// Opens a file, or standard input. `read` counts what is read of it.
///
/// # Errors
/// It cannot be read, or is nothing that lines are read from.
pub fn open_path(input: &InputFile, read: &Arc<AtomicU64>) -> Result<Source, StreamError> {
    let InputFile { path, name, written } = input;
    let unreadable = |source| StreamError::Read { name: name.to_string(), source };
    let is_stdin = path.as_os_str() == "-";
    let file = if is_stdin { standard::input()? } else { File::open(path).map_err(unreadable)? };
    let metadata = file.metadata().map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(StreamError::Form { place: name.to_string(), form: Form::Folder });
    }
    let written = *written || is_stdin || !metadata.is_file();
    open_source(name.clone(), written, Box::new(Counted { file, read: read.clone() }))
}

/// Looks at the first bytes: gzip, zstd, and what is inside of them.
///
/// # Errors
/// As [`open_path`].
pub fn open_source(name: Arc<str>, written: bool, bytes: Box<dyn Read + Send>) -> Result<Source, StreamError> {
    let (head, whole) = peek(&name, bytes)?;
    let (gzip, zstd) = (form::is_gzip(&head), form::is_zstd(&head));
    let whole: Box<dyn Read + Send> = if gzip {
        Box::new(MultiGzDecoder::new(BufReader::with_capacity(BLOCK, whole)))
    } else if zstd {
        Box::new(zstd::Decoder::new(whole).map_err(|e| damaged(&name, e))?)
    } else {
        whole
    };
    // Compressed data is looked into: a mark there is of what was compressed.
    let (head, mut whole) = if gzip || zstd { peek(&name, whole)? } else { (head, whole) };
    let form = match head[..] {
        _ if (gzip || zstd) && (form::is_gzip(&head) || form::is_zstd(&head) || form::packer(&head).is_some()) => {
            Some(Form::PackedTwice)
        }
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some(Form::Encoded("UTF-32")),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some(Form::Encoded("UTF-16")),
        _ => form::packer(&head).map(Form::Packed),
    };
    if let Some(form) = form {
        return Err(StreamError::Form { place: name.to_string(), form });
    }
    let mut first = &head[..];
    if let Some(rest) = first.strip_prefix(BOM) {
        whole.read_exact(&mut [0; BOM.len()]).map_err(|e| damaged(&name, e))?;
        first = rest;
    }
    if form::is_over_lines(first) {
        // No line of JSON: what it is shows in the lines that follow.
        let mut start = Vec::new();
        whole.take(BLOCK as u64).read_to_end(&mut start).map_err(|e| damaged(&name, e))?;
        let form = form::of_line(&start[..1], &start, true).unwrap_or(Form::Pretty);
        return Err(StreamError::Form { place: name.to_string(), form });
    }
    Ok(Source { name, written, bytes: whole })
}

/// The first bytes, as many as tell what they are, and an input that still has them.
fn peek(name: &str, mut bytes: Box<dyn Read + Send>) -> Result<(Vec<u8>, Box<dyn Read + Send>), StreamError> {
    let mut head = [0u8; form::HEAD];
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
///
/// # Errors
/// Those of the input.
pub fn read_some(from: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match from.read(into) {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

/// An input that cannot be read on.
pub fn damaged(name: &str, source: io::Error) -> StreamError {
    let source = match source.downcast::<Unreadable>() {
        Ok(unreadable) => return unreadable.into(),
        Err(source) => source,
    };
    // The library has no other sign for it than its words.
    if source.to_string().contains("requires too much memory") {
        return StreamError::Form { place: name.to_owned(), form: Form::WideWindow };
    }
    if source.kind() == io::ErrorKind::UnexpectedEof {
        return StreamError::Cut(tr!("compressed-cut", name));
    }
    StreamError::Read { name: name.to_owned(), source }
}
