//! What rows are counted by.

use super::value::Value;
use crate::dm::heads::Head;
use crate::exit::UsageError;
use crate::filter::any_of::any_text;
use crate::filter::predicates::Item;
use crate::filter::predicates::category::any_category;
use crate::presigned::without_secrets;
use crate::selection::field::FieldPath;
use crate::selection::named;
use crate::selection::named::{OF_OBJECT, OF_PERSON, OF_TAG};
use crate::selection::time::calendar_day;
use crate::selection::words;
use crate::stream::json::Raw;
use crate::tr;
use jiff::civil::Date;
use std::borrow::Cow;

/// Keys that have a name of their own.
pub const NAMED: [&str; 10] =
    ["class", "tool", "size", "user", "status", "review", "tag", "category", "split", "created"];
/// Spans of time.
const SPANS: [&str; 4] = ["day", "week", "month", "year"];
/// Classes of size.
const SIZE: &str = "size";
/// The columns of the counts.
pub const COLUMNS: [&str; 2] = ["items", "objects"];
/// All keys of a run.
#[derive(Debug)]
pub struct CountBy {
    /// In the order given.
    pub keys: Vec<Key>,
}

impl CountBy {
    /// Reads the keys.
    ///
    /// # Errors
    /// A key that is none, or that is given twice.
    pub fn new(names: &[String]) -> Result<Self, UsageError> {
        let mut keys: Vec<Key> = Vec::with_capacity(names.len());
        for name in names {
            let key = Key::new(name)?;
            if keys.iter().any(|other| other.name == key.name) {
                return Err(UsageError::new(tr!("count-key-twice", name)));
            }
            keys.push(key);
        }
        Ok(Self { keys })
    }
}

/// One key.
#[derive(Debug)]
pub struct Key {
    /// As the user wrote it; the name of its column.
    pub name: String,
    source: Source,
    span: Option<&'static str>,
}

/// An annotation, as far as it is counted.
pub struct Seen<'h> {
    /// Tool and class.
    pub head: &'h Head<'h>,
    /// Its class of size; empty without area, or when no key asks.
    pub size: &'static str,
}

/// The class of a size in square pixels, with the limits of COCO's evaluation: `small` below 32² = 1,024, `medium` below 96² = 9,216,
/// `large` from there on.
pub fn size_class(area: f64) -> &'static str {
    match area {
        _ if area < 1024.0 => "small",
        _ if area < 9216.0 => "medium",
        _ => "large",
    }
}

#[derive(Debug)]
enum Source {
    Class,
    Tool,
    Size,
    User,
    Status,
    Review,
    Tag,
    Category,
    Split,
    Field(FieldPath),
}

impl Key {
    fn new(name: &str) -> Result<Self, UsageError> {
        let (path, span) = match name.rsplit_once(':') {
            Some((path, span)) => (path, Some(known_span(name, span)?)),
            None => (name, None),
        };
        let source = match path {
            "class" => Source::Class,
            "tool" => Source::Tool,
            SIZE => Source::Size,
            "user" => Source::User,
            "status" => Source::Status,
            "review" => Source::Review,
            "tag" => Source::Tag,
            "category" => Source::Category,
            "split" => Source::Split,
            _ if COLUMNS.contains(&path) || path == "total" => {
                return Err(UsageError::new(tr!("count-key-name", path)));
            }
            _ => Source::Field(FieldPath::new(path)?),
        };
        if path == "created" && span == Some(SIZE) {
            return Err(UsageError::new(tr!("count-key-created-size", name)));
        }
        if span.is_some() && !matches!(source, Source::Field(_)) {
            return Err(UsageError::new(tr!("count-key-no-date", name, path)));
        }
        let span = span.or_else(|| (path == "created").then_some(SPANS[0]));
        Ok(Self { name: name.to_owned(), source, span })
    }

    /// The field, of a key without a name of its own.
    pub fn field(&self) -> Option<&FieldPath> {
        match &self.source {
            Source::Field(field) if self.name.split(':').next() != Some("created") => Some(field),
            _ => None,
        }
    }

    /// What an annotation has; `None` when the key is not about annotations.
    pub fn of_annotation<'h>(&self, seen: &Seen<'h>) -> Option<&'h str> {
        match self.source {
            Source::Class => Some(&seen.head.class),
            Source::Tool => Some(&seen.head.tool),
            Source::Size => Some(seen.size),
            _ => None,
        }
    }

    /// Whether the key is about annotations.
    pub fn is_of_annotations(&self) -> bool {
        matches!(self.source, Source::Class | Source::Tool | Source::Size)
    }

    /// Whether the key is about what annotations cover.
    pub fn is_size(&self) -> bool {
        matches!(self.source, Source::Size)
    }

    /// The values of a row, each once, at least one; and how many URLs lost their secrets.
    pub fn of_row(&self, item: &Item<'_>, line: &[u8]) -> (Vec<Value>, u64) {
        let (mut found, mut secrets) = (Vec::new(), 0);
        match &self.source {
            Source::Class | Source::Tool | Source::Size => {}
            Source::User => found = people(&item.users),
            Source::Status => text_of(item.status_label.as_ref(), &mut found),
            Source::Review => text_of(item.status_review.as_ref(), &mut found),
            Source::Tag => item.tags.iter().for_each(|tags| each(tags, OF_TAG, &mut found)),
            Source::Category => {
                any_category(item, |text| {
                    found.push(Value::new(text));
                    false
                });
            }
            Source::Split => split(item, &mut found),
            Source::Field(field) => {
                // What the row was read for is not looked for again.
                let created = item.created.as_ref().filter(|_| field.is("created"));
                let raw = created.map(|raw| Raw(Cow::Borrowed(raw.text()))).or_else(|| field.raw(line));
                if let Some(raw) = raw {
                    let (text, many) = without_secrets(raw.text());
                    secrets = many;
                    each(&Raw(text), OF_OBJECT, &mut found);
                }
            }
        }
        if let Some(span) = self.span {
            found.iter_mut().for_each(|value| *value = in_span(value, span));
        }
        found.retain(|value| *value != Value::Missing);
        found.sort();
        found.dedup();
        if found.is_empty() {
            found.push(Value::Missing);
        }
        (found, secrets)
    }
}

/// The part of the dataset that a row is in: its `split`, else what its ground-truth category stands for in `syn-convert --split
/// category`.
fn split(item: &Item<'_>, found: &mut Vec<Value>) {
    text_of(item.split.as_ref(), found);
    if found.is_empty() {
        text_of(item.category.as_ref(), found);
        found
            .iter_mut()
            .filter(|value| value.text() == Some("validation"))
            .for_each(|value| *value = Value::new("val"));
    }
}

fn known_span(name: &str, span: &str) -> Result<&'static str, UsageError> {
    if span == SIZE {
        return Ok(SIZE);
    }
    SPANS.into_iter().find(|known| *known == span).ok_or_else(|| {
        let near =
            words::nearest(span, SPANS.into_iter()).map(|n| tr!("near-in-brackets", near = n)).unwrap_or_default();
        UsageError::new(tr!("count-key-span", name, spans = SPANS.join(", "), span = ?span, near))
    })
}

fn text_of(raw: Option<&Raw<'_>>, found: &mut Vec<Value>) {
    if let Some(raw) = raw {
        any_text(raw, &mut |text| {
            found.push(Value::new(text));
            false
        });
    }
}

/// The people of a row. Who is named by number in one place and in full in another is one person.
pub fn people(users: &[Raw<'_>]) -> Vec<Value> {
    let (mut found, mut ids) = (Vec::new(), Vec::new());
    for user in users.iter().flat_map(named::elements) {
        let (name, id) = (named::name(&user, OF_PERSON), named::name(&user, OF_OBJECT));
        ids.extend(id.filter(|id| name.as_ref() != Some(id)).map(|id| value(&id)));
        found.extend(name.map(|name| value(&name)));
    }
    found.retain(|value| !ids.contains(value));
    found
}

/// The names of a value, or of each element of a list.
fn each(raw: &Raw<'_>, names: &[&str], found: &mut Vec<Value>) {
    found.extend(named::names(raw, names).iter().map(|name| value(name)));
}

fn value(name: &str) -> Value {
    Value::new(&crate::path::nfc(name))
}

/// The span of a date; what is none stays as it is.
fn in_span(value: &Value, span: &str) -> Value {
    if span == SIZE {
        let area = value.text().and_then(|text| text.parse().ok()).filter(|n: &f64| n.is_finite() && *n >= 0.0);
        return area.map_or_else(|| value.clone(), |area| Value::new(size_class(area)));
    }
    let Some(day) = value.text().and_then(calendar_day) else { return value.clone() };
    Value::Text(span_of(day, span))
}

fn span_of(day: Date, span: &str) -> String {
    match span {
        "week" => {
            let week = day.iso_week_date();
            format!("{:04}-W{:02}", week.year(), week.week())
        }
        "month" => format!("{:04}-{:02}", day.year(), day.month()),
        "year" => format!("{:04}", day.year()),
        _ => day.to_string(),
    }
}
