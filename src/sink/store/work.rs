//! The work folder of a run: its claim, its log of finished files, the files that wait until the dataset is complete.
//!
//! ```text
//! .NAME.partial/claim          who writes there, and how: {"staged":true,"run":…}
//! .NAME.partial/ledger/000001  files that have arrived, as lines of a manifest
//! .NAME.partial/tree/…         files that wait
//! .NAME.partial/placed/0001    manifests of all that lies under the dataset's prefix, or is about to be moved there
//! ```
//! A store has no locks that end with a process. A claim stays until the run has published or cleaned up; a run that was killed
//! leaves it, and the next one says so instead of mixing its files with what it finds. It is created only if there is none. Where
//! a store cannot do that, or does not keep to it, a run waits a moment and reads its claim back: of two that begin at the same
//! time, the later claim is there, and the earlier run ends. Every run looks again before it publishes.

use super::client::Io;
use super::error;
use super::error::failed;
use super::list as files;
use super::location::Class;
use super::upload::CONTENT_TYPE;
use crate::sink::dataset::digest::{Digest, Meter};
use crate::sink::dataset::resume_log;
use crate::sink::dataset::resume_log::{Pace, ResumeLog, Segments};
use crate::sink::divided::Division;
use crate::sink::error::SinkError;
use crate::tr;
use opendal::options::WriteOptions;
use opendal::{ErrorKind, Metadata, Operator};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// A segment of the log is written at least this often while files arrive.
const PACE: Pace = Pace { bytes: 256 * 1024, every: Duration::from_secs(3) };
/// The folder of the log.
const LOG: &str = "ledger/";
/// How long another run may take from its look for a claim to its own: this, or so many times what our requests took.
const SETTLE: (Duration, u32) = (Duration::from_secs(1), 4);
/// No run waits longer for that.
const LONGEST_SETTLE: Duration = Duration::from_secs(10);
/// How often a run looks whether its claim is still there.
const LOOK: Duration = Duration::from_secs(1);
/// How long a run that takes over waits, so that one that is still at work has looked.
const TAKE_OVER: Duration = Duration::from_secs(3);

/// The claim of the run that writes to a location.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Claim {
    /// Files wait in the work folder until the end; otherwise they are written under the dataset's prefix.
    pub staged: bool,
    /// Tells runs apart.
    #[serde(default)]
    pub run: u64,
    /// The run is over, and may not delete its claim.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub done: bool,
    /// The runs that share it: each brings a part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Division>,
}

impl Claim {
    /// A claim of this run.
    pub fn new(staged: bool) -> Self {
        Self { staged, run: RandomState::new().hash_one(0), done: false, parts: None }
    }

    /// The claim of all runs that bring the parts of a division.
    pub fn of_parts(division: &Division) -> Self {
        let text = format!("{division:?}");
        let run = Meter::of(text.as_bytes()).sha256.iter().take(8).fold(0, |run, byte| run << 8 | u64::from(*byte));
        Self { staged: false, run, done: false, parts: Some(division.clone()) }
    }
}

/// What a store makes of "only if there is nothing".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conditions {
    /// It keeps to it.
    Kept,
    /// It takes the request, and replaces what is there.
    Ignored,
    /// It refuses the request.
    Refused,
    /// It cannot be asked.
    Unknown,
}

/// The work folder.
pub struct Work {
    io: Arc<Io>,
    folder: String,
    /// The dataset, for messages.
    name: String,
    class: Class,
    /// The folder of the logs of earlier runs.
    logs: String,
    log: ResumeLog<LogObjects>,
    /// The number of the run that has claimed, and what the store makes of conditions.
    claimed: OnceLock<(u64, Conditions)>,
    /// When it was last seen that the claim is ours.
    looked: Mutex<Instant>,
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
    pub fn new(io: Arc<Io>, folder: String, name: String, class: Class) -> Self {
        Self::with_log(io, folder, name, class, LOG.to_owned(), "")
    }

    /// The same for one part of several: attempts at it write logs of their own, and read those of all.
    pub fn of_part(io: Arc<Io>, folder: String, name: String, class: Class, part: u32) -> Self {
        let attempt = format!("{:016x}/", RandomState::new().hash_one(0));
        Self::with_log(io, folder, name, class, format!("part-{part}/"), &attempt)
    }

    fn with_log(io: Arc<Io>, folder: String, name: String, class: Class, logs: String, attempt: &str) -> Self {
        let segments = LogObjects { io: io.clone(), folder: format!("{folder}{logs}{attempt}"), name: name.clone() };
        Self {
            logs,
            io,
            folder,
            name,
            class,
            log: ResumeLog::new(segments, PACE),
            claimed: OnceLock::new(),
            looked: Mutex::new(Instant::now()),
        }
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
                Err(e) => Err(SinkError::store(self.path("claim"), tr!("store-no-claim", reason = e))),
            },
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(failed(&self.name, &e)),
        }
    }

    /// Writes the claim, and reads it back. `again`: it replaces the claim of an earlier run.
    ///
    /// # Errors
    /// [`SinkError::Unfinished`] when another run was faster.
    pub fn claim(&self, claim: &Claim, again: bool) -> Result<(), SinkError> {
        let start = Instant::now();
        let text = serde_json::to_vec(claim).map_err(|_| SinkError::Internal("a claim cannot be written"))?;
        let can = self.io.op().info().capability().write_with_if_not_exists;
        let mut conditions = if can { Conditions::Kept } else { Conditions::Unknown };
        let mut written = false;
        if can && !again {
            conditions = match self.write_claim(&text, true)? {
                Err(e) if is_there(&e) => {
                    // Our own, if the answer to an earlier try was lost.
                    self.ours(claim)?;
                    Conditions::Kept
                }
                Err(e) if error::lacks_conditions(&e) => Conditions::Refused,
                Err(e) => return Err(self.unclaimed(&e)),
                Ok(()) => Conditions::Kept,
            };
            written = conditions == Conditions::Kept;
        }
        if !written {
            self.write_claim(&text, false)?.map_err(|e| self.unclaimed(&e))?;
        }
        if conditions == Conditions::Kept && self.class == Class::ObjectStore {
            // The same text once more: a store that keeps to the condition refuses it.
            conditions = match self.write_claim(&text, true)? {
                Err(e) if is_there(&e) => Conditions::Kept,
                Err(e) if error::lacks_conditions(&e) => Conditions::Refused,
                Err(e) => return Err(self.unclaimed(&e)),
                Ok(()) => Conditions::Ignored,
            };
        }
        if again || conditions != Conditions::Kept {
            let least = if again { TAKE_OVER } else { SETTLE.0 };
            let settle = least.max(start.elapsed() * SETTLE.1).min(LONGEST_SETTLE);
            self.io.wait_long(sleep(settle))?;
        }
        self.ours(claim)?;
        let _ = self.claimed.set((claim.run, conditions));
        let name = &self.name;
        self.io.warn(match conditions {
            Conditions::Ignored => tr!("store-ignores-conditions", name),
            Conditions::Refused => tr!("store-refuses-conditions", name),
            Conditions::Kept | Conditions::Unknown => return Ok(()),
        });
        Ok(())
    }

    /// Whether the store creates a file only if there is none.
    pub fn keeps_conditions(&self) -> bool {
        self.claimed.get().is_some_and(|(_, conditions)| *conditions == Conditions::Kept)
    }

    /// Checks that no other run has taken the place.
    ///
    /// # Errors
    /// [`SinkError::Overtaken`].
    pub fn check(&self) -> Result<(), SinkError> {
        let ours = self.claimed()?.is_some_and(|there| self.is_ours(&there));
        if ours { Ok(()) } else { Err(SinkError::Overtaken { dest: self.name.clone() }) }
    }

    /// Whether the place is another run's now, as far as the store still says. For cleaning up after a failure.
    pub fn is_taken(&self) -> bool {
        match self.io.clean(self.io.once().read(&self.path("claim"))) {
            Some(Ok(text)) => serde_json::from_slice(&text.to_vec()).is_ok_and(|there: Claim| !self.is_ours(&there)),
            Some(Err(e)) => e.kind() == ErrorKind::NotFound,
            None => false,
        }
    }

    fn is_ours(&self, there: &Claim) -> bool {
        self.claimed.get().is_some_and(|(run, _)| *run == there.run)
    }

    /// Checks that a claim just written is the one that is there.
    fn ours(&self, claim: &Claim) -> Result<(), SinkError> {
        let ours = self.claimed()?.is_some_and(|there| there.run == claim.run);
        if ours { Ok(()) } else { Err(SinkError::Unfinished { dest: self.name.clone() }) }
    }

    fn write_claim(&self, text: &[u8], only_new: bool) -> Result<opendal::Result<()>, SinkError> {
        let path = self.path("claim");
        let written = self.io.wait(write(self.io.op(), &path, text.to_vec(), only_new))?;
        Ok(written.map(drop))
    }

    fn unclaimed(&self, e: &opendal::Error) -> SinkError {
        if e.kind() == ErrorKind::NotFound && self.class == Class::FileServer {
            return SinkError::store(self.name.as_str(), tr!("store-no-folder"));
        }
        failed(&self.name, e)
    }

    /// Notes a file that has arrived.
    ///
    /// # Errors
    /// [`SinkError::Store`]; [`SinkError::Overtaken`], of which a run hears soon and not only at its end.
    pub fn record(&self, path: &str, digest: &Digest) -> Result<(), SinkError> {
        let due = {
            let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
            let due = looked.elapsed() >= LOOK;
            if due {
                *looked = Instant::now();
            }
            due
        };
        if due {
            self.check()?;
        }
        self.log.record(path, digest)
    }

    /// Writes the last segment of the log when a run has failed and its files are kept.
    pub fn flush_last(&self) {
        if let Some((number, lines)) = self.log.take_pending() {
            self.io.clean(write(self.io.once(), &self.log.segments().path(number), lines, false));
        }
    }

    /// The files that the log of an earlier run lists, by their hashed paths. The log goes on after it.
    ///
    /// # Errors
    /// [`SinkError::Store`].
    pub fn logged(&self, keys: &RandomState) -> Result<HashMap<u64, Digest>, SinkError> {
        let mut segments = Vec::new();
        files::each(&self.io, &self.path(&self.logs), &mut |name, _| {
            segments.push(name.to_owned());
            Ok(())
        })?;
        segments.sort();
        let mut logged = HashMap::new();
        for name in &segments {
            let path = self.path(&format!("{}{name}", self.logs));
            let text = self.io.wait(self.io.op().read(&path))?.map_err(|e| failed(&self.name, &e))?.to_vec();
            logged.extend(resume_log::entries(&text).map(|entry| (keys.hash_one(entry.path.as_str()), entry.digest)));
        }
        let last = segments.last().and_then(|s| s.parse::<u64>().ok()).unwrap_or(0);
        self.log.continue_after(last);
        Ok(logged)
    }

    /// Of the files that a log lists those that are in `tree`, in the size that it says.
    ///
    /// # Errors
    /// [`SinkError::Store`].
    pub fn held(
        &self,
        tree: &str,
        keys: &RandomState,
        logged: &HashMap<u64, Digest>,
    ) -> Result<HashMap<u64, Digest>, SinkError> {
        let mut held = HashMap::new();
        files::each(&self.io, tree, &mut |path, bytes| {
            let key = keys.hash_one(path);
            if let Some(digest) = logged.get(&key).filter(|digest| digest.bytes == bytes) {
                held.insert(key, *digest);
            }
            Ok(())
        })?;
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

    /// Marks the claim as one of a run that is over, where the folder could not be deleted.
    pub fn retire(&self, claim: &Claim) {
        if let Ok(text) = serde_json::to_vec(&Claim { done: true, ..claim.clone() }) {
            self.io.clean(write(self.io.once(), &self.path("claim"), text, false));
        }
    }

    /// Deletes the folder after a failure, without an error: the store may be what has failed. Where it stays, its claim says at least
    /// that the run is over.
    pub fn discard(&self, claim: &Claim) {
        if !matches!(self.io.clean(files::remove_folder(self.io.once(), &self.folder)), Some(Ok(()))) {
            self.retire(claim);
        }
    }

    fn left(&self, e: &SinkError) -> SinkError {
        SinkError::store(self.folder.as_str(), tr!("store-not-removed", reason = e))
    }
}

/// Whether a conditional write found something.
pub fn is_there(e: &opendal::Error) -> bool {
    matches!(e.kind(), ErrorKind::ConditionNotMatch | ErrorKind::AlreadyExists)
}

/// A pause; its timer is made where it is awaited.
async fn sleep(pause: Duration) {
    tokio::time::sleep(pause).await;
}

async fn write(op: &Operator, path: &str, text: Vec<u8>, only_new: bool) -> opendal::Result<Metadata> {
    let options = WriteOptions {
        content_type: op.info().capability().write_with_content_type.then(|| CONTENT_TYPE.to_owned()),
        if_not_exists: only_new,
        ..WriteOptions::default()
    };
    op.write_options(path, text, options).await
}
