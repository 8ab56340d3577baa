//! What the row around a payload says about its files, their sizes and its split.

use super::naming::{folder, is_plain_extension, safe};
use super::picture::By;
use super::split::{FieldPath, Split, UNASSIGNED, by_hash, of_category, scalar};
use super::stream_facts::StreamFacts;
use crate::convert::geometry::Size;
use crate::convert::options::Options;
use crate::dm::Arena;
use crate::dm::payload::{Media, MediaKind};
use crate::item;
use crate::item::{DataUnit, FileRef, Item, Pairs};
use crate::path::leaf;
use crate::selection::coverage::Coverage;
use crate::stream::json::{Raw, Str};
use serde::Deserialize;
use std::borrow::Cow;

/// A row with its files.
pub struct Row<'r, 'a> {
    /// What the frames so far say.
    pub facts: &'r StreamFacts,
    /// The whole line.
    pub line: &'r [u8],
    /// The row.
    pub item: &'r Item<'a, ()>,
    /// Its `data_unit`.
    pub unit: DataUnit<'a>,
    /// Its files in the order written.
    pub files: Vec<FileRef<'a>>,
    /// The payload's own bytes.
    pub raw: Option<&'r str>,
    /// Where the payload's coordinates are.
    pub arena: &'r Arena,
}

impl<'r, 'a> Row<'r, 'a> {
    /// Reads what the row says about its files.
    pub fn new(
        facts: &'r StreamFacts,
        line: &'r [u8],
        item: &'r Item<'a, ()>,
        raw: Option<&'r str>,
        arena: &'r Arena,
    ) -> Self {
        let unit = item.data_unit.as_ref().and_then(Raw::read_borrowed::<DataUnit<'a>>).unwrap_or_default();
        let files = item::files(item, &unit);
        Self { facts, line, item, unit, files, raw, arena }
    }

    /// The file of a media: the one of its key, else for the first media the primary one.
    pub fn file_of(&self, media: &Media<'a>, first: bool) -> Option<&FileRef<'a>> {
        item::file_of(&self.files, &media.key, first, media.kind == MediaKind::Image)
    }

    /// The size of a media: from the payload, `dimensions` of fetch, the file's `meta`, or `data_unit.meta`, in this order.
    pub fn size(&self, media: Option<&Media<'a>>, file: Option<&FileRef<'a>>) -> Option<Size> {
        let by_fetch = || {
            let raw = self.item.dimensions.as_ref()?;
            item::dimensions(raw).or_else(|| {
                let Pairs(map) = raw.read_borrowed()?;
                let key = media.map_or("image_1", |m| &m.key);
                map.iter().find(|(k, _)| &**k == key).and_then(|(_, v)| item::dimensions(v))
            })
        };
        // The unit's own size is that of its only image; with several it says nothing about each.
        let by_unit = || {
            self.unit.meta.as_ref().and_then(item::dimensions).filter(|_| media.is_none_or(|m| m.key.ends_with("_1")))
        };
        media
            .and_then(|m| m.size)
            .or_else(by_fetch)
            .or_else(|| file.and_then(|f| f.size))
            .or_else(by_unit)
            .map(|(w, h)| Size { w, h })
    }

    /// The extension of a file with its dot, as its URL or `origin_file_extension` of its data unit says. `of_image`: only one that images
    /// have.
    pub fn extension(&self, file: Option<&FileRef<'a>>, of_image: bool) -> Option<String> {
        #[derive(Deserialize)]
        struct Meta<'a> {
            #[serde(borrow, default)]
            origin_file_extension: Option<Raw<'a>>,
        }
        let fits = |ext: &&str| if of_image { item::is_image_extension(ext) } else { is_plain_extension(ext) };
        let by_url = file.and_then(FileRef::url_extension).filter(|ext| fits(ext)).map(|ext| format!(".{ext}"));
        by_url.or_else(|| {
            let meta = self.unit.meta.as_ref()?.read_borrowed::<Meta<'a>>()?;
            let text = meta.origin_file_extension.as_ref().and_then(item::text)?;
            Some(text.trim_start_matches('.')).filter(fits).map(|ext| format!(".{ext}"))
        })
    }

    /// The row's own category, else that of its data unit.
    pub fn category(&self) -> Option<Str<'a>> {
        #[derive(Deserialize)]
        struct Meta<'a> {
            #[serde(borrow, default)]
            category: Option<Raw<'a>>,
        }
        let own = self.item.category.as_ref().and_then(item::text);
        own.or_else(|| self.unit.meta.as_ref()?.read_borrowed::<Meta<'a>>()?.category.as_ref().and_then(item::text))
    }

    /// What tells whether another row is about the same picture, with its id: the data unit, of the row or of its task, else the task.
    pub fn picture(&self) -> Option<(By, Cow<'a, str>)> {
        #[derive(Default, Deserialize)]
        struct Parent<'a> {
            #[serde(borrow, default)]
            id: Option<Raw<'a>>,
            #[serde(borrow, default)]
            data_unit: Option<Raw<'a>>,
        }
        let object = |raw: &Raw<'a>| raw.text().starts_with('{').then(|| raw.read_borrowed::<Parent<'a>>()).flatten();
        // An object with its id, or the id alone.
        let id = |raw: &Raw<'a>| match object(raw) {
            Some(object) => object.id.and_then(scalar),
            None => scalar(raw.clone()),
        };
        let given = |id: &Cow<'a, str>| !id.is_empty();
        let unit = self.unit.id.clone().or_else(|| self.item.data_unit.clone()).as_ref().and_then(id).filter(given);
        if let Some(unit) = unit {
            return Some((By::DataUnit, unit));
        }
        let task = self.item.task.as_ref()?;
        let parent = object(task).unwrap_or_default();
        if let Some(unit) = parent.data_unit.as_ref().and_then(id).filter(given) {
            return Some((By::DataUnit, unit));
        }
        Some((By::Task, parent.id.map_or_else(|| scalar(task.clone()), scalar).filter(given)?))
    }

    /// The folder that a field of the row names, safe as one component of a path.
    pub fn folder(&self, field: &FieldPath) -> String {
        let value = field.value(self.line);
        value.as_deref().map(str::trim).filter(|value| !value.is_empty()).map_or(UNASSIGNED.to_owned(), folder)
    }

    /// The split the row belongs to; empty without splits. `picture`: the id of its picture, if it has one. Counts whether it has the
    /// field that decides.
    pub fn split(&self, options: &Options, picture: Option<&str>, coverage: &mut Coverage) -> Cow<'static, str> {
        let name = match &options.split {
            Split::None => return Cow::Borrowed(""),
            Split::Ratio { modulus, parts } => {
                let mut group = None;
                if let Some(field) = &options.split_group {
                    group = field.value(self.line);
                    coverage.count(field, self.line, group.is_some());
                }
                let key = group.as_deref().or(picture).unwrap_or(&self.item.id);
                return Cow::Borrowed(by_hash(key, *modulus, parts));
            }
            Split::Category => {
                let category = self.category().map(|c| of_category(&c).to_owned());
                if category.as_ref().is_some_and(|c| !c.is_empty()) {
                    coverage.with += 1;
                } else {
                    coverage.count(&FieldPath::of_category(), self.line, false);
                }
                category
            }
            Split::Field(field) => {
                let value = field.value(self.line).filter(|value| !value.is_empty()).map(Cow::into_owned);
                coverage.count(field, self.line, value.is_some());
                value
            }
        };
        match name.as_deref() {
            None | Some("") => Cow::Borrowed(UNASSIGNED),
            Some("train") => Cow::Borrowed("train"),
            Some("val") => Cow::Borrowed("val"),
            Some("test") => Cow::Borrowed("test"),
            // The exact value where it can be a folder's name.
            Some(other) if !other.contains(['/', '\\']) => leaf(other).unwrap_or_else(|_| safe(other)).into(),
            Some(other) => safe(other).into(),
        }
    }
}
