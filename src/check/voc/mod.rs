//! Pascal VOC: XML files, image sets, label map and planes, as supervision, torchvision and Datumaro read them.

pub mod labels;
pub mod planes;
pub mod sets;
pub mod text;
pub mod xml;

use super::board::Picture;
use super::finding::{Findings, Place};
use super::images::Images;
use super::layout::voc::Layout;
use super::layout::{Survey, leaf, shown};
use super::rules::{VOC_NO_ANNOTATIONS, VOC_NO_LABELMAP, VOC_NOT_IN_A_SET, VOC_ZERO_BASED};
use super::tree::{Image, Tree, is_annotations};
use super::workers;
use crate::stream::StreamError;
use crate::tr;
use labels as voc_labels;
use labels::Labels;
use planes as voc_planes;
use sets::Sets;
use std::collections::BTreeSet;
use xml as voc_xml;
use xml::Annotation;

/// Checks a folder of XML files and what belongs to it.
///
/// # Errors
/// [`StreamError`]: a file cannot be read, or a finding cannot be written.
pub fn check(tree: &Tree, survey: &Survey, layout: &Layout, out: &mut Findings) -> Result<(), StreamError> {
    let labels = if layout.devkit { voc_labels::read(tree, &layout.root, out)? } else { None };
    let sets = if layout.devkit { Sets::read(tree, &layout.root, out)? } else { Sets::default() };
    // Those two are in every list, and of no object.
    let own = labels
        .iter()
        .flat_map(|labels| labels.index.keys())
        .filter(|name| !["background", "ignored"].contains(&name.as_str()));
    own.for_each(|name| out.objects.list(name));
    let mut dataset = Dataset {
        tree,
        layout,
        labels: labels.as_ref(),
        sets,
        images: Images::new(survey.any_image(&layout.annotations)),
        zero: 0,
        first_zero: String::new(),
        unlisted: BTreeSet::new(),
    };
    let files = tree.files(&layout.annotations, !layout.devkit).filter(|f| f.ends_with(".xml") || f.ends_with(".XML"));
    let mut batch = Vec::new();
    let mut any = false;
    for path in files {
        any = true;
        batch.push(path);
        if batch.len() == workers::BATCH {
            dataset.batch(&batch, out)?;
            batch.clear();
        }
    }
    dataset.batch(&batch, out)?;
    let planes = format!("{}SegmentationClass", layout.root);
    for path in tree.files(&planes, false).filter(|f| f.ends_with(".png")) {
        let id = path.strip_prefix(&planes).and_then(|p| p.strip_suffix(".png")).unwrap_or_default().trim_matches('/');
        if !tree.has(&format!("{}{id}.xml", layout.annotations)) {
            any = true;
            out.tally.images += 1;
            voc_planes::check(tree, &layout.root, id, None, dataset.labels, out)?;
        }
    }
    if !any {
        return nothing(out);
    }
    dataset.finish(out)
}

/// Writes the finding that there is no such dataset, although one was asked for.
///
/// # Errors
/// [`StreamError`]: the finding cannot be written.
pub fn nothing(out: &mut Findings) -> Result<(), StreamError> {
    out.add(&VOC_NO_ANNOTATIONS, Place::file("."), tr!("voc-nothing"))
}

/// A dataset in the course of its check.
struct Dataset<'d> {
    tree: &'d Tree,
    layout: &'d Layout,
    labels: Option<&'d Labels>,
    sets: Sets,
    images: Images,
    zero: u64,
    first_zero: String,
    /// Classes that are not VOC's own, when there is no list of classes.
    unlisted: BTreeSet<String>,
}

/// A file that a worker looked at.
type Looked = (Option<(Annotation, String, Image)>, Findings);

impl Dataset<'_> {
    /// Reads files and looks at their images, on all threads; then writes what was found, in order.
    fn batch(&mut self, paths: &[String], out: &mut Findings) -> Result<(), StreamError> {
        let (tree, layout, labels) = (self.tree, self.layout, self.labels);
        let keep = out.board.is_some();
        let looked = workers::ordered(paths, tree.threads, |path| -> Result<Looked, StreamError> {
            let mut found = Findings::waiting();
            let Some(annotation) = voc_xml::check(tree, layout, path, labels, keep, &mut found)? else {
                return Ok((None, found));
            };
            let image = image_of(tree, layout, path, annotation.file_name.as_deref());
            let seen = tree.image(&image);
            voc_planes::check(tree, &layout.root, id_of(layout, path), annotation.size, labels, &mut found)?;
            Ok((Some((annotation, image, seen)), found))
        })?;
        for (path, looked) in paths.iter().zip(looked) {
            let id = id_of(self.layout, path);
            out.tally.images += 1;
            if !self.sets.is_empty() && !self.sets.main(id) {
                out.add(&VOC_NOT_IN_A_SET, Place::file(path), tr!("voc-in-no-set"))?;
            }
            let (annotation, found) = looked?;
            out.append(found)?;
            let Some((annotation, image, seen)) = annotation else { continue };
            // Without lists the folder says it, if it is not the one of all annotations.
            let folder = leaf(&self.layout.annotations);
            let folder = if self.layout.devkit || is_annotations(folder) { "" } else { folder };
            let part = self.sets.part(id).unwrap_or(folder);
            let record = super::images::Record { from: path, size: annotation.size, part, ultralytics: false };
            self.images.judge(&seen, &image, &record, out)?;
            if let Some(board) = &mut out.board {
                let root = &self.layout.root;
                let planes = ["Class", "Object"].map(|of| format!("{root}Segmentation{of}/{id}.png"));
                let mut picture = Picture::new(&image, &[path, &planes[0], &planes[1]]);
                (picture.size, picture.part) = (annotation.size.or(seen.size()), part.to_owned());
                let number = board.picture(&picture)?;
                annotation.objects.iter().try_for_each(|object| board.object(number, object))?;
            }
            if annotation.zero {
                self.zero += 1;
                if self.zero == 1 {
                    self.first_zero.clone_from(path);
                }
            }
            annotation.classes.iter().for_each(|class| out.objects.add(part, class, 1));
            if self.labels.is_none() && self.layout.devkit {
                let own = |class: &String| !labels::TWENTY.contains(&class.as_str());
                self.unlisted.extend(annotation.classes.into_iter().filter(own));
            }
        }
        Ok(())
    }

    fn finish(self, out: &mut Findings) -> Result<(), StreamError> {
        if self.zero > 0 {
            let message = tr!("voc-zero", images = self.zero);
            out.add(&VOC_ZERO_BASED, Place::file(&self.first_zero), message)?;
        }
        if let Some(class) = self.unlisted.first() {
            let message = tr!("voc-no-map", classes = self.unlisted.len(), ?class);
            out.add(&VOC_NO_LABELMAP, Place::file(&format!("{}labelmap.txt", self.layout.root)), message)?;
        }
        self.images.finish(shown(&self.layout.images), out)
    }
}

/// The id of an annotation: its path in the folder, without extension.
fn id_of<'p>(layout: &Layout, path: &'p str) -> &'p str {
    let path = path.strip_prefix(layout.annotations.as_str()).unwrap_or(path);
    path.rsplit_once('.').map_or(path, |(stem, _)| stem)
}

/// The image of an annotation: by the name in it, else by its own.
fn image_of(tree: &Tree, layout: &Layout, path: &str, name: Option<&str>) -> String {
    let images = &layout.images;
    let id = id_of(layout, path);
    let named = name.map(|name| format!("{images}{name}"));
    if let Some(named) = named.as_ref().filter(|named| tree.has(named)) {
        return named.clone();
    }
    let leaf = name.map(|name| format!("{images}{}", leaf(&name.replace('\\', "/"))));
    let by_id = super::images::ULTRALYTICS
        .iter()
        .flat_map(|ext| [format!("{images}{id}.{ext}"), format!("{images}{id}.{}", ext.to_ascii_uppercase())]);
    let mut tries = leaf.into_iter().chain(by_id);
    tries.find(|path| tree.has(path)).or(named).unwrap_or(format!("{images}{id}.jpg"))
}
