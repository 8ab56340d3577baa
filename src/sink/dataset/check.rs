//! `syn-sink --verify`: every file of a published dataset against its manifest.

use super::digest::Meter;
use super::manifest;
use super::published::Published;
use crate::sink::error::SinkError;
use crate::tr;
use crate::words::Message;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

/// Wrong files that are reported one by one; all are counted.
const REPORTED: usize = 20;

/// The result of a comparison of a dataset with its manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Files that are what the manifest says.
    pub good: u64,
    /// Size of the good files together, bytes.
    pub bytes: u64,
    /// Files that are missing, or not what the manifest says.
    pub bad: u64,
    /// Files that the manifest does not know.
    pub extra: u64,
}

/// A path of the manifest, and whether its file was found. 24 bytes a file: paths and hashes stay in the manifest.
struct Listed {
    /// Size and hash, hashed with the key of this run.
    digest: u64,
    found: bool,
}

/// Reads every file of the dataset. `warn` is called for the first ones that are wrong.
///
/// # Errors
/// [`SinkError::Manifest`] when there is none or it is broken; [`SinkError`] when the place cannot be read.
pub fn check(dataset: &dyn Published, threads: usize, warn: &(dyn Fn(Message) + Sync)) -> Result<Verdict, SinkError> {
    let keys = RandomState::new();
    let mut listed = HashMap::new();
    let mut doubles = 0u64;
    read_manifest(dataset, &mut |entry| {
        let digest = keys.hash_one(entry.digest);
        doubles += u64::from(listed.insert(keys.hash_one(entry.path), Listed { digest, found: false }).is_some());
        Ok(())
    })?;
    if doubles > 0 {
        return Err(SinkError::Manifest(tr!("manifest-twice")));
    }
    let state = Mutex::new((listed, Verdict::default(), 0usize));
    let wrong = |reported: &mut usize, text: Message| {
        *reported += 1;
        match *reported {
            1..=REPORTED => warn(text),
            n if n == REPORTED + 1 => warn(tr!("verify-more-wrong")),
            _ => {}
        }
    };
    dataset.visit(threads, &|path, content| {
        if path == manifest::PATH {
            return Ok(());
        }
        let key = keys.hash_one(path);
        {
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            let (listed, verdict, reported) = &mut *state;
            let Some(entry) = listed.get_mut(&key) else {
                verdict.extra += 1;
                wrong(reported, tr!("verify-not-listed", path));
                return Ok(());
            };
            if std::mem::replace(&mut entry.found, true) {
                verdict.extra += 1;
                wrong(reported, tr!("verify-twice", path));
            }
        }
        let digest = content.and_then(Meter::read);
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let (listed, verdict, reported) = &mut *state;
        match digest {
            Ok(digest) if listed.get(&key).is_some_and(|l| l.digest == keys.hash_one(digest)) => {
                verdict.good += 1;
                verdict.bytes += digest.bytes;
            }
            Ok(digest) => {
                verdict.bad += 1;
                wrong(reported, tr!("verify-differs-by", path, size = digest.bytes));
            }
            Err(e) => {
                verdict.bad += 1;
                wrong(reported, tr!("verify-unreadable", path, reason = e));
            }
        }
        Ok(())
    })?;
    let (listed, mut verdict, mut reported) = state.into_inner().unwrap_or_else(PoisonError::into_inner);
    if listed.values().any(|l| !l.found) {
        read_manifest(dataset, &mut |entry| {
            if listed.get(&keys.hash_one(&entry.path)).is_none_or(|l| l.found) {
                return Ok(());
            }
            let digest = match dataset.unlisted(&entry.path)? {
                Some(_) => dataset.read(&entry.path)?.map(|mut content| Meter::read(&mut *content)),
                None => None,
            };
            match digest {
                Some(Ok(digest)) if digest == entry.digest => {
                    verdict.good += 1;
                    verdict.bytes += digest.bytes;
                    return Ok(());
                }
                Some(Ok(_)) => wrong(&mut reported, tr!("verify-differs", path = entry.path)),
                Some(Err(e)) => wrong(&mut reported, tr!("verify-unreadable", path = entry.path, reason = e)),
                None => wrong(&mut reported, tr!("verify-missing", path = entry.path)),
            }
            verdict.bad += 1;
            Ok(())
        })?;
    }
    Ok(verdict)
}

fn read_manifest(
    dataset: &dyn Published,
    each: &mut dyn FnMut(manifest::Entry) -> Result<(), SinkError>,
) -> Result<(), SinkError> {
    match dataset.read(manifest::PATH)? {
        Some(content) => manifest::read(content, each),
        None => {
            Err(SinkError::Manifest(tr!("verify-no-manifest", dataset = dataset.name(), manifest = manifest::PATH)))
        }
    }
}
