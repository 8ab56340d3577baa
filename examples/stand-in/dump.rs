//! The dump file: one small index entry per row, rows read from disk on demand.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::os::unix::fs::FileExt;

use crate::classes::{self, Schema};
use crate::json::Fields;
use crate::options::Options;

/// A row's id: integers sort before text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Id {
    /// The usual kind
    Int(i64),
    /// Also allowed
    Text(Box<str>),
}

impl Id {
    /// From JSON: a number, a string, or an object with `id`.
    pub fn of(json: &str) -> Option<Self> {
        match json.as_bytes().first()? {
            b'{' => Id::of(Fields::of(json).get("id")?),
            b'"' => Some(Id::parse(&serde_json::from_str::<String>(json).ok()?)),
            _ => json.parse().ok().map(Id::Int),
        }
    }

    /// From a query parameter.
    pub fn parse(text: &str) -> Self {
        text.parse().map_or_else(|_| Id::Text(text.into()), Id::Int)
    }

    /// As JSON.
    pub fn json(&self) -> String {
        match self {
            Id::Int(number) => number.to_string(),
            Id::Text(text) => crate::json::quote(text),
        }
    }
}

/// What the filters and the page walk need to know of a row.
#[derive(Debug)]
pub struct Row {
    offset: u64,
    len: usize,
    /// Assignment
    pub id: Id,
    /// Its task
    pub task: Id,
    /// Its data unit
    pub unit: Id,
    /// Its ground truth; may repeat
    pub truth: Id,
    /// Its ground-truth event; unique
    pub event: Id,
    /// Interned (field, value) pairs that a filter may ask for
    pub facets: Box<[(u32, u32)]>,
    /// Interned (field, microseconds since 1970) pairs
    pub dates: Box<[(u32, i64)]>,
}

/// The file and its index.
#[derive(Debug)]
pub struct Dump {
    file: File,
    names: HashMap<Box<str>, u32>,
    /// In file order
    pub rows: Vec<Row>,
    /// The project's classes
    pub schema: Schema,
}

const FACETS: &[(&str, &[&str])] = &[
    ("status_label", &["status_label"]),
    ("status_review", &["status_review"]),
    ("workshop", &["workshop", "workshops"]),
    ("user", &["user", "users", "labeler", "labelers"]),
    ("reviewer", &["reviewer", "reviewers"]),
    ("group", &["group", "groups"]),
    ("stage", &["stage", "stages"]),
    ("tag", &["tags"]),
    ("is_discarded", &["is_discarded"]),
    ("is_discard_confirmed", &["is_discard_confirmed"]),
    ("is_confirmed", &["is_confirmed"]),
];

/// Fields that take `__gt __gte __lt __lte`.
pub const DATES: &[&str] = &[
    "created",
    "label_submitted",
    "last_labeled",
    "last_reviewed",
    "labeler_last_action_at",
    "reviewer_last_action_at",
];

impl Dump {
    /// Reads the file once and indexes it.
    pub fn open(options: &Options) -> io::Result<Self> {
        let mut reader = BufReader::with_capacity(1 << 20, File::open(&options.dump)?);
        let schema = match options.classes.as_str() {
            "auto" | "none" => Schema::default(),
            path => Schema::from_file(path.as_ref())?,
        };
        let mut dump = Dump { file: File::open(&options.dump)?, names: HashMap::new(), rows: Vec::new(), schema };
        let (mut line, mut offset) = (Vec::new(), 0);
        while reader.read_until(b'\n', &mut line)? > 0 {
            let text = std::str::from_utf8(&line).map_err(|e| bad(dump.rows.len(), e))?.trim();
            if !text.is_empty() {
                let fields: Fields = serde_json::from_str(text).map_err(|e| bad(dump.rows.len(), e))?;
                if fields.get("@stream").is_none() {
                    let row = dump.index(&fields, options, offset, line.len());
                    dump.rows.push(row);
                }
            }
            offset += line.len() as u64;
            line.clear();
        }
        Ok(dump)
    }

    fn index(&mut self, fields: &Fields, options: &Options, offset: u64, len: usize) -> Row {
        let n = self.rows.len() as i64;
        let task = Fields::of(fields.get("task").unwrap_or("null"));
        let mut facets = Vec::new();
        for (facet, keys) in FACETS {
            self.facet(&mut facets, facet, fields.first(keys));
        }
        self.facet(&mut facets, "task_tag", task.get("tags"));
        let category = fields.text("category").filter(|c| CATEGORIES.contains(&c.as_str()));
        let category = category.unwrap_or_else(|| CATEGORIES[split_of(n)].into());
        facets.push((self.intern("category"), self.intern(&category)));
        if let Some(data) = fields.get("data") {
            let auto = options.classes == "auto";
            let mut seen = Vec::new();
            classes::walk(data, &mut |tool, class| seen.push((tool.to_owned(), class.to_owned())));
            for (tool, class) in seen {
                let pair = (self.intern("class"), self.intern(&class));
                if !facets.contains(&pair) {
                    facets.push(pair);
                }
                if auto {
                    self.schema.see(&tool, &class);
                }
            }
        }
        let dates = DATES.iter().filter_map(|key| Some((self.intern(key), micros(&fields.text(key)?)?)));
        let dates: Box<[_]> = dates.collect();
        let id = fields.get("id").and_then(Id::of).unwrap_or(Id::Int(n + 1));
        // An event repeats the ground truth of the one before it every now and then, as re-reviewed items do.
        let repeats = options.gt_repeat > 1 && n as u64 % options.gt_repeat == options.gt_repeat - 1;
        let truth = if repeats { n - 1 } else { n };
        let event = fields.get("pgh_id").and_then(Id::of);
        Row {
            offset,
            len,
            task: fields.get("task").and_then(Id::of).unwrap_or(Id::Int(100_000 + n)),
            unit: fields.get("data_unit").and_then(Id::of).unwrap_or(Id::Int(200_000 + n)),
            truth: if event.is_some() { id.clone() } else { Id::Int(300_000 + truth) },
            event: event.unwrap_or(Id::Int(900_000 + n)),
            id,
            facets: facets.into(),
            dates,
        }
    }

    fn facet(&mut self, out: &mut Vec<(u32, u32)>, facet: &str, value: Option<&str>) {
        let Some(value) = value else { return };
        let key = self.intern(facet);
        let list = if value.starts_with('[') { crate::json::elements(value) } else { vec![value] };
        for part in list {
            let text = match Id::of(part) {
                Some(Id::Int(number)) => number.to_string(),
                Some(Id::Text(text)) => text.into(),
                None => part.to_owned(),
            };
            out.push((key, self.intern(&text)));
        }
    }

    fn intern(&mut self, text: &str) -> u32 {
        if let Some(&n) = self.names.get(text) {
            return n;
        }
        let n = self.names.len() as u32;
        self.names.insert(text.into(), n);
        n
    }

    /// The number of an interned name, if any row has it.
    pub fn name(&self, text: &str) -> Option<u32> {
        self.names.get(text).copied()
    }

    /// The value of a row's facet.
    pub fn facet_text(&self, row: &Row, facet: &str) -> Option<&str> {
        let key = self.name(facet)?;
        let (_, value) = row.facets.iter().find(|(k, _)| *k == key)?;
        self.names.iter().find(|(_, n)| *n == value).map(|(text, _)| &**text)
    }

    /// The row's own line.
    pub fn read(&self, row: usize) -> io::Result<String> {
        let row = &self.rows[row];
        let mut line = vec![0; row.len];
        self.file.read_exact_at(&mut line, row.offset)?;
        String::from_utf8(line).map_err(io::Error::other)
    }
}

/// Ground-truth categories.
pub const CATEGORIES: [&str; 3] = ["train", "validation", "test"];

/// 80 % train, 10 % validation, 10 % test, by row number.
pub fn split_of(n: i64) -> usize {
    match n % 10 {
        8 => 1,
        9 => 2,
        _ => 0,
    }
}

/// Microseconds since 1970 of a timestamp, a date-time or a date (UTC when it has no offset).
pub fn micros(text: &str) -> Option<i64> {
    if let Ok(stamp) = text.parse::<jiff::Timestamp>() {
        return Some(stamp.as_microsecond());
    }
    let civil: jiff::civil::DateTime = text.parse().ok()?;
    Some(jiff::tz::TimeZone::UTC.to_timestamp(civil).ok()?.as_microsecond())
}

fn bad(rows: usize, error: impl std::fmt::Display) -> io::Error {
    io::Error::other(format!("dump: after {rows} rows: {error}"))
}
