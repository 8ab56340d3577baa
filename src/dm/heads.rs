//! Only the heads of a payload's annotations: tool and class. Geometry is read past, nothing is gathered.
//!
//! All dialects: `annotations.<media>[]`, `images[].<tool>[]` and its siblings, and both under `annotation_data` and
//! `annotation_meta`. A head that is wrong in itself (no id, no geometry) is a head all the same.

use super::annotation::Tool;
use super::shape::otherwise;
use crate::path::nfc;
use crate::stream::json;
use crate::stream::json::{Raw, Str};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::ops::ControlFlow;

/// What is known of an annotation without its geometry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head<'a> {
    /// The tool in the platform's spelling (`bounding_box` for `bbox`); empty when the annotation names no tool.
    pub tool: Cow<'a, str>,
    /// The class: trimmed, NFC; empty when the annotation has no class.
    pub class: Cow<'a, str>,
}

/// Calls `each` with the heads of a payload, in the order written, until it breaks off.
///
/// # Errors
/// A text when the payload is a string that does not hold JSON, or is not here but at a URL.
pub fn each(payload: &Raw<'_>, mut each: impl FnMut(Head<'_>) -> ControlFlow<()>) -> Result<(), json::ParseError> {
    let mut stopped = false;
    let mut visit = |head: Head<'_>| {
        let flow = each(head);
        stopped |= flow.is_break();
        flow
    };
    let read = payload.read_with(Walk { at: At::Payload, each: &mut visit });
    // Breaking off is an error to the parser only.
    if stopped { Ok(()) } else { read }
}

/// Calls `each` with the head of one annotation, which a list of this tool holds in dialect 2; not when the value is no object.
pub fn one(annotation: &Raw<'_>, list_tool: Option<&str>, mut each: impl FnMut(Head<'_>)) {
    let mut visit = |head: Head<'_>| {
        each(head);
        ControlFlow::Continue(())
    };
    // The value is known to be JSON, and of nothing else does this walk complain.
    let _ = annotation.read_with(Walk { at: At::Head(list_tool), each: &mut visit });
}

/// What the value to be read is.
#[derive(Clone, Copy)]
enum At<'t> {
    /// A payload, or half of a wrapped one.
    Payload,
    /// `annotations`: lists by media.
    Media,
    /// `images`: a list of media.
    Containers,
    /// One media of dialect 2: lists by tool.
    Tools,
    /// A list of annotations; of this tool in dialect 2.
    List(Option<&'t str>),
    /// One annotation.
    Head(Option<&'t str>),
}

struct Walk<'w, F> {
    at: At<'w>,
    each: &'w mut F,
}

impl<'de, F: FnMut(Head<'_>) -> ControlFlow<()>> DeserializeSeed<'de> for Walk<'_, F> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F: FnMut(Head<'_>) -> ControlFlow<()>> Visitor<'de> for Walk<'_, F> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an annotation payload")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let Self { at, each } = self;
        if let At::Head(tool) = at {
            return head(object, tool, each);
        }
        while let Some(key) = object.next_key::<Str<'de>>()? {
            let below = match (at, &*key) {
                (At::Payload, "annotations") => At::Media,
                (At::Payload, "images" | "videos" | "pcds" | "texts" | "audios" | "prompts" | "datas") => {
                    At::Containers
                }
                (At::Payload, "annotation_data" | "annotation_meta") => At::Payload,
                (At::Payload, "presigned_url") => {
                    return Err(A::Error::custom(
                        "the payload is not in the row but at a URL; `syn-fetch` downloads it",
                    ));
                }
                (At::Media, _) => At::List(None),
                (At::Tools, tool) => At::List(Some(tool)),
                _ => {
                    object.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            object.next_value_seed(Walk { at: below, each })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Self { at, each } = self;
        let below = match at {
            At::Containers => At::Tools,
            At::List(tool) => At::Head(tool),
            _ => {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                return Ok(());
            }
        };
        while list.next_element_seed(Walk { at: below, each })?.is_some() {}
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        // Raw rows of the database carry the payload as a string.
        match self.at {
            At::Payload => json::parse_with(text.as_bytes(), self)
                .map_err(|e| E::custom(format_args!("the text in `data` cannot be read: {e}"))),
            _ => Ok(()),
        }
    }

    otherwise!((); bool number null);
}

/// Reads one annotation and hands its head over.
fn head<'de, A, F>(mut object: A, list_tool: Option<&str>, each: &mut F) -> Result<(), A::Error>
where
    A: MapAccess<'de>,
    F: FnMut(Head<'_>) -> ControlFlow<()>,
{
    let (mut tool, mut class) = (Name::default(), Name::default());
    while let Some(key) = object.next_key::<Str<'de>>()? {
        match &*key {
            "tool" | "type" => tool = object.next_value_seed(NameSeed { inside_object: false })?,
            "classification" => class = object.next_value_seed(NameSeed { inside_object: true })?,
            _ => drop(object.next_value::<IgnoredAny>()?),
        }
    }
    let tool = list_tool.unwrap_or(&tool.0);
    let head = Head { tool: Tool::from_name(tool).name().unwrap_or(tool).into(), class: nfc(class.0.trim()) };
    match each(head) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(A::Error::custom("enough")),
    }
}

/// A string, or (if `inside_object`) the string under `class` in an object; empty when it is neither.
#[derive(Default)]
struct Name<'a>(Str<'a>);

struct NameSeed {
    inside_object: bool,
}

impl<'de> DeserializeSeed<'de> for NameSeed {
    type Value = Name<'de>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Name<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for NameSeed {
    type Value = Name<'de>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }
    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Name<'de>, E> {
        Ok(Name(Str(Cow::Borrowed(text))))
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<Name<'de>, E> {
        Ok(Name(Str(Cow::Owned(text.to_owned()))))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Name<'de>, A::Error> {
        let mut name = Name::default();
        while let Some(key) = object.next_key::<Str<'de>>()? {
            if self.inside_object && &*key == "class" {
                name = object.next_value_seed(NameSeed { inside_object: false })?;
            } else {
                object.next_value::<IgnoredAny>()?;
            }
        }
        Ok(name)
    }
    otherwise!(Name::default(); bool number null list);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heads(payload: &str) -> Result<Vec<(String, String)>, json::ParseError> {
        let mut out = Vec::new();
        each(&Raw(Cow::Borrowed(payload)), |head| {
            out.push((head.tool.into_owned(), head.class.into_owned()));
            ControlFlow::Continue(())
        })?;
        Ok(out)
    }

    #[test]
    fn every_dialect_gives_tool_and_class() {
        let split = r#"{"annotationsData":{"image_1":[{"id":"a","coordinate":{}}]},"annotations":{"image_1":[
            {"id":"a","tool":"bounding_box","classification":{"color":{"class":"no"},"class":" car "},"label":["x"]}]}}"#;
        let flat = r#"{"annotations":{"image_1":[{"type":"bbox","data":[1,2,3,4],"classification":"car"}]}}"#;
        let v2 = r#"{"classification":{"bounding_box":["no"]},"images":[{"bounding_box":[{"type":"no","classification":"car"}]}]}"#;
        let wrapped = format!(r#"{{"annotation_meta":{{"annotations":{{}}}},"annotation_data":{v2}}}"#);
        let text = serde_json::to_string(split).unwrap();
        for payload in [split, flat, v2, &wrapped, &text] {
            assert_eq!(heads(payload).unwrap(), [("bounding_box".to_owned(), "car".to_owned())], "{payload}");
        }
    }

    #[test]
    fn wrong_shapes_hold_no_heads() {
        for payload in [
            "null",
            "5",
            "[]",
            "{}",
            r#"{"annotations":null}"#,
            r#"{"annotations":[{"tool":"polygon"}]}"#,
            r#"{"annotations":{"image_1":{"tool":"polygon"},"image_2":[],"image_3":["x",5,null,[]]}}"#,
            r#"{"images":{"polygon":[{}]},"relations":{"image_1":[{}]}}"#,
        ] {
            assert_eq!(heads(payload).unwrap(), [], "{payload}");
        }
        let nameless = r#"{"annotations":{"image_1":[{"tool":5,"classification":{"class":{"class":"x"}}}]}}"#;
        assert_eq!(heads(nameless).unwrap(), [(String::new(), String::new())]);
    }

    #[test]
    fn payloads_that_cannot_be_read_are_errors() {
        assert!(heads(r#""{\"annotations\":""#).unwrap_err().to_string().contains("`data` cannot be read"));
        assert!(heads(r#"{"mode":"presigned","presigned_url":"u"}"#).unwrap_err().to_string().contains("at a URL"));
    }

    #[test]
    fn breaking_off_is_not_an_error() {
        let mut seen = 0;
        let payload = Raw(Cow::Borrowed(r#"{"annotations":{"image_1":[{},{},{}]}}"#));
        let read = each(&payload, |_| {
            seen += 1;
            if seen == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert!(read.is_ok() && seen == 2);
    }
}
