//! `createml`: boxes as Create ML reads them, `MLObjectDetector.DataSource` and the importers of other tools.
//!
//! ```text
//! [{split}/]annotations.json   [{split}/]{stem}{ext}
//! ```
//! ```json
//! [{"image":"a.jpg","annotations":[{"label":"car","coordinates":{"x":25.0,"y":40.0,"width":30.0,"height":40.0}}]}]
//! ```
//! `x` and `y` are the centre of a box. All numbers are pixels from the top left corner. The reader wants the one document of a folder
//! beside the images that it names.

use crate::convert::declaration::{
    Attributes, By, Carries, Declaration, Document as OneDocument, Splits, Tools, UnitKind, Unread,
};
use crate::convert::engine::classes::Classes;
use crate::convert::engine::record::RecordRef;
use crate::convert::format::{Collector, Format, RenderContext, RunEnd, Unit};
use crate::convert::formats::shapes::Polygons;
use crate::convert::geometry::Size;
use crate::convert::output::document::Document;
use crate::convert::output::files::Files;
use crate::convert::output::text::lit;
use crate::convert::report::tally::Fate;
use crate::dm::{Annotation, Geometry, Reason, Tool};
use crate::stream::StreamError;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Create ML: boxes.
pub static CREATEML: Declaration = Declaration {
    name: "createml",
    aliases: &["create-ml"],
    summary: "Create ML: boxes, one document a split",
    writes: "`[{split}/]annotations.json`: boxes for Create ML, the images beside it",
    unit: UnitKind::Image,
    size: true, // boxes are cut at the edge of the image
    raw: false,
    tools: Tools::Of(&[
        Carries { with: "", tools: &[Tool::BoundingBox], rotation: false },
        Carries {
            with: "--polygons box",
            tools: &[Tool::BoundingBox, Tool::Polygon, Tool::Segmentation],
            rotation: false,
        },
    ]),
    attributes: Attributes::None,
    splits: Splits::Any,
    by: By::Datasets,
    document: Some(OneDocument { path: "annotations.json", splits: false }),
    options: &["polygons", "bounds", "rotated", "closed-classes"],
    unread: &[Unread { with: "--bare", options: &["images", "report"] }],
    build: |o| {
        o.formats.shapes.without_planes("createml")?;
        Ok(Arc::new(CreateMl))
    },
};

/// The format.
pub struct CreateMl;

/// The folder of a split, with a slash; empty without splits.
fn folder(split: &str) -> String {
    if split.is_empty() { String::new() } else { format!("{split}/") }
}

/// The document of a split.
fn path(split: &str) -> String {
    format!("{}annotations.json", folder(split))
}

impl Format for CreateMl {
    fn declaration(&self) -> &'static Declaration {
        &CREATEML
    }

    /// Pushes the objects of the image, each with a comma.
    fn render(&self, unit: &Unit<'_, '_>, cx: &mut RenderContext<'_>) {
        let Some(size) = unit.size else { return };
        cx.parts.begin_text();
        let mut losses = Vec::new();
        for a in unit.media.map_or(&[][..], |m| &m.annotations) {
            losses.clear();
            let fate = match object(unit, a, size, cx, &mut losses) {
                Ok(()) => Fate::Written(&losses),
                Err(reason) => Fate::Lost(reason),
            };
            cx.count(unit, a, fate);
        }
    }

    fn image_path(&self, split: &str, stem: &str, ext: &str) -> Option<String> {
        Some(format!("{}{stem}{ext}", folder(split)))
    }

    /// The document lies beside the images: an original called `annotations.png` is renamed.
    fn reserved_stems(&self) -> &'static [&'static str] {
        &["annotations"]
    }

    fn collector(&self) -> Box<dyn Collector> {
        Box::new(Documents::default())
    }
}

/// Appends the object of a box and a comma.
///
/// # Errors
/// Why there is no object.
fn object(
    unit: &Unit<'_, '_>,
    a: &Annotation<'_>,
    size: Size,
    cx: &mut RenderContext<'_>,
    losses: &mut Vec<Reason>,
) -> Result<(), Reason> {
    a.problem.map_or(Ok(()), Err)?;
    let r = match &a.geometry {
        Geometry::Box(rect, rotation) => cx.fit(size).upright(*rect, *rotation, cx.rings, losses)?,
        geometry if cx.options.formats.shapes.polygons == Some(Polygons::Box) => {
            cx.fit(size).around(geometry, unit.arena, cx.rings, losses)?
        }
        _ => return Err(Reason::UnsupportedAnnotationType),
    };
    cx.list_class(a)?;
    let out = cx.parts.text();
    out.lit(lit!("{\"label\":"));
    out.json_string(cx.classes.rename(&a.class));
    for (key, n) in [
        (lit!(",\"coordinates\":{\"x\":"), r.x + r.w / 2.0),
        (lit!(",\"y\":"), r.y + r.h / 2.0),
        (lit!(",\"width\":"), r.w),
        (lit!(",\"height\":"), r.h),
    ] {
        out.lit(key);
        out.float(n);
    }
    out.lit(lit!("}},"));
    Ok(())
}

/// The documents by split.
#[derive(Default)]
struct Documents(BTreeMap<String, Document>);

impl Collector for Documents {
    fn record(&mut self, r: &RecordRef<'_>, _: &Classes, out: &mut Files) -> Result<String, StreamError> {
        let (path, mut parts) = (path(&r.split), r.parts);
        let begun = self.0.contains_key(&*r.split);
        let document = self.0.entry(r.split.to_string()).or_insert_with(|| Document::new(&*path, out));
        let text = document.text();
        text.lit(if begun { lit!(",\n{\"image\":") } else { lit!("[{\"image\":") });
        text.json_string(&format!("{}{}", r.stem, r.name.ext));
        text.lit(lit!(",\"annotations\":["));
        text.append(parts.text()?.without_last_comma());
        text.lit(lit!("]}"));
        document.spill(out)?;
        Ok(path)
    }

    fn finish(mut self: Box<Self>, end: &RunEnd<'_>, out: &mut Files) -> Result<(), StreamError> {
        for split in end.splits {
            let mut document = self.0.remove(&**split).unwrap_or_else(|| {
                let mut empty = Document::new(path(split), out);
                empty.text().lit(lit!("["));
                empty
            });
            document.text().lit(lit!("]\n"));
            document.finish(out)?;
        }
        Ok(())
    }
}
