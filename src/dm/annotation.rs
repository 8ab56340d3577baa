//! One annotation, whatever dialect it came in.

use super::mask::MaskRef;
use super::reason::Reason;
use crate::stream::json::{Raw, Str};
use std::ops::Range;

/// The annotation tools that some output format treats specially.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tool {
    /// `bounding_box` (`bbox` in dialect F).
    BoundingBox,
    /// `polygon`.
    Polygon,
    /// `polyline`.
    Polyline,
    /// `keypoint`.
    Keypoint,
    /// `segmentation`: a mask on images, a section on video and audio.
    Segmentation,
    /// `classification` of the whole media.
    Classification,
    /// Any other; its name is kept in [`Annotation::tool_name`].
    Other,
}

impl Tool {
    /// The tool of this name, in any dialect.
    pub fn from_name(name: &str) -> Self {
        match name {
            "bounding_box" | "bbox" => Tool::BoundingBox,
            "polygon" => Tool::Polygon,
            "polyline" => Tool::Polyline,
            "keypoint" => Tool::Keypoint,
            "segmentation" => Tool::Segmentation,
            "classification" => Tool::Classification,
            _ => Tool::Other,
        }
    }

    /// The platform's name of the tool; `None` for [`Tool::Other`].
    pub fn name(self) -> Option<&'static str> {
        Some(match self {
            Tool::BoundingBox => "bounding_box",
            Tool::Polygon => "polygon",
            Tool::Polyline => "polyline",
            Tool::Keypoint => "keypoint",
            Tool::Segmentation => "segmentation",
            Tool::Classification => "classification",
            Tool::Other => return None,
        })
    }
}

/// What an attribute says that is a yes or a no, in the spellings that people and programs give it; `None` for anything else.
pub fn yes_or_no(text: &str) -> Option<bool> {
    let is = |words: [&str; 5]| words.iter().any(|word| text.trim().eq_ignore_ascii_case(word));
    if is(["true", "yes", "1", "1.0", "on"]) {
        Some(true)
    } else if is(["false", "no", "0", "0.0", "off"]) {
        Some(false)
    } else {
        None
    }
}

/// An axis-aligned rectangle, pixels, y down, not yet checked against the image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

/// Where an annotation is. Coordinates are pixels from the top left corner of the image, y down. Ranges point into [`super::Arena`].
#[derive(Clone, Debug, PartialEq)]
pub enum Geometry<'a> {
    /// The tool has none.
    None,
    /// A box and its rotation (radians, clockwise, about the centre; 0 when upright).
    Box(Rect, f64),
    /// Boxes by frame of a video: frame as written, box, rotation.
    Frames(Vec<(Str<'a>, Rect, f64)>),
    /// One ring: a range of `coordinates.pairs` in the arena, `[x, y]` each.
    Polygon(Range<usize>),
    /// Several rings of one object: a range of `coordinates.rings` in the arena.
    Rings(Range<usize>),
    /// An open line: a range of `coordinates.pairs` in the arena, `[x, y]` each.
    Polyline(Range<usize>),
    /// One point, `[x, y]`.
    Point([f64; 2]),
    /// All keypoints of one object in one annotation (dialect F): a range of `coordinates.pairs` in the arena.
    Points(Range<usize>),
    /// A pixel mask, not yet checked.
    Mask(MaskRef),
    /// Kept as it came: sections, 3D boxes, ranges of text, …
    Other,
}

/// One annotation.
#[derive(Clone, Debug)]
pub struct Annotation<'a> {
    /// The annotation's id; unique in its media unless `problem` says otherwise.
    pub id: Str<'a>,
    /// The tool it was made with.
    pub tool: Tool,
    /// The tool's name as written.
    pub tool_name: Str<'a>,
    /// Class name, trimmed, NFC; empty when the annotation has no class.
    pub class: Str<'a>,
    /// Everything that `classification` or `attrs` say besides the class, in the order written.
    pub attributes: Vec<(Str<'a>, Raw<'a>)>,
    /// Index of its group in [`super::Media::groups`].
    pub group: Option<usize>,
    /// Where it is, in pixels of its media; not yet checked against the image.
    pub geometry: Geometry<'a>,
    /// Geometry as it is written, key and JSON value, for formats that carry any tool.
    pub raw: Vec<(Str<'a>, Raw<'a>)>,
    /// Why it cannot be used, if so. `geometry` is then [`Geometry::None`].
    pub problem: Option<Reason>,
}

impl Annotation<'_> {
    /// The attribute of this name, as written.
    pub fn attribute(&self, name: &str) -> Option<&Raw<'_>> {
        self.attributes.iter().find(|(key, _)| &**key == name).map(|(_, value)| value)
    }

    /// The tool's name in the platform's spelling.
    pub fn tool_label(&self) -> &str {
        self.tool.name().unwrap_or(&self.tool_name)
    }
}
