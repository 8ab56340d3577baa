//! Annotations of formats that have no rules here. They are named: a check that passes over them would look like one that passed.

use super::coco::{self, Json};
use super::voc::{self, Xml};
use super::{Survey, folder_of, leaf, shown};
use crate::check::tree::Tree;

/// What is there, a line each.
pub fn find(tree: &Tree, survey: &Survey) -> Vec<String> {
    let mut found = Vec::new();
    for (folder, files) in &survey.folders {
        let mut say = |what: &str, path: &str, number: u64| {
            let place = if number == 1 { path.to_owned() } else { format!("{number} files in {}", shown(folder)) };
            found.push(format!(
                "{place} {}: annotations of {what}, for which there are no rules here",
                if number == 1 { "was not read" } else { "were not read" }
            ));
        };
        if let Some((path, Json::Other(tool))) = files.documents.paths.first().map(|p| (p, coco::sniff(tree, p))) {
            say(tool, path, files.documents.number);
        }
        if let Some((path, Xml::Other(tool))) = files.xmls.paths.first().map(|p| (p, voc::sniff(tree, p))) {
            say(tool, path, files.xmls.number);
        }
        // KITTI: a class by its name, then fourteen numbers.
        let kitti = files.texts.paths.first().filter(|path| leaf(folder).starts_with("label_") && is_kitti(tree, path));
        if let Some(path) = kitti {
            say("KITTI", path, files.texts.number);
        }
    }
    found
}

fn is_kitti(tree: &Tree, path: &str) -> bool {
    let text = tree.read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let words: Vec<&str> = text.lines().next().unwrap_or_default().split_whitespace().collect();
    matches!(words.len(), 15 | 16)
        && words[1..].iter().all(|w| w.parse::<f64>().is_ok())
        && words[0].parse::<f64>().is_err()
}

/// Archives in a tree that holds nothing else.
pub fn archives(survey: &Survey) -> Vec<String> {
    let say = |path: &String| {
        format!("{path} was not read: check the archive itself, or unpack it in {}", shown(folder_of(path)))
    };
    survey.archives.iter().take(5).map(say).collect()
}
