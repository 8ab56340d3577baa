//! What a format declares of itself. From it the engine knows which units to make, which losses to count and what to refuse, and
//! help texts, messages, README and tests know which formats there are.

use super::engine::split::role;
use super::format::Format;
use super::geometry::keypoints::VISIBILITY;
use super::options::Options;
use crate::dm::payload::MediaKind;
use crate::dm::{Annotation, Reason, Tool};
use crate::stream::json::{Raw, Str};
use crate::words::Message;
use std::sync::Arc;

/// What a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitKind {
    /// An image of an item; media of other kinds are reported as unsupported.
    Image,
    /// A media of any kind.
    Media,
    /// The whole item.
    Item,
}

impl UnitKind {
    /// Whether a media of this kind can be such a unit, or a part of it.
    pub fn holds(self, kind: MediaKind) -> bool {
        self != Self::Image || kind == MediaKind::Image
    }
}

/// The tools whose annotations a format can write.
#[derive(Clone, Copy, Debug)]
pub enum Tools {
    /// All of them.
    Any,
    /// Those of each way to run it.
    Of(&'static [Carries]),
}

/// What a format writes with certain options.
#[derive(Clone, Copy, Debug)]
pub struct Carries {
    /// The options as they are typed, `--task obb`; empty: the defaults.
    pub with: &'static str,
    /// The tools.
    pub tools: &'static [Tool],
    /// Whether a rotated box stays one; else it becomes its hull, and loses its rotation.
    pub rotation: bool,
}

/// The attributes that a format has a place for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attributes {
    /// Those of every annotation.
    All,
    /// All but those of keypoints, of which only the visibility is written.
    ButOfKeypoints,
    /// None but the visibility of keypoints.
    None,
    /// Some; the format itself counts the loss of the others.
    Counted,
}

/// The splits that a format has a place for.
#[derive(Clone, Copy, Debug)]
pub enum Splits {
    /// Any name.
    Any,
    /// Any name, but readers look for these only; others are warned of.
    Read(&'static [&'static str]),
    /// These; an item in another ends the run.
    Only(&'static [&'static str]),
}

impl Splits {
    /// Of these splits, those that the format has no place for, or that its readers do not look for. Without splits there is one
    /// empty name, which every format has a place for. A part by another name for the same (`valid`) is known.
    pub fn not_known<'s>(self, splits: impl Iterator<Item = &'s str>) -> Vec<&'s str> {
        match self {
            Self::Any => Vec::new(),
            Self::Read(known) | Self::Only(known) => {
                splits.filter(|split| !split.is_empty() && !known.contains(&role(split))).collect()
            }
        }
    }
}

/// The parts of a dataset by the names that most readers know.
pub const TRAIN_VAL_TEST: &[&str] = &["train", "val", "test"];

/// What `--by` does in a format.
#[derive(Clone, Copy, Debug)]
pub enum By {
    /// Each value of the field has a whole dataset, in a folder of its own.
    Datasets,
    /// The format puts its files into folders itself.
    Own,
    /// Nothing: the format has other means, which this names.
    Refused(fn(&str) -> Message),
}

/// The one document of a format, which `--bare` writes alone.
#[derive(Clone, Copy, Debug)]
pub struct Document {
    /// Its path in the dataset.
    pub path: &'static str,
    /// Whether it says in which split an item is. Else a dataset with splits has several documents, or needs the folders of its
    /// files to tell.
    pub splits: bool,
}

/// Options that a format does not read although it, or every format, has them.
#[derive(Clone, Copy, Debug)]
pub struct Unread {
    /// When: beside this option, `--task pose` or `--bare`; empty: always.
    pub with: &'static str,
    /// The options, without dashes.
    pub options: &'static [&'static str],
}

/// What a format is called, writes, needs and carries.
pub struct Declaration {
    /// The value of `--to`.
    pub name: &'static str,
    /// Other names it may be looked for under, in lower case.
    pub aliases: &'static [&'static str],
    /// What it is, in a few words.
    pub summary: &'static str,
    /// The files it writes, in Markdown, for the table of formats.
    pub writes: &'static str,
    /// What its unit is, unless [`Format::unit`] says otherwise.
    pub unit: UnitKind,
    /// Whether it needs the image's width and height; a unit without is `IMAGE_SIZE_UNKNOWN`.
    pub size: bool,
    /// Whether it needs the payload's own bytes.
    pub raw: bool,
    /// The tools whose annotations it writes.
    pub tools: Tools,
    /// Which attributes it writes; what else an annotation has is `CUSTOM_ATTRIBUTES_DROPPED`.
    pub attributes: Attributes,
    /// The splits it has a place for.
    pub splits: Splits,
    /// What `--by` does.
    pub by: By,
    /// Its one document, if it is one.
    pub document: Option<Document>,
    /// The options it reads, without dashes, of those that not every format reads.
    pub options: &'static [&'static str],
    /// The options that have no effect all the same.
    pub unread: &'static [Unread],
    /// Makes it ready for a run.
    pub build: fn(&Options) -> Result<Arc<dyn Format>, Message>,
}

impl Declaration {
    /// The names of the splits that it has a place for, as in a sentence; empty: any.
    pub fn known_splits(&self) -> String {
        match self.splits {
            Splits::Any => String::new(),
            Splits::Read(known) | Splits::Only(known) => match known.split_last() {
                Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
                _ => known.concat(),
            },
        }
    }

    /// Whether an option, by its name without dashes, changes what the format writes.
    pub fn reads(&self, option: &str) -> bool {
        self.options.contains(&option)
    }

    /// The ways to run it in which annotations of this tool are written: what to type after `--to`.
    pub fn carrying(&self, tool: Tool) -> Vec<String> {
        match self.tools {
            Tools::Any => vec![self.name.to_owned()],
            Tools::Of(ways) => {
                let mut found: Vec<String> = Vec::new();
                for way in ways.iter().filter(|way| way.tools.contains(&tool)) {
                    // With one more option that this tool does not need it goes without saying.
                    let typed = format!("{} {}", self.name, way.with).trim_end().to_owned();
                    if !found.iter().any(|known| *known != self.name && typed.starts_with(&format!("{known} "))) {
                        found.push(typed);
                    }
                }
                found
            }
        }
    }

    /// [`Reason::CustomAttributesDropped`] when an annotation has attributes that the format does not write.
    pub fn attributes_lost(&self, a: &Annotation<'_>) -> Option<Reason> {
        let joint = a.tool == Tool::Keypoint;
        match self.attributes {
            Attributes::All | Attributes::Counted => return None,
            Attributes::ButOfKeypoints if !joint => return None,
            Attributes::ButOfKeypoints | Attributes::None => {}
        }
        let lost = |(key, _): &(Str<'_>, Raw<'_>)| !(joint && &**key == VISIBILITY);
        a.attributes.iter().any(lost).then_some(Reason::CustomAttributesDropped)
    }
}
