//! `voc`: one XML file an image with its boxes, class and object planes for its polygons and masks, image sets, label map.
//!
//! In the planes semantic masks lie lowest, then instances, each kind in order of annotation ids; the index of an instance in the
//! object plane is its place in that order, from 1; that of a class is its place in the class list, from 1.
//!
//! An image's way: [`layers`] checks and orders its masks, each an [`area`] ([`fill`] turns polygons into spans); [`mosaic`] paints
//! them over each other, [`plane`] encodes, [`planes`] carries the result to [`devkit`], which writes.

pub mod area;
pub mod args;
pub mod devkit;
pub mod fill;
pub mod flags;
pub mod layers;
pub mod mosaic;
pub mod plane;
pub mod planes;
pub mod xml;

use crate::convert::declaration::{Attributes, By, Carries, Declaration, Splits, Tools, UnitKind};
use crate::convert::engine::naming::seen;
use crate::convert::format::{Collector, Format, RenderContext, Unit};
use crate::convert::formats::shapes::Polygons;
use crate::convert::geometry::fit::rings_of;
use crate::convert::geometry::{Size, hull};
use crate::convert::options::Segmentation;
use crate::convert::output::xml::Lines;
use crate::convert::report::tally::Fate;
use crate::dm::{Annotation, Geometry, Reason, Rect, Tool};
use devkit::Devkit;
use flags::Flags;
use layers::Layers;
use std::borrow::Cow;
use std::sync::Arc;

/// Pascal VOC, as the development kit has it.
pub static VOC: Declaration = Declaration {
    name: "voc",
    aliases: &["pascal", "pascal-voc", "pascalvoc", "voc-xml", "voc2012"],
    summary: "Pascal VOC: XML, class and object planes, image sets, label map",
    writes: "`Annotations/ JPEGImages/ ImageSets/ SegmentationClass/ SegmentationObject/ labelmap.txt`",
    unit: UnitKind::Image,
    size: true,
    raw: false,
    tools: Tools::Of(&[Carries {
        with: "",
        tools: &[Tool::BoundingBox, Tool::Polygon, Tool::Segmentation],
        rotation: false,
    }]),
    attributes: Attributes::Counted,
    splits: Splits::Any,
    by: By::Datasets,
    document: None,
    options: &["polygons", "closed-classes", "voc-base", "bounds", "segmentation", "rotated"],
    unread: &[],
    build: |o| Ok(Arc::new(Voc { base_one: o.formats.voc.voc_base == 1 })),
};

/// Pascal VOC.
pub struct Voc {
    /// Boxes as the development kit counts pixels: inclusive, from 1. Else as the platform does: from 0, exclusive.
    pub base_one: bool,
}

impl Format for Voc {
    fn declaration(&self) -> &'static Declaration {
        &VOC
    }

    fn render(&self, unit: &Unit<'_, '_>, cx: &mut RenderContext<'_>) {
        let Some(size) = unit.size else { return };
        let mut image = Image { objects: xml::objects(), size, base_one: self.base_one, layers: Layers::new(size) };
        let mut order: Vec<&Annotation<'_>> = unit.media.into_iter().flat_map(|m| &m.annotations).collect();
        order.sort_by(|a, b| a.id.cmp(&b.id));
        let mut too_large = false;
        for a in order {
            let mut losses = Vec::new();
            match image.annotation(unit, a, cx, &mut losses) {
                Ok(()) => cx.count(unit, a, Fate::Written(&losses)),
                Err(reason) => {
                    too_large |= reason == Reason::SourceImageInvalid;
                    cx.count(unit, a, Fate::Lost(reason));
                }
            }
        }
        if too_large {
            cx.tally.item_reason(Reason::SourceImageInvalid, cx.item);
        }
        cx.parts.begin_text().plain_bytes(&image.objects.finish());
        let mosaic = image.layers.paint(cx);
        xml::push_middle(cx.parts.begin_text(), size, mosaic.is_some());
        if let Some(mosaic) = mosaic {
            planes::push(cx.parts, &mosaic);
        }
    }

    fn image_path(&self, _: &str, stem: &str, ext: &str) -> Option<String> {
        Some(format!("JPEGImages/{stem}{}", extension(ext)))
    }

    /// Readers split image sets at white space.
    fn stem<'s>(&self, stem: &'s str) -> Cow<'s, str> {
        if stem.contains(char::is_whitespace) {
            return seen(stem).replace(char::is_whitespace, "_").into();
        }
        seen(stem)
    }

    fn collector(&self) -> Box<dyn Collector> {
        Box::new(Devkit::default())
    }
}

/// The extension of an image. Readers open `JPEGImages/<id>.jpg`, spelled so, and nothing else; a JPEG under another of its extensions is
/// the same file.
fn extension(ext: &str) -> &str {
    let is_jpeg = [".jpg", ".jpeg", ".jfif", ".jpe"].iter().any(|other| ext.eq_ignore_ascii_case(other));
    if is_jpeg { ".jpg" } else { ext }
}

/// An image being rendered.
struct Image {
    objects: Lines,
    size: Size,
    base_one: bool,
    layers: Layers,
}

impl Image {
    /// Writes an annotation as an object, or adds it to the layers.
    fn annotation(
        &mut self,
        unit: &Unit<'_, '_>,
        a: &Annotation<'_>,
        cx: &mut RenderContext<'_>,
        losses: &mut Vec<Reason>,
    ) -> Result<(), Reason> {
        if let Some(problem) = a.problem {
            return Err(problem);
        }
        let fit = cx.fit(self.size);
        match &a.geometry {
            Geometry::Box(rect, rotation) => {
                let fitted = fit.upright(*rect, *rotation, cx.rings, losses)?;
                self.object(a, fitted, cx, losses)
            }
            Geometry::Polygon(_) | Geometry::Rings(_) => {
                let rings = rings_of(&a.geometry, &unit.arena.coordinates);
                fit.rings(rings.clone(), cx.rings, losses)?;
                match cx.options.formats.shapes.polygons.unwrap_or_default() {
                    Polygons::Mask => {
                        losses.extend(plain(a));
                        self.layers.rings(a, rings, cx)
                    }
                    Polygons::Box => {
                        losses.push(Reason::OutlineDropped);
                        self.object(a, hull(cx.rings.points()), cx, losses)
                    }
                }
            }
            Geometry::Mask(mask) => {
                losses.extend(plain(a));
                match cx.options.segmentation {
                    Segmentation::Exclude => Err(Reason::SegmentationExcluded),
                    Segmentation::Semantic => self.layers.mask(true, a, mask, unit, cx, losses),
                    Segmentation::Instance => self.layers.mask(false, a, mask, unit, cx, losses),
                }
            }
            _ => Err(Reason::UnsupportedAnnotationType),
        }
    }

    /// Writes a box, fitted to the image, as an object.
    fn object(
        &mut self,
        a: &Annotation<'_>,
        r: Rect,
        cx: &mut RenderContext<'_>,
        losses: &mut Vec<Reason>,
    ) -> Result<(), Reason> {
        let corners = xml::corners(r, self.base_one);
        let [xmin, ymin, xmax, ymax] = corners;
        if xmax <= xmin || ymax <= ymin {
            return Err(Reason::InvalidBoundingBox);
        }
        cx.list_class(a)?;
        let (flags, lost) = Flags::of(a);
        losses.extend(lost.then_some(Reason::CustomAttributesDropped));
        xml::push_object(&mut self.objects, devkit::class_name(cx.classes.rename(&a.class)), flags, corners);
        Ok(())
    }
}

/// That a plane has no place for attributes, if the annotation has some.
fn plain(a: &Annotation<'_>) -> Option<Reason> {
    (!a.attributes.is_empty()).then_some(Reason::CustomAttributesDropped)
}
