//! The sequential side: writes what the workers rendered, keeps what has to wait, renders it when the run is over.

use super::args::Scope;
use super::engine::{Engine, Made};
use super::id_text;
use super::items;
use super::items::{Items, Places};
use super::shelf::{Books, Shelf};
use super::values::{Classes, Names};
use super::wire::{Wire, class_of};
use crate::convert::engine::classes::{ClassRef, Classes as ListSoFar};
use crate::convert::engine::naming::{Taken, safe};
use crate::convert::format::{Collector, Record, RunEnd};
use crate::convert::output::files::Files;
use crate::convert::output::sorted::Sorted;
use crate::convert::output::spool::Spool;
use crate::convert::report::files::PART;
use crate::file_line::{push_escaped, push_escaped_bytes};
use crate::stream::{StreamError, json};
use indexmap::IndexMap;
use minijinja::Value;
use std::io;
use std::sync::Arc;

/// Appends rendered outputs: whether they have to wait, then each path, id and escaped text with its length.
pub fn push(out: &mut Vec<u8>, waits: bool, made: &[Made]) {
    out.push(u8::from(waits));
    if waits {
        return;
    }
    for one in made {
        let mut escaped = Vec::with_capacity(one.text.len() + 64);
        push_escaped(&mut escaped, &one.text);
        for piece in [one.path.as_bytes(), one.id.as_bytes(), &escaped] {
            out.extend_from_slice(&(piece.len() as u32).to_le_bytes());
            out.extend_from_slice(piece);
        }
    }
}

/// The next piece of rendered outputs.
fn piece<'p>(from: &mut &'p [u8]) -> Result<&'p [u8], StreamError> {
    let damaged = StreamError::Internal("rendered output");
    let Some((length, rest)) = from.split_first_chunk::<4>() else { return Err(damaged) };
    let Some((piece, rest)) = rest.split_at_checked(u32::from_le_bytes(*length) as usize) else { return Err(damaged) };
    *from = rest;
    Ok(piece)
}

/// Writes the outputs of a run.
pub struct Outputs {
    engine: Arc<Engine>,
    taken: Taken,
    /// Units whose text depends on the whole class list: item id, then as [`items::push`].
    waiting: Spool,
    splits: IndexMap<String, Split>,
}

/// What is gathered about a split for templates about more than one item.
#[derive(Default)]
struct Split {
    units: Shelf,
    /// Class and place of each unit it is in.
    classes: Sorted,
}

impl Outputs {
    /// Nothing yet.
    pub fn new(engine: Arc<Engine>) -> Self {
        let mut taken = Taken::default();
        for own in ["export_summary.json", "export_report.json", "export_report.csv"] {
            taken.free(&format!("metadata/{own}"));
        }
        Self { engine, taken, waiting: Spool::default(), splits: IndexMap::new() }
    }

    /// A path that no other output has: as wanted, else with the id before its extension.
    fn path(&mut self, wanted: &str, id: &str) -> String {
        if self.taken.free(wanted) {
            return wanted.to_owned();
        }
        let leaf = wanted.rfind('/').map_or(0, |at| at + 1);
        let dot = wanted[leaf..].rfind('.').filter(|at| *at > 0).map_or(wanted.len(), |at| leaf + at);
        let (base, ext) = wanted.split_at(dot);
        let mut path = format!("{base}__{}{ext}", safe(id));
        let mut n = 2;
        while !self.taken.free(&path) {
            path = format!("{base}__{}_{n}{ext}", safe(id));
            n += 1;
        }
        path
    }

    fn write(&mut self, made: &[Made], id: &str, id_json: &str, out: &mut Files) -> Result<String, StreamError> {
        let mut first = String::new();
        for one in made {
            let path = self.path(&one.path, if one.id.is_empty() { id } else { &one.id });
            let mut escaped = Vec::with_capacity(one.text.len() + 64);
            push_escaped(&mut escaped, &one.text);
            out.text(&path, &escaped, false, Some(id_json))?;
            if first.is_empty() {
                first = path;
            }
        }
        Ok(first)
    }

    /// Keeps a unit for templates about more than one item.
    fn shelve(&mut self, r: &Record<'_>) -> Result<(), StreamError> {
        let mut unit = Vec::with_capacity(r.head.len() + r.stem.len() + 4);
        items::push(&mut unit, r.stem, r.head);
        if !self.splits.contains_key(r.split) {
            self.splits.insert(r.split.to_owned(), Split::default());
        }
        let Some(split) = self.splits.get_mut(r.split) else { return Err(StreamError::Internal("template split")) };
        let place = split.units.put(&unit)?;
        if self.engine.scope == Scope::Class {
            let wire: Wire<'_> = json::parse(r.head).map_err(|_| StreamError::Internal("template unit"))?;
            let mut classes: Vec<i64> = wire.annotations.iter().map(|(class, _)| *class).collect();
            classes.sort_unstable();
            classes.dedup();
            for class in classes {
                // Zeros in front: the order of the text is that of the numbers.
                let (kind, n) = match class_of(class) {
                    ClassRef::Listed(n) => ('l', n),
                    ClassRef::Unlisted(n) => ('u', n),
                };
                split.classes.add(&format!("{kind}{n:010}{place:020}"))?;
            }
        }
        Ok(())
    }
}

impl Collector for Outputs {
    fn record(&mut self, r: &Record<'_>, list: &ListSoFar, out: &mut Files) -> Result<String, StreamError> {
        if self.engine.scope.is_wide() {
            return self.shelve(r).map(|()| String::new());
        }
        let Some((waits, mut made)) = r.body.split_first() else { return Ok(String::new()) };
        if *waits != 0 {
            let mut unit = Vec::with_capacity(r.head.len() + 256);
            items::push(&mut unit, r.id, &[]);
            items::push(&mut unit, r.stem, r.head);
            self.waiting.put(&unit)?;
            return Ok(String::new());
        }
        if r.stem != r.wanted {
            // Rendered with a name that another item has.
            let classes = Classes::so_far(list);
            let made = self
                .engine
                .render(r.head, &Names { stem: r.stem, classes: &classes })
                .map_err(|reason| failed(r.id, reason))?;
            return self.write(&made, id_text(r), r.id, out);
        }
        let mut first = String::new();
        while !made.is_empty() {
            let path = piece(&mut made)?;
            let id = String::from_utf8_lossy(piece(&mut made)?);
            let path = self.path(&String::from_utf8_lossy(path), if id.is_empty() { id_text(r) } else { &id });
            out.text(&path, piece(&mut made)?, false, Some(r.id))?;
            if first.is_empty() {
                first = path;
            }
        }
        Ok(first)
    }

    fn finish(mut self: Box<Self>, end: &RunEnd<'_>, out: &mut Files) -> Result<(), StreamError> {
        let classes = Classes::finished(end.classes);
        let mut waiting = std::mem::take(&mut self.waiting).read()?;
        while let Some(unit) = waiting.next_record()? {
            let parts = items::split(unit).and_then(|(id, rest)| Some((id, items::split(rest)?)));
            let (id, (stem, bytes)) = parts.ok_or(StreamError::Internal("template unit"))?;
            let made =
                self.engine.render(bytes, &Names { stem, classes: &classes }).map_err(|reason| failed(id, reason))?;
            self.write(&made, id.trim_matches('"'), id, out)?;
        }
        if !self.engine.scope.is_wide() {
            return Ok(());
        }
        let mut splits = std::mem::take(&mut self.splits);
        for name in end.splits {
            let Split { units, classes: places } = splits.shift_remove(&**name).unwrap_or_default();
            let units = units.close()?;
            if self.engine.scope == Scope::Dataset {
                self.wide(name, &units, None, &classes, out)?;
                continue;
            }
            let mut ranges = by_class(places)?;
            ranges.sort_by_key(|(class, _)| end.classes.index(*class));
            for range in ranges {
                let index = end.classes.index(range.0);
                let label = end.classes.names.get(index as usize).cloned().unwrap_or_default();
                self.wide(name, &units, Some((range, label, index)), &classes, out)?;
            }
        }
        Ok(())
    }
}

/// The class of a file: where its units are, its name and number.
type OfClass = ((ClassRef, Places), String, u32);

impl Outputs {
    /// Writes the outputs about a split, or about a class in it.
    fn wide(
        &mut self,
        split: &str,
        units: &Arc<Books>,
        class: Option<OfClass>,
        classes: &Classes,
        out: &mut Files,
    ) -> Result<(), StreamError> {
        let mut context: IndexMap<&str, Value> = IndexMap::new();
        context.insert("split", split.into());
        context.insert("classes", Value::from_object(classes.clone()));
        let mut of = "the dataset".to_owned();
        let mut range = None;
        if let Some((places, name, index)) = class {
            of = format!("class {name:?}");
            context.insert("class", name.into());
            context.insert("class_id", index.into());
            range = Some(places);
        }
        context.insert(
            "items",
            Value::from_object(Items { units: units.clone(), class: range, classes: classes.clone() }),
        );
        let context = Value::from_pairs(context);
        for output in 0..self.engine.outputs() {
            let bad = |reason: String| StreamError::Line { place: of.clone(), reason };
            let Some(wanted) = self.engine.path(output, &context).map_err(bad)? else { continue };
            let path = self.path(&wanted, if split.is_empty() { "2" } else { split });
            let mut to = Parts { files: out, path: &path, text: Vec::new(), failed: None };
            let written = self.engine.write(output, &path, context.clone(), &mut to);
            if let Some(error) = to.failed.take() {
                return Err(error);
            }
            written.map_err(bad)?;
            to.part(false)?;
        }
        Ok(())
    }
}

/// The classes of a split and the places of their units, out of their sorted list.
fn by_class(sorted: Sorted) -> Result<Vec<(ClassRef, Places)>, StreamError> {
    let mut all = Shelf::default();
    let mut ranges: Vec<(ClassRef, u64, usize)> = Vec::new();
    sorted.finish(|key| {
        let damaged = || StreamError::Internal("spooled class");
        let (kind, rest) = key.split_at_checked(1).ok_or_else(damaged)?;
        let (n, place) = rest.split_at_checked(10).ok_or_else(damaged)?;
        let n = n.parse().map_err(|_| damaged())?;
        let class = if kind == "l" { ClassRef::Listed(n) } else { ClassRef::Unlisted(n) };
        let place: u64 = place.parse().map_err(|_| damaged())?;
        let at = all.put(&place.to_le_bytes())?;
        match ranges.last_mut() {
            Some((last, _, count)) if *last == class => *count += 1,
            _ => ranges.push((class, at, 1)),
        }
        Ok(())
    })?;
    let all = all.close()?;
    let places = |first, count| Places { all: all.clone(), first, count };
    Ok(ranges.into_iter().map(|(class, first, count)| (class, places(first, count))).collect())
}

/// A long text, written in parts.
struct Parts<'p> {
    files: &'p mut Files,
    path: &'p str,
    text: Vec<u8>,
    failed: Option<StreamError>,
}

impl Parts<'_> {
    fn part(&mut self, more: bool) -> Result<(), StreamError> {
        let mut escaped = Vec::with_capacity(self.text.len() + 64);
        push_escaped_bytes(&mut escaped, &self.text);
        self.text.clear();
        self.files.text(self.path, &escaped, more, None)
    }
}

impl io::Write for Parts<'_> {
    /// Takes whole pieces of text, so a part never ends inside a character.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(bytes);
        if self.text.len() >= PART
            && let Err(error) = self.part(true)
        {
            self.failed = Some(error);
            return Err(io::Error::other("the output cannot be written"));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn failed(id: &str, reason: String) -> StreamError {
    StreamError::Line { place: format!("item {}", id.trim_matches('"')), reason }
}
