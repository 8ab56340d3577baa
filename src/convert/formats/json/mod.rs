//! `json` and `jsonl`: the payload's own bytes, nothing else. Every annotation survives, whatever its tool.

pub mod args;
pub mod indent;

use crate::convert::declaration::{Attributes, By, Declaration, Document, Splits, Tools, UnitKind, Unread};
use crate::convert::engine::classes::Classes;
use crate::convert::engine::naming::{Folders, Taken, component};
use crate::convert::engine::record::RecordRef;
use crate::convert::engine::split::{FieldPath, UNASSIGNED};
use crate::convert::format::{Collector, Format, RenderContext, RunEnd, Unit};
use crate::convert::options::Options;
use crate::convert::output::files::Files;
use crate::convert::output::layout::{class_lines, image_path};
use crate::convert::output::text::{TextRef, lit};
use crate::convert::report::tally::Fate;
use crate::stream::StreamError;
use indent::indent;
use std::sync::Arc;

/// The one document of `jsonl`.
const LINES: &str = "annotations/annotations.jsonl";

/// Synapse JSON, one file an item.
pub static JSON: Declaration = Declaration {
    name: "json",
    aliases: &["synapse", "synapse-json", "dm", "raw"],
    summary: "Synapse JSON: the payload's own bytes, a file an item",
    writes: "`annotations/[{split}/]{stem}.json`: the payload's own bytes, a file an item; `images/`, `classes.txt`",
    unit: UnitKind::Item,
    size: false,
    raw: true,
    tools: Tools::Any,
    attributes: Attributes::All,
    splits: Splits::Any,
    by: By::Own,
    document: None,
    options: &["per-class", "pretty"],
    unread: &[],
    build: |o| Ok(Arc::new(Json::new(false, o))),
};

/// Synapse JSON, one line an item.
pub static JSONL: Declaration = Declaration {
    name: "jsonl",
    aliases: &["ndjson", "json-lines", "jsonlines"],
    summary: "Synapse JSON: the payload's own bytes, a line an item",
    writes: "`annotations/annotations.jsonl`: the payload's own bytes, a line an item; `images/`, `classes.txt`",
    by: By::Datasets,
    document: Some(Document { path: LINES, splits: false }),
    options: &[],
    unread: &[Unread {
        with: "--bare",
        options: &["naming", "naming-pass", "images", "report", "class-map", "classes"],
    }],
    build: |o| Ok(Arc::new(Json::new(true, o))),
    ..JSON
};

/// Synapse JSON, one file an item or one line an item.
pub struct Json {
    lines: bool,
    by: Option<FieldPath>,
    per_class: bool,
    pretty: bool,
}

impl Json {
    /// One document for all (`lines`), or files; only files can be sorted, split by class or indented.
    pub fn new(lines: bool, o: &Options) -> Self {
        let json = &o.formats.json;
        let by = o.by.clone().filter(|_| !lines);
        Self { lines, by, per_class: json.per_class && !lines, pretty: json.pretty && !lines }
    }

    /// Pushes what the collector needs to know of an item: its folder (empty: none of its own), then its classes, as names safe in
    /// a path.
    fn places(&self, unit: &Unit<'_, '_>, cx: &mut RenderContext<'_>) {
        let folder = self.by.as_ref().map_or(String::new(), |field| {
            let value = field.value(unit.line).filter(|v| !v.trim().is_empty());
            value.map_or(UNASSIGNED.into(), |v| component(v.trim()))
        });
        cx.parts.push_str(&folder);
        if self.per_class {
            let classes = unit.payload.media.iter().flat_map(|m| &m.annotations).map(|a| cx.classes.rename(&a.class));
            let distinct: indexmap::IndexSet<&str> = classes.filter(|c| !c.is_empty()).collect();
            for class in distinct {
                cx.parts.push_str(&component(class));
            }
        }
    }
}

impl Format for Json {
    fn declaration(&self) -> &'static Declaration {
        if self.lines { &JSONL } else { &JSON }
    }

    fn render(&self, unit: &Unit<'_, '_>, cx: &mut RenderContext<'_>) {
        let raw = unit.raw.unwrap_or("null");
        let out = cx.parts.begin_text();
        if self.pretty {
            out.plain(&indent(raw));
        } else {
            out.plain(raw);
        }
        if self.lines || self.pretty {
            out.lit(lit!("\n"));
        }
        self.places(unit, cx);
        for a in unit.payload.media.iter().flat_map(|m| &m.annotations) {
            cx.count(unit, a, Fate::Written(&[]));
            cx.note_class(a);
        }
    }

    fn image_path(&self, split: &str, stem: &str, ext: &str) -> Option<String> {
        Some(image_path(split, stem, ext))
    }

    fn collector(&self) -> Box<dyn Collector> {
        if self.lines {
            Box::new(JsonLines)
        } else {
            Box::new(JsonFiles { per_class: self.per_class, taken: Taken::default(), folders: Folders::default() })
        }
    }
}

/// One line an item.
struct JsonLines;

impl Collector for JsonLines {
    fn record(&mut self, r: &RecordRef<'_>, _: &Classes, out: &mut Files) -> Result<String, StreamError> {
        let mut parts = r.parts;
        out.text(LINES, parts.text()?, true, Some(r.id.json()))?;
        Ok(LINES.to_owned())
    }

    fn finish(self: Box<Self>, end: &RunEnd<'_>, out: &mut Files) -> Result<(), StreamError> {
        out.text(LINES, TextRef::EMPTY, false, None)?;
        out.plain("classes.txt", &class_lines(&end.classes.names))
    }
}

/// One file an item, or with `--per-class` one for each of its classes.
struct JsonFiles {
    per_class: bool,
    /// Names with classes: `a_b` and `c` make the same one as `a` and `b_c`.
    taken: Taken,
    /// Those of `--by`.
    folders: Folders,
}

impl Collector for JsonFiles {
    fn record(&mut self, r: &RecordRef<'_>, _: &Classes, out: &mut Files) -> Result<String, StreamError> {
        let mut parts = r.parts;
        let text = parts.text()?;
        let mut folder = String::from("annotations");
        for part in [&*r.split, &*self.folders.of(parts.str()?)].into_iter().filter(|p| !p.is_empty()) {
            folder.push('/');
            folder.push_str(part);
        }
        if !self.per_class {
            let path = format!("{folder}/{}.json", r.stem);
            out.text(&path, text, false, Some(r.id.json()))?;
            return Ok(path);
        }
        let mut names: Vec<String> = Vec::new();
        while !parts.is_empty() {
            names.push(of_class(r.stem, parts.str()?));
        }
        if names.is_empty() {
            // An item without any class is not lost.
            names.push(r.stem.to_owned());
        }
        let mut path = String::new();
        for wanted in names {
            let (name, _) = self.taken.take(&wanted, r.id.text());
            path = format!("{folder}/{name}.json");
            out.text(&path, text, false, Some(r.id.json()))?;
        }
        Ok(path)
    }

    fn finish(self: Box<Self>, end: &RunEnd<'_>, out: &mut Files) -> Result<(), StreamError> {
        out.plain("classes.txt", &class_lines(&end.classes.names))
    }
}

/// `{stem}_{class}`, or with the class by its hash where that would be too long for a file name.
fn of_class(stem: &str, class: &str) -> String {
    let name = format!("{stem}_{class}");
    // Leaves room for a second name and the extension.
    if name.len() <= 220 { name } else { format!("{stem}_{}", crate::convert::engine::naming::hashed(class)) }
}
