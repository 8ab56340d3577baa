//! All formats, by name.

pub mod coco;
pub mod csv;
pub mod imagefolder;
pub mod json;
pub mod template;
pub mod ultralytics_ndjson;
pub mod voc;
pub mod yolo;

use super::format::Format;
use super::options::Options;
use csv::Csv;
use imagefolder::ImageFolder;
use json::Json;
use std::sync::Arc;
use template::Template;
use ultralytics_ndjson as ultralytics;
use voc::Voc;
use yolo::Yolo;

/// A format in the registry.
pub struct Entry {
    /// The value of `--to`.
    pub name: &'static str,
    /// What it is, one line.
    pub summary: &'static str,
    build: fn(&Options) -> Result<Arc<dyn Format>, String>,
}

/// All formats.
pub const FORMATS: &[Entry] = &[
    Entry {
        name: "json",
        summary: "Synapse JSON: the payload's own bytes, one file an item",
        build: |o| Ok(Arc::new(Json::build(false, o)?)),
    },
    Entry { name: "jsonl", summary: "Synapse JSON, one line an item", build: |o| Ok(Arc::new(Json::build(true, o)?)) },
    Entry { name: "coco", summary: "COCO: instances", build: |o| Ok(Arc::new(coco::build(o)?)) },
    Entry { name: "yolo", summary: "YOLO labels and data.yaml", build: |o| Ok(Arc::new(Yolo::new(o.task))) },
    Entry {
        name: "ultralytics-ndjson",
        summary: "Ultralytics' own dataset in one file, a line an image, originals by URL",
        build: |o| Ok(Arc::new(ultralytics::build(o)?)),
    },
    Entry {
        name: "voc",
        summary: "Pascal VOC: XML, class and object planes, image sets, label map",
        build: |o| Ok(Arc::new(Voc { base_one: o.voc_base == 1 })),
    },
    Entry {
        name: "csv",
        summary: "one table, a row an annotation (any tool) or an item",
        build: |o| Ok(Arc::new(Csv::build(o)?)),
    },
    Entry {
        name: "imagefolder",
        summary: "images in folders of their classes",
        build: |o| Ok(Arc::new(ImageFolder::build(o)?)),
    },
    Entry {
        name: "template",
        summary: "any text format, by Jinja templates",
        build: |o| Ok(Arc::new(Template::build(o)?)),
    },
];

/// The format of this name, ready for a run.
///
/// # Errors
/// One line: an unknown name with the nearest one, or options that the format cannot follow.
pub fn build(name: &str, options: &Options) -> Result<(&'static str, Arc<dyn Format>), String> {
    let Some(entry) = FORMATS.iter().find(|e| e.name == name) else {
        let names: Vec<_> = FORMATS.iter().map(|e| e.name).collect();
        let near = names.iter().max_by(|a, b| strsim::jaro(a, name).total_cmp(&strsim::jaro(b, name)));
        let hint =
            near.filter(|n| strsim::jaro(n, name) > 0.7).map_or(String::new(), |n| format!("did you mean {n}? "));
        return Err(format!("unknown format {name:?}: {hint}choose one of {}", names.join(", ")));
    };
    let format = (entry.build)(options)?;
    if options.bare && format.bare_document().is_none() {
        return Err(format!(
            "--bare is for formats of one document; {name} writes many files: pipe it into `syn-sink`"
        ));
    }
    Ok((entry.name, format))
}
