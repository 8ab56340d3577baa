//! The lists of `ImageSets`.

use crate::check::finding::{Findings, Place};
use crate::check::rules::{
    VOC_ID_SPACE, VOC_SET_EMPTY_LINE, VOC_SET_FLAG, VOC_SET_OVERLAP, VOC_SET_REPEATED_ID, VOC_SET_UNKNOWN_ID,
};
use crate::check::tree::Tree;
use crate::stream::StreamError;
use crate::tr;
use std::collections::{HashMap, HashSet};

/// Ids that the lists of `ImageSets/Main` name, with the number of the first of train, val and test that has them.
#[derive(Default)]
pub struct Sets {
    main: HashMap<String, usize>,
    any: bool,
}

/// The lists that must not share an image.
const PARTS: [&str; 3] = ["train", "val", "test"];

impl Sets {
    /// Reads all lists.
    ///
    /// # Errors
    /// [`StreamError`]: a file cannot be read, or a finding cannot be written.
    pub fn read(tree: &Tree, folder: &str, out: &mut Findings) -> Result<Self, StreamError> {
        let mut sets = Self::default();
        for path in tree.files(&format!("{folder}ImageSets/Main"), true).filter(|f| f.ends_with(".txt")) {
            sets.any = true;
            by_class(tree, &path, out)?;
            list(tree, &path, out, |id, line, out| {
                let part = stem(&path);
                let part = PARTS.iter().position(|p| *p == part).map_or(0, |i| i + 1);
                let before = sets.main.get(id).copied();
                match before {
                    Some(other) if other != 0 && part != 0 && other != part => {
                        let message = tr!("voc-two-sets", ?id, other = PARTS[other - 1]);
                        out.add(&VOC_SET_OVERLAP, Place::line(&path, line), message)?;
                    }
                    Some(0) | None => drop(sets.main.insert(id.to_owned(), part)),
                    Some(_) => {}
                }
                if before.is_none() && !tree.has(&format!("{folder}Annotations/{id}.xml")) {
                    let message = tr!("voc-no-xml", id);
                    out.add(&VOC_SET_UNKNOWN_ID, Place::line(&path, line), message)?;
                }
                Ok(())
            })?;
        }
        for path in tree.files(&format!("{folder}ImageSets/Segmentation"), true).filter(|f| f.ends_with(".txt")) {
            list(tree, &path, out, |id, line, out| {
                if !tree.has(&format!("{folder}SegmentationClass/{id}.png")) {
                    let message = tr!("voc-no-png", id);
                    out.add(&VOC_SET_UNKNOWN_ID, Place::line(&path, line), message)?;
                }
                Ok(())
            })?;
        }
        Ok(sets)
    }

    /// Whether there is no list at all.
    pub fn is_empty(&self) -> bool {
        !self.any
    }

    /// The part that an id is in: train, val or test.
    pub fn part(&self, id: &str) -> Option<&'static str> {
        let number = self.main.get(id).copied()?;
        PARTS.get(number.checked_sub(1)?).copied()
    }

    /// Whether a list names this id.
    pub fn main(&self, id: &str) -> bool {
        self.main.contains_key(id)
    }
}

/// Checks the lines of a list of one class, such as `car_train.txt` beside `train.txt`: an id, and whether it has the class.
fn by_class(tree: &Tree, path: &str, out: &mut Findings) -> Result<(), StreamError> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    // The list that it is a part of: the name may have underscores itself.
    let of = name.match_indices('_').map(|(at, _)| format!("{folder}/{}", &name[at + 1..]));
    if !{ of }.any(|list| tree.has(&list)) {
        return Ok(());
    }
    let bytes = tree.read(path)?;
    for (number, line) in (1..).zip(String::from_utf8_lossy(&bytes).lines()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        if !matches!(words[..], [] | [.., "-1" | "0" | "1"]) || words.len() == 1 {
            let message = tr!("voc-set-flag", ?line);
            out.add(&VOC_SET_FLAG, Place::line(path, number), message)?;
        }
    }
    Ok(())
}

fn stem(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path).trim_end_matches(".txt")
}

/// Calls `each` with every id of a list and its line.
fn list(
    tree: &Tree,
    path: &str,
    out: &mut Findings,
    mut each: impl FnMut(&str, u64, &mut Findings) -> Result<(), StreamError>,
) -> Result<(), StreamError> {
    let bytes = tree.read(path)?;
    let text = String::from_utf8_lossy(&bytes);
    // Lists of one class, such as car_train.txt, have -1, 0 or 1 after the id.
    let flagged = |line: &str| matches!(line.split_whitespace().collect::<Vec<_>>()[..], [_, "1" | "-1" | "0"]);
    let by_class =
        text.lines().any(|l| !l.trim().is_empty()) && text.lines().filter(|l| !l.trim().is_empty()).all(flagged);
    let mut seen = HashSet::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() {
            out.add(&VOC_SET_EMPTY_LINE, Place::line(path, number), tr!("voc-set-empty"))?;
            continue;
        }
        let id = if by_class { line.split_whitespace().next().unwrap_or(line) } else { line };
        if id.contains(char::is_whitespace) {
            let message = tr!("voc-id-space", ?id);
            out.add(&VOC_ID_SPACE, Place::line(path, number), message)?;
        }
        if !seen.insert(id) {
            out.add(&VOC_SET_REPEATED_ID, Place::line(path, number), tr!("voc-id-repeated", ?id))?;
            continue;
        }
        each(id, number, out)?;
    }
    Ok(())
}
