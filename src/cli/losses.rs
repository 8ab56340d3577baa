//! What each format would lose of annotations, by the tools that made them, and which way to run a format keeps them.
//!
//! It is told from what formats declare, without running them: for all formats at once, and of a sample. What depends on geometry (holes, parts, what
//! is outside of an image) is known when a format runs.

use crate::convert::declaration::{Attributes, Declaration, Tools};
use crate::convert::formats::FORMATS;
use crate::dm::{Reason, Tool};
use crate::table::Table;
use crate::tr;
use crate::words::Message;
use serde_json::{Value, json};

/// For each format `{"to","kept","lost":[{"tool","annotations","reason","keep":[…]}],"if_any":["ROTATION_DROPPED",…]}`. `tools`: an object of tools with their annotations.
pub fn all(tools: &Value) -> Value {
    FORMATS.iter().map(|format| of(format, tools)).collect()
}

/// What a format would lose of annotations made with these tools when it is given no options, and the ways to run a format that keep them.
fn of(format: &Declaration, tools: &Value) -> Value {
    let (mut kept, mut lost) = (0, Vec::new());
    for (name, n) in tools.as_object().into_iter().flatten() {
        let (tool, n) = (Tool::from_name(name), n.as_u64().unwrap_or(0));
        let ways = format.carrying(tool);
        if ways.iter().any(|way| way == format.name) {
            kept += n;
        } else {
            let others = FORMATS.iter().filter(|other| other.name != format.name);
            let keep: Vec<String> = if ways.is_empty() {
                others.flat_map(|o| o.carrying(tool).into_iter().take(1)).collect()
            } else {
                ways
            };
            let reason = Reason::UnsupportedAnnotationType.code();
            lost.push(json!({"tool": name, "annotations": n, "reason": reason, "keep": keep}));
        }
    }
    json!({"to": format.name, "kept": kept, "lost": lost, "if_any": if_any(format, tools)})
}

/// What has no place in the annotations that a format writes when it is given no options, as reason codes. How many have it is not known.
fn if_any(format: &Declaration, tools: &Value) -> Vec<&'static str> {
    let writes = |tool: Tool| {
        let is_there = tools.as_object().into_iter().flatten().any(|(name, _)| Tool::from_name(name) == tool);
        is_there && format.carrying(tool).iter().any(|way| way == format.name)
    };
    let turns = match format.tools {
        Tools::Any => true,
        Tools::Of(ways) => ways.iter().any(|way| way.with.is_empty() && way.rotation),
    };
    let attributes = match format.attributes {
        Attributes::All => false,
        Attributes::ButOfKeypoints => writes(Tool::Keypoint),
        Attributes::None | Attributes::Counted => true,
    };
    let rotation = (writes(Tool::BoundingBox) && !turns).then_some(Reason::RotationDropped);
    let attributes = attributes.then_some(Reason::CustomAttributesDropped);
    rotation.into_iter().chain(attributes).map(Reason::code).collect()
}

/// A reason of [`if_any`] in a word.
fn in_a_word(code: &str) -> Message {
    match code {
        code if code == Reason::RotationDropped.code() => tr!("losses-rotation"),
        _ => tr!("losses-attributes"),
    }
}

/// [`all`] as a table; `what` is what is lost of.
pub fn table(formats: &Value, what: &Message) -> String {
    let mut table = Table::new(&["format", "writes"]).with_last(&tr!("column-losses", what));
    for format in formats.as_array().into_iter().flatten() {
        let lost = format["lost"].as_array().into_iter().flatten().map(|lost| {
            let keep: Vec<&str> =
                lost["keep"].as_array().into_iter().flatten().filter_map(Value::as_str).take(2).collect();
            let keep = if keep.is_empty() { String::new() } else { format!(" ({})", keep.join(", ")) };
            format!("{} {}{keep}", lost["annotations"], lost["tool"].as_str().unwrap_or_default())
        });
        let lost: Vec<String> = lost.collect();
        let lost = if lost.is_empty() { tr!("losses-nothing").spoken().to_owned() } else { lost.join("; ") };
        let if_any = format["if_any"].as_array().into_iter().flatten().filter_map(Value::as_str).map(in_a_word);
        let what = Message::list(if_any, ", ");
        let lost = match format["kept"].as_u64() {
            Some(1..) if !what.is_empty() => tr!("losses-if-any", lost, what).spoken().to_owned(),
            _ => lost,
        };
        table.row(vec![format["to"].as_str().unwrap_or_default().into(), format["kept"].to_string(), lost]);
    }
    table.render()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lost_is_told_by_tool_and_reason() {
        let formats = all(&json!({"bounding_box": 3, "polygon": 5, "keypoint": 2}));
        let of = |name: &str| formats.as_array().unwrap().iter().find(|format| format["to"] == name).unwrap().clone();
        let yolo = of("yolo");
        assert_eq!(yolo["lost"][0]["reason"], "UNSUPPORTED_ANNOTATION_TYPE");
        for (name, if_any) in [
            ("yolo", &["ROTATION_DROPPED", "CUSTOM_ATTRIBUTES_DROPPED"][..]),
            ("json", &[]),
            ("coco", &["CUSTOM_ATTRIBUTES_DROPPED"]),
            ("csv", &[]),
        ] {
            assert_eq!(of(name)["if_any"], json!(if_any), "{name}");
        }
        let table = table(&formats, &"this".into());
        assert!(table.contains("; if there are any: rotation, attributes"), "{table}");
        // Without boxes nothing is turned.
        let formats = all(&json!({"polygon": 5}));
        assert!(!formats.to_string().contains("ROTATION_DROPPED"), "{formats}");
    }
}
