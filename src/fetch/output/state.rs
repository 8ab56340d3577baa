//! How far an export came, so that a later run can continue it: `--resume`.
//!
//! A dump says most of that itself. What it does not hold, the server's cursor, and for a dump without frames everything, is in a
//! hidden file beside it. That file is written to a temporary file and renamed, so it is whole or not there; it holds no token and no
//! URL, never runs ahead of the output (rows are flushed first), and goes when the export is complete.

use crate::api::Id;
use crate::exit::{Advice, Classified, Exit};
use crate::fetch::FetchError;
use crate::stream::{StreamError, whole_file};
use crate::words::Message;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Time between two states of a run that are written.
const EVERY: Duration = Duration::from_secs(1);

/// What an earlier run left cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ResumeError {
    /// A state or a dump cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
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
    /// A dump that cannot be continued.
    #[error("{}: {reason}", path.display())]
    Dump {
        /// The dump.
        path: PathBuf,
        /// What is wrong.
        reason: Message,
    },
}

impl Classified for ResumeError {
    fn exit(&self) -> Exit {
        Exit::Usage
    }

    fn advice(&self) -> Option<Advice> {
        match self {
            Self::Differs { .. } => Some(Advice::SameOptions),
            Self::Dump { .. } => Some(Advice::StartOver),
            Self::Read { .. } => None,
        }
    }
}

/// Where a run stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Version of the format of this file: 2.
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
    /// Whether nothing is left to do.
    pub complete: bool,
    /// The begin frame; the end frame, when it is complete. Empty in a dump without frames.
    pub frame: Map<String, Value>,
    /// It stands beside the file, and takes its place when it is whole.
    pub is_partial: bool,
}

impl State {
    /// Where the state of a dump is written.
    pub fn path(dump: &Path) -> PathBuf {
        whole_file::beside(dump, ".state")
    }

    /// Reads a file; `None` when there is none, or none that can be used: then everything is read again.
    pub fn load(path: &Path) -> Option<Self> {
        let state: Self = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
        (state.version == 2).then_some(state)
    }

    fn save(&self, path: &Path) -> Result<(), StreamError> {
        let write = |reason| StreamError::Place { name: path.display().to_string(), reason };
        let text = serde_json::to_vec(self).map_err(|e| write(std::io::Error::from(e).into()))?;
        whole_file::replace(path, &text).map_err(write)
    }
}

impl From<State> for Resume {
    fn from(state: State) -> Self {
        let State { identity, rows, bytes, last, cursor, expected, .. } = state;
        Self { identity, rows, bytes, last, cursor, expected, ..Self::default() }
    }
}

/// Compares what is to be exported with what an earlier run exported.
///
/// # Errors
/// [`ResumeError::Differs`].
pub fn same(old: &Map<String, Value>, new: &Map<String, Value>) -> Result<(), ResumeError> {
    for key in ["host", "target", "query", "ids", "order", "limit", "shard", "dimensions", "ids_only", "selection"] {
        let (was, is) = (old.get(key).unwrap_or(&Value::Null), new.get(key).unwrap_or(&Value::Null));
        if was != is {
            return Err(ResumeError::Differs { key, was: was.to_string(), is: is.to_string() });
        }
    }
    Ok(())
}

/// Writes states as rows go out.
#[derive(Debug)]
pub struct Saver {
    path: Option<PathBuf>,
    state: State,
    saved: Instant,
}

impl Saver {
    /// A saver for a run that begins where `resume` ended. Without `path` nothing is saved.
    pub fn new(path: Option<PathBuf>, identity: Map<String, Value>, resume: &Resume) -> Self {
        let state = State {
            version: 2,
            identity,
            rows: resume.rows,
            bytes: resume.bytes,
            last: resume.last,
            cursor: resume.cursor.clone(),
            expected: resume.expected,
        };
        Self { path, state, saved: Instant::now() }
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

    /// Whether it is time for a state: then flush, and call [`Saver::save`].
    pub fn due(&self) -> bool {
        self.path.is_some() && self.saved.elapsed() >= EVERY
    }

    /// Writes where the run stands, of what was flushed.
    ///
    /// # Errors
    /// [`FetchError::Stream`].
    pub fn save(&mut self) -> Result<(), FetchError> {
        if let Some(path) = &self.path {
            self.state.save(path)?;
            self.saved = Instant::now();
        }
        Ok(())
    }

    /// The export is complete: nobody will continue it.
    pub fn done(self) {
        if let Some(path) = self.path {
            let _ = std::fs::remove_file(path);
        }
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
    fn a_state_comes_back_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("c.json");
        assert_eq!(State::load(&path), None);
        let mut saver = Saver::new(Some(path.clone()), identity("1"), &Resume::default());
        saver.wrote(100);
        saver.row(&Id::Number(7), Some(&("cursor".into(), "abc".into())));
        saver.save().unwrap();
        let read = State::load(&path).unwrap();
        assert_eq!((read.rows, read.bytes, read.last), (1, 100, Some(7)));
        assert_eq!(read, saver.state);
        saver.done();
        assert!(!path.exists());
        std::fs::write(&path, "{\"version\":3}").unwrap();
        assert_eq!(State::load(&path), None);
    }

    #[test]
    fn other_exports_are_told_apart() {
        assert!(same(&identity("1"), &identity("1")).is_ok());
        let told = same(&identity("1"), &identity("2")).unwrap_err().to_string();
        assert!(told.contains("query was {\"project\":\"1\"} and is {\"project\":\"2\"}"), "{told}");
    }
}
