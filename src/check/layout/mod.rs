//! Finds the datasets in a tree by their structure: where the annotations are, where the images, which file lists the classes. Names of
//! folders are hints and no more: every tool has its own.
//!
//! * [`survey`]: the files by folder and kind, from one walk over their names
//! * [`yolo`]: `data.yaml` by any name, darknet's `obj.data`, label files without either
//! * [`coco`]: documents by their keys, and the folder that their images are in
//! * [`voc`]: XML files, with their images beside them or in a folder of their own
//! * [`other`]: annotations of formats that have no rules here
//! * [`homes`]: which of these are of one dataset

pub mod coco;
mod homes;
pub mod other;
pub mod survey;
pub mod voc;
pub mod yolo;

pub use survey::Survey;

use super::tree::Tree;
use crate::stream::StreamError;
use std::collections::BTreeSet;

/// The datasets of a tree, by format, and the files that they are in.
pub struct Found {
    /// The files by folder.
    pub survey: Survey,
    /// Documents of COCO.
    pub coco: Vec<String>,
    /// Files that describe YOLO datasets.
    pub yolo: Vec<yolo::Config>,
    /// Ultralytics' NDJSON.
    pub ndjson: Vec<String>,
    /// Folders of VOC's XML files.
    pub voc: Vec<voc::Layout>,
}

impl Found {
    /// Looks through a tree.
    ///
    /// # Errors
    /// [`StreamError::Read`].
    pub fn of(tree: &Tree) -> Result<Self, StreamError> {
        let mut survey = Survey::of(tree);
        let coco = coco::find(tree, &survey);
        let yolo = yolo::configs(tree, &survey)?;
        let ndjson = super::ultralytics::find(tree, &survey);
        let voc = voc::find(tree, &survey);
        survey.labels = yolo::label_folders(tree, &survey);
        let described = yolo.iter().map(|c| folder_of(c.path())).chain(ndjson.iter().map(|path| folder_of(path)));
        let folders = coco.iter().map(|path| folder_of(path)).chain(survey.labels.iter().map(String::as_str));
        let folders = folders.chain(voc.iter().map(|layout| layout.annotations.as_str()));
        let homes: BTreeSet<String> = described.chain(folders.map(homes::home)).map(str::to_owned).collect();
        survey.homes = homes.into_iter().collect();
        Ok(Self { survey, coco, yolo, ndjson, voc })
    }
}

/// The folder of a path, with a slash at the end; the root is empty.
pub fn folder_of(path: &str) -> &str {
    path.rfind('/').map_or("", |at| &path[..=at])
}

/// The last part of a path, also of a folder's.
pub fn leaf(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    path.rsplit('/').next().unwrap_or(path)
}

/// A folder as findings name it: the root is `.`.
pub fn shown(folder: &str) -> &str {
    match folder.trim_end_matches('/') {
        "" => ".",
        folder => folder,
    }
}
