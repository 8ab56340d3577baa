//! Discovery: what there is to export, as NDJSON, or as a table for people.

use crate::api::catalog::Project;
use crate::fetch::FetchError;
use crate::stream::Writer;
use crate::table::Table;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

/// Entries of a list with the columns that a table shows.
pub struct Listing {
    lines: Vec<String>,
    /// Names of fields, each with its other names after `|`.
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

    fn raw(entries: &[Box<RawValue>], columns: &'static [&'static str]) -> Self {
        // The server's own bytes; line breaks can only stand between tokens.
        let lines = entries.iter().map(|e| e.get().replace(['\n', '\r'], "")).collect();
        Self { lines, columns }
    }

    /// The entries, a JSON object each.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// The entries as a table.
    pub fn table(&self) -> String {
        let heads: Vec<&str> = self.columns.iter().filter_map(|c| c.split('|').next()).collect();
        let mut table = Table::new(&heads);
        for line in &self.lines {
            let entry: Value = serde_json::from_str(line).unwrap_or_default();
            table.row(self.columns.iter().map(|c| named(&entry, c)).collect());
        }
        table.render()
    }

    /// Writes the entries.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn write(&self, as_table: bool, mut writer: Writer) -> Result<(), FetchError> {
        if as_table {
            writer.put(self.table().as_bytes())?;
        } else {
            for line in &self.lines {
                writer.line(line.as_bytes())?;
            }
        }
        Ok(writer.finish()?)
    }
}

/// The text under the first of some names that has one: servers of different age use different names.
fn named(entry: &Value, names: &str) -> String {
    names.split('|').map(|name| cell(&entry[name])).find(|text| !text.is_empty()).unwrap_or_default()
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
