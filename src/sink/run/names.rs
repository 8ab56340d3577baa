//! Which paths were given so far: finds the same path twice, twins, and a name that is both a file and a folder.
//!
//! Two paths are twins when they differ only in case or Unicode form: on macOS and Windows they would be one file, so the same
//! dataset would be another one there. Paths are kept as 64-bit keyed hashes, about 10 bytes each; for three million paths the
//! chance of a false alarm is below one in a million.

use crate::path::{RelPath, nfc};
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

/// Why a path cannot be claimed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// It is a file, and a folder in another line.
    #[error("{0:?} is a file here, and a folder in another line")]
    Folder(String),
    /// It is a folder of this path, and a file in another line.
    #[error("{folder:?} is a folder in {path:?}, and a file in another line")]
    File {
        /// The folder.
        folder: String,
        /// The path.
        path: String,
    },
    /// The same path, or a twin of it, was given before.
    #[error(
        "{0:?} was given before; names that differ only in case or Unicode form count as the same, since they are one file on \
         some systems"
    )]
    Twice(String),
    /// A folder of this path was given before in another spelling.
    #[error(
        "the folder {folder:?} of {path:?} was given before in another spelling (case or Unicode form); the two are one folder \
         on some systems"
    )]
    Spelling {
        /// The folder.
        folder: String,
        /// The path.
        path: String,
    },
    /// The path is kept for the manifest, which the sink itself writes.
    #[error("{0:?} is the list of files that the sink itself writes")]
    Manifest(String),
}

/// The paths claimed so far.
#[derive(Debug, Default)]
pub struct Names {
    keys: RandomState,
    files: HashSet<u64>,
    /// Folded path of a folder → its exact spelling, both hashed.
    folders: HashMap<u64, u64>,
    /// The folder of the last path: most lines share it with the line before.
    last_folder: String,
}

impl Names {
    /// Claims a path. Returns the folders above it that no path had before, outermost first.
    ///
    /// # Errors
    /// [`NameError`]: the rule that the path breaks.
    pub fn claim(&mut self, path: &RelPath) -> Result<Vec<String>, NameError> {
        let text = path.as_str();
        let folder = text.rfind('/').map_or("", |i| &text[..i]);
        let new = if folder == self.last_folder { Vec::new() } else { self.claim_folders(text)? };
        let key = self.folded(text);
        if self.folders.contains_key(&key) {
            return Err(NameError::Folder(text.to_owned()));
        }
        if !self.files.insert(key) {
            return Err(NameError::Twice(text.to_owned()));
        }
        folder.clone_into(&mut self.last_folder);
        Ok(new)
    }

    fn claim_folders(&mut self, text: &str) -> Result<Vec<String>, NameError> {
        let mut new = Vec::new();
        for (end, _) in text.match_indices('/') {
            let folder = &text[..end];
            let key = self.folded(folder);
            let exact = self.keys.hash_one(folder);
            match self.folders.insert(key, exact) {
                None if self.files.contains(&key) => {
                    return Err(NameError::File { folder: folder.to_owned(), path: text.to_owned() });
                }
                None => new.push(folder.to_owned()),
                Some(before) if before != exact => {
                    return Err(NameError::Spelling { folder: folder.to_owned(), path: text.to_owned() });
                }
                Some(_) => {}
            }
        }
        Ok(new)
    }

    fn folded(&self, text: &str) -> u64 {
        if text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) {
            return self.keys.hash_one(text);
        }
        self.keys.hash_one(&*nfc(&text.to_lowercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(paths: &[&str]) -> Result<Vec<String>, NameError> {
        let mut names = Names::default();
        let mut new = Vec::new();
        for p in paths {
            new.extend(names.claim(&RelPath::new(p).unwrap())?);
        }
        Ok(new)
    }

    #[test]
    fn returns_new_folders_once_outermost_first() {
        assert_eq!(claims(&["a/b/1", "a/b/2", "a/c/1", "x", "a/b/3"]).unwrap(), ["a", "a/b", "a/c"]);
    }

    #[test]
    fn finds_twins_and_files_that_are_folders() {
        for (paths, say) in [
            (&["a/x", "a/x"][..], "given before"),
            (&["a/x.TXT", "b/y", "a/X.txt"], "given before"),
            (&["\u{e9}", "e\u{301}"], "given before"),
            (&["\u{c9}", "e\u{301}"], "given before"),
            (&["a", "a/b"], "a file in another line"),
            (&["a/b", "a"], "a folder in another line"),
            (&["A", "a/b"], "a file in another line"),
            (&["Cat/1", "cat/2"], "another spelling"),
        ] {
            let e = claims(paths).expect_err(&format!("{paths:?}")).to_string();
            assert!(e.contains(say), "{paths:?}: {e}");
        }
    }
}
