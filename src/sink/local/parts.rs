//! A folder that comes in parts, on a file system that all machines share.
//!
//! ```text
//! .NAME.parts/claim   what all parts have in common
//! .NAME.parts/3/…     what part 3 has written, as a folder of its own: it grows in .3.partial-…/, and is there by one rename
//! .NAME.parts/tree/…  the dataset, while the join moves the files of all parts there
//! ```
//! The dataset appears by one rename of the tree. A join that was killed is done again: what it has moved stays where it is.

use super::staging::{parent_of, rename_to_free};
use super::{Local, check, inside, sync_file_system};
use crate::path::RelPath;
use crate::sink::dataset::manifest;
use crate::sink::dataset::published::{Folder, Published};
use crate::sink::destination::{Destination, Existing};
use crate::sink::divided::error::DividedError;
use crate::sink::divided::place::Place;
use crate::sink::divided::{Division, Part};
use crate::sink::error::SinkError;
use crate::sink::run::summary;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What all parts have in common.
const CLAIM: &str = "claim";
/// The dataset on its way.
const TREE: &str = "tree";

/// A folder to which parts are written.
#[derive(Debug)]
pub struct LocalParts {
    dest: PathBuf,
    /// The hidden folder beside it.
    work: PathBuf,
}

impl LocalParts {
    /// The place for this folder.
    ///
    /// # Errors
    /// [`DividedError::NoRename`]; [`SinkError::Usage`] when it cannot be a destination.
    pub fn new(dest: &Path) -> Result<Self, SinkError> {
        let dest: PathBuf = dest.components().collect();
        let Some(name) = dest.file_name() else {
            return Err(SinkError::usage(crate::tr!("dest-cannot-be", shown = ?dest.display().to_string())));
        };
        if inside::is_needed(&dest) {
            return Err(DividedError::NoRename { dest: dest.display().to_string() }.into());
        }
        let mut hidden = OsString::from(".");
        hidden.push(name);
        hidden.push(".parts");
        let work = parent_of(&dest).join(hidden);
        Ok(Self { dest, work })
    }

    fn fail(&self, path: &str, e: io::Error) -> SinkError {
        SinkError::write(self.dest.join(path).display().to_string(), e)
    }

    fn folder_of(&self, part: u32) -> PathBuf {
        self.work.join(part.to_string())
    }

    /// Notes what all parts have in common, if no other part has.
    fn claim(&self, division: &Division) -> Result<(), SinkError> {
        let fail = |e| SinkError::write(self.work.display().to_string(), e);
        fs::create_dir_all(&self.work).map_err(fail)?;
        if self.division()?.is_none() {
            let text = serde_json::to_vec(division).map_err(|_| SinkError::Internal("a claim cannot be written"))?;
            let mut file = tempfile::Builder::new().prefix(".claim-").tempfile_in(&self.work).map_err(fail)?;
            file.write_all(&text).and_then(|()| file.as_file().sync_all()).map_err(fail)?;
            match file.persist_noclobber(self.work.join(CLAIM)) {
                Err(e) if e.error.kind() != io::ErrorKind::AlreadyExists => return Err(fail(e.error)),
                _ => {}
            }
        }
        match self.division()?.map(|there| division.difference(&there)) {
            Some(Some(difference)) => Err(DividedError::Other { dest: self.name(), difference }.into()),
            Some(None) => Ok(()),
            // A join was faster.
            None => Err(SinkError::Exists { dest: self.name() }),
        }
    }

    /// Moves the files of all parts together.
    fn gather(&self, manifest: &Path, division: &Division) -> Result<(), SinkError> {
        let tree = self.work.join(TREE);
        let whole = File::open(manifest).map_err(|e| self.fail(manifest::PATH, e))?;
        manifest::read(whole, |entry| {
            if entry.path == summary::PATH {
                return Ok(());
            }
            let path = RelPath::new(&entry.path).map_err(|e| SinkError::Manifest(e.to_string().into()))?;
            let to = tree.join(path.as_str());
            let lost = || SinkError::from(DividedError::Lost { dest: self.name(), path: entry.path.clone() });
            // Links are moved as they are, and count with what they lead to.
            let is_whole = |at: &Path| at.metadata().is_ok_and(|m| m.is_file() && m.len() == entry.digest.bytes);
            for part in [Part::of_original(path.as_str(), division.of), 1] {
                match fs::rename(self.folder_of(part).join(path.as_str()), &to) {
                    Ok(()) => break,
                    Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                    Err(e) => return Err(self.fail(path.as_str(), e)),
                }
            }
            if is_whole(&to) { Ok(()) } else { Err(lost()) }
        })
    }

    fn take_name(&self) -> Result<(), SinkError> {
        let (tree, exists) = (self.work.join(TREE), || SinkError::Exists { dest: self.name() });
        let taken = |e: io::Error| match e.kind() {
            io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists => exists(),
            _ => self.fail("", e),
        };
        if self.dest.symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
            return fs::rename(&tree, &self.dest).map_err(taken);
        }
        rename_to_free(&tree, &self.dest, false, "").map(drop).map_err(taken)
    }
}

impl Place for LocalParts {
    fn published(&self) -> Result<Option<Arc<dyn Published>>, SinkError> {
        match check(&self.dest, Existing::Refused) {
            Ok(_) => Ok(None),
            Err(SinkError::Exists { .. }) => Ok(Some(Arc::new(Folder::new(&self.dest)))),
            Err(e) => Err(e),
        }
    }

    fn division(&self) -> Result<Option<Division>, SinkError> {
        let path = self.work.join(CLAIM);
        let unreadable = |source| SinkError::Read { path: path.display().to_string(), source };
        match fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text).map(Some).map_err(|e| unreadable(e.into())),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(unreadable(e)),
        }
    }

    fn part(&self, index: u32) -> Result<Option<Box<dyn Read + Send>>, SinkError> {
        let part = Part { index, of: index };
        Folder::new(&self.folder_of(index)).read(&part.manifest())
    }

    fn begin(&self, part: Part, division: &Division) -> Result<Arc<dyn Destination>, SinkError> {
        self.claim(division)?;
        Ok(Arc::new(Local::part(&self.folder_of(part.index), part.manifest())?))
    }

    fn publish(
        &self,
        manifest: &Path,
        summary: &[u8],
        folders: &[String],
        division: &Division,
    ) -> Result<(), SinkError> {
        // Of two joins at once, the second looks when the first is done. Where a file system has no locks, it finds the files moved, and
        // looks then.
        let gate = File::open(&self.work).map_err(|e| self.fail("", e))?;
        let _ = gate.lock();
        if self.published()?.is_some() {
            return Err(SinkError::Exists { dest: self.name() });
        }
        let tree = self.work.join(TREE);
        let metadata = "metadata".to_owned();
        for folder in folders.iter().chain([&metadata]) {
            fs::create_dir_all(tree.join(folder)).map_err(|e| self.fail(folder, e))?;
        }
        self.gather(manifest, division)?;
        fs::write(tree.join(summary::PATH), summary).map_err(|e| self.fail(summary::PATH, e))?;
        fs::copy(manifest, tree.join(manifest::PATH)).map_err(|e| self.fail(manifest::PATH, e))?;
        sync_file_system(&tree).map_err(|e| self.fail("", e))?;
        self.take_name()?;
        File::open(parent_of(&self.dest)).and_then(|f| f.sync_all()).map_err(|e| self.fail("", e))
    }

    fn tidy(&self, _of: u32) -> Result<(), SinkError> {
        match fs::remove_dir_all(&self.work) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(SinkError::write(self.work.display().to_string(), e)),
            _ => Ok(()),
        }
    }

    fn name(&self) -> String {
        self.dest.display().to_string()
    }
}
