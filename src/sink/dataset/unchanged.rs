//! `--resume` where the dataset is there already: an identical export changes nothing, and any other is refused.

use super::digest::{Meter, Seen};
use super::manifest;
use super::published::Published;
use crate::path::RelPath;
use crate::sink::destination::{Destination, Output};
use crate::sink::error::SinkError;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// Removes what a run that was killed after publishing has left.
pub type Tidy = dyn Fn() -> Result<(), SinkError> + Send + Sync;

/// A published dataset that takes only what it has.
pub struct Unchanged {
    dataset: Arc<dyn Published>,
    scratch: tempfile::TempDir,
    keys: RandomState,
    held: HashMap<u64, Seen>,
    manifest: Seen,
    tidy: Box<Tidy>,
}

impl Unchanged {
    /// Reads the manifest; files whose size is not what it says count as missing. `tidy` is called when all is the
    /// same.
    ///
    /// # Errors
    /// [`SinkError`] when the dataset cannot be read.
    pub fn new(dataset: Arc<dyn Published>, tidy: Box<Tidy>) -> Result<Self, SinkError> {
        let scratch = tempfile::Builder::new().prefix("syn-sink-").tempdir();
        let scratch = scratch.map_err(|e| SinkError::write(std::env::temp_dir().display().to_string(), e))?;
        let keys = RandomState::new();
        let mut held = HashMap::new();
        let Some(content) = dataset.read(manifest::PATH)? else {
            return Err(SinkError::Manifest(format!("{} has none", dataset.name())));
        };
        let mut there = HashMap::new();
        dataset.list(&mut |path, size| {
            there.insert(keys.hash_one(path), size);
            Ok(())
        })?;
        let mut metered = Metered { from: content, meter: Meter::default() };
        manifest::read(&mut metered, |entry| {
            let key = keys.hash_one(entry.path.as_str());
            let size = match there.get(&key) {
                Some(size) => Some(*size),
                None => dataset.unlisted(&entry.path)?,
            };
            if size == Some(entry.seen.bytes) {
                held.insert(key, entry.seen);
            }
            Ok(())
        })?;
        let manifest = metered.meter.finish();
        Ok(Self { dataset, scratch, keys, held, manifest, tidy })
    }

    fn differs(&self, path: &str) -> SinkError {
        SinkError::Differs { dest: self.dataset.name(), path: path.to_owned() }
    }
}

impl Destination for Unchanged {
    fn start(&self, _order: u64, path: &RelPath) -> Result<Box<dyn Output>, SinkError> {
        Err(self.differs(path.as_str()))
    }

    fn held(&self, path: &RelPath) -> Option<Seen> {
        self.held.get(&self.keys.hash_one(path.as_str())).copied()
    }

    fn put(&self, _order: u64, path: &RelPath, content: &[u8]) -> Result<(), SinkError> {
        if self.held(path) == Some(Meter::of(content)) { Ok(()) } else { Err(self.differs(path.as_str())) }
    }

    fn scratch(&self) -> &Path {
        self.scratch.path()
    }

    fn publish(&self, _order: u64, manifest: &Path) -> Result<(), SinkError> {
        let content = std::fs::read(manifest).map_err(|e| SinkError::write(manifest::PATH, e))?;
        if Meter::of(&content) == self.manifest { (self.tidy)() } else { Err(self.differs(manifest::PATH)) }
    }

    fn discard(&self) {}

    fn is_unchanged(&self) -> bool {
        true
    }

    fn name(&self) -> String {
        self.dataset.name()
    }
}

/// Hashes what is read.
struct Metered {
    from: Box<dyn Read + Send>,
    meter: Meter,
}

impl Read for Metered {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let n = self.from.read(out)?;
        self.meter.update(&out[..n]);
        Ok(n)
    }
}
