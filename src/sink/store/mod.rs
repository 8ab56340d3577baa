//! Object stores and file servers, all through one client library (`opendal`).
//!
//! ```text
//! s3://bucket/exports/roads            the dataset
//! s3://bucket/exports/.roads.partial/  what a run needs while it lasts: its claim, its log, files that wait
//! ```
//! [`Store`] writes; [`list`] reads what is published; [`work`] is the second folder; [`location`] has the paths of both;
//! [`publish`](mod@publish) makes the dataset visible; [`mark`] tells our files from others; [`upload`] is one file under way ([`put`](mod@put): in one request, [`multipart`]:
//! in several); [`client`] talks to the store, [`error`] says what it answered, [`cure`] what helps. [`scheme`] has a file for each kind of store;
//! [`platform`] finds those that the platform has configured.
//!
//! What readers can see, and when, is in `docs/destinations.md`.

pub mod client;
pub mod cure;
pub mod environment;
pub mod error;
pub mod lines;
pub mod list;
pub mod location;
pub mod mark;
pub mod multipart;
pub mod netrc;
pub mod open;
pub mod part;
pub mod parts;
pub mod platform;
pub mod publish;
pub mod put;
pub mod scheme;
pub mod transport;
pub mod upload;
pub mod work;

pub use location::Location;

use super::address;
use super::dataset::caches::Caches;
use super::dataset::digest::Digest;
use super::dataset::manifest;
use super::destination::{Destination, Output};
use super::error::SinkError;
use crate::net::retry::RetryPolicy;
use crate::path::RelPath;
use crate::tr;
use client::Io;
use error::failed;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use upload::StoreFile;
use work::{Claim, Work};

/// How a store is written.
#[derive(Clone, Copy, Debug)]
pub struct StoreOptions<'a> {
    /// Replace the dataset that is there.
    pub overwrite: bool,
    /// Continue an earlier run, and keep what was written when this one fails.
    pub resume: bool,
    /// Keep what was written when the run fails.
    pub keep_staging: bool,
    /// Prefix under which files wait until the end, instead of under that of the dataset.
    pub staging_prefix: Option<&'a str>,
    /// How long a failing store is tried again.
    pub retry: &'a RetryPolicy,
}

/// An unfinished dataset in a store.
pub struct Store {
    io: Arc<Io>,
    location: Location,
    work: Work,
    /// Where files are written: the prefix of the dataset, or `tree/` in the work folder.
    tree: String,
    claim: Claim,
    /// Whether a published dataset is replaced.
    replaces: bool,
    /// Whether a killed run has left something.
    resumed: bool,
    /// Whether files of ours that no list has may lie in the place of the dataset.
    leftovers: bool,
    keep: bool,
    scratch: tempfile::TempDir,
    keys: RandomState,
    held: HashMap<u64, Digest>,
    /// What the log of an earlier run lists, hashed.
    logged: HashSet<u64>,
    /// Caches of other programs that go with the dataset that is replaced.
    caches: Caches,
    /// The paths of this run, hashed.
    known: Mutex<HashSet<u64>>,
    /// Files that waited are on their way to their places: a failure leaves what a kill would, since nothing can take them back.
    moving: AtomicBool,
}

impl Store {
    /// Claims the location for a new dataset.
    ///
    /// # Errors
    /// [`SinkError::Exists`], [`SinkError::Foreign`], [`SinkError::Usage`], [`SinkError::Store`].
    pub fn new(location: Location, options: &StoreOptions<'_>) -> Result<Self, SinkError> {
        if location.prefix.trim() != location.prefix {
            return Err(SinkError::usage(tr!("store-space-name", name = ?location.name)));
        }
        if let Some(Err(bad)) = options.staging_prefix.map(|p| address::components(p.trim_matches('/'))) {
            return Err(SinkError::usage(tr!("store-staging", ?bad)));
        }
        let io = Arc::new(location.io(options.retry)?);
        let work = Work::new(io.clone(), location.work(options.staging_prefix), location.name.clone(), location.class);
        // Asked for first: unlike an answer to HEAD, that to GET says what is wrong with credentials, region or clock.
        let found = work.claimed()?;
        let replaces = list::exists(&io, &location.file(manifest::PATH))?;
        let left = found.clone().filter(|claim| !claim.done);
        if replaces && !options.overwrite {
            // To replace it helps only where nothing else is.
            return match publish::refuse_foreign(&io, &location, &work, left.is_some()) {
                Err(foreign @ SinkError::Foreign { .. }) => Err(foreign),
                _ => Err(SinkError::Exists { dest: location.name.clone() }),
            };
        }
        // What is there without a manifest may be what a killed run has left; its claim says so.
        let (caches, unlisted) = if left.is_none() || replaces {
            publish::refuse_foreign(&io, &location, &work, left.is_some())?
        } else {
            (Caches::default(), false)
        };
        let leftovers = left.is_some() || unlisted;
        if leftovers && !options.resume && !options.overwrite {
            return Err(SinkError::Unfinished { dest: location.name.clone() });
        }
        if replaces && location.prefix.is_empty() {
            return Err(SinkError::usage(tr!("store-top")));
        }
        let resumed = left.is_some();
        // A killed run may have taken the manifest away and not the files.
        let replaces_rest = resumed && !work.placed()?.is_empty();
        let staged = replaces || replaces_rest || options.staging_prefix.is_some() || location.is_file_server();
        let claim = match left {
            Some(claim) if options.resume => Claim::new(claim.staged || replaces && location.can_move(&io)),
            _ => Claim::new(staged && location.can_move(&io)),
        };
        let keys = RandomState::new();
        let logged = if resumed { work.logged(&keys)? } else { HashMap::new() };
        if resumed {
            location.unfinished_uploads(&work.path("")).abort_leftovers(&io, options.retry)?;
            if !options.resume {
                work.restart()?;
            }
        }
        // Before the claim, which nobody would take back.
        let scratch = tempfile::Builder::new().prefix("syn-sink-").tempdir();
        let scratch = scratch.map_err(|e| SinkError::write(std::env::temp_dir().display().to_string(), e))?;
        work.claim(&claim, found.is_some())?;
        // What was taken over may have been a run that was about to publish.
        if !replaces && list::exists(&io, &location.file(manifest::PATH))? {
            work.discard(&claim);
            return Err(SinkError::Overtaken { dest: location.name.clone() });
        }
        let tree = if claim.staged { work.tree() } else { location.folder() };
        let held = if options.resume && resumed { work.held(&tree, &keys, &logged)? } else { HashMap::new() };
        let logged = logged.into_keys().collect();
        let keep = options.resume || options.keep_staging;
        let known = Mutex::new(HashSet::new());
        Ok(Self {
            io,
            location,
            work,
            tree,
            claim,
            replaces,
            resumed,
            leftovers,
            keep,
            moving: AtomicBool::new(false),
            scratch,
            keys,
            held,
            logged,
            caches,
            known,
        })
    }

    fn key(&self, path: &RelPath) -> Result<String, SinkError> {
        let key = format!("{}{path}", self.tree);
        // The client library trims a path.
        if key.trim() != key {
            return Err(SinkError::usage(tr!("store-space-file", name = ?path.as_str())));
        }
        self.known().insert(self.keys.hash_one(path.as_str()));
        Ok(key)
    }

    fn known(&self) -> MutexGuard<'_, HashSet<u64>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_known(&self, path: &str) -> bool {
        self.known().contains(&self.keys.hash_one(path))
    }

    /// The mark of a file, by the place where it is to lie in the end.
    fn mark(&self, path: &str) -> Option<(String, String)> {
        mark::of(&self.location, path)
    }

    /// The path as the user knows it.
    fn shown(&self, path: &str) -> String {
        format!("{}/{path}", self.location.name)
    }
}

/// Deletes what a run that was killed after publishing has left: its work folder, and files of the dataset that it replaced.
///
/// # Errors
/// [`SinkError::Store`].
pub fn remove_leftovers(
    location: &Location,
    staging_prefix: Option<&str>,
    retry: &RetryPolicy,
) -> Result<(), SinkError> {
    let io = Arc::new(location.io(retry)?);
    let work = Work::new(io.clone(), location.work(staging_prefix), location.name.clone(), location.class);
    if work.claimed()?.is_none_or(|claim| claim.done) {
        return Ok(());
    }
    location.unfinished_uploads(&work.path("")).abort_leftovers(&io, retry)?;
    let path = location.file(manifest::PATH);
    let text = io.wait(io.op().read(&path))?.map_err(|e| io.failed(&path, &e))?;
    let keys = RandomState::new();
    let mut there = HashSet::from([keys.hash_one(manifest::PATH)]);
    manifest::read(text, |entry| {
        there.insert(keys.hash_one(entry.path.as_str()));
        Ok(())
    })?;
    let removed = publish::remove_replaced_files(&io, location, &work, |path| there.contains(&keys.hash_one(path)));
    if let Err(e) = removed.and_then(|()| work.remove()) {
        io.warn(publish::left_words(&location.name, &e));
    }
    Ok(())
}

impl Destination for Store {
    fn start(&self, _order: u64, path: &RelPath) -> Result<Box<dyn Output>, SinkError> {
        let mark = self.mark(path.as_str());
        Ok(Box::new(StoreFile::new(self.io.clone(), self.key(path)?, self.shown(path.as_str()), mark)))
    }

    fn put(&self, _order: u64, path: &RelPath, content: &[u8]) -> Result<(), SinkError> {
        let key = self.key(path)?;
        let shown = self.shown(path.as_str());
        if content.is_empty() || content.len() > upload::PART || self.location.is_file_server() {
            let mut out = StoreFile::new(self.io.clone(), key, shown, self.mark(path.as_str()));
            out.write(content)?;
            return Box::new(out).finish();
        }
        let mut write = self.io.op().write_with(&key, content.to_vec());
        if self.io.op().info().capability().write_with_content_type {
            write = write.content_type(upload::CONTENT_TYPE);
        }
        if let Some(mark) = self.mark(path.as_str()) {
            write = write.user_metadata([mark]);
        }
        let done = self.io.wait(write)?;
        done.map(drop).map_err(|e| failed(&shown, &e))
    }

    fn held(&self, path: &RelPath) -> Option<Digest> {
        self.held.get(&self.keys.hash_one(path.as_str())).copied()
    }

    fn record(&self, path: &RelPath, digest: &Digest) -> Result<(), SinkError> {
        self.known().insert(self.keys.hash_one(path.as_str()));
        self.work.record(path.as_str(), digest)
    }

    fn scratch(&self) -> &Path {
        self.scratch.path()
    }

    fn publish(&self, _order: u64, manifest: &Path) -> Result<(), SinkError> {
        self.publish_dataset(manifest)
    }

    fn stop(&self) {
        self.io.stop();
    }

    fn caches(&self) -> Option<&Caches> {
        Some(&self.caches)
    }

    fn discard(&self) {
        // What another run has taken over is its own.
        if self.work.is_taken() {
            return;
        }
        let moving = self.moving.load(Ordering::Relaxed);
        if self.keep || moving {
            self.work.flush_last();
            if moving {
                self.io.warn(tr!("store-moved-in-part", name = self.location.name));
            }
            return;
        }
        if !self.claim.staged {
            self.remove_written();
        }
        // What was stopped amid a request; the work folder goes whatever comes of it.
        let _ = self.location.unfinished_uploads(&self.work.path("")).abort(&self.io);
        self.work.discard(&self.claim);
    }

    fn name(&self) -> String {
        self.location.name.clone()
    }
}
