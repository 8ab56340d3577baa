//! Class and object planes of VOC, row by row.

use super::labels::Labels;
use crate::check::finding::{Findings, Place};
use crate::check::rules::{
    VOC_PLANE_CLASS, VOC_PLANE_COLOURS, VOC_PLANE_SIZE, VOC_PLANE_TYPE, VOC_PLANE_UNREADABLE, VOC_PLANE_VOID,
    VOC_PLANES_DIFFER,
};
use crate::check::tree::Tree;
use crate::stream::StreamError;
use crate::tr;
use png::{BitDepth, ColorType, Decoder, Limits, Reader};
use std::fs::File;
use std::io::BufReader;

/// Index of void pixels, which no evaluation counts.
const VOID: u8 = 255;

type Plane = Reader<BufReader<File>>;

/// Checks the planes of an image, if it has any.
///
/// # Errors
/// [`StreamError`]: a file cannot be read, or a finding cannot be written.
pub fn check(
    tree: &Tree,
    folder: &str,
    id: &str,
    size: Option<[u64; 2]>,
    labels: Option<&Labels>,
    out: &mut Findings,
) -> Result<(), StreamError> {
    let paths = ["SegmentationClass", "SegmentationObject"].map(|kind| format!("{folder}{kind}/{id}.png"));
    let [class_path, object_path] = &paths;
    if !tree.has(class_path) {
        return Ok(());
    }
    let Some(mut class) = open(tree, class_path, size, out)? else { return Ok(()) };
    let mut object = if tree.has(object_path) { open(tree, object_path, size, out)? } else { None };
    let (w, h) = class.info().size();
    object = object.filter(|o| o.info().size() == (w, h));
    let mut known = [labels.is_none(); 256];
    known[usize::from(VOID)] = true;
    known[0] = true;
    for index in labels.iter().flat_map(|labels| labels.index.values()) {
        if let Some(known) = known.get_mut(*index as usize) {
            *known = true;
        }
    }
    let void_is_known = labels.is_none_or(|labels| labels.has_void);
    let (mut unknown, mut void, mut differ) = (None, None, None);
    for y in 0..h {
        let Some(row) = next(&mut class, class_path, out)? else { return Ok(()) };
        if let Some(x) = row.iter().position(|i| !known[usize::from(*i)]) {
            unknown = unknown.or(Some((x, y, row[x])));
        }
        if let Some(x) = row.iter().position(|i| *i == VOID && !void_is_known) {
            void = void.or(Some((x, y)));
        }
        if let Some(plane) = &mut object {
            let Some(objects) = next(plane, object_path, out)? else { return Ok(()) };
            if let Some(x) = row.iter().zip(&objects).position(|(c, o)| (*c == 0) != (*o == 0)) {
                differ = differ.or(Some((x, y)));
            }
        }
    }
    let list = labels.map_or("", |labels| labels.file);
    if let Some((x, y, index)) = unknown {
        let message = tr!("voc-plane-index", x, y, index, list);
        out.add(&VOC_PLANE_CLASS, Place::file(class_path), message)?;
    }
    if let Some((x, y)) = void {
        let message = tr!("voc-plane-void", x, y, list);
        out.add(&VOC_PLANE_VOID, Place::file(class_path), message)?;
    }
    if let Some((x, y)) = differ {
        let message = tr!("voc-planes-differ", x, y);
        out.add(&VOC_PLANES_DIFFER, Place::file(object_path), message)?;
    }
    Ok(())
}

/// Opens a plane and checks its head.
fn open(tree: &Tree, path: &str, size: Option<[u64; 2]>, out: &mut Findings) -> Result<Option<Plane>, StreamError> {
    let mut decoder = Decoder::new_with_limits(tree.open_file(path)?, Limits { bytes: 1 << 28 });
    decoder.set_transformations(png::Transformations::IDENTITY);
    let reader = match decoder.read_info() {
        Ok(reader) => reader,
        Err(e) => {
            out.add(&VOC_PLANE_UNREADABLE, Place::file(path), tr!("check-reader-says", reason = e))?;
            return Ok(None);
        }
    };
    let info = reader.info();
    if (info.color_type, info.bit_depth) == (ColorType::Rgb, BitDepth::Eight) {
        let message = tr!("voc-plane-colours");
        out.add(&VOC_PLANE_COLOURS, Place::file(path), message)?;
        return Ok(None);
    }
    if (info.color_type, info.bit_depth) != (ColorType::Indexed, BitDepth::Eight) {
        let message = tr!("voc-plane-type", kind = ?info.color_type, bits = info.bit_depth as u8);
        out.add(&VOC_PLANE_TYPE, Place::file(path), message)?;
        return Ok(None);
    }
    if let Some([w, h]) = size
        && (u64::from(info.width), u64::from(info.height)) != (w, h)
    {
        let message = tr!("voc-plane-size", width = info.width, height = info.height, w, h);
        out.add(&VOC_PLANE_SIZE, Place::file(path), message)?;
    }
    Ok(Some(reader))
}

/// The next row of indices.
fn next(plane: &mut Plane, path: &str, out: &mut Findings) -> Result<Option<Vec<u8>>, StreamError> {
    let problem = match plane.next_row() {
        Ok(Some(row)) => return Ok(Some(row.data().to_vec())),
        Ok(None) => tr!("voc-plane-short"),
        Err(e) => tr!("check-reader-says", reason = e),
    };
    out.add(&VOC_PLANE_UNREADABLE, Place::file(path), problem)?;
    Ok(None)
}
