//! Inputs that are read more than once: files as they are, anything else by a copy in a temporary file.

use crate::stream::reader::InputFile;
use crate::stream::{Kind, Reader, StreamError, standard};
use crate::tr;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// What tells one state of a file from another: device, number, bytes, time of change (s and ns).
type Stamp = (u64, u64, u64, i64, i64);

/// How inputs are read.
#[derive(Clone, Copy, Debug)]
pub struct Framed {
    /// What the lines are.
    pub kind: Kind,
    /// The user vouches for lines without frames ([`Reader::framed`]).
    pub vouched: bool,
    /// The longest line accepted, bytes.
    pub line_cap: usize,
}

/// Inputs of one run.
#[derive(Debug)]
pub struct Inputs {
    files: Vec<InputFile>,
    stamps: Vec<Option<Stamp>>,
    /// Kept until the end of the run.
    _copies: Vec<Copy>,
}

impl Inputs {
    /// Copies what can be read once only. `paths` are read in turn; `-`, or none at all, is standard input.
    ///
    /// # Errors
    /// [`StreamError`] when one cannot be read or copied.
    pub fn open(paths: &[PathBuf]) -> Result<Self, StreamError> {
        let stdin = [PathBuf::from("-")];
        let paths = if paths.is_empty() { &stdin } else { paths };
        let mut all = Self { files: Vec::new(), stamps: Vec::new(), _copies: Vec::new() };
        for path in paths {
            let is_stdin = path.as_os_str() == "-";
            let mut input = InputFile::of(path);
            // What is missing, or a folder, is for the reader to refuse.
            if !is_stdin && path.metadata().map_or(true, |m| m.is_file() || m.is_dir()) {
                all.files.push(input);
                continue;
            }
            let from = if is_stdin { Path::new("/dev/stdin") } else { path.as_path() };
            let copy = copy(from, &input.name)?;
            input = InputFile { path: copy.path(), written: true, ..input };
            all.files.push(input);
            all._copies.push(copy);
        }
        all.stamps = all.files.iter().map(|input| stamp(&input.path)).collect();
        Ok(all)
    }

    /// Reads all of them, from the beginning.
    pub fn reader(&self, framed: Framed) -> Reader {
        let Framed { kind, vouched, line_cap } = framed;
        Reader::open_files(self.files.clone(), line_cap).framed(kind, vouched)
    }

    /// Their size together.
    pub fn bytes(&self) -> u64 {
        self.stamps.iter().flatten().map(|stamp| stamp.2).sum()
    }

    /// Makes sure that a second reading had the lines of the first.
    ///
    /// # Errors
    /// [`StreamError::Cut`] for a file that was written to meanwhile.
    pub fn check(&self) -> Result<(), StreamError> {
        match self.files.iter().zip(&self.stamps).find(|(input, before)| stamp(&input.path) != **before) {
            Some((InputFile { name, .. }, _)) => Err(StreamError::Cut(tr!("input-changed", name))),
            None => Ok(()),
        }
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    path.metadata().ok().map(|m| (m.dev(), m.ino(), m.len(), m.mtime(), m.mtime_nsec()))
}

/// The bytes of a pipe in a temporary file.
#[derive(Debug)]
enum Copy {
    /// Without a name, so that nothing stays behind however the run ends.
    Nameless(File),
    /// On systems where a file cannot be opened again without one.
    Named(NamedTempFile),
}

/// Where the system has the files that a process has opened.
const OPENED: &str = "/proc/self/fd";

impl Copy {
    fn new() -> std::io::Result<Self> {
        match Path::new(OPENED).is_dir() {
            true => tempfile::tempfile().map(Self::Nameless),
            false => NamedTempFile::new().map(Self::Named),
        }
    }

    /// Where it can be opened again.
    fn path(&self) -> PathBuf {
        match self {
            Self::Nameless(file) => Path::new(OPENED).join(file.as_raw_fd().to_string()),
            Self::Named(file) => file.path().to_owned(),
        }
    }

    fn file(&mut self) -> &mut File {
        match self {
            Self::Nameless(file) => file,
            Self::Named(file) => file.as_file_mut(),
        }
    }
}

/// Copies a pipe.
fn copy(from: &Path, name: &str) -> Result<Copy, StreamError> {
    let read = |source| StreamError::Read { name: name.to_owned(), source };
    let folder = std::env::temp_dir();
    let write = |source| StreamError::Write { name: tr!("copy-in", name, folder = folder.display()), source };
    let mut input: Box<dyn Read> = match name {
        "stdin" => Box::new(standard::input()?),
        _ => Box::new(File::open(from).map_err(read)?),
    };
    let mut copy = Copy::new().map_err(write)?;
    let mut block = vec![0; 1 << 18];
    loop {
        match input.read(&mut block) {
            Ok(0) => break,
            Ok(n) => copy.file().write_all(&block[..n]).map_err(write)?,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(read(e)),
        }
    }
    Ok(copy)
}
