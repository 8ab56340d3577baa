//! XML files of VOC.

use super::labels::Labels;
use super::text::decode;
use crate::check::board::{Class, Object};
use crate::check::finding::{Findings, Place, Rule};
use crate::check::layout::voc::Layout;
use crate::check::rules::{
    VOC_BOX_EMPTY, VOC_BOX_OUTSIDE, VOC_BOX_REVERSED, VOC_CLASS_UNKNOWN, VOC_FIELD_MISSING, VOC_FILE_NAME_DIFFERS,
    VOC_FLAG, VOC_INVALID_XML, VOC_NAME_BLANK, VOC_NOT_A_NUMBER, VOC_NOT_AN_INTEGER, VOC_NOT_JPG,
};
use crate::check::tree::Tree;
use crate::stream::StreamError;
use crate::tr;
use crate::words::Message;
use quick_xml::Reader;
use quick_xml::events::Event;

/// One annotation file, as far as other files are compared with it.
pub struct Annotation {
    /// Width and height of the image in pixels, as the file says.
    pub size: Option<[u64; 2]>,
    /// A box begins at pixel 0.
    pub zero: bool,
    /// `filename`.
    pub file_name: Option<String>,
    /// The classes of its objects.
    pub classes: Vec<String>,
    /// Its objects and their parts, when they are wanted.
    pub objects: Vec<Object>,
}

/// An element with what is in it.
#[derive(Debug, Default)]
struct Element {
    name: String,
    line: u64,
    text: String,
    children: Vec<Element>,
}

impl Element {
    fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|c| c.name == name)
    }

    /// Its last line with something in it.
    fn last(&self) -> u64 {
        self.children.last().map_or(self.line, Element::last)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.child(name).map(|c| c.text.trim()).filter(|t| !t.is_empty())
    }
}

/// Checks one file. `None` when it cannot be compared with others. `keep`: its objects are wanted.
///
/// # Errors
/// [`StreamError`]: a file cannot be read, or a finding cannot be written.
pub fn check(
    tree: &Tree,
    layout: &Layout,
    path: &str,
    labels: Option<&Labels>,
    keep: bool,
    out: &mut Findings,
) -> Result<Option<Annotation>, StreamError> {
    let bytes = tree.read(path)?;
    let root = match parse(&bytes) {
        Ok(root) if root.name == "annotation" => root,
        Ok(root) => {
            let message = tr!("voc-root", name = root.name);
            out.add(&VOC_INVALID_XML, Place::line(path, root.line), message)?;
            return Ok(None);
        }
        Err((line, message)) => {
            out.add(&VOC_INVALID_XML, Place::line(path, line), message)?;
            return Ok(None);
        }
    };
    let size = size(&root, path, out)?;
    if layout.devkit {
        file_name(layout, path, &root, out)?;
    }
    let mut zero = false;
    let (mut classes, mut objects) = (Vec::new(), Vec::new());
    for object in root.children.iter().filter(|c| c.name == "object") {
        out.tally.annotations += 1;
        let mut say =
            |line: u64, rule: &'static Rule, message: Message| out.add(rule, Place::line(path, line), message);
        zero |= object_box(object, size, &mut say)?;
        flags(object, &mut say)?;
        let parts = object.children.iter().filter(|c| c.name == "part");
        for named in std::iter::once(object).chain(parts) {
            objects.extend(keep.then(|| shown(named)));
            match named.text("name") {
                None => say(named.line, &VOC_FIELD_MISSING, tr!("voc-no-name", element = named.name))?,
                Some(name) => {
                    if named.child("name").is_some_and(|element| element.text != name) {
                        let message = tr!("voc-name-blank", ?name);
                        say(named.line, &VOC_NAME_BLANK, message)?;
                    }
                    let known = |labels: &&Labels| {
                        labels.index.contains_key(name) || (named.name == "part" && labels.parts.contains(name))
                    };
                    if let Some(labels) = labels.filter(|labels| !known(labels)) {
                        say(named.line, &VOC_CLASS_UNKNOWN, tr!("voc-class-unknown", ?name, file = labels.file))?;
                    }
                    classes.extend((named.name == "object").then(|| name.to_owned()));
                }
            }
        }
    }
    let file_name = root.text("filename").map(str::to_owned);
    Ok(Some(Annotation { size, zero, file_name, classes, objects }))
}

/// An object or a part as it is drawn.
fn shown(named: &Element) -> Object {
    let mut object = Object::new(Class::Named(named.text("name").unwrap_or_default().to_owned()));
    object.lines = Some([named.line, named.last()]);
    let corner = |name: &str| named.child("bndbox")?.text(name)?.parse::<f64>().ok().filter(|n| n.is_finite());
    let corners = ["xmin", "ymin", "xmax", "ymax"].map(corner);
    if let [Some(left), Some(top), Some(right), Some(bottom)] = corners {
        object.bbox = Some([left, top, right - left, bottom - top]);
    }
    object
}

/// The size of the image; a file may leave it out, but not write something else.
fn size(root: &Element, path: &str, out: &mut Findings) -> Result<Option<[u64; 2]>, StreamError> {
    let Some(size) = root.child("size") else { return Ok(None) };
    let mut sides = [None; 2];
    for (side, name) in sides.iter_mut().zip(["width", "height"]) {
        let Some(element) = size.child(name) else { continue };
        match element.text.trim().parse::<i64>() {
            Ok(n) => *side = u64::try_from(n).ok().filter(|n| *n > 0),
            Err(_) => {
                let message = tr!("voc-size", name, text = ?element.text.trim());
                out.add(&VOC_NOT_AN_INTEGER, Place::line(path, element.line), message)?;
            }
        }
    }
    Ok(sides[0].zip(sides[1]).map(|(w, h)| [w, h]))
}

/// Flags that a file may leave out, but that are 0 or 1; and points, which are numbers.
fn flags(
    object: &Element,
    say: &mut dyn FnMut(u64, &'static Rule, Message) -> Result<(), StreamError>,
) -> Result<(), StreamError> {
    for name in ["difficult", "truncated", "occluded"] {
        if let Some(flag) = object.child(name).filter(|flag| !matches!(flag.text.as_str(), "0" | "1")) {
            say(flag.line, &VOC_FLAG, tr!("voc-flag", name, text = ?flag.text.trim()))?;
        }
    }
    let Some(point) = object.child("point") else { return Ok(()) };
    for name in ["x", "y"] {
        if point.text(name).is_none_or(|text| text.parse::<f64>().is_err()) {
            say(point.line, &VOC_NOT_A_NUMBER, tr!("voc-point", name))?;
        }
    }
    Ok(())
}

/// Whether readers that build the path of the image from the id find it.
fn file_name(layout: &Layout, path: &str, root: &Element, out: &mut Findings) -> Result<(), StreamError> {
    let Some(name) = root.text("filename") else { return Ok(()) };
    let id = super::id_of(layout, path);
    let line = root.child("filename").map_or(1, |f| f.line);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    if stem != id {
        let message = tr!("voc-file-name", ?name, id);
        return out.add(&VOC_FILE_NAME_DIFFERS, Place::line(path, line), message);
    }
    if !name.ends_with(".jpg") {
        let message = tr!("voc-image-name", ?name, id);
        return out.add(&VOC_NOT_JPG, Place::line(path, line), message);
    }
    Ok(())
}

/// Checks the box of an object; whether it begins at pixel 0.
fn object_box(
    object: &Element,
    size: Option<[u64; 2]>,
    say: &mut dyn FnMut(u64, &'static Rule, Message) -> Result<(), StreamError>,
) -> Result<bool, StreamError> {
    let Some(bndbox) = object.child("bndbox") else {
        say(object.line, &VOC_FIELD_MISSING, tr!("voc-no-box"))?;
        return Ok(false);
    };
    let line = bndbox.line;
    let mut corners = [0.0; 4];
    for (corner, name) in corners.iter_mut().zip(["xmin", "ymin", "xmax", "ymax"]) {
        let Some(text) = bndbox.text(name) else {
            say(line, &VOC_FIELD_MISSING, tr!("voc-no-side", name))?;
            return Ok(false);
        };
        let Some(n) = text.parse::<f64>().ok().filter(|n| n.is_finite()) else {
            say(line, &VOC_NOT_A_NUMBER, tr!("voc-number", name, ?text))?;
            return Ok(false);
        };
        *corner = n;
    }
    let [xmin, ymin, xmax, ymax] = corners;
    if xmax < xmin || ymax < ymin {
        say(line, &VOC_BOX_REVERSED, tr!("voc-reversed", ?corners))?;
    } else if xmax == xmin || ymax == ymin {
        say(line, &VOC_BOX_EMPTY, tr!("voc-box-empty", ?corners))?;
    }
    if let Some([w, h]) = size.map(|s| s.map(|n| n as f64))
        && (corners.iter().any(|n| *n < 0.0) || xmax.max(xmin) > w || ymax.max(ymin) > h)
    {
        say(line, &VOC_BOX_OUTSIDE, tr!("voc-box-outside", ?corners, w, h))?;
    }
    Ok(xmin == 0.0 || ymin == 0.0)
}

/// Elements deeper than this belong to no annotation.
const DEPTH: usize = 64;

/// The root element, or the line and what is wrong there.
fn parse(bytes: &[u8]) -> Result<Element, (u64, Message)> {
    let line_at = |at: u64| bytes[..(at as usize).min(bytes.len())].iter().filter(|b| **b == b'\n').count() as u64 + 1;
    let text = decode(bytes).map_err(|(at, message)| (line_at(at as u64), message))?;
    let line_at =
        |at: u64| text.as_bytes()[..(at as usize).min(text.len())].iter().filter(|b| **b == b'\n').count() as u64 + 1;
    let mut reader = Reader::from_str(&text);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let at = reader.buffer_position();
        let fail = |what: Message| (line_at(at), what);
        let event = reader
            .read_event()
            .map_err(|e| (line_at(reader.error_position()), tr!("check-reader-says", reason = e)))?;
        let done = match event {
            Event::Start(tag) => {
                if open.len() >= DEPTH || root.is_some() {
                    return Err(fail(tr!("voc-xml-deep")));
                }
                if open.is_empty() && tag.attributes().flatten().any(|a| a.key.as_ref() == "xmlns") {
                    return Err(fail(tr!("voc-xml-namespace")));
                }
                let name = tag.name().as_ref().to_owned();
                open.push(Element { name, line: line_at(at), ..Element::default() });
                None
            }
            Event::Empty(tag) => {
                let name = tag.name().as_ref().to_owned();
                Some(Element { name, line: line_at(at), ..Element::default() })
            }
            Event::End(_) => open.pop(),
            Event::Text(text) => {
                let text = text.xml10_content();
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&text);
                } else if !text.trim().is_empty() {
                    return Err(fail(tr!("voc-xml-outside")));
                }
                None
            }
            Event::CData(data) => {
                let text = data.xml10_content();
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&text);
                }
                None
            }
            Event::GeneralRef(entity) => {
                let text = resolve(&entity).ok_or_else(|| fail(tr!("voc-xml-entity")))?;
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&text);
                }
                None
            }
            Event::DocType(kind) if kind.contains("<!ENTITY") => {
                return Err(fail(tr!("voc-xml-entities")));
            }
            Event::Eof => break,
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::DocType(_) => None,
        };
        if let Some(element) = done {
            match open.last_mut() {
                Some(parent) => parent.children.push(element),
                None => root = Some(element),
            }
        }
    }
    match (open.last(), root) {
        (Some(element), _) => Err((line_at(text.len() as u64), tr!("voc-xml-open", element = element.name))),
        (None, Some(root)) => Ok(root),
        (None, None) => Err((1, tr!("voc-xml-empty"))),
    }
}

/// A character reference or one of XML's own entities.
fn resolve(entity: &quick_xml::events::BytesRef<'_>) -> Option<String> {
    if let Some(c) = entity.resolve_char_ref().ok()? {
        return Some(c.to_string());
    }
    quick_xml::escape::resolve_predefined_entity(entity).map(str::to_owned)
}
