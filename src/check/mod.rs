//! `syn-convert --check`: a finished dataset, whoever made it, judged by what its readers do with it, without them.
//!
//! [`layout`] finds the datasets in a tree by their structure; each format has its rules in a room of its own, all of them are in
//! [`rules`], with the reader that decides and what becomes of the data: rejected, dropped, misread, or a piece of advice. Everything is
//! read as a stream; what is held is ids, names and keys of pictures, never a dataset. What is there and cannot be read is said: a check
//! that read nothing has not passed.

mod archive;
pub(crate) mod board;
pub(crate) mod coco;
pub(crate) mod finding;
pub(crate) mod images;
pub(crate) mod layout;
pub(crate) mod objects;
mod picture;
mod regular;
pub(crate) mod report;
pub(crate) mod rules;
pub(crate) mod scratch;
pub(crate) mod source;
pub(crate) mod tree;
pub(crate) mod ultralytics;
pub(crate) mod voc;
mod workers;
pub(crate) mod yolo;

pub use finding::{Findings, Place, Rule, Severity, Tally};
pub use report::{Form, Lines, Report};
pub use rules::ALL as RULES;
pub use scratch::Scratch;
pub use tree::Tree;

use crate::stream::StreamError;
use crate::tr;
use layout::{Found, Survey};
use objects::Objects;

/// Formats that can be checked, as `--to` has them.
pub const FORMATS: [&str; 4] = ["coco", "yolo", "ultralytics-ndjson", "voc"];

/// The readers that rules name, each once, in small letters.
pub fn readers() -> Vec<String> {
    let names = RULES.iter().flat_map(|rule| rule.reader.split(", ")).filter(|name| *name != "all");
    let names: std::collections::BTreeSet<String> = names.map(str::to_ascii_lowercase).collect();
    names.into_iter().collect()
}

/// A dataset that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// One of [`FORMATS`].
    pub format: &'static str,
    /// Its document, the file that describes it, or its folder.
    pub place: String,
    /// What was read of it.
    pub tally: Tally,
    /// Its objects by class and part.
    pub objects: Objects,
    /// Documents of the same are of one dataset, a part each.
    group: String,
}

/// The objects of datasets, those of one that is in several files together; each with the first of its files.
pub fn joined(datasets: &[Dataset]) -> Vec<(&Dataset, Objects)> {
    let mut all: Vec<(&Dataset, Objects)> = Vec::new();
    for dataset in datasets {
        let same =
            |other: &&mut (&Dataset, Objects)| (other.0.format, &other.0.group) == (dataset.format, &dataset.group);
        match all.iter_mut().find(same) {
            Some((_, objects)) => objects.join(&dataset.objects),
            None => all.push((dataset, dataset.objects.clone())),
        }
    }
    all
}

/// Checks whatever a tree holds, or `only` the format of this name. Gives the datasets that were found; what could not be read is in
/// [`Findings::unread`].
///
/// # Errors
/// Those of reading a file or writing a finding.
pub fn check(tree: &Tree, only: Option<&str>, out: &mut Findings) -> Result<Vec<Dataset>, StreamError> {
    let layouts = Found::of(tree)?;
    let survey = &layouts.survey;
    let mut run = Run { tree, survey, layouts: &layouts, out, found: Vec::new() };
    for format in FORMATS.into_iter().filter(|format| only.is_none_or(|name| name == *format)) {
        let before = run.found.len();
        match format {
            "coco" => run.coco()?,
            "yolo" => run.yolo()?,
            "ultralytics-ndjson" => run.ndjson()?,
            _ => run.voc()?,
        }
        if run.found.len() == before && only.is_some() {
            nothing(format, run.out)?;
        }
    }
    let found = run.found;
    if only.is_none() {
        out.unread.extend(layout::other::find(tree, survey, !found.is_empty()));
    }
    if found.is_empty() && only.is_none() && out.unread.is_empty() {
        out.unread.push(tr!("check-no-dataset", formats = FORMATS.join(", ")));
        out.unread.extend(layout::other::archives(survey));
    }
    // An empty dataset that nobody has a word against.
    let sound = !out.any_loss();
    for dataset in found.iter().filter(|d| sound && d.tally == Tally::default()) {
        out.unread.push(tr!("check-empty-dataset", place = dataset.place));
    }
    out.finish()?;
    Ok(found)
}

/// A check in its course.
struct Run<'r> {
    tree: &'r Tree,
    survey: &'r Survey,
    layouts: &'r Found,
    out: &'r mut Findings,
    found: Vec<Dataset>,
}

impl Run<'_> {
    /// Notes a dataset that was read since `before`.
    fn read(&mut self, format: &'static str, place: &str, group: &str, before: Tally) {
        let Tally { images, annotations } = self.out.tally;
        let tally = Tally { images: images - before.images, annotations: annotations - before.annotations };
        let objects = std::mem::take(&mut self.out.objects);
        self.found.push(Dataset { format, place: place.to_owned(), tally, objects, group: group.to_owned() });
    }

    fn coco(&mut self) -> Result<(), StreamError> {
        for path in &self.layouts.coco {
            let before = self.out.tally;
            self.out.pictures.begin(&format!("coco {}", self.survey.home(layout::folder_of(path))));
            coco::check(self.tree, self.survey, path, self.out)?;
            self.read("coco", path, &layout::coco::group_of(self.survey, path), before);
        }
        for (place, objects) in joined(&self.found).into_iter().filter(|(of, _)| of.format == "coco") {
            coco::unused(&place.place, &objects, self.out)?;
        }
        Ok(())
    }

    fn yolo(&mut self) -> Result<(), StreamError> {
        let mut claimed = yolo::Claimed::new();
        for config in &self.layouts.yolo {
            let before = self.out.tally;
            self.out.pictures.begin(config.path());
            yolo::described(self.tree, self.survey, config, &mut claimed, self.out)?;
            self.read("yolo", config.path(), config.path(), before);
        }
        let before = self.out.tally;
        let places = yolo::undescribed(self.tree, self.survey, &mut claimed, self.out)?;
        if let Some(first) = places.first() {
            self.read("yolo", first, first, before);
        }
        Ok(())
    }

    fn ndjson(&mut self) -> Result<(), StreamError> {
        for path in &self.layouts.ndjson {
            let before = self.out.tally;
            self.out.pictures.begin(path);
            ultralytics::check(self.tree, self.survey, path, self.out)?;
            self.read("ultralytics-ndjson", path, path, before);
        }
        Ok(())
    }

    fn voc(&mut self) -> Result<(), StreamError> {
        for layout in &self.layouts.voc {
            let before = self.out.tally;
            let home = self.survey.home(&layout.annotations);
            self.out.pictures.begin(&format!("voc {home}"));
            voc::check(self.tree, self.survey, layout, self.out)?;
            self.read("voc", layout::shown(&layout.annotations), home, before);
        }
        Ok(())
    }
}

/// Writes the finding that a tree has nothing of a format that was asked for.
fn nothing(format: &str, out: &mut Findings) -> Result<(), StreamError> {
    match format {
        "coco" => coco::nothing(out),
        "yolo" => out.add(&rules::YOLO_NO_DATA_YAML, Place::file("."), tr!("yolo-nothing")),
        "ultralytics-ndjson" => out.add(&rules::NDJSON_NO_DATASET, Place::file("."), tr!("ndjson-nothing")),
        _ => voc::nothing(out),
    }
}
