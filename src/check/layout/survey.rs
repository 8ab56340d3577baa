//! The files of a tree by folder and kind, without opening any.

use super::{folder_of, homes, leaf};
use crate::check::images::is_image;
use crate::check::tree::Tree;
use std::collections::BTreeMap;

/// What is in one folder, not counting the folders in it.
#[derive(Debug, Default)]
pub struct Folder {
    /// Image files.
    pub images: u64,
    /// Image files whose name begins with a dot, and the first of them.
    pub hidden: u64,
    /// `.txt` files that are no list of classes or parts by their name.
    pub texts: Few,
    /// `.xml` files.
    pub xmls: Few,
    /// `.json` files.
    pub documents: Few,
    /// `.csv`, `.tsv`, `.parquet` and `.tfrecord` files.
    pub tables: Few,
}

/// A number of files, and the names of some of them.
#[derive(Debug, Default)]
pub struct Few {
    /// How many there are.
    pub number: u64,
    /// The paths of the first ones in the order of their names, [`Few::KEPT`] at most.
    pub paths: Vec<String>,
}

impl Few {
    /// More files of a kind in one folder are a file for each image.
    pub const KEPT: usize = 64;

    fn add(&mut self, path: &str) {
        self.number += 1;
        let at = self.paths.partition_point(|kept| kept.as_str() < path);
        if at < Self::KEPT {
            self.paths.insert(at, path.to_owned());
            self.paths.truncate(Self::KEPT);
        }
    }
}

/// The files of a tree.
#[derive(Debug, Default)]
pub struct Survey {
    /// By path with a slash at the end; the root is empty.
    pub folders: BTreeMap<String, Folder>,
    /// `.yaml` and `.yml` files.
    pub yaml: Vec<String>,
    /// `.data` files, darknet's.
    pub data: Vec<String>,
    /// `.ndjson` files.
    pub ndjson: Vec<String>,
    /// Archives.
    pub archives: Vec<String>,
    /// Folders with label files of YOLO.
    pub labels: Vec<String>,
    /// The folders of all datasets.
    pub homes: Vec<String>,
}

/// Names of text files that hold no rows.
const LISTS: [&str; 10] =
    ["classes", "labels", "names", "train", "val", "valid", "test", "images", "labelmap", "predefined_classes"];

impl Survey {
    /// Walks over the names of a tree.
    pub fn of(tree: &Tree) -> Self {
        let mut survey = Self::default();
        match &tree.only {
            Some(only) => survey.add(only),
            None => tree.walk().for_each(|e| tree.relative(e.path()).into_iter().for_each(|path| survey.add(path))),
        }
        for list in [&mut survey.yaml, &mut survey.data, &mut survey.ndjson, &mut survey.archives] {
            // Those at the top first.
            list.sort_by_cached_key(|path| (path.matches('/').count(), path.clone()));
        }
        survey
    }

    fn add(&mut self, path: &str) {
        let name = leaf(path);
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        let at = folder_of(path);
        if !self.folders.contains_key(at) {
            self.folders.insert(at.to_owned(), Folder::default());
        }
        let Some(folder) = self.folders.get_mut(at) else { return };
        if name.starts_with('.') {
            // The Finder's own files are called ._a.jpg.
            if is_image(name) && !name.starts_with("._") {
                folder.hidden += 1;
            }
            return;
        }
        if is_image(name) {
            folder.images += 1;
            return;
        }
        match extension.to_ascii_lowercase().as_str() {
            "txt" if !LISTS.contains(&stem) && !name.to_ascii_lowercase().starts_with("readme") => {
                folder.texts.add(path)
            }
            "xml" => folder.xmls.add(path),
            "json" => folder.documents.add(path),
            "csv" | "tsv" | "parquet" | "tfrecord" | "record" => folder.tables.add(path),
            "yaml" | "yml" => self.yaml.push(path.to_owned()),
            "data" => self.data.push(path.to_owned()),
            "ndjson" => self.ndjson.push(path.to_owned()),
            "zip" | "tar" | "tgz" | "gz" | "zst" => self.archives.push(path.to_owned()),
            _ => {}
        }
    }

    /// The folders at and below a folder.
    pub fn below<'s>(&'s self, folder: &'s str) -> impl Iterator<Item = (&'s String, &'s Folder)> {
        self.folders.range(folder.to_owned()..).take_while(move |(path, _)| path.starts_with(folder))
    }

    /// Whether the dataset that a folder is of has any picture: planes of classes do not count, nor do pictures of another dataset.
    pub fn any_image(&self, folder: &str) -> bool {
        self.below(self.home(folder)).any(|(path, f)| f.images > 0 && !is_plane(path))
    }

    /// The folder of the dataset that a folder is of.
    pub fn home<'f>(&self, folder: &'f str) -> &'f str {
        homes::around(homes::home(folder), &self.homes)
    }

    /// Image files at and below a folder.
    pub fn images_below(&self, folder: &str) -> u64 {
        self.below(folder).map(|(_, f)| f.images).sum()
    }
}

/// Whether a folder is one of masks and planes of classes.
fn is_plane(folder: &str) -> bool {
    let named = |part: &str| {
        part.starts_with("Segmentation") || part.starts_with("panoptic") || part.starts_with("stuff") || part == "masks"
    };
    folder.split('/').any(named)
}
