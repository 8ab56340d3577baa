//! What every destination can do, whatever it is: [`Destination`] and [`Output`].

use super::dataset::caches::Caches;
use super::dataset::digest::Digest;
use super::error::{SinkError, Unsupported};
use crate::net::retry::RetryPolicy;
use crate::path::RelPath;
use std::ffi::OsStr;
use std::io::Read;
use std::path::Path;

/// What becomes of a dataset that is there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and the run is refused.
    #[default]
    Refused,
    /// It is replaced as a whole, if it is all that is there.
    Replaced,
    /// The new one gets a number: `name(1)`, as the platform does it.
    Numbered,
}

/// How a destination is opened.
#[derive(Clone, Copy, Debug)]
pub struct OpenOptions<'a> {
    /// The destination, as the user wrote it.
    pub dest: &'a OsStr,
    /// What becomes of a dataset that is there already.
    pub existing: Existing,
    /// Cut into shards of this size, bytes before compression.
    pub shard_size: Option<u64>,
    /// Continue an earlier run, and keep what was written when this one fails.
    pub resume: bool,
    /// Keep what was written when the run fails.
    pub keep_staging: bool,
    /// Prefix in the same store under which files wait until the dataset is complete.
    pub staging_prefix: Option<&'a str>,
    /// How long failing servers are tried again.
    pub retry: &'a RetryPolicy,
}

/// How local files that lines name get into a dataset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LocalFiles {
    /// Their content is copied
    #[default]
    Copy,
    /// The dataset has the same file under another name; on the same file system only
    Hardlink,
    /// The dataset has a link to the file
    Symlink,
}

/// Where a dataset is written: readers see all of it or nothing.
///
/// Methods are called from several threads at once. Until [`publish`](Destination::publish) has returned, nobody who looks for the
/// dataset under its name may find any of it; in a store without folders, nobody may find its manifest.
///
/// `order` numbers the files of a run from 0, without gaps, in input order. Each number is used once: a file is finished, or
/// [`skip`](Destination::skip) is called with its number. A destination whose bytes depend on the order of files can so keep it.
pub trait Destination: Send + Sync {
    /// Announces a folder, `/`-separated below the dataset, before any file in it; the outermost folder comes first. Most destinations
    /// have nothing to do.
    ///
    /// # Errors
    /// [`SinkError::Write`].
    fn folder(&self, _path: &str) -> Result<(), SinkError> {
        Ok(())
    }

    /// Starts a file whose content comes in pieces.
    ///
    /// # Errors
    /// [`SinkError::Write`].
    fn start(&self, order: u64, path: &RelPath) -> Result<Box<dyn Output>, SinkError>;

    /// Writes a file whose content is in memory as a whole.
    ///
    /// # Errors
    /// [`SinkError::Write`].
    fn put(&self, order: u64, path: &RelPath, content: &[u8]) -> Result<(), SinkError> {
        let mut out = self.start(order, path)?;
        out.write(content)?;
        out.finish()
    }

    /// Writes a file whose content is `scratch`, a file in the scratch folder. It may be moved away instead of copied.
    ///
    /// # Errors
    /// [`SinkError::Write`].
    fn adopt(&self, order: u64, path: &RelPath, scratch: &Path) -> Result<(), SinkError> {
        let fail = |e| SinkError::write(path.as_str(), e);
        let mut file = std::fs::File::open(scratch).map_err(fail)?;
        let mut out = self.start(order, path)?;
        let mut block = vec![0; 256 * 1024];
        loop {
            match file.read(&mut block) {
                Ok(0) => return out.finish(),
                Ok(n) => out.write(&block[..n])?,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => return Err(fail(e)),
            }
        }
    }

    /// Writes a link to a local file instead of its content. `source` is absolute, and no part of it is a link.
    ///
    /// # Errors
    /// [`SinkError::Unsupported`] where there are no links, [`SinkError::Write`].
    fn link(&self, _order: u64, path: &RelPath, _source: &Path, _how: LocalFiles) -> Result<(), SinkError> {
        Err(SinkError::unsupported(self.name(), Unsupported::Link { path: path.as_str().to_owned() }))
    }

    /// Called once per file in input order, before any other call with this `order`: the id of the item that the file belongs to, as
    /// JSON; `None` for a file of no item.
    fn belongs(&self, _order: u64, _item: Option<&str>) {}

    /// Size and hash of a finished file from an earlier run; its size was checked at least. When it equals the new file, `start` and
    /// `put` are not called; otherwise the new file replaces it.
    fn held(&self, _path: &RelPath) -> Option<Digest> {
        None
    }

    /// The first bytes of a file that [`held`](Destination::held) has found, where they are at hand.
    fn beginning(&self, _path: &RelPath) -> Option<Vec<u8>> {
        None
    }

    /// Size and hash of what another run has brought in place of the file that was just finished.
    fn instead(&self, _path: &RelPath) -> Option<Digest> {
        None
    }

    /// Notes that a file is finished, or was found finished by [`held`](Destination::held), so that a later run can find it.
    ///
    /// # Errors
    /// [`SinkError`] when the note cannot be written.
    fn record(&self, _path: &RelPath, _seen: &Digest) -> Result<(), SinkError> {
        Ok(())
    }

    /// The file with this number will not come.
    ///
    /// # Errors
    /// [`SinkError::Write`] when files that waited for it cannot be written.
    fn skip(&self, _order: u64) -> Result<(), SinkError> {
        Ok(())
    }

    /// The run is over, with success or without: calls that wait, for other files or for a server, return an error soon. Called
    /// before `discard`, and after `publish`.
    fn stop(&self) {}

    /// An existing folder of this machine for unfinished files; `publish` and `discard` remove it.
    fn scratch(&self) -> &Path;

    /// Makes the dataset visible, durably. Called once, after all files are finished. `manifest`, a file in the scratch folder,
    /// becomes [`metadata/manifest.json`](super::dataset::manifest) with the number `order`, as the last file. Where a destination cannot
    /// make all files visible at once, the dataset counts as published when its manifest is there.
    ///
    /// # Errors
    /// [`SinkError`]; then [`discard`](Destination::discard) must still be called.
    fn publish(&self, order: u64, manifest: &Path) -> Result<(), SinkError>;

    /// Deletes everything that was written. Called instead of `publish`, or after it failed. It returns no error: the user has to hear
    /// of the failure that led here.
    fn discard(&self);

    /// Whether a local file lies in what publication replaces: it cannot be a source of the new dataset.
    fn replaces(&self, _file: &Path) -> bool {
        false
    }

    /// Caches of other programs that lie in the dataset which is replaced, and go with it.
    fn caches(&self) -> Option<&Caches> {
        None
    }

    /// Whether the same dataset was published before, so that nothing was written.
    fn is_unchanged(&self) -> bool {
        false
    }

    /// The destination as the user knows it, for messages; without secrets.
    fn name(&self) -> String;
}

/// An unfinished file. Dropping it without [`finish`](Output::finish) leaves nothing of it in the dataset.
pub trait Output: Send {
    /// Adds bytes at the end.
    ///
    /// # Errors
    /// [`SinkError::Write`].
    fn write(&mut self, bytes: &[u8]) -> Result<(), SinkError>;

    /// Drops what was written so far; the file starts again from its beginning.
    ///
    /// # Errors
    /// [`SinkError::Write`].
    fn restart(&mut self) -> Result<(), SinkError>;

    /// Completes the file.
    ///
    /// # Errors
    /// [`SinkError::Write`].
    fn finish(self: Box<Self>) -> Result<(), SinkError>;
}
