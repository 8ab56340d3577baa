//! A dataset that is published already, against the list: whether the parts of the list have become it.

use super::list::{self, File};
use super::manifest::{Entries, Outcome};
use crate::sink::dataset::manifest;
use crate::sink::dataset::published::Published;
use crate::sink::error::SinkError;
use crate::sink::run::totals::Totals;
use crate::sink::run::{Options, Report, summary};
use crate::stream::Reader;
use crate::tr;

/// Compares a published dataset with the list. Originals that are not in it count as failed.
///
/// # Errors
/// [`SinkError::Differs`] with the first file that is not as the list has it; [`SinkError`] when the dataset cannot be read.
pub fn compare(dataset: &dyn Published, reader: Reader, options: &Options) -> Result<Report, SinkError> {
    let none = || SinkError::Manifest(tr!("manifest-none", dataset = dataset.name()));
    let damaged = |reason: String| SinkError::Manifest(reason.into());
    let differs = |path: &str| SinkError::Differs { dest: dataset.name(), path: path.to_owned() };
    let mut entries = Entries::open(dataset.read(manifest::PATH)?.ok_or_else(none)?).map_err(damaged)?;
    let mut next = entries.next().map_err(damaged)?;
    let mut totals = Totals::default();
    let listed = list::walk(reader, options, &mut |file: File| {
        let digest = match &next {
            Some(Outcome::Written(entry)) if entry.path == file.path.as_str() => entry.digest,
            // It failed, and the summary says so.
            _ if file.is_original => {
                totals.originals.failed += 1;
                return Ok(());
            }
            _ => return Err(differs(file.path.as_str())),
        };
        if !file.can_be(&digest) {
            return Err(differs(file.path.as_str()));
        }
        totals.files += 1;
        totals.bytes += digest.bytes;
        totals.originals.ok += u64::from(file.is_original);
        next = entries.next().map_err(damaged)?;
        Ok(())
    })?;
    let last = next.as_ref().map(Outcome::path);
    if last != Some(summary::PATH) || entries.next().map_err(damaged)?.is_some() {
        return Err(differs(last.unwrap_or(summary::PATH)));
    }
    totals.files += u64::from(listed.summary.is_some());
    let reach = options.series.as_ref().map(|series| listed.spans.reach(series));
    let reach = reach.transpose().map_err(SinkError::Checkpoint)?;
    Ok(Report { totals, came: listed.came, reach, begin: listed.begin })
}
