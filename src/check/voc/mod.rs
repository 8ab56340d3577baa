//! Pascal VOC: XML files, image sets, label map and planes, as supervision, torchvision and Datumaro read them.

pub mod labels;
pub mod planes;
pub mod sets;
pub mod xml;

use super::Check;
use super::finding::{Findings, Place};
use super::images::Images;
use super::rules::{VOC_NO_ANNOTATIONS, VOC_NOT_IN_A_SET, VOC_ZERO_BASED};
use super::tree::Tree;
use crate::stream::StreamError;
use labels as voc_labels;
use planes as voc_planes;
use sets::Sets;
use xml as voc_xml;

/// The check.
pub struct Voc;

impl Check for Voc {
    fn name(&self) -> &'static str {
        "voc"
    }

    fn find(&self, tree: &Tree) -> Vec<String> {
        if tree.only.is_some() {
            return Vec::new();
        }
        let is_voc = |folder: &str| {
            tree.has_folder(&format!("{folder}Annotations")) && tree.has_folder(&format!("{folder}ImageSets"))
                || tree.files(&format!("{folder}Annotations"), true).any(|f| f.ends_with(".xml"))
        };
        let devkits = tree.folders_below("VOCdevkit").into_iter().map(|f| format!("{f}/"));
        std::iter::once(String::new()).chain(devkits).filter(|folder| is_voc(folder)).collect()
    }

    fn check(&self, tree: &Tree, folder: &str, out: &mut Findings) -> Result<(), StreamError> {
        let labels = voc_labels::read(tree, folder, out)?;
        let labels = labels.as_ref();
        let sets = Sets::read(tree, folder, out)?;
        let mut images = Images::default();
        let mut zero = 0u64;
        let mut first_zero = String::new();
        let mut any = false;
        for path in tree.files(&format!("{folder}Annotations"), true).filter(|f| f.ends_with(".xml")) {
            any = true;
            let id = path.rsplit('/').next().and_then(|n| n.strip_suffix(".xml")).unwrap_or_default();
            if !sets.is_empty() && !sets.main(id) {
                out.add(&VOC_NOT_IN_A_SET, Place::file(&path), "no list of ImageSets/Main names it: nobody reads it")?;
            }
            let Some(image) = voc_xml::check(tree, folder, &path, id, labels, &mut images, out)? else { continue };
            if image.zero {
                zero += 1;
                if zero == 1 {
                    first_zero.clone_from(&path);
                }
            }
            voc_planes::check(tree, folder, id, image.size, labels, out)?;
        }
        if !any {
            return self.nothing(out);
        }
        if zero > 0 {
            let message = format!(
                "boxes of {zero} images begin at pixel 0: readers that count from 1 place all boxes one pixel too far left \
                 and up; --voc-base 1 writes what they expect"
            );
            out.add(&VOC_ZERO_BASED, Place::file(&first_zero), &message)?;
        }
        images.finish(&format!("{folder}JPEGImages"), out)
    }

    fn nothing(&self, out: &mut Findings) -> Result<(), StreamError> {
        out.add(&VOC_NO_ANNOTATIONS, Place::file("."), "there is no Annotations folder with XML files")
    }
}
