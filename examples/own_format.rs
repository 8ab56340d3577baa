//! A format of one's own: a text file for each image that lists its classes, one a line, as tagging tools read them.
//!
//! ```text
//! cargo run --example own_format --no-default-features -- dump.ndjson.zst > files.ndjson    # then: syn-sink tags/ < files.ndjson
//! ```

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use synpipe::convert::{
    self, Attributes, By, Carries, Classes, Collector, Declaration, Fate, Files, Format, Options, RecordRef,
    RenderContext, RunEnd, Splits, Tools, Unit, UnitKind,
};
use synpipe::dm::{Reason, Tool};
use synpipe::exit::Classified;
use synpipe::stream::{LINE_CAP, Reader, StreamError, Writer};

/// What the format declares. From it the engine makes the units and counts attributes that are lost.
static TAGS: Declaration = Declaration {
    name: "tags",
    aliases: &[],
    summary: "the classes of each image, one a line",
    writes: "`tags/[{split}/]{stem}.txt`",
    unit: UnitKind::Image,
    size: false,
    raw: false,
    tools: Tools::Of(&[Carries { with: "", tools: &[Tool::BoundingBox, Tool::Classification], rotation: false }]),
    attributes: Attributes::None,
    splits: Splits::Any,
    by: By::Datasets,
    document: None,
    options: &[],
    unread: &[],
    build: |_| Ok(Arc::new(Tags)),
};

struct Tags;

impl Format for Tags {
    fn declaration(&self) -> &'static Declaration {
        &TAGS
    }

    /// Pushes the text of the file, and counts each annotation once.
    fn render(&self, unit: &Unit<'_, '_>, cx: &mut RenderContext<'_>) {
        let mut names: Vec<String> = Vec::new();
        for a in unit.media.map_or(&[][..], |m| &m.annotations) {
            let fate = match (a.problem, a.tool) {
                (Some(problem), _) => Fate::Lost(problem),
                (None, Tool::BoundingBox | Tool::Classification) => {
                    let name = cx.classes.rename(&a.class).to_owned();
                    if !names.contains(&name) {
                        names.push(name);
                    }
                    Fate::Written(&[])
                }
                (None, _) => Fate::Lost(Reason::UnsupportedAnnotationType),
            };
            cx.count(unit, a, fate);
        }
        let text = cx.parts.begin_text();
        for name in names {
            text.plain(&name);
            text.plain("\n");
        }
    }

    fn image_path(&self, _: &str, _: &str, _: &str) -> Option<String> {
        None
    }

    fn collector(&self) -> Box<dyn Collector> {
        Box::new(TagFiles)
    }
}

/// Writes each file when its record comes: nothing has to wait for the end of the run.
struct TagFiles;

impl Collector for TagFiles {
    fn record(&mut self, record: &RecordRef<'_>, _: &Classes, out: &mut Files) -> Result<String, StreamError> {
        let folder = if record.split.is_empty() { String::new() } else { format!("{}/", record.split) };
        let path = format!("tags/{folder}{}.txt", record.stem);
        let mut parts = record.parts;
        out.text(&path, parts.text()?, false, Some(record.id.json()))?;
        Ok(path)
    }

    fn finish(self: Box<Self>, _: &RunEnd<'_>, _: &mut Files) -> Result<(), StreamError> {
        Ok(())
    }
}

fn main() -> ExitCode {
    let files: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let run = || {
        let reader = Reader::open(&files, LINE_CAP);
        convert::run(TAGS.name, Arc::new(Tags), Options::default(), reader, Writer::stdout()?, 2)
    };
    match run() {
        Ok(summary) => {
            eprintln!("{} images, {} annotations written", summary.tally.items, summary.tally.total.written);
            ExitCode::SUCCESS
        }
        Err(e) => {
            eprintln!("{e}");
            ExitCode::from(e.exit().code())
        }
    }
}
