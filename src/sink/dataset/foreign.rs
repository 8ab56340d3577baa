//! What at a destination is not of a dataset of ours: only what a manifest lists is ever replaced.

use super::caches;
use super::caches::Caches;
use super::manifest;
use super::published::Published;
use crate::sink::error::SinkError;
use std::collections::HashSet;
use std::fmt;
use std::hash::{BuildHasher, RandomState};

/// How many foreign files are named.
const NAMED: usize = 3;

/// What is in the place of a dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// No files.
    Empty,
    /// A dataset, and nothing else but caches of other programs.
    Dataset(Caches),
    /// Something that is not ours.
    Foreign(Foreign),
}

/// What is not ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// Files that no manifest lists.
    Files {
        /// Whether there is a dataset as well.
        dataset: bool,
        /// The first of them, in their order.
        first: Vec<String>,
        /// How many there are.
        count: u64,
    },
    /// A file, a link or a device in the place of a folder.
    NotFolder,
    /// A folder, a link or a device in the place of an archive.
    NotFile,
    /// A file that is no archive with a manifest.
    NotArchive,
    /// A file that does not begin as lines do.
    NotLines,
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Files { dataset, first, count } => {
                let named: Vec<_> = first.iter().map(|path| format!("{path:?}")).collect();
                f.write_str(&named.join(", "))?;
                match count.saturating_sub(first.len() as u64) {
                    0 => {}
                    more => write!(f, " and {more} more")?,
                }
                f.write_str(if *dataset {
                    ", which its manifest does not list"
                } else {
                    ", and no dataset of syn-sink"
                })
            }
            Self::NotFolder => f.write_str("something that is not a folder"),
            Self::NotFile => f.write_str("something that is not a file"),
            Self::NotArchive => f.write_str("a file that is no archive of syn-sink: it has no manifest"),
            Self::NotLines => f.write_str("a file of something else than item lines or file lines"),
        }
    }
}

/// Looks at all that is in the place of a dataset. `is_ours` is asked about paths that its manifest does not list: they may be what
/// an earlier run has left.
///
/// # Errors
/// [`SinkError`] when the place cannot be read.
pub fn standing(
    place: &dyn Published,
    mut is_ours: impl FnMut(&str) -> Result<bool, SinkError>,
) -> Result<Standing, SinkError> {
    let keys = RandomState::new();
    let mut listed = HashSet::from([keys.hash_one(manifest::PATH)]);
    let dataset = match place.read(manifest::PATH)? {
        None => false,
        Some(text) => {
            let read = manifest::read(text, |entry| {
                listed.insert(keys.hash_one(entry.path.as_str()));
                Ok(())
            });
            match read {
                Ok(()) => true,
                Err(SinkError::Manifest(_)) => false,
                Err(e) => return Err(e),
            }
        }
    };
    let is_listed = |path: &str| listed.contains(&keys.hash_one(path));
    let (mut first, mut count, mut left) = (Vec::new(), 0, Caches::default());
    place.list(&mut |path, _| {
        if dataset && is_listed(path) {
            return Ok(());
        }
        // To ask may take a request: not when it is clear already.
        if count < NAMED as u64 && is_ours(path)? {
            return Ok(());
        }
        if dataset && caches::is_cache(path, is_listed) {
            left.add(path);
        } else {
            count += 1;
            // Listed in any order, named in one.
            let at = first.partition_point(|known: &String| known.as_str() < path);
            first.insert(at, path.to_owned());
            first.truncate(NAMED);
        }
        Ok(())
    })?;
    Ok(match (count, dataset) {
        (0, false) => Standing::Empty,
        (0, true) => Standing::Dataset(left),
        _ => Standing::Foreign(Foreign::Files { dataset, first, count }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::dataset::digest::Meter;
    use crate::sink::memory::{Files, MemoryStore};

    fn with(listed: Option<&[&str]>, there: &[&str]) -> Standing {
        let mut files: Files = there.iter().map(|path| ((*path).to_owned(), Vec::new())).collect();
        if let Some(listed) = listed {
            let scratch = tempfile::tempdir().unwrap();
            let mut manifest = manifest::ManifestWriter::new(scratch.path()).unwrap();
            listed.iter().for_each(|path| manifest.add(path, &Meter::of(b"")).unwrap());
            files.insert(manifest::PATH.to_owned(), std::fs::read(manifest.finish().unwrap()).unwrap());
        }
        let store = MemoryStore::default();
        store.put("x", files);
        standing(&store.published("x"), |path| Ok(path == "left")).unwrap()
    }

    #[test]
    fn only_what_a_manifest_lists_is_a_dataset() {
        for (listed, there, says) in [
            (None, &[][..], None),
            (Some(&[][..]), &[], None),
            (Some(&["a", "b/c"]), &["a", "b/c"], None),
            // Files that are missing are for --verify to tell.
            (Some(&["a", "b"]), &["a"], None),
            (None, &["left"], None),
            (None, &["a"], Some("\"a\", and no dataset of syn-sink")),
            (Some(&["a"]), &["a", "b"], Some("\"b\", which its manifest does not list")),
            (Some(&["a"]), &["A"], Some("\"A\", which its manifest does not list")),
            (
                Some(&[]),
                &["5", "1", "4", "2", "3"],
                Some("\"1\", \"2\", \"3\" and 2 more, which its manifest does not list"),
            ),
            (None, &["metadata/manifest.json"], Some("\"metadata/manifest.json\", and no dataset of syn-sink")),
        ] {
            let said = match with(listed, there) {
                Standing::Foreign(foreign) => Some(foreign.to_string()),
                Standing::Empty | Standing::Dataset(_) => None,
            };
            assert_eq!(said.as_deref(), says, "{listed:?} {there:?}");
        }
        assert_eq!(with(None, &[]), Standing::Empty);
        assert_eq!(with(Some(&["a"]), &["a"]), Standing::Dataset(Caches::default()));
        // Caches count only where there is a dataset.
        assert!(
            matches!(with(Some(&["a"]), &["a", ".DS_Store"]), Standing::Dataset(c) if c.to_string() == "\".DS_Store\"")
        );
        assert!(matches!(with(None, &[".DS_Store"]), Standing::Foreign(_)));
    }
}
