//! `gallery`: the dataset as a page that any browser opens, from a folder or from a server of files.
//!
//! ```text
//! index.html
//! page/*.js, page/style.css         the same for every dataset
//! data/head.js                      names, counts, and where the rest is
//! data/index-0000.js …              what filters ask of an item, a row each
//! data/0000.js …                    the items with their annotations
//! images/[{split}/]{stem}{ext}      originals, unless `--link` wants their URLs
//! overview/*.csv                    the numbers of the overview
//! ```
//! Browsers do not let a page that was opened from a folder read files, but they let it load scripts: the data are calls of a function of
//! the page. Items are written as they come; the page loads those that it shows. What comes from rows stands in the data as strings
//! of JSON, never as markup or as a key of an object, and the page has a content-security policy that runs no other script.

pub mod args;
mod collect;
pub mod data;
pub mod facts;
mod item;
mod numbers;
pub mod overview;
mod pages;

use crate::convert::declaration::{Attributes, By, Declaration, Splits, Tools, UnitKind};
use crate::convert::format::{Collector, Format, RenderContext, Unit};
use crate::convert::geometry::keypoints::Profile;
use crate::convert::options::{Images, Options};
use crate::convert::output::layout::image_path;
use crate::convert::report::tally::Fate;
use crate::tr;
use crate::words::Message;
use args::Link;
use collect::Gallery as Collecting;
use facts::Facts;
use std::sync::Arc;

/// The dataset as a page.
pub static GALLERY: Declaration = Declaration {
    name: "gallery",
    aliases: &["html", "page", "web", "viewer", "browse"],
    summary: "a page that shows the dataset in any browser, without a server",
    writes: "`index.html`, `page/`, `data/`: a page that shows the dataset in any browser, any tool and medium; `images/`",
    unit: UnitKind::Media,
    size: false,
    raw: false,
    tools: Tools::Any,
    attributes: Attributes::All,
    splits: Splits::Any,
    by: By::Datasets,
    document: None,
    options: &["link", "keypoints"],
    unread: &[],
    build: |o| Ok(Arc::new(Gallery::build(o)?)),
};

/// The format.
pub struct Gallery {
    link: Link,
    profile: Profile,
}

impl Gallery {
    /// The gallery that the options describe.
    ///
    /// # Errors
    /// One line when originals are to be linked and left out.
    fn build(o: &Options) -> Result<Self, Message> {
        let link = o.formats.gallery.link;
        if link != Link::Dataset && o.images == Images::Omit {
            return Err(tr!("gallery-link-images"));
        }
        Ok(Self { link, profile: o.keypoints.clone() })
    }
}

impl Format for Gallery {
    fn declaration(&self) -> &'static Declaration {
        &GALLERY
    }

    /// Pushes the item but for its name and place, and what filters ask of it.
    fn render(&self, unit: &Unit<'_, '_>, cx: &mut RenderContext<'_>) {
        let mut facts = Facts::of_row(unit);
        cx.parts.begin_text();
        item::write(unit, &mut facts, cx);
        for a in unit.media.map_or(&[][..], |m| &m.annotations) {
            cx.note_class(a);
            cx.count(unit, a, Fate::Written(&[]));
        }
        if let Ok(bytes) = serde_json::to_vec(&facts) {
            cx.parts.push_bytes(&bytes);
        }
    }

    fn image_path(&self, split: &str, stem: &str, ext: &str) -> Option<String> {
        (self.link == Link::Dataset).then(|| image_path(split, stem, ext))
    }

    fn places_originals(&self) -> bool {
        self.link != Link::Dataset
    }

    fn collector(&self) -> Box<dyn Collector> {
        Box::new(Collecting::new(self.link, self.profile.clone()))
    }
}
