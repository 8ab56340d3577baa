//! `imagefolder`: `{split}/{class}/{file}`, the layout that torchvision's `ImageFolder` and the Hugging Face `imagefolder` loader
//! read. The class is that of the image's `classification` annotations.
//!
//! Both readers take every folder below a split for a class, and one image for one example of it. So an image without a class,
//! or with several different ones (`CLASS_AMBIGUOUS`: a copy in each folder would teach contradictory labels), goes to
//! `unassigned/[{split}/]{file}`, outside of what they read; it is not lost, and it is not a class called "unassigned".
//! Without splits everything is `train`, as the Hugging Face loader would name it.
//!
//! torchvision and timm number the classes by the folders of the one split that they open, in the order of code points. A class that a split
//! has no image of shifts the numbers after it there. `classes.txt` has the folders of all splits in that order, and who reads splits with it
//! has one numbering (docs/formats.md).

use crate::convert::declaration::{Attributes, By, Carries, Declaration, Splits, Tools, UnitKind};
use crate::convert::engine::classes::Classes;
use crate::convert::engine::naming;
use crate::convert::engine::naming::{folder, seen};
use crate::convert::engine::record::RecordRef;
use crate::convert::engine::split::UNASSIGNED;
use crate::convert::format::{Collector, Format, RenderContext, RunEnd, Unit};
use crate::convert::options::{Images, Options};
use crate::convert::output::files::Files;
use crate::convert::report::tally::Fate;
use crate::dm::annotation::Tool;
use crate::dm::{Annotation, Reason};
use crate::stream::StreamError;
use crate::tr;
use crate::words::Message;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

/// The folder of a run without splits.
const NO_SPLIT: &str = "train";

/// Images in folders of their classes.
pub static IMAGEFOLDER: Declaration = Declaration {
    name: "imagefolder",
    aliases: &["image-folder", "folder", "folders", "classification"],
    summary: "images in folders of their classes",
    writes: "`{split}/{class}/` folders of images, from `classification` annotations, `classes.txt`",
    unit: UnitKind::Image,
    size: false,
    raw: false,
    tools: Tools::Of(&[Carries { with: "", tools: &[Tool::Classification], rotation: false }]),
    attributes: Attributes::None,
    splits: Splits::Any,
    by: By::Datasets,
    document: None,
    options: &["closed-classes"],
    unread: &[],
    build: |o| Ok(Arc::new(ImageFolder::build(o)?)),
};

/// Images in folders of classes.
#[derive(Default)]
pub struct ImageFolder {
    /// The folders of the classes met so far, by the one thread that writes.
    folders: Arc<Mutex<naming::Folders>>,
}

impl ImageFolder {
    /// The format.
    ///
    /// # Errors
    /// One line: the format is nothing but images.
    pub fn build(o: &Options) -> Result<Self, Message> {
        match o.images {
            Images::Omit => Err(tr!("imagefolder-images")),
            Images::Fetch => Ok(Self::default()),
        }
    }
}

impl Format for ImageFolder {
    fn declaration(&self) -> &'static Declaration {
        &IMAGEFOLDER
    }

    /// Pushes the folder of the class; empty: none.
    fn render(&self, unit: &Unit<'_, '_>, cx: &mut RenderContext<'_>) {
        let annotations = unit.media.map_or(&[][..], |m| &m.annotations);
        let fates: Vec<Result<(), Reason>> = annotations.iter().map(|a| usable(a, cx)).collect();
        let sound = || annotations.iter().zip(&fates).filter(|(_, fate)| fate.is_ok()).map(|(a, _)| a);
        let ambiguous = sound().any(|a| sound().next().is_some_and(|first| !same(first, a, cx.classes)));
        let class = sound().next().filter(|_| !ambiguous);
        cx.parts.push_str(&class.map_or(String::new(), |a| folder(cx.classes.rename(&a.class))));
        for (a, fate) in annotations.iter().zip(&fates) {
            let fate = match fate {
                Err(reason) => Fate::Lost(*reason),
                Ok(()) if ambiguous => Fate::Lost(Reason::ClassAmbiguous),
                Ok(()) => Fate::Written(&[]),
            };
            cx.count(unit, a, fate);
        }
    }

    fn image_path(&self, split: &str, stem: &str, ext: &str) -> Option<String> {
        let split = if split.is_empty() { String::new() } else { format!("{split}/") };
        Some(format!("{UNASSIGNED}/{split}{stem}{ext}"))
    }

    fn image_path_of(&self, r: &RecordRef<'_>) -> Option<String> {
        let mut parts = r.parts;
        let Some(class) = parts.str().ok().filter(|c| !c.is_empty()) else {
            return self.image_path(&r.split, r.stem, &r.name.ext);
        };
        let split = if r.split.is_empty() { NO_SPLIT } else { &r.split };
        let class = own_folder(&self.folders, class);
        Some(format!("{split}/{class}/{}{}", r.stem, r.name.ext))
    }

    fn stem<'s>(&self, stem: &'s str) -> Cow<'s, str> {
        seen(stem)
    }

    fn collector(&self) -> Box<dyn Collector> {
        Box::new(Folders { folders: self.folders.clone(), ..Folders::default() })
    }
}

/// The folder of a class, whatever other classes there are.
fn own_folder(folders: &Mutex<naming::Folders>, class: &str) -> String {
    folders.lock().unwrap_or_else(PoisonError::into_inner).of(class).into_owned()
}

fn usable(a: &Annotation<'_>, cx: &mut RenderContext<'_>) -> Result<(), Reason> {
    if a.tool != Tool::Classification {
        return Err(a.problem.unwrap_or(Reason::UnsupportedAnnotationType));
    }
    a.problem.map_or(Ok(()), Err)?;
    cx.list_class(a).map(drop)
}

fn same(a: &Annotation<'_>, b: &Annotation<'_>, classes: &Classes) -> bool {
    classes.rename(&a.class) == classes.rename(&b.class)
}

/// The classes that have a folder, each with the splits where it has one.
#[derive(Default)]
struct Folders {
    folders: Arc<Mutex<naming::Folders>>,
    classes: BTreeMap<String, BTreeSet<String>>,
    splits: BTreeSet<String>,
}

impl Folders {
    /// Says which splits lack a folder that another has.
    fn gaps(&self) -> Option<Message> {
        let lacking = |(class, has): (&String, &BTreeSet<String>)| {
            let split = self.splits.iter().find(|split| !has.contains(*split))?;
            Some((class.clone(), split.clone()))
        };
        let all: Vec<_> = self.classes.iter().filter_map(lacking).collect();
        let (class, split) = all.first()?;
        let others = match all.len() - 1 {
            0 => Message::default(),
            n => tr!("imagefolder-more", n),
        };
        Some(tr!("imagefolder-class-missing", ?class, split, others))
    }
}

impl Collector for Folders {
    fn record(&mut self, r: &RecordRef<'_>, _: &Classes, _: &mut Files) -> Result<String, StreamError> {
        let mut parts = r.parts;
        // Without an original there is no image in the folder.
        if let Some(class) = parts.str().ok().filter(|class| !class.is_empty() && r.original.is_some()) {
            let split = if r.split.is_empty() { NO_SPLIT } else { &r.split };
            if !self.splits.contains(split) {
                self.splits.insert(split.to_owned());
            }
            let class = &own_folder(&self.folders, class);
            match self.classes.get_mut(class) {
                Some(splits) if splits.contains(split) => {}
                Some(splits) => drop(splits.insert(split.to_owned())),
                None => drop(self.classes.insert(class.to_owned(), BTreeSet::from([split.to_owned()]))),
            }
        }
        Ok(String::new())
    }

    fn finish(self: Box<Self>, _: &RunEnd<'_>, files: &mut Files) -> Result<(), StreamError> {
        files.notes.extend(self.gaps());
        files.plain("classes.txt", &self.classes.keys().map(|class| format!("{class}\n")).collect::<String>())
    }
}
