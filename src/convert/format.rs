//! What an output format is: a renderer that runs on many threads, and a collector that runs on one.
//!
//! **Renderer.** The engine parses a row, finds its media, files, sizes, split and the name wanted for it, and gives each unit (an
//! image, a media, or an item) to [`Format::render`]. The renderer pushes what it makes of the unit as typed parts, and counts
//! the unit's annotations. It keeps nothing between two units.
//!
//! **Collector.** It is given the records in input order, whatever the number of threads, each with its final name, takes the
//! parts in the order in which the renderer has pushed them, and writes files or spools them for the end.
//!
//! **Text.** All text of files goes through [`super::output::text::Text`], which keeps it in the form that the output takes:
//! escaped for a file line, or as it is for `--bare`. A format appends what the file is to contain and never escapes for the line;
//! [`Files`] takes no other text.
//!
//! **What is not known yet.** The output name depends on the names before it, numbers of classes that are not listed on the whole
//! run. The renderer leaves a [`super::output::hole::Hole`] for them, which the collector fills before it writes.
//!
//! **Losses.** Every annotation is counted once: written, with what is lost of it, or lost, with the reason. A change counts as a
//! loss when a reader of the file sees something else than the annotation says (a box cut at the edge, a rotation or attributes
//! left out), not when only the notation differs.
//!
//! **Names.** Output stems are unique in the run without regard to case, whatever the extension and the split. Where documents lie
//! in the folders of the originals, [`Format::reserved_stems`] keeps originals from having their names.
//!
//! **Memory.** Parts stay in memory until the batch of lines that they came from is written. What a collector keeps for longer
//! grows with the run, so it is spooled ([`super::output::spool::Spool`], [`super::output::sorted::Sorted`]) and written in pieces
//! ([`super::output::document::Document`]).

use super::declaration::{Declaration, UnitKind};
use super::engine::classes::{ClassRef, Classes, Final};
use super::engine::fields::RowField;
use super::engine::naming::Name;
use super::engine::record::RecordRef;
use super::geometry::Size;
use super::geometry::fit::{Fit, Rings};
use super::options::Options;
use super::output::files::Files;
use super::output::parts::PartBuffer;
use super::report::tally::{Fate, ItemCounts, Tally};
use crate::dm::{Annotation, Arena, Media, Payload, Reason};
use crate::stream::StreamError;
use crate::words::Message;
use std::borrow::Cow;
use std::collections::HashMap;

/// One unit, as a renderer sees it.
pub struct Unit<'u, 'a> {
    /// The item's id as text, whatever it is in the row: not escaped, not checked for use in a path.
    pub id: &'u str,
    /// The media. Of an item as a unit it is the first image, else the first media. `None` when the payload has none; the item's
    /// file may be an image all the same, which is then a unit without annotations.
    pub media: Option<&'u Media<'a>>,
    /// The whole payload.
    pub payload: &'u Payload<'a>,
    /// Where the geometry's coordinates are: pixels from the top left corner, angles in radians, clockwise as seen.
    pub arena: &'u Arena,
    /// The payload's own bytes, valid JSON, when the format declares that it needs them.
    pub raw: Option<&'u str>,
    /// Width and height of the image, pixels. Always there when the format declares that it needs it: other units are counted as
    /// `IMAGE_SIZE_UNKNOWN` and not rendered.
    pub size: Option<Size>,
    /// The split it belongs to, safe as one component of a path; empty without splits.
    pub split: &'u str,
    /// The name wanted for it, safe as one component of a path. The output stem may be another, so what is to hold that leaves a
    /// [`super::output::hole::Hole::Name`]; the extension stays.
    pub name: &'u Name,
    /// The whole row, valid JSON.
    pub line: &'u [u8],
}

/// What a renderer writes to, and counts with. Only `parts`, the counts and the class list outlive the unit.
pub struct RenderContext<'c> {
    /// The options of the run.
    pub options: &'c Options,
    /// The class list so far.
    pub classes: &'c Classes,
    /// This worker's memory of unlisted classes.
    pub cache: &'c mut HashMap<String, u32>,
    /// Counts of the batch.
    pub tally: &'c mut Tally,
    /// Counts of the item.
    pub item: &'c mut ItemCounts,
    /// What the collector is given, in memory until the batch is written. When nothing of the unit is written (see
    /// [`Format::render`]) its parts are taken back.
    pub parts: &'c mut PartBuffer,
    /// Why the unit cannot be rendered at all, so that its line is a bad line. Its annotations are still to be counted, as lost.
    pub failed: Option<Message>,
    /// What the format says of itself.
    pub declared: &'static Declaration,
    /// Rings fitted to the image, used again from one annotation to the next; its content means nothing at the start of a unit.
    pub rings: &'c mut Rings,
}

impl RenderContext<'_> {
    /// The number of an annotation's class, under the name it is written with. A class that is not in the list yet is added to it.
    /// To be asked before an annotation is written: with a closed list this says that it cannot be.
    ///
    /// # Errors
    /// [`Reason::UnmappedClassIdentifier`] when the list is closed and does not have it.
    pub fn list_class(&mut self, a: &Annotation<'_>) -> Result<ClassRef, Reason> {
        self.list_class_named(&a.class)
    }

    /// As [`RenderContext::list_class`], for a class by its name in the data.
    ///
    /// # Errors
    /// As [`RenderContext::list_class`].
    pub fn list_class_named(&mut self, name: &str) -> Result<ClassRef, Reason> {
        let name = self.classes.rename(name);
        self.classes.look_up(name, self.cache).ok_or(Reason::UnmappedClassIdentifier)
    }

    /// Sees to it that an annotation's class is in the class list, for formats that write every annotation, whatever its class:
    /// `classes.txt` then has the classes of the data. A closed list stays as it is.
    pub fn note_class(&mut self, a: &Annotation<'_>) {
        if !a.class.is_empty() {
            let _ = self.list_class(a);
        }
    }

    /// What geometry of an image of this size has to fit.
    pub fn fit(&self, size: Size) -> Fit {
        Fit { size, bounds: self.options.bounds, rotated: self.options.rotated }
    }

    /// Counts an annotation and the losses in `fate`. Every annotation of a unit (of all media, when the unit is the item) is
    /// counted exactly once, also when none of it is written: the summary knows of no other. Attributes that are lost in a format
    /// without a place for them are added here and are not the format's to report.
    pub fn count(&mut self, unit: &Unit<'_, '_>, a: &Annotation<'_>, fate: Fate<'_>) {
        if let Fate::Lost(Reason::UnsupportedAnnotationType) = fate {
            self.tally.unheld_tool(a);
        }
        let dropped = self.declared.attributes_lost(a);
        self.tally.annotation(a, self.classes.rename(&a.class), unit.split, fate, dropped, self.item);
    }
}

/// An output format.
pub trait Format: Send + Sync {
    /// What it declares of itself.
    fn declaration(&self) -> &'static Declaration;

    /// What its unit is in this run.
    fn unit(&self) -> UnitKind {
        self.declaration().unit
    }

    /// Renders one unit: pushes parts and counts each of its annotations once. Called on worker threads, for the units of a batch
    /// in order. A unit none of whose annotations is written is left out if `--background` wants that, whatever was pushed.
    fn render(&self, unit: &Unit<'_, '_>, cx: &mut RenderContext<'_>);

    /// Where the original of a unit goes, below the root of the dataset; `None` when the format has no place for it. `split` is
    /// empty without splits, `stem` is the output stem, `ext` has its dot or is empty; all are safe in a path. Since stems are
    /// unique in the run, paths that contain the stem are.
    fn image_path(&self, split: &str, stem: &str, ext: &str) -> Option<String>;

    /// Whether its collector writes the lines of the originals, or their URLs, itself. Then the engine writes none.
    fn places_originals(&self) -> bool {
        false
    }

    /// Where the original of a rendered unit goes, for formats where that depends on what is in it.
    fn image_path_of(&self, record: &RecordRef<'_>) -> Option<String> {
        self.image_path(&record.split, record.stem, &record.name.ext)
    }

    /// The fields of the row that it reads, besides those that every run reads. One that no row has ends the run.
    fn fields(&self) -> &[RowField] {
        &[]
    }

    /// Stems of the documents that this format writes into the folders of the originals. No unit gets one of them: an original of
    /// that name is renamed and reported, as when another original had the name.
    fn reserved_stems(&self) -> &'static [&'static str] {
        &[]
    }

    /// The stem as this format's readers can take it. Applied before stems are made unique.
    fn stem<'s>(&self, stem: &'s str) -> Cow<'s, str> {
        stem.into()
    }

    /// The collecting side, for one run. It lives on one thread.
    fn collector(&self) -> Box<dyn Collector>;
}

/// What a collector needs to know when the run is over.
pub struct RunEnd<'e> {
    /// The options of the run.
    pub options: &'e Options,
    /// The class list.
    pub classes: &'e Final,
    /// Names of the splits that exist, in order; one empty name without splits.
    pub splits: &'e [Cow<'static, str>],
}

/// The sequential side of a format. It holds what the format gathers over a run.
pub trait Collector {
    /// Takes the next record in input order, and its parts in the order pushed. Gives the path of the file that has it, for the
    /// report; empty when there is none. Called only for units that are written. The line of the original follows, unless the
    /// format places originals itself.
    ///
    /// # Errors
    /// When the output or a temporary file cannot be written; [`StreamError::Internal`] when parts are not taken as they were
    /// pushed.
    fn record(&mut self, record: &RecordRef<'_>, classes: &Classes, out: &mut Files) -> Result<String, StreamError>;

    /// The run is over, and classes and splits are final: fills what has waited, and writes what is left. With no record at all it
    /// writes what an empty dataset of the format has, so that readers find the files they look for (a document with no image, a
    /// `data.yaml`, a table of a header). Not called when the run has failed.
    ///
    /// # Errors
    /// As [`Collector::record`].
    fn finish(self: Box<Self>, end: &RunEnd<'_>, out: &mut Files) -> Result<(), StreamError>;
}
