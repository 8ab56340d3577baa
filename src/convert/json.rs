//! `json` and `jsonl`: the payload's own bytes, nothing else. Every annotation survives, whatever its tool.

use super::classes::Classes;
use super::files::Files;
use super::format::{Collector, Cx, Format, Needs, Per, Record, RunEnd, Unit};
use super::json_text::JsonText;
use super::report::Fate;
use crate::stream::StreamError;

/// The one document of `jsonl`.
const LINES: &str = "annotations/annotations.jsonl";

/// Synapse JSON, one file an item or one line an item.
pub struct Json {
    /// One document for all.
    pub lines: bool,
    /// How text is written.
    pub text: JsonText,
}

impl Format for Json {
    fn needs(&self) -> Needs {
        Needs { per: Per::Item, size: false, raw: true }
    }

    fn render(&self, unit: &Unit<'_, '_>, cx: &mut Cx<'_>) {
        self.text.raw(cx.body, unit.raw.unwrap_or("null"));
        if self.lines {
            self.text.raw(cx.body, "\n");
        }
        for a in unit.payload.media.iter().flat_map(|m| &m.annotations) {
            cx.count(unit, a, Fate::Written(&[]));
            // The class list is that of the data, also for classes that no schema lists.
            if !a.class.is_empty() {
                let _ = cx.class(a);
            }
        }
    }

    fn image_path(&self, split: &str, stem: &str, ext: &str) -> Option<String> {
        Some(image_path(split, stem, ext))
    }

    fn collector(&self) -> Box<dyn Collector> {
        Box::new(JsonFiles { lines: self.lines })
    }

    fn bare_document(&self) -> Option<&'static str> {
        self.lines.then_some(LINES)
    }
}

/// `images[/{split}]/{stem}{ext}`.
pub fn image_path(split: &str, stem: &str, ext: &str) -> String {
    if split.is_empty() { format!("images/{stem}{ext}") } else { format!("images/{split}/{stem}{ext}") }
}

struct JsonFiles {
    lines: bool,
}

impl Collector for JsonFiles {
    fn record(&mut self, r: &Record<'_>, _: &Classes, out: &mut Files) -> Result<String, StreamError> {
        if self.lines {
            out.text(LINES, r.body, true, Some(r.id))?;
            return Ok(LINES.to_owned());
        }
        let path = match r.split {
            "" => format!("annotations/{}.json", r.stem),
            split => format!("annotations/{split}/{}.json", r.stem),
        };
        out.text(&path, r.body, false, Some(r.id))?;
        Ok(path)
    }

    fn finish(self: Box<Self>, end: &RunEnd<'_>, out: &mut Files) -> Result<(), StreamError> {
        if self.lines {
            out.text(LINES, b"", false, None)?;
        }
        out.plain("classes.txt", &class_lines(&end.classes.names))
    }
}

/// `classes.txt`: one name a line, in order.
pub fn class_lines(names: &[String]) -> String {
    names.iter().map(|name| format!("{}\n", name.replace(['\n', '\r'], " "))).collect()
}
