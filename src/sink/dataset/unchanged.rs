//! `--resume` where the dataset is there already: an identical export changes nothing, and any other is refused.

use super::digest::{Digest, Meter};
use super::manifest;
use super::published::{Published, is_there};
use crate::path::RelPath;
use crate::sink::destination::{Destination, Existing, OpenOptions, Output};
use crate::sink::error::SinkError;
use crate::tr;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// Deletes what a run that was killed after publishing has left.
pub type Tidy = dyn Fn() -> Result<(), SinkError> + Send + Sync;

/// A published dataset as a destination that accepts only what it contains already.
pub struct Unchanged {
    dataset: Arc<dyn Published>,
    scratch: tempfile::TempDir,
    keys: RandomState,
    held: HashMap<u64, Digest>,
    manifest: Digest,
    tidy: Box<Tidy>,
}

impl Unchanged {
    /// Reads the manifest of `dataset`; a file whose size differs from it counts as missing. `tidy` is called at the end of a run
    /// that found everything the same.
    ///
    /// # Errors
    /// [`SinkError`] when the dataset cannot be read.
    pub fn new(dataset: Arc<dyn Published>, tidy: Box<Tidy>) -> Result<Self, SinkError> {
        let scratch = tempfile::Builder::new().prefix("syn-sink-").tempdir();
        let scratch = scratch.map_err(|e| SinkError::write(std::env::temp_dir().display().to_string(), e))?;
        let keys = RandomState::new();
        let mut held = HashMap::new();
        let Some(content) = dataset.read(manifest::PATH)? else {
            return Err(SinkError::Manifest(tr!("manifest-none", dataset = dataset.name())));
        };
        let mut there = HashMap::new();
        dataset.list(&mut |path, size| {
            there.insert(keys.hash_one(path), size);
            Ok(())
        })?;
        let mut metered = MeteredReader { from: content, meter: Meter::default() };
        manifest::read(&mut metered, |entry| {
            let key = keys.hash_one(entry.path.as_str());
            let size = match there.get(&key) {
                Some(size) => Some(*size),
                None => dataset.unlisted(&entry.path)?,
            };
            if size == Some(entry.digest.bytes) {
                held.insert(key, entry.digest);
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

/// The dataset that is published already, when a run is to be resumed: `None` when it is not to be, or there is none. `published`
/// opens it; `tidy` is called at the end of a run that found it the same.
///
/// # Errors
/// [`SinkError`] when the dataset cannot be read.
pub fn find(
    options: &OpenOptions<'_>,
    published: impl FnOnce() -> Result<Arc<dyn Published>, SinkError>,
    tidy: Box<Tidy>,
) -> Result<Option<Arc<dyn Destination>>, SinkError> {
    if !options.resume || options.existing == Existing::Replaced {
        return Ok(None);
    }
    let dataset = published()?;
    if !is_there(&*dataset)? {
        return Ok(None);
    }
    match Unchanged::new(dataset, tidy) {
        Ok(same) => Ok(Some(Arc::new(same))),
        // No manifest of ours: what is there is for the writer to say.
        Err(SinkError::Manifest(_)) => Ok(None),
        Err(e) => Err(e),
    }
}

impl Destination for Unchanged {
    fn start(&self, _order: u64, path: &RelPath) -> Result<Box<dyn Output>, SinkError> {
        Err(self.differs(path.as_str()))
    }

    fn held(&self, path: &RelPath) -> Option<Digest> {
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
struct MeteredReader {
    from: Box<dyn Read + Send>,
    meter: Meter,
}

impl Read for MeteredReader {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let n = self.from.read(out)?;
        self.meter.update(&out[..n]);
        Ok(n)
    }
}
