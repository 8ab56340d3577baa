//! A local folder: written into a staging folder next to it, synced, published by one rename.

pub mod resume;
pub mod staging;

use super::dataset::digest::Digest;
use super::dataset::manifest;
use super::destination::{Destination, Existing, LocalFiles, Output};
use super::error::{SinkError, Unsupported};
use crate::path::RelPath;
use crate::sink::dataset::resume_log::{ResumeLog, Segments};
use resume::{LogFile, Resumable};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use staging::{Staging, TREE};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The destination `NAME/`: grows in `.NAME.partial-RANDOM/tree`.
#[derive(Debug)]
pub struct Local {
    dest: PathBuf,
    existing: Existing,
    /// The name that it was published under, which may have a number.
    got: OnceLock<PathBuf>,
    staging: Staging,
    tree: PathBuf,
    scratch: PathBuf,
    log: ResumeLog<LogFile>,
    resumable: Resumable,
    keep: bool,
}

impl Local {
    /// Makes the staging folder for `dest`. `resume`: files that earlier runs have finished are taken over; `keep`: finished files stay
    /// when this run fails.
    ///
    /// # Errors
    /// [`SinkError::Exists`], [`SinkError::Usage`] when `dest` cannot be replaced safely, [`SinkError::Write`].
    pub fn new(dest: &Path, existing: Existing, resume: bool, keep: bool) -> Result<Self, SinkError> {
        // Without the trailing slash, which would make the system follow a link.
        let dest: PathBuf = dest.components().collect();
        check(&dest, existing)?;
        let staging = Staging::new(&dest, resume)?;
        let tree = staging.path().join(TREE);
        let scratch = staging.path().join("scratch");
        for folder in [&tree, &scratch] {
            fs::create_dir(folder).map_err(|e| {
                staging.remove();
                SinkError::write(folder.display().to_string(), e)
            })?;
        }
        let log = resume::start_log(staging.path()).map_err(|e| {
            staging.remove();
            SinkError::write(staging.path().display().to_string(), e)
        })?;
        let resumable = Resumable::of(&staging)?;
        Ok(Self { dest, existing, got: OnceLock::new(), staging, tree, scratch, log, resumable, keep })
    }

    fn fail(&self, path: &str, e: io::Error) -> SinkError {
        SinkError::write(self.dest.join(path).display().to_string(), e)
    }

    fn create(&self, path: &RelPath) -> Result<(File, PathBuf), SinkError> {
        let full = self.tree.join(path.as_str());
        // `create_new` neither follows a link nor opens what is already there.
        match OpenOptions::new().write(true).create_new(true).open(&full) {
            Ok(file) => Ok((file, full)),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists && !self.resumable.is_empty() => {
                // A file that was taken over from an earlier run, and has another content now: it is replaced.
                let again = fs::remove_file(&full).and_then(|()| File::create_new(&full));
                Ok((again.map_err(|e| self.fail(path.as_str(), e))?, full))
            }
            Err(e) => Err(self.fail(path.as_str(), e)),
        }
    }

    /// Puts the tree in the place of the old dataset.
    fn replace(&self) -> io::Result<()> {
        match renameat_with(CWD, &self.tree, CWD, &self.dest, RenameFlags::EXCHANGE) {
            // Now the staging folder holds the old dataset, and goes away with it.
            Ok(()) => Ok(()),
            Err(e) if staging::is_unsupported(e) => {
                // Stopped between the two: the next run, or `discard`, puts the old dataset back.
                fs::rename(&self.dest, self.staging.path().join(staging::OLD))?;
                fs::rename(&self.tree, &self.dest)
            }
            Err(e) => Err(e.into()),
        }
    }

    /// Gives the tree its name, if nobody took it in the meantime.
    fn take_name(&self) -> Result<(), SinkError> {
        let numbered = self.existing == Existing::Numbered;
        let got = staging::rename_to_free(&self.tree, &self.dest, numbered, "").map_err(|e| match e.kind() {
            io::ErrorKind::AlreadyExists => SinkError::Exists { dest: self.name() },
            _ => self.fail("", e),
        })?;
        self.got.get_or_init(|| got);
        Ok(())
    }
}

impl Destination for Local {
    fn folder(&self, path: &str) -> Result<(), SinkError> {
        fs::create_dir(self.tree.join(path)).map_err(|e| self.fail(path, e))
    }

    fn start(&self, _order: u64, path: &RelPath) -> Result<Box<dyn Output>, SinkError> {
        let (file, full) = self.create(path)?;
        Ok(Box::new(LocalFile { file, full, name: self.dest.join(path.as_str()), done: false }))
    }

    fn put(&self, _order: u64, path: &RelPath, content: &[u8]) -> Result<(), SinkError> {
        let (mut file, _) = self.create(path)?;
        file.write_all(content).map_err(|e| self.fail(path.as_str(), e))
    }

    fn link(&self, _order: u64, path: &RelPath, source: &Path, how: LocalFiles) -> Result<(), SinkError> {
        let full = self.tree.join(path.as_str());
        let linked = match how {
            LocalFiles::Symlink => std::os::unix::fs::symlink(source, &full),
            LocalFiles::Hardlink | LocalFiles::Copy => fs::hard_link(source, &full),
        };
        linked.map_err(|e| self.fail(path.as_str(), e))
    }

    fn adopt(&self, _order: u64, path: &RelPath, scratch: &Path) -> Result<(), SinkError> {
        fs::rename(scratch, self.tree.join(path.as_str())).map_err(|e| self.fail(path.as_str(), e))
    }

    fn held(&self, path: &RelPath) -> Option<Digest> {
        if self.resumable.is_empty() { None } else { self.resumable.take(path, &self.tree.join(path.as_str())) }
    }

    fn record(&self, path: &RelPath, digest: &Digest) -> Result<(), SinkError> {
        self.log.record(path.as_str(), digest)
    }

    fn scratch(&self) -> &Path {
        &self.scratch
    }

    fn publish(&self, _order: u64, manifest: &Path) -> Result<(), SinkError> {
        fs::rename(manifest, self.tree.join(manifest::PATH)).map_err(|e| self.fail(manifest::PATH, e))?;
        // One call for the whole file system: syncing twenty thousand small files one by one takes minutes.
        sync_file_system(&self.tree).map_err(|e| self.fail("", e))?;
        if self.existing == Existing::Replaced && self.dest.symlink_metadata().is_ok() {
            self.replace().map_err(|e| self.fail("", e))?;
        } else {
            self.take_name()?;
        }
        let parent = staging::parent_of(&self.dest);
        File::open(&parent).and_then(|f| f.sync_all()).map_err(|e| self.fail("", e))?;
        self.staging.remove();
        Ok(())
    }

    fn discard(&self) {
        let flush = || self.log.take_pending().map_or(Ok(()), |(n, lines)| self.log.segments().write(n, lines));
        if self.keep && flush().is_ok() {
            return;
        }
        self.staging.remove();
    }

    fn name(&self) -> String {
        self.got.get().unwrap_or(&self.dest).display().to_string()
    }
}

/// A file in the staging folder.
struct LocalFile {
    file: File,
    full: PathBuf,
    /// Where it will be, for messages.
    name: PathBuf,
    done: bool,
}

impl LocalFile {
    fn fail(&self, e: io::Error) -> SinkError {
        SinkError::write(self.name.display().to_string(), e)
    }
}

impl Output for LocalFile {
    fn write(&mut self, bytes: &[u8]) -> Result<(), SinkError> {
        self.file.write_all(bytes).map_err(|e| self.fail(e))
    }

    fn restart(&mut self) -> Result<(), SinkError> {
        self.file.set_len(0).and_then(|()| self.file.rewind()).map_err(|e| self.fail(e))
    }

    fn finish(mut self: Box<Self>) -> Result<(), SinkError> {
        self.done = true;
        Ok(())
    }
}

impl Drop for LocalFile {
    fn drop(&mut self) {
        if !self.done {
            let _ = fs::remove_file(&self.full);
        }
    }
}

/// Checks that a dataset may be published under this name.
///
/// # Errors
/// [`SinkError::Exists`]; [`SinkError::Usage`] or [`SinkError::Unsupported`] when `dest` cannot be replaced safely.
pub fn check(dest: &Path, existing: Existing) -> Result<(), SinkError> {
    let shown = dest.display();
    if dest.file_name().is_none() {
        return Err(SinkError::usage(format!(
            "{shown:?} cannot be a destination: name a folder that does not exist yet"
        )));
    }
    let Ok(meta) = dest.symlink_metadata() else { return Ok(()) };
    match existing {
        Existing::Refused => return Err(SinkError::Exists { dest: shown.to_string() }),
        Existing::Numbered => return Ok(()),
        Existing::Replaced => {}
    }
    if !meta.is_dir() {
        return Err(SinkError::unsupported(shown.to_string(), Unsupported::ReplaceNonFolder));
    }
    let full = dest.canonicalize().map_err(|e| SinkError::write(shown.to_string(), e))?;
    let inside =
        |folder: Option<PathBuf>| folder.and_then(|f| f.canonicalize().ok()).is_some_and(|f| f.starts_with(&full));
    if inside(std::env::current_dir().ok()) || inside(std::env::home_dir()) {
        return Err(SinkError::usage(format!(
            "{shown} holds the current or the home folder: it will not be overwritten"
        )));
    }
    Ok(())
}

#[cfg(target_os = "linux")]
fn sync_file_system(folder: &Path) -> io::Result<()> {
    rustix::fs::syncfs(File::open(folder)?).map_err(Into::into)
}

#[cfg(not(target_os = "linux"))]
fn sync_file_system(_folder: &Path) -> io::Result<()> {
    rustix::fs::sync();
    Ok(())
}
