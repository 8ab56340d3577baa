//! The hidden folder next to a local destination in which a dataset grows: `.NAME.partial-RANDOM/`.
//!
//! Its owner holds an advisory lock on the folder for as long as it lives. A lock, unlike a process id written to a file, cannot
//! outlive a `kill -9`, and means the same in two containers that share a volume. A later run to the same destination removes
//! the folders that nobody holds. The parent folder is locked for the moment of looking and creating, so that a folder just made
//! is never taken for a leftover.

use super::inside;
use crate::sink::error::SinkError;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The old dataset while it is being replaced, on systems that cannot swap two names.
pub const OLD: &str = "old";
/// Name of the log of finished files in a staging folder.
pub const RESUME_LOG: &str = "ledger";
/// Name of the folder of finished files in a staging folder.
pub const TREE: &str = "tree";

/// A staging folder, locked by this process.
#[derive(Debug)]
pub struct Staging {
    folder: PathBuf,
    dest: PathBuf,
    _lock: File,
    /// Folders of earlier runs that are taken over, each with its lock.
    taken_over: Vec<(PathBuf, File)>,
}

impl Staging {
    /// Makes the staging folder for `dest` after removing leftovers of runs that were killed. Missing parents of `dest` are made.
    /// `inside`:
    /// it is made in `dest`, not next to it. `resume`: leftovers that have a log of finished files are locked, and kept until this one is removed.
    ///
    /// # Errors
    /// [`SinkError::Write`] naming the folder that could not be made.
    pub fn new(dest: &Path, inside: bool, resume: bool) -> Result<Self, SinkError> {
        let parent = if inside { dest.to_owned() } else { parent_of(dest) };
        let fail = |path: &Path, e| SinkError::write(path.display().to_string(), e);
        fs::create_dir_all(&parent).map_err(|e| fail(&parent, e))?;
        let gate = File::open(&parent).map_err(|e| fail(&parent, e))?;
        // On a file system without locks leftovers stay, since a run may still be using them.
        let guarded = gate.lock().is_ok();
        let prefix = prefix_for(dest);
        let folder = tempfile::Builder::new().prefix(&prefix).tempdir_in(&parent).map_err(|e| fail(&parent, e))?.keep();
        let ours = folder.metadata().map_err(|e| fail(&folder, e))?.uid();
        let keep = |path: &Path, meta: &Metadata| resume && meta.uid() == ours && path.join(RESUME_LOG).exists();
        let taken_over = if guarded { take_leftovers(&parent, &prefix, dest, &folder, &keep) } else { Vec::new() };
        let lock = File::open(&folder).map_err(|e| fail(&folder, e))?;
        if guarded {
            let _ = lock.try_lock();
        }
        Ok(Self { folder, dest: dest.to_owned(), _lock: lock, taken_over })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// The folders of earlier runs that were taken over.
    pub fn taken_over(&self) -> impl Iterator<Item = &Path> {
        self.taken_over.iter().map(|(path, _)| path.as_path())
    }

    /// Deletes the folder and those it has taken over, with all that is in them, as far as that is possible.
    pub fn remove(&self) {
        if put_back_old(&self.folder, &self.dest) {
            let _ = fs::remove_dir_all(&self.folder);
        }
        for folder in self.taken_over() {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

/// The folder that holds `dest`.
pub fn parent_of(dest: &Path) -> PathBuf {
    match dest.parent() {
        Some(p) if p != Path::new("") => p.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Renames, unless the new name is taken.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] when it is; the system's reason otherwise.
fn rename_to_new(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(e) if is_unsupported(e) => {
            if to.symlink_metadata().is_ok() {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            fs::rename(from, to)
        }
        done => done.map_err(Into::into),
    }
}

/// Renames to a name that is free: `to`, or, when it may be `numbered`, the first free one of `NAME(1)`, `NAME(2)`, … The number
/// stands before `ending`, with which the name ends. Returns the name.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] when it is not free; the system's reason otherwise.
pub fn rename_to_free(from: &Path, to: &Path, numbered: bool, ending: &str) -> io::Result<PathBuf> {
    let mut number = 0u32;
    loop {
        let name = with_number(to, number, ending);
        match rename_to_new(from, &name) {
            Ok(()) => return Ok(name),
            Err(e) if numbered && e.kind() == io::ErrorKind::AlreadyExists && number < u32::MAX => number += 1,
            Err(e) => return Err(e),
        }
    }
}

/// `NAME(7)`, or `NAME(7).tar.gz` for a name with this ending.
fn with_number(path: &Path, number: u32, ending: &str) -> PathBuf {
    if number == 0 {
        return path.to_owned();
    }
    let name = path.file_name().unwrap_or_default().as_bytes();
    let stem = name.strip_suffix(ending.as_bytes()).unwrap_or(name);
    let name = [stem, format!("({number})").as_bytes(), ending.as_bytes()].concat();
    path.with_file_name(OsStr::from_bytes(&name))
}

/// Whether the file system does not know this kind of rename.
pub fn is_unsupported(e: Errno) -> bool {
    matches!(e, Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP)
}

/// What the names of the staging folders of `dest` begin with.
pub fn prefix_for(dest: &Path) -> OsString {
    let mut prefix = OsString::from(".");
    prefix.push(dest.file_name().unwrap_or_default());
    prefix.push(".partial-");
    prefix
}

/// Deletes the staging folders of `dest` that nobody holds, except `new`. Those that `keep` chooses are locked and returned instead.
fn take_leftovers(
    parent: &Path,
    prefix: &OsString,
    dest: &Path,
    new: &Path,
    keep: &dyn Fn(&Path, &Metadata) -> bool,
) -> Vec<(PathBuf, File)> {
    let mut kept = Vec::new();
    let Ok(entries) = fs::read_dir(parent) else { return kept };
    for entry in entries.flatten() {
        let is_ours = entry.file_name().as_encoded_bytes().starts_with(prefix.as_encoded_bytes());
        if !is_ours || !entry.file_type().is_ok_and(|t| t.is_dir()) {
            continue;
        }
        let path = entry.path();
        if path.file_name() == new.file_name() {
            continue;
        }
        let Some(lock) = File::open(&path).ok().filter(|f| f.try_lock().is_ok()) else { continue };
        if !put_back_old(&path, dest) {
            continue;
        }
        if entry.metadata().is_ok_and(|m| keep(&path, &m)) {
            kept.push((path, lock));
        } else {
            let _ = fs::remove_dir_all(&path);
        }
    }
    kept
}

/// Puts the old dataset back that a run has left in its staging folder, when it stopped between moving the old one away and moving
/// the new one in. Returns whether the folder may be deleted.
fn put_back_old(folder: &Path, dest: &Path) -> bool {
    if folder.parent() == Some(dest) {
        return inside::undo(dest, folder);
    }
    let old = folder.join(OLD);
    match old.symlink_metadata() {
        Err(e) => e.kind() == io::ErrorKind::NotFound,
        Ok(_) if dest.symlink_metadata().is_err() => fs::rename(&old, dest).is_ok(),
        // The new dataset is in place: the old one is not needed any more.
        Ok(_) => true,
    }
}
