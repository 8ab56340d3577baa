//! A payload read whole: media in natural order, each with its annotations and groups.

use super::annotation::{Annotation, Geometry, Rect, Tool};
use super::mask::{Encoding, MaskData, MaskRef};
use super::part::Part;
use super::reason::Reason;
use super::shape::{Coordinates, Fields, Shape};
use super::wire::{PayloadSeed, WireGroup, WirePayload};
use crate::path::nfc;
use crate::stream::json;
use crate::stream::json::Str;
use serde::de::{DeserializeSeed, Deserializer};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;

/// What kind of file a media is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MediaKind {
    /// A still image.
    Image,
    /// A video.
    Video,
    /// A point cloud.
    Pcd,
    /// A text.
    Text,
    /// A sound.
    Audio,
    /// A conversation with a model.
    Prompt,
    /// A time series.
    Data,
    /// A kind that this version does not know.
    Other,
}

impl MediaKind {
    /// The kind a media key's prefix names: `image_2` → image.
    pub fn of_key(key: &str) -> Self {
        match key.split('_').next().unwrap_or_default() {
            "image" | "images" => Self::Image,
            "video" | "videos" => Self::Video,
            "pcd" | "pcds" => Self::Pcd,
            "text" | "texts" => Self::Text,
            "audio" | "audios" => Self::Audio,
            "prompt" | "prompts" => Self::Prompt,
            "data" | "datas" => Self::Data,
            _ => Self::Other,
        }
    }

    /// Its name, with which the keys of such media begin.
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Pcd => "pcd",
            Self::Text => "text",
            Self::Audio => "audio",
            Self::Prompt => "prompt",
            Self::Data => "data",
            Self::Other => "other",
        }
    }
}

/// Memory that is used again from item to item.
#[derive(Debug, Default)]
pub struct Arena {
    /// The coordinates that [`Geometry`] ranges point into.
    pub coordinates: Coordinates,
}

/// A group of annotations of one media.
#[derive(Clone, Debug, Default)]
pub struct Group<'a> {
    /// Id of the group; empty when it has no id.
    pub id: Str<'a>,
    /// Indices of the members in [`Media::annotations`], in the order written.
    pub members: Vec<usize>,
    /// False when it names annotations that are not there or belong to another group.
    pub sound: bool,
}

/// One media of an item.
#[derive(Clone, Debug)]
pub struct Media<'a> {
    /// The media key, `image_1`.
    pub key: Str<'a>,
    /// What kind of file it is, from the prefix of the key.
    pub kind: MediaKind,
    /// Width and height in pixels, from `extra`.
    pub size: Option<(u32, u32)>,
    /// The annotations of this media, in the order written.
    pub annotations: Vec<Annotation<'a>>,
    /// The groups of this media; [`Annotation::group`] is an index into them.
    pub groups: Vec<Group<'a>>,
}

/// A payload.
#[derive(Clone, Debug, Default)]
pub struct Payload<'a> {
    /// The media of the item, in natural order of their keys (`image_2` before `image_10`).
    pub media: Vec<Media<'a>>,
    /// Lists that could not be read as annotations at all; each counts as one malformed annotation.
    pub malformed: usize,
    /// The payload is a string whose text is the payload: read that.
    pub text: Option<Str<'a>>,
    /// The payload is of a type that cannot hold annotations.
    pub bad: bool,
}

/// Reads a payload; coordinates go to the arena, which is cleared.
///
/// # Errors
/// A text when it is not JSON.
pub fn read<'a>(bytes: &'a [u8], arena: &mut Arena) -> Result<Payload<'a>, json::ParseError> {
    json::parse_with(bytes, Seed { arena })
}

/// Reads a payload inside a larger value.
pub struct Seed<'s> {
    /// Takes the coordinates; cleared first.
    pub arena: &'s mut Arena,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Payload<'de>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Payload<'de>, D::Error> {
        self.arena.coordinates.clear();
        let mut wire = WirePayload::default();
        PayloadSeed { to: &mut self.arena.coordinates, out: &mut wire }.deserialize(deserializer)?;
        Ok(build(wire, self.arena))
    }
}

fn build<'a>(wire: WirePayload<'a>, arena: &Arena) -> Payload<'a> {
    let mut out = Payload { media: Vec::new(), malformed: wire.malformed, text: wire.text, bad: wire.bad };
    let WirePayload { sizes, heads, mut geometry, groups, containers, .. } = wire;
    let size_of = |key: &str| {
        // The value read last wins, as with any repeated key.
        sizes.iter().rev().find(|(k, ..)| &**k == key).and_then(|(_, w, h)| size(*w, *h))
    };
    let groups_of = |key: &str| groups.iter().rev().find(|(k, _)| &**k == key).map_or(&[][..], |(_, g)| &g[..]);

    if containers.is_empty() {
        for (key, parts) in heads {
            let mut own = Vec::new();
            geometry.retain_mut(|(k, list)| {
                let mine = *k == key;
                if mine && own.is_empty() {
                    own = std::mem::take(list);
                } else if mine {
                    own.append(list);
                }
                !mine
            });
            let kind = MediaKind::of_key(&key);
            let annotations = join(parts, own, kind, arena);
            out.media.push(media(key.clone(), kind, size_of(&key), annotations, groups_of(&key)));
        }
        // Geometry of a media that has no heads at all.
        for (key, parts) in geometry.into_iter().filter(|(_, parts)| !parts.is_empty()) {
            let kind = MediaKind::of_key(&key);
            let annotations = join(Vec::new(), parts, kind, arena);
            out.media.push(media(key.clone(), kind, size_of(&key), annotations, &[]));
        }
    } else {
        for (kind, list) in containers {
            // In the wrapped form the media keys stand in the other half.
            let mut keys: Vec<&Str<'a>> =
                heads.iter().map(|(k, _)| k).filter(|k| MediaKind::of_key(k) == kind).collect();
            keys.sort_by(|a, b| natural(a, b));
            for (i, tools) in list.into_iter().enumerate() {
                let key =
                    keys.get(i).map_or_else(|| Str(Cow::Owned(format!("{}_{}", kind.name(), i + 1))), |k| (*k).clone());
                let parts = tools.into_iter().flat_map(|(_, parts)| parts).collect();
                let annotations = join(parts, Vec::new(), kind, arena);
                out.media.push(media(key.clone(), kind, size_of(&key), annotations, groups_of(&key)));
            }
        }
    }
    out.media.sort_by(|a, b| natural(&a.key, &b.key));
    out
}

fn media<'a>(
    key: Str<'a>,
    kind: MediaKind,
    size: Option<(u32, u32)>,
    mut annotations: Vec<(Annotation<'a>, Option<Str<'a>>)>,
    wire_groups: &[WireGroup<'a>],
) -> Media<'a> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    if !wire_groups.is_empty() {
        let index: HashMap<String, usize> =
            annotations.iter().enumerate().map(|(i, (a, _))| (a.id.to_string(), i)).collect();
        for g in wire_groups {
            let mut group = Group { id: g.id.clone().unwrap_or_default(), members: Vec::new(), sound: true };
            for id in g.members() {
                match index.get(&**id) {
                    Some(&i) if annotations[i].0.group.is_none() => {
                        annotations[i].0.group = Some(groups.len());
                        group.members.push(i);
                    }
                    _ => group.sound = false,
                }
            }
            groups.push(group);
        }
    }
    // Dialect 2 names the group at each member.
    for (i, (annotation, group)) in annotations.iter_mut().enumerate() {
        let Some(id) = group.take().filter(|id| !id.is_empty() && annotation.group.is_none()) else { continue };
        let at = groups.iter().position(|g| g.id == id).unwrap_or_else(|| {
            groups.push(Group { id, members: Vec::new(), sound: true });
            groups.len() - 1
        });
        groups[at].members.push(i);
        annotation.group = Some(at);
    }
    Media { key, kind, size, annotations: annotations.into_iter().map(|(a, _)| a).collect(), groups }
}

/// An image size in pixels, when both are positive integers.
pub fn size(w: f64, h: f64) -> Option<(u32, u32)> {
    let whole = |n: f64| (n >= 1.0 && n <= f64::from(u32::MAX) && n.fract() == 0.0).then_some(n as u32);
    whole(w).zip(whole(h))
}

/// Orders `image_2` before `image_10`.
pub fn natural(a: &str, b: &str) -> Ordering {
    let split = |s: &str| {
        let digits = s.len() - s.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let (head, tail) = s.split_at(s.len() - digits);
        (head.to_owned(), tail.trim_start_matches('0').to_owned())
    };
    let ((ha, na), (hb, nb)) = (split(a), split(b));
    ha.cmp(&hb).then(na.len().cmp(&nb.len())).then(na.cmp(&nb)).then(a.cmp(b))
}

type WithGroup<'a> = (Annotation<'a>, Option<Str<'a>>);

/// Heads and geometry of one media, joined by id.
fn join<'a>(
    mut heads: Vec<Part<'a>>,
    mut geometry: Vec<Part<'a>>,
    kind: MediaKind,
    arena: &Arena,
) -> Vec<WithGroup<'a>> {
    let mut out = Vec::with_capacity(heads.len());
    let mut joined = vec![false; geometry.len()];
    // The annotator writes both lists in the same order; an index is built only when they differ.
    let mut index: Option<HashMap<String, usize>> = None;
    let mut seen = Seen::default();
    for (i, head) in heads.iter_mut().enumerate() {
        let same = |g: &Part<'a>| !joined[i] && g.id.is_some() && g.id == head.id;
        let found = if geometry.get(i).is_some_and(same) {
            Some(i)
        } else if geometry.is_empty() {
            None
        } else {
            let by_id = index.get_or_insert_with(|| {
                let ids = geometry.iter().enumerate().filter(|(k, _)| !joined[*k]);
                ids.filter_map(|(k, g)| Some((g.id.as_ref()?.to_string(), k))).collect()
            });
            head.id.as_ref().and_then(|id| by_id.get(&**id)).copied().filter(|k| !joined[*k])
        };
        if let Some(k) = found {
            joined[k] = true;
        }
        let data = found.and_then(|k| geometry.get_mut(k));
        let fresh = head.id.as_ref().is_some_and(|id| !id.is_empty() && seen.insert(id));
        out.push(annotation(head, data, fresh, kind, arena));
    }
    for (orphan, _) in geometry.iter_mut().zip(joined).filter(|(_, joined)| !joined) {
        // A second entry of an id that was joined already is a repeated id; either way it has no head of its own.
        out.push((malformed(orphan), None));
    }
    out
}

/// The ids of one media so far: a scan while there are few.
#[derive(Default)]
struct Seen<'a> {
    few: Vec<Str<'a>>,
    many: std::collections::HashSet<Str<'a>>,
}

impl<'a> Seen<'a> {
    fn insert(&mut self, id: &Str<'a>) -> bool {
        if self.many.is_empty() {
            if self.few.contains(id) {
                return false;
            }
            self.few.push(id.clone());
            if self.few.len() > 16 {
                self.many.extend(self.few.drain(..));
            }
            true
        } else {
            self.many.insert(id.clone())
        }
    }
}

fn malformed<'a>(part: &mut Part<'a>) -> Annotation<'a> {
    Annotation {
        id: part.id.take().unwrap_or_default(),
        tool: Tool::from_name(&part.tool),
        tool_name: std::mem::take(&mut part.tool),
        class: Str::default(),
        attributes: Vec::new(),
        group: None,
        geometry: Geometry::None,
        raw: Vec::new(),
        problem: Some(Reason::MalformedAnnotation),
    }
}

/// Makes an annotation of its head and its geometry, which are emptied.
fn annotation<'a>(
    head: &mut Part<'a>,
    data: Option<&mut Part<'a>>,
    fresh_id: bool,
    kind: MediaKind,
    arena: &Arena,
) -> WithGroup<'a> {
    let tool = Tool::from_name(&head.tool);
    let mut class = std::mem::take(&mut head.class).unwrap_or_default();
    tidy(&mut class);
    let needs_data = !matches!(tool, Tool::Classification);
    let group = head.group_id.take();
    if !head.is_object || !fresh_id || head.tool.is_empty() || (needs_data && !head.has_data && data.is_none()) {
        let bad = Annotation { class, ..malformed(head) };
        return (bad, group);
    }
    let id = head.id.take().unwrap_or_default();
    let tool_name = std::mem::take(&mut head.tool);
    let mut attributes = std::mem::take(&mut head.attributes);
    // With `data` in the head (dialects F and 2) the head is the whole annotation.
    let mut none = Part::default();
    let source = if head.has_data { head } else { data.unwrap_or(&mut none) };
    let mut raw = std::mem::take(&mut source.other);
    let geometry = geometry(tool, kind, source, &mut attributes, arena);
    if matches!(geometry, Ok(Geometry::Mask(_))) {
        // Read as pixels.
        raw.retain(|(key, _)| &**key != "data");
    }
    let (geometry, problem) = match geometry {
        Ok(_) if class.is_empty() => (Geometry::None, Some(Reason::InvalidClassName)),
        Ok(g) => (g, None),
        Err(reason) => (Geometry::None, Some(reason)),
    };
    (Annotation { id, tool, tool_name, class, attributes, group: None, geometry, raw, problem }, group)
}

/// Trims white space and composes to NFC.
fn tidy(class: &mut Str<'_>) {
    if class.trim().len() != class.len() {
        *class = Str(Cow::Owned(class.trim().to_owned()));
    }
    if let Cow::Owned(composed) = nfc(class) {
        *class = Str(Cow::Owned(composed));
    }
}

fn geometry<'a>(
    tool: Tool,
    kind: MediaKind,
    part: &mut Part<'a>,
    attributes: &mut Vec<(Str<'a>, crate::stream::json::Raw<'a>)>,
    arena: &Arena,
) -> Result<Geometry<'a>, Reason> {
    match tool {
        Tool::BoundingBox => {
            if let Some(frames) = part.frames.take() {
                let boxes = frames.into_iter().map(|(frame, shape)| rect(&shape, arena).map(|(r, a)| (frame, r, a)));
                return boxes.collect::<Option<Vec<_>>>().map(Geometry::Frames).ok_or(Reason::InvalidBoundingBox);
            }
            let (rect, mut rotation) = rect(&part.shape, arena).ok_or(Reason::InvalidBoundingBox)?;
            // Dialect 2 keeps the rotation among the attributes.
            if let Some(at) = attributes.iter().position(|(k, _)| &**k == "rotation") {
                let value = attributes.remove(at).1.read::<Option<f64>>().ok_or(Reason::InvalidBoundingBox)?;
                rotation = value.unwrap_or(0.0);
            }
            Ok(Geometry::Box(rect, rotation))
        }
        Tool::Polygon => match std::mem::take(&mut part.shape) {
            Shape::Pairs(r) => Ok(Geometry::Polygon(r)),
            Shape::Rings(r) => Ok(Geometry::Rings(r)),
            _ => Err(Reason::InvalidPolygon),
        },
        Tool::Polyline => match std::mem::take(&mut part.shape) {
            Shape::Pairs(r) => Ok(Geometry::Polyline(r)),
            _ => Err(Reason::InvalidGeometry),
        },
        Tool::Keypoint => match std::mem::take(&mut part.shape) {
            Shape::Fields(Fields { x: Some(x), y: Some(y), .. }) if x.is_finite() && y.is_finite() => {
                Ok(Geometry::Point([x, y]))
            }
            Shape::Numbers(r) => match arena.coordinates.numbers[r] {
                [x, y] if x.is_finite() && y.is_finite() => Ok(Geometry::Point([x, y])),
                _ => Err(Reason::InvalidGeometry),
            },
            Shape::Pairs(r) => Ok(Geometry::Points(r)),
            _ => Err(Reason::InvalidGeometry),
        },
        Tool::Segmentation if kind == MediaKind::Image => mask(part).map(Geometry::Mask),
        Tool::Classification => Ok(Geometry::None),
        Tool::Segmentation | Tool::Other => Ok(Geometry::Other),
    }
}

/// A box from `{x,y,width,height[,rotation]}` or `[x,y,w,h]`; `None` unless all numbers are finite.
fn rect(shape: &Shape, arena: &Arena) -> Option<(Rect, f64)> {
    let (rect, rotation) = match shape {
        Shape::Fields(f) => (Rect { x: f.x?, y: f.y?, w: f.width?, h: f.height? }, f.rotation.unwrap_or(0.0)),
        Shape::Numbers(r) => match arena.coordinates.numbers[r.clone()] {
            [x, y, w, h] => (Rect { x, y, w, h }, 0.0),
            _ => return None,
        },
        _ => return None,
    };
    [rect.x, rect.y, rect.w, rect.h, rotation].iter().all(|n| n.is_finite()).then_some((rect, rotation))
}

fn mask(part: &mut Part<'_>) -> Result<MaskRef, Reason> {
    let bad = Err(Reason::InvalidMaskEncoding);
    let by_flag = match (part.is_compressed, part.compression_format.as_ref().map(Option::as_deref)) {
        (None, None) => None,
        (Some(false) | None, Some(None)) | (Some(false), None) => Some(Encoding::Indices),
        (Some(true) | None, Some(Some("rle"))) => Some(Encoding::Runs),
        _ => return bad,
    };
    let by_name = match part.encoding.as_deref() {
        None => None,
        Some("raw_indices") => Some(Encoding::Indices),
        Some("dm_rle") => Some(Encoding::Runs),
        Some(_) => return bad,
    };
    let declared = match (by_flag, by_name) {
        (Some(a), Some(b)) if a != b => return bad,
        (a, b) => a.or(b),
    };
    let shape = if part.pixels == Shape::Absent { &mut part.shape } else { &mut part.pixels };
    let data = match std::mem::take(shape) {
        Shape::Numbers(r) => MaskData::Numbers(r),
        Shape::Pairs(r) => MaskData::Pairs(r),
        Shape::Empty => MaskData::Empty,
        _ => return bad,
    };
    Ok(MaskRef { data, declared })
}
