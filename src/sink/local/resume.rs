//! What earlier runs to the same local folder have left for `--resume`: staging folders with a ledger of what was finished in them.
//!
//! Nothing is written into such a folder. A file whose size and SHA-256 are what its ledger says is moved into the new one.

use super::staging::Staging;
use crate::path::RelPath;
use crate::sink::dataset::digest::{Meter, Seen};
use crate::sink::dataset::manifest;
use crate::sink::error::SinkError;
use rustix::fs::{CWD, Mode, OFlags, openat};
use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The ledger's name in a staging folder.
pub const LEDGER: &str = "ledger";
/// The files' folder in a staging folder.
pub const TREE: &str = "tree";

/// Notes what is finished in a staging folder.
#[derive(Debug)]
pub struct Ledger(Mutex<BufWriter<File>>);

impl Ledger {
    /// Starts it in this staging folder.
    ///
    /// # Errors
    /// The system's reason.
    pub fn new(staging: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().write(true).create_new(true).open(staging.join(LEDGER))?;
        Ok(Self(Mutex::new(BufWriter::with_capacity(4096, file))))
    }

    /// Notes a file. The last few are lost in a kill, and written again.
    ///
    /// # Errors
    /// [`SinkError::Write`].
    pub fn record(&self, path: &str, seen: &Seen) -> Result<(), SinkError> {
        let fail = |e| SinkError::write(LEDGER, e);
        let line = manifest::line(path, seen).map_err(fail)?;
        let mut out = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(out, "{line}").map_err(fail)
    }

    /// Writes what is noted.
    ///
    /// # Errors
    /// The system's reason.
    pub fn flush(&self) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).flush()
    }
}

/// What earlier runs have finished.
#[derive(Debug, Default)]
pub struct Earlier {
    trees: Vec<PathBuf>,
    keys: RandomState,
    /// Hashed path → which tree, and what its ledger says.
    files: HashMap<u64, (usize, Seen)>,
}

impl Earlier {
    /// Reads the ledgers of the folders that a staging folder has taken up.
    ///
    /// # Errors
    /// [`SinkError::Write`] when one cannot be read.
    pub fn of(staging: &Staging) -> Result<Self, SinkError> {
        let mut earlier = Self::default();
        for folder in staging.earlier() {
            let name = folder.join(LEDGER);
            let fail = |e| SinkError::write(name.display().to_string(), e);
            let tree = earlier.trees.len();
            earlier.trees.push(folder.join(TREE));
            let mut ledger = BufReader::new(File::open(&name).map_err(fail)?);
            let mut line = Vec::new();
            while ledger.read_until(b'\n', &mut line).map_err(fail)? > 0 {
                // A line that was cut by a kill counts for nothing.
                if let Ok(entry) = manifest::entry(&line) {
                    earlier.files.insert(earlier.keys.hash_one(entry.path.as_str()), (tree, entry.seen));
                }
                line.clear();
            }
        }
        Ok(earlier)
    }

    /// Whether there is anything.
    pub fn is_empty(&self) -> bool {
        self.trees.is_empty()
    }

    /// Moves a finished file to `to`, if there is one and it is what its ledger says.
    pub fn take(&self, path: &RelPath, to: &Path) -> Option<Seen> {
        let (tree, seen) = self.files.get(&self.keys.hash_one(path.as_str()))?;
        let from = self.trees.get(*tree)?.join(path.as_str());
        let whole = measure(&from).is_ok_and(|found| found == *seen);
        (whole && fs::rename(&from, to).is_ok()).then_some(*seen)
    }
}

/// Size and hash of a regular file; a link is none.
fn measure(path: &Path) -> io::Result<Seen> {
    let mut file = File::from(openat(CWD, path, OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty())?);
    if !file.metadata()?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut meter = Meter::default();
    let mut block = vec![0; 256 * 1024];
    loop {
        match file.read(&mut block) {
            Ok(0) => return Ok(meter.finish()),
            Ok(n) => meter.update(&block[..n]),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}
