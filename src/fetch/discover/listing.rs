//! Discovery: what there is to export, as NDJSON, or as a table for people.

use super::stem;
use crate::api::catalog::Project;
use crate::fetch::FetchError;
use crate::stream::Writer;
use crate::table::Table;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

/// Entries of a list with the columns that a table shows.
pub struct Listing {
    lines: Vec<String>,
    /// Paths of fields, keys with dots between, each with its other names after `|`.
    columns: &'static [&'static str],
}

impl Listing {
    /// Projects.
    pub fn projects(entries: &[Box<RawValue>]) -> Self {
        Self::raw(entries, &["id", "title|name", "category", "task_count|count_tasks"])
    }

    /// Ground-truth datasets.
    pub fn datasets(entries: &[Box<RawValue>]) -> Self {
        Self::raw(entries, &["id", "name|title", "category", "project_id"])
    }

    /// Ground-truth versions.
    pub fn versions(entries: &[Box<RawValue>]) -> Self {
        Self::raw(entries, &["id", "name|version", "ground_truth_dataset", "is_archived"])
    }

    /// People.
    pub fn users(entries: &[Box<RawValue>]) -> Self {
        Self::raw(entries, &["user_id|id", "name|username", "email", "role"])
    }

    /// Tags.
    pub fn tags(entries: &[Box<RawValue>]) -> Self {
        Self::raw(entries, &["id", "name|title", "project", "category"])
    }

    /// Storages, without their configuration, which holds secrets.
    pub fn storages(entries: &[Box<RawValue>]) -> Self {
        const SHOWN: [&str; 5] = ["id", "name", "category", "provider", "is_default"];
        let shown = |entry: &RawValue| {
            let entry: Value = serde_json::from_str(entry.get()).unwrap_or_default();
            let fields = SHOWN.into_iter().map(|key| (key.to_owned(), entry[key].clone()));
            Value::Object(fields.collect::<Map<_, _>>()).to_string()
        };
        Self { lines: entries.iter().map(|entry| shown(entry)).collect(), columns: &SHOWN }
    }

    /// The classes of a project: `{"index", "name", "tools"}`, in the order of its schema.
    pub fn classes(project: &Project) -> Self {
        let tools = |class: &String| -> Vec<&String> {
            project.tools.iter().filter(|(_, classes)| classes.contains(class)).map(|(tool, _)| tool).collect()
        };
        let all = project.classes();
        let lines = all.iter().enumerate().map(|(i, c)| json!({"index": i, "name": c, "tools": tools(c)}).to_string());
        Self { lines: lines.collect(), columns: &["index", "name", "tools"] }
    }

    /// Data collections.
    pub fn collections(entries: &[Box<RawValue>]) -> Self {
        Self::raw(entries, &["id", "name|title", "category", "count_projects", "is_archived", "created"])
    }

    /// Data units: what the server says of each, and before it `stem`, the name of its file.
    pub fn units(entries: &[Box<RawValue>]) -> Self {
        const SHOWN: [&str; 7] = ["id", "stem", "meta.category", "meta.group", "meta.width", "meta.height", "created"];
        let listing = Self::raw(entries, &SHOWN);
        let lines = listing.lines.into_iter().map(|line| {
            let unit: Value = serde_json::from_str(&line).unwrap_or_default();
            match (line.strip_prefix('{'), stem::of(&unit)) {
                (Some(rest), Some(stem)) if unit.get("stem").is_none() => format!("{{\"stem\":{},{rest}", json!(stem)),
                _ => line,
            }
        });
        Self { lines: lines.collect(), ..listing }
    }

    /// Entries of any list, with the columns that a table has of them.
    pub fn of(entries: &[Box<RawValue>], columns: &'static [&'static str]) -> Self {
        Self::raw(entries, columns)
    }

    fn raw(entries: &[Box<RawValue>], columns: &'static [&'static str]) -> Self {
        // The server's own bytes; line breaks can only stand between tokens.
        let lines = entries.iter().map(|e| e.get().replace(['\n', '\r'], "")).collect();
        Self { lines, columns }
    }

    /// The entries, one JSON object a line.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    fn heads(&self) -> Table {
        let last = |names: &&str| {
            names.split('|').next().and_then(|name| name.rsplit('.').next()).unwrap_or_default().to_owned()
        };
        let heads: Vec<String> = self.columns.iter().map(last).collect();
        Table::new(&heads.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn cells(&self, line: &str) -> Vec<String> {
        let entry: Value = serde_json::from_str(line).unwrap_or_default();
        self.columns.iter().map(|names| named(&entry, names)).collect()
    }
}

/// Where the entries of a list go, a page at a time.
pub struct Output {
    writer: Writer,
    as_table: bool,
    table: Option<Table>,
    /// How many more are wanted; `None`: all.
    left: Option<u64>,
}

impl Output {
    /// Lines of JSON, or a table for people; `limit` entries at most.
    pub fn new(writer: Writer, as_table: bool, limit: Option<u64>) -> Self {
        Self { writer, as_table, table: None, left: limit }
    }

    /// Writes the entries of a page at once; whether more are wanted.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn add(&mut self, page: &Listing) -> Result<bool, FetchError> {
        let wanted = self.left.map_or(usize::MAX, |left| usize::try_from(left).unwrap_or(usize::MAX));
        let lines = &page.lines[..page.lines.len().min(wanted)];
        if self.as_table {
            let table = self.table.get_or_insert_with(|| page.heads());
            lines.iter().for_each(|line| table.row(page.cells(line)));
            self.writer.put(table.block().as_bytes())?;
        } else {
            for line in lines {
                self.writer.line(line.as_bytes())?;
            }
        }
        self.writer.flush()?;
        self.left = self.left.map(|left| left - lines.len() as u64);
        Ok(self.left != Some(0))
    }

    /// Ends the output.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn finish(self) -> Result<(), FetchError> {
        Ok(self.writer.finish()?)
    }
}

/// The text under the first of some names that has one: servers of different age use different names.
fn named(entry: &Value, names: &str) -> String {
    let at = |path: &str| path.split('.').fold(entry, |value, key| &value[key]);
    names.split('|').map(|path| cell(at(path))).find(|text| !text.is_empty()).unwrap_or_default()
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(cell).collect::<Vec<_>>().join(", "),
        Value::Object(map) => map.get("id").map(cell).unwrap_or_default(),
        other => other.to_string(),
    }
}
