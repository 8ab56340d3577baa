//! A zip archive, byte for byte the same for the same files. Text is compressed; media are stored, since they are compressed
//! already. Sizes and counts beyond the old format's are written as zip64.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime};

/// Endings of files that do not get smaller.
const COMPRESSED: &[&str] = &[
    "7z", "aac", "avi", "avif", "bz2", "flac", "gif", "gz", "heic", "jpeg", "jpg", "jxl", "m4a", "mkv", "mov", "mp3",
    "mp4", "npz", "ogg", "parquet", "png", "webm", "webp", "xz", "zip", "zst",
];
/// From this size on a file needs zip64; its compressed form may be a little larger than it.
const LARGE: u64 = u32::MAX as u64 - 16 * 1024 * 1024;

/// An archive under way. It is whole after [`finish`](ZipWriter::finish) only.
pub struct ZipWriter {
    out: Option<zip::ZipWriter<Ending>>,
    over: Arc<AtomicBool>,
}

/// The file, until the archive is given up: the zip library completes an archive that is dropped, and complains on standard
/// error when it cannot.
struct Ending {
    file: BufWriter<File>,
    over: Arc<AtomicBool>,
    at: u64,
    end: u64,
}

impl ZipWriter {
    /// An archive without files.
    pub fn new(file: File) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let file = Ending { file: BufWriter::with_capacity(256 * 1024, file), over: over.clone(), at: 0, end: 0 };
        Self { out: Some(zip::ZipWriter::new(file)), over }
    }

    /// Adds a file of this size.
    ///
    /// # Errors
    /// When the content cannot be read, or the archive cannot be written.
    pub fn add(&mut self, path: &str, size: u64, content: &mut dyn Read) -> io::Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(method(path))
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644)
            .large_file(size >= LARGE);
        let out = self.out.as_mut().ok_or_else(|| io::Error::other("the archive is complete"))?;
        out.start_file(path, options)?;
        io::copy(content, out).map(drop)
    }

    /// Writes the list of files.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> io::Result<File> {
        let out = self.out.take().ok_or_else(|| io::Error::other("the archive is complete"))?;
        Ok(out.finish()?.file.into_inner()?)
    }
}

impl Drop for ZipWriter {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

impl Write for Ending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = if self.over.load(Ordering::Relaxed) { bytes.len() } else { self.file.write(bytes)? };
        self.at += n as u64;
        self.end = self.end.max(self.at);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.over.load(Ordering::Relaxed) { Ok(()) } else { self.file.flush() }
    }
}

impl Seek for Ending {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let moved = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.end.checked_add_signed(by),
        };
        let at = moved.ok_or(io::ErrorKind::InvalidInput)?;
        if at != self.at && !self.over.load(Ordering::Relaxed) {
            self.file.seek(SeekFrom::Start(at))?;
        }
        self.at = at;
        Ok(at)
    }
}

fn method(path: &str) -> CompressionMethod {
    let ending = path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map(|(_, e)| e.to_ascii_lowercase());
    match ending {
        Some(e) if COMPRESSED.contains(&e.as_str()) => CompressionMethod::Stored,
        _ => CompressionMethod::Deflated,
    }
}
