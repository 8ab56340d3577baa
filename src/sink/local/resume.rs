//! What earlier runs to the same local folder have left for `--resume`: staging folders with a log of the files that are finished in
//! them.
//!
//! Nothing is written into such a folder. A file whose size and SHA-256 are what the log says is moved into the new one.

use super::staging::{RESUME_LOG, Staging, TREE};
use crate::path::RelPath;
use crate::sink::dataset::digest::{Digest, Meter};
use crate::sink::dataset::resume_log;
use crate::sink::dataset::resume_log::{Pace, ResumeLog, Segments};
use crate::sink::error::SinkError;
use rustix::fs::{CWD, Mode, OFlags, openat};
use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// A segment is one block of a disk.
const PACE: Pace = Pace { bytes: 4096, every: Duration::MAX };

/// The file of a log; segments are appended.
#[derive(Debug)]
pub struct LogFile(Mutex<File>);

impl Segments for LogFile {
    fn write(&self, _number: u64, lines: Vec<u8>) -> Result<(), SinkError> {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&lines).map_err(|e| SinkError::write(RESUME_LOG, e))
    }
}

/// Starts the log of a staging folder.
///
/// # Errors
/// The system's reason.
pub fn start_log(staging: &Path) -> io::Result<ResumeLog<LogFile>> {
    let file = OpenOptions::new().write(true).create_new(true).open(staging.join(RESUME_LOG))?;
    Ok(ResumeLog::new(LogFile(Mutex::new(file)), PACE))
}

/// The files that earlier runs have finished.
#[derive(Debug, Default)]
pub struct Resumable {
    trees: Vec<PathBuf>,
    keys: RandomState,
    /// Hashed path → index in `trees`, and what the log says of the file.
    files: HashMap<u64, (usize, Digest)>,
}

impl Resumable {
    /// Reads the logs of the folders that a staging folder has taken over.
    ///
    /// # Errors
    /// [`SinkError::Write`] when one cannot be read.
    pub fn of(staging: &Staging) -> Result<Self, SinkError> {
        let mut all = Self::default();
        for folder in staging.taken_over() {
            let name = folder.join(RESUME_LOG);
            let fail = |e| SinkError::write(name.display().to_string(), e);
            let tree = all.trees.len();
            all.trees.push(folder.join(TREE));
            let mut log = BufReader::new(File::open(&name).map_err(fail)?);
            let mut line = Vec::new();
            while log.read_until(b'\n', &mut line).map_err(fail)? > 0 {
                for entry in resume_log::entries(&line) {
                    all.files.insert(all.keys.hash_one(entry.path.as_str()), (tree, entry.digest));
                }
                line.clear();
            }
        }
        Ok(all)
    }

    /// Whether no earlier run was taken over.
    pub fn is_empty(&self) -> bool {
        self.trees.is_empty()
    }

    /// Moves a finished file to `to`, if there is one and its content is what the log says. Returns size and hash.
    pub fn take(&self, path: &RelPath, to: &Path) -> Option<Digest> {
        let (tree, digest) = self.files.get(&self.keys.hash_one(path.as_str()))?;
        let from = self.trees.get(*tree)?.join(path.as_str());
        let whole = measure(&from).is_ok_and(|found| found == *digest);
        (whole && fs::rename(&from, to).is_ok()).then_some(*digest)
    }
}

/// Size and hash of a regular file; a link is refused.
fn measure(path: &Path) -> io::Result<Digest> {
    let mut file = File::from(openat(CWD, path, OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty())?);
    if !file.metadata()?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    Meter::read(&mut file)
}
