//! Lines out: buffered, flushed when the caller is idle, finished with a check. Dropping a [`Writer`] writes nothing more.
//!
//! A file appears when it is whole ([`super::whole_file`]); one whose name ends in `.gz` or `.zst` is compressed.

use super::error::StreamError;
use super::standard;
use super::whole_file::{Place, PlaceError, WholeFile};
use flate2::write::GzEncoder;
use std::fs::{File, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

/// Whether standard output has been given to a writer.
static STDOUT_OPEN: AtomicBool = AtomicBool::new(false);

/// Bytes gathered before a write when nobody is waiting.
const BUFFER: usize = 256 * 1024;

/// Where bytes go, and what there is to do when all have come.
trait Output: Write + Send {
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// A pipe, a device, or whatever else needs no more than its bytes.
struct Plain<W>(W);

impl<W: Write> Write for Plain<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl<W: Write + Send> Output for Plain<W> {
    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.0.flush()
    }
}

impl Output for WholeFile {
    fn finish(self: Box<Self>) -> io::Result<()> {
        WholeFile::finish(*self)
    }
}

impl Output for Box<dyn Output> {
    fn finish(self: Box<Self>) -> io::Result<()> {
        (*self).finish()
    }
}

impl<W: Output> Output for GzEncoder<W> {
    fn finish(self: Box<Self>) -> io::Result<()> {
        Box::new(GzEncoder::finish(*self)?).finish()
    }
}

impl<W: Output> Output for zstd::Encoder<'static, W> {
    fn finish(self: Box<Self>) -> io::Result<()> {
        Box::new(zstd::Encoder::finish(*self)?).finish()
    }
}

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip.
    Gzip,
    /// zstd.
    Zstd,
}

impl Compression {
    /// What the end of a name asks for, in capitals or small letters.
    ///
    /// # Errors
    /// [`PlaceError::Compression`] for one that we do not write.
    pub fn of(path: &Path) -> Result<Self, PlaceError> {
        let end = path.extension().map(|end| end.to_string_lossy().to_lowercase()).unwrap_or_default();
        match end.as_str() {
            "gz" | "gzip" => Ok(Self::Gzip),
            "zst" | "zstd" => Ok(Self::Zstd),
            "bz2" | "xz" | "lzma" | "lz4" | "br" | "zip" | "7z" | "rar" | "tar" | "tgz" => {
                Err(PlaceError::Compression(end))
            }
            _ => Ok(Self::None),
        }
    }

    fn wrap(self, out: Box<dyn Output>) -> io::Result<Box<dyn Output>> {
        Ok(match self {
            Self::None => out,
            Self::Gzip => Box::new(GzEncoder::new(out, flate2::Compression::default())),
            Self::Zstd => Box::new(zstd::Encoder::new(out, zstd::DEFAULT_COMPRESSION_LEVEL)?),
        })
    }
}

/// A buffered output to standard output or a file.
pub struct Writer {
    name: String,
    is_stdout: bool,
    /// A file that stays as it was when this fails.
    replaces: bool,
    out: Box<dyn Output>,
    buffer: Vec<u8>,
}

impl Writer {
    /// Standard output. A closed reader becomes [`StreamError::Closed`].
    ///
    /// # Errors
    /// [`StreamError::NoStdout`] when standard output is closed.
    pub fn stdout() -> Result<Self, StreamError> {
        STDOUT_OPEN.store(true, Relaxed);
        Ok(Self::over("stdout", true, Box::new(Plain(standard::output()?))))
    }

    /// Whether standard output was opened by [`Writer::stdout`] at any time.
    pub fn is_stdout_open() -> bool {
        STDOUT_OPEN.load(Relaxed)
    }

    /// A file, which appears, in place of one of that name, when [`Writer::finish`] succeeds; or a pipe or device to write into.
    ///
    /// # Errors
    /// [`StreamError::Place`] when nothing can be written there.
    pub fn file(path: &Path) -> Result<Self, StreamError> {
        let name = path.display().to_string();
        let open = || -> Result<Self, PlaceError> {
            let compression = Compression::of(path)?;
            let (replaces, out): (_, Box<dyn Output>) = match Place::of(path)? {
                Place::File(file) => (true, Box::new(WholeFile::create(file)?)),
                Place::Stream => (false, Box::new(Plain(File::options().write(true).open(path)?))),
            };
            Ok(Self { replaces, ..Self::over(&name, false, compression.wrap(out)?) })
        };
        open().map_err(|reason| StreamError::Place { name: name.clone(), reason })
    }

    /// As [`Writer::file`], without compression. What a run that fails has written is kept beside the file, for [`Writer::resume`].
    ///
    /// # Errors
    /// [`StreamError::Place`].
    pub fn resumable(path: &Path) -> Result<Self, StreamError> {
        match Place::of(path) {
            Ok(Place::File(_)) => Self::resume(path, 0),
            _ => Self::file(path),
        }
    }

    /// The first `at` bytes of what an earlier run left beside the file, and more.
    ///
    /// # Errors
    /// [`StreamError::Place`].
    pub fn resume(path: &Path, at: u64) -> Result<Self, StreamError> {
        let name = path.display().to_string();
        match Place::file(path).and_then(|file| WholeFile::resume(file, at)) {
            Ok(file) => Ok(Self { replaces: true, ..Self::over(&name, false, Box::new(file)) }),
            Err(reason) => Err(StreamError::Place { name, reason }),
        }
    }

    /// A file that is there and not whole. Its first `at` bytes stay; the rest is cut off, and writing continues there.
    ///
    /// # Errors
    /// [`StreamError::Place`] when it cannot be opened or cut.
    pub fn append(path: &Path, at: u64) -> Result<Self, StreamError> {
        let name = path.display().to_string();
        let open = || -> Result<File, PlaceError> {
            let mut file = File::options().write(true).open(Place::file(path)?)?;
            if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
                return Err(PlaceError::Busy);
            }
            file.set_len(at)?;
            file.seek(SeekFrom::End(0))?;
            Ok(file)
        };
        match open() {
            Ok(f) => Ok(Self::over(&name, false, Box::new(Plain(f)))),
            Err(reason) => Err(StreamError::Place { name, reason }),
        }
    }

    /// Any writer, for tests and for library users.
    pub fn to(out: Box<dyn Write + Send>) -> Self {
        Self::over("output", false, Box::new(Plain(out)))
    }

    fn over(name: &str, is_stdout: bool, out: Box<dyn Output>) -> Self {
        Self { name: name.to_owned(), is_stdout, replaces: false, out, buffer: Vec::with_capacity(BUFFER) }
    }

    /// Adds bytes, newline included.
    ///
    /// # Errors
    /// [`StreamError::Write`] or [`StreamError::Closed`] when the buffer had to be written and could not be.
    pub fn put(&mut self, bytes: &[u8]) -> Result<(), StreamError> {
        if self.buffer.len() + bytes.len() > BUFFER {
            self.flush()?;
            if bytes.len() >= BUFFER {
                return self.out.write_all(bytes).map_err(|e| self.failed(e));
            }
        }
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    /// Adds one line and its newline.
    ///
    /// # Errors
    /// As [`Writer::put`].
    pub fn line(&mut self, line: &[u8]) -> Result<(), StreamError> {
        self.put(line)?;
        self.put(b"\n")
    }

    /// Writes the buffer out. Call it whenever there is nothing else to do, so that readers get lines without delay.
    ///
    /// # Errors
    /// As [`Writer::put`].
    pub fn flush(&mut self) -> Result<(), StreamError> {
        if !self.buffer.is_empty() {
            let done = self.out.write_all(&self.buffer);
            self.buffer.clear();
            done.map_err(|e| self.failed(e))?;
        }
        self.out.flush().map_err(|e| self.failed(e))
    }

    /// Writes the rest. Only after this has returned `Ok` is the output complete.
    ///
    /// # Errors
    /// As [`Writer::put`].
    pub fn finish(mut self) -> Result<(), StreamError> {
        self.flush()?;
        let Self { name, is_stdout, replaces, out, .. } = self;
        out.finish().map_err(|source| failed(&name, is_stdout, replaces, source))
    }

    fn failed(&self, source: io::Error) -> StreamError {
        failed(&self.name, self.is_stdout, self.replaces, source)
    }
}

fn failed(name: &str, is_stdout: bool, replaces: bool, source: io::Error) -> StreamError {
    let name = name.to_owned();
    match source.kind() {
        io::ErrorKind::BrokenPipe if is_stdout => StreamError::Closed,
        _ if replaces => StreamError::Place { name, reason: PlaceError::Io(source) },
        _ => StreamError::Write { name: name.into(), source },
    }
}
