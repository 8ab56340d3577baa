//! A local folder: written into a staging folder next to it, synced, published by one rename; where that cannot be, from [`inside`].

pub mod inside;
pub mod parts;
pub mod resume;
pub mod staging;

use super::dataset::caches::Caches;
use super::dataset::digest::Digest;
use super::dataset::foreign::{Foreign, Standing, standing};
use super::dataset::manifest;
use super::dataset::published::Folder;
use super::destination::{Destination, Existing, LocalFiles, Output};
use super::error::{SinkError, Unsupported};
use crate::path::RelPath;
use crate::sink::dataset::resume_log::{ResumeLog, Segments};
use crate::sink::originals::sniff;
use crate::tr;
use resume::{LogFile, Resumable};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use staging::{Staging, TREE};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The destination `NAME/`: grows in `.NAME.partial-RANDOM/tree`.
#[derive(Debug)]
pub struct Local {
    dest: PathBuf,
    /// Path of the manifest in it.
    manifest: String,
    existing: Existing,
    /// The name that it was published under, which may have a number.
    got: OnceLock<PathBuf>,
    staging: Staging,
    /// Whether the staging folder is in the folder itself.
    inside: bool,
    tree: PathBuf,
    scratch: PathBuf,
    log: ResumeLog<LogFile>,
    resumable: Resumable,
    /// Caches of other programs in the dataset that is replaced.
    caches: Caches,
    keep: bool,
}

impl Local {
    /// Makes the staging folder for `dest`. `resume`: files that earlier runs have finished are taken over; `keep`: finished files stay
    /// when this run fails.
    ///
    /// # Errors
    /// [`SinkError::Exists`], [`SinkError::Foreign`], [`SinkError::Usage`] when `dest` cannot be replaced safely, [`SinkError::Write`].
    pub fn new(dest: &Path, existing: Existing, resume: bool, keep: bool) -> Result<Self, SinkError> {
        // Without the trailing slash, which would make the system follow a link.
        let dest: PathBuf = dest.components().collect();
        let inside = existing != Existing::Numbered && inside::is_needed(&dest);
        let looked = check(&dest, existing);
        // What looks foreign may be what a killed run was moving.
        let mut caches = Caches::default();
        if !(inside && has_leftovers(&dest)) {
            caches = looked?;
        }
        let staging = Staging::new(&dest, inside, resume)?;
        if inside {
            caches = check(&dest, existing).inspect_err(|_| staging.remove())?;
        }
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
        let got = OnceLock::new();
        let manifest = manifest::PATH.to_owned();
        Ok(Self { dest, manifest, existing, got, staging, inside, tree, scratch, log, resumable, caches, keep })
    }

    /// The folder of one part of a dataset, whose manifest has this path. What earlier attempts have finished is taken over.
    ///
    /// # Errors
    /// As [`Local::new`].
    pub fn part(dest: &Path, manifest: String) -> Result<Self, SinkError> {
        Ok(Self { manifest, ..Self::new(dest, Existing::Refused, true, true)? })
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

    /// Moves the tree out of the staging folder, which is in the folder itself.
    fn move_out(&self) -> Result<(), SinkError> {
        // Of two runs at once, the second looks when the first is done. Without locks it may look too early.
        let gate = File::open(&self.dest).map_err(|e| self.fail("", e))?;
        let _ = gate.lock();
        check(&self.dest, self.existing)?;
        inside::publish(&self.dest, self.staging.path(), &self.tree).map_err(|e| self.fail("", e))
    }

    /// Gives the tree its name, if nobody took it in the meantime.
    fn take_name(&self) -> Result<(), SinkError> {
        let numbered = self.existing == Existing::Numbered;
        if !numbered && self.dest.symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
            // An empty folder is replaced, by the system's own rule; no other is.
            return fs::rename(&self.tree, &self.dest).map_err(|e| match e.kind() {
                io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists => {
                    SinkError::Exists { dest: self.name() }
                }
                _ => self.fail("", e),
            });
        }
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

    fn beginning(&self, path: &RelPath) -> Option<Vec<u8>> {
        let mut head = Vec::new();
        let file = File::open(self.tree.join(path.as_str())).ok()?;
        file.take(sniff::HEAD as u64).read_to_end(&mut head).ok()?;
        Some(head)
    }

    fn record(&self, path: &RelPath, digest: &Digest) -> Result<(), SinkError> {
        self.log.record(path.as_str(), digest)
    }

    fn caches(&self) -> Option<&Caches> {
        Some(&self.caches)
    }

    fn scratch(&self) -> &Path {
        &self.scratch
    }

    fn publish(&self, _order: u64, manifest: &Path) -> Result<(), SinkError> {
        fs::rename(manifest, self.tree.join(&self.manifest)).map_err(|e| self.fail(&self.manifest, e))?;
        // One call for the whole file system: syncing twenty thousand small files one by one takes minutes.
        sync_file_system(&self.tree).map_err(|e| self.fail("", e))?;
        if self.inside {
            self.move_out()?;
        } else if self.existing == Existing::Replaced && self.dest.symlink_metadata().is_ok() {
            check(&self.dest, self.existing)?;
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

    fn replaces(&self, file: &Path) -> bool {
        holds(&self.dest, file)
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
/// [`SinkError::Exists`], [`SinkError::Foreign`]; [`SinkError::Usage`] or [`SinkError::Unsupported`] when `dest` cannot be replaced safely.
pub fn check(dest: &Path, existing: Existing) -> Result<Caches, SinkError> {
    let shown = dest.display();
    if dest.file_name().is_none() {
        return Err(SinkError::usage(tr!("dest-cannot-be", ?shown)));
    }
    let Ok(meta) = dest.symlink_metadata() else { return Ok(Caches::default()) };
    if existing == Existing::Numbered {
        return Ok(Caches::default());
    }
    match (meta.is_dir(), existing) {
        (true, _) => {}
        (false, Existing::Replaced) => {
            return Err(SinkError::unsupported(shown.to_string(), Unsupported::ReplaceNonFolder));
        }
        (false, _) => return Err(SinkError::Foreign { dest: shown.to_string(), foreign: Foreign::NotFolder }),
    }
    let entries = inside::entries(dest, dest).map_err(|e| SinkError::write(shown.to_string(), e))?;
    if entries.is_empty() {
        return Ok(Caches::default());
    }
    if existing == Existing::Replaced && holds_somebody(dest) {
        return Err(SinkError::usage(tr!("dest-holds-home", shown)));
    }
    let prefix = staging::prefix_for(dest);
    let left = |path: &str| Ok(path.as_bytes().starts_with(prefix.as_encoded_bytes()));
    match standing(&Folder::new(dest), left)? {
        Standing::Foreign(foreign) => Err(SinkError::Foreign { dest: shown.to_string(), foreign }),
        // Folders without files.
        Standing::Empty => {
            let first = entries.iter().take(1).map(|name| format!("{}/", name.display())).collect();
            let foreign = Foreign::Files { dataset: false, first, count: entries.len() as u64 };
            Err(SinkError::Foreign { dest: shown.to_string(), foreign })
        }
        Standing::Dataset(_) if existing == Existing::Refused => Err(SinkError::Exists { dest: shown.to_string() }),
        Standing::Dataset(caches) => Ok(caches),
    }
}

/// Whether a local file is a destination that exists, or lies in it.
pub fn holds(dest: &Path, file: &Path) -> bool {
    dest.canonicalize().is_ok_and(|dest| file.canonicalize().is_ok_and(|file| file.starts_with(dest)))
}

/// Whether a folder holds the current folder or the home folder.
fn holds_somebody(dest: &Path) -> bool {
    std::env::current_dir().is_ok_and(|f| holds(dest, &f)) || std::env::home_dir().is_some_and(|f| holds(dest, &f))
}

/// Whether runs that were killed have left staging folders inside.
fn has_leftovers(dest: &Path) -> bool {
    let prefix = staging::prefix_for(dest);
    let is_one = |name: std::ffi::OsString| name.as_encoded_bytes().starts_with(prefix.as_encoded_bytes());
    fs::read_dir(dest).is_ok_and(|mut entries| entries.any(|entry| entry.is_ok_and(|e| is_one(e.file_name()))))
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
