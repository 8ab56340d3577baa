//! The parallel side: a batch of lines → rendered records and counts.

use super::fields::{self, FieldCounts, RowField};
use super::item_row::Row;
use super::naming::{Name, safe};
use super::naming_template::Facts;
use super::picture::Picture;
use super::record::{Id, Record};
use super::repeats::Ids;
use super::stream_facts::StreamFacts;
use crate::convert::declaration::{Declaration, UnitKind};
use crate::convert::format::{Format, RenderContext, Unit};
use crate::convert::geometry::fit::Rings;
use crate::convert::options::{Background, Images, Naming, OnError, Options};
use crate::convert::output::files::Original;
use crate::convert::output::parts::PartBuffer;
use crate::convert::report::tally::{Counts, Fate, ItemCounts, Tally};
use crate::dm::payload;
use crate::dm::payload::{Media, MediaKind, Payload};
use crate::dm::{Annotation, Arena, Reason};
use crate::item;
use crate::item::{FileRef, KeepRaw};
use crate::selection::coverage::Coverage;
use crate::stream::json;
use crate::stream::json::{Raw, WithText, without_huge_numbers};
use crate::stream::{Batch, Line, StreamError};
use crate::tr;
use crate::words::Message;
use serde::de::IgnoredAny;
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// What became of a batch.
pub struct Chunk {
    /// Parts of all records.
    pub parts: PartBuffer,
    /// The records in order, each with where its parts are.
    pub records: Vec<(Record, Range<usize>)>,
    /// Counts.
    pub tally: Tally,
    /// How many rows have the field that splits them.
    pub coverage: Coverage,
    /// How many rows have each field that the format reads.
    pub fields: FieldCounts,
    /// The ids of the rows.
    pub ids: Ids,
    /// Lines passed over by `--on-error skip`.
    pub bad: Vec<StreamError>,
    /// The error that ends the run after the records above.
    pub failed: Option<StreamError>,
    /// Lines seen.
    pub lines: u64,
}

impl Chunk {
    fn new(parts: PartBuffer) -> Self {
        Self {
            parts,
            records: Vec::new(),
            tally: Tally::default(),
            coverage: Coverage::default(),
            fields: FieldCounts::default(),
            ids: Ids::default(),
            bad: Vec::new(),
            failed: None,
            lines: 0,
        }
    }
}

/// One worker thread's state.
pub struct Worker {
    format: Arc<dyn Format>,
    options: Arc<Options>,
    declared: &'static Declaration,
    per: UnitKind,
    arena: Arena,
    cache: HashMap<String, u32>,
    rings: Rings,
    /// The fields of the row that the run reads.
    fields: Vec<RowField>,
    /// The folder of the current item.
    folder: String,
    /// No parts: what those of a batch begin as.
    no_parts: PartBuffer,
    /// Why the current item cannot be rendered.
    failed: Option<Message>,
}

impl Worker {
    /// A worker for a format. `no_parts`: parts of the run, none so far.
    pub fn new(format: Arc<dyn Format>, options: Arc<Options>, no_parts: PartBuffer) -> Self {
        Self {
            declared: format.declaration(),
            per: format.unit(),
            fields: fields::of_run(&*format, &options),
            folder: String::new(),
            format,
            options,
            arena: Arena::default(),
            cache: HashMap::new(),
            rings: Rings::default(),
            no_parts,
            failed: None,
        }
    }

    /// Renders a batch. A bad line is in the chunk, in its place.
    pub fn batch(&mut self, facts: &StreamFacts, batch: &Batch) -> Chunk {
        let mut chunk = Chunk::new(self.no_parts.empty());
        for line in batch.lines() {
            chunk.lines += 1;
            if let Err(reason) = self.line(facts, &line, &mut chunk) {
                let error = batch.bad_line(&line, reason);
                match self.options.on_error {
                    OnError::Stop => {
                        chunk.failed = Some(error);
                        break;
                    }
                    OnError::Skip => chunk.bad.push(error),
                }
            }
            if let Some(reason) = chunk.tally.first_loss.filter(|_| self.options.strict) {
                let reason = tr!("strict-item", reason);
                chunk.failed = Some(batch.bad_line(&line, reason));
                break;
            }
            if self.options.strict && chunk.coverage.without + chunk.fields.misplaced > 0 {
                let option = if chunk.coverage.without > 0 { "the split" } else { "--by" };
                let reason = tr!("strict-no-value", option);
                chunk.failed = Some(batch.bad_line(&line, reason));
                break;
            }
        }
        chunk
    }

    fn line(&mut self, facts: &StreamFacts, line: &Line<'_>, chunk: &mut Chunk) -> Result<(), Message> {
        let mut arena = std::mem::take(&mut self.arena);
        let done = self.item_of(facts, line.bytes, &mut arena, chunk).or_else(|reason| {
            // A number out of range costs its annotation, not the line.
            let tame = without_huge_numbers(line.bytes).ok_or_else(|| reason.clone())?;
            self.item_of(facts, &tame, &mut arena, chunk).map_err(|_| reason)
        });
        self.arena = arena;
        match self.failed.take() {
            Some(reason) => Err(reason),
            None => done,
        }
    }

    /// Parses the row and its payload in one pass.
    fn item_of(
        &mut self,
        facts: &StreamFacts,
        line: &[u8],
        arena: &mut Arena,
        chunk: &mut Chunk,
    ) -> Result<(), Message> {
        if self.declared.raw {
            if let Ok(item) = item::parse(line, WithText(payload::Seed { arena })) {
                let (item, data) = item.split();
                let (payload, raw) = data.unzip();
                if payload.as_ref().is_none_or(|p| p.text.is_none()) {
                    self.item(&Row::new(facts, line, &item, raw, arena), payload.as_ref(), chunk);
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
            self.item(&Row::new(facts, line, &item, raw, arena), payload.as_ref(), chunk);
            return Ok(());
        }
        let (item, payload) = item::parse(line, payload::Seed { arena })?.split();
        match payload.as_ref().and_then(|p| p.text.as_deref()) {
            Some(text) => {
                let mut tame = None;
                let inner = read_payload(text, &mut tame, arena);
                self.item(&Row::new(facts, line, &item, None, arena), inner.as_ref(), chunk);
            }
            None => self.item(&Row::new(facts, line, &item, None, arena), payload.as_ref(), chunk),
        }
        Ok(())
    }

    /// Renders an item, and counts it in its part of the split if anything of it is written.
    fn item(&mut self, row: &Row<'_, '_>, payload: Option<&Payload<'_>>, chunk: &mut Chunk) {
        chunk.tally.items += 1;
        chunk.ids.add(row.item);
        let first = chunk.records.len();
        let picture = row.picture();
        self.folder = self.options.by.as_ref().map_or(String::new(), |field| row.folder(field));
        let split = row.split(&self.options, picture.as_ref().map(|(_, id)| &**id), &mut chunk.coverage);
        self.units(row, payload, split, chunk);
        if let Some((record, _)) = chunk.records[first..].iter_mut().find(|(record, _)| record.written) {
            record.picture = picture.map(|(by, id)| Picture::new(by, &id));
            chunk.tally.item_in(&record.split);
        }
    }

    /// Renders the units of an item.
    fn units(&mut self, row: &Row<'_, '_>, payload: Option<&Payload<'_>>, split: Cow<'static, str>, chunk: &mut Chunk) {
        chunk.fields.count(&self.fields, row.line);
        let mut counts = ItemCounts::default();
        let unreadable = Payload::default();
        // A format that copies the payload's bytes takes them whatever they are.
        let kept = (self.declared.raw && row.raw.is_some()).then_some(&unreadable);
        let Some(payload) = payload.filter(|p| !p.bad && p.text.is_none()).or(kept) else {
            chunk.tally.item_failed(Reason::ItemConversionFailed, &mut counts);
            self.not_written(row, split, Name::of_id(&row.item.id), counts, chunk);
            return;
        };
        if !self.declared.raw {
            chunk.tally.malformed(payload.malformed, &split, &mut counts);
        }
        let mut counts = Some(counts);
        match self.per {
            UnitKind::Item => {
                let file = item::primary(&row.files, true);
                let media = payload.media.iter().find(|m| m.kind == MediaKind::Image).or(payload.media.first());
                let place = MediaFile { media, file, first: true };
                self.unit(row, payload, split, place, counts.take().unwrap_or_default(), chunk);
            }
            UnitKind::Media | UnitKind::Image => {
                let only_images = self.per == UnitKind::Image;
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
                    let place = MediaFile { media: Some(media), file: row.file_of(media, first), first };
                    self.unit(row, payload, split.clone(), place, counts.take().unwrap_or_default(), chunk);
                    first = false;
                }
                // An item without a media of its own is still one image, if its file is one.
                let file = item::primary(&row.files, only_images);
                let is_image = file.is_some_and(FileRef::is_image);
                if first && payload.media.is_empty() && (is_image || !only_images) {
                    let place = MediaFile { media: None, file, first };
                    self.unit(row, payload, split.clone(), place, counts.take().unwrap_or_default(), chunk);
                    first = false;
                }
                if let (true, true, Some(file)) = (first, payload.media.is_empty(), file) {
                    let kind = file.key.as_deref().map_or(MediaKind::Other, MediaKind::of_key);
                    *chunk.tally.unheld.entry(kind).or_default() += 1;
                }
                if first || counts.as_ref().is_some_and(|c| c.counts.seen > 0) {
                    let counts = counts.take().unwrap_or_default();
                    self.not_written(row, split.clone(), Name::of_id(&row.item.id), counts, chunk);
                }
            }
        }
    }

    /// Renders one unit.
    fn unit(
        &mut self,
        row: &Row<'_, '_>,
        payload: &Payload<'_>,
        split: Cow<'static, str>,
        place: MediaFile<'_, '_>,
        mut counts: ItemCounts,
        chunk: &mut Chunk,
    ) {
        chunk.tally.units += 1;
        let named = self.name(row, &split, &place, &mut counts, chunk);
        let size = row.size(place.media, place.file);
        let name = match named {
            Ok(name) => name,
            Err(reason) => {
                self.failed.get_or_insert_with(|| tr!("convert-item", id = &*row.item.id, reason));
                let own = place.media.map_or(&[][..], std::slice::from_ref);
                let media = if self.per == UnitKind::Item { &payload.media } else { own };
                for a in media.iter().flat_map(|m| &m.annotations) {
                    let reason = a.problem.unwrap_or(Reason::ItemConversionFailed);
                    self.lost(row, a, reason, &split, &mut counts, chunk);
                }
                self.not_written(row, split, Name::of_id(&row.item.id), counts, chunk);
                return;
            }
        };
        if self.declared.size && size.is_none() {
            chunk.tally.item_failed(Reason::ImageSizeUnknown, &mut counts);
            for a in place.media.into_iter().flat_map(|m| &m.annotations) {
                let reason = a.problem.unwrap_or(Reason::ImageSizeUnknown);
                self.lost(row, a, reason, &split, &mut counts, chunk);
            }
            self.not_written(row, split, name, counts, chunk);
            return;
        }
        let unit = Unit {
            id: &row.item.id,
            media: place.media,
            payload,
            arena: row.arena,
            raw: row.raw,
            size,
            split: &split,
            name: &name,
            line: row.line,
        };
        let start = chunk.parts.end();
        let mut cx = RenderContext {
            options: &self.options,
            classes: &row.facts.classes,
            cache: &mut self.cache,
            tally: &mut chunk.tally,
            item: &mut counts,
            parts: &mut chunk.parts,
            failed: None,
            declared: self.declared,
            rings: &mut self.rings,
        };
        self.format.render(&unit, &mut cx);
        let failed = cx.failed.take();
        let Counts { seen, written, .. } = counts.counts;
        let stays = match self.options.background {
            Background::Include => true,
            Background::Unlabeled => seen == 0,
            Background::Omit => false,
        };
        let emptied = seen > 0 && written == 0 && failed.is_none();
        let written = failed.is_none() && (written > 0 || stays);
        if emptied {
            chunk.tally.emptied(written);
        }
        if let Some(reason) = failed {
            self.failed.get_or_insert_with(|| tr!("convert-item", id = &*row.item.id, reason));
        }
        if written {
            chunk.tally.image(&split);
        } else {
            chunk.parts.take_back(start);
        }
        let original = if written { self.original(row, place.file) } else { None };
        let parts = start..chunk.parts.end();
        let id = Id::new(&row.item.id, row.item.id_is_number);
        chunk.records.push((
            Record { id, name, split, folder: self.folder.clone(), original, counts, written, picture: None },
            parts,
        ));
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
        let classes = &row.facts.classes;
        chunk.tally.annotation(a, classes.rename(&a.class), split, Fate::Lost(reason), None, counts);
    }

    /// The output name wanted for a unit.
    fn name(
        &self,
        row: &Row<'_, '_>,
        split: &str,
        place: &MediaFile<'_, '_>,
        counts: &mut ItemCounts,
        chunk: &mut Chunk,
    ) -> Result<Name, Message> {
        let original = place.file.and_then(|f| f.name.as_deref()).map(Name::of_original);
        if let Some((None, _)) = original {
            chunk.tally.item_reason(Reason::InvalidOutputFilename, counts);
        }
        let (stem, ext) = original.unwrap_or_default();
        let (stem, ext) = self.with_extension(row, place, stem, ext);
        let named = stem.map(|stem| Name { stem, ext: ext.clone() });
        let by_id = || {
            let mut name = Name { ext: ext.clone(), ..Name::of_id(&row.item.id) };
            if let (Some(media), false) = (place.media, place.first) {
                name.stem = format!("{}_{}", name.stem, safe(&media.key));
            }
            name
        };
        let template = match (&self.options.naming, named) {
            (Naming::Stem, Some(name)) => return Ok(name),
            (Naming::Id, _) | (Naming::Stem, None) => return Ok(by_id()),
            (Naming::Template(template), named) => (template, named.unwrap_or_else(by_id)),
        };
        let (template, Name { stem, ext }) = template;
        let media = place.media.map_or("", |m| &m.key);
        let facts = Facts { stem: &stem, ext: &ext, id: &row.item.id, split, media, line: row.line };
        Ok(Name { stem: template.stem(&facts)?.unwrap_or_else(|| by_id().stem), ext })
    }

    /// The stem and extension of an original name, with the extension that the row gives elsewhere when the name has none. Readers find
    /// images by their extension, so an image gets one of an image: `frame.0001` of a JPEG is `frame.0001.jpg`.
    fn with_extension(
        &self,
        row: &Row<'_, '_>,
        place: &MediaFile<'_, '_>,
        stem: Option<String>,
        ext: String,
    ) -> (Option<String>, String) {
        let of_images = self.per == UnitKind::Image;
        let known = if of_images { item::is_image_extension(ext.trim_start_matches('.')) } else { !ext.is_empty() };
        if known {
            return (stem, ext);
        }
        match row.extension(place.file, of_images) {
            Some(better) => (stem.map(|stem| stem + &ext), better),
            None => (stem, ext),
        }
    }

    fn original(&self, row: &Row<'_, '_>, file: Option<&FileRef<'_>>) -> Option<Original> {
        if self.options.images == Images::Omit {
            return None;
        }
        let file = file?;
        let url = file.url.as_deref()?;
        let url = match (&row.facts.host, url.starts_with('/')) {
            (Some(host), true) => format!("{}{url}", host.trim_end_matches('/')),
            _ => url.to_owned(),
        };
        // Only a signed URL expires.
        let target = row.facts.target.as_deref().filter(|_| url.contains('?'));
        let refresh = target.map(|target| refresh(target, row, file));
        Some(Original { url, bytes: file.bytes, sha256: file.sha256.as_deref().map(str::to_owned), refresh })
    }

    /// Adds a record for the report only.
    fn not_written(
        &self,
        row: &Row<'_, '_>,
        split: Cow<'static, str>,
        name: Name,
        counts: ItemCounts,
        chunk: &mut Chunk,
    ) {
        let id = Id::new(&row.item.id, row.item.id_is_number);
        chunk.records.push((
            Record {
                id,
                name,
                split,
                folder: self.folder.clone(),
                original: None,
                counts,
                written: false,
                picture: None,
            },
            0..0,
        ));
    }
}

/// Reads a payload, if need be without its numbers out of range; `tame` holds its text then.
fn read_payload<'a>(text: &'a str, tame: &'a mut Option<Vec<u8>>, arena: &mut Arena) -> Option<Payload<'a>> {
    payload::read(text.as_bytes(), arena).ok().or_else(|| {
        *tame = without_huge_numbers(text.as_bytes());
        payload::read(tame.as_deref()?, arena).ok()
    })
}

/// A media and the file it shows.
struct MediaFile<'p, 'a> {
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
