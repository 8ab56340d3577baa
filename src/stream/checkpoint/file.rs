//! The file that remembers how far a series of exports has come.

use super::reach::SAME;
use crate::exit::{Advice, Classified, Exit};
use crate::stream::whole_file::{self, Place, PlaceError};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

/// What a checkpoint file calls itself.
const KIND: &str = "synpipe checkpoint";

/// Why a checkpoint cannot be used, or not be moved.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The file cannot be read.
    #[error("cannot read the checkpoint {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The file cannot be written, or is none.
    #[error("cannot write the checkpoint {}: {reason}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What stands in the way.
        reason: PlaceError,
    },
    /// A file that is something else.
    #[error("{} is no checkpoint of this program, and stays as it is", .0.display())]
    Foreign(PathBuf),
    /// A checkpoint of a run that did not come to its end.
    #[error("{} was written by a run that did not come to its end", .0.display())]
    Unfinished(PathBuf),
    /// A checkpoint of another export.
    #[error("{} belongs to another export: {key} was {was} and is {is} now", path.display())]
    Differs {
        /// The file.
        path: PathBuf,
        /// What differs: `host`, `query`, …
        key: &'static str,
        /// What the checkpoint has, as JSON.
        was: String,
        /// What this run has, as JSON.
        is: String,
    },
    /// The input says nothing of how far it comes.
    #[error("the input does not say how far it comes, so there is nothing to write to {}", .0.display())]
    Silent(PathBuf),
    /// A part of a series is missing in the middle.
    #[error(
        "the input has all rows up to {from}, and then only what changed since {to}: a dump between them is missing"
    )]
    Gap {
        /// Where the first part ends.
        from: Timestamp,
        /// Where the next one begins.
        to: Timestamp,
    },
    /// The input is of several exports.
    #[error("the input is of {exports} exports, and {} is for one", path.display())]
    Several {
        /// The file.
        path: PathBuf,
        /// How many.
        exports: usize,
    },
}

impl Classified for CheckpointError {
    fn exit(&self) -> Exit {
        match self {
            Self::Read { .. } | Self::Foreign(_) | Self::Unfinished(_) | Self::Differs { .. } => Exit::Usage,
            Self::Write { .. } => Exit::Output,
            Self::Silent(_) | Self::Gap { .. } | Self::Several { .. } => Exit::Input,
        }
    }

    fn advice(&self) -> Option<Advice> {
        match self {
            Self::Foreign(_) => Some(Advice::OtherCheckpoint),
            Self::Unfinished(_) | Self::Differs { .. } => Some(Advice::NewSeries),
            Self::Silent(_) => Some(Advice::FetchCheckpoint),
            Self::Gap { .. } => Some(Advice::FetchAll),
            Self::Several { .. } => Some(Advice::OneExport),
            Self::Read { .. } | Self::Write { .. } => None,
        }
    }
}

/// The content of a checkpoint file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// [`KIND`].
    kind: String,
    /// What identifies the exports of the series.
    pub export: Map<String, Value>,
    /// All changes before this moment have been brought.
    pub position: Timestamp,
}

/// The file before positions had a form of their own.
#[derive(Deserialize)]
struct First {
    version: u32,
    identity: Map<String, Value>,
    started: Timestamp,
    complete: bool,
}

impl Checkpoint {
    /// A position in a series of exports.
    pub fn new(export: Map<String, Value>, position: Timestamp) -> Self {
        Self { kind: KIND.to_owned(), export, position }
    }

    /// Reads a file; `None` when there is none. A file that could not be replaced later is refused now.
    ///
    /// # Errors
    /// [`CheckpointError`] when it cannot be read, or is no checkpoint.
    pub fn load(path: &Path) -> Result<Option<Self>, CheckpointError> {
        let file = Place::file(path).map_err(|reason| CheckpointError::Write { path: path.to_owned(), reason })?;
        let bytes = match std::fs::read(file) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(CheckpointError::Read { path: path.to_owned(), source }),
        };
        match (serde_json::from_slice::<Self>(&bytes), serde_json::from_slice::<First>(&bytes)) {
            (Ok(found), _) if found.kind == KIND => Ok(Some(found)),
            (_, Ok(first)) if first.version == 1 && first.complete => {
                Ok(Some(Self::new(first.identity, first.started)))
            }
            (_, Ok(first)) if first.version == 1 => Err(CheckpointError::Unfinished(path.to_owned())),
            _ => Err(CheckpointError::Foreign(path.to_owned())),
        }
    }

    /// Writes the file: whole, or not at all. One that has come further meanwhile stays.
    ///
    /// # Errors
    /// [`CheckpointError`].
    pub fn save(&self, path: &Path) -> Result<(), CheckpointError> {
        if Self::load(path)?.is_some_and(|there| there.export == self.export && there.position >= self.position) {
            return Ok(());
        }
        let write = |reason| CheckpointError::Write { path: path.to_owned(), reason };
        let mut text = serde_json::to_vec(self).map_err(|e| write(PlaceError::Io(e.into())))?;
        text.push(b'\n');
        whole_file::replace(path, &text).map_err(write)
    }

    /// Whether a run of this identity is part of the series.
    ///
    /// # Errors
    /// [`CheckpointError::Differs`].
    pub fn check(&self, path: &Path, identity: &Map<String, Value>) -> Result<(), CheckpointError> {
        for key in SAME.into_iter().filter(|key| *key != "shard") {
            let (was, is) = (self.export.get(key).unwrap_or(&Value::Null), identity.get(key).unwrap_or(&Value::Null));
            if was != is {
                let (was, is) = (was.to_string(), is.to_string());
                return Err(CheckpointError::Differs { path: path.to_owned(), key, was, is });
            }
        }
        Ok(())
    }
}

/// A series of exports, each of which continues the one before.
#[derive(Clone, Debug)]
pub struct Series {
    /// The file that remembers the position.
    pub file: PathBuf,
    /// What it holds; `None` before the first export, which has everything.
    pub earlier: Option<Checkpoint>,
}

/// Changes of this time before a position are fetched again: clocks differ, and what is stored may be seen a little later.
const MARGIN: jiff::SignedDuration = jiff::SignedDuration::from_secs(300);

impl Series {
    /// The series that a file remembers.
    ///
    /// # Errors
    /// As [`Checkpoint::load`].
    pub fn load(file: &Path) -> Result<Self, CheckpointError> {
        Ok(Self { file: file.to_owned(), earlier: Checkpoint::load(file)? })
    }

    /// The position.
    pub fn position(&self) -> Option<Timestamp> {
        self.earlier.as_ref().map(|earlier| earlier.position)
    }

    /// The moment from which changes are to be fetched; `None`: everything.
    pub fn changed_since(&self) -> Option<Timestamp> {
        self.position().map(|position| position.checked_sub(MARGIN).unwrap_or(position))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(1_767_225_600 + hour * 3600).unwrap()
    }

    #[test]
    fn only_a_checkpoint_of_ours_is_read_and_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("c.json");
        assert_eq!(Checkpoint::load(&path).unwrap(), None);
        let (early, late) = (Checkpoint::new(Map::new(), at(1)), Checkpoint::new(Map::new(), at(2)));
        for one in [&early, &late] {
            one.save(&path).unwrap();
            assert_eq!(Checkpoint::load(&path).unwrap().as_ref(), Some(one));
        }
        early.save(&path).unwrap();
        assert_eq!(Checkpoint::load(&path).unwrap(), Some(late), "it never goes back");
        let first = r#"{"version":1,"identity":{"host":"h"},"rows":1,"bytes":2,"last":7,"cursor":null,"expected":1,"started":"2026-01-01T00:00:00Z","complete":true}"#;
        std::fs::write(&path, first).unwrap();
        assert_eq!(Checkpoint::load(&path).unwrap().map(|c| c.position), Some(at(0)));
        for other in [
            "{}",
            "[]",
            "",
            "x",
            "{\"kind\":\"other\",\"export\":{},\"position\":\"2026-01-01T00:00:00Z\"}",
            "{\"version\":2}",
            &first.replace("\"complete\":true", "\"complete\":false"),
        ] {
            std::fs::write(&path, other).unwrap();
            assert!(Checkpoint::load(&path).is_err() && early.save(&path).is_err(), "{other}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), other, "it stays");
        }
    }
}
