//! The sequential side: writes what the workers rendered, keeps what has to wait, renders it when the run is over.

use super::args::Scope;
use super::engine::{Engine, Made};
use super::items::{Items, Places};
use super::shelf::{Books, Shelf};
use super::values::{Classes, Names};
use super::wire::{Wire, class_of};
use crate::convert::engine::classes::{ClassRef, Classes as ListSoFar};
use crate::convert::engine::naming::{FolderTree, Taken, safe};
use crate::convert::engine::record::RecordRef;
use crate::convert::format::{Collector, RunEnd};
use crate::convert::output::document::Document;
use crate::convert::output::files::Files;
use crate::convert::output::layout::image_path;
use crate::convert::output::parts::{PartBuffer, Parts};
use crate::convert::output::sorted::Sorted;
use crate::convert::output::spool::Spool;
use crate::stream::{StreamError, json};
use crate::tr;
use crate::words::Message;
use indexmap::IndexMap;
use minijinja::Value;
use std::io;
use std::sync::Arc;

/// Pushes rendered outputs, after the bytes of the unit: whether they have to wait (1) or not (0), then path, id and text of each.
pub fn push(parts: &mut PartBuffer, waits: bool, made: &[Made]) {
    parts.push_number(waits.into());
    for one in made.iter().filter(|_| !waits) {
        parts.push_str(&one.path);
        parts.push_str(&one.id);
        parts.begin_text().plain(&one.text);
    }
}

/// Writes the outputs of a run.
pub struct Outputs {
    engine: Arc<Engine>,
    /// Paths of outputs and originals.
    taken: Taken,
    /// Their folders.
    folders: FolderTree,
    /// Outputs in a folder that has another name than the template gave it, and the first of them.
    apart: Option<(u64, String)>,
    /// Units whose text depends on the whole class list: item id, stem, bytes of the unit.
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
        let (mut taken, mut folders) = (Taken::default(), FolderTree::default());
        for own in ["export_summary.json", "export_report.json", "export_report.csv"] {
            taken.free(&format!("metadata/{own}"));
        }
        // These have their names whatever templates write before them.
        for own in ["metadata/", "images/"] {
            folders.of(own);
        }
        Self { engine, taken, folders, apart: None, waiting: Spool::default(), splits: IndexMap::new() }
    }

    /// A path that no other output has: as wanted, else with the id before its extension, and in folders that are no others where file
    /// systems have no case.
    fn path(&mut self, wanted: &str, id: &str) -> String {
        let own = self.folders.of(wanted);
        if *own != *wanted {
            self.apart.get_or_insert_with(|| (0, own.to_string())).0 += 1;
        }
        let wanted = &*own;
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
            let mut text = out.new_text();
            text.plain(&one.text);
            out.text(&path, text.get(), false, Some(id_json))?;
            if first.is_empty() {
                first = path;
            }
        }
        Ok(first)
    }

    /// Takes the path of the unit's original, so that no output gets it.
    fn place_original(&mut self, r: &RecordRef<'_>) -> Result<(), StreamError> {
        if r.original.is_none() {
            return Ok(());
        }
        let path = image_path(&r.split, r.stem, &r.name.ext);
        if self.folders.of(&path) == path && self.taken.free(&path) {
            return Ok(());
        }
        Err(StreamError::Cut(tr!("template-over-original", id = r.id.json(), path)))
    }

    /// Keeps a unit for templates about more than one item.
    fn shelve(&mut self, r: &RecordRef<'_>, out: &Files) -> Result<(), StreamError> {
        let mut parts = r.parts;
        let bytes = parts.bytes_part()?;
        let mut unit = out.new_parts();
        unit.push_str(r.stem);
        unit.push_bytes(bytes);
        if !self.splits.contains_key(&*r.split) {
            self.splits.insert(r.split.to_string(), Split::default());
        }
        let Some(split) = self.splits.get_mut(&*r.split) else { return Err(StreamError::Internal("template split")) };
        let place = split.units.put(unit.bytes())?;
        if self.engine.scope == Scope::Class {
            let wire: Wire<'_> = json::parse(bytes).map_err(|_| StreamError::Internal("template unit"))?;
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
    fn record(&mut self, r: &RecordRef<'_>, list: &ListSoFar, out: &mut Files) -> Result<String, StreamError> {
        self.place_original(r)?;
        if self.engine.scope.is_wide() {
            return self.shelve(r, out).map(|()| String::new());
        }
        let (mut parts, id) = (r.parts, r.id.json());
        let unit = parts.bytes_part()?;
        if parts.number()? != 0 {
            let mut waiting = out.new_parts();
            waiting.push_str(id);
            waiting.push_str(r.stem);
            waiting.push_bytes(unit);
            self.waiting.put(waiting.bytes())?;
            return Ok(String::new());
        }
        if r.stem != r.name.stem {
            // Rendered with a name that another item has.
            let classes = Classes::so_far(list);
            let names = Names { stem: r.stem, classes: &classes };
            let made = self.engine.render(unit, &names).map_err(|reason| failed(id, reason))?;
            return self.write(&made, r.id.text(), id, out);
        }
        let mut first = String::new();
        while !parts.is_empty() {
            let (wanted, of) = (parts.str()?, parts.str()?);
            let path = self.path(wanted, if of.is_empty() { r.id.text() } else { of });
            out.text(&path, parts.text()?, false, Some(id))?;
            if first.is_empty() {
                first = path;
            }
        }
        Ok(first)
    }

    fn finish(mut self: Box<Self>, end: &RunEnd<'_>, out: &mut Files) -> Result<(), StreamError> {
        self.write_rest(end, out)?;
        out.notes.extend(self.apart.map(|(files, first)| tr!("template-folders", files, ?first)));
        Ok(())
    }
}

impl Outputs {
    /// Writes what has waited for the end.
    fn write_rest(&mut self, end: &RunEnd<'_>, out: &mut Files) -> Result<(), StreamError> {
        let classes = Classes::finished(end.classes);
        let mut waiting = std::mem::take(&mut self.waiting).read()?;
        while let Some(unit) = waiting.next_record()? {
            let mut parts = Parts::of(unit);
            let (id, stem, bytes) = (parts.str()?, parts.str()?, parts.bytes_part()?);
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
            let bad = |reason: Message| StreamError::Line { place: of.clone(), reason };
            let Some(wanted) = self.engine.path(output, &context).map_err(bad)? else { continue };
            let path = self.path(&wanted, if split.is_empty() { "2" } else { split });
            let mut to = DocumentWriter { document: Document::new(&path, out), files: out, failed: None };
            let written = self.engine.write(output, &path, context.clone(), &mut to);
            if let Some(error) = to.failed.take() {
                return Err(error);
            }
            written.map_err(bad)?;
            to.document.finish(out)?;
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

/// A document as a template writes it.
struct DocumentWriter<'p> {
    files: &'p mut Files,
    document: Document,
    failed: Option<StreamError>,
}

impl io::Write for DocumentWriter<'_> {
    /// Takes whole pieces of text, so a part never ends inside a character.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.document.text().plain_bytes(bytes);
        if let Err(error) = self.document.spill(self.files) {
            self.failed = Some(error);
            return Err(io::Error::other("the output cannot be written"));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn failed(id: &str, reason: Message) -> StreamError {
    StreamError::Line { place: format!("item {}", id.trim_matches('"')), reason }
}
