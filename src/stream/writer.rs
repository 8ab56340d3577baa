//! Lines out: buffered, flushed when the caller is idle, finished with a check. Dropping a [`Writer`] writes nothing more.

use super::error::StreamError;
use super::standard;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

/// Whether standard output has been given to a writer.
static STDOUT_OPEN: AtomicBool = AtomicBool::new(false);

/// Bytes gathered before a write when nobody is waiting.
const BUFFER: usize = 256 * 1024;

/// A buffered output to standard output or a file.
pub struct Writer {
    name: String,
    is_stdout: bool,
    out: Box<dyn Write + Send>,
    buffer: Vec<u8>,
}

impl Writer {
    /// Standard output. A closed reader becomes [`StreamError::Closed`].
    ///
    /// # Errors
    /// [`StreamError::NoStdout`] when standard output is closed.
    pub fn stdout() -> Result<Self, StreamError> {
        STDOUT_OPEN.store(true, Relaxed);
        Ok(Self::over("stdout", true, Box::new(standard::output()?)))
    }

    /// Whether standard output was opened by [`Writer::stdout`] at any time.
    pub fn is_stdout_open() -> bool {
        STDOUT_OPEN.load(Relaxed)
    }

    /// A file, created or emptied.
    ///
    /// # Errors
    /// [`StreamError::Write`] when it cannot be created.
    pub fn file(path: &Path) -> Result<Self, StreamError> {
        let name = path.display().to_string();
        match File::create(path) {
            Ok(f) => Ok(Self::over(&name, false, Box::new(f))),
            Err(source) => Err(StreamError::Write { name, source }),
        }
    }

    /// A file whose first `at` bytes stay; the rest is cut off, and writing continues there.
    ///
    /// # Errors
    /// [`StreamError::Write`] when it cannot be opened or cut.
    pub fn append(path: &Path, at: u64) -> Result<Self, StreamError> {
        let name = path.display().to_string();
        let open = || -> io::Result<File> {
            let mut file = File::options().write(true).create(true).truncate(false).open(path)?;
            file.set_len(at)?;
            file.seek(SeekFrom::End(0))?;
            Ok(file)
        };
        match open() {
            Ok(f) => Ok(Self::over(&name, false, Box::new(f))),
            Err(source) => Err(StreamError::Write { name, source }),
        }
    }

    /// Any writer, for tests and for library users.
    pub fn to(out: Box<dyn Write + Send>) -> Self {
        Self::over("output", false, out)
    }

    fn over(name: &str, is_stdout: bool, out: Box<dyn Write + Send>) -> Self {
        Self { name: name.to_owned(), is_stdout, out, buffer: Vec::with_capacity(BUFFER) }
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
        self.flush()
    }

    fn failed(&self, source: io::Error) -> StreamError {
        if self.is_stdout && source.kind() == io::ErrorKind::BrokenPipe {
            StreamError::Closed
        } else {
            StreamError::Write { name: self.name.clone(), source }
        }
    }
}
