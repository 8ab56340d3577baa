//! Gives the items to the data of the page as they come.

use super::args::Link;
use super::data::{About, Data};
use super::facts::Facts;
use super::overview::Row;
use crate::convert::engine::classes::Classes;
use crate::convert::engine::record::RecordRef;
use crate::convert::format::{Collector, RunEnd};
use crate::convert::geometry::keypoints::Profile;
use crate::convert::output::files::Files;
use crate::convert::output::layout::image_path;
use crate::convert::output::text::{Text, TextRef, lit};
use crate::presigned::{is_presigned, without_query};
use crate::stream::{StreamError, json};
use crate::tr;
use std::borrow::Cow;

/// The collecting side of a gallery.
pub struct Gallery {
    link: Link,
    profile: Profile,
    data: Data,
    /// Originals with a presigned URL.
    signed: u64,
}

impl Gallery {
    /// Nothing yet.
    pub fn new(link: Link, profile: Profile) -> Self {
        Self { link, profile, data: Data::default(), signed: 0 }
    }

    /// Where the page finds the original of a record; empty: nowhere.
    fn original<'r>(&mut self, r: &'r RecordRef<'_>) -> Cow<'r, str> {
        if self.link == Link::Dataset {
            return image_path(&r.split, r.stem, &r.name.ext).into();
        }
        let Some(original) = &r.original else { return "".into() };
        let signed = is_presigned(&original.url);
        self.signed += u64::from(signed);
        if signed && self.link == Link::Url { without_query(&original.url) } else { &original.url }.into()
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

/// Makes the element of an item.
fn element(r: &RecordRef<'_>, link: Link, original: &str, body: TextRef<'_>, text: &mut Text) {
    text.lit(lit!("{\"name\":\""));
    text.json_inside(r.stem);
    text.json_inside(&r.name.ext);
    text.lit(lit!("\",\"item\":"));
    text.json_string(r.id.text());
    if !original.is_empty() {
        text.lit(if link == Link::Dataset { lit!(",\"file\":") } else { lit!(",\"url\":") });
        text.json_string(original);
    }
    text.append(body);
    text.byte::<b'}'>();
}

impl Collector for Gallery {
    fn record(&mut self, r: &RecordRef<'_>, _: &Classes, out: &mut Files) -> Result<String, StreamError> {
        let mut parts = r.parts;
        let body = parts.text()?;
        let mut facts: Facts =
            json::parse(parts.bytes_part()?).map_err(|_| StreamError::Internal("facts of a gallery"))?;
        for (reason, n) in &r.counts.reasons {
            *facts.reasons.entry(reason.code().into()).or_default() += n;
        }
        let (original, link) = (self.original(r), self.link);
        let row = Row { stem: r.stem, extension: &r.name.ext, item: r.id.text(), split: &r.split };
        self.data.add(&row, &facts, |text| element(r, link, &original, body, text), out)
    }

    fn finish(self: Box<Self>, end: &RunEnd<'_>, out: &mut Files) -> Result<(), StreamError> {
        self.notes(out);
        let Self { link, profile, data, .. } = *self;
        let check = serde_json::Value::Null;
        let (linked, classes) = (link != Link::Dataset, &end.classes.names);
        let about = About { linked, profile: &profile, classes, check };
        data.finish(&about, out)
    }
}
