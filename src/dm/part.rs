//! One element of `annotations`, `annotationsData` or a list of dialect 2: the union of their keys.

use super::annotation::Tool;
use super::shape::{Coordinates, Shape, ShapeSeed, otherwise};
use super::wire::ByMedia;
use crate::stream::json::{Raw, Str, WithText};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// An annotation, or one half of it.
#[derive(Debug, Default)]
pub struct Part<'a> {
    /// False for a list element that is not an object.
    pub is_object: bool,
    /// `id`, when it is a string or an integer.
    pub id: Option<Str<'a>>,
    /// `tool` or `type`; in dialect 2 the key of the list.
    pub tool: Str<'a>,
    /// The class name, when there is a string.
    pub class: Option<Str<'a>>,
    /// Other keys of `classification`, and `attrs`.
    pub attributes: Vec<(Str<'a>, Raw<'a>)>,
    /// `coordinate`, or `data` of a tool with coordinates.
    pub shape: Shape,
    /// `data` was there, which makes the part a whole annotation.
    pub has_data: bool,
    /// `coordinates`: boxes by frame.
    pub frames: Option<Vec<(Str<'a>, Shape)>>,
    /// `pixel_indices`.
    pub pixels: Shape,
    /// `isCompressed`.
    pub is_compressed: Option<bool>,
    /// `compressionFormat`; the inner `None` is null.
    pub compression_format: Option<Option<Str<'a>>>,
    /// `encoding`.
    pub encoding: Option<Str<'a>>,
    /// `group_id`.
    pub group_id: Option<Str<'a>>,
    /// Geometry of other tools: key and value.
    pub other: Vec<(Str<'a>, Raw<'a>)>,
}

/// Reads one part in place: parts are large, and moving them costs as much as reading them. `tool` is known beforehand in
/// dialect 2.
struct PartSeed<'s, 'a> {
    to: &'s mut Coordinates,
    tool: Option<&'s Str<'a>>,
    part: &'s mut Part<'a>,
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for PartSeed<'_, 'a> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for PartSeed<'_, 'a> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an annotation")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let Self { to, tool, part } = self;
        part.is_object = true;
        part.tool = tool.cloned().unwrap_or_default();
        while let Some(key) = object.next_key::<Str<'de>>()? {
            match &*key {
                "id" => part.id = object.next_value::<Text<'de>>()?.0,
                "tool" | "type" => {
                    let name = object.next_value::<Text<'de>>()?.0;
                    if tool.is_none() {
                        part.tool = name.unwrap_or_default();
                    }
                }
                "classification" => object.next_value_seed(Classification(part))?,
                "attrs" => read_attrs(&object.next_value::<Raw<'de>>()?, &mut part.attributes),
                "coordinate" => part.shape = object.next_value_seed(ShapeSeed(to))?,
                "data" => {
                    part.has_data = true;
                    // Only in dialects F and 2, where the tool stands before the data or is the list's key.
                    match Tool::from_name(&part.tool) {
                        Tool::Other | Tool::Classification => part.other.push((key, object.next_value()?)),
                        Tool::Segmentation => {
                            // The mask of an image, or the section of a video or a sound.
                            let (shape, text) = object.next_value_seed(WithText(ShapeSeed(to)))?;
                            part.shape = shape;
                            part.other.push((key, Raw(Cow::Borrowed(text))));
                        }
                        _ => part.shape = object.next_value_seed(ShapeSeed(to))?,
                    }
                }
                "coordinates" => part.frames = object.next_value_seed(Frames(to))?,
                "pixel_indices" => part.pixels = object.next_value_seed(ShapeSeed(to))?,
                "isCompressed" => part.is_compressed = object.next_value::<Raw<'de>>()?.read(),
                "compressionFormat" => part.compression_format = Some(object.next_value::<Text<'de>>()?.0),
                "encoding" => part.encoding = object.next_value::<Text<'de>>()?.0,
                "group_id" => part.group_id = object.next_value::<Text<'de>>()?.0,
                "visibility" => part.attributes.push((key, object.next_value()?)),
                // What the annotator's screen keeps about an annotation: neither geometry nor content.
                "label" | "isLocked" | "isVisible" | "isValid" | "isDrawCompleted" => {
                    object.next_value::<IgnoredAny>()?;
                }
                _ => part.other.push((key, object.next_value()?)),
            }
        }
        Ok(())
    }
    otherwise!((); bool number text null list);
}

/// A string, or an integer as its digits; anything else is `None`.
struct Text<'a>(Option<Str<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Some(Str(Cow::Borrowed(text)))))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Some(Str(Cow::Owned(text.to_owned())))))
            }
            fn visit_u64<E: Error>(self, n: u64) -> Result<Text<'de>, E> {
                self.visit_str(&n.to_string())
            }
            fn visit_i64<E: Error>(self, n: i64) -> Result<Text<'de>, E> {
                self.visit_str(&n.to_string())
            }
            fn visit_f64<E: Error>(self, _: f64) -> Result<Text<'de>, E> {
                Ok(Text(None))
            }
            otherwise!(Text(None); bool null list object);
        }
        deserializer.deserialize_any(Visit)
    }
}

/// `classification`: the class as a string, or `{"class": …, attributes…}`.
struct Classification<'s, 'a>(&'s mut Part<'a>);

impl<'de: 'a, 'a> DeserializeSeed<'de> for Classification<'_, 'a> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for Classification<'_, 'a> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a class")
    }
    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<(), E> {
        self.0.class = Some(Str(Cow::Borrowed(text)));
        Ok(())
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.0.class = Some(Str(Cow::Owned(text.to_owned())));
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        while let Some(key) = object.next_key::<Str<'de>>()? {
            if &*key == "class" {
                self.0.class = object.next_value::<ClassName<'de>>()?.0;
            } else {
                self.0.attributes.push((key, object.next_value()?));
            }
        }
        Ok(())
    }
    otherwise!((); bool number null list);
}

/// A string; anything else, a number included, is `None`.
struct ClassName<'a>(Option<Str<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for ClassName<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = ClassName<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a class name")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(ClassName(Some(Str(Cow::Borrowed(text)))))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(ClassName(Some(Str(Cow::Owned(text.to_owned())))))
            }
            otherwise!(ClassName(None); bool number null list object);
        }
        deserializer.deserialize_any(Visit)
    }
}

/// `attrs` of dialect 2: `[{"name", "value"}]`. Entries of another shape are kept under their index.
fn read_attrs<'a>(raw: &Raw<'a>, out: &mut Vec<(Str<'a>, Raw<'a>)>) {
    #[derive(Deserialize)]
    struct Attr<'a> {
        #[serde(borrow)]
        name: Str<'a>,
        #[serde(borrow)]
        value: Option<Raw<'a>>,
    }
    let Some(list) = raw.read_borrowed::<Vec<Raw<'a>>>() else { return };
    for (i, one) in list.into_iter().enumerate() {
        match one.read_borrowed::<Attr<'a>>() {
            Some(Attr { name, value }) => out.push((name, value.unwrap_or(Raw(Cow::Borrowed("null"))))),
            None => out.push((Str(Cow::Owned(i.to_string())), one)),
        }
    }
}

/// `coordinates`: `{frame: box}`; `None` when it is something else.
struct Frames<'s>(&'s mut Coordinates);

impl<'de> DeserializeSeed<'de> for Frames<'_> {
    type Value = Option<Vec<(Str<'de>, Shape)>>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Frames<'_> {
    type Value = Option<Vec<(Str<'de>, Shape)>>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("boxes by frame")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut frames = Vec::new();
        while let Some(frame) = object.next_key::<Str<'de>>()? {
            frames.push((frame, object.next_value_seed(ShapeSeed(self.0))?));
        }
        Ok(Some(frames))
    }
    otherwise!(None; bool number text null list);
}

/// What the keys of an object of lists are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// Media keys (`image_1`).
    Media,
    /// Tool names.
    Tools,
}

/// `{key: [part, …]}`. Gives the number of values that are not lists.
pub struct PartLists<'s, 'a> {
    /// Where coordinates go.
    pub to: &'s mut Coordinates,
    /// Where the lists go, in the order written.
    pub out: &'s mut ByMedia<'a, Part<'a>>,
    /// What the keys are.
    pub keys: Keys,
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for PartLists<'_, 'a> {
    type Value = usize;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for PartLists<'_, 'a> {
    type Value = usize;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("lists of annotations")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<usize, A::Error> {
        let Self { to, out, keys } = self;
        let mut malformed = 0;
        while let Some(key) = object.next_key::<Str<'de>>()? {
            let mut parts = Vec::new();
            let tool = (keys == Keys::Tools).then_some(&key);
            if !object.next_value_seed(PartList { to, out: &mut parts, tool })? {
                malformed += 1;
            }
            out.push((key, parts));
        }
        Ok(malformed)
    }
    otherwise!(0; null);
    otherwise!(1; bool number text list);
}

/// `[part, …]`; false when it is not a list.
struct PartList<'s, 'a> {
    to: &'s mut Coordinates,
    out: &'s mut Vec<Part<'a>>,
    tool: Option<&'s Str<'a>>,
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for PartList<'_, 'a> {
    type Value = bool;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for PartList<'_, 'a> {
    type Value = bool;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of annotations")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<bool, A::Error> {
        let Self { to, out, tool } = self;
        loop {
            let at = out.len();
            out.push(Part::default());
            if list.next_element_seed(PartSeed { to, tool, part: &mut out[at] })?.is_none() {
                out.pop();
                return Ok(true);
            }
        }
    }
    otherwise!(true; null);
    otherwise!(false; bool number text object);
}
