//! `syn-sink --verify`: every file of a published dataset against its manifest.

use super::digest::Meter;
use super::manifest;
use super::published::Published;
use crate::sink::error::SinkError;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

/// Files that are wrong, told one by one; the count goes on.
const TOLD: usize = 20;

/// What a dataset turned out to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Files that are what the manifest says.
    pub good: u64,
    /// Their size together.
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

/// Reads every file of the dataset. `tell` hears about the first that are wrong.
///
/// # Errors
/// [`SinkError::Manifest`] when there is none or it is broken; [`SinkError`] when the place cannot be read.
pub fn check(dataset: &dyn Published, threads: usize, tell: &(dyn Fn(&str) + Sync)) -> Result<Verdict, SinkError> {
    let keys = RandomState::new();
    let mut listed = HashMap::new();
    let mut doubles = 0u64;
    read_manifest(dataset, &mut |entry| {
        let digest = keys.hash_one(entry.digest);
        doubles += u64::from(listed.insert(keys.hash_one(entry.path), Listed { digest, found: false }).is_some());
        Ok(())
    })?;
    if doubles > 0 {
        return Err(SinkError::Manifest("it has a path twice".to_owned()));
    }
    let state = Mutex::new((listed, Verdict::default(), 0usize));
    let wrong = |told: &mut usize, text: String| {
        *told += 1;
        match *told {
            1..=TOLD => tell(&text),
            n if n == TOLD + 1 => tell("more files are wrong; they are counted"),
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
            let (listed, verdict, told) = &mut *state;
            let Some(entry) = listed.get_mut(&key) else {
                verdict.extra += 1;
                wrong(told, format!("{path} is not in the manifest"));
                return Ok(());
            };
            if std::mem::replace(&mut entry.found, true) {
                verdict.extra += 1;
                wrong(told, format!("{path} is there more than once"));
            }
        }
        let digest = content.and_then(|content| Meter::read(content));
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let (listed, verdict, told) = &mut *state;
        match digest {
            Ok(digest) if listed.get(&key).is_some_and(|l| l.digest == keys.hash_one(digest)) => {
                verdict.good += 1;
                verdict.bytes += digest.bytes;
            }
            Ok(digest) => {
                verdict.bad += 1;
                wrong(
                    told,
                    format!(
                        "{path} is not what the manifest says: it has {} bytes, and another size or SHA-256",
                        digest.bytes
                    ),
                );
            }
            Err(e) => {
                verdict.bad += 1;
                wrong(told, format!("{path} cannot be read: {e}"));
            }
        }
        Ok(())
    })?;
    let (listed, mut verdict, mut told) = state.into_inner().unwrap_or_else(PoisonError::into_inner);
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
                Some(Ok(_)) => wrong(&mut told, format!("{} is not what the manifest says", entry.path)),
                Some(Err(e)) => wrong(&mut told, format!("{} cannot be read: {e}", entry.path)),
                None => wrong(&mut told, format!("{} is missing", entry.path)),
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
            Err(SinkError::Manifest(format!("{} has no {}: there is no whole dataset", dataset.name(), manifest::PATH)))
        }
    }
}
