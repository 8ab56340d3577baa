//! What every destination can do, whatever it is: [`Destination`] and [`Output`].

use super::dataset::digest::Seen;
use super::error::SinkError;
use crate::path::RelPath;
use std::io::Read;
use std::path::Path;

/// What becomes of a dataset that is there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Existing {
    /// The run is refused.
    #[default]
    Refused,
    /// It is replaced as a whole.
    Replaced,
    /// The new one gets a number: `name(1)`, as the platform does it.
    Numbered,
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

/// A place that a dataset is written to and that shows all of it or nothing.
///
/// Calls come from several threads at once. Until [`publish`](Destination::publish) has returned, nobody who looks for the
/// dataset under its name may find any of it (a store without folders: may find its manifest). Each file is finished exactly
/// once; `order` numbers the files of a run from 0 without gaps in input order, and a file that fails gives its number back
/// through [`skip`](Destination::skip), so that a destination whose bytes depend on the order of files can keep it.
pub trait Destination: Send + Sync {
    /// A folder that files will be put into; called before any of them, outermost folder first. Most destinations need nothing.
    ///
    /// # Errors
    /// [`SinkError::Write`].
    fn folder(&self, _path: &str) -> Result<(), SinkError> {
        Ok(())
    }

    /// Starts a file whose content comes piece by piece.
    ///
    /// # Errors
    /// [`SinkError::Write`].
    fn start(&self, order: u64, path: &RelPath) -> Result<Box<dyn Output>, SinkError>;

    /// Writes a file whose content is at hand.
    ///
    /// # Errors
    /// [`SinkError::Write`].
    fn put(&self, order: u64, path: &RelPath, content: &[u8]) -> Result<(), SinkError> {
        let mut out = self.start(order, path)?;
        out.write(content)?;
        out.finish()
    }

    /// Takes a file gathered in the scratch folder; it may be moved away.
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

    /// Puts a link to a local file in the place of its content. `source` is absolute and leads over no link itself.
    ///
    /// # Errors
    /// [`SinkError::Usage`] where there are no links, [`SinkError::Write`].
    fn link(&self, _order: u64, path: &RelPath, _source: &Path, _how: LocalFiles) -> Result<(), SinkError> {
        Err(SinkError::Usage(format!(
            "{path} cannot be a link in {}: links are for folders of this machine; use --local-files copy",
            self.name()
        )))
    }

    /// Told in input order, before anything else about the file with this number, which item it belongs to (as JSON).
    fn belongs(&self, _order: u64, _item: Option<&str>) {}

    /// What a run that is resumed finds at this path, finished and verified by size at least. When it is what the file would be,
    /// the file is neither started nor put; else it is, and takes its place.
    fn held(&self, _path: &RelPath) -> Option<Seen> {
        None
    }

    /// Told of every file that is finished or held, so that a later run can find it held.
    ///
    /// # Errors
    /// [`SinkError`] when it could not be noted.
    fn record(&self, _path: &RelPath, _seen: &Seen) -> Result<(), SinkError> {
        Ok(())
    }

    /// The file with this number will not come.
    ///
    /// # Errors
    /// [`SinkError::Write`] when files that waited for it could not be written.
    fn skip(&self, _order: u64) -> Result<(), SinkError> {
        Ok(())
    }

    /// The run is over, well or not: calls that wait, for others or for a server, end soon, with an error. Called before `discard`, and after `publish`.
    fn stop(&self) {}

    /// An existing local folder for files under way; removed by `publish` and `discard`.
    fn scratch(&self) -> &Path;

    /// Makes the dataset visible, durably. Called once, after all files are finished. `manifest`, a file in the scratch folder,
    /// becomes [`metadata/manifest.json`](super::dataset::manifest) under the number `order`, as the last file of all; where nothing else
    /// makes a dataset appear at once, its appearance does.
    ///
    /// # Errors
    /// [`SinkError`]; then [`discard`](Destination::discard) must still be called.
    fn publish(&self, order: u64, manifest: &Path) -> Result<(), SinkError>;

    /// Removes everything that was written. Called instead of `publish` or after it failed; reports nothing, since the failure
    /// that led here is what the user has to know.
    fn discard(&self);

    /// Whether the dataset was there before, the same, and nothing was written.
    fn is_unchanged(&self) -> bool {
        false
    }

    /// The destination as the user knows it, without secrets.
    fn name(&self) -> String;
}

/// One file under way. Dropping it without [`finish`](Output::finish) leaves nothing of it in the dataset.
pub trait Output: Send {
    /// Adds bytes at the end.
    ///
    /// # Errors
    /// [`SinkError::Write`].
    fn write(&mut self, bytes: &[u8]) -> Result<(), SinkError>;

    /// Throws away what was written so far.
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
