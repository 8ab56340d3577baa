//! Cells that the row around the payload fills: who worked on it, its state, dates, tags and ids, and any field.
//!
//! Several values are joined by `|`; within a value of such a cell `|` is written `\|`, and `\` is written `\\`.

use super::columns::Column;
use crate::convert::engine::split::{FieldPath, scalar};
use crate::convert::output::csv_cell::Style;
use crate::item::Pairs;
use crate::presigned::without_secrets;
use crate::selection::named::{OF_OBJECT, OF_PERSON, OF_TAG, names};
use crate::selection::time::moment;
use crate::stream::json::{self, Raw, Str};
use crate::tr;
use crate::words::Message;
use jiff::tz::TimeZone;
use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// Cells that a row fills, each with the number of its column.
#[derive(Debug, Default)]
pub struct RowCells(Vec<(usize, Vec<u8>)>);

impl RowCells {
    /// The cell of a column, by its number, if a row fills it.
    pub fn get(&self, column: usize) -> Option<&[u8]> {
        self.0.iter().find(|(at, _)| *at == column).map(|(_, cell)| &cell[..])
    }
}

/// What stands between several values of a cell.
const JOIN: char = '|';

/// Where people who label are in a row.
const LABELERS: [&str; 4] = ["labeler", "assignee", "user", "users"];
/// Dates of what happened to a row after it was created.
const UPDATES: [&str; 5] =
    ["label_submitted", "last_labeled", "last_reviewed", "labeler_last_action_at", "reviewer_last_action_at"];

/// The columns that rows fill, and whether any row has had a value for them.
#[derive(Debug)]
pub struct RowColumns {
    columns: Vec<(usize, Column, AtomicBool)>,
    style: Style,
    /// Presigned URLs that were written without their query.
    stripped: AtomicU64,
}

impl RowColumns {
    /// Those of the columns of a table.
    pub fn new(columns: &[Column], style: Style) -> Self {
        let of_rows = columns.iter().enumerate().filter(|(_, column)| column.is_of_row());
        Self {
            columns: of_rows.map(|(at, column)| (at, column.clone(), AtomicBool::new(false))).collect(),
            style,
            stripped: AtomicU64::new(0),
        }
    }

    /// Their cells for a row. `line` must be valid JSON.
    pub fn cells(&self, line: &[u8]) -> RowCells {
        let Some(entries) = (!self.columns.is_empty()).then(|| json::parse::<Pairs<'_>>(line).ok()).flatten() else {
            return RowCells::default();
        };
        let cell = |(at, column, met): &(usize, Column, AtomicBool)| {
            let text = match column {
                Column::Field(path) => self.field(path, line).into(),
                column => text(column, &entries),
            };
            if !text.is_empty() {
                met.store(true, Relaxed);
            }
            let mut cell = Vec::with_capacity(text.len());
            self.style.push_text(&mut cell, &text);
            (*at, cell)
        };
        RowCells(self.columns.iter().map(cell).collect())
    }

    /// The text of a field.
    fn field(&self, path: &FieldPath, line: &[u8]) -> String {
        let Some(raw) = path.raw(line) else { return String::new() };
        let (json, stripped) = without_secrets(raw.text());
        self.stripped.fetch_add(stripped, Relaxed);
        any(&Raw(json)).into_owned()
    }

    /// The fields that are columns.
    pub fn fields(&self) -> impl Iterator<Item = &FieldPath> {
        self.columns.iter().filter_map(|(_, column, _)| match column {
            Column::Field(path) => Some(path),
            _ => None,
        })
    }

    /// Which columns are empty throughout although rows came, and why, fields apart, which are judged by the run; and what was left out of
    /// them.
    pub fn notes(&self) -> impl Iterator<Item = Message> {
        let empty =
            self.columns.iter().filter(|(_, column, met)| !met.load(Relaxed) && !matches!(column, Column::Field(_)));
        let empty = empty.map(|(_, column, _)| tr!("column-empty", column, needed = source(column)));
        let stripped = self.stripped.load(Relaxed);
        let told = (stripped > 0).then(|| tr!("urls-without-query", stripped));
        empty.chain(told)
    }
}

/// Where the value of a column is in a row, as it is told.
fn source(column: &Column) -> Message {
    match column {
        Column::Labeler => tr!("column-from-people"),
        Column::Status => "status_label".into(),
        Column::Review => "status_review".into(),
        Column::Created => "created".into(),
        Column::Updated => tr!("column-from-dates"),
        Column::Tags => "tags".into(),
        Column::TaskTags => tr!("column-from-tags"),
        Column::TaskId => tr!("column-from-task"),
        Column::AssignmentId => tr!("column-from-assignment"),
        _ => tr!("column-from-unit"),
    }
}

/// The people who label a row, each once.
pub fn labelers(row: &Pairs<'_>) -> Vec<String> {
    let mut people = Vec::new();
    LABELERS.iter().filter_map(|key| find(row, key)).for_each(|user| people.extend(names(user, OF_PERSON)));
    // One person may be in several fields.
    let mut seen = std::collections::HashSet::new();
    people.retain(|person| seen.insert(person.clone()));
    people
}

/// The text of a column that is no field.
pub fn text<'a>(column: &Column, row: &Pairs<'a>) -> Cow<'a, str> {
    let at = |key: &str| find(row, key);
    match column {
        Column::Labeler => joined(&labelers(row)).into(),
        Column::Status => value(at("status_label")),
        Column::Review => value(at("status_review")),
        Column::Created => value(at("created")),
        Column::Updated => updated(row),
        Column::Tags => of_list(at("tags"), OF_TAG),
        // A row without a task is a task.
        Column::TaskTags => match at("task") {
            Some(task) => task.read_borrowed().map_or(Cow::Borrowed(""), |task| of_list(find(&task, "tags"), OF_TAG)),
            None => of_list(at("tags"), OF_TAG),
        },
        Column::TaskId => of_list(at("task"), OF_OBJECT),
        Column::DataUnitId => of_list(at("data_unit"), OF_OBJECT),
        Column::AssignmentId => match at("assignment") {
            Some(assignment) => of_list(Some(assignment), OF_OBJECT),
            None => of_payload(at("data")).into(),
        },
        _ => Cow::Borrowed(""),
    }
}

fn find<'p, 'a>(row: &'p Pairs<'a>, key: &str) -> Option<&'p Raw<'a>> {
    row.0.iter().find(|(name, _)| **name == *key).map(|(_, value)| value)
}

/// The text of a value that is one.
fn value<'a>(raw: Option<&Raw<'a>>) -> Cow<'a, str> {
    raw.and_then(|raw| scalar(raw.clone())).unwrap_or_default()
}

/// The latest of the dates of labelling and review, as it is written.
fn updated<'a>(row: &Pairs<'a>) -> Cow<'a, str> {
    let dates = UPDATES.iter().map(|key| value(find(row, key))).filter(|date| !date.is_empty());
    let timed = dates.filter_map(|date| Some((moment(&date, &TimeZone::UTC)?, date)));
    timed.max_by_key(|(at, _)| *at).map(|(_, date)| date).unwrap_or_default()
}

/// The assignment that a payload names, also one that is in a string.
fn of_payload(data: Option<&Raw<'_>>) -> String {
    let id = |payload: &Pairs<'_>| find(payload, "assignmentId").map(|id| value(Some(id)).into_owned());
    let inner = |text: Str<'_>| json::parse::<Pairs<'_>>(text.as_bytes()).ok().and_then(|payload| id(&payload));
    data.and_then(|data| match data.text().as_bytes().first() {
        Some(b'"') => data.read::<Str<'_>>().and_then(inner),
        _ => data.read::<Pairs<'_>>().and_then(|payload| id(&payload)),
    })
    .unwrap_or_default()
}

/// What names the value, or each of a list of them.
fn of_list<'a>(raw: Option<&Raw<'a>>, keys: &[&str]) -> Cow<'a, str> {
    let mut all = raw.map(|raw| names(raw, keys)).unwrap_or_default();
    // A single one stays as it is unless it is in a list.
    match (&mut all[..], raw.is_some_and(|raw| raw.text().starts_with('['))) {
        ([one], false) => std::mem::take(one).into(),
        (all, _) => joined(all).into(),
    }
}

/// Any value of a field: text and numbers as they are, lists of these joined, everything else as JSON; `null` is empty.
fn any<'r>(raw: &'r Raw<'_>) -> Cow<'r, str> {
    match raw.text().as_bytes().first() {
        Some(b'n') | None => Cow::Borrowed(""),
        Some(b'{') => raw.readable(),
        Some(b'[') => {
            let list = raw.read::<Vec<Raw<'_>>>().unwrap_or_default();
            let plain = |one: &Raw<'_>| match one.text().as_bytes().first() {
                Some(b'[' | b'{') => None,
                _ => Some(scalar(one.clone()).unwrap_or_default().into_owned()),
            };
            let texts: Option<Vec<String>> = list.iter().map(plain).collect();
            texts.map_or_else(|| raw.readable(), |texts| joined(&texts).into())
        }
        Some(b'"') => raw.read::<String>().unwrap_or_default().into(),
        _ => raw.text().into(),
    }
}

/// Values as one cell.
fn joined(values: &[String]) -> String {
    let mut out = String::new();
    for (i, value) in values.iter().enumerate() {
        if i > 0 {
            out.push(JOIN);
        }
        for c in value.chars() {
            if matches!(c, JOIN | '\\') {
                out.push('\\');
            }
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(columns: &[Column], line: &str) -> Vec<String> {
        let of = RowColumns::new(columns, Style::default());
        of.cells(line.as_bytes()).0.into_iter().map(|(_, cell)| String::from_utf8(cell).unwrap()).collect()
    }

    #[test]
    fn values_are_texts_lists_or_objects() {
        let field = |path: &str| Column::Field(FieldPath::new(path).unwrap());
        for (column, line, cell) in [
            (Column::Labeler, r#"{"labeler":"kim@x.y"}"#, "kim@x.y"),
            (Column::Labeler, r#"{"user":{"id":7,"name":"Kim","email":"kim@x.y"}}"#, "kim@x.y"),
            (Column::Labeler, r#"{"user":{"id":7,"email":null,"username":""}}"#, "7"),
            (Column::Labeler, r#"{"users":[7,{"email":"a"},null],"assignee":7}"#, "7|a"),
            (Column::Labeler, r#"{"user":null}"#, ""),
            (Column::Status, r#"{"status_label":"completed"}"#, "completed"),
            (Column::Review, r#"{"status_review":null}"#, ""),
            (Column::Created, r#"{"created":"2026-01-31T18:00:00+09:00"}"#, "2026-01-31T18:00:00+09:00"),
            // The later moment, whatever the offsets.
            (
                Column::Updated,
                r#"{"last_labeled":"2026-01-31T18:00:00+09:00","last_reviewed":"2026-01-31T10:00:00Z","label_submitted":"?"}"#,
                "2026-01-31T10:00:00Z",
            ),
            (
                Column::Tags,
                r#"{"tags":[1,"b","a|b\\",{"id":3,"name":"=x"},{"id":4,"title":"t"},{}]}"#,
                r"1|b|a\|b\\|=x|t",
            ),
            (Column::Tags, r#"{"tags":["=1+1"]}"#, "'=1+1"),
            (Column::Tags, r#"{"tags":["a,b","c"]}"#, "\"a,b|c\""),
            (Column::Tags, r#"{"tags":[]}"#, ""),
            (Column::TaskTags, r#"{"tags":[1],"task":{"id":2,"tags":["a"]}}"#, "a"),
            (Column::TaskTags, r#"{"tags":["own"]}"#, "own"),
            (Column::TaskTags, r#"{"tags":["own"],"task":5}"#, ""),
            (Column::TaskId, r#"{"task":{"id":12345678901234567890}}"#, "12345678901234567890"),
            (Column::TaskId, r#"{"task":"t|1"}"#, "t|1"),
            (Column::AssignmentId, r#"{"data":{"assignmentId":9}}"#, "9"),
            (Column::AssignmentId, r#"{"data":"{\"assignmentId\":\"job-1\"}"}"#, "job-1"),
            (Column::AssignmentId, r#"{"assignment":4,"data":{"assignmentId":9}}"#, "4"),
            (Column::DataUnitId, r#"{"data_unit":{"id":3,"meta":{}}}"#, "3"),
            (Column::DataUnitId, r#"{"data_unit":3}"#, "3"),
            (field("a.b"), r#"{"a":{"b":1.10}}"#, "1.10"),
            (field("a.b"), r#"{"a":{"b":true}}"#, "true"),
            (field("a.b"), r#"{"a":{"b":["x","y|z",1]}}"#, r"x|y\|z|1"),
            (field("a.b"), r#"{"a":{"b":["x",null,""]}}"#, "x||"),
            (field("a.b"), r#"{"a":{"b":{"c":"d"}}}"#, "\"{\"\"c\"\":\"\"d\"\"}\""),
            (field("a.b"), r#"{"a":{"b":[{"c":1}]}}"#, "\"[{\"\"c\"\":1}]\""),
            (field("a.b"), r#"{"a":{"b":"two\nlines"}}"#, "\"two\nlines\""),
            (field("a.b"), r#"{"a":{"b":null}}"#, ""),
            (field("a.b"), r#"{"a":7}"#, ""),
            (field("a.b"), r#"{"a":{"b":-5}}"#, "-5"),
            (field("a.b"), r#"{"a":{"b":"-5+x"}}"#, "'-5+x"),
        ] {
            assert_eq!(cells(&[column], line), [cell], "{line}");
        }
        assert!(cells(&[Column::X, Column::Attribute("a".to_owned())], "{}").is_empty());
    }
}
