//! Where an export stands, so that a later run can continue it: `--checkpoint FILE`, `--resume`, `--since-checkpoint`.
//!
//! A checkpoint is written to a temporary file and renamed, so it is whole or not there. It holds what identifies the export and
//! how far it came; no token, no URL. It never runs ahead of the output: rows are flushed first.

use crate::api::Id;
use crate::exit::{Advice, Classified, Exit};
use crate::fetch::FetchError;
use crate::stream::StreamError;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Time between two checkpoints of a run.
const EVERY: Duration = Duration::from_secs(1);
/// The clocks of two machines may differ by so much; rows of this time are fetched again by `--since-checkpoint`.
const MARGIN: jiff::SignedDuration = jiff::SignedDuration::from_secs(300);

/// What an earlier run left cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// A checkpoint or a dump cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A file that is something else.
    #[error("{} is no checkpoint of this program", .0.display())]
    NoCheckpoint(PathBuf),
    /// The earlier run exported something else.
    #[error("cannot resume: {key} was {was} and is {is} now")]
    Differs {
        /// What differs: `host`, `query`, `limit`, …
        key: &'static str,
        /// What the earlier run had, as JSON.
        was: String,
        /// What this one has, as JSON.
        is: String,
    },
    /// A dump without frames says nothing about itself.
    #[error("{} has no begin frame, so its checkpoint is needed to resume it", .0.display())]
    NoBegin(PathBuf),
    /// Another reason for which a dump cannot be continued.
    #[error("{}: {reason}", path.display())]
    Dump {
        /// The dump.
        path: PathBuf,
        /// What is wrong.
        reason: &'static str,
    },
}

impl Classified for CheckpointError {
    fn exit(&self) -> Exit {
        Exit::Usage
    }

    fn advice(&self) -> Option<Advice> {
        match self {
            Self::NoCheckpoint(_) => Some(Advice::OtherCheckpoint),
            Self::Differs { .. } => Some(Advice::SameOptions),
            Self::NoBegin(_) => Some(Advice::GiveCheckpoint),
            Self::Read { .. } | Self::Dump { .. } => None,
        }
    }
}

/// The content of a checkpoint file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Version of the format of this file: 1.
    pub version: u32,
    /// What identifies the export ([`crate::fetch::Request::identity`]).
    pub identity: Map<String, Value>,
    /// Rows written and flushed.
    pub rows: u64,
    /// Bytes written and flushed, frames included.
    pub bytes: u64,
    /// Key of the last of these rows.
    pub last: Option<i64>,
    /// What led to the page of that row, in a walk that follows cursors.
    pub cursor: Option<(String, String)>,
    /// Rows the server counted when the export began.
    pub expected: Option<u64>,
    /// When the export began.
    pub started: jiff::Timestamp,
    /// Whether it came to its end.
    pub complete: bool,
}

/// How far an earlier run came.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resume {
    /// What identified that export.
    pub identity: Map<String, Value>,
    /// Rows it wrote.
    pub rows: u64,
    /// Bytes of the output that are kept.
    pub bytes: u64,
    /// Key of its last row; `None` = it wrote no row.
    pub last: Option<i64>,
    /// What led to the page of that row.
    pub cursor: Option<(String, String)>,
    /// Rows the server counted then.
    pub expected: Option<u64>,
    /// When it began, if that is known.
    pub started: Option<jiff::Timestamp>,
    /// Whether nothing is left to do.
    pub complete: bool,
}

impl Checkpoint {
    /// Reads a file; `None` when there is none.
    ///
    /// # Errors
    /// [`CheckpointError`] when it cannot be read or is no checkpoint.
    pub fn load(path: &Path) -> Result<Option<Self>, CheckpointError> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(CheckpointError::Read { path: path.to_owned(), source }),
        };
        match serde_json::from_slice::<Self>(&bytes) {
            Ok(found) if found.version == 1 => Ok(Some(found)),
            _ => Err(CheckpointError::NoCheckpoint(path.to_owned())),
        }
    }

    /// Writes the file: whole, or not at all.
    ///
    /// # Errors
    /// [`StreamError::Write`].
    pub fn save(&self, path: &Path) -> Result<(), StreamError> {
        let write = || -> std::io::Result<()> {
            let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            serde_json::to_writer(&mut file, self)?;
            file.write_all(b"\n")?;
            file.as_file().sync_data()?;
            file.persist(path)?;
            Ok(())
        };
        write().map_err(|source| StreamError::Write { name: path.display().to_string(), source })
    }

    /// The moment from which changes are to be fetched.
    pub fn changed_since(&self) -> String {
        self.started.checked_sub(MARGIN).unwrap_or(self.started).to_string()
    }
}

impl From<Checkpoint> for Resume {
    fn from(c: Checkpoint) -> Self {
        Self {
            identity: c.identity,
            rows: c.rows,
            bytes: c.bytes,
            last: c.last,
            cursor: c.cursor,
            expected: c.expected,
            started: Some(c.started),
            complete: c.complete,
        }
    }
}

/// Compares what is to be exported with what an earlier run exported.
///
/// # Errors
/// [`CheckpointError::Differs`].
pub fn same(old: &Map<String, Value>, new: &Map<String, Value>) -> Result<(), CheckpointError> {
    for key in ["host", "target", "query", "ids", "order", "limit", "shard", "dimensions"] {
        let (was, is) = (old.get(key).unwrap_or(&Value::Null), new.get(key).unwrap_or(&Value::Null));
        if was != is {
            return Err(CheckpointError::Differs { key, was: was.to_string(), is: is.to_string() });
        }
    }
    Ok(())
}

/// Writes checkpoints as rows go out.
#[derive(Debug)]
pub struct Saver {
    path: Option<PathBuf>,
    /// Only the end is saved; an earlier checkpoint stays until then.
    at_end: bool,
    state: Checkpoint,
    saved: Instant,
}

impl Saver {
    /// A saver for a run that begins where `resume` ended. Without `path` nothing is saved.
    pub fn new(path: Option<PathBuf>, at_end: bool, identity: Map<String, Value>, resume: &Resume) -> Self {
        let started = resume.started.unwrap_or_else(jiff::Timestamp::now);
        let state = Checkpoint {
            version: 1,
            identity,
            rows: resume.rows,
            bytes: resume.bytes,
            last: resume.last,
            cursor: resume.cursor.clone(),
            expected: resume.expected,
            started,
            complete: false,
        };
        Self { path, at_end, state, saved: Instant::now() }
    }

    /// Rows the server counted when the export began.
    pub fn expect(&mut self, rows: Option<u64>) {
        self.state.expected = rows;
    }

    /// Bytes were written.
    pub fn wrote(&mut self, bytes: usize) {
        self.state.bytes += bytes as u64;
    }

    /// A row was written.
    pub fn row(&mut self, key: &Id, cursor: Option<&(String, String)>) {
        self.state.rows += 1;
        self.state.last = key.number();
        if self.state.cursor.as_ref() != cursor {
            self.state.cursor = cursor.cloned();
        }
    }

    /// Rows of this run and those before.
    pub fn rows(&self) -> u64 {
        self.state.rows
    }

    /// Whether it is time for a checkpoint: then flush, and call [`Saver::save`].
    pub fn due(&self) -> bool {
        self.path.is_some() && !self.at_end && self.saved.elapsed() >= EVERY
    }

    /// Writes a checkpoint of what was flushed.
    ///
    /// # Errors
    /// [`FetchError::Stream`].
    pub fn save(&mut self, complete: bool) -> Result<(), FetchError> {
        self.state.complete = complete;
        if let Some(path) = self.path.as_ref().filter(|_| complete || !self.at_end) {
            self.state.save(path)?;
            self.saved = Instant::now();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(project: &str) -> Map<String, Value> {
        let json = serde_json::json!({"host": "http://h", "target": "task", "query": {"project": project}});
        json.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn a_checkpoint_comes_back_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("c.json");
        assert_eq!(Checkpoint::load(&path).unwrap(), None);
        let mut saver = Saver::new(Some(path.clone()), false, identity("1"), &Resume::default());
        saver.wrote(100);
        saver.row(&Id::Number(7), Some(&("cursor".into(), "abc".into())));
        saver.save(false).unwrap();
        let read = Checkpoint::load(&path).unwrap().unwrap();
        assert_eq!((read.rows, read.bytes, read.last, read.complete), (1, 100, Some(7), false));
        assert_eq!(read, saver.state);
        std::fs::write(&path, "{\"version\":2}").unwrap();
        assert!(Checkpoint::load(&path).is_err());
    }

    #[test]
    fn other_exports_are_told_apart() {
        assert!(same(&identity("1"), &identity("1")).is_ok());
        let told = same(&identity("1"), &identity("2")).unwrap_err().to_string();
        assert!(told.contains("query was {\"project\":\"1\"} and is {\"project\":\"2\"}"), "{told}");
    }

    #[test]
    fn an_incremental_run_keeps_the_old_checkpoint_until_it_is_complete() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("c.json");
        let mut saver = Saver::new(Some(path.clone()), true, identity("1"), &Resume::default());
        saver.save(false).unwrap();
        assert!(!path.exists() && !saver.due());
        saver.save(true).unwrap();
        assert!(Checkpoint::load(&path).unwrap().is_some_and(|c| c.complete));
    }
}
