//! The join: the manifests of all parts become that of the dataset.

use super::Division;
use super::error::DividedError;
use super::list::{self, File, Listed};
use super::manifest::{self, Entries};
use super::place::Place;
use crate::sink::dataset::digest::Meter;
use crate::sink::dataset::manifest::ManifestWriter;
use crate::sink::error::SinkError;
use crate::sink::run::totals::{self, Listing, Outcomes};
use crate::sink::run::{Options, Report, summary};
use crate::stream::{Reader, StreamError};
use std::fs;
use std::io::{self, BufWriter};
use std::path::Path;

/// Publishes what the parts at `place` have brought. `open` gives the list, which is read once.
///
/// # Errors
/// [`SinkError::Divided`], which says what is missing or wrong; nothing is published then.
pub fn join(place: &dyn Place, reader: Reader, division: &Division, options: &Options) -> Result<Report, SinkError> {
    let scratch = tempfile::Builder::new().prefix("syn-sink-").tempdir();
    let scratch = scratch.map_err(|e| SinkError::write(std::env::temp_dir().display().to_string(), e))?;
    let mut parts = Parts::open(place, division, scratch.path())?;
    let mut outcomes = Outcomes::new(Listing::Whole(ManifestWriter::new(scratch.path())?));
    let mut order = 0;
    let listed = list::walk(reader, options, &mut |file| {
        let outcome = parts.outcome(file)?;
        order += 1;
        outcomes.enter(order - 1, outcome)
    })?;
    parts.end()?;
    if listed.hash != division.list {
        return Err(SinkError::Internal("the list has changed while it was read"));
    }
    let Listed { summary: came, folders, came: lines, spans, begin, .. } = listed;
    let reach = options.series.as_ref().map(|series| spans.reach(series));
    let reach = reach.transpose().map_err(SinkError::Checkpoint)?;
    let mut totals = outcomes.totals().clone();
    totals.files += u64::from(came.is_some());
    let text = summary::complete(came.as_deref(), &totals);
    let text = text.map_err(|e| SinkError::Stream(StreamError::Cut(e.to_string().into())))?;
    let whole = outcomes.finish_manifest(summary::PATH, &Meter::of(&text))?;
    place.publish(&whole, &text, &folders, division)?;
    place.tidy(division.of)?;
    Ok(Report { totals, came: lines, reach, begin })
}

/// The manifests of all parts, read side by side.
struct Parts {
    dest: String,
    of: u32,
    entries: Vec<Entries>,
}

impl Parts {
    /// Copies them to this machine, and reads their first lines.
    fn open(place: &dyn Place, division: &Division, scratch: &Path) -> Result<Self, SinkError> {
        let (dest, of) = (place.name(), division.of);
        let (mut entries, mut missing) = (Vec::new(), Vec::new());
        for index in 1..=of {
            let Some(content) = place.part(index)? else {
                missing.push(index);
                continue;
            };
            let file = scratch.join(format!("part-{index}"));
            copy(content, &file, &manifest::path(index))?;
            let file = fs::File::open(&file).map_err(|e| SinkError::write(manifest::path(index), e))?;
            let damaged = |reason| SinkError::from(DividedError::Damaged { dest: dest.clone(), part: index, reason });
            let part = Entries::open(Box::new(file)).map_err(damaged)?;
            if part.part() != Some((index, division)) {
                return Err(damaged("it is of another list, or of another part".to_owned()));
            }
            entries.push(part);
        }
        match missing.first() {
            Some(first) => Err(DividedError::Missing { dest, first: *first, missing, of }.into()),
            None => Ok(Self { dest, of, entries }),
        }
    }

    /// What became of a file: the next entry of its part.
    fn outcome(&mut self, file: File) -> Result<totals::Outcome, SinkError> {
        let part = file.part(self.of);
        let differs = |path: &str| SinkError::from(DividedError::Differs { part, path: path.to_owned() });
        let Some(entries) = self.entries.get_mut(part as usize - 1) else {
            return Err(SinkError::Internal("a file belongs to a part that is none"));
        };
        let next = entries.next().map_err(|reason| DividedError::Damaged { dest: self.dest.clone(), part, reason })?;
        match next {
            Some(next) if next.path() != file.path.as_str() => Err(differs(file.path.as_str())),
            Some(manifest::Outcome::Written(entry)) if file.can_be(&entry.digest) => {
                let original = file.is_original;
                Ok(totals::Outcome::Written { path: entry.path, digest: entry.digest, original })
            }
            Some(manifest::Outcome::Failed(lost)) if file.is_original => Ok(totals::Outcome::Failed(lost)),
            _ => Err(differs(file.path.as_str())),
        }
    }

    /// All entries were taken.
    fn end(self) -> Result<(), SinkError> {
        for (part, mut entries) in (1..).zip(self.entries) {
            match entries.next() {
                Ok(None) => {}
                Ok(Some(more)) => return Err(DividedError::Differs { part, path: more.path().to_owned() }.into()),
                Err(reason) => return Err(DividedError::Damaged { dest: self.dest, part, reason }.into()),
            }
        }
        Ok(())
    }
}

fn copy(mut content: impl io::Read, to: &Path, name: &str) -> Result<(), SinkError> {
    let fail = |e| SinkError::write(name, e);
    let mut out = BufWriter::new(fs::File::create_new(to).map_err(fail)?);
    io::copy(&mut content, &mut out).map_err(fail)?;
    out.into_inner().map(drop).map_err(|e| fail(e.into_error()))
}
