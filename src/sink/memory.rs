//! Datasets in memory: for tests, and for programs that use this library and want the files themselves. Not for the command line,
//! where they would be gone with the process.

use super::dataset::foreign::{Standing, standing};
use super::dataset::manifest;
use super::dataset::published::Published;
use super::destination::{Destination, Existing, Output};
use super::error::SinkError;
use crate::path::RelPath;
use crate::tr;
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The files of a dataset: path → content.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Named datasets in memory. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore(Arc<Mutex<BTreeMap<String, Files>>>);

impl MemoryStore {
    /// Begins a dataset of this name.
    ///
    /// # Errors
    /// [`SinkError::Exists`], [`SinkError::Foreign`], [`SinkError::Usage`] for a number, [`SinkError::Write`].
    pub fn begin(&self, name: &str, existing: Existing) -> Result<MemoryDestination, SinkError> {
        match existing {
            Existing::Numbered => return Err(SinkError::usage(tr!("memory-no-numbers"))),
            Existing::Refused | Existing::Replaced => {}
        }
        let there = self.lock().contains_key(name);
        match standing(&self.published(name), |_| Ok(false))? {
            Standing::Foreign(foreign) => return Err(SinkError::Foreign { dest: name.to_owned(), foreign }),
            Standing::Empty | Standing::Dataset(_) if there && existing == Existing::Refused => {
                return Err(SinkError::Exists { dest: name.to_owned() });
            }
            Standing::Empty | Standing::Dataset(_) => {}
        }
        let scratch = tempfile::Builder::new().prefix("syn-sink-").tempdir();
        let scratch = scratch.map_err(|e| SinkError::write(std::env::temp_dir().display().to_string(), e))?;
        Ok(MemoryDestination { store: self.clone(), name: name.to_owned(), existing, growing: Arc::default(), scratch })
    }

    /// The files of a dataset.
    pub fn get(&self, name: &str) -> Option<Files> {
        self.lock().get(name).cloned()
    }

    /// Removes a dataset, and returns its files.
    pub fn take(&self, name: &str) -> Option<Files> {
        self.lock().remove(name)
    }

    /// Adds a dataset; it replaces one of the same name.
    pub fn put(&self, name: &str, files: Files) {
        self.lock().insert(name.to_owned(), files);
    }

    /// The dataset of this name as its readers see it; it need not exist.
    pub fn published(&self, name: &str) -> MemoryDataset {
        MemoryDataset { store: self.clone(), name: name.to_owned() }
    }

    /// The names of all datasets.
    pub fn names(&self) -> Vec<String> {
        self.lock().keys().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Files>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An unfinished dataset: the store gets it when it is published.
#[derive(Debug)]
pub struct MemoryDestination {
    store: MemoryStore,
    name: String,
    existing: Existing,
    growing: Arc<Mutex<Files>>,
    scratch: tempfile::TempDir,
}

impl MemoryDestination {
    fn growing(&self) -> MutexGuard<'_, Files> {
        self.growing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Destination for MemoryDestination {
    fn start(&self, _order: u64, path: &RelPath) -> Result<Box<dyn Output>, SinkError> {
        Ok(Box::new(File { files: self.growing.clone(), path: path.as_str().to_owned(), content: Vec::new() }))
    }

    fn scratch(&self) -> &Path {
        self.scratch.path()
    }

    fn publish(&self, _order: u64, manifest: &Path) -> Result<(), SinkError> {
        let manifest = std::fs::read(manifest).map_err(|e| SinkError::write(manifest::PATH, e))?;
        let mut store = self.store.lock();
        if self.existing == Existing::Refused && store.contains_key(&self.name) {
            return Err(SinkError::Exists { dest: self.name.clone() });
        }
        let mut files = std::mem::take(&mut *self.growing());
        files.insert(manifest::PATH.to_owned(), manifest);
        store.insert(self.name.clone(), files);
        Ok(())
    }

    fn discard(&self) {
        self.growing().clear();
    }

    fn name(&self) -> String {
        self.name.clone()
    }
}

/// A file under way.
struct File {
    files: Arc<Mutex<Files>>,
    path: String,
    content: Vec<u8>,
}

impl Output for File {
    fn write(&mut self, bytes: &[u8]) -> Result<(), SinkError> {
        self.content.extend_from_slice(bytes);
        Ok(())
    }

    fn restart(&mut self) -> Result<(), SinkError> {
        self.content.clear();
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<(), SinkError> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner).insert(self.path, self.content);
        Ok(())
    }
}

/// A dataset of a store, which need not exist.
#[derive(Debug)]
pub struct MemoryDataset {
    store: MemoryStore,
    name: String,
}

impl Published for MemoryDataset {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn read(&self, path: &str) -> Result<Option<Box<dyn Read + Send>>, SinkError> {
        let store = self.store.lock();
        let content = store.get(&self.name).and_then(|files| files.get(path));
        Ok(content.map(|c| Box::new(Cursor::new(c.clone())) as Box<dyn Read + Send>))
    }

    fn list(&self, each: &mut dyn FnMut(&str, u64) -> Result<(), SinkError>) -> Result<(), SinkError> {
        let files: Vec<_> = match self.store.lock().get(&self.name) {
            Some(files) => files.iter().map(|(path, content)| (path.clone(), content.len() as u64)).collect(),
            None => Vec::new(),
        };
        files.iter().try_for_each(|(path, bytes)| each(path, *bytes))
    }
}
