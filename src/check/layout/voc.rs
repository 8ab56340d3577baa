//! Where XML files of VOC are, and their images.

use super::{Survey, folder_of, leaf};
use crate::check::tree::Tree;
use std::io::Read;

/// A folder of XML files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The folder around it, with a slash at the end: where `ImageSets` and `labelmap.txt` are.
    pub root: String,
    /// The folder of the XML files, with a slash at the end.
    pub annotations: String,
    /// The folder of the images, with a slash at the end.
    pub images: String,
    /// The folders of the VOCdevkit: lists of images, and readers that build paths from them.
    pub devkit: bool,
}

/// What an XML file is by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Xml {
    /// An annotation of VOC.
    Voc,
    /// Something else, by the name of the tool that writes it.
    Other(&'static str),
    /// No XML that is known here.
    Unknown,
}

/// Looks at an XML file.
pub fn sniff(tree: &Tree, path: &str) -> Xml {
    let mut bytes = Vec::new();
    if tree.open_file(path).is_ok_and(|f| f.take(1 << 16).read_to_end(&mut bytes).is_err()) {
        return Xml::Unknown;
    }
    // UTF-16 has a zero beside each letter.
    let text: String = bytes.iter().filter(|b| **b != 0).map(|b| char::from(*b)).collect();
    let has = |what: &str| text.contains(what);
    if has("<annotations>") && (has("<image ") || has("<track ") || has("<meta>")) {
        Xml::Other("CVAT")
    } else if has("<annotation") && (has("<imagesize>") || has("<pt>")) {
        Xml::Other("LabelMe")
    } else if has("<annotation>") || has("<annotation ") {
        Xml::Voc
    } else {
        Xml::Unknown
    }
}

/// The folders of XML files. A folder that says by its names that it is VOC's is one, whatever its files hold.
pub fn find(tree: &Tree, survey: &Survey) -> Vec<Layout> {
    let mut found = Vec::new();
    for (folder, files) in &survey.folders {
        let root = folder_of(folder.trim_end_matches('/'));
        let devkit =
            leaf(folder) == "Annotations" && !folder.is_empty() && tree.has_folder(&format!("{root}ImageSets"));
        if files.xmls.number > 0 && (devkit || files.xmls.paths.iter().take(8).any(|p| sniff(tree, p) == Xml::Voc)) {
            found.push(layout(tree, survey, root, folder, devkit));
        }
    }
    // Lists without a single annotation, and planes alone.
    let sets = survey.folders.keys().filter_map(|f| f.strip_suffix("Main/").or(f.strip_suffix("Segmentation/")));
    for root in sets.filter_map(|f| f.strip_suffix("ImageSets/")) {
        let has = |name: &str| tree.has_folder(&format!("{root}{name}"));
        if !found.iter().any(|l| l.root == root) && (has("Annotations") || has("SegmentationClass")) {
            found.push(layout(tree, survey, root, &format!("{root}Annotations/"), true));
        }
    }
    found
}

/// Names of image folders beside that of the XML files.
const IMAGES: [&str; 6] = ["JPEGImages", "images", "Images", "data", "imgs", "img"];

fn layout(tree: &Tree, survey: &Survey, root: &str, annotations: &str, devkit: bool) -> Layout {
    let beside = survey.folders.get(annotations).is_some_and(|f| f.images > 0);
    let named = IMAGES.iter().map(|name| format!("{root}{name}/"));
    let images = if devkit {
        format!("{root}JPEGImages/")
    } else if beside || annotations.is_empty() {
        annotations.to_owned()
    } else {
        // Also annotations/train/ with images/train/.
        let below = leaf(annotations);
        let nested = IMAGES.iter().map(|name| format!("{}{name}/{below}/", folder_of(root.trim_end_matches('/'))));
        let mut all = named.chain(nested);
        all.find(|folder| tree.has_folder(folder) && survey.images_below(folder) > 0).unwrap_or(annotations.to_owned())
    };
    Layout { root: root.to_owned(), annotations: annotations.to_owned(), images, devkit }
}
