//! Combinations of values with their counts.

use super::key::{CountBy, Key, NAMED, Seen, size_class};
use super::value::Value;
use crate::dm::extent::extents;
use crate::dm::heads::Head;
use crate::dm::{Arena, heads, payload};
use crate::filter::predicates::{Item, Payload};
use crate::filter::selection::with_id;
use crate::item;
use crate::item::dimensions;
use crate::selection::coverage::Coverage;
use crate::selection::words::nearest;
use crate::stream::StreamError;
use crate::stream::error::UnknownName;
use crate::stream::json::{Raw, Str};
use crate::tr;
use crate::words::Message;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::slice;

/// Lines that one row may count in: it does so in each combination of the values of its lists.
const MOST_LINES: usize = 10_000;

/// Rows and annotations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows.
    pub items: u64,
    /// Annotations.
    pub objects: u64,
}

impl Tally {
    /// Adds another one.
    pub fn add(&mut self, other: Self) {
        self.items += other.items;
        self.objects += other.objects;
    }
}

/// All combinations, in the order of their values.
#[derive(Debug, Default)]
pub struct Counts {
    /// A value for each key.
    pub lines: BTreeMap<Vec<Value>, Tally>,
    /// Each row and each annotation once.
    pub total: Tally,
    /// Of each key, how many rows have it.
    coverage: Vec<Coverage>,
    secrets: u64,
}

impl Counts {
    /// Counts a row.
    ///
    /// # Errors
    /// What is wrong with the line; then nothing of it is counted.
    pub fn row(&mut self, by: &CountBy, line: &[u8]) -> Result<(), Message> {
        let item = item::parse(line, Payload { keep: true }).map_err(|reason| with_id(line, reason))?;
        self.item(by, item, line)
    }

    /// Counts a row that was read, with its payload.
    ///
    /// # Errors
    /// As [`Self::row`].
    pub fn item(&mut self, by: &CountBy, item: Item<'_>, line: &[u8]) -> Result<(), Message> {
        self.add(by, item, line).map_err(|reason| with_id(line, reason))
    }

    /// Counts selected lines, each of which was counted before.
    ///
    /// # Errors
    /// A line that cannot be counted.
    pub fn of_lines<'a>(by: &CountBy, runs: impl Iterator<Item = &'a [u8]>) -> Result<Self, StreamError> {
        let mut counts = Self::default();
        for line in runs.flat_map(|run| run.split(|byte| *byte == b'\n')).filter(|line| !line.trim_ascii().is_empty()) {
            counts.row(by, line).map_err(|_| StreamError::Internal("a line was counted once, and then not"))?;
        }
        Ok(counts)
    }

    fn add(&mut self, by: &CountBy, mut item: Item<'_>, line: &[u8]) -> Result<(), Message> {
        let mut groups: Vec<(Vec<Value>, u64)> = Vec::new();
        let mut objects = 0;
        if let Some(payload) = item.data.take().flatten() {
            let mut add = |seen: &Seen<'_>| {
                objects += 1;
                count_seen(by, seen, &mut groups);
            };
            if by.keys.iter().any(Key::is_size) {
                each_measured(&item, &payload, &mut add)?;
            } else {
                heads::each(&payload, |head| {
                    add(&Seen { head: &head, size: "" });
                    ControlFlow::Continue(())
                })?;
            }
        }
        if groups.is_empty() {
            groups.push((vec![Value::Missing; by.keys.iter().filter(|key| key.is_of_annotations()).count()], 0));
        }
        let values = self.values(by, &item, line);
        let lines = values.iter().fold(groups.len(), |n, of_key| n.saturating_mul(of_key.len()));
        if lines > MOST_LINES {
            return Err(tr!("row-many-lines", lines, most = MOST_LINES));
        }
        for (group, objects) in groups {
            for line in combinations(by, &values, group) {
                self.lines.entry(line).or_default().add(Tally { items: 1, objects });
            }
        }
        self.total.add(Tally { items: 1, objects });
        Ok(())
    }

    /// The values of a row, for each key.
    fn values(&mut self, by: &CountBy, item: &Item<'_>, line: &[u8]) -> Vec<Vec<Value>> {
        self.coverage.resize_with(by.keys.len(), Coverage::default);
        let one = |(key, coverage): (&Key, &mut Coverage)| {
            let (values, secrets) = key.of_row(item, line);
            if let Some(field) = key.field() {
                coverage.count(field, line, values != [Value::Missing]);
            }
            self.secrets += secrets;
            values
        };
        by.keys.iter().zip(&mut self.coverage).map(one).collect()
    }

    /// Adds the counts of a later batch.
    pub fn merge(&mut self, later: Self) {
        for (line, tally) in later.lines {
            self.lines.entry(line).or_default().add(tally);
        }
        self.total.add(later.total);
        self.secrets += later.secrets;
        self.coverage.resize_with(self.coverage.len().max(later.coverage.len()), Coverage::default);
        self.coverage.iter_mut().zip(later.coverage).for_each(|(coverage, later)| coverage.merge(later));
    }

    /// The first key that is a field which no row has.
    pub fn unknown(&self, by: &CountBy) -> Option<UnknownName> {
        by.keys.iter().zip(&self.coverage).find_map(|(key, coverage)| {
            let field = key.field()?;
            let unknown = coverage.unknown(field)?;
            let near = nearest(&field.to_string(), NAMED.into_iter()).map(str::to_owned).or(unknown.near);
            Some(UnknownName { near, ..unknown })
        })
    }

    /// How many values were URLs with a signature, and lost it.
    pub fn secrets(&self) -> u64 {
        self.secrets
    }
}

/// Gives each annotation of a payload with its class of size.
///
/// # Errors
/// A text when the payload cannot be read, or is not here but at a URL.
pub fn each_measured(item: &Item<'_>, payload: &Raw<'_>, each: &mut dyn FnMut(&Seen<'_>)) -> Result<(), Message> {
    // What a payload must be to be counted at all.
    heads::each(payload, |_| ControlFlow::Break(()))?;
    let mut arena = Arena::default();
    let text = payload.text().starts_with('"').then(|| payload.read::<Str<'_>>()).flatten();
    let payload = payload::read(text.as_deref().unwrap_or(payload.text()).as_bytes(), &mut arena)?;
    for media in &payload.media {
        let size = media.size.or_else(|| item.dimensions.as_ref().and_then(dimensions));
        for annotation in &media.annotations {
            let areas = extents(annotation, &arena, size).into_iter().map(|extent| extent.area);
            let size = areas.reduce(f64::max).map_or("", size_class);
            let tool = if &*annotation.tool_name == "bbox" { "bounding_box" } else { &*annotation.tool_name };
            let head = Head { tool: tool.into(), class: Cow::Borrowed(&*annotation.class) };
            each(&Seen { head: &head, size });
        }
    }
    Ok(())
}

/// Counts an annotation among those of its row.
fn count_seen(by: &CountBy, seen: &Seen<'_>, groups: &mut Vec<(Vec<Value>, u64)>) {
    let names = || by.keys.iter().filter_map(|key| key.of_annotation(seen));
    let is_it = |group: &[Value]| group.iter().map(|value| value.text().unwrap_or_default()).eq(names());
    match groups.iter_mut().find(|(group, _)| is_it(group)) {
        Some((_, objects)) => *objects += 1,
        None => groups.push((names().map(Value::new).collect(), 1)),
    }
}

/// All combinations of the values of a row, with those of one group of its annotations.
fn combinations(by: &CountBy, values: &[Vec<Value>], group: Vec<Value>) -> Vec<Vec<Value>> {
    let mut group = group.into_iter();
    let mut lines = vec![Vec::with_capacity(by.keys.len())];
    for (key, values) in by.keys.iter().zip(values) {
        let own = if key.is_of_annotations() { group.next() } else { None };
        match (own, values.as_slice()) {
            (Some(one), _) => add_to_all(&mut lines, &one),
            (None, [one]) => add_to_all(&mut lines, one),
            (None, many) => {
                let longer = |line: &Vec<Value>| -> Vec<Vec<Value>> {
                    many.iter().map(|value| [line.as_slice(), slice::from_ref(value)].concat()).collect()
                };
                lines = lines.iter().flat_map(longer).collect();
            }
        }
    }
    lines
}

fn add_to_all(lines: &mut [Vec<Value>], value: &Value) {
    lines.iter_mut().for_each(|line| line.push(value.clone()));
}
