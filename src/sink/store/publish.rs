//! The end of a run in a store: the manifest, and what has to be deleted before and after it.
//!
//! Files that were written under the dataset's prefix only need the manifest, which is created only if there is none. Files that waited are moved: as one
//! folder by one rename where the server can, else file by file, and the manifest comes after them. A dataset that is replaced
//! loses its manifest first: whoever looks for one never finds a mixture.

use super::client::Io;
use super::error::failed;
use super::list as files;
use super::list::StoredDataset;
use super::mark;
use super::upload::StoreFile;
use super::work::{self, Work};
use super::{Location, Store};
use crate::path::RelPath;
use crate::sink::dataset::caches;
use crate::sink::dataset::caches::Caches;
use crate::sink::dataset::digest::Meter;
use crate::sink::dataset::foreign::{Standing, standing};
use crate::sink::dataset::manifest;
use crate::sink::destination::Output;
use crate::sink::error::SinkError;
use crate::tr;
use crate::words::Message;
use futures_util::{StreamExt, TryStreamExt, stream};
use opendal::Operator;
use std::collections::HashSet;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Files moved or removed at once.
const AT_ONCE: usize = 16;
/// How many files that stay are named.
const NAMED: usize = 3;

impl Store {
    /// Makes the dataset visible.
    pub(super) fn publish_dataset(&self, manifest: &Path) -> Result<(), SinkError> {
        self.work.check()?;
        self.known().insert(self.keys.hash_one(manifest::PATH));
        if self.leftovers {
            self.remove_leftover_files()?;
        }
        if !self.claim.staged {
            self.put_manifest(manifest)?;
            self.tidy();
            return Ok(());
        }
        if !self.move_folder(manifest)? {
            if self.replaces {
                self.hide_replaced()?;
            }
            self.moving.store(true, Ordering::Relaxed);
            self.write_manifest(manifest, &self.work.next_placed()?, false)?;
            self.move_files(manifest)?;
            self.work.check()?;
            self.put_manifest(manifest)?;
            // The dataset is complete: what cannot be deleted is no failure.
            let removed = remove_replaced_files(&self.io, &self.location, &self.work, |path| self.is_known(path));
            if let Err(e) = removed.and_then(|()| self.remove_unlisted()) {
                self.io.warn(left_words(&self.location.name, &e));
            }
        }
        self.tidy();
        Ok(())
    }

    /// Takes the manifest of the dataset that is replaced away, to where a later run finds it.
    fn hide_replaced(&self) -> Result<(), SinkError> {
        let there = self.location.file(manifest::PATH);
        self.move_one(&there, &self.work.next_placed()?, false)?;
        self.moving.store(true, Ordering::Relaxed);
        self.delete(&there).inspect_err(|_| {
            // A refusal has changed nothing; a lost answer may be one to a request that was carried out.
            let still = files::exists(&self.io, &there).unwrap_or(false);
            self.moving.store(!still, Ordering::Relaxed);
        })
    }

    /// One rename of the whole folder, where server and place allow it.
    fn move_folder(&self, manifest: &Path) -> Result<bool, SinkError> {
        if !self.io.op().info().capability().rename || self.location.prefix.is_empty() {
            return Ok(false);
        }
        if self.replaces {
            // The whole folder goes.
            refuse_foreign(&self.io, &self.location, &self.work, self.resumed)?;
        }
        let (tree, last) = (self.work.path("tree"), self.location.prefix.clone());
        let waiting = format!("{}{}", self.tree, manifest::PATH);
        self.write_manifest(manifest, &waiting, false)?;
        self.moving.store(self.replaces, Ordering::Relaxed);
        if self.replaces && !self.rename(&last, &self.work.path("old"))? {
            self.moving.store(false, Ordering::Relaxed);
            self.delete(&waiting)?;
            return Ok(false);
        }
        if self.rename(&tree, &last)? {
            return Ok(true);
        }
        if self.replaces && self.rename(&self.work.path("old"), &last)? {
            self.moving.store(false, Ordering::Relaxed);
        }
        self.delete(&waiting)?;
        Ok(false)
    }

    /// Whether the server renamed a folder.
    fn rename(&self, from: &str, to: &str) -> Result<bool, SinkError> {
        match self.io.wait(self.io.once().rename(from, to))? {
            Ok(()) => {
                // Some servers say yes to what they did not do.
                Ok(files::any(&self.io, &format!("{to}/"))?)
            }
            Err(_) => Ok(false),
        }
    }

    /// Moves every file of the manifest from the waiting room to its place. Not what the server lists: some leave out names with a
    /// dot in front.
    fn move_files(&self, manifest: &Path) -> Result<(), SinkError> {
        let file = File::open(manifest).map_err(|e| SinkError::write(self.shown(manifest::PATH), e))?;
        let mut batch = Vec::new();
        manifest::read(file, |entry| {
            batch.push(entry.path);
            if batch.len() < 1024 { Ok(()) } else { self.copy_all(&std::mem::take(&mut batch)) }
        })?;
        self.copy_all(&batch)
    }

    fn copy_all(&self, paths: &[String]) -> Result<(), SinkError> {
        let moves = stream::iter(paths.iter().map(|path| {
            let (from, to) = (format!("{}{path}", self.tree), self.location.file(path));
            let op = self.io.op();
            async move { move_object(op, &from, &to, false).await.map_err(|e| failed(&self.shown(path), &e)) }
        }));
        self.io.wait_long(moves.buffer_unordered(AT_ONCE).try_collect::<()>())?
    }

    fn move_one(&self, from: &str, to: &str, rename: bool) -> Result<(), SinkError> {
        self.io.wait(move_object(self.io.op(), from, to, rename))?.map_err(|e| self.io.failed(from, &e))
    }

    fn delete(&self, path: &str) -> Result<(), SinkError> {
        self.io.wait(self.io.op().delete(path))?.map_err(|e| self.io.failed(path, &e))
    }

    fn put_manifest(&self, manifest: &Path) -> Result<(), SinkError> {
        let key = self.location.file(manifest::PATH);
        if self.work.keeps_conditions() {
            return self.write_manifest(manifest, &key, true);
        }
        if files::exists(&self.io, &key)? {
            return Err(SinkError::Exists { dest: self.location.name.clone() });
        }
        self.write_manifest(manifest, &key, false)?;
        let ours = is_there_as_ours(&self.io, &key, manifest, &self.shown(manifest::PATH))?;
        if ours { Ok(()) } else { Err(SinkError::Overtaken { dest: self.location.name.clone() }) }
    }

    fn write_manifest(&self, manifest: &Path, key: &str, only_new: bool) -> Result<(), SinkError> {
        let shown = self.shown(manifest::PATH);
        match send_file(&self.io, manifest, key, &shown, self.mark(manifest::PATH), only_new)? {
            Ok(()) => Ok(()),
            Err(e) if work::is_there(&e) => {
                // It is ours, if the answer to an earlier try was lost.
                let ours = is_there_as_ours(&self.io, key, manifest, &shown)?;
                if ours { Ok(()) } else { Err(SinkError::Exists { dest: self.location.name.clone() }) }
            }
            Err(e) => Err(failed(&shown, &e)),
        }
    }

    /// Deletes the files that a killed run has left among those of this run. Under the dataset's prefix only those that its log lists, or
    /// that have our mark: what else lies there may be somebody's.
    fn remove_leftover_files(&self) -> Result<(), SinkError> {
        let (mut leftovers, mut others) = (Vec::new(), Vec::new());
        let mut count = 0_u64;
        files::each(&self.io, &self.tree, &mut |path, _| {
            if self.is_known(path) {
                return Ok(());
            }
            let logged = self.claim.staged || self.logged.contains(&self.keys.hash_one(path));
            if logged || mark::is_on(&self.io, &self.location, path)? {
                leftovers.push(format!("{}{path}", self.tree));
            } else {
                count += 1;
                if others.len() < NAMED {
                    others.push(format!("{path:?}"));
                }
            }
            Ok(())
        })?;
        if count > 0 {
            let names = others.join(", ");
            let files = match count.saturating_sub(others.len() as u64) {
                0 => names.into(),
                more => tr!("names-and-more", names, more),
            };
            self.io.warn(tr!("store-left-files", name = self.location.name, files));
        }
        self.delete_all(leftovers)
    }

    /// Deletes what lies in the place of the dataset, is in no list, and goes with what was replaced: caches of other programs, and files
    /// with our mark.
    fn remove_unlisted(&self) -> Result<(), SinkError> {
        if self.caches.is_empty() && !self.leftovers {
            return Ok(());
        }
        let mut found = Vec::new();
        files::each(&self.io, &self.location.folder(), &mut |path, _| {
            if self.is_known(path) {
                return Ok(());
            }
            let cache = !self.caches.is_empty() && caches::is_cache(path, |image| self.is_known(image));
            if cache || self.leftovers && mark::is_on(&self.io, &self.location, path)? {
                found.push(self.location.file(path));
            }
            Ok(())
        })?;
        self.delete_all(found)
    }

    fn delete_all(&self, paths: Vec<String>) -> Result<(), SinkError> {
        delete_all(&self.io, &self.location, paths)
    }

    /// Deletes the work folder, now that the dataset is published. Where it cannot be deleted, it says at least that the run is over.
    fn tidy(&self) {
        if let Err(e) = self.work.remove() {
            self.work.retire(&self.claim);
            self.io.warn(left_words(&self.location.name, &e));
        }
    }

    /// Deletes what this run has written under the dataset's prefix, and nothing else.
    pub(super) fn remove_written(&self) {
        let _ = self.io.clean(async {
            let folder = self.location.folder();
            let top = if folder.is_empty() { "/" } else { &folder };
            let mut lister = self.io.once().lister_with(top).recursive(true).await?;
            let mut deleter = self.io.once().deleter().await?;
            while let Some(entry) = lister.try_next().await? {
                if entry.path().strip_prefix(&folder).is_some_and(|p| self.is_known(p)) {
                    deleter.delete(entry.path()).await?;
                }
            }
            deleter.close().await
        });
    }
}

/// Refuses a place with files that are not ours, and says whether there are some that only their [mark] makes ours. `resumed`:
/// those that a killed run has left there are ours, too: [`Work::placed`].
///
/// # Errors
/// [`SinkError::Foreign`], [`SinkError::Store`].
pub(super) fn refuse_foreign(
    io: &Arc<Io>,
    location: &Location,
    work: &Work,
    resumed: bool,
) -> Result<(Caches, bool), SinkError> {
    let (keys, mut placed) = (RandomState::new(), HashSet::new());
    for list in if resumed { work.placed()? } else { Vec::new() } {
        let text = io.wait(io.op().read(&list))?.map_err(|e| io.failed(&list, &e))?;
        let read = manifest::read(text, |entry| {
            placed.insert(keys.hash_one(entry.path.as_str()));
            Ok(())
        });
        match read {
            Ok(()) | Err(SinkError::Manifest(_)) => {}
            Err(e) => return Err(e),
        }
    }
    let place = StoredDataset::of(io.clone(), location.clone());
    let mut marked = false;
    let is_ours = |path: &str| {
        if placed.contains(&keys.hash_one(path)) {
            return Ok(true);
        }
        let ours = mark::is_on(io, location, path)?;
        marked |= ours;
        Ok(ours)
    };
    match standing(&place, is_ours)? {
        Standing::Foreign(foreign) => Err(SinkError::Foreign { dest: location.name.clone(), foreign }),
        Standing::Empty => Ok((Caches::default(), marked)),
        Standing::Dataset(caches) => Ok((caches, marked)),
    }
}

/// What is said when a dataset is complete, and something beside it could not be deleted.
pub(super) fn left_words(name: &str, e: &SinkError) -> Message {
    tr!("store-left-over", name, reason = e)
}

/// Deletes files that earlier datasets, or runs that were killed, left here and that this dataset does not contain. A manifest of
/// another program is not trusted: its files stay.
///
/// # Errors
/// [`SinkError::Store`].
pub(super) fn remove_replaced_files(
    io: &Io,
    location: &Location,
    work: &Work,
    is_known: impl Fn(&str) -> bool,
) -> Result<(), SinkError> {
    for list in work.placed()? {
        let text = io.wait(io.op().read(&list))?.map_err(|e| io.failed(&list, &e))?;
        let mut replaced = Vec::new();
        let read = manifest::read(text, |entry| {
            if RelPath::new(&entry.path).is_ok() && !is_known(&entry.path) {
                replaced.push(location.file(&entry.path));
            }
            Ok(())
        });
        match read {
            Ok(()) | Err(SinkError::Manifest(_)) => delete_all(io, location, replaced)?,
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

/// Deletes files.
///
/// # Errors
/// [`SinkError::Store`].
pub(super) fn delete_all(io: &Io, location: &Location, paths: Vec<String>) -> Result<(), SinkError> {
    io.wait_long(io.op().delete_iter(paths))?.map_err(|e| failed(&location.name, &e))
}

/// Sends a file of this machine to a key; `only_new`: if nothing is there. Returns the store's own answer, for who can make sense of it.
///
/// # Errors
/// [`SinkError`] outside, the store's error inside.
pub(super) fn send_file(
    io: &Arc<Io>,
    file: &Path,
    key: &str,
    shown: &str,
    mark: Option<(String, String)>,
    only_new: bool,
) -> Result<opendal::Result<()>, SinkError> {
    let fail = |e: io::Error| SinkError::write(shown, e);
    let mut from = File::open(file).map_err(fail)?;
    let mut out = StoreFile::new(io.clone(), key.to_owned(), shown.to_owned(), mark);
    out.open(only_new)?;
    let mut block = vec![0; 256 * 1024];
    loop {
        match from.read(&mut block) {
            Ok(0) => return out.close(),
            Ok(n) => out.write(&block[..n])?,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(fail(e)),
        }
    }
}

/// Whether the file of this machine is what is at a key.
///
/// # Errors
/// [`SinkError::Store`], [`SinkError::Write`].
pub(super) fn is_there_as_ours(io: &Io, key: &str, file: &Path, shown: &str) -> Result<bool, SinkError> {
    let ours = File::open(file).and_then(|mut file| Meter::read(&mut file)).map_err(|e| SinkError::write(shown, e))?;
    let there = io.wait(io.op().read(key))?.map_err(|e| failed(shown, &e))?;
    Ok(Meter::of(&there.to_vec()) == ours)
}

/// Moves a file within the store: by a copy, or by a rename where that is wanted or there are no copies.
async fn move_object(op: &Operator, from: &str, to: &str, rename: bool) -> opendal::Result<()> {
    let can = op.info().capability();
    if can.rename && (rename || !can.copy) { op.rename(from, to).await } else { op.copy(from, to).await.map(drop) }
}
