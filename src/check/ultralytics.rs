//! Ultralytics' NDJSON, as its converter reads it: one wrong line costs the whole file, wrong rows cost their image.

use super::board::Picture;
use super::finding::{Findings, Place, Rule};
use super::images::{Images, Record};
use super::layout::{Survey, folder_of};
use super::rules::{
    LABEL_BOXES_AMONG_POLYGONS, NDJSON_CLASS_MADE_UP, NDJSON_CLASS_NAMES_INVALID, NDJSON_FILE_INVALID,
    NDJSON_INVALID_LINE, NDJSON_KPT_SHAPE_INVALID, NDJSON_KPT_SHAPE_MISSING, NDJSON_NO_CLASS, NDJSON_NO_DATASET,
    NDJSON_NO_TRAIN, NDJSON_NO_URL, NDJSON_NO_VAL, NDJSON_ROWS_IGNORED, NDJSON_SPLIT_INVALID, NDJSON_TASK_INVALID,
    NDJSON_URL_EXPIRES, NDJSON_URL_INVALID, NDJSON_VAL_MADE_UP, NDJSON_WRONG_LIST, YOLO_FLIP_IDX_INVALID,
    YOLO_FLIP_IDX_MISSING,
};
use super::tree::Tree;
use super::yolo::data_yaml::kpt_shape;
use super::yolo::rows::{self, Head, Row};
use super::yolo::shown;
use crate::presigned::is_presigned;
use crate::stream::{StreamError, reader};
use crate::tr;
use crate::words::Message;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, Read};
use url::Url;

/// The files that have a header of a dataset, or at least the name of one.
pub fn find(tree: &Tree, survey: &Survey) -> Vec<String> {
    survey.ndjson.iter().filter(|path| has_header(tree, path)).cloned().collect()
}

/// Checks a file.
///
/// # Errors
/// [`StreamError`]: a file cannot be read, or a finding cannot be written.
pub fn check(tree: &Tree, survey: &Survey, path: &str, out: &mut Findings) -> Result<(), StreamError> {
    let mut lines = Lines::open(tree, path)?;
    let header = match lines.next(path, out)? {
        Next::Line(Value::Object(header)) => header,
        Next::End => return out.add(&NDJSON_NO_DATASET, Place::file(path), tr!("ndjson-empty")),
        _ => return out.add(&NDJSON_NO_DATASET, Place::line(path, 1), tr!("ndjson-no-header")),
    };
    let mut file = File::new(tree, survey, path, &header, out)?;
    loop {
        match lines.next(path, file.out)? {
            Next::End => break,
            Next::Line(Value::Object(image)) => file.image(lines.number, &image)?,
            Next::Line(_) => {
                file.out.add(&NDJSON_INVALID_LINE, Place::line(path, lines.number), tr!("check-no-object"))?
            }
            Next::Invalid => {}
        }
    }
    file.finish()
}

/// Whether the first line is a header of a dataset, or at least the file has its name.
fn has_header(tree: &Tree, path: &str) -> bool {
    if path == "dataset.ndjson" {
        return true;
    }
    let mut line = Vec::new();
    let read = tree.open_file(path).and_then(|f| {
        let failed = |source| StreamError::Read { name: path.to_owned(), source };
        f.take(1 << 20).read_until(b'\n', &mut line).map_err(failed)
    });
    let header = serde_json::from_slice::<Map<String, Value>>(&line);
    read.is_ok() && header.is_ok_and(|h| h.get("type").is_some_and(|t| t == "dataset") || h.contains_key("class_names"))
}

struct Lines {
    input: std::io::BufReader<std::fs::File>,
    line: Vec<u8>,
    number: u64,
}

enum Next {
    Line(Value),
    Invalid,
    End,
}

impl Lines {
    fn open(tree: &Tree, path: &str) -> Result<Self, StreamError> {
        Ok(Self { input: tree.open_file(path)?, line: Vec::new(), number: 0 })
    }

    /// The next line that is not blank.
    fn next(&mut self, path: &str, out: &mut Findings) -> Result<Next, StreamError> {
        loop {
            self.line.clear();
            let mut limited = (&mut self.input).take(reader::LINE_CAP as u64 + 1);
            let read = limited.read_until(b'\n', &mut self.line);
            let n = read.map_err(|source| StreamError::Read { name: path.to_owned(), source })?;
            if n == 0 {
                return Ok(Next::End);
            }
            self.number += 1;
            if n > reader::LINE_CAP {
                let reason = tr!("ndjson-long-line");
                return Err(StreamError::Line { place: format!("{path}:{}", self.number), reason });
            }
            let line = self.line.trim_ascii();
            if line.is_empty() {
                continue;
            }
            return match serde_json::from_slice(line) {
                Ok(value) => Ok(Next::Line(value)),
                Err(e) => {
                    let reason = e.to_string().replace(" at line 1 column ", " at column ");
                    let message = tr!("check-reader-says", reason);
                    out.add(&NDJSON_INVALID_LINE, Place::line(path, self.number), message)?;
                    Ok(Next::Invalid)
                }
            };
        }
    }
}

/// Names of the lists of rows, by task.
const TASKS: [(&str, &str); 7] = [
    ("detect", "boxes"),
    ("segment", "segments"),
    ("semantic", "segments"),
    ("pose", "pose"),
    ("obb", "obb"),
    ("classify", "classification"),
    ("depth", "depth"),
];

/// A file in the course of its check.
struct File<'f> {
    tree: &'f Tree,
    path: &'f str,
    out: &'f mut Findings,
    /// The name of the list that the task reads.
    list: Option<&'static str>,
    rows: Head,
    /// Where the images are, when not at URLs; with a slash.
    beside: Option<String>,
    classes: BTreeMap<u64, String>,
    images: Images,
    train: u64,
    val: u64,
    expires: u64,
    first_expiring: u64,
    boxes: u64,
    polygons: u64,
    first_box: u64,
    unnamed: BTreeSet<u64>,
    any_named: bool,
}

impl<'f> File<'f> {
    fn new(
        tree: &'f Tree,
        survey: &Survey,
        path: &'f str,
        header: &Map<String, Value>,
        out: &'f mut Findings,
    ) -> Result<Self, StreamError> {
        let place = Place::line(path, 1);
        let task = header.get("task").map_or(Some("detect"), Value::as_str);
        let list = task.and_then(|task| TASKS.iter().find(|(name, _)| *name == task)).map(|(_, list)| *list);
        if list.is_none() {
            let given = header.get("task").map_or(String::new(), Value::to_string);
            out.add(&NDJSON_TASK_INVALID, place, tr!("ndjson-task", given))?;
        }
        let mut classes = BTreeMap::new();
        match header.get("class_names") {
            None => {}
            Some(Value::Object(names)) => {
                for (key, name) in names {
                    match key.trim().parse() {
                        Ok(n) => drop(classes.insert(n, name.as_str().unwrap_or(key).to_owned())),
                        Err(_) => out.add(&NDJSON_CLASS_NAMES_INVALID, place, tr!("ndjson-class-number", ?key))?,
                    }
                }
            }
            Some(_) => out.add(&NDJSON_CLASS_NAMES_INVALID, place, tr!("ndjson-class-names"))?,
        }
        classes.values().for_each(|name| out.objects.list(name));
        let mut joints = None;
        if task == Some("pose") {
            joints = pose(header, place, out)?;
        }
        let beside = header.get("path").and_then(Value::as_str).map(|p| {
            let inside: Vec<&str> = p.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
            inside.iter().map(|part| format!("{part}/")).collect::<String>()
        });
        Ok(Self {
            tree,
            path,
            out,
            list,
            // Classes beyond the names get one: they cost nothing but that name.
            rows: Head { classes: None, joints },
            beside,
            any_named: !classes.is_empty(),
            classes,
            images: Images::new(survey.any_image(folder_of(path))),
            train: 0,
            val: 0,
            expires: 0,
            first_expiring: 0,
            boxes: 0,
            polygons: 0,
            first_box: 0,
            unnamed: BTreeSet::new(),
        })
    }

    fn image(&mut self, line: u64, image: &Map<String, Value>) -> Result<(), StreamError> {
        let place = Place::line(self.path, line);
        self.out.tally.images += 1;
        let split = image.get("split").and_then(Value::as_str).unwrap_or_default();
        match split {
            "train" => self.train += 1,
            "val" => self.val += 1,
            "test" => {}
            _ => {
                let given = image.get("split").unwrap_or(&Value::Null);
                self.out.add(&NDJSON_SPLIT_INVALID, place, tr!("ndjson-split", given))?;
            }
        }
        let name = image.get("file").and_then(Value::as_str).filter(|n| !n.is_empty());
        match name {
            None => self.out.add(&NDJSON_FILE_INVALID, place, tr!("ndjson-no-file"))?,
            Some(name) if self.beside.is_some() && name.contains('/') => {
                self.out.add(&NDJSON_FILE_INVALID, place, tr!("ndjson-file-folder", ?name))?;
            }
            Some(_) => {}
        }
        let side = |key: &str| image.get(key).and_then(Value::as_u64);
        if let (Some(folder), Some(name)) = (&self.beside, name) {
            let file = format!("{folder}images/{split}/{name}");
            let from = format!("{}:{line}", self.path);
            let size = side("width").zip(side("height")).map(|(w, h)| [w, h]);
            let record = Record { from: &from, size, part: split, ultralytics: true };
            self.images.look(self.tree, &file, &record, self.out)?;
        } else if self.beside.is_none() {
            self.url(place, line, image)?;
        }
        self.show(place, image, name.unwrap_or_default(), split)?;
        self.rows(place, line, image, split)
    }

    /// Keeps the image and its rows for whoever draws them.
    fn show(
        &mut self,
        place: Place<'_>,
        image: &Map<String, Value>,
        name: &str,
        part: &str,
    ) -> Result<(), StreamError> {
        let Some(board) = &mut self.out.board else { return Ok(()) };
        let path = self.beside.as_ref().map_or(name.to_owned(), |folder| format!("{folder}images/{part}/{name}"));
        let mut picture = Picture::new(&path, &[]).also_at(place);
        let side = |key: &str| image.get(key).and_then(Value::as_u64).filter(|side| *side > 0);
        picture.size = side("width").zip(side("height")).map(|(w, h)| [w, h]);
        part.clone_into(&mut picture.part);
        image.get("url").and_then(Value::as_str).unwrap_or_default().clone_into(&mut picture.url);
        let number = board.picture(&picture)?;
        // The reader takes the first list.
        let lists = image.get("annotations").and_then(Value::as_object);
        let Some((list, rows)) = lists.and_then(|lists| lists.iter().next()) else { return Ok(()) };
        if matches!(list.as_str(), "classification" | "depth") {
            return Ok(());
        }
        for (i, row) in rows.as_array().into_iter().flatten().enumerate() {
            let values = numbers(row).unwrap_or_default();
            let number_of = values.first().filter(|n| n.fract() == 0.0 && **n >= 0.0).map(|n| *n as u64);
            let named = number_of.and_then(|n| self.classes.get(&n).cloned());
            let class = named.unwrap_or_else(|| shown::class_name(values.first(), None));
            let mut object = shown::object(&values, self.rows, picture.size, class);
            object.at = format!("annotations.{list}[{i}]");
            board.object(number, &object)?;
        }
        Ok(())
    }

    fn url(&mut self, place: Place<'_>, line: u64, image: &Map<String, Value>) -> Result<(), StreamError> {
        let Some(text) = image.get("url").and_then(Value::as_str).filter(|u| !u.is_empty()) else {
            return self.out.add(&NDJSON_NO_URL, place, tr!("ndjson-no-url"));
        };
        match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => {
                if is_presigned(text) {
                    self.expires += 1;
                    if self.expires == 1 {
                        self.first_expiring = line;
                    }
                }
                Ok(())
            }
            _ => self.out.add(&NDJSON_URL_INVALID, place, tr!("ndjson-url")),
        }
    }

    fn rows(&mut self, place: Place<'_>, line: u64, image: &Map<String, Value>, part: &str) -> Result<(), StreamError> {
        let lists = match image.get("annotations") {
            None => return Ok(()),
            Some(Value::Object(lists)) => lists,
            Some(_) => return self.out.add(&NDJSON_INVALID_LINE, place, tr!("ndjson-annotations")),
        };
        // Nor can rows be judged whose width nobody has said.
        if matches!(self.list, Some("classification" | "depth"))
            || (self.list == Some("pose") && self.rows.joints.is_none())
        {
            return Ok(());
        }
        let mut lists = lists.iter();
        let Some((name, first)) = lists.next() else { return Ok(()) };
        let filled = |v: &Value| v.as_array().is_none_or(|l| !l.is_empty());
        if let Some((ignored, _)) = lists.find(|(_, v)| filled(v)) {
            let message = tr!("ndjson-ignored", ?ignored, ?name);
            self.out.add(&NDJSON_ROWS_IGNORED, place, message)?;
        }
        let Some(list) = first.as_array() else {
            return self.out.add(&NDJSON_INVALID_LINE, place, tr!("check-no-list", ?name));
        };
        if let Some(wanted) = self.list.filter(|wanted| wanted != name && !list.is_empty()) {
            let message = tr!("ndjson-wrong-list", ?name, ?wanted);
            self.out.add(&NDJSON_WRONG_LIST, place, message)?;
        }
        let places: Vec<String> = (0..list.len()).map(|i| format!("annotations.{name}[{i}]")).collect();
        let values: Vec<_> = list.iter().map(numbers).collect();
        let rows: Vec<Row<'_>> = values
            .iter()
            .zip(&places)
            .map(|(values, at)| Row {
                place: Place { path: self.path, line: Some(line), at },
                values: values.as_deref().map_err(Clone::clone),
            })
            .collect();
        for class in rows.iter().filter_map(|r| r.values.as_ref().ok()?.first().copied()) {
            if class < 0.0 || class.fract() != 0.0 || class >= 1e9 {
                continue;
            }
            let class = class as u64;
            match self.classes.get(&class) {
                Some(name) => self.out.objects.add(part, name, 1),
                None => {
                    self.unnamed.insert(class);
                    self.out.objects.add(part, &format!("class{class}"), 1);
                }
            }
        }
        let summary = rows::check(&rows, self.rows, self.out)?;
        self.out.tally.annotations += summary.objects;
        if summary.polygons {
            self.polygons += 1;
        } else if summary.boxes > 0 {
            self.boxes += 1;
            if self.boxes == 1 {
                self.first_box = line;
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<(), StreamError> {
        let Self { path, out, .. } = self;
        let file = Place::file(path);
        if self.list == Some("classification") {
            // Its parts may be any.
        } else if self.train == 0 {
            out.add(&NDJSON_NO_TRAIN, file, tr!("ndjson-no-train"))?;
        } else if self.val == 0 && self.train < 2 {
            out.add(&NDJSON_NO_VAL, file, tr!("ndjson-no-val"))?;
        } else if self.val == 0 {
            let message = tr!("ndjson-val-made-up");
            out.add(&NDJSON_VAL_MADE_UP, file, message)?;
        }
        if !self.any_named && self.unnamed.is_empty() {
            out.add(&NDJSON_NO_CLASS, Place::line(path, 1), tr!("ndjson-no-class"))?;
        }
        if let Some(class) = self.unnamed.first() {
            let message = if self.any_named { tr!("ndjson-class", class) } else { tr!("ndjson-class-alone", class) };
            out.add(&NDJSON_CLASS_MADE_UP, Place::line(path, 1), message)?;
        }
        if !out.objects.is_empty() {
            let objects = std::mem::take(&mut out.objects);
            super::images::unused_classes(&objects.unused(), self.classes.len(), Place::line(path, 1), out)?;
            out.objects = objects;
        }
        if self.expires > 0 {
            let message = tr!("ndjson-expires", urls = self.expires);
            out.add(&NDJSON_URL_EXPIRES, Place::line(path, self.first_expiring), message)?;
        }
        if self.boxes > 0 && self.polygons > 0 {
            let message = tr!("ndjson-mixed", boxes = self.boxes, polygons = self.polygons);
            out.add(&LABEL_BOXES_AMONG_POLYGONS, Place::line(path, self.first_box), message)?;
        }
        self.images.finish(path, out)
    }
}

fn pose(
    header: &Map<String, Value>,
    place: Place<'_>,
    out: &mut Findings,
) -> Result<Option<(usize, usize)>, StreamError> {
    let mut say = |rule: &'static Rule, message: Message| out.add(rule, place, message);
    let Some(shape) = header.get("kpt_shape") else {
        say(&NDJSON_KPT_SHAPE_MISSING, tr!("ndjson-no-shape"))?;
        return Ok(None);
    };
    let Some((joints, each)) = kpt_shape(shape) else {
        say(&NDJSON_KPT_SHAPE_INVALID, tr!("yolo-kpt-shape", shape))?;
        return Ok(None);
    };
    match header.get("flip_idx").and_then(Value::as_array) {
        None => say(&YOLO_FLIP_IDX_MISSING, tr!("yolo-no-flip"))?,
        Some(flip) => {
            let mut seen: Vec<u64> = flip.iter().filter_map(Value::as_u64).collect();
            seen.sort_unstable();
            if flip.len() != joints || !seen.iter().copied().eq(0..joints as u64) {
                say(&YOLO_FLIP_IDX_INVALID, tr!("ndjson-flip"))?;
            }
        }
    }
    Ok(Some((joints, each)))
}

/// The values of a row as the reader's label file would have them.
fn numbers(row: &Value) -> Result<Vec<f64>, String> {
    let short = |v: &Value| v.to_string().chars().take(40).collect::<String>();
    let Some(list) = row.as_array() else { return Err(short(row)) };
    // Numbers in quotes are written into the label file like others.
    let number = |v: &Value| v.as_f64().or_else(|| v.as_str()?.trim().parse().ok());
    list.iter().map(|v| number(v).ok_or_else(|| short(v))).collect()
}
