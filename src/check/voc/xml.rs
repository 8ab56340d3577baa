//! XML files of VOC.

use super::labels::Labels;
use crate::check::finding::{Findings, Place, Rule};
use crate::check::images::Images;
use crate::check::rules::{
    VOC_BOX_EMPTY, VOC_BOX_OUTSIDE, VOC_BOX_REVERSED, VOC_CLASS_UNKNOWN, VOC_FIELD_MISSING, VOC_FILE_NAME_DIFFERS,
    VOC_INVALID_XML, VOC_NOT_AN_INTEGER, VOC_NOT_JPG,
};
use crate::check::tree::Tree;
use crate::stream::StreamError;
use quick_xml::Reader;
use quick_xml::events::Event;

/// One annotation file, as far as other files are compared with it.
pub struct Annotation {
    /// Width and height of the image in pixels, as the file says.
    pub size: Option<[u64; 2]>,
    /// A box begins at pixel 0.
    pub zero: bool,
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

    fn text(&self, name: &str) -> Option<&str> {
        self.child(name).map(|c| c.text.trim()).filter(|t| !t.is_empty())
    }
}

/// Checks one file. `None` when it cannot be compared with others.
///
/// # Errors
/// [`StreamError`]: a file cannot be read, or a finding cannot be written.
pub fn check(
    tree: &Tree,
    folder: &str,
    path: &str,
    id: &str,
    labels: Option<&Labels>,
    images: &mut Images,
    out: &mut Findings,
) -> Result<Option<Annotation>, StreamError> {
    let bytes = tree.read(path)?;
    let root = match parse(&bytes) {
        Ok(root) if root.name == "annotation" => root,
        Ok(root) => {
            let message = format!("the document is <{}>, not <annotation>", root.name);
            out.add(&VOC_INVALID_XML, Place::line(path, root.line), &message)?;
            return Ok(None);
        }
        Err((line, message)) => {
            out.add(&VOC_INVALID_XML, Place::line(path, line), &message)?;
            return Ok(None);
        }
    };
    let size = root.child("size");
    let mut side = |name: &str| match size.and_then(|s| s.text(name)) {
        None => {
            let line = size.map_or(root.line, |s| s.line);
            out.add(&VOC_FIELD_MISSING, Place::line(path, line), &format!("there is no size/{name}")).map(|()| None)
        }
        Some(text) => match text.parse::<u64>() {
            Ok(n) if n > 0 => Ok(Some(n)),
            _ => {
                let line = size.map_or(root.line, |s| s.line);
                let message = format!("size/{name} {text:?} is no integer above 0");
                out.add(&VOC_NOT_AN_INTEGER, Place::line(path, line), &message).map(|()| None)
            }
        },
    };
    let size = side("width")?.zip(side("height")?).map(|(w, h)| [w, h]);
    file_name(tree, folder, path, id, &root, size, images, out)?;
    let mut zero = false;
    for object in root.children.iter().filter(|c| c.name == "object") {
        let mut say = |line: u64, rule: &'static Rule, message: &str| out.add(rule, Place::line(path, line), message);
        zero |= object_box(object, size, &mut say)?;
        match object.text("name") {
            None => say(object.line, &VOC_FIELD_MISSING, "the object has no name")?,
            Some(name) => {
                if let Some(labels) = labels.filter(|labels| !labels.index.contains_key(name)) {
                    say(object.line, &VOC_CLASS_UNKNOWN, &format!("{name:?} is not in {}", labels.file))?;
                }
            }
        }
        match object.text("difficult") {
            None => say(object.line, &VOC_FIELD_MISSING, "the object has no difficult")?,
            Some(text) if text.parse::<i64>().is_err() => {
                say(object.line, &VOC_NOT_AN_INTEGER, &format!("difficult is {text:?}"))?;
            }
            Some(_) => {}
        }
    }
    Ok(Some(Annotation { size, zero }))
}

#[expect(clippy::too_many_arguments, reason = "one image and where to say what is wrong with it")]
fn file_name(
    tree: &Tree,
    folder: &str,
    path: &str,
    id: &str,
    root: &Element,
    size: Option<[u64; 2]>,
    images: &mut Images,
    out: &mut Findings,
) -> Result<(), StreamError> {
    let Some(name) = root.text("filename") else {
        return out.add(&VOC_FIELD_MISSING, Place::line(path, root.line), "there is no filename");
    };
    let line = root.child("filename").map_or(1, |f| f.line);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    if stem != id {
        let message = format!("filename is {name:?}, readers open JPEGImages/{id}.jpg");
        out.add(&VOC_FILE_NAME_DIFFERS, Place::line(path, line), &message)?;
    } else if !name.ends_with(".jpg") {
        let message = format!("the image is {name:?}, readers open JPEGImages/{id}.jpg");
        out.add(&VOC_NOT_JPG, Place::line(path, line), &message)?;
    }
    images.look_from(tree, &format!("{folder}JPEGImages/{name}"), path, size, false, out)
}

/// Checks the box of an object; whether it begins at pixel 0.
fn object_box(
    object: &Element,
    size: Option<[u64; 2]>,
    say: &mut dyn FnMut(u64, &'static Rule, &str) -> Result<(), StreamError>,
) -> Result<bool, StreamError> {
    let Some(bndbox) = object.child("bndbox") else {
        say(object.line, &VOC_FIELD_MISSING, "the object has no bndbox")?;
        return Ok(false);
    };
    let line = bndbox.line;
    let mut corners = [0.0; 4];
    for (corner, name) in corners.iter_mut().zip(["xmin", "ymin", "xmax", "ymax"]) {
        let Some(text) = bndbox.text(name) else {
            say(line, &VOC_FIELD_MISSING, &format!("bndbox has no {name}"))?;
            return Ok(false);
        };
        let Some(n) = text.parse::<f64>().ok().filter(|n| n.is_finite()) else {
            say(line, &VOC_NOT_AN_INTEGER, &format!("{name} {text:?} is no number"))?;
            return Ok(false);
        };
        if text.parse::<i64>().is_err() {
            say(line, &VOC_NOT_AN_INTEGER, &format!("{name} {text:?} is no integer"))?;
        }
        *corner = n;
    }
    let [xmin, ymin, xmax, ymax] = corners;
    if xmax < xmin || ymax < ymin {
        say(line, &VOC_BOX_REVERSED, &format!("{corners:?} is not xmin, ymin, xmax, ymax"))?;
    } else if xmax == xmin || ymax == ymin {
        say(line, &VOC_BOX_EMPTY, &format!("{corners:?} has no area"))?;
    }
    if let Some([w, h]) = size.map(|s| s.map(|n| n as f64))
        && (corners.iter().any(|n| *n < 0.0) || xmax.max(xmin) > w || ymax.max(ymin) > h)
    {
        say(line, &VOC_BOX_OUTSIDE, &format!("{corners:?} reaches over the edge of its image, {w} x {h}"))?;
    }
    Ok(xmin == 0.0 || ymin == 0.0)
}

/// Elements deeper than this belong to no annotation.
const DEPTH: usize = 64;

/// The root element, or the line and what is wrong there.
fn parse(bytes: &[u8]) -> Result<Element, (u64, String)> {
    let line_at = |at: u64| bytes[..(at as usize).min(bytes.len())].iter().filter(|b| **b == b'\n').count() as u64 + 1;
    let text =
        std::str::from_utf8(bytes).map_err(|e| (line_at(e.valid_up_to() as u64), "it is not UTF-8".to_owned()))?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let at = reader.buffer_position();
        let fail = |what: String| (line_at(at), what);
        let event = reader.read_event().map_err(|e| (line_at(reader.error_position()), e.to_string()))?;
        let done = match event {
            Event::Start(tag) => {
                if open.len() >= DEPTH || root.is_some() {
                    return Err(fail("elements after the end, or nested too deeply".into()));
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
                    return Err(fail("text outside the document".into()));
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
                let text = resolve(&entity).ok_or_else(|| fail("an entity that is not defined".into()))?;
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&text);
                }
                None
            }
            Event::DocType(_) => return Err(fail("a document type: safe parsers refuse it".into())),
            Event::Eof => break,
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => None,
        };
        if let Some(element) = done {
            match open.last_mut() {
                Some(parent) => parent.children.push(element),
                None => root = Some(element),
            }
        }
    }
    match (open.last(), root) {
        (Some(element), _) => Err((line_at(bytes.len() as u64), format!("<{}> is not closed", element.name))),
        (None, Some(root)) => Ok(root),
        (None, None) => Err((1, "there is no element".into())),
    }
}

/// A character reference or one of XML's own entities.
fn resolve(entity: &quick_xml::events::BytesRef<'_>) -> Option<String> {
    if let Some(c) = entity.resolve_char_ref().ok()? {
        return Some(c.to_string());
    }
    quick_xml::escape::resolve_predefined_entity(entity).map(str::to_owned)
}
