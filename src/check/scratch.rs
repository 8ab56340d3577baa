//! Temporary folders of a check: copies, and what was unpacked.

use crate::stream::StreamError;
use crate::tr;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use tempfile::TempDir;

/// How often a folder is removed that still grows.
const TRIES: usize = 100;

/// The temporary folders of one check. Each goes with its [`TempDir`]; when the process is to end without that, all go at once.
#[derive(Debug, Default)]
pub struct Scratch(Mutex<Vec<PathBuf>>);

impl Scratch {
    /// A new folder.
    ///
    /// # Errors
    /// [`StreamError::Write`] when there is no room for it.
    pub fn folder(&self) -> Result<TempDir, StreamError> {
        let folder = self.make(&std::env::temp_dir(), "syn-check-");
        folder.map_err(|source| StreamError::Write { name: tr!("temporary-folder"), source })
    }

    /// A new folder in another one.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn beside(&self, above: &Path) -> io::Result<TempDir> {
        self.make(above, ".syn-check-")
    }

    fn make(&self, above: &Path, prefix: &str) -> io::Result<TempDir> {
        // Held while it is made: one that is made while all are removed would stay.
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = tempfile::Builder::new().prefix(prefix).tempdir_in(above)?;
        made.push(folder.path().to_owned());
        Ok(folder)
    }

    /// Removes all of them while others may still write there; no folder is made after it.
    pub fn close(&self) {
        let made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for folder in made.iter() {
            for _ in 0..TRIES {
                match fs::remove_dir_all(folder) {
                    Err(e) if e.kind() != ErrorKind::NotFound => {}
                    _ => break,
                }
            }
        }
        // Whoever wants another one waits for the end of the process.
        std::mem::forget(made);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_folders_go_at_once_also_one_that_is_gone() {
        let scratch = Scratch::default();
        let (one, two) = (scratch.folder().unwrap(), scratch.folder().unwrap());
        fs::write(one.path().join("x"), "x").unwrap();
        fs::remove_dir(two.path()).unwrap();
        scratch.close();
        assert!(!one.path().exists() && !two.path().exists());
    }
}
