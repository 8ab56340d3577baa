//! The payload's structure as it is on the wire, all dialects in one tolerant reader.
//!
//! | dialect | where the annotations are |
//! |---|---|
//! | S | heads in `annotations.<media>[]`, geometry in `annotationsData.<media>[]` |
//! | F | `annotations.<media>[]` with `type`, `data` |
//! | 2 | `images[].<tool>[]` (and `videos`, `pcds`, …) with `data` |
//! | wrapped | dialect 2 under `annotation_data`, the top level of dialect S under `annotation_meta` |

use super::part::{Keys, Part, PartLists};
use super::payload::MediaKind;
use super::shape::{Coordinates, Number, otherwise};
use crate::stream::json::{Raw, Str};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// A group of annotations, in both shapes that are in use.
#[derive(Debug, Default, Deserialize)]
pub struct WireGroup<'a> {
    /// Id of the group.
    #[serde(borrow, default)]
    pub id: Option<Str<'a>>,
    /// Ids of the members.
    #[serde(borrow, default, rename = "annotationIds")]
    pub ids: Vec<Str<'a>>,
    /// The members, in the older shape.
    #[serde(borrow, default, rename = "annotationList")]
    pub list: Vec<WireMember<'a>>,
}

/// A member of a group in the older shape, with members of its own.
#[derive(Debug, Deserialize)]
pub struct WireMember<'a> {
    /// Id of the annotation.
    #[serde(borrow, rename = "annotationId")]
    pub id: Str<'a>,
    /// Members below it.
    #[serde(borrow, default)]
    pub children: Vec<WireMember<'a>>,
}

impl<'a> WireGroup<'a> {
    /// Ids of all members, at any depth.
    pub fn members(&self) -> Vec<&Str<'a>> {
        let mut out: Vec<_> = self.ids.iter().collect();
        let mut todo: Vec<_> = self.list.iter().rev().collect();
        while let Some(member) = todo.pop() {
            out.push(&member.id);
            todo.extend(member.children.iter().rev());
        }
        out
    }
}

/// Lists by media key.
pub type ByMedia<'a, T> = Vec<(Str<'a>, Vec<T>)>;

/// One media of dialect 2: annotations by tool.
pub type Container<'a> = ByMedia<'a, Part<'a>>;

/// A payload as written.
#[derive(Debug, Default)]
pub struct WirePayload<'a> {
    /// The payload is a JSON string that holds the payload.
    pub text: Option<Str<'a>>,
    /// Neither an object, nor a string, nor null.
    pub bad: bool,
    /// `extra.<media>`: width and height in pixels.
    pub sizes: Vec<(Str<'a>, f64, f64)>,
    /// `annotations`.
    pub heads: ByMedia<'a, Part<'a>>,
    /// `annotationsData`.
    pub geometry: ByMedia<'a, Part<'a>>,
    /// `annotationGroups`.
    pub groups: ByMedia<'a, WireGroup<'a>>,
    /// `images`, `videos`, …
    pub containers: Vec<(MediaKind, Vec<Container<'a>>)>,
    /// Values that should have been lists or objects of lists and are not.
    pub malformed: usize,
}

/// Reads a payload into `out`, its coordinates into `to`.
pub struct PayloadSeed<'s, 'a> {
    /// Takes the coordinates.
    pub to: &'s mut Coordinates,
    /// Takes everything else.
    pub out: &'s mut WirePayload<'a>,
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for PayloadSeed<'_, 'a> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

#[derive(Deserialize)]
#[serde(field_identifier)]
enum TopKey {
    #[serde(rename = "extra")]
    Extra,
    #[serde(rename = "annotations")]
    Annotations,
    #[serde(rename = "annotationsData")]
    AnnotationsData,
    #[serde(rename = "annotationGroups")]
    AnnotationGroups,
    #[serde(rename = "annotation_data", alias = "annotation_meta")]
    Wrapped,
    #[serde(rename = "images")]
    Images,
    #[serde(rename = "videos")]
    Videos,
    #[serde(rename = "pcds")]
    Pcds,
    #[serde(rename = "texts")]
    Texts,
    #[serde(rename = "audios")]
    Audios,
    #[serde(rename = "prompts")]
    Prompts,
    #[serde(rename = "datas")]
    Datas,
    #[serde(other)]
    Other,
}

impl<'de: 'a, 'a> Visitor<'de> for PayloadSeed<'_, 'a> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an annotation payload")
    }
    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<(), E> {
        self.out.text = Some(Str(Cow::Borrowed(text)));
        Ok(())
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.out.text = Some(Str(Cow::Owned(text.to_owned())));
        Ok(())
    }
    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.out.bad = true;
        Ok(())
    }
    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.visit_bool(true)
    }
    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.visit_bool(true)
    }
    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.visit_bool(true)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        self.visit_bool(true)
    }
    otherwise!((); null);
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let Self { to, out } = self;
        while let Some(key) = object.next_key::<TopKey>()? {
            let kind = match key {
                TopKey::Extra => {
                    object.next_value_seed(Sizes(&mut out.sizes))?;
                    continue;
                }
                TopKey::Annotations => {
                    out.malformed +=
                        object.next_value_seed(PartLists { to, out: &mut out.heads, keys: Keys::Media })?;
                    continue;
                }
                TopKey::AnnotationsData => {
                    out.malformed +=
                        object.next_value_seed(PartLists { to, out: &mut out.geometry, keys: Keys::Media })?;
                    continue;
                }
                TopKey::AnnotationGroups => {
                    out.malformed += object.next_value_seed(GroupLists(&mut out.groups))?;
                    continue;
                }
                TopKey::Wrapped => {
                    let mut inner = WirePayload::default();
                    object.next_value_seed(PayloadSeed { to, out: &mut inner })?;
                    merge(out, inner);
                    continue;
                }
                TopKey::Other => {
                    object.next_value::<IgnoredAny>()?;
                    continue;
                }
                TopKey::Images => MediaKind::Image,
                TopKey::Videos => MediaKind::Video,
                TopKey::Pcds => MediaKind::Pcd,
                TopKey::Texts => MediaKind::Text,
                TopKey::Audios => MediaKind::Audio,
                TopKey::Prompts => MediaKind::Prompt,
                TopKey::Datas => MediaKind::Data,
            };
            let mut media = Vec::new();
            out.malformed += object.next_value_seed(Containers { to, out: &mut media })?;
            out.containers.push((kind, media));
        }
        Ok(())
    }
}

/// Takes what the wrapped form holds; of two values the one read last wins.
fn merge<'a>(out: &mut WirePayload<'a>, inner: WirePayload<'a>) {
    out.bad |= inner.bad || inner.text.is_some();
    out.malformed += inner.malformed;
    out.sizes.extend(inner.sizes);
    out.heads.extend(inner.heads);
    out.geometry.extend(inner.geometry);
    out.groups.extend(inner.groups);
    out.containers.extend(inner.containers);
}

/// `width` and `height` of an object, when both are there.
struct Sized(Option<(f64, f64)>);

impl<'de> Deserialize<'de> for Sized {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Sized;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Sized, A::Error> {
                let (mut w, mut h) = (None, None);
                while let Some(key) = object.next_key::<Str<'de>>()? {
                    match &*key {
                        "width" => w = Some(object.next_value::<Number>()?.0),
                        "height" => h = Some(object.next_value::<Number>()?.0),
                        _ => drop(object.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(Sized(w.zip(h)))
            }
            otherwise!(Sized(None); bool number text null list);
        }
        deserializer.deserialize_any(Visit)
    }
}

/// `{media: {width, height}}`; entries of other shapes are passed over.
struct Sizes<'s, 'a>(&'s mut Vec<(Str<'a>, f64, f64)>);

impl<'de: 'a, 'a> DeserializeSeed<'de> for Sizes<'_, 'a> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for Sizes<'_, 'a> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        while let Some((key, size)) = object.next_entry::<Str<'de>, Sized>()? {
            if let Sized(Some((w, h))) = size {
                self.0.push((key, w, h));
            }
        }
        Ok(())
    }
    otherwise!((); bool number text null list);
}

/// The list of media of one kind in dialect 2. Gives the number of malformed values.
struct Containers<'s, 'a> {
    to: &'s mut Coordinates,
    out: &'s mut Vec<Container<'a>>,
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for Containers<'_, 'a> {
    type Value = usize;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for Containers<'_, 'a> {
    type Value = usize;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of media")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<usize, A::Error> {
        let Self { to, out } = self;
        let mut malformed = 0;
        loop {
            let mut media = Container::new();
            match list.next_element_seed(PartLists { to, out: &mut media, keys: Keys::Tools })? {
                Some(n) => malformed += n,
                None => return Ok(malformed),
            }
            out.push(media);
        }
    }
    otherwise!(0; null);
    otherwise!(1; bool number text object);
}

/// `annotationGroups`. Gives the number of malformed values.
struct GroupLists<'s, 'a>(&'s mut ByMedia<'a, WireGroup<'a>>);

impl<'de: 'a, 'a> DeserializeSeed<'de> for GroupLists<'_, 'a> {
    type Value = usize;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for GroupLists<'_, 'a> {
    type Value = usize;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("groups by media")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<usize, A::Error> {
        let mut malformed = 0;
        while let Some(media) = object.next_key::<Str<'de>>()? {
            // Groups are few and small: read them again from their own bytes, so that a wrong one costs only itself.
            let raw = object.next_value::<Raw<'de>>()?;
            match raw.read_borrowed::<Vec<Raw<'de>>>() {
                Some(list) => {
                    let groups: Vec<_> = list.iter().filter_map(Raw::read_borrowed::<WireGroup<'de>>).collect();
                    malformed += list.len() - groups.len();
                    self.0.push((media, groups));
                }
                None => malformed += usize::from(!matches!(raw.text(), "null" | "{}")),
            }
        }
        Ok(malformed)
    }
    otherwise!(0; null);
    otherwise!(1; bool number text list);
}
