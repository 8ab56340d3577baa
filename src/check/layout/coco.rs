//! COCO documents by their keys, and where their images are.

use super::{Survey, folder_of, leaf, other};
use crate::check::tree::Tree;
use std::io::Read;

/// Beginnings of the usual names of documents.
const NAMES: [&str; 7] =
    ["instances", "person_keypoints", "stuff", "captions", "panoptic", "image_info", "_annotations.coco"];

/// What a JSON file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Json {
    /// A document of COCO.
    Coco,
    /// Annotations of another tool, by its name.
    Other(&'static str),
    /// Not annotations, as far as one can see.
    Unknown,
}

/// The documents.
pub fn find(tree: &Tree, survey: &Survey) -> Vec<String> {
    let all = survey.folders.values().flat_map(|f| &f.documents.paths);
    all.filter(|path| sniff(tree, path) == Json::Coco || NAMES.iter().any(|name| leaf(path).starts_with(name)))
        .cloned()
        .collect()
}

/// Looks at the keys at the top of a document, as far as its front shows them.
pub fn sniff(tree: &Tree, path: &str) -> Json {
    let mut bytes = Vec::new();
    if tree.open_file(path).is_ok_and(|f| f.take(FRONT).read_to_end(&mut bytes).is_err()) {
        return Json::Unknown;
    }
    let (keys, list) = top_keys(&bytes);
    let has_list = |key: &str| keys.iter().any(|(k, value)| k == key && *value == b'[');
    let names: Vec<&str> = keys.iter().map(|(key, _)| key.as_str()).collect();
    match other::tool(&names, list, &bytes) {
        Some(tool) => Json::Other(tool),
        None if !list && (has_list("annotations") || has_list("images")) => Json::Coco,
        None => Json::Unknown,
    }
}

/// What is read to tell what a document is, bytes.
const FRONT: u64 = 1 << 18;

/// The keys of the object at the top, or of the first object of the list at the top, with the first byte of their values; whether it was a
/// list.
fn top_keys(bytes: &[u8]) -> (Vec<(String, u8)>, bool) {
    let (mut keys, mut depth, mut at) = (Vec::new(), 0usize, 0usize);
    let list = bytes.iter().find(|b| !b.is_ascii_whitespace() && **b < 0x80) == Some(&b'[');
    let wanted = 1 + usize::from(list);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                let start = at + 1;
                at = start;
                while at < bytes.len() && bytes[at] != b'"' {
                    at += 1 + usize::from(bytes[at] == b'\\');
                }
                let text = bytes.get(start..at).unwrap_or_default();
                let mut next = bytes.get(at + 1..).unwrap_or_default().iter().filter(|b| !b.is_ascii_whitespace());
                if depth == wanted && next.next() == Some(&b':') {
                    let value = next.next().copied().unwrap_or_default();
                    keys.push((String::from_utf8_lossy(text).into_owned(), value));
                }
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if list && depth == 1 {
                    break;
                }
            }
            _ => {}
        }
        at += 1;
    }
    (keys, list)
}

/// The part that a document is of: `train2017` of `instances_train2017.json`, the folder of Roboflow's. Empty when it has none.
pub fn part_of(path: &str) -> String {
    let stem = leaf(path).split('.').next().unwrap_or_default();
    if stem == "_annotations" {
        return leaf(folder_of(path)).to_owned();
    }
    NAMES.iter().find_map(|name| stem.strip_prefix(name)).unwrap_or_default().trim_start_matches(['_', '-']).to_owned()
}

/// What tells a dataset from others of the same tree: its folder, and what its documents are of.
pub fn group_of(survey: &Survey, path: &str) -> String {
    let kind = NAMES.iter().find(|name| leaf(path).starts_with(**name)).copied();
    format!("{}{}", survey.home(folder_of(path)), kind.unwrap_or(leaf(path)))
}

/// The folders in which readers look for the images of a document, with a slash at the end; the likely ones first.
pub fn image_folders(tree: &Tree, path: &str) -> Vec<String> {
    let beside = folder_of(path);
    let above = folder_of(beside.trim_end_matches('/'));
    let part = part_of(path);
    let mut found = Vec::new();
    let mut add = |folder: String| {
        if !found.contains(&folder) && (folder.is_empty() || tree.has_folder(&folder)) {
            found.push(folder);
        }
    };
    for root in [above, beside] {
        if !part.is_empty() {
            add(format!("{root}images/{part}/"));
            add(format!("{root}{part}/"));
        }
        for name in ["images", "data", "JPEGImages", "img"] {
            add(format!("{root}{name}/"));
        }
    }
    add(beside.to_owned());
    add(above.to_owned());
    found
}
