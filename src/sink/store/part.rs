//! One part of a dataset on its way into a bucket: straight to the places of its files, each of which is created only if there is none.
//!
//! What another attempt at the same part has brought stays: it counts when it has the same bytes, and an original also when it has others,
//! since a server may send other bytes each time. So what the manifest of a part lists is what lies there, whoever wrote it.

use super::client::Io;
use super::error::failed;
use super::list::{self, StoredFile};
use super::location::Location;
use super::mark;
use super::publish::{is_there_as_ours, send_file};
use super::upload::{self, StoreFile};
use super::work::{self, Work};
use crate::path::RelPath;
use crate::sink::dataset::digest::{Digest, Meter};
use crate::sink::dataset::manifest;
use crate::sink::destination::{Destination, Output};
use crate::sink::divided::manifest::{Entries, Outcome};
use crate::sink::divided::{Division, Part};
use crate::sink::error::SinkError;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A part under way.
pub struct StoredPart {
    shared: Arc<Shared>,
    work: Work,
    part: Part,
    division: Division,
    scratch: tempfile::TempDir,
    held: HashMap<u64, Digest>,
}

/// What files under way need of it.
struct Shared {
    io: Arc<Io>,
    location: Location,
    keys: RandomState,
    /// Whether the store creates a file only if there is none.
    keeps_conditions: bool,
    /// The files that this attempt has created, hashed.
    created: Mutex<HashSet<u64>>,
    /// What others have brought in place of what this attempt had.
    instead: Mutex<HashMap<u64, Digest>>,
}

impl Shared {
    fn created(&self) -> MutexGuard<'_, HashSet<u64>> {
        self.created.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn instead(&self) -> MutexGuard<'_, HashMap<u64, Digest>> {
        self.instead.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shown(&self, path: &str) -> String {
        format!("{}/{path}", self.location.name)
    }

    /// Where the store keeps to no conditions: whether something is there.
    fn must_look(&self, key: &str) -> Result<bool, SinkError> {
        Ok(!self.keeps_conditions && list::exists(&self.io, key)?)
    }

    /// Takes what another attempt has brought.
    fn adopt(&self, path: &str, ours: &Digest) -> Result<(), SinkError> {
        let (key, shown) = (self.location.file(path), self.shown(path));
        let Some(mut there) = StoredFile::open(self.io.clone(), &key)? else {
            return Err(SinkError::store(shown, "it was there a moment ago, and is gone"));
        };
        let digest = Meter::read(&mut there).map_err(|e| SinkError::store(shown, e.to_string()))?;
        if digest != *ours {
            self.instead().insert(self.keys.hash_one(path), digest);
        }
        Ok(())
    }
}

impl StoredPart {
    /// Opens a place that is claimed.
    ///
    /// # Errors
    /// [`SinkError::Store`], [`SinkError::Write`].
    pub fn new(
        io: Arc<Io>,
        location: Location,
        work: Work,
        part: Part,
        division: &Division,
    ) -> Result<Self, SinkError> {
        let scratch = tempfile::Builder::new().prefix("syn-sink-").tempdir();
        let scratch = scratch.map_err(|e| SinkError::write(std::env::temp_dir().display().to_string(), e))?;
        let keys = RandomState::new();
        let logged = work.logged(&keys)?;
        let held = if logged.is_empty() { logged } else { work.held(&location.folder(), &keys, &logged)? };
        let keeps_conditions = work.keeps_conditions();
        let (created, instead) = (Mutex::default(), Mutex::default());
        let shared = Arc::new(Shared { io, location, keys, keeps_conditions, created, instead });
        Ok(Self { shared, work, part, division: division.clone(), scratch, held })
    }

    fn key(&self, path: &str) -> Result<String, SinkError> {
        let key = self.shared.location.file(path);
        // The client library trims a path.
        if key.trim() == key {
            return Ok(key);
        }
        Err(SinkError::usage(format!(
            "{path:?}: a store cannot hold a name that ends with a space, nor one that begins with it at its top"
        )))
    }

    /// Deletes what this attempt has created and a manifest, which counts instead of its own, does not list.
    fn remove_unlisted(&self, manifest: Box<dyn Read + Send>) -> Result<(), SinkError> {
        let Shared { io, location, keys, .. } = &*self.shared;
        let mut listed = HashSet::new();
        let mut entries = Entries::open(manifest).map_err(|e| SinkError::Manifest(e.into()))?;
        while let Some(outcome) = entries.next().map_err(|e| SinkError::Manifest(e.into()))? {
            if let Outcome::Written(entry) = outcome {
                listed.insert(keys.hash_one(entry.path.as_str()));
            }
        }
        if self.shared.created().is_subset(&listed) {
            return Ok(());
        }
        let mut extra = Vec::new();
        list::each(io, &location.folder(), &mut |path, _| {
            let key = keys.hash_one(path);
            if self.shared.created().contains(&key) && !listed.contains(&key) {
                extra.push(location.file(path));
            }
            Ok(())
        })?;
        io.wait_long(io.op().delete_iter(extra))?.map_err(|e| failed(&location.name, &e))
    }
}

impl Destination for StoredPart {
    fn start(&self, _order: u64, path: &RelPath) -> Result<Box<dyn Output>, SinkError> {
        let Shared { io, location, .. } = &*self.shared;
        let mark = mark::of(location, path.as_str());
        let file = StoreFile::new(io.clone(), self.key(path.as_str())?, self.shared.shown(path.as_str()), mark);
        let shared = self.shared.clone();
        Ok(Box::new(PartFile { file: file.only_new(), meter: Meter::default(), path: path.clone(), shared }))
    }

    fn put(&self, order: u64, path: &RelPath, content: &[u8]) -> Result<(), SinkError> {
        let key = self.key(path.as_str())?;
        if content.is_empty() || content.len() > upload::PART {
            let mut out = self.start(order, path)?;
            out.write(content)?;
            return out.finish();
        }
        let Shared { io, location, keys, .. } = &*self.shared;
        if self.shared.must_look(&key)? {
            return self.shared.adopt(path.as_str(), &Meter::of(content));
        }
        let can = io.op().info().capability();
        let mut write = io.op().write_with(&key, content.to_vec());
        if can.write_with_content_type {
            write = write.content_type(upload::CONTENT_TYPE);
        }
        if let Some(mark) = mark::of(location, path.as_str()) {
            write = write.user_metadata([mark]);
        }
        if self.shared.keeps_conditions {
            write = write.if_not_exists(true);
        }
        match io.wait(write)? {
            Ok(_) => {
                self.shared.created().insert(keys.hash_one(path.as_str()));
                Ok(())
            }
            Err(e) if work::is_there(&e) => self.shared.adopt(path.as_str(), &Meter::of(content)),
            Err(e) => Err(failed(&self.shared.shown(path.as_str()), &e)),
        }
    }

    fn instead(&self, path: &RelPath) -> Option<Digest> {
        self.shared.instead().remove(&self.shared.keys.hash_one(path.as_str()))
    }

    fn held(&self, path: &RelPath) -> Option<Digest> {
        self.held.get(&self.shared.keys.hash_one(path.as_str())).copied()
    }

    fn record(&self, path: &RelPath, digest: &Digest) -> Result<(), SinkError> {
        self.work.record(path.as_str(), digest)
    }

    fn scratch(&self) -> &Path {
        self.scratch.path()
    }

    fn publish(&self, _order: u64, manifest: &Path) -> Result<(), SinkError> {
        self.work.check()?;
        let Shared { io, location, .. } = &*self.shared;
        let (path, key) = (self.part.manifest(), location.file(&self.part.manifest()));
        let (shown, mark) = (self.shared.shown(&path), mark::of(location, &path));
        let is_new = if self.shared.must_look(&key)? {
            false
        } else {
            match send_file(io, manifest, &key, &shown, mark, self.shared.keeps_conditions)? {
                Ok(()) => true,
                Err(e) if work::is_there(&e) => is_there_as_ours(io, &key, manifest, &shown)?,
                Err(e) => return Err(failed(&shown, &e)),
            }
        };
        if is_new {
            return Ok(());
        }
        // Another attempt was faster, and counts.
        let there = || SinkError::store(shown.clone(), "it is not the manifest of this part");
        let open = || StoredFile::open(io.clone(), &key);
        let theirs = open()?.ok_or_else(there)?;
        let entries = Entries::open(Box::new(theirs)).map_err(|_| there())?;
        if entries.part() != Some((self.part.index, &self.division)) {
            return Err(there());
        }
        self.remove_unlisted(Box::new(open()?.ok_or_else(there)?))
    }

    fn stop(&self) {
        self.shared.io.stop();
    }

    fn discard(&self) {
        self.work.flush_last();
        if !self.work.is_taken() {
            return;
        }
        // The parts were joined meanwhile, without what this attempt goes on to write.
        let Shared { io, location, .. } = &*self.shared;
        let manifest = io.clean(io.once().read(&location.file(manifest::PATH)));
        if let Some(Ok(text)) = manifest {
            let text = std::io::Cursor::new(text.to_vec());
            if let Err(e) = self.remove_unlisted(Box::new(text)) {
                io.warn(super::publish::left_words(&location.name, &e));
            }
        }
    }

    fn name(&self) -> String {
        self.shared.location.name.clone()
    }
}

/// A file under way.
struct PartFile {
    file: StoreFile,
    meter: Meter,
    path: RelPath,
    shared: Arc<Shared>,
}

impl Output for PartFile {
    fn write(&mut self, bytes: &[u8]) -> Result<(), SinkError> {
        self.meter.update(bytes);
        self.file.write(bytes)
    }

    fn restart(&mut self) -> Result<(), SinkError> {
        self.meter = Meter::default();
        self.file.restart()
    }

    fn finish(mut self: Box<Self>) -> Result<(), SinkError> {
        let (path, digest) = (self.path.as_str(), self.meter.clone().finish());
        if self.shared.must_look(&self.shared.location.file(path))? {
            return self.shared.adopt(path, &digest);
        }
        match self.file.close()? {
            Ok(()) => {
                self.shared.created().insert(self.shared.keys.hash_one(path));
                Ok(())
            }
            Err(e) if work::is_there(&e) => self.shared.adopt(path, &digest),
            Err(e) => Err(failed(&self.shared.shown(path), &e)),
        }
    }
}
