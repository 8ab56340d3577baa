//! The work folder of a run: its claim, its ledger, the files that wait for the end.
//!
//! ```text
//! .NAME.partial/claim          who writes there, and how: {"staged":true,"run":…}
//! .NAME.partial/ledger/000001  files that have arrived, as lines of a manifest
//! .NAME.partial/tree/…         files that wait
//! .NAME.partial/placed/0001    manifests of all that is in the dataset's place, or is about to be moved there
//! ```
//! A store has no locks that end with a process. A claim stays until the run has published or cleaned up; a run that was killed
//! leaves it, and the next one says so instead of mixing its files with what it finds.

use super::client::Io;
use super::error::failed;
use super::list as files;
use super::upload::CONTENT_TYPE;
use crate::sink::dataset::digest::Seen;
use crate::sink::dataset::manifest;
use crate::sink::error::SinkError;
use opendal::options::WriteOptions;
use opendal::{ErrorKind, Metadata, Operator};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A ledger is written at least this often while files arrive, and after this many bytes.
const EVERY: (Duration, usize) = (Duration::from_secs(3), 256 * 1024);

/// How the run that has the place writes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Claim {
    /// Files wait in the work folder until the end; else they are written in their places.
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
    ledger: Mutex<Ledger>,
}

struct Ledger {
    lines: Vec<u8>,
    next: u64,
    written: Instant,
}

impl Work {
    /// `folder` ends in a slash.
    pub fn new(io: Arc<Io>, folder: String, name: String) -> Self {
        Self { io, folder, name, ledger: Mutex::new(Ledger { lines: Vec::new(), next: 1, written: Instant::now() }) }
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
                Err(e) => Err(SinkError::Store { path: self.path("claim"), reason: format!("it is not a claim: {e}") }),
            },
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(failed(&self.name, &e)),
        }
    }

    /// Takes the place. `again`: the claim of an earlier run is taken over.
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
                if ours { Ok(()) } else { Err(SinkError::Unfinished(self.name.clone())) }
            }
            Err(e) if e.kind() == ErrorKind::NotFound => {
                let reason = "no folder can be made next to it; check the path, the credentials, and whether they may write there";
                Err(SinkError::Store { path: self.name.clone(), reason: reason.to_owned() })
            }
            Err(e) => Err(failed(&self.name, &e)),
        }
    }

    /// Notes a file that has arrived.
    ///
    /// # Errors
    /// [`SinkError::Store`].
    pub fn record(&self, path: &str, seen: &Seen) -> Result<(), SinkError> {
        let line = manifest::line(path, seen).map_err(|e| SinkError::write(path, e))?;
        let ripe = {
            let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
            ledger.lines.extend_from_slice(line.as_bytes());
            ledger.lines.push(b'\n');
            if ledger.lines.len() < EVERY.1 && ledger.written.elapsed() < EVERY.0 {
                return Ok(());
            }
            ledger.take()
        };
        let path = self.segment(ripe.0);
        self.io.wait(write(self.io.op(), &path, ripe.1, false))?.map(drop).map_err(|e| failed(&self.name, &e))
    }

    /// Writes what is left of the ledger when a run has failed and its files are kept.
    pub fn flush_last(&self) {
        let (n, lines) = self.ledger.lock().unwrap_or_else(PoisonError::into_inner).take();
        if !lines.is_empty() {
            self.io.clean(write(self.io.once(), &self.segment(n), lines, false));
        }
    }

    /// What an earlier run has written into `tree`: in its ledger, and there in the size that the ledger says.
    ///
    /// # Errors
    /// [`SinkError::Store`].
    pub fn held(&self, tree: &str, keys: &RandomState) -> Result<HashMap<u64, Seen>, SinkError> {
        let mut sizes = HashMap::new();
        files::each(&self.io, tree, &mut |path, bytes| {
            sizes.insert(keys.hash_one(path), bytes);
            Ok(())
        })?;
        let mut segments = Vec::new();
        files::each(&self.io, &self.path("ledger/"), &mut |name, _| {
            segments.push(name.to_owned());
            Ok(())
        })?;
        segments.sort();
        let mut held = HashMap::new();
        for name in &segments {
            let path = self.path(&format!("ledger/{name}"));
            let text = self.io.wait(self.io.op().read(&path))?.map_err(|e| failed(&self.name, &e))?.to_vec();
            for line in text.split(|b| *b == b'\n').filter(|l| !l.is_empty()) {
                // A line that was cut by a kill counts for nothing.
                let Ok(entry) = manifest::entry(line) else { continue };
                let key = keys.hash_one(entry.path.as_str());
                if sizes.get(&key) == Some(&entry.seen.bytes) {
                    held.insert(key, entry.seen);
                } else {
                    held.remove(&key);
                }
            }
        }
        let last = segments.last().and_then(|s| s.parse::<u64>().ok()).unwrap_or(0);
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner).next = last + 1;
        Ok(held)
    }

    /// Manifests of what may be in the dataset's place: of a dataset that is replaced, and of runs that were killed while they moved
    /// their files there.
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

    /// Where the next of them goes.
    ///
    /// # Errors
    /// [`SinkError::Store`].
    pub fn next_placed(&self) -> Result<String, SinkError> {
        Ok(self.path(&format!("placed/{:04}", self.placed()?.len() + 1)))
    }

    /// Removes what has arrived so far: the claim stays, and what is known of the dataset's place.
    ///
    /// # Errors
    /// [`SinkError::Store`].
    pub fn begin_anew(&self) -> Result<(), SinkError> {
        for part in ["tree/", "ledger/", "old/"] {
            files::remove_all(&self.io, &self.path(part)).map_err(|e| self.left(&e))?;
        }
        Ok(())
    }

    /// Removes the folder and all in it, the claim last.
    ///
    /// # Errors
    /// [`SinkError::Store`].
    pub fn remove(&self) -> Result<(), SinkError> {
        self.begin_anew()?;
        let done = self.io.wait_long(files::remove_folder(self.io.op(), &self.folder))?;
        done.map_err(|e| failed(&self.name, &e))
    }

    /// The same after a failure: as far as the store lets us, which may be what has failed.
    pub fn discard(&self) {
        self.io.clean(files::remove_folder(self.io.once(), &self.folder));
    }

    fn left(&self, e: &SinkError) -> SinkError {
        SinkError::Store { path: self.folder.clone(), reason: format!("it cannot be removed: {e}") }
    }

    fn segment(&self, n: u64) -> String {
        self.path(&format!("ledger/{n:08}"))
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

impl Ledger {
    fn take(&mut self) -> (u64, Vec<u8>) {
        self.written = Instant::now();
        self.next += 1;
        (self.next - 1, std::mem::take(&mut self.lines))
    }
}
