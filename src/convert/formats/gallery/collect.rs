//! Writes the data of the page as items come: no item waits for the end.

use super::args::Link;
use super::facts::Facts;
use super::overview::Overview;
use super::pages;
use crate::convert::engine::classes::Classes;
use crate::convert::engine::record::RecordRef;
use crate::convert::format::{Collector, RunEnd};
use crate::convert::geometry::keypoints::Profile;
use crate::convert::output::document::Document;
use crate::convert::output::files::Files;
use crate::convert::output::layout::image_path;
use crate::convert::output::text::{Lit, Text, TextRef, lit};
use crate::presigned::{is_presigned, without_query};
use crate::stream::{StreamError, json};
use crate::tr;

/// Items of a file at most, and how many bytes of them begin the next one: what the page loads to show one of them.
const ITEMS: u32 = 200;
const BYTES: usize = 256 * 1024;
/// Rows of a file of the index.
const ROWS: u32 = 4000;

/// A script being written that calls a function of the page with a list: `gallery.items(0,[…]);`
struct Script {
    document: Document,
    /// Elements so far.
    elements: u32,
    /// Bytes so far.
    bytes: usize,
}

impl Script {
    fn begin(path: String, call: Lit, number: u32, out: &Files) -> Self {
        let mut document = Document::new(path, out);
        let text = document.text();
        text.lit(call);
        text.int(number);
        text.lit(lit!(",[\n"));
        Self { document, elements: 0, bytes: 0 }
    }

    /// Appends an element.
    fn add(&mut self, element: TextRef<'_>, out: &mut Files) -> Result<(), StreamError> {
        let text = self.document.text();
        if self.elements > 0 {
            text.lit(lit!(",\n"));
        }
        let before = text.len();
        text.append(element);
        self.bytes += text.len() - before;
        self.elements += 1;
        self.document.spill(out)
    }

    fn finish(mut self, out: &mut Files) -> Result<(), StreamError> {
        self.document.text().lit(lit!("\n]);\n"));
        self.document.finish(out)
    }
}

/// The collecting side of a gallery.
pub struct Gallery {
    link: Link,
    profile: Profile,
    /// Items so far.
    count: u32,
    /// The number of the first item of each file of items.
    firsts: Vec<u32>,
    items: Option<Script>,
    index: Option<Script>,
    overview: Overview,
    /// An element being made; memory that is used again.
    element: Option<Text>,
    /// Originals with a presigned URL.
    signed: u64,
}

impl Gallery {
    /// Nothing yet.
    pub fn new(link: Link, profile: Profile) -> Self {
        Self {
            link,
            profile,
            count: 0,
            firsts: Vec::new(),
            items: None,
            index: None,
            overview: Overview::default(),
            element: None,
            signed: 0,
        }
    }

    /// Where the page finds the original of a record; empty: nowhere.
    fn original<'r>(&mut self, r: &'r RecordRef<'_>) -> std::borrow::Cow<'r, str> {
        if self.link == Link::Dataset {
            return image_path(&r.split, r.stem, &r.name.ext).into();
        }
        let Some(original) = &r.original else { return "".into() };
        let signed = is_presigned(&original.url);
        self.signed += u64::from(signed);
        if signed && self.link == Link::Url { without_query(&original.url) } else { &original.url }.into()
    }

    /// Makes the element of an item.
    fn item(&mut self, r: &RecordRef<'_>, body: TextRef<'_>, text: &mut Text) {
        text.lit(lit!("{\"name\":\""));
        text.json_inside(r.stem);
        text.json_inside(&r.name.ext);
        text.lit(lit!("\",\"item\":"));
        text.json_string(r.id.text());
        let original = self.original(r);
        if !original.is_empty() {
            text.lit(if self.link == Link::Dataset { lit!(",\"file\":") } else { lit!(",\"url\":") });
            text.json_string(&original);
        }
        text.append(body);
        text.byte::<b'}'>();
    }

    /// Tells what became of presigned URLs.
    fn notes(&self, out: &mut Files) {
        let n = self.signed;
        match self.link {
            _ if n == 0 => {}
            Link::Url => out.notes.push(tr!("gallery-stripped", n)),
            _ => out.notes.push(tr!("gallery-kept", n)),
        }
    }
}

impl Collector for Gallery {
    fn record(&mut self, r: &RecordRef<'_>, _: &Classes, out: &mut Files) -> Result<String, StreamError> {
        let mut parts = r.parts;
        let body = parts.text()?;
        let mut facts: Facts =
            json::parse(parts.bytes_part()?).map_err(|_| StreamError::Internal("facts of a gallery"))?;
        for (reason, n) in &r.counts.reasons {
            *facts.reasons.entry(*reason).or_default() += n;
        }
        let mut text = self.element.take().unwrap_or_else(|| out.new_text());

        let path = self.firsts.len();
        if self.items.as_ref().is_some_and(|s| s.elements >= ITEMS || s.bytes >= BYTES) {
            self.items.take().map_or(Ok(()), |script| script.finish(out))?;
        }
        let number = if self.items.is_some() { path - 1 } else { path };
        let path = format!("data/{number:04}.js");
        text.clear();
        self.item(r, body, &mut text);
        let items = self.items.get_or_insert_with(|| {
            self.firsts.push(self.count);
            Script::begin(path.clone(), lit!("gallery.items("), number as u32, out)
        });
        items.add(text.get(), out)?;

        text.clear();
        self.overview.add(&r.split, &facts);
        self.overview.row(r, &facts, &mut text);
        if self.index.as_ref().is_some_and(|s| s.elements >= ROWS) {
            self.index.take().map_or(Ok(()), |script| script.finish(out))?;
        }
        let number = self.count / ROWS;
        let index = self.index.get_or_insert_with(|| {
            Script::begin(format!("data/index-{number:04}.js"), lit!("gallery.rows("), number, out)
        });
        index.add(text.get(), out)?;
        self.element = Some(text);
        self.count += 1;
        Ok(path)
    }

    fn finish(mut self: Box<Self>, end: &RunEnd<'_>, out: &mut Files) -> Result<(), StreamError> {
        for script in self.items.take().into_iter().chain(self.index.take()) {
            script.finish(out)?;
        }
        self.notes(out);
        let head = serde_json::json!({
            "count": self.count,
            "rows": ROWS,
            "firsts": self.firsts,
            "linked": self.link != Link::Dataset,
            "joints": self.profile.keypoints,
            "skeleton": self.profile.skeleton,
            "facts": self.overview.json(&end.classes.names),
        });
        let mut text = out.new_text();
        text.lit(lit!("gallery.head("));
        text.plain(&head.to_string());
        text.lit(lit!(");\n"));
        out.text("data/head.js", text.get(), false, None)?;
        pages::write(self.link, out)
    }
}
