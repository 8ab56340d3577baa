//! The parallel side: a batch of lines → rendered records and counts.

use super::classes::Classes;
use super::item_row::Row;
use super::naming::{Name, safe};
use super::naming_template::Facts;
use crate::convert::declaration::{Declaration, Per};
use crate::convert::format::{Cx, Format, Unit};
use crate::convert::options::{Background, Images, Naming, OnError, Options};
use crate::convert::output::files::Original;
use crate::convert::report::tally::{Fate, ItemCounts, Tally};
use crate::dm::payload;
use crate::dm::payload::{Media, MediaKind, Payload};
use crate::dm::{Annotation, Arena, Reason};
use crate::item;
use crate::item::{FileRef, KeepRaw};
use crate::stream::json;
use crate::stream::json::{Raw, WithText, without_huge_numbers};
use crate::stream::{Batch, Line, StreamError};
use serde::de::IgnoredAny;
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// The name of a split.
type Split = Cow<'static, str>;

/// What workers need to know of the frames so far.
#[derive(Clone, Default)]
pub struct Shared {
    /// The class list.
    pub classes: Classes,
    /// Base of relative URLs, `https://host`.
    pub host: Option<Arc<str>>,
    /// Which rows they are: the `target` of the begin frame.
    pub target: Option<Arc<str>>,
}

/// One rendered unit.
pub struct Made {
    /// The item's id as JSON text.
    pub id_json: Range<usize>,
    /// The item's id as text.
    pub id: Range<usize>,
    /// Its number.
    pub number: Option<u64>,
    /// Name wanted for it.
    pub name: Name,
    /// Its split; empty without splits.
    pub split: Cow<'static, str>,
    /// The original, when there is one and it is wanted.
    pub original: Option<Original>,
    /// Rendered parts.
    pub head: Range<usize>,
    /// Rendered parts.
    pub body: Range<usize>,
    /// Counts of the unit.
    pub counts: ItemCounts,
    /// False: nothing was rendered, the record is for the report only.
    pub written: bool,
}

/// What became of a batch.
#[derive(Default)]
pub struct Chunk {
    /// Ids.
    pub text: Vec<u8>,
    /// First parts of the records.
    pub head: Vec<u8>,
    /// Second parts of the records.
    pub body: Vec<u8>,
    /// The records in order.
    pub made: Vec<Made>,
    /// Counts.
    pub tally: Tally,
    /// Lines passed over by `--on-error skip`.
    pub bad: Vec<StreamError>,
    /// The error that ends the run after the records above.
    pub failed: Option<StreamError>,
    /// Lines seen.
    pub lines: u64,
}

/// One worker thread's state.
pub struct Worker {
    format: Arc<dyn Format>,
    options: Arc<Options>,
    declared: &'static Declaration,
    per: Per,
    arena: Arena,
    cache: HashMap<String, u32>,
    ring: Vec<[f64; 2]>,
    /// Why the current item cannot be rendered.
    failed: Option<String>,
}

impl Worker {
    /// A worker for a format.
    pub fn new(format: Arc<dyn Format>, options: Arc<Options>) -> Self {
        Self {
            declared: format.declaration(),
            per: format.unit(),
            format,
            options,
            arena: Arena::default(),
            cache: HashMap::new(),
            ring: Vec::new(),
            failed: None,
        }
    }

    /// Renders a batch. A bad line is in the chunk, in its place.
    pub fn batch(&mut self, shared: &Shared, batch: &Batch) -> Chunk {
        let mut chunk = Chunk::default();
        for line in batch.lines() {
            chunk.lines += 1;
            if let Err(reason) = self.line(shared, &line, &mut chunk) {
                let error = batch.bad_line(&line, &reason);
                match self.options.on_error {
                    OnError::Stop => {
                        chunk.failed = Some(error);
                        break;
                    }
                    OnError::Skip => chunk.bad.push(error),
                }
            }
            if let Some(reason) = chunk.tally.first_loss.filter(|_| self.options.strict) {
                let reason =
                    format!("{reason} with --strict; run without it to leave out what cannot be written and count it");
                chunk.failed = Some(batch.bad_line(&line, &reason));
                break;
            }
        }
        chunk
    }

    fn line(&mut self, shared: &Shared, line: &Line<'_>, chunk: &mut Chunk) -> Result<(), String> {
        let mut arena = std::mem::take(&mut self.arena);
        let done = self.item_of(shared, line.bytes, &mut arena, chunk).or_else(|reason| {
            // A number out of range costs its annotation, not the line.
            let tame = without_huge_numbers(line.bytes).ok_or_else(|| reason.clone())?;
            self.item_of(shared, &tame, &mut arena, chunk).map_err(|_| reason)
        });
        self.arena = arena;
        match self.failed.take() {
            Some(reason) => Err(reason),
            None => done,
        }
    }

    /// Parses the row and its payload in one pass.
    fn item_of(&mut self, shared: &Shared, line: &[u8], arena: &mut Arena, chunk: &mut Chunk) -> Result<(), String> {
        if self.declared.raw {
            if let Ok(item) = item::parse(line, WithText(payload::Seed { arena })) {
                let (item, data) = item.split();
                let (payload, raw) = data.unzip();
                if payload.as_ref().is_none_or(|p| p.text.is_none()) {
                    self.item(&Row::new(shared, line, &item, raw, arena), payload.as_ref(), chunk);
                    return Ok(());
                }
            }
            // The payload is in a string, or is of numbers that cannot be read: it is kept whatever it is.
            let (item, data) = item::parse(line, KeepRaw)?.split();
            let string = data.as_ref().filter(|raw| raw.text().starts_with('"')).and_then(item::text);
            // A string that holds no JSON is all there is of a payload; its quotes keep the output readable.
            let unwrapped = string.filter(|text| json::parse::<IgnoredAny>(text.as_bytes()).is_ok());
            let raw = unwrapped.as_deref().or(data.as_ref().map(Raw::text));
            let mut tame = None;
            let payload = raw.and_then(|raw| read_payload(raw, &mut tame, arena));
            self.item(&Row::new(shared, line, &item, raw, arena), payload.as_ref(), chunk);
            return Ok(());
        }
        let (item, payload) = item::parse(line, payload::Seed { arena })?.split();
        match payload.as_ref().and_then(|p| p.text.as_deref()) {
            Some(text) => {
                let mut tame = None;
                let inner = read_payload(text, &mut tame, arena);
                self.item(&Row::new(shared, line, &item, None, arena), inner.as_ref(), chunk);
            }
            None => self.item(&Row::new(shared, line, &item, None, arena), payload.as_ref(), chunk),
        }
        Ok(())
    }

    fn item(&mut self, row: &Row<'_, '_>, payload: Option<&Payload<'_>>, chunk: &mut Chunk) {
        chunk.tally.items += 1;
        let split = row.split(&self.options);
        let mut counts = ItemCounts::default();
        let unreadable = Payload::default();
        // A format that copies the payload's bytes takes them whatever they are.
        let kept = (self.declared.raw && row.raw.is_some()).then_some(&unreadable);
        let Some(payload) = payload.filter(|p| !p.bad && p.text.is_none()).or(kept) else {
            chunk.tally.item_failed(Reason::ItemConversionFailed, &mut counts);
            let start = Start::of(chunk);
            self.push(row, &split, Name::of_id(&row.item.id), None, counts, start, false, chunk);
            return;
        };
        if !self.declared.raw {
            chunk.tally.malformed(payload.malformed, &split, &mut counts);
        }
        let mut counts = Some(counts);
        match self.per {
            Per::Item => {
                let file = item::primary(&row.files, true);
                let media = payload.media.iter().find(|m| m.kind == MediaKind::Image).or(payload.media.first());
                let place = Place { media, file, first: true };
                self.unit(row, payload, &split, place, counts.take().unwrap_or_default(), chunk);
            }
            Per::Media | Per::Image => {
                let only_images = self.per == Per::Image;
                let mut first = true;
                for media in &payload.media {
                    if !self.per.holds(media.kind) {
                        *chunk.tally.unheld.entry(media.kind).or_default() += 1;
                        let counts = counts.get_or_insert_default();
                        for a in &media.annotations {
                            let reason = a.problem.unwrap_or(Reason::UnsupportedAnnotationType);
                            self.lost(row, a, reason, &split, counts, chunk);
                        }
                        continue;
                    }
                    let place = Place { media: Some(media), file: row.file_of(media, first), first };
                    self.unit(row, payload, &split, place, counts.take().unwrap_or_default(), chunk);
                    first = false;
                }
                // An item without a media of its own is still one image, if its file is one.
                let file = item::primary(&row.files, only_images);
                let is_image = file.is_some_and(FileRef::is_image);
                if first && payload.media.is_empty() && (is_image || !only_images) {
                    let place = Place { media: None, file, first };
                    self.unit(row, payload, &split, place, counts.take().unwrap_or_default(), chunk);
                    first = false;
                }
                if let (true, true, Some(file)) = (first, payload.media.is_empty(), file) {
                    let kind = file.key.as_deref().map_or(MediaKind::Other, MediaKind::of_key);
                    *chunk.tally.unheld.entry(kind).or_default() += 1;
                }
                if first || counts.as_ref().is_some_and(|c| c.counts.seen > 0) {
                    let start = Start::of(chunk);
                    let counts = counts.take().unwrap_or_default();
                    self.push(row, &split, Name::of_id(&row.item.id), None, counts, start, false, chunk);
                }
            }
        }
    }

    /// Renders one unit.
    fn unit(
        &mut self,
        row: &Row<'_, '_>,
        payload: &Payload<'_>,
        split: &Split,
        place: Place<'_, '_>,
        mut counts: ItemCounts,
        chunk: &mut Chunk,
    ) {
        chunk.tally.units += 1;
        let named = self.name(row, split, &place, &mut counts, chunk);
        let size = row.size(place.media, place.file);
        let start = Start::of(chunk);
        let name = match named {
            Ok(name) => name,
            Err(reason) => {
                self.failed.get_or_insert_with(|| format!("item {}: {reason}", &*row.item.id));
                let own = place.media.map_or(&[][..], std::slice::from_ref);
                let media = if self.per == Per::Item { &payload.media } else { own };
                for a in media.iter().flat_map(|m| &m.annotations) {
                    let reason = a.problem.unwrap_or(Reason::ItemConversionFailed);
                    self.lost(row, a, reason, split, &mut counts, chunk);
                }
                self.push(row, split, Name::of_id(&row.item.id), None, counts, start, false, chunk);
                return;
            }
        };
        if self.declared.size && size.is_none() {
            chunk.tally.item_failed(Reason::ImageSizeUnknown, &mut counts);
            for a in place.media.into_iter().flat_map(|m| &m.annotations) {
                let reason = a.problem.unwrap_or(Reason::ImageSizeUnknown);
                self.lost(row, a, reason, split, &mut counts, chunk);
            }
            self.push(row, split, name, None, counts, start, false, chunk);
            return;
        }
        let unit = Unit {
            id: &row.item.id,
            media: place.media,
            payload,
            arena: row.arena,
            raw: row.raw,
            size,
            split,
            name: &name,
            line: row.line,
        };
        let mut cx = Cx {
            options: &self.options,
            classes: &row.shared.classes,
            cache: &mut self.cache,
            tally: &mut chunk.tally,
            item: &mut counts,
            head: &mut chunk.head,
            body: &mut chunk.body,
            failed: None,
            declared: self.declared,
            ring: &mut self.ring,
        };
        self.format.render(&unit, &mut cx);
        let failed = cx.failed.take();
        let written = failed.is_none() && (counts.counts.written > 0 || self.options.background == Background::Include);
        if let Some(reason) = failed {
            self.failed.get_or_insert_with(|| format!("item {}: {reason}", &*row.item.id));
        }
        if written {
            chunk.tally.image(split);
        } else {
            chunk.head.truncate(start.head);
            chunk.body.truncate(start.body);
        }
        let original = if written { self.original(row, place.file) } else { None };
        self.push(row, split, name, original, counts, start, written, chunk);
    }

    fn lost(
        &self,
        row: &Row<'_, '_>,
        a: &Annotation<'_>,
        reason: Reason,
        split: &str,
        counts: &mut ItemCounts,
        chunk: &mut Chunk,
    ) {
        let classes = &row.shared.classes;
        chunk.tally.annotation(a, classes.rename(&a.class), split, Fate::Lost(reason), None, counts);
    }

    /// The output name wanted for a unit.
    fn name(
        &self,
        row: &Row<'_, '_>,
        split: &str,
        place: &Place<'_, '_>,
        counts: &mut ItemCounts,
        chunk: &mut Chunk,
    ) -> Result<Name, String> {
        let original = place.file.and_then(|f| f.name.as_deref());
        let named = original.map(Name::of_original);
        if let Some(None) = named {
            chunk.tally.item_reason(Reason::InvalidOutputFilename, counts);
        }
        let named = named.flatten();
        let by_id = || {
            let mut name = Name::of_id(&row.item.id);
            if let (Some(media), false) = (place.media, place.first) {
                name.stem = format!("{}_{}", name.stem, safe(&media.key));
            }
            name
        };
        let template = match (&self.options.naming, named) {
            (Naming::Stem, Some(name)) => return Ok(name),
            (Naming::Id, Some(name)) => return Ok(Name { ext: name.ext, ..by_id() }),
            (Naming::Stem | Naming::Id, None) => return Ok(by_id()),
            (Naming::Template(template), named) => (template, named.unwrap_or_else(by_id)),
        };
        let (template, Name { stem, ext }) = template;
        let media = place.media.map_or("", |m| &m.key);
        let facts = Facts { stem: &stem, ext: &ext, id: &row.item.id, split, media, line: row.line };
        Ok(Name { stem: template.stem(&facts)?.unwrap_or_else(|| by_id().stem), ext })
    }

    fn original(&self, row: &Row<'_, '_>, file: Option<&FileRef<'_>>) -> Option<Original> {
        if self.options.images == Images::Omit {
            return None;
        }
        let file = file?;
        let url = file.url.as_deref()?;
        let url = match (&row.shared.host, url.starts_with('/')) {
            (Some(host), true) => format!("{}{url}", host.trim_end_matches('/')),
            _ => url.to_owned(),
        };
        // Only a signed URL expires.
        let target = row.shared.target.as_deref().filter(|_| url.contains('?'));
        let refresh = target.map(|target| refresh(target, row, file));
        Some(Original { url, bytes: file.bytes, sha256: file.sha256.as_deref().map(str::to_owned), refresh })
    }

    #[allow(clippy::too_many_arguments)]
    fn push(
        &self,
        row: &Row<'_, '_>,
        split: &Split,
        name: Name,
        original: Option<Original>,
        counts: ItemCounts,
        start: Start,
        written: bool,
        chunk: &mut Chunk,
    ) {
        let id = &row.item.id;
        let at = chunk.text.len();
        chunk.text.extend_from_slice(id.as_bytes());
        let json_at = chunk.text.len();
        if row.item.id_is_number {
            chunk.text.extend_from_slice(id.as_bytes());
        } else {
            chunk.text.push(b'"');
            crate::file_line::push_escaped(&mut chunk.text, id);
            chunk.text.push(b'"');
        }
        chunk.made.push(Made {
            id: at..json_at,
            id_json: json_at..chunk.text.len(),
            number: if row.item.id_is_number { id.parse().ok() } else { None },
            name,
            split: split.clone(),
            original,
            head: start.head..chunk.head.len(),
            body: start.body..chunk.body.len(),
            counts,
            written,
        });
    }
}

/// Reads a payload, if need be without its numbers out of range; `tame` holds its text then.
fn read_payload<'a>(text: &'a str, tame: &'a mut Option<Vec<u8>>, arena: &mut Arena) -> Option<Payload<'a>> {
    payload::read(text.as_bytes(), arena).ok().or_else(|| {
        *tame = without_huge_numbers(text.as_bytes());
        payload::read(tame.as_deref()?, arena).ok()
    })
}

/// Where a record's parts begin.
#[derive(Clone, Copy)]
struct Start {
    head: usize,
    body: usize,
}

impl Start {
    fn of(chunk: &Chunk) -> Self {
        Self { head: chunk.head.len(), body: chunk.body.len() }
    }
}

/// A media and the file it shows.
struct Place<'p, 'a> {
    media: Option<&'p Media<'a>>,
    file: Option<&'p FileRef<'a>>,
    first: bool,
}

/// What the sink needs to ask the backend for a new URL of a file: which row, and which of its files.
fn refresh(target: &str, row: &Row<'_, '_>, file: &FileRef<'_>) -> String {
    let mut text = String::from("{\"target\":");
    let quoted = |s: &str| serde_json::Value::from(s).to_string();
    text += &quoted(target);
    text += ",\"id\":";
    text += &if row.item.id_is_number { row.item.id.to_string() } else { quoted(&row.item.id) };
    if let Some(key) = &file.key {
        text += ",\"file\":";
        text += &quoted(key);
    }
    text.push('}');
    text
}
