//! What other programs leave inside a dataset without being asked: caches of trainers, notes of desktops. They belong to the dataset
//! that they lie in, and go with it when it is replaced. The list is short on purpose: what may be somebody's work is never on it.

use std::fmt;

/// How many are named.
const NAMED: usize = 3;

/// Folders of such files.
const FOLDERS: &[&str] = &[".ipynb_checkpoints", "__pycache__", "__MACOSX", "@eaDir", ".fseventsd", ".Spotlight-V100"];
/// Such files.
const FILES: &[&str] =
    &[".DS_Store", "Thumbs.db", "thumbs.db", "ehthumbs.db", "desktop.ini", "Desktop.ini", ".directory", ".localized"];
/// Endings of images beside which a trainer keeps them as an array, `a.npy` beside `a.jpg`.
const IMAGES: &[&str] = &["jpg", "jpeg", "png", "bmp", "webp", "tif", "tiff", "JPG", "JPEG", "PNG"];

/// Whether a path below a dataset is one of them. `is_listed` is asked whether the dataset has a file of its own at a path.
pub fn is_cache(path: &str, is_listed: impl Fn(&str) -> bool) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    if folders.split('/').any(|folder| FOLDERS.contains(&folder)) || FILES.contains(&name) {
        return true;
    }
    // Resource forks of macOS, what NFS keeps of deleted files, and label caches (`train.cache`, once `labels.cache.npy`).
    if name.starts_with("._") || name.starts_with(".nfs") || name.ends_with(".cache") || name.ends_with(".cache.npy") {
        return true;
    }
    path.strip_suffix(".npy").is_some_and(|stem| IMAGES.iter().any(|end| is_listed(&format!("{stem}.{end}"))))
}

/// The caches in a dataset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caches {
    first: Vec<String>,
    count: u64,
}

impl Caches {
    /// Adds one.
    pub fn add(&mut self, path: &str) {
        self.count += 1;
        // Listed in any order, named in one.
        let at = self.first.partition_point(|known| known.as_str() < path);
        self.first.insert(at, path.to_owned());
        self.first.truncate(NAMED);
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl fmt::Display for Caches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named: Vec<_> = self.first.iter().map(|path| format!("{path:?}")).collect();
        f.write_str(&named.join(", "))?;
        match self.count.saturating_sub(self.first.len() as u64) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_programs_leave_unasked_is_a_cache() {
        let listed = |path: &str| path == "images/a.jpg";
        for path in [
            "labels.cache",
            "labels/train.cache",
            "labels/train.cache.npy",
            ".DS_Store",
            "images/.DS_Store",
            "images/._a.jpg",
            "images/Thumbs.db",
            "desktop.ini",
            ".ipynb_checkpoints/a-checkpoint.ipynb",
            "images/.ipynb_checkpoints/x/y",
            "scripts/__pycache__/x.pyc",
            "@eaDir/a.jpg/SYNOFILE_THUMB_M.jpg",
            ".nfs000000000123",
            "images/a.npy",
        ] {
            assert!(is_cache(path, listed), "{path}");
        }
        for path in [
            "notes.txt",
            "images/b.npy",
            "a.npy",
            "cache",
            "cache/x.txt",
            "my.cache/x",
            "labels.cached",
            "DS_Store",
            "x.ipynb",
            ".gitignore",
        ] {
            assert!(!is_cache(path, listed), "{path}");
        }
    }
}
