//! `coco`: instances, person keypoints and stuff, each a document of its own with the same images.
//!
//! * `records`: image and annotation records, rendered by the workers
//! * `documents`: spools by split and role, written as documents when the run is over
//!
//! Everything is spooled: image ids are the item ids only if all of them are unique integers, and the numbers of classes that
//! no list names are known last.

pub mod args;
mod category_ids;
mod documents;
mod records;

use crate::convert::declaration::{Attributes, By, Carries, Declaration, Document, Splits, Tools, UnitKind, Unread};
use crate::convert::format::{Collector, Format, RenderContext, Unit};
use crate::convert::geometry::keypoints::Profile;
use crate::convert::options::Options;
use crate::convert::output::layout::image_path;
use crate::dm::Tool;
use crate::words::Message;
use args::Roles;
use category_ids::CategoryIds;
use std::sync::Arc;

/// What a COCO document is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Boxes, polygons and instance masks.
    Instances,
    /// Grouped keypoints.
    PersonKeypoints,
    /// Semantic masks.
    Stuff,
}

impl Role {
    /// All roles, in the order they are written.
    pub const ALL: [Role; 3] = [Role::Instances, Role::PersonKeypoints, Role::Stuff];

    /// The role's part of the file name.
    pub fn name(self) -> &'static str {
        match self {
            Role::Instances => "instances",
            Role::PersonKeypoints => "person_keypoints",
            Role::Stuff => "stuff",
        }
    }
}

/// How categories get their numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Numbers {
    /// In the order of the classes, from this one.
    From(u32),
    /// As given; a class without one ends the run.
    Given(CategoryIds),
}

impl Numbers {
    /// All categories with their numbers. `names`: the classes in their order.
    fn categories<'n>(&'n self, names: &'n [String]) -> Vec<(u32, &'n str)> {
        match self {
            Self::From(first) => (*first..).zip(names.iter().map(String::as_str)).collect(),
            Self::Given(ids) => ids.iter().collect(),
        }
    }

    /// The number of the only category of a document.
    fn only(&self, name: &str) -> Option<u32> {
        match self {
            Self::From(first) => Some(*first),
            Self::Given(ids) => ids.get(name),
        }
    }
}

/// The COCO format.
pub struct Coco {
    numbers: Numbers,
    profile: Profile,
    roles: Roles,
}

/// COCO documents.
pub static COCO: Declaration = Declaration {
    name: "coco",
    aliases: &["coco-json", "mscoco", "ms-coco"],
    summary: "COCO: instances, person keypoints, stuff",
    writes: "`annotations/{instances,person_keypoints,stuff}[_{split}].json`, `images/`, `classes.json`",
    unit: UnitKind::Image,
    size: true,
    raw: false,
    tools: Tools::Of(&[Carries {
        with: "",
        tools: &[Tool::BoundingBox, Tool::Polygon, Tool::Segmentation, Tool::Keypoint],
        rotation: true,
    }]),
    attributes: Attributes::ButOfKeypoints,
    splits: Splits::Any,
    by: By::Datasets,
    document: Some(Document { path: "annotations/instances.json", splits: false }),
    options: &[
        "roles",
        "closed-classes",
        "category-start",
        "category-ids",
        "bounds",
        "segmentation",
        "rotated",
        "keypoints",
    ],
    unread: &[Unread { with: "--bare", options: &["roles", "keypoints", "images", "report"] }],
    build: |o| Ok(Arc::new(build(o)?)),
};

impl Format for Coco {
    fn declaration(&self) -> &'static Declaration {
        &COCO
    }

    fn render(&self, unit: &Unit<'_, '_>, cx: &mut RenderContext<'_>) {
        if let Some(size) = unit.size {
            records::render(self, unit, size, cx);
        }
    }

    fn image_path(&self, split: &str, stem: &str, ext: &str) -> Option<String> {
        Some(image_path(split, stem, ext))
    }

    fn collector(&self) -> Box<dyn Collector> {
        Box::new(documents::Documents::new(self.numbers.clone(), self.profile.clone(), self.roles))
    }
}

/// The format as the options want it.
///
/// # Errors
/// A text for numbers that cannot be read or contradict each other.
fn build(options: &Options) -> Result<Coco, Message> {
    let args = &options.formats.coco;
    Ok(Coco {
        numbers: match &args.category_ids {
            Some(given) => Numbers::Given(CategoryIds::load(given)?),
            None => Numbers::From(args.category_start),
        },
        profile: options.keypoints.clone(),
        roles: args.roles,
    })
}
