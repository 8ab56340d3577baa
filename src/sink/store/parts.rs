//! A dataset that comes in parts, in a bucket: all runs write under its prefix, and share one claim.
//!
//! ```text
//! PREFIX/…                                the files of all parts, and metadata/manifest.part-I.json for each part that is whole
//! .NAME.partial/claim                     {"staged":false,"run":…,"parts":{"of":8,"list":…,"options":…}}
//! .NAME.partial/part-3/…/00000001         the log of each attempt at part 3
//! ```

use super::client::Io;
use super::error::{self, failed};
use super::list::{self, StoredDataset};
use super::location::{Class, Location};
use super::mark;
use super::part::StoredPart;
use super::publish::{delete_all, is_there_as_ours, left_words, refuse_foreign, send_file};
use super::upload::StoreFile;
use super::work::{self, Claim, Work};
use crate::net::retry::RetryPolicy;
use crate::sink::dataset::foreign::Foreign;
use crate::sink::dataset::manifest;
use crate::sink::dataset::published::{Published, is_there};
use crate::sink::destination::{Destination, Output};
use crate::sink::divided::error::DividedError;
use crate::sink::divided::place::Place;
use crate::sink::divided::{self, Division, Part};
use crate::sink::error::SinkError;
use crate::sink::run::summary;
use std::collections::HashMap;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// How many files that are not ours are named.
const NAMED: usize = 3;

/// A prefix to which parts are written.
pub struct StoredParts {
    io: Arc<Io>,
    location: Location,
    retry: RetryPolicy,
}

impl StoredParts {
    /// The place for this location.
    ///
    /// # Errors
    /// [`DividedError::NoPlace`] for a server of files, [`SinkError::Usage`].
    pub fn new(location: Location, retry: &RetryPolicy) -> Result<Self, SinkError> {
        if location.class != Class::ObjectStore {
            return Err(DividedError::NoPlace { dest: location.name }.into());
        }
        if location.prefix.trim() != location.prefix {
            return Err(SinkError::usage(format!(
                "{:?} begins or ends with a space: choose another name",
                location.name
            )));
        }
        Ok(Self { io: Arc::new(location.io(retry)?), location, retry: retry.clone() })
    }

    /// The work folder of all parts; that of one has its log.
    fn work(&self, part: Option<Part>) -> Work {
        let (io, folder) = (self.io.clone(), self.location.work(None));
        match part {
            None => Work::new(io, folder, self.location.name.clone(), self.location.class),
            Some(part) => Work::of_part(io, folder, self.location.name.clone(), self.location.class, part.index),
        }
    }

    fn dataset(&self) -> StoredDataset {
        StoredDataset::of(self.io.clone(), self.location.clone())
    }

    /// Claims the location for the parts of a division, which all may do.
    fn claim(&self, work: &Work, division: &Division) -> Result<(), SinkError> {
        let dest = || self.location.name.clone();
        let mut found = work.claimed()?;
        if found.as_ref().is_none_or(|claim| claim.done) {
            let (_, marked) = refuse_foreign(&self.io, &self.location, work, false)?;
            let again = work.claimed()?;
            if marked && again.as_ref().is_none_or(|claim| claim.done) {
                return Err(DividedError::Leftover { dest: dest() }.into());
            }
            found = again;
        }
        if let Some(claim) = found.as_ref().filter(|claim| !claim.done) {
            match &claim.parts {
                Some(there) => match division.difference(there) {
                    Some(difference) => return Err(DividedError::Other { dest: dest(), difference }.into()),
                    None => return work.claim(claim, false),
                },
                None => return Err(DividedError::Leftover { dest: dest() }.into()),
            }
        }
        work.claim(&Claim::of_parts(division), found.is_some())
    }

    /// Looks at all that is under the prefix: every file of the manifest in its size, and what else is ours.
    fn look(&self, manifest: &Path) -> Result<Vec<String>, SinkError> {
        let (keys, mut listed) = (RandomState::new(), HashMap::new());
        let whole = || File::open(manifest).map_err(|e| SinkError::write(manifest::PATH, e));
        manifest::read(whole()?, |entry| {
            listed.insert(keys.hash_one(entry.path.as_str()), (entry.digest.bytes, false));
            Ok(())
        })?;
        let own = |path: &str| path == manifest::PATH || path == summary::PATH || divided::manifest::is_path(path);
        let (mut extra, mut foreign, mut count) = (Vec::new(), Vec::new(), 0);
        list::each(&self.io, &self.location.folder(), &mut |path, bytes| {
            if own(path) {
                return Ok(());
            }
            if let Some((size, found)) = listed.get_mut(&keys.hash_one(path)) {
                *found = *size == bytes;
            } else if mark::is_on(&self.io, &self.location, path)? {
                // Of an attempt that did not count.
                extra.push(self.location.file(path));
            } else {
                count += 1;
                if foreign.len() < NAMED {
                    foreign.push(path.to_owned());
                }
            }
            Ok(())
        })?;
        if count > 0 {
            let foreign = Foreign::Files { dataset: true, first: foreign, count };
            return Err(SinkError::Foreign { dest: self.name(), foreign });
        }
        manifest::read(whole()?, |entry| {
            let found = listed.get(&keys.hash_one(entry.path.as_str())).is_some_and(|(_, found)| *found);
            if found || entry.path == summary::PATH {
                return Ok(());
            }
            Err(DividedError::Lost { dest: self.name(), path: entry.path }.into())
        })?;
        Ok(extra)
    }

    fn put_manifest(&self, manifest: &Path) -> Result<(), SinkError> {
        let (key, shown) = (self.location.file(manifest::PATH), format!("{}/{}", self.name(), manifest::PATH));
        let mark = || mark::of(&self.location, manifest::PATH);
        let can = self.io.op().info().capability().write_with_if_not_exists;
        let exists = || SinkError::Exists { dest: self.name() };
        if !can && list::exists(&self.io, &key)? {
            return if is_there_as_ours(&self.io, &key, manifest, &shown)? { Ok(()) } else { Err(exists()) };
        }
        let sent = match send_file(&self.io, manifest, &key, &shown, mark(), can)? {
            Err(e) if error::lacks_conditions(&e) => send_file(&self.io, manifest, &key, &shown, mark(), false)?,
            sent => sent,
        };
        match sent {
            Ok(()) => Ok(()),
            Err(e) if work::is_there(&e) => {
                if is_there_as_ours(&self.io, &key, manifest, &shown)? {
                    Ok(())
                } else {
                    Err(exists())
                }
            }
            Err(e) => Err(failed(&shown, &e)),
        }
    }
}

impl Place for StoredParts {
    fn published(&self) -> Result<Option<Arc<dyn Published>>, SinkError> {
        let dataset = self.dataset();
        Ok(if is_there(&dataset)? { Some(Arc::new(dataset)) } else { None })
    }

    fn division(&self) -> Result<Option<Division>, SinkError> {
        Ok(self.work(None).claimed()?.filter(|claim| !claim.done).and_then(|claim| claim.parts))
    }

    fn part(&self, index: u32) -> Result<Option<Box<dyn Read + Send>>, SinkError> {
        self.dataset().read(&Part { index, of: index }.manifest())
    }

    fn begin(&self, part: Part, division: &Division) -> Result<Arc<dyn Destination>, SinkError> {
        let work = self.work(Some(part));
        self.claim(&work, division)?;
        Ok(Arc::new(StoredPart::new(self.io.clone(), self.location.clone(), work, part, division)?))
    }

    fn publish(
        &self,
        manifest: &Path,
        summary: &[u8],
        _folders: &[String],
        _division: &Division,
    ) -> Result<(), SinkError> {
        let extra = self.look(manifest)?;
        delete_all(&self.io, &self.location, extra)?;
        let (key, shown) = (self.location.file(summary::PATH), format!("{}/{}", self.name(), summary::PATH));
        let mut out = StoreFile::new(self.io.clone(), key, shown, mark::of(&self.location, summary::PATH));
        out.write(summary)?;
        Box::new(out).finish()?;
        self.put_manifest(manifest)
    }

    fn tidy(&self, of: u32) -> Result<(), SinkError> {
        let work = self.work(None);
        let parts = (1..=of).map(|index| self.location.file(&Part { index, of }.manifest())).collect();
        let done = delete_all(&self.io, &self.location, parts)
            .and_then(|()| self.location.unfinished_uploads(&work.path("")).abort_leftovers(&self.io, &self.retry))
            .and_then(|()| work.remove());
        // The dataset is complete: what cannot be deleted is no failure.
        if let Err(e) = done {
            self.io.warn(left_words(&self.location.name, &e));
        }
        Ok(())
    }

    fn stop(&self) {
        self.io.stop();
    }

    fn name(&self) -> String {
        self.location.name.clone()
    }
}
