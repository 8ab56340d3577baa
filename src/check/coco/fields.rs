//! An annotation as it is written, in memory that is used again: nothing is allocated for one that is as it should be.

use crate::tr;
use crate::words::{Message, Worded};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A single value.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Scalar {
    /// The key is not there.
    #[default]
    Absent,
    /// A whole number.
    Int(i64),
    /// Another number.
    Float(f64),
    /// `true` or `false`.
    Bool(bool),
    /// A text.
    Text(String),
    /// `null`.
    Null,
    /// A list.
    List,
    /// An object.
    Object,
}

impl Scalar {
    /// A whole number, also one that is written with a point: Python holds 1 and 1.0 for the same id.
    pub fn whole(&self) -> Option<i64> {
        match *self {
            Self::Int(n) => Some(n),
            Self::Float(n) if n.fract() == 0.0 && n.abs() < 9e15 => Some(n as i64),
            _ => None,
        }
    }

    /// What tells an id from others: a whole number, or a hash of a text, which Python takes as well.
    pub fn key(&self) -> Option<i64> {
        match self {
            Self::Text(text) => {
                let mut hasher = DefaultHasher::new();
                text.hash(&mut hasher);
                // Far from the numbers that ids are.
                Some(i64::MIN | (hasher.finish() >> 2) as i64)
            }
            _ => self.whole(),
        }
    }

    /// A number.
    pub fn number(&self) -> Option<f64> {
        match *self {
            Self::Int(n) => Some(n as f64),
            Self::Float(n) => Some(n),
            _ => None,
        }
    }

    /// Whether the key is there.
    pub fn is_there(&self) -> bool {
        *self != Self::Absent
    }
}

impl Worded for Scalar {
    fn words(&self) -> Message {
        match self {
            Self::Absent => tr!("coco-value-missing"),
            Self::List => tr!("json-found-list"),
            Self::Object => tr!("json-found-object"),
            other => other.to_string().into(),
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("missing"),
            Self::Int(n) => n.fmt(f),
            Self::Float(n) => n.fmt(f),
            Self::Bool(b) => b.fmt(f),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Null => f.write_str("null"),
            Self::List => f.write_str("a list"),
            Self::Object => f.write_str("an object"),
        }
    }
}

/// A list of numbers.
#[derive(Debug, Default)]
pub struct Numbers {
    /// Whether there is a list.
    pub list: bool,
    /// Its elements.
    pub count: usize,
    /// Those that are numbers.
    pub values: Vec<f64>,
}

/// What stands under `segmentation`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// The key is not there.
    #[default]
    Absent,
    /// A list of rings.
    Rings,
    /// An object of run lengths.
    Runs,
    /// Neither.
    Other,
}

/// The rings of a polygon, one after the other.
#[derive(Debug, Default)]
pub struct Rings {
    /// Coordinates of all rings.
    pub values: Vec<f64>,
    /// Where each ring ends in them, and whether it is a list of numbers.
    pub ends: Vec<(usize, bool)>,
}

/// The run lengths of a mask.
#[derive(Debug, Default)]
pub struct Runs {
    /// `size`.
    pub size: Numbers,
    /// Whether `counts` is a string.
    pub is_text: bool,
    /// `counts` as a string.
    pub text: String,
    /// `counts` as a list.
    pub counts: Numbers,
}

/// An annotation, or an image, whose keys are among those.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "the keys of COCO")]
pub struct Annotation {
    /// Whether it is an object.
    pub is_object: bool,
    pub id: Scalar,
    pub image_id: Scalar,
    pub category_id: Scalar,
    pub area: Scalar,
    pub iscrowd: Scalar,
    pub num_keypoints: Scalar,
    pub caption: Scalar,
    pub file_name: Scalar,
    pub width: Scalar,
    pub height: Scalar,
    pub score: Scalar,
    pub attributes: Scalar,
    pub bbox: Numbers,
    pub has_bbox: bool,
    pub keypoints: Numbers,
    pub has_keypoints: bool,
    pub form: Form,
    pub rings: Rings,
    pub runs: Runs,
    /// The categories of `segments_info`.
    pub segments: Option<Vec<Scalar>>,
}

impl Annotation {
    /// Forgets what was read, and keeps the memory.
    pub fn clear(&mut self) {
        let Self { id, image_id, category_id, area, iscrowd, num_keypoints, .. } = self;
        for scalar in [id, image_id, category_id, area, iscrowd, num_keypoints] {
            *scalar = Scalar::Absent;
        }
        let Self { caption, file_name, score, attributes, width, height, .. } = self;
        for scalar in [caption, file_name, score, attributes, width, height] {
            *scalar = Scalar::Absent;
        }
        for numbers in [&mut self.bbox, &mut self.keypoints, &mut self.runs.size, &mut self.runs.counts] {
            *numbers = Numbers { values: std::mem::take(&mut numbers.values), ..Numbers::default() };
            numbers.values.clear();
        }
        (self.is_object, self.has_bbox, self.has_keypoints, self.form) = (false, false, false, Form::Absent);
        (self.runs.is_text, self.segments) = (false, None);
        self.rings.clear();
    }
}

impl Rings {
    /// Forgets what was read, and keeps the memory.
    pub fn clear(&mut self) {
        self.values.clear();
        self.ends.clear();
    }
}
