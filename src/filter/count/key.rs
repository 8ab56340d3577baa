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
use jiff::civil::Date;

/// Keys that have a name of their own.
pub const NAMED: [&str; 8] = ["class", "tool", "user", "status", "review", "tag", "category", "created"];
/// Spans of time.
const SPANS: [&str; 4] = ["day", "week", "month", "year"];
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
                return Err(UsageError::new(format!("has {name} twice; give each key once")));
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

#[derive(Debug)]
enum Source {
    Class,
    Tool,
    User,
    Status,
    Review,
    Tag,
    Category,
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
            "user" => Source::User,
            "status" => Source::Status,
            "review" => Source::Review,
            "tag" => Source::Tag,
            "category" => Source::Category,
            _ if COLUMNS.contains(&path) || path == "total" => {
                return Err(UsageError::new(format!("cannot have {path}, which is the name of a count")));
            }
            _ => Source::Field(FieldPath::new(path).map_err(UsageError::new)?),
        };
        if span.is_some() && !matches!(source, Source::Field(_)) {
            return Err(UsageError::new(format!("{name}: {path} is no date; give {path} alone")));
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
    pub fn of_annotation<'h>(&self, head: &'h Head<'_>) -> Option<&'h str> {
        match self.source {
            Source::Class => Some(&head.class),
            Source::Tool => Some(&head.tool),
            _ => None,
        }
    }

    /// Whether the key is about annotations.
    pub fn is_of_annotations(&self) -> bool {
        matches!(self.source, Source::Class | Source::Tool)
    }

    /// The values of a row, each once, at least one; and how many URLs lost their secrets.
    pub fn of_row(&self, item: &Item<'_>, line: &[u8]) -> (Vec<Value>, u64) {
        let (mut found, mut secrets) = (Vec::new(), 0);
        match &self.source {
            Source::Class | Source::Tool => {}
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
            Source::Field(field) => {
                if let Some(raw) = field.raw(line) {
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

fn known_span(name: &str, span: &str) -> Result<&'static str, UsageError> {
    SPANS.into_iter().find(|known| *known == span).ok_or_else(|| {
        let near = words::nearest(span, SPANS.into_iter()).map(|n| format!(" (did you mean {n}?)")).unwrap_or_default();
        UsageError::new(format!("{name}: a date is counted by {}, not by {span:?}{near}", SPANS.join(", ")))
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
fn people(users: &[Raw<'_>]) -> Vec<Value> {
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
