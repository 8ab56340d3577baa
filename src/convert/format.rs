//! What an output format is: a renderer that runs on many threads, and a collector that runs on one.
//!
//! The renderer turns one unit (an image, a media, or an item) into bytes. Whatever it cannot know yet (the output name, which
//! depends on the names before it; numbers of classes that are not listed; running numbers) it leaves as a
//! [`super::output::hole::Hole`]. The collector is given the records in input order and writes files, or spools them for the end.

use super::declaration::{Declaration, Per};
use super::engine::classes::{ClassRef, Classes, Final};
use super::engine::naming::Name;
use super::engine::record::RecordRef;
use super::geometry::Size;
use super::options::Options;
use super::output::files::Files;
use super::output::parts::PartBuffer;
use super::report::tally::{Fate, ItemCounts, Tally};
use crate::dm::{Annotation, Arena, Media, Payload, Reason};
use crate::stream::StreamError;
use std::borrow::Cow;
use std::collections::HashMap;

/// One unit, as a renderer sees it.
pub struct Unit<'u, 'a> {
    /// The item's id as text.
    pub id: &'u str,
    /// The media, when the payload has one.
    pub media: Option<&'u Media<'a>>,
    /// The whole payload.
    pub payload: &'u Payload<'a>,
    /// Where the geometry's coordinates are.
    pub arena: &'u Arena,
    /// The payload's own bytes, when the format needs them.
    pub raw: Option<&'u str>,
    /// Size of the image.
    pub size: Option<Size>,
    /// The split it belongs to; empty without splits.
    pub split: &'u str,
    /// The original's name, cut into stem and extension.
    pub name: &'u Name,
    /// The whole row.
    pub line: &'u [u8],
}

/// What a renderer writes to, and counts with.
pub struct Cx<'c> {
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
    /// What the collector is given.
    pub parts: &'c mut PartBuffer,
    /// Why the unit cannot be rendered at all, so that its line is a bad line. Its annotations are counted as lost.
    pub failed: Option<String>,
    /// What the format says of itself.
    pub declared: &'static Declaration,
    /// Memory for rings.
    pub ring: &'c mut Vec<[f64; 2]>,
}

impl Cx<'_> {
    /// The class of an annotation under the name it is written with.
    ///
    /// # Errors
    /// [`Reason::UnmappedClassIdentifier`] when the list is closed and does not have it.
    pub fn class(&mut self, a: &Annotation<'_>) -> Result<ClassRef, Reason> {
        let name = self.classes.rename(&a.class);
        self.classes.look_up(name, self.cache).ok_or(Reason::UnmappedClassIdentifier)
    }

    /// Counts an annotation. Every annotation of a unit is counted exactly once. That its attributes are lost in a format
    /// without a place for them is added here.
    pub fn count(&mut self, unit: &Unit<'_, '_>, a: &Annotation<'_>, fate: Fate<'_>) {
        let dropped = self.declared.attributes_lost(a);
        self.tally.annotation(a, self.classes.rename(&a.class), unit.split, fate, dropped, self.item);
    }
}

/// An output format.
pub trait Format: Send + Sync {
    /// What it declares of itself.
    fn declaration(&self) -> &'static Declaration;

    /// What its unit is in this run.
    fn unit(&self) -> Per {
        self.declaration().unit
    }

    /// Renders one unit into `cx.parts` and counts each of its annotations once. Called on worker threads.
    fn render(&self, unit: &Unit<'_, '_>, cx: &mut Cx<'_>);

    /// Where the original of a unit goes; `None` when the format has no place for it.
    fn image_path(&self, split: &str, stem: &str, ext: &str) -> Option<String>;

    /// Whether its collector writes the originals, or where they are, itself.
    fn places_originals(&self) -> bool {
        false
    }

    /// Where the original of a rendered unit goes, for formats where that depends on what is in it.
    fn image_path_of(&self, record: &RecordRef<'_>) -> Option<String> {
        self.image_path(&record.split, record.stem, &record.name.ext)
    }

    /// Stems of the documents that this format writes into the folders of the originals. No unit gets one of them: an original of
    /// that name is renamed and reported, as when another original had the name.
    fn reserved_stems(&self) -> &'static [&'static str] {
        &[]
    }

    /// The stem as this format's readers can take it.
    fn stem<'s>(&self, stem: &'s str) -> Cow<'s, str> {
        stem.into()
    }

    /// The collecting side, for one run.
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
    /// Takes the next record in input order. Gives the path of the file written for it, for the report; empty when there is none
    /// of its own.
    ///
    /// # Errors
    /// When the output or a temporary file cannot be written.
    fn record(&mut self, record: &RecordRef<'_>, classes: &Classes, out: &mut Files) -> Result<String, StreamError>;

    /// The run is over: writes what is left. With no record at all, writes what an empty dataset of the format has.
    ///
    /// # Errors
    /// As [`Collector::record`].
    fn finish(self: Box<Self>, end: &RunEnd<'_>, out: &mut Files) -> Result<(), StreamError>;
}
