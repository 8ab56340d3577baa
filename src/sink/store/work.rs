//! The work folder of a run: its claim, its log of finished files, the files that wait until the dataset is complete.
//!
//! ```text
//! .NAME.partial/claim          who writes there, and how: {"staged":true,"run":…}
//! .NAME.partial/ledger/000001  files that have arrived, as lines of a manifest
//! .NAME.partial/tree/…         files that wait
//! .NAME.partial/placed/0001    manifests of all that lies under the dataset's prefix, or is about to be moved there
//! ```
//! A store has no locks that end with a process. A claim stays until the run has published or cleaned up; a run that was killed
//! leaves it, and the next one says so instead of mixing its files with what it finds.

use super::client::Io;
use super::error::failed;
use super::list as files;
use super::upload::CONTENT_TYPE;
use crate::sink::dataset::digest::Digest;
use crate::sink::dataset::resume_log;
use crate::sink::dataset::resume_log::{Pace, ResumeLog, Segments};
use crate::sink::error::SinkError;
use opendal::options::WriteOptions;
use opendal::{ErrorKind, Metadata, Operator};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

/// A segment of the log is written at least this often while files arrive.
const PACE: Pace = Pace { bytes: 256 * 1024, every: Duration::from_secs(3) };
/// The folder of the log.
const LOG: &str = "ledger/";

/// The claim of the run that writes to a location.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Claim {
    /// Files wait in the work folder until the end; otherwise they are written under the dataset's prefix.
    pub staged: bool,
    /// Tells runs apart.
    #[serde(default)]
    pub run: u64,
}

impl Claim {
    /// A claim of this run.
    pub fn new(staged: bool) -> Self {
        Self { staged, run: RandomState::new().hash_one(0) }
    }
}

/// The work folder.
pub struct Work {
    io: Arc<Io>,
    folder: String,
    /// The dataset, for messages.
    name: String,
    log: ResumeLog<LogObjects>,
}

/// The log as objects, one for each segment.
struct LogObjects {
    io: Arc<Io>,
    /// Ends in a slash.
    folder: String,
    /// The dataset, for messages.
    name: String,
}

impl LogObjects {
    fn path(&self, number: u64) -> String {
        format!("{}{number:08}", self.folder)
    }
}

impl Segments for LogObjects {
    fn write(&self, number: u64, lines: Vec<u8>) -> Result<(), SinkError> {
        let written = self.io.wait(write(self.io.op(), &self.path(number), lines, false))?;
        written.map(drop).map_err(|e| failed(&self.name, &e))
    }
}

impl Work {
    /// `folder` ends in a slash.
    pub fn new(io: Arc<Io>, folder: String, name: String) -> Self {
        let segments = LogObjects { io: io.clone(), folder: format!("{folder}{LOG}"), name: name.clone() };
        Self { io, folder, name, log: ResumeLog::new(segments, PACE) }
    }

    /// A path in the work folder.
    pub fn path(&self, name: &str) -> String {
        format!("{}{name}", self.folder)
    }

    /// Where files wait; ends in a slash.
    pub fn tree(&self) -> String {
        self.path("tree/")
    }

    /// The claim of another run, if there is one.
    ///
    /// # Errors
    /// [`SinkError::Store`].
    pub fn claimed(&self) -> Result<Option<Claim>, SinkError> {
        match self.io.wait(self.io.op().read(&self.path("claim")))? {
            Ok(text) => match serde_json::from_slice(&text.to_vec()) {
                Ok(claim) => Ok(Some(claim)),
                Err(e) => Err(SinkError::store(self.path("claim"), format!("it is not a claim: {e}"))),
            },
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(failed(&self.name, &e)),
        }
    }

    /// Writes the claim. `again`: it replaces the claim of an earlier run.
    ///
    /// # Errors
    /// [`SinkError::Unfinished`] when another run was faster.
    pub fn claim(&self, claim: &Claim, again: bool) -> Result<(), SinkError> {
        let text = serde_json::to_vec(claim).map_err(|_| SinkError::Internal("a claim cannot be written"))?;
        let path = self.path("claim");
        let only_new = !again && self.io.op().info().capability().write_with_if_not_exists;
        match self.io.wait(write(self.io.op(), &path, text, only_new))? {
            Ok(_) => Ok(()),
            Err(e) if matches!(e.kind(), ErrorKind::ConditionNotMatch | ErrorKind::AlreadyExists) => {
                // Our own, if the answer to an earlier try was lost.
                let ours = self.claimed()?.is_some_and(|there| there.run == claim.run);
                if ours { Ok(()) } else { Err(SinkError::Unfinished { dest: self.name.clone() }) }
            }
            Err(e) if e.kind() == ErrorKind::NotFound => {
                let reason = "no folder can be made next to it; check the path, the credentials, and whether they may write there";
                Err(SinkError::store(self.name.as_str(), reason))
            }
            Err(e) => Err(failed(&self.name, &e)),
        }
    }

    /// Notes a file that has arrived.
    ///
    /// # Errors
    /// [`SinkError::Store`].
    pub fn record(&self, path: &str, digest: &Digest) -> Result<(), SinkError> {
        self.log.record(path, digest)
    }

    /// Writes the last segment of the log when a run has failed and its files are kept.
    pub fn flush_last(&self) {
        if let Some((number, lines)) = self.log.take_pending() {
            self.io.clean(write(self.io.once(), &self.log.segments().path(number), lines, false));
        }
    }

    /// What an earlier run has written into `tree`: in its log, and there in the size that the ledger says.
    ///
    /// # Errors
    /// [`SinkError::Store`].
    pub fn held(&self, tree: &str, keys: &RandomState) -> Result<HashMap<u64, Digest>, SinkError> {
        let mut sizes = HashMap::new();
        files::each(&self.io, tree, &mut |path, bytes| {
            sizes.insert(keys.hash_one(path), bytes);
            Ok(())
        })?;
        let mut segments = Vec::new();
        files::each(&self.io, &self.path(LOG), &mut |name, _| {
            segments.push(name.to_owned());
            Ok(())
        })?;
        segments.sort();
        let mut held = HashMap::new();
        for name in &segments {
            let path = self.path(&format!("{LOG}{name}"));
            let text = self.io.wait(self.io.op().read(&path))?.map_err(|e| failed(&self.name, &e))?.to_vec();
            for entry in resume_log::entries(&text) {
                let key = keys.hash_one(entry.path.as_str());
                if sizes.get(&key) == Some(&entry.digest.bytes) {
                    held.insert(key, entry.digest);
                } else {
                    held.remove(&key);
                }
            }
        }
        let last = segments.last().and_then(|s| s.parse::<u64>().ok()).unwrap_or(0);
        self.log.continue_after(last);
        Ok(held)
    }

    /// Paths of the manifests of files that may lie under the dataset's prefix: those of a dataset that is replaced, and of runs that
    /// were killed while they moved their files there.
    ///
    /// # Errors
    /// [`SinkError::Store`].
    pub fn placed(&self) -> Result<Vec<String>, SinkError> {
        let mut lists = Vec::new();
        files::each(&self.io, &self.path("placed/"), &mut |name, _| {
            lists.push(self.path(&format!("placed/{name}")));
            Ok(())
        })?;
        Ok(lists)
    }

    /// Path of the next such manifest.
    ///
    /// # Errors
    /// [`SinkError::Store`].
    pub fn next_placed(&self) -> Result<String, SinkError> {
        Ok(self.path(&format!("placed/{:04}", self.placed()?.len() + 1)))
    }

    /// Deletes the files that have arrived so far. The claim stays, and the manifests of [`placed`](Self::placed).
    ///
    /// # Errors
    /// [`SinkError::Store`].
    pub fn restart(&self) -> Result<(), SinkError> {
        for part in ["tree/", LOG, "old/"] {
            files::remove_all(&self.io, &self.path(part)).map_err(|e| self.left(&e))?;
        }
        Ok(())
    }

    /// Deletes the folder and all that is in it, the claim last.
    ///
    /// # Errors
    /// [`SinkError::Store`].
    pub fn remove(&self) -> Result<(), SinkError> {
        self.restart()?;
        let done = self.io.wait_long(files::remove_folder(self.io.op(), &self.folder))?;
        done.map_err(|e| failed(&self.name, &e))
    }

    /// Deletes the folder after a failure, without an error: the store may be what has failed.
    pub fn discard(&self) {
        self.io.clean(files::remove_folder(self.io.once(), &self.folder));
    }

    fn left(&self, e: &SinkError) -> SinkError {
        SinkError::store(self.folder.as_str(), format!("it cannot be removed: {e}"))
    }
}

async fn write(op: &Operator, path: &str, text: Vec<u8>, only_new: bool) -> opendal::Result<Metadata> {
    let options = WriteOptions {
        content_type: op.info().capability().write_with_content_type.then(|| CONTENT_TYPE.to_owned()),
        if_not_exists: only_new,
        ..WriteOptions::default()
    };
    op.write_options(path, text, options).await
}
