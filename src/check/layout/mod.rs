//! Finds the datasets in a tree by their structure: where the annotations are, where the images, which file lists the classes. Names of
//! folders are hints and no more: every tool has its own.
//!
//! * [`survey`]: the files by folder and kind, from one walk over their names
//! * [`yolo`]: `data.yaml` by any name, darknet's `obj.data`, label files without either
//! * [`coco`]: documents by their keys, and the folder that their images are in
//! * [`voc`]: XML files, with their images beside them or in a folder of their own
//! * [`other`]: annotations of formats that have no rules here

pub mod coco;
pub mod other;
pub mod survey;
pub mod voc;
pub mod yolo;

pub use survey::Survey;

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
