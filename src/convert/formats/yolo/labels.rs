//! The collecting side: label files as they come, but for those with a class of no known number yet; `data.yaml` at the end.

use super::data_yaml::data_yaml;
use super::{Task, folder, unread};
use crate::convert::engine::classes::Classes;
use crate::convert::engine::record::RecordRef;
use crate::convert::engine::split::role;
use crate::convert::format::{Collector, RunEnd};
use crate::convert::output::files::{Files, Original};
use crate::convert::output::hole::Hole;
use crate::convert::output::layout::class_lines;
use crate::convert::output::parts::Parts;
use crate::convert::output::spool::Spool;
use crate::convert::output::text::TextRef;
use crate::stream::StreamError;
use std::collections::HashSet;

/// The place of an image in a tree.
pub fn image(split: &str, stem: &str, ext: &str) -> String {
    format!("images/{}/{stem}{ext}", folder(split))
}

/// One tree, or one for each of several tasks.
pub struct Trees {
    trees: Vec<Tree>,
    several: bool,
}

impl Trees {
    /// No label yet.
    pub fn new(tasks: &[Task]) -> Self {
        let several = tasks.len() > 1;
        let tree = |&task| Tree {
            task,
            prefix: if several { format!("{}/", task.name()) } else { String::new() },
            waiting: Spool::default(),
            filled: HashSet::new(),
            held: several.then(Spool::default),
        };
        Self { trees: tasks.iter().map(tree).collect(), several }
    }
}

impl Collector for Trees {
    fn record(&mut self, r: &RecordRef<'_>, _: &Classes, out: &mut Files) -> Result<String, StreamError> {
        let mut parts = r.parts;
        if let ([tree], false) = (&mut self.trees[..], self.several) {
            return tree.label(&r.split, r.stem, r.id.json(), parts.text()?, out);
        }
        let mut path = String::new();
        for tree in &mut self.trees {
            let body = parts.text()?;
            let image = Image {
                split: &r.split,
                stem: r.stem,
                ext: &r.name.ext,
                id: r.id.json(),
                original: r.original.as_ref(),
            };
            let written = tree.image(&image, body, out)?;
            if path.is_empty() {
                path = written;
            }
        }
        Ok(path)
    }

    fn finish(mut self: Box<Self>, end: &RunEnd<'_>, out: &mut Files) -> Result<(), StreamError> {
        // A dataset without a single row is one of boxes.
        if self.trees.iter().all(|tree| tree.held.is_some()) {
            self.trees[0].begin(out)?;
        }
        let filled = &self.trees.iter().find(|tree| tree.held.is_none()).unwrap_or(&self.trees[0]).filled;
        let no_train = !filled.is_empty() && !filled.iter().any(|split| role(split) == "train");
        out.notes.extend(unread(no_train, &end.classes.names));
        for tree in self.trees.into_iter().filter(|tree| tree.held.is_none()) {
            tree.finish(end, out)?;
        }
        Ok(())
    }
}

/// An image of a tree.
struct Image<'i> {
    split: &'i str,
    stem: &'i str,
    ext: &'i str,
    id: &'i str,
    original: Option<&'i Original>,
}

/// The labels of one task.
struct Tree {
    task: Task,
    /// Its folder with a slash; empty when it is the only one.
    prefix: String,
    /// Label files with holes: path, id, text.
    waiting: Spool,
    /// Folders that have a file.
    filled: HashSet<String>,
    /// Images so far, while it is not known whether there will be a tree at all: it needs one row.
    held: Option<Spool>,
}

impl Tree {
    /// Writes a label file, or keeps it until the classes are known. Gives its path.
    fn label(
        &mut self,
        split: &str,
        stem: &str,
        id: &str,
        body: TextRef<'_>,
        out: &mut Files,
    ) -> Result<String, StreamError> {
        let path = format!("{}labels/{}/{stem}.txt", self.prefix, folder(split));
        if !self.filled.contains(folder(split)) {
            self.filled.insert(folder(split).to_owned());
        }
        if body.has_holes() {
            let mut file = out.new_parts();
            file.push_str(&path);
            file.push_str(id);
            file.text().append(body);
            self.waiting.put(file.bytes())?;
        } else {
            out.text(&path, body, false, Some(id))?;
        }
        Ok(path)
    }

    /// Takes an image and its rows. Gives the path of the label file; empty when it is not written yet.
    fn image(&mut self, image: &Image<'_>, body: TextRef<'_>, out: &mut Files) -> Result<String, StreamError> {
        if let Some(held) = &mut self.held {
            if body.is_empty() {
                held.put(&held_record(image)?)?;
                return Ok(String::new());
            }
            self.begin(out)?;
        }
        self.place(image, body, out)
    }

    fn place(&mut self, i: &Image<'_>, body: TextRef<'_>, out: &mut Files) -> Result<String, StreamError> {
        let path = self.label(i.split, i.stem, i.id, body, out)?;
        if let Some(original) = i.original {
            out.original(&format!("{}{}", self.prefix, image(i.split, i.stem, i.ext)), original, i.id)?;
        }
        Ok(path)
    }

    /// There is a tree: the images held so far are backgrounds of it.
    fn begin(&mut self, out: &mut Files) -> Result<(), StreamError> {
        let Some(held) = self.held.take() else { return Ok(()) };
        held.replay(|record| {
            let (split, stem, ext, id, original): HeldOwned =
                serde_json::from_slice(record).map_err(|_| StreamError::Internal("spooled image"))?;
            let image = Image { split: &split, stem: &stem, ext: &ext, id: &id, original: original.as_ref() };
            self.place(&image, TextRef::EMPTY, out).map(drop)
        })
    }

    fn finish(self, end: &RunEnd<'_>, out: &mut Files) -> Result<(), StreamError> {
        let mut text = out.new_text();
        self.waiting.replay(|record| {
            let mut file = Parts::of(record);
            let (path, id, body) = (file.str()?, file.str()?, file.text()?);
            text.clear();
            text.fill(body, |hole, out| {
                if let Hole::Class(provisional) = hole {
                    out.int(end.classes.resolve(provisional));
                }
            });
            out.text(path, text.get(), false, Some(id))
        })?;
        let prefix = &self.prefix;
        out.plain(&format!("{prefix}classes.txt"), &class_lines(&end.classes.names))?;
        out.plain(&format!("{prefix}data.yaml"), &data_yaml(self.task, end, &self.filled))?;
        // `train` and `val` must exist even when they are empty; a directory comes with a file.
        for split in ["train", "val"] {
            if !self.filled.iter().any(|filled| role(filled) == split) {
                out.plain(&format!("{prefix}images/{split}/.keep"), "")?;
                out.plain(&format!("{prefix}labels/{split}/.keep"), "")?;
            }
        }
        Ok(())
    }
}

/// Split, stem, extension, id, original of a held image.
type HeldOwned = (String, String, String, String, Option<Original>);

fn held_record(i: &Image<'_>) -> Result<Vec<u8>, StreamError> {
    serde_json::to_vec(&(i.split, i.stem, i.ext, i.id, i.original)).map_err(|_| StreamError::Internal("held image"))
}
