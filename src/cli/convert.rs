//! The command line of `syn-convert`.

use super::common::{Common, Console, LogFormat};
use crate::check as checks;
use crate::check::CHECKS;
use crate::check::finding::{Findings, Severity};
use crate::check::tree::Tree;
use crate::convert::engine::run::{Summary, run};
use crate::convert::engine::split::{FieldPath, Split};
use crate::convert::formats as registry;
use crate::convert::formats::coco::Roles;
use crate::convert::formats::template::{Output, Scope, TemplateOptions};
use crate::convert::geometry::Bounds;
use crate::convert::geometry::keypoints::Profile;
use crate::convert::options::{
    Background, CsvOptions, Detail, Images, JsonOptions, Naming, NamingPass, OnError, Options, Polygons, Presigned,
    Rotated, Rows, Segmentation, YoloTask,
};
use crate::dm::Reason;
use crate::dm::reason::Outcome;
use crate::exit::{Exit, Failure};
use crate::stream::Reader;
use clap::Parser;
use ndjson_stream::config::{EmptyLineHandling, NdjsonConfig};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  syn-fetch --project 42 | syn-convert --to coco --split 0.8/0.1/0.1 | syn-sink out/
  syn-convert --to yolo dump.ndjson.zst | syn-sink out/
  syn-convert --to csv --bare dump.ndjson > annotations.csv
  syn-convert --to coco --images omit --bare dump.ndjson > instances.json
  syn-convert --check out/                     is there anything that a reader would lose?
  syn-convert --to yolo dump.ndjson | syn-convert --check -

Exit codes: 0 ok, 2 usage, 3 bad or cut input or a dataset that loses something, 6 output failed, 7 finished but items were skipped.
Annotations that a format cannot hold are left out, counted, and named in metadata/export_summary.json.";

/// Convert items to a training-set format: item lines in, file lines out (for syn-sink)
#[derive(Debug, Parser)]
#[command(name = "syn-convert", version, after_help = EXAMPLES, max_term_width = 120)]
pub struct Args {
    /// Input files, plain, gzip or zstd; - or none is standard input
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Output format: json, jsonl, coco, yolo, ultralytics-ndjson, voc, csv, imagefolder, template
    #[arg(short, long, value_name = "FORMAT")]
    pub to: Option<String>,
    /// Check a finished dataset instead (coco, yolo, voc, ultralytics-ndjson): a folder, a document, or - for file lines
    #[arg(long, value_name = "DIR", conflicts_with = "files")]
    pub check: Option<PathBuf>,
    /// Split into parts: shares (0.8/0.1/0.1, by a stable hash of the id), `category`, or a field path of the row
    #[arg(long, value_name = "SPEC", help_heading = "Dataset")]
    pub split: Option<String>,
    /// Hash the value of this field instead of the id, so that rows of one group stay together
    #[arg(long, value_name = "FIELD", help_heading = "Dataset")]
    pub split_group: Option<String>,
    /// Class order: one name a line, or NDJSON of `syn-fetch classes`
    #[arg(long, value_name = "FILE", help_heading = "Dataset")]
    pub classes: Option<PathBuf>,
    /// Refuse classes that are not in --classes (UNMAPPED_CLASS_IDENTIFIER)
    #[arg(long, requires = "classes", help_heading = "Dataset")]
    pub closed_classes: bool,
    /// Write class OLD as NEW (repeatable), or read such lines from a file
    #[arg(long, value_name = "OLD=NEW|FILE", help_heading = "Dataset")]
    pub class_map: Vec<String>,
    /// How output files are named: stem (of the original), id, or a template: '{{ split }}_{{ stem }}_{{ id }}'
    #[arg(long, value_name = "HOW", default_value = "stem", help_heading = "Dataset")]
    pub naming: Naming,
    /// Of several items that want one name, who has it: one = the first; two = the smallest id (spools everything)
    #[arg(long, value_name = "N", default_value = "one", help_heading = "Dataset")]
    pub naming_pass: NamingPass,
    /// Whether the originals are part of the export
    #[arg(long, value_name = "WHAT", default_value = "fetch", help_heading = "Dataset")]
    pub images: Images,
    /// Items with no annotation left
    #[arg(long, value_name = "WHAT", default_value = "include", help_heading = "Dataset")]
    pub background: Background,
    /// Geometry outside the image
    #[arg(long, value_name = "WHAT", default_value = "clip", help_heading = "Geometry")]
    pub bounds: Bounds,
    /// What pixel masks become
    #[arg(long, value_name = "WHAT", default_value = "instance", help_heading = "Geometry")]
    pub segmentation: Segmentation,
    /// What rotated boxes become
    #[arg(long, value_name = "WHAT", default_value = "best", help_heading = "Geometry")]
    pub rotated: Rotated,
    /// Joints of keypoint groups: person17, or a JSON/YAML file {category, keypoints, skeleton, flip_idx}
    #[arg(long, value_name = "PROFILE", default_value = "person17", help_heading = "Geometry")]
    pub keypoints: PathBuf,
    /// What YOLO labels describe; `all` makes a tree of each
    #[arg(long, value_name = "TASK", default_value = "detect", help_heading = "Formats")]
    pub task: YoloTask,
    /// Which COCO documents to write
    #[arg(long, value_name = "WHICH", default_value = "used", help_heading = "Formats")]
    pub roles: Roles,
    /// Number of the first COCO category
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Formats")]
    pub category_start: u32,
    /// What polygons become in VOC: painted into the planes, or an object with their bounding rectangle
    #[arg(long, value_name = "WHAT", default_value = "mask", help_heading = "Formats")]
    pub polygons: Polygons,
    /// VOC boxes from pixel 0 (as the platform) or 1 (as the development kit)
    #[arg(long, value_name = "0|1", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=1), help_heading = "Formats")]
    pub voc_base: u8,
    /// json: folders named with the value of this field, such as data_unit.meta.category
    #[arg(long, value_name = "FIELD", help_heading = "Formats")]
    pub by: Option<String>,
    /// json: a file {stem}_{class}.json for each class of an item
    #[arg(long, help_heading = "Formats")]
    pub per_class: bool,
    /// json: re-indented; numbers and the order of keys stay as written
    #[arg(long, help_heading = "Formats")]
    pub pretty: bool,
    /// template: Jinja template of the output's text (docs/cookbook.md); with --path
    #[arg(long, value_name = "FILE", requires = "path", help_heading = "Formats")]
    pub template: Option<PathBuf>,
    /// template: Jinja template of the output's path; an empty path writes no file
    #[arg(long, value_name = "TEMPLATE", requires = "template", help_heading = "Formats")]
    pub path: Option<String>,
    /// template: another output, its path and its template (repeatable)
    #[arg(long, value_name = "PATH=FILE", help_heading = "Formats")]
    pub emit: Vec<String>,
    /// template: what one output file is about
    #[arg(long, value_name = "WHAT", default_value = "item", help_heading = "Formats")]
    pub per: Scope,
    /// csv: what a row is
    #[arg(long, value_name = "WHAT", default_value = "annotations", help_heading = "Formats")]
    pub rows: Rows,
    /// csv: these columns in this order; attr.NAME is one attribute
    #[arg(long, value_name = "A,B,…", value_delimiter = ',', help_heading = "Formats")]
    pub columns: Vec<String>,
    /// csv: for Excel, with byte order mark and CRLF
    #[arg(long, help_heading = "Formats")]
    pub excel: bool,
    /// csv: a column attr.NAME for each attribute
    #[arg(long, help_heading = "Formats")]
    pub flatten_attributes: bool,
    /// ultralytics-ndjson: presigned URLs without their query, or whole: they expire, and are a secret until then
    #[arg(long, value_name = "WHAT", default_value = "strip", help_heading = "Formats")]
    pub presigned: Presigned,
    /// Write the one document of the format (coco, csv, jsonl, ultralytics-ndjson) and nothing else, no file lines
    #[arg(long, help_heading = "Formats")]
    pub bare: bool,
    /// Which report files to write
    #[arg(long, value_name = "WHICH", default_value = "full", help_heading = "Errors and report")]
    pub report: Detail,
    /// End the run at the first annotation or item that would be left out. What is written with a change, such as an object cut at the
    /// edge, is counted as lossy and does not end it
    #[arg(long, help_heading = "Errors and report")]
    pub strict: bool,
    /// What a bad line does
    #[arg(long, value_name = "WHAT", default_value = "stop", help_heading = "Errors and report")]
    pub on_error: OnError,
    /// Accept an input that was cut (no end frame)
    #[arg(long, help_heading = "Errors and report")]
    pub allow_partial: bool,
    /// Shared options.
    #[command(flatten)]
    pub common: Common,
}

impl Args {
    /// The options of the run.
    ///
    /// # Errors
    /// A usage failure for a value that cannot be understood or a file that cannot be read.
    pub fn options(&self) -> Result<Options, Failure> {
        let split = Split::parse(self.split.as_deref().unwrap_or("none")).map_err(Failure::usage)?;
        let split_group = self.split_group.as_deref().map(FieldPath::new).transpose().map_err(Failure::usage)?;
        if split_group.is_some() && !matches!(split, Split::Ratio { .. }) {
            return Err(Failure::usage("--split-group needs --split with shares, such as --split 0.8/0.2"));
        }
        Ok(Options {
            split,
            split_group,
            classes: self.classes.as_deref().map(read_classes).transpose()?,
            closed_classes: self.closed_classes,
            class_map: class_map(&self.class_map)?,
            naming: self.naming.clone(),
            naming_pass: self.naming_pass,
            images: self.images,
            presigned: self.presigned,
            bounds: self.bounds,
            segmentation: self.segmentation,
            rotated: self.rotated,
            background: self.background,
            report: self.report,
            on_error: self.on_error,
            strict: self.strict,
            allow_partial: self.allow_partial,
            bare: self.bare,
            keypoints: match self.keypoints.to_str() {
                Some("person17") => Profile::person17(),
                _ => Profile::load(&self.keypoints).map_err(Failure::usage)?,
            },
            task: self.task,
            roles: self.roles,
            json: JsonOptions {
                by: self.by.as_deref().map(FieldPath::new).transpose().map_err(Failure::usage)?,
                per_class: self.per_class,
                pretty: self.pretty,
            },
            template: self.templates()?,
            csv: CsvOptions {
                rows: self.rows,
                columns: self.columns.clone(),
                excel: self.excel,
                flatten_attributes: self.flatten_attributes,
            },
            category_start: self.category_start,
            polygons: self.polygons,
            voc_base: self.voc_base,
        })
    }
}

impl Args {
    /// The outputs of `--template`, `--path` and `--emit`, with the text of their files.
    fn templates(&self) -> Result<TemplateOptions, Failure> {
        let read = |path: &str, file: &Path| {
            let source = std::fs::read_to_string(file)
                .map_err(|e| Failure::usage(format!("cannot read template {}: {e}", file.display())))?;
            Ok::<_, Failure>(Output { file: file.display().to_string(), source, path: path.to_owned() })
        };
        let mut outputs = Vec::new();
        if let (Some(file), Some(path)) = (&self.template, &self.path) {
            outputs.push(read(path, file)?);
        }
        for spec in &self.emit {
            let (path, file) =
                spec.rsplit_once('=').ok_or_else(|| Failure::usage(format!("--emit {spec}: expected PATH=FILE")))?;
            outputs.push(read(path, Path::new(file))?);
        }
        Ok(TemplateOptions { per: self.per, outputs })
    }
}

/// Runs the stage and says what it did.
///
/// # Errors
/// A failure with the exit code of its class.
pub fn main(args: Args, console: &Console) -> Result<Exit, Failure> {
    if let Some(what) = &args.check {
        return check(&args, what, console);
    }
    let Some(to) = args.to.as_deref() else {
        let names: Vec<_> = registry::FORMATS.iter().map(|f| f.name).collect();
        return Err(Failure::usage(format!("say what to convert to: --to {}", names.join("|"))));
    };
    let options = args.options()?;
    let (name, format) = registry::build(to, &options).map_err(Failure::usage)?;
    let reader = Reader::open(&args.files, args.common.max_line_bytes);
    let summary = run(name, format, options, reader, args.common.writer()?, args.common.threads())?;
    Ok(report(&summary, console))
}

/// Checks a dataset: findings go to the output, the summary to the console.
fn check(args: &Args, what: &Path, console: &Console) -> Result<Exit, Failure> {
    let only = args.to.as_deref();
    if let Some(name) = only.filter(|name| CHECKS.iter().all(|c| c.name() != *name)) {
        let names: Vec<_> = CHECKS.iter().map(|c| c.name()).collect();
        return Err(Failure::usage(format!("--check knows no rules of {name:?}, only of {}", names.join(", "))));
    }
    let tree = if what.as_os_str() == "-" {
        Tree::unpack(Reader::open(&[], args.common.max_line_bytes), args.allow_partial)?
    } else {
        Tree::open(what)?
    };
    let mut findings = Findings::new(args.common.writer()?, args.common.log_format == LogFormat::Json);
    let formats = checks::check(&tree, only, &mut findings)?;
    for note in &findings.notes {
        console.warn(note);
    }
    let of = |severity| findings.of(severity);
    let counts: Vec<_> = findings.counts().iter().map(|(code, (_, n))| format!("{code} {n}")).collect();
    console.info(&format!(
        "checked {}: {} rejected, {} dropped, {} misread, {} advice{}{}",
        formats.join(", "),
        of(Severity::Rejected),
        of(Severity::Dropped),
        of(Severity::Misread),
        of(Severity::Advice),
        if counts.is_empty() { "" } else { ": " },
        counts.join(", ")
    ));
    Ok(if findings.any_loss() { Exit::Input } else { Exit::Ok })
}

fn report(s: &Summary, console: &Console) -> Exit {
    for note in &s.notes {
        console.warn(note);
    }
    let t = &s.tally.total;
    let lost = |outcome| {
        let list: Vec<_> = s.tally.reasons(outcome).map(|(r, n)| format!("{r} {n}")).collect();
        if list.is_empty() { String::new() } else { format!(" ({})", list.join(", ")) }
    };
    console.info(&format!(
        "{} items, {} annotations: {} written, {} skipped{}, {} failed{}, {} lossy{}; {} files, {} renamed",
        s.tally.items,
        t.seen,
        t.written,
        t.skipped,
        lost(Outcome::Skipped),
        t.failed,
        lost(Outcome::Failed),
        t.lossy,
        lost(Outcome::Lossy),
        s.files,
        s.renamed
    ));
    if t.seen > 0 && t.written == 0 {
        let tools: Vec<_> = s.tally.tools().iter().map(|(tool, n)| format!("{tool} {n}")).collect();
        console.warn(&format!(
            "no annotation could be written: the input has {}; choose a format or --task that can hold them",
            tools.join(", ")
        ));
    }
    let (covered, crowded) =
        (s.tally.of_items(Reason::MaskCovered), s.tally.of_items(Reason::VocInstanceLimitExceeded));
    if covered > 0 {
        console.warn(&format!(
            "{covered} masks are hidden by others that are painted over them, and are in no plane (MASK_COVERED in the report); \
             --polygons box writes a box for each polygon"
        ));
    }
    if crowded > 0 {
        console.warn(&format!(
            "{crowded} images have more than 254 masks, and no object plane (VOC_INSTANCE_LIMIT_EXCEEDED)"
        ));
    }
    if s.without_url > 0 {
        console.warn(&format!(
            "{} files have no URL in the input: their originals are not part of the export",
            s.without_url
        ));
    }
    if s.not_images > 0 {
        console.warn(&format!(
            "{} images have no image extension in their file name (.jpg, .png, …): training programs look for images by it and will \
             pass them over; mend the names in Synapse",
            s.not_images
        ));
    }
    if s.bad_lines + s.tally.items_failed > 0 {
        let (lines, items) = (s.bad_lines, s.tally.items_failed);
        console.warn(&format!(
            "{lines} bad lines and {items} items that could not be converted were left out; see the report"
        ));
        return Exit::Partial;
    }
    Exit::Ok
}

/// Class names from lines of text, or from NDJSON: strings, or objects with `name`, `code` or `class`.
fn read_classes(path: &Path) -> Result<Vec<String>, Failure> {
    let cannot = |e: &dyn std::fmt::Display| Failure::usage(format!("--classes {}: {e}", path.display()));
    let bytes = std::fs::read(path).map_err(|e| cannot(&e))?;
    let text = String::from_utf8(bytes).map_err(|_| cannot(&"is not UTF-8"))?;
    let text = text.trim_start_matches('\u{feff}');
    let names: Vec<String> = if text.trim_start().starts_with('{') {
        let config =
            NdjsonConfig::default().with_empty_line_handling(EmptyLineHandling::IgnoreBlank).with_parse_rest(true);
        let mut names = Vec::new();
        for (i, row) in ndjson_stream::from_iter_with_config::<serde_json::Value, _>([text], config).enumerate() {
            let row = row.map_err(|e| cannot(&format!("line {}: {e}", i + 1)))?;
            if row.get("@stream").is_some() {
                continue;
            }
            let name = ["name", "code", "class"].iter().find_map(|k| row.get(k)?.as_str());
            names
                .push(name.ok_or_else(|| cannot(&format!("line {}: no `name`, `code` or `class`", i + 1)))?.to_owned());
        }
        names
    } else {
        text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect()
    };
    if names.is_empty() {
        return Err(cannot(&"has no class"));
    }
    Ok(names)
}

/// `OLD=NEW` pairs, or files of such lines.
fn class_map(specs: &[String]) -> Result<HashMap<String, String>, Failure> {
    let mut map = HashMap::new();
    let pair = |line: &str| line.split_once('=').map(|(old, new)| (old.trim().to_owned(), new.trim().to_owned()));
    for spec in specs {
        if let Some((old, new)) = pair(spec) {
            map.insert(old, new);
            continue;
        }
        let text = std::fs::read_to_string(spec)
            .map_err(|e| Failure::usage(format!("--class-map {spec}: neither OLD=NEW nor a readable file: {e}")))?;
        for (i, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
            let (old, new) =
                pair(line).ok_or_else(|| Failure::usage(format!("--class-map {spec}:{}: expected OLD=NEW", i + 1)))?;
            map.insert(old, new);
        }
    }
    if map.values().any(String::is_empty) {
        return Err(Failure::usage("--class-map: the new name is empty; to drop a class use `syn-filter`"));
    }
    Ok(map)
}
