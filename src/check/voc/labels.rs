//! The classes of a VOC dataset: `labelmap.txt`, or Datumaro's `dataset_meta.json`, which it reads instead.

use crate::check::finding::{Findings, Place};
use crate::check::rules::VOC_LABELMAP_INVALID;
use crate::check::tree::Tree;
use crate::stream::StreamError;
use crate::tr;
use indexmap::IndexSet;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The colour of void pixels, which no evaluation counts.
const VOID_COLOUR: [u8; 3] = [224, 224, 192];

/// The classes.
pub struct Labels {
    /// The file that lists them.
    pub file: &'static str,
    /// Index of each class in the planes, 0 to 255, by name.
    pub index: BTreeMap<String, u32>,
    /// Names of the parts of bodies that it lists.
    pub parts: BTreeSet<String>,
    /// Whether one of them has the colour of void pixels.
    pub has_void: bool,
}

/// The classes of VOC itself, which Datumaro takes when there is no list.
pub const TWENTY: [&str; 25] = [
    "background",
    "aeroplane",
    "bicycle",
    "bird",
    "boat",
    "bottle",
    "bus",
    "car",
    "cat",
    "chair",
    "cow",
    "diningtable",
    "dog",
    "horse",
    "motorbike",
    "person",
    "pottedplant",
    "sheep",
    "sofa",
    "train",
    "tvmonitor",
    "ignored",
    "head",
    "hand",
    "foot",
];

/// Reads the classes; `None` without a file that lists them. Both files are judged, readers differ in which they take.
///
/// # Errors
/// [`StreamError`]: a file cannot be read, or a finding cannot be written.
pub fn read(tree: &Tree, folder: &str, out: &mut Findings) -> Result<Option<Labels>, StreamError> {
    let [map, meta] = ["labelmap.txt", "dataset_meta.json"].map(|name| format!("{folder}{name}"));
    let map = if tree.has(&map) { Some(from_map(&tree.read(&map)?, &map, out)?) } else { None };
    if tree.has(&meta) {
        return from_meta(&tree.read(&meta)?, &meta, out);
    }
    Ok(map)
}

fn from_map(bytes: &[u8], path: &str, out: &mut Findings) -> Result<Labels, StreamError> {
    let text = String::from_utf8_lossy(bytes);
    let mut labels = Labels { file: "labelmap.txt", index: BTreeMap::new(), parts: BTreeSet::new(), has_void: false };
    let mut index = 0;
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let parts: Vec<&str> = line.split(':').collect();
        let colour = |text: &str| -> Option<[u8; 3]> {
            let parts: Option<Vec<u8>> = text.split(',').map(|n| n.trim().parse().ok()).collect();
            parts?.try_into().ok()
        };
        let problem = match parts[..] {
            [name, rgb, parts, _] if !name.is_empty() && (rgb.is_empty() || colour(rgb).is_some()) => {
                labels.has_void |= colour(rgb) == Some(VOID_COLOUR);
                labels.parts.extend(parts.split(',').map(str::trim).filter(|p| !p.is_empty()).map(str::to_owned));
                let again = labels.index.contains_key(name);
                labels.index.entry(name.to_owned()).or_insert(index);
                again.then(|| tr!("voc-label-twice", ?name))
            }
            _ => Some(tr!("voc-label-line", ?line)),
        };
        if let Some(problem) = problem {
            out.add(&VOC_LABELMAP_INVALID, Place::line(path, number), problem)?;
        }
        index += 1;
    }
    Ok(labels)
}

#[derive(Deserialize)]
struct Meta {
    #[serde(default)]
    labels: Vec<String>,
    /// In the order written.
    #[serde(default)]
    label_map: Map<String, Value>,
    #[serde(default)]
    segmentation_colors: Vec<Option<[u8; 3]>>,
    #[serde(default)]
    parts: BTreeMap<String, Vec<String>>,
}

fn from_meta(bytes: &[u8], path: &str, out: &mut Findings) -> Result<Option<Labels>, StreamError> {
    let meta: Meta = match serde_json::from_slice(bytes) {
        Ok(meta) => meta,
        Err(e) => {
            out.add(&VOC_LABELMAP_INVALID, Place::file(path), tr!("check-reader-says", reason = e))?;
            return Ok(None);
        }
    };
    let has_void = meta.segmentation_colors.contains(&Some(VOID_COLOUR));
    let mut seen = BTreeSet::new();
    for name in meta.labels.iter().filter(|name| !seen.insert(name.as_str())) {
        out.add(&VOC_LABELMAP_INVALID, Place::at(path, "labels"), tr!("voc-label-twice", ?name))?;
    }
    let parts = meta.parts.into_values().flatten().collect();
    let mapped = meta.label_map.values().filter_map(Value::as_str).map(str::to_owned);
    let names: IndexSet<String> = meta.labels.into_iter().chain(mapped).collect();
    Ok(Some(Labels { file: "dataset_meta.json", index: names.into_iter().zip(0..).collect(), parts, has_void }))
}
