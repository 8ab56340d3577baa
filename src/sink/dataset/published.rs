//! A published dataset, as its readers see it: [`Published`], the other side of a destination.

use super::manifest;
use crate::sink::error::SinkError;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

/// Is called with one file: its path below the dataset, and its content or why it cannot be read.
pub type Visit<'a> = dyn Fn(&str, io::Result<&mut dyn Read>) -> Result<(), SinkError> + Sync + 'a;

/// What can be read of a dataset. Calls may come from several threads at once.
pub trait Published: Send + Sync {
    /// The dataset as the user knows it, without secrets.
    fn name(&self) -> String;

    /// The content of one file; `None` when it is not there.
    ///
    /// # Errors
    /// [`SinkError`] when that cannot be known.
    fn read(&self, path: &str) -> Result<Option<Box<dyn Read + Send>>, SinkError>;

    /// Calls `each` with path and size (bytes) of every file, in any order, the manifest included.
    ///
    /// # Errors
    /// [`SinkError`] when the place cannot be listed; what `each` returns.
    fn list(&self, each: &mut dyn FnMut(&str, u64) -> Result<(), SinkError>) -> Result<(), SinkError>;

    /// The size of a file that the list leaves out although it is there, where lists may do that: it has to be asked for by name.
    ///
    /// # Errors
    /// [`SinkError`] when that cannot be known.
    fn unlisted(&self, _path: &str) -> Result<Option<u64>, SinkError> {
        Ok(None)
    }

    /// Calls `visit` with every file, with up to `threads` at once where that is faster.
    ///
    /// # Errors
    /// [`SinkError`] when the place cannot be listed; what `visit` returns.
    fn visit(&self, threads: usize, visit: &Visit<'_>) -> Result<(), SinkError> {
        let (send, receive) = crossbeam_channel::bounded::<String>(2 * threads);
        let failed = Mutex::new(None);
        thread::scope(|scope| {
            for _ in 0..threads {
                let receive = receive.clone();
                scope.spawn(|| {
                    for path in receive {
                        let done = match self.read(&path) {
                            Ok(Some(mut content)) => visit(&path, Ok(&mut *content)),
                            Ok(None) => visit(&path, Err(io::ErrorKind::NotFound.into())),
                            Err(e) => visit(&path, Err(io::Error::other(e))),
                        };
                        if let Err(e) = done {
                            failed.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get_or_insert(e);
                            return;
                        }
                    }
                });
            }
            drop(receive);
            let listed = self.list(&mut |path, _| {
                send.send(path.to_owned()).map_err(|_| SinkError::Internal("nobody reads the files any more"))
            });
            drop(send);
            listed
        })
        .map_err(|e| failed.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take().unwrap_or(e))?;
        failed.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).map_or(Ok(()), Err)
    }
}

/// Whether a dataset is published: whether it has a manifest.
///
/// # Errors
/// [`SinkError`] when that cannot be known.
pub fn is_there(dataset: &dyn Published) -> Result<bool, SinkError> {
    Ok(dataset.read(manifest::PATH)?.is_some())
}

/// A dataset in a local folder.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// The dataset in this folder, which need not exist.
    pub fn new(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    fn list_below(
        &self,
        folder: &Path,
        each: &mut dyn FnMut(&str, u64) -> Result<(), SinkError>,
    ) -> Result<(), SinkError> {
        let fail = |e| SinkError::Read { path: folder.display().to_string(), source: e };
        for entry in fs::read_dir(folder).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let path = entry.path();
            // A folder of the file system itself, in the top folder of some, which only its owner may read.
            if folder == self.0 && entry.file_name() == "lost+found" {
                continue;
            }
            if entry.file_type().map_err(fail)?.is_dir() {
                self.list_below(&path, each)?;
                continue;
            }
            let size = path.symlink_metadata().map_err(fail)?.len();
            let below = path.strip_prefix(&self.0).unwrap_or(&path);
            each(&below.to_string_lossy(), size)?;
        }
        Ok(())
    }
}

impl Published for Folder {
    fn name(&self) -> String {
        self.0.display().to_string()
    }

    fn read(&self, path: &str) -> Result<Option<Box<dyn Read + Send>>, SinkError> {
        let full = self.0.join(path);
        match File::open(&full) {
            Ok(file) => Ok(Some(Box::new(file))),
            Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
            Err(source) => Err(SinkError::Read { path: full.display().to_string(), source }),
        }
    }

    fn list(&self, each: &mut dyn FnMut(&str, u64) -> Result<(), SinkError>) -> Result<(), SinkError> {
        self.list_below(&self.0, each)
    }
}
