//! The collecting side: writes XML files and planes as they come, planes that wait for class numbers, image sets and label map at
//! the end.

use super::extension;
use super::mosaic::Mosaic;
use super::plane::{MAX_INDEX, encode_both, palette_colour};
use super::planes::Planes;
use super::xml;
use crate::convert::engine::classes::{ClassRef, Classes, Final};
use crate::convert::engine::record::RecordRef;
use crate::convert::engine::split::role;
use crate::convert::format::{Collector, RunEnd};
use crate::convert::options::Segmentation;
use crate::convert::output::document::Document;
use crate::convert::output::files::Files;
use crate::convert::output::parts::Parts;
use crate::convert::output::sorted::Sorted;
use crate::convert::output::spool::Spool;
use crate::convert::output::text::lit;
use crate::convert::output::xml::legal;
use crate::stream::StreamError;
use crate::tr;
use crate::words::Many;
use serde_json::{Map, json};
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;

/// The image set of a run without splits.
const NO_SPLIT: &str = "trainval";

/// The image set of a split: those of a part that means train, val or test have the name that readers open.
fn set_of(split: &str) -> &str {
    if split.is_empty() { NO_SPLIT } else { role(split) }
}

/// The name of what is nothing, in label maps.
const BACKGROUND: &str = "background";

/// The name that a class is written under. One called as the background would have two lines in the label map, which Datumaro refuses.
pub fn class_name(class: &str) -> &str {
    if class == BACKGROUND { "background_object" } else { class }
}

/// Stems of one split.
#[derive(Default)]
struct Set {
    all: Sorted,
    segmented: Sorted,
}

/// What a run gathers.
#[derive(Default)]
pub struct Devkit {
    sets: BTreeMap<String, Set>,
    /// Whether any image has planes.
    any_plane: bool,
    /// Images that are no JPEGs.
    not_jpeg: u64,
    /// Planes with classes of no known number yet: stem, id, mosaic.
    waiting: Spool,
}

impl Collector for Devkit {
    fn record(&mut self, r: &RecordRef<'_>, _: &Classes, out: &mut Files) -> Result<String, StreamError> {
        let path = format!("Annotations/{}.xml", r.stem);
        let (mut parts, id) = (r.parts, r.id.json());
        let (objects, middle) = (parts.text()?, parts.text()?);
        let planes = Planes::take(&mut parts)?;
        let mut document = out.new_text();
        document.reserve(r.parts.size() + 256);
        xml::push_document(&mut document, &format!("{}{}", r.stem, extension(&r.name.ext)), middle, objects);
        out.text(&path, document.get(), false, Some(id))?;
        self.not_jpeg += u64::from(extension(&r.name.ext) != ".jpg");
        let split = set_of(&r.split);
        if !self.sets.contains_key(split) {
            self.sets.insert(split.to_owned(), Set::default());
        }
        let Some(set) = self.sets.get_mut(split) else { return Err(StreamError::Internal("image set")) };
        set.all.add(r.stem)?;
        if matches!(planes, Planes::None) {
            return Ok(path);
        }
        set.segmented.add(r.stem)?;
        self.any_plane = true;
        match planes {
            Planes::None => {}
            Planes::Ready { class, object } => write_planes(r.stem, id, class, object, out)?,
            Planes::Later(bytes) => {
                let mosaic = Mosaic::read(bytes).ok_or(StreamError::Internal("mosaic"))?;
                match class_indices(&mosaic, None)? {
                    Some(classes) => encode_and_write(r.stem, id, &mosaic, &classes, out)?,
                    None => {
                        let mut waiting = out.new_parts();
                        waiting.push_str(r.stem);
                        waiting.push_str(id);
                        waiting.push_bytes(bytes);
                        self.waiting.put(waiting.bytes())?;
                    }
                }
            }
        }
        Ok(path)
    }

    fn finish(mut self: Box<Self>, end: &RunEnd<'_>, out: &mut Files) -> Result<(), StreamError> {
        self.waiting.replay(|record| {
            let mut parts = Parts::of(record);
            let (stem, id, bytes) = (parts.str()?, parts.str()?, parts.bytes_part()?);
            let mosaic = Mosaic::read(bytes).ok_or(StreamError::Internal("spooled mosaic"))?;
            let classes = class_indices(&mosaic, Some(end.classes))?.ok_or(StreamError::Internal("class number"))?;
            encode_and_write(stem, id, &mosaic, &classes, out)
        })?;
        if self.not_jpeg > 0 {
            out.notes.push(tr!("voc-not-jpeg", images = Many(self.not_jpeg)));
        }
        if self.any_plane && end.options.segmentation == Segmentation::Semantic {
            out.notes.push(tr!("voc-regions"));
        }
        if end.classes.names.iter().any(|name| name == BACKGROUND) {
            out.notes
                .push(tr!("voc-background", class = ?BACKGROUND, written = ?class_name(BACKGROUND), name = BACKGROUND));
        }
        for split in end.splits {
            self.sets.entry(set_of(split).to_owned()).or_default();
        }
        for (name, set) in self.sets {
            image_set(&format!("ImageSets/Main/{name}.txt"), set.all, out)?;
            if self.any_plane {
                image_set(&format!("ImageSets/Segmentation/{name}.txt"), set.segmented, out)?;
            }
        }
        if end.classes.names.iter().any(|name| !fits_label_map(name)) {
            out.plain("dataset_meta.json", &dataset_meta(end.classes)?)?;
        }
        out.plain("labelmap.txt", &label_map(end.classes))
    }
}

/// The index of each tile in the class plane, after the background's. `None` when a class is known only by a provisional number
/// and there is no final list.
fn class_indices(mosaic: &Mosaic, classes: Option<&Final>) -> Result<Option<Vec<u8>>, StreamError> {
    let mut indices = vec![0];
    for tile in &mosaic.tiles {
        let place = match (tile.class, classes) {
            (ClassRef::Listed(place), _) => place,
            (ClassRef::Unlisted(provisional), Some(classes)) => classes.resolve(provisional),
            (ClassRef::Unlisted(_), None) => return Ok(None),
        };
        // Only a class that was in no list gets here with a number that is too high; what it is in is counted as written already.
        let index = u8::try_from(place + 1).ok().filter(|i| u32::from(*i) <= MAX_INDEX);
        indices.push(index.ok_or_else(|| StreamError::Cut(tr!("voc-too-many-classes", most = MAX_INDEX)))?);
    }
    Ok(Some(indices))
}

fn encode_and_write(stem: &str, id: &str, mosaic: &Mosaic, classes: &[u8], out: &mut Files) -> Result<(), StreamError> {
    let (class, object) = encode_both(mosaic, classes).map_err(|_| StreamError::Internal("png"))?;
    write_planes(stem, id, &class, &object, out)
}

fn write_planes(stem: &str, id: &str, class: &[u8], object: &[u8], out: &mut Files) -> Result<(), StreamError> {
    out.base64(&format!("SegmentationClass/{stem}.png"), class, Some(id))?;
    if !object.is_empty() {
        out.base64(&format!("SegmentationObject/{stem}.png"), object, Some(id))?;
    }
    Ok(())
}

/// Stems, one a line.
fn image_set(path: &str, stems: Sorted, out: &mut Files) -> Result<(), StreamError> {
    let mut document = Document::new(path, out);
    stems.finish(|stem| {
        document.text().plain(stem);
        document.text().lit(lit!("\n"));
        document.spill(out)
    })?;
    document.finish(out)
}

/// Class names with their colours; none for classes that no plane can hold.
fn label_map(classes: &Final) -> String {
    let mut taken = HashSet::new();
    let mut map = String::from("# label:color_rgb:parts:actions\nbackground:0,0,0::\n");
    for (name, index) in classes.names.iter().zip(1u32..) {
        // As in the XML files, but for what the lines cannot hold.
        let mut name = class_name(&legal(name)).replace([':', '\n', '\r'], " ");
        while !taken.insert(name.clone()) {
            name.push('_');
        }
        let _ = match u8::try_from(index) {
            Ok(i) if index <= MAX_INDEX => {
                let [r, g, b] = palette_colour(i);
                writeln!(map, "{name}:{r},{g},{b}::")
            }
            _ => writeln!(map, "{name}:::"),
        };
    }
    map
}

/// Whether a line of `labelmap.txt` can begin with the name.
fn fits_label_map(name: &str) -> bool {
    !name.contains([':', '\n', '\r']) && !name.starts_with('#')
}

/// Datumaro's own list of classes, which it reads in the place of `labelmap.txt`, and which can hold any name.
fn dataset_meta(classes: &Final) -> Result<String, StreamError> {
    let names: Vec<String> = std::iter::once(BACKGROUND.to_owned())
        .chain(classes.names.iter().map(|n| class_name(&legal(n)).to_owned()))
        .collect();
    let colours =
        (0..names.len()).map(|i| u8::try_from(i).ok().filter(|i| u32::from(*i) <= MAX_INDEX).map(palette_colour));
    let meta = json!({
        "label_map": names.iter().enumerate().map(|(i, name)| (i.to_string(), json!(name))).collect::<Map<_, _>>(),
        "labels": names,
        "segmentation_colors": colours.collect::<Vec<_>>(),
        "background_label": "0",
    });
    let mut text = serde_json::to_string_pretty(&meta).map_err(|_| StreamError::Internal("dataset_meta.json"))?;
    text.push('\n');
    Ok(text)
}
