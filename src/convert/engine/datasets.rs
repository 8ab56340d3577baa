//! The datasets that a run writes: one, or with `--by` one for each value of a field, in a folder of its own.

use super::classes::Classes;
use super::naming::Folders;
use super::record::RecordRef;
use crate::convert::declaration::By;
use crate::convert::format::{Collector, Format, RunEnd};
use crate::convert::options::Options;
use crate::convert::output::files::Files;
use crate::stream::StreamError;
use crate::tr;
use crate::words::Message;
use indexmap::IndexMap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Parts of datasets that a run may have at most; each costs open spool files.
const MAX_PARTS: usize = 256;

/// The collectors of a run.
pub struct Datasets {
    format: Arc<dyn Format>,
    /// Whether each value of a field has a dataset of its own.
    by: bool,
    folders: Folders,
    /// By folder; the only one has none.
    all: BTreeMap<String, Dataset>,
    parts: usize,
}

/// One of them.
struct Dataset {
    collector: Box<dyn Collector>,
    /// The splits that it has items of.
    splits: BTreeSet<String>,
}

impl Datasets {
    /// None with `--by`, else one, which may stay empty.
    pub fn new(format: Arc<dyn Format>, options: &Options) -> Self {
        let by = options.by.is_some() && matches!(format.declaration().by, By::Datasets);
        let mut all = BTreeMap::new();
        if !by {
            all.insert(String::new(), Dataset::new(&*format));
        }
        Self { format, by, folders: Folders::default(), all, parts: 0 }
    }

    /// Takes the next record in input order, in the folder that it belongs to. The lines that follow are of that folder, too, until
    /// [`Files::enter`] says otherwise. Gives the path of its file, as [`Collector::record`] does.
    ///
    /// # Errors
    /// As [`Collector::record`], and when there are too many folders.
    pub fn record(&mut self, r: &RecordRef<'_>, classes: &Classes, out: &mut Files) -> Result<String, StreamError> {
        if !self.by {
            let only =
                self.all.values_mut().next().ok_or(StreamError::Internal("a record after the end of the run"))?;
            return only.collector.record(r, classes, out);
        }
        let folder = self.folders.of(&r.folder);
        if !self.all.contains_key(&*folder) {
            self.all.insert(folder.to_string(), Dataset::new(&*self.format));
        }
        let Some(dataset) = self.all.get_mut(&*folder) else {
            return Err(StreamError::Internal("the dataset of a folder is gone"));
        };
        if !dataset.splits.contains(&*r.split) {
            dataset.splits.insert(r.split.to_string());
            self.parts += 1;
            if self.parts > MAX_PARTS {
                return Err(StreamError::Cut(tr!("by-too-many", most = MAX_PARTS)));
            }
        }
        out.enter(&folder);
        let path = dataset.collector.record(r, classes, out)?;
        Ok(if path.is_empty() { path } else { format!("{folder}/{path}") })
    }

    /// The run is over: finishes each, in the order of the folders. What they all have to say is said once.
    ///
    /// # Errors
    /// As [`Collector::finish`].
    pub fn finish(&mut self, end: &RunEnd<'_>, out: &mut Files) -> Result<(), StreamError> {
        let all = std::mem::take(&mut self.all);
        let datasets = all.len();
        let mut notes: IndexMap<Message, Vec<String>> = IndexMap::new();
        let mut before = std::mem::take(&mut out.notes);
        if self.by {
            before.extend(end.splits.iter().filter_map(|split| gap(split, &all)));
        }
        for (folder, dataset) in all {
            out.enter(&folder);
            // A document of a split that a folder has nothing of would be one that says nothing.
            let own: Vec<_> = end.splits.iter().filter(|split| dataset.splits.contains(&***split)).cloned().collect();
            let splits = if self.by { &own } else { end.splits };
            dataset.collector.finish(&RunEnd { splits, ..*end }, out)?;
            for note in out.notes.drain(..) {
                notes.entry(note).or_default().push(folder.clone());
            }
        }
        out.enter("");
        out.notes = before;
        out.notes.extend(notes.into_iter().map(|(note, of)| match &of[..] {
            [one] if datasets > 1 => tr!("stream-line", place = one, reason = note),
            [first, rest @ ..] if of.len() < datasets => tr!("note-of-folders", first, more = rest.len(), note),
            _ => note,
        }));
        Ok(())
    }
}

/// That some folders have no item of a split.
fn gap(split: &str, all: &BTreeMap<String, Dataset>) -> Option<Message> {
    let mut lacking = all.iter().filter(|(_, dataset)| !dataset.splits.contains(split)).map(|(folder, _)| folder);
    let first = lacking.next()?;
    let (n, of) = (lacking.count() + 1, all.len());
    Some(tr!("by-folders-lack", n, of, split, ?first))
}

impl Dataset {
    fn new(format: &dyn Format) -> Self {
        Self { collector: format.collector(), splits: BTreeSet::new() }
    }
}
