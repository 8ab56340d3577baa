//! The data of the page, written as items come: no item waits for the end.

use super::facts::Facts;
use super::numbers;
use super::overview::{Overview, Row};
use super::pages;
use crate::convert::geometry::keypoints::Profile;
use crate::convert::output::document::Document;
use crate::convert::output::files::Files;
use crate::convert::output::text::{Lit, Text, TextRef, lit};
use crate::stream::StreamError;
use serde_json::{Value, json};

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

/// What the page says of itself besides its items.
pub struct About<'a> {
    /// Whether pictures may come from other places.
    pub linked: bool,
    /// The joints and how they are connected.
    pub profile: &'a Profile,
    /// The classes of the dataset in their order.
    pub classes: &'a [String],
    /// What a check has found; null for a dataset that was not checked.
    pub check: Value,
}

/// The data of a page.
#[derive(Default)]
pub struct Data {
    /// Items so far.
    count: u32,
    /// The number of the first item of each file of items.
    firsts: Vec<u32>,
    items: Option<Script>,
    index: Option<Script>,
    overview: Overview,
    /// An element being made; memory that is used again.
    element: Option<Text>,
}

impl Data {
    /// Adds an item: its row of the index, its facts, and its element, which `element` writes. Gives the path of its file.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn add(
        &mut self,
        row: &Row<'_>,
        facts: &Facts,
        element: impl FnOnce(&mut Text),
        out: &mut Files,
    ) -> Result<String, StreamError> {
        let mut text = self.element.take().unwrap_or_else(|| out.new_text());
        if self.items.as_ref().is_some_and(|s| s.elements >= ITEMS || s.bytes >= BYTES) {
            self.items.take().map_or(Ok(()), |script| script.finish(out))?;
        }
        let number = self.firsts.len() - usize::from(self.items.is_some());
        let path = format!("data/{number:04}.js");
        text.clear();
        element(&mut text);
        let items = self.items.get_or_insert_with(|| {
            self.firsts.push(self.count);
            Script::begin(path.clone(), lit!("gallery.items("), number as u32, out)
        });
        items.add(text.get(), out)?;

        text.clear();
        self.overview.add(row.split, facts);
        self.overview.row(row, facts, &mut text);
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

    /// Writes the rest, and the page.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn finish(mut self, about: &About<'_>, out: &mut Files) -> Result<(), StreamError> {
        for script in self.items.take().into_iter().chain(self.index.take()) {
            script.finish(out)?;
        }
        let About { linked, profile, classes, check } = about;
        let facts = self.overview.json(classes);
        numbers::write(&facts, out)?;
        let head = json!({
            "count": self.count,
            "rows": ROWS,
            "firsts": self.firsts,
            "linked": linked,
            "joints": profile.keypoints,
            "skeleton": profile.skeleton,
            "check": check,
            "facts": facts,
        });
        let mut text = out.new_text();
        text.lit(lit!("gallery.head("));
        text.plain(&head.to_string());
        text.lit(lit!(");\n"));
        out.text("data/head.js", text.get(), false, None)?;
        pages::write(*linked, out)
    }
}
