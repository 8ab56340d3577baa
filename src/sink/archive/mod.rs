//! One archive: a file, which grows in a staging folder next to its place and takes its name by one rename; or a tar on standard
//! output, which cannot be taken back.
//!
//! Files stand in it in input order, whatever the concurrency, so the same lines give the same bytes. Folders are not listed:
//! every program makes them.
//!
//! On standard output a failed run ends the tar with a file that is announced and does not come: every reader takes that for a
//! cut archive, while a tar that merely stops between two files is whole to some.

pub mod buffered;
pub mod buffered_file;
pub mod format;
pub mod in_order;
pub mod reader;
pub mod shards;
pub mod stdout;
pub mod tar_writer;
pub mod zip_writer;

use super::dataset::caches::Caches;
use super::dataset::foreign::{Foreign, Standing, standing};
use super::dataset::manifest;
use super::destination::{Destination, Existing, Output};
use super::error::{SinkError, Unsupported};
use super::local;
use super::local::staging;
use super::local::staging::Staging;
use crate::path::RelPath;
use crate::stream::StreamError;
use crate::stream::standard;
use crate::tr;
use buffered::Buffered;
use buffered_file::BufferedFile;
use format::{ArchiveFormat, ArchiveWriter};
use in_order::{FinishedFile, InOrder, Sequence};
use reader::ArchiveReader;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use stdout::Stdout;
use tar_writer::TarWriter;

/// Name of the file that ends a tar on standard output when the run fails.
const BROKEN_OFF: &str = "INCOMPLETE";
/// Standard output, for messages.
const STDOUT: &str = "a tar on standard output";

/// The destination `NAME.tar`, `.tar.gz`, `.tgz`, `.tar.zst`, `.zip` or `-`.
pub struct Archive {
    output: ArchiveOutput,
    scratch: PathBuf,
    files: Arc<InOrder<OrderedArchive>>,
    stop: Arc<AtomicBool>,
    /// The name that it was published under, which may have a number.
    got: OnceLock<PathBuf>,
    /// Caches of other programs in the archive that is replaced.
    caches: Caches,
}

enum ArchiveOutput {
    File { dest: PathBuf, existing: Existing, staging: Staging, growing: PathBuf },
    Stdout { folder: tempfile::TempDir },
}

/// The archive as a [`Sequence`] of files in input order.
struct OrderedArchive {
    name: String,
    /// `None`: completed or given up.
    pack: Option<ArchiveWriter>,
    broken: bool,
}

impl Archive {
    /// An archive file.
    ///
    /// # Errors
    /// [`SinkError::Exists`], [`SinkError::Usage`] when `dest` cannot be replaced, [`SinkError::Write`].
    pub fn file(dest: &Path, format: ArchiveFormat, existing: Existing) -> Result<Self, SinkError> {
        let caches = check(dest, format, existing)?;
        let staging = Staging::new(dest, false, false)?;
        let (growing, scratch) = (staging.path().join("archive"), staging.path().join("scratch"));
        let pack = fs::create_dir(&scratch).and_then(|()| ArchiveWriter::new(format, File::create_new(&growing)?));
        let name = dest.display().to_string();
        let pack = pack.map_err(|e| {
            staging.remove();
            SinkError::write(name.clone(), e)
        })?;
        let output = ArchiveOutput::File { dest: dest.to_owned(), existing, staging, growing };
        Ok(Self { caches, ..Self::new(output, name, pack, scratch, Arc::default()) })
    }

    /// A tar on standard output. What waits for its turn waits in the system's folder for temporary files.
    ///
    /// # Errors
    /// [`SinkError::Usage`] when it would go to a terminal, [`SinkError::Write`].
    pub fn stdout() -> Result<Self, SinkError> {
        if io::stdout().is_terminal() {
            return Err(SinkError::usage(tr!("dest-tar-terminal")));
        }
        let temp = std::env::temp_dir();
        let folder = tempfile::Builder::new().prefix("syn-sink-").tempdir_in(&temp);
        let folder = folder.map_err(|e| SinkError::write(temp.display().to_string(), e))?;
        let stop = Arc::new(AtomicBool::new(false));
        let out = Stdout::open(standard::output()?, stop.clone()).map_err(|e| SinkError::write(STDOUT, e))?;
        let scratch = folder.path().to_owned();
        Ok(Self::new(
            ArchiveOutput::Stdout { folder },
            STDOUT.to_owned(),
            ArchiveWriter::Pipe(TarWriter::new(out)),
            scratch,
            stop,
        ))
    }

    fn new(output: ArchiveOutput, name: String, pack: ArchiveWriter, scratch: PathBuf, stop: Arc<AtomicBool>) -> Self {
        let packing = OrderedArchive { name, pack: Some(pack), broken: false };
        let files = Arc::new(InOrder::new(packing, &scratch));
        Self { output, scratch, files, stop, got: OnceLock::new(), caches: Caches::default() }
    }

    fn enter(&self, order: u64, path: &RelPath, content: io::Result<Buffered>) -> Result<(), SinkError> {
        let content = content.map_err(|e| SinkError::write(path.as_str(), e))?;
        self.files.enter(order, FinishedFile { path: path.clone(), item: None, content })
    }
}

impl Destination for Archive {
    fn start(&self, order: u64, path: &RelPath) -> Result<Box<dyn Output>, SinkError> {
        Ok(Box::new(BufferedFile::new(self.files.clone(), order, path, None)))
    }

    fn put(&self, order: u64, path: &RelPath, content: &[u8]) -> Result<(), SinkError> {
        self.enter(order, path, Buffered::of(content, self.files.memory(), &self.scratch))
    }

    fn adopt(&self, order: u64, path: &RelPath, scratch: &Path) -> Result<(), SinkError> {
        self.enter(order, path, Buffered::file(scratch))
    }

    fn skip(&self, order: u64) -> Result<(), SinkError> {
        self.files.skip(order)
    }

    fn scratch(&self) -> &Path {
        &self.scratch
    }

    fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
        self.files.stop();
    }

    fn publish(&self, order: u64, manifest: &Path) -> Result<(), SinkError> {
        let path = RelPath::new(manifest::PATH).map_err(|_| SinkError::Internal("the manifest's path is refused"))?;
        self.adopt(order, &path, manifest)?;
        self.files.sequence().finish()?;
        match &self.output {
            ArchiveOutput::Stdout { .. } => Ok(()),
            ArchiveOutput::File { dest, existing, staging, growing } => {
                let fail = |e| SinkError::write(dest.display().to_string(), e);
                let moved = match existing {
                    Existing::Replaced => fs::rename(growing, dest).map(|()| dest.clone()),
                    other => staging::rename_to_free(growing, dest, *other == Existing::Numbered, ending(dest)),
                };
                let got = moved.map_err(|e| match e.kind() {
                    io::ErrorKind::AlreadyExists => SinkError::Exists { dest: self.name() },
                    _ => fail(e),
                })?;
                self.got.get_or_init(|| got);
                File::open(staging::parent_of(dest)).and_then(|f| f.sync_all()).map_err(fail)?;
                staging.remove();
                Ok(())
            }
        }
    }

    fn discard(&self) {
        self.files.sequence().give_up();
        match &self.output {
            ArchiveOutput::File { staging, .. } => staging.remove(),
            // Again with the destination; by then a signal may have ended the process.
            ArchiveOutput::Stdout { folder } => drop(fs::remove_dir_all(folder.path())),
        }
    }

    fn caches(&self) -> Option<&Caches> {
        Some(&self.caches)
    }

    fn replaces(&self, file: &Path) -> bool {
        match &self.output {
            ArchiveOutput::File { dest, .. } => local::holds(dest, file),
            ArchiveOutput::Stdout { .. } => false,
        }
    }

    fn name(&self) -> String {
        match &self.output {
            ArchiveOutput::File { dest, .. } => self.got.get().unwrap_or(dest).display().to_string(),
            ArchiveOutput::Stdout { .. } => STDOUT.to_owned(),
        }
    }
}

impl OrderedArchive {
    fn fail(&mut self, e: io::Error) -> SinkError {
        self.broken = true;
        if self.name == STDOUT && e.kind() == io::ErrorKind::BrokenPipe {
            return SinkError::Stream(StreamError::Closed);
        }
        SinkError::write(self.name.clone(), e)
    }

    fn finish(&mut self) -> Result<(), SinkError> {
        let pack = self.pack.take().ok_or(SinkError::Internal("the archive was completed before"))?;
        pack.finish().map_err(|e| self.fail(e))
    }

    fn give_up(&mut self) {
        // A tar that broke inside a file is cut as it is.
        if let (Some(ArchiveWriter::Pipe(tar)), false) = (self.pack.take(), self.broken) {
            // The failure that led here is the one to tell.
            let _ = tar.break_off(BROKEN_OFF).and_then(Stdout::finish);
        }
    }
}

impl Sequence for OrderedArchive {
    fn add(&mut self, entry: FinishedFile) -> Result<(), SinkError> {
        let pack = self.pack.as_mut().ok_or(SinkError::Internal("a file came after the end of the archive"))?;
        let content = &entry.content;
        let added = content.reader().and_then(|mut from| pack.add(entry.path.as_str(), content.bytes(), &mut from));
        added.map_err(|e| self.fail(e))
    }
}

/// The ending of an archive's name, which says its format.
fn ending(dest: &Path) -> &str {
    let name = dest.file_name().and_then(OsStr::to_str).unwrap_or_default();
    ArchiveFormat::of(name).map_or("", |(stem, _)| &name[stem.len()..])
}

/// Checks that an archive may be published under this name.
///
/// # Errors
/// [`SinkError::Exists`], [`SinkError::Foreign`], [`SinkError::Unsupported`].
pub fn check(dest: &Path, format: ArchiveFormat, existing: Existing) -> Result<Caches, SinkError> {
    let Ok(meta) = dest.symlink_metadata() else { return Ok(Caches::default()) };
    if existing == Existing::Numbered {
        return Ok(Caches::default());
    }
    let shown = dest.display().to_string();
    let there = match (meta.is_file(), existing) {
        (false, Existing::Replaced) => return Err(SinkError::unsupported(shown, Unsupported::ReplaceNonFile)),
        (false, _) => Standing::Foreign(Foreign::NotFile),
        (true, _) => match standing(&ArchiveReader::new(dest, format), |_| Ok(false)) {
            Ok(Standing::Empty) => Standing::Foreign(Foreign::NotArchive),
            Ok(Standing::Foreign(Foreign::Files { dataset: false, .. })) => Standing::Foreign(Foreign::NotArchive),
            // It is no archive, or not whole.
            Err(SinkError::Read { source, .. }) if source.kind() != io::ErrorKind::PermissionDenied => {
                Standing::Foreign(Foreign::NotArchive)
            }
            other => other?,
        },
    };
    match there {
        Standing::Foreign(foreign) => Err(SinkError::Foreign { dest: shown, foreign }),
        _ if existing == Existing::Refused => Err(SinkError::Exists { dest: shown }),
        Standing::Dataset(caches) => Ok(caches),
        Standing::Empty => Ok(Caches::default()),
    }
}
