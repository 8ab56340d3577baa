//! A dataset cut into tars of about one size, as WebDataset readers stream them: `NAME-000000.tar`, `NAME-000001.tar`, … in the
//! folder `NAME/`. The files of one item stand next to each other in one shard; files of no item (class lists, documents,
//! reports) lie beside the shards as they are.
//!
//! The folder is another [`Destination`], which makes it appear as a whole. Its manifest lists what lies in it: the shards and
//! the files beside them.

use super::buffered::Buffered;
use super::buffered_file::BufferedFile;
use super::format::{ArchiveFormat, Compressor};
use super::in_order::{FinishedFile, InOrder, Sequence};
use super::tar_writer::TarWriter;
use crate::path::RelPath;
use crate::sink::dataset::caches::Caches;
use crate::sink::dataset::digest::{Digest, Meter};
use crate::sink::dataset::manifest;
use crate::sink::destination::{Destination, Output};
use crate::sink::error::SinkError;
use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How to cut.
#[derive(Clone, Debug)]
pub struct ShardOptions {
    /// What the names of shards begin with.
    pub stem: String,
    /// Their format; not zip.
    pub format: ArchiveFormat,
    /// Their largest size before compression, bytes. An item that is larger has a shard of its own.
    pub size: u64,
}

/// Shards in a folder.
pub struct Shards {
    folder: Arc<dyn Destination>,
    files: Arc<InOrder<ShardWriter>>,
    beside: Mutex<Beside>,
    numbers: Arc<AtomicU64>,
}

/// The files that lie beside the shards, and what is known of those to come.
#[derive(Default)]
struct Beside {
    /// The items of files that were not started yet, by number.
    items: HashMap<u64, Box<str>>,
    folders: HashSet<String>,
    paths: HashSet<String>,
}

/// Writes shards one after the other.
struct ShardWriter {
    folder: Arc<dyn Destination>,
    numbers: Arc<AtomicU64>,
    options: ShardOptions,
    item: Option<Box<str>>,
    /// The files of the item that is not complete yet.
    waiting: Vec<FinishedFile>,
    open: Option<Shard>,
    done: Vec<(String, Digest)>,
}

struct Shard {
    name: String,
    tar: TarWriter<Compressor<MeteredOutput>>,
    bytes: u64,
}

/// A file of the folder that is measured as it is written.
struct MeteredOutput {
    out: Box<dyn Output>,
    meter: Meter,
}

impl Shards {
    /// Shards in this folder, which must be new.
    pub fn new(folder: Arc<dyn Destination>, options: ShardOptions) -> Self {
        let numbers = Arc::new(AtomicU64::new(0));
        let (open, done) = (None, Vec::new());
        let writer = ShardWriter {
            folder: folder.clone(),
            numbers: numbers.clone(),
            options,
            item: None,
            waiting: Vec::new(),
            open,
            done,
        };
        let files = Arc::new(InOrder::new(writer, folder.scratch()));
        Self { folder, files, beside: Mutex::default(), numbers }
    }

    fn beside(&self) -> MutexGuard<'_, Beside> {
        self.beside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn item(&self, order: u64) -> Option<Box<str>> {
        self.beside().items.remove(&order)
    }

    /// Takes a file out of the order of shards, to lie beside them; returns its number in the folder.
    fn beside_shards(&self, order: u64, path: &RelPath) -> Result<u64, SinkError> {
        self.files.skip(order)?;
        let mut beside = self.beside();
        for (end, _) in path.as_str().match_indices('/') {
            let folder = &path.as_str()[..end];
            if !beside.folders.contains(folder) {
                self.folder.folder(folder)?;
                beside.folders.insert(folder.to_owned());
            }
        }
        beside.paths.insert(path.as_str().to_owned());
        Ok(self.numbers.fetch_add(1, Ordering::Relaxed))
    }

    fn enter(
        &self,
        order: u64,
        path: &RelPath,
        item: Box<str>,
        content: io::Result<Buffered>,
    ) -> Result<(), SinkError> {
        let content = content.map_err(|e| SinkError::write(path.as_str(), e))?;
        self.files.enter(order, FinishedFile { path: path.clone(), item: Some(item), content })
    }

    /// The manifest of the folder, from that of the files.
    fn manifest(&self, of_files: &Path, shards: &[(String, Digest)]) -> Result<std::path::PathBuf, SinkError> {
        let fail = |e| SinkError::write(manifest::PATH, e);
        let scratch = self.scratch().join("shards");
        fs::create_dir(&scratch).map_err(fail)?;
        let mut writer = manifest::ManifestWriter::new(&scratch)?;
        shards.iter().try_for_each(|(name, digest)| writer.add(name, digest))?;
        let beside = self.beside();
        manifest::read(File::open(of_files).map_err(fail)?, |entry| {
            if beside.paths.contains(&entry.path) { writer.add(&entry.path, &entry.digest) } else { Ok(()) }
        })?;
        writer.finish()
    }
}

impl Destination for Shards {
    fn belongs(&self, order: u64, item: Option<&str>) {
        if let Some(item) = item {
            self.beside().items.insert(order, item.into());
        }
    }

    fn start(&self, order: u64, path: &RelPath) -> Result<Box<dyn Output>, SinkError> {
        match self.item(order) {
            Some(item) => Ok(Box::new(BufferedFile::new(self.files.clone(), order, path, Some(item)))),
            None => self.folder.start(self.beside_shards(order, path)?, path),
        }
    }

    fn put(&self, order: u64, path: &RelPath, content: &[u8]) -> Result<(), SinkError> {
        match self.item(order) {
            Some(item) => {
                self.enter(order, path, item, Buffered::of(content, self.files.memory(), self.files.scratch()))
            }
            None => self.folder.put(self.beside_shards(order, path)?, path, content),
        }
    }

    fn adopt(&self, order: u64, path: &RelPath, scratch: &Path) -> Result<(), SinkError> {
        match self.item(order) {
            Some(item) => self.enter(order, path, item, Buffered::file(scratch)),
            None => self.folder.adopt(self.beside_shards(order, path)?, path, scratch),
        }
    }

    fn skip(&self, order: u64) -> Result<(), SinkError> {
        drop(self.item(order));
        self.files.skip(order)
    }

    fn scratch(&self) -> &Path {
        self.folder.scratch()
    }

    fn replaces(&self, file: &Path) -> bool {
        self.folder.replaces(file)
    }

    fn caches(&self) -> Option<&Caches> {
        self.folder.caches()
    }

    fn stop(&self) {
        self.files.stop();
        self.folder.stop();
    }

    fn publish(&self, _order: u64, manifest: &Path) -> Result<(), SinkError> {
        let shards = self.files.sequence().finish()?;
        let manifest = self.manifest(manifest, &shards)?;
        // Every shard has a name of its own, so only the folder of the manifest may still be missing.
        self.folder.publish(self.numbers.fetch_add(1, Ordering::Relaxed), &manifest)
    }

    fn discard(&self) {
        let mut shards = self.files.sequence();
        (shards.open, shards.waiting) = (None, Vec::new());
        self.folder.discard();
    }

    fn name(&self) -> String {
        self.folder.name()
    }
}

impl ShardWriter {
    /// Writes the item that is complete now, into the shard that has room for it.
    fn write(&mut self) -> Result<(), SinkError> {
        let entries = std::mem::take(&mut self.waiting);
        let size = |e: &FinishedFile| TarWriter::<Vec<u8>>::size_of(e.path.as_str(), e.content.bytes());
        let bytes: u64 = entries.iter().map(size).sum();
        if self.open.as_ref().is_some_and(|shard| shard.bytes + bytes > self.options.size) {
            self.close()?;
        }
        let shard = match &mut self.open {
            Some(shard) => shard,
            None => {
                let name = format!("{}-{:06}{}", self.options.stem, self.done.len(), self.options.format.ending());
                let path = RelPath::new(&name).map_err(|e| SinkError::usage(e.to_string()))?;
                let out = self.folder.start(self.numbers.fetch_add(1, Ordering::Relaxed), &path)?;
                let out = MeteredOutput { out, meter: Meter::default() };
                let compressed = Compressor::new(self.options.format.compression(), out)
                    .map_err(|e| SinkError::write(name.as_str(), e))?;
                self.open.insert(Shard { name, tar: TarWriter::new(compressed), bytes: 0 })
            }
        };
        shard.bytes += bytes;
        for entry in &entries {
            let content = &entry.content;
            let added = content.reader().and_then(|mut r| shard.tar.add(entry.path.as_str(), content.bytes(), &mut r));
            added.map_err(|e| SinkError::write(shard.name.as_str(), e))?;
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), SinkError> {
        let Some(Shard { name, tar, .. }) = self.open.take() else { return Ok(()) };
        let out = tar.finish().and_then(Compressor::finish).map_err(|e| SinkError::write(name.as_str(), e))?;
        out.out.finish()?;
        self.done.push((name, out.meter.finish()));
        Ok(())
    }

    fn finish(&mut self) -> Result<Vec<(String, Digest)>, SinkError> {
        if !self.waiting.is_empty() {
            self.write()?;
        }
        self.close()?;
        Ok(std::mem::take(&mut self.done))
    }
}

impl Sequence for ShardWriter {
    fn add(&mut self, entry: FinishedFile) -> Result<(), SinkError> {
        if entry.item != self.item && !self.waiting.is_empty() {
            self.write()?;
        }
        self.item.clone_from(&entry.item);
        self.waiting.push(entry);
        Ok(())
    }
}

impl Write for MeteredOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes).map_err(|e| match e {
            SinkError::Write { source, .. } => source,
            other => io::Error::other(other.to_string()),
        })?;
        self.meter.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
