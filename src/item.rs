//! Item lines: one row of the backend as it came (docs/backend.md §6), borrowed from the line.
//!
//! Only what a stage asks for is parsed; the rest is skipped, but still checked to be JSON.

use crate::dm::payload::size;
use crate::stream::json;
use crate::stream::json::{Raw, Str};
use crate::tr;
use crate::words::Message;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use std::fmt;

/// A row. `D` is the type that `data`, the annotation payload, was read as.
#[derive(Debug)]
pub struct Item<'a, D> {
    /// `id` as text: the digits of a number, the content of a string.
    pub id: Str<'a>,
    /// Whether `id` was a number.
    pub id_is_number: bool,
    /// `pgh_id`: the number of an event of ground truth.
    pub pgh_id: Option<Raw<'a>>,
    /// `data`; `None` when the row has no such key.
    pub data: Option<D>,
    /// `split`, when a stage before wrote one.
    pub split: Option<Raw<'a>>,
    /// `file`: one file object.
    pub file: Option<Raw<'a>>,
    /// `files` or `files_manifest`: file objects by specification, or a list of them.
    pub files: Option<Raw<'a>>,
    /// `data_unit`.
    pub data_unit: Option<Raw<'a>>,
    /// `dimensions`, added by fetch: `{media key: {width, height}}` or `{width, height}`, pixels.
    pub dimensions: Option<Raw<'a>>,
    /// `category` of a ground-truth row.
    pub category: Option<Raw<'a>>,
    /// `status_label`.
    pub status_label: Option<Raw<'a>>,
    /// `status_review`.
    pub status_review: Option<Raw<'a>>,
    /// `tags` of the row.
    pub tags: Option<Raw<'a>>,
    /// `task`.
    pub task: Option<Raw<'a>>,
    /// `created`.
    pub created: Option<Raw<'a>>,
    /// The people who work on the row: `user`, `assignee`, `labeler`, `users`, in the order written.
    pub users: Vec<Raw<'a>>,
}

impl<'a, D> Item<'a, D> {
    /// The row without its payload, and the payload.
    pub fn split(self) -> (Item<'a, ()>, Option<D>) {
        let Self { id, id_is_number, pgh_id, data, split, file, files, data_unit, dimensions, category, .. } = self;
        let Self { status_label, status_review, tags, task, created, users, .. } = self;
        let row = Item {
            id,
            id_is_number,
            pgh_id,
            data: None,
            split,
            file,
            files,
            data_unit,
            dimensions,
            category,
            status_label,
            status_review,
            tags,
            task,
            created,
            users,
        };
        (row, data)
    }
}

/// Parses a line. The seed `data` reads the key `data`: [`KeepRaw`], [`Skip`], or [`crate::dm::payload::Seed`].
///
/// # Errors
/// One line of text: the line is not JSON, not an object, has no usable `id`, has `data` twice, or `@stream` is not its first key. The caller adds
/// the place; the run ends with exit 3 unless such lines are skipped.
pub fn parse<'a, S: DeserializeSeed<'a>>(line: &'a [u8], data: S) -> Result<Item<'a, S::Value>, Message> {
    let item = json::parse_with(line, ItemSeed { data: Some(data) })?;
    if item.id.is_empty() {
        return Err(tr!("row-no-id"));
    }
    Ok(item)
}

/// The id of a line that [`parse`] refuses, for the message about it, at most 80 characters. `None` when no id stands before the mistake.
pub fn id_of_bad(line: &[u8]) -> Option<String> {
    const LONGEST: usize = 80;
    let text = String::from_utf8_lossy(line);
    let mut id = None;
    // That it fails is known; what counts is how far it came.
    let _ = json::parse_with(text.as_bytes(), IdSeed(&mut id));
    id.map(|id| id.chars().take(LONGEST).collect())
}

struct IdSeed<'s>(&'s mut Option<String>);

impl<'de> DeserializeSeed<'de> for IdSeed<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for IdSeed<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        while let Some(key) = object.next_key::<Str<'de>>()? {
            if &*key == "id" {
                let (id, _) = id_text(object.next_value::<Raw<'de>>()?);
                *self.0 = Some(id.to_string()).filter(|id| !id.is_empty());
            } else {
                object.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// Leaves `data` as it is written.
pub struct KeepRaw;

impl<'de> DeserializeSeed<'de> for KeepRaw {
    type Value = Raw<'de>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw<'de>, D::Error> {
        Raw::deserialize(deserializer)
    }
}

/// Reads past `data`.
pub struct Skip;

impl<'de> DeserializeSeed<'de> for Skip {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        IgnoredAny::deserialize(deserializer).map(drop)
    }
}

struct ItemSeed<S> {
    data: Option<S>,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for ItemSeed<S> {
    type Value = Item<'de, S::Value>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for ItemSeed<S> {
    type Value = Item<'de, S::Value>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row (a JSON object)")
    }
    fn visit_map<A: MapAccess<'de>>(mut self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut item = Item {
            id: Str::default(),
            id_is_number: false,
            pgh_id: None,
            data: None,
            split: None,
            file: None,
            files: None,
            data_unit: None,
            dimensions: None,
            category: None,
            status_label: None,
            status_review: None,
            tags: None,
            task: None,
            created: None,
            users: Vec::new(),
        };
        while let Some(key) = object.next_key::<Str<'de>>()? {
            let slot = match &*key {
                "id" => {
                    let raw = object.next_value::<Raw<'de>>()?;
                    (item.id, item.id_is_number) = id_text(raw);
                    continue;
                }
                "data" => {
                    match self.data.take() {
                        Some(seed) => item.data = Some(object.next_value_seed(seed)?),
                        None => return Err(A::Error::custom("the row has `data` twice")),
                    }
                    continue;
                }
                "pgh_id" => &mut item.pgh_id,
                "split" => &mut item.split,
                "file" => &mut item.file,
                "files" | "files_manifest" => {
                    let raw = object.next_value::<Raw<'de>>()?;
                    if raw.text() != "null" {
                        item.files = Some(raw);
                    }
                    continue;
                }
                "data_unit" => &mut item.data_unit,
                "dimensions" => &mut item.dimensions,
                "category" => &mut item.category,
                "status_label" => &mut item.status_label,
                "status_review" => &mut item.status_review,
                "tags" => &mut item.tags,
                "task" => &mut item.task,
                "created" => &mut item.created,
                "user" | "assignee" | "labeler" | "users" => {
                    item.users.push(object.next_value()?);
                    continue;
                }
                "@stream" => {
                    return Err(A::Error::custom("a frame line must have @stream as its first key"));
                }
                _ => {
                    object.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            *slot = Some(object.next_value()?);
        }
        Ok(item)
    }
}

/// The text of an id; empty when it is neither a number nor a string.
fn id_text(raw: Raw<'_>) -> (Str<'_>, bool) {
    match raw.text().as_bytes().first() {
        Some(b'0'..=b'9' | b'-') => (Str(raw.0), true),
        Some(b'"') => (raw.read_borrowed().unwrap_or_default(), false),
        _ => (Str::default(), false),
    }
}

/// One original file of an item.
#[derive(Clone, Debug, Default)]
pub struct FileRef<'a> {
    /// The file specification it is filed under, which is the media key (`image_1`); `None` for files in lists.
    pub key: Option<Str<'a>>,
    /// URL of its content; may be relative to the host, may be presigned and so expire.
    pub url: Option<Str<'a>>,
    /// The original name: the first of `file_name_original`, `filename`, `name`.
    pub name: Option<Str<'a>>,
    /// `is_primary`.
    pub is_primary: bool,
    /// Width and height in pixels, from `meta` of the file.
    pub size: Option<(u32, u32)>,
    /// Size in bytes, when the row says.
    pub bytes: Option<u64>,
    /// SHA-256 in hexadecimal, when the row says.
    pub sha256: Option<Str<'a>>,
}

impl FileRef<'_> {
    /// Whether its name has an image extension.
    pub fn is_image(&self) -> bool {
        let name = self.name.as_deref().unwrap_or_default();
        name.rsplit_once('.').is_some_and(|(_, ext)| is_image_extension(ext))
    }

    /// The extension at the end of its URL's path, without the dot.
    pub fn url_extension(&self) -> Option<&str> {
        let path = self.url.as_deref()?.split(['?', '#']).next()?;
        let (_, ext) = path.rsplit('/').next()?.rsplit_once('.')?;
        Some(ext).filter(|ext| !ext.is_empty())
    }
}

#[derive(Deserialize)]
struct WireFile<'a> {
    #[serde(borrow, default)]
    url: Option<Raw<'a>>,
    #[serde(borrow, default)]
    file_name_original: Option<Raw<'a>>,
    #[serde(borrow, default)]
    filename: Option<Raw<'a>>,
    #[serde(borrow, default)]
    name: Option<Raw<'a>>,
    #[serde(borrow, default)]
    is_primary: Option<Raw<'a>>,
    #[serde(borrow, default)]
    meta: Option<Raw<'a>>,
    #[serde(borrow, default)]
    size: Option<Raw<'a>>,
    #[serde(borrow, default)]
    sha256: Option<Raw<'a>>,
}

/// The string in a raw value; `None` when it is not a string or empty.
pub fn text<'a>(raw: &Raw<'a>) -> Option<Str<'a>> {
    raw.read_borrowed::<Str<'a>>().filter(|t| !t.is_empty())
}

/// Width and height of an image in pixels, from the keys `width` and `height` of an object. `None` unless both are positive integers, as
/// numbers or as strings of digits (the platform writes both).
pub fn dimensions(raw: &Raw<'_>) -> Option<(u32, u32)> {
    #[derive(Deserialize)]
    struct Wh<'a> {
        #[serde(borrow)]
        width: Raw<'a>,
        #[serde(borrow)]
        height: Raw<'a>,
    }
    let wh: Wh<'_> = raw.read()?;
    let number = |r: &Raw<'_>| r.text().trim_matches('"').parse::<f64>().ok();
    size(number(&wh.width)?, number(&wh.height)?)
}

fn file_ref<'a>(key: Option<Str<'a>>, raw: &Raw<'a>) -> Option<FileRef<'a>> {
    let f: WireFile<'a> = raw.read_borrowed()?;
    let text_of = |r: &Option<Raw<'a>>| r.as_ref().and_then(text);
    Some(FileRef {
        key,
        url: text_of(&f.url),
        name: text_of(&f.file_name_original).or_else(|| text_of(&f.filename)).or_else(|| text_of(&f.name)),
        is_primary: f.is_primary.as_ref().is_some_and(|r| r.text() == "true"),
        size: f.meta.as_ref().and_then(dimensions),
        bytes: f.size.as_ref().and_then(Raw::read),
        sha256: text_of(&f.sha256).filter(|s| s.len() == 64),
    })
}

/// The row's `data_unit` as far as files and names need it.
#[derive(Debug, Deserialize, Default)]
pub struct DataUnit<'a> {
    /// `id` of the data unit.
    #[serde(borrow, default)]
    pub id: Option<Raw<'a>>,
    /// `meta`: any JSON; see docs/backend.md §6 for the keys in use.
    #[serde(borrow, default)]
    pub meta: Option<Raw<'a>>,
    #[serde(borrow, default)]
    files: Option<Raw<'a>>,
    #[serde(borrow, default)]
    files_manifest: Option<Raw<'a>>,
}

/// All files of a row in the order written: `data_unit.files`, else `files`/`files_manifest`, else `file`.
pub fn files<'a, D>(item: &Item<'a, D>, unit: &DataUnit<'a>) -> Vec<FileRef<'a>> {
    for raw in [&unit.files, &unit.files_manifest, &item.files] {
        let list = raw.as_ref().map(file_list).unwrap_or_default();
        if !list.is_empty() {
            return list;
        }
    }
    item.file.as_ref().map(file_list).unwrap_or_default()
}

/// File objects from an object of objects, a list, or a single one.
fn file_list<'a>(raw: &Raw<'a>) -> Vec<FileRef<'a>> {
    if raw.text().starts_with('[') {
        let list = raw.read_borrowed::<Vec<Raw<'a>>>().unwrap_or_default();
        return list.iter().filter_map(|one| file_ref(None, one)).collect();
    }
    let Some(Pairs(map)) = raw.read_borrowed::<Pairs<'a>>() else { return Vec::new() };
    if map.iter().any(|(k, v)| matches!(&**k, "url" | "file_name_original") && v.text().starts_with('"')) {
        return file_ref(None, raw).into_iter().collect();
    }
    map.into_iter().filter_map(|(key, one)| file_ref(Some(key), &one)).collect()
}

/// An object as its entries in order.
pub struct Pairs<'a>(pub Vec<(Str<'a>, Raw<'a>)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Pairs<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
                let mut out = Vec::new();
                while let Some(entry) = object.next_entry()? {
                    out.push(entry);
                }
                Ok(Pairs(out))
            }
        }
        deserializer.deserialize_map(Visit)
    }
}

/// The file that stands for the whole item: the one marked `is_primary`; else, if an image is wanted, the first with an image extension;
/// else the first. `None` only without any file. (docs/backend.md §6)
pub fn primary<'f, 'a>(files: &'f [FileRef<'a>], want_image: bool) -> Option<&'f FileRef<'a>> {
    let image = |f: &&FileRef<'a>| f.is_image();
    files
        .iter()
        .find(|f| f.is_primary)
        .or_else(|| want_image.then(|| files.iter().find(image)).flatten())
        .or_else(|| files.first())
}

/// The file of a media: the one of its key, else for the first media of an item the primary one.
pub fn file_of<'f, 'a>(
    files: &'f [FileRef<'a>],
    media: &str,
    first: bool,
    want_image: bool,
) -> Option<&'f FileRef<'a>> {
    let keyed = files.iter().find(|f| f.key.as_ref().is_some_and(|k| **k == *media));
    keyed.or_else(|| if first { primary(files, want_image) } else { None })
}

/// Whether a file extension (without the dot) is one of an image format that the readers of our formats know.
pub fn is_image_extension(ext: &str) -> bool {
    const IMAGES: [&str; 12] =
        ["jpg", "jpeg", "png", "bmp", "webp", "tif", "tiff", "gif", "avif", "heic", "jfif", "dng"];
    IMAGES.iter().any(|known| ext.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_every_way_files_are_given() {
        let cases = [
            r#"{"id":1,"file":{"url":"u","file_name_original":"a.jpg"}}"#,
            r#"{"id":1,"data_unit":{"files":{"image_1":{"url":"u","name":"a.jpg","is_primary":true},"meta_1":{"url":"v"}}}}"#,
            r#"{"id":1,"files_manifest":null,"files":[{"url":"u","filename":"a.jpg"}]}"#,
            r#"{"id":"x","data_unit":{"files":null,"files_manifest":{"j":{"name":"z.json"},"i":{"name":"a.jpg"}}}}"#,
        ];
        for line in cases {
            let item = parse(line.as_bytes(), Skip).unwrap();
            let unit = item.data_unit.as_ref().and_then(Raw::read_borrowed::<DataUnit<'_>>).unwrap_or_default();
            let files = files(&item, &unit);
            assert_eq!(primary(&files, true).unwrap().name.as_deref(), Some("a.jpg"), "{line}");
        }
    }

    #[test]
    fn ids_are_numbers_or_strings() {
        assert_eq!(&*parse(br#"{"id":12345678901234567890}"#, Skip).unwrap().id, "12345678901234567890");
        assert_eq!(&*parse(br#"{"id":"a\u0062"}"#, Skip).unwrap().id, "ab");
        for bad in [&br#"{}"#[..], br#"{"id":null}"#, br#"{"id":""}"#, br#"[1]"#, br#"{"id":[1]}"#] {
            assert!(parse(bad, Skip).is_err());
        }
    }

    #[test]
    fn a_bad_line_still_names_its_item() {
        let cases: [(&[u8], Option<&str>); 6] = [
            (br#"{"id":17,"data":{"a":[1,}}"#, Some("17")),
            (b"{\"id\":\"x\",\"name\":\"\xff\"}", Some("x")),
            (br#"{"id":17"#, Some("17")),
            (br#"{"data":[,"id":17}"#, None),
            (br#"{"id":null}"#, None),
            (b"hello", None),
        ];
        for (line, id) in cases {
            assert_eq!(id_of_bad(line).as_deref(), id, "{}", String::from_utf8_lossy(line));
        }
    }

    #[test]
    fn sizes_are_positive_integers() {
        let wh = |s: &'static str| dimensions(&Raw(std::borrow::Cow::Borrowed(s)));
        assert_eq!(wh(r#"{"width":640,"height":"480"}"#), Some((640, 480)));
        assert_eq!(wh(r#"{"width":640.5,"height":480}"#), None);
        assert_eq!(wh(r#"{"width":-1,"height":480}"#), None);
    }
}
