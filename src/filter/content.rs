//! `--class`, `--tool`, `--has-annotations`: what is annotated. The only questions that look into the payload, so they are
//! asked last, and read heads only.

use super::value::AnyOf;
use crate::dm::Tool;
use crate::dm::heads;
use crate::stream::json::Raw;
use std::ops::ControlFlow;

/// The tools of the platform. Not closed: others are compared by name.
pub const TOOLS: [&str; 13] = [
    "bounding_box",
    "polygon",
    "polyline",
    "keypoint",
    "segmentation",
    "classification",
    "relation",
    "3d_bounding_box",
    "3d_segmentation",
    "named_entity",
    "prompt",
    "answer",
    "time_range",
];

/// Questions about a payload; all must be answered with yes.
#[derive(Debug)]
pub struct Content {
    classes: AnyOf,
    tools: AnyOf,
    annotated: Option<bool>,
}

impl Content {
    /// At least one annotation of one of `classes` (if any are given), at least one made with one of `tools` (likewise; not
    /// necessarily the same annotation), any annotation at all or none (if `annotated` says).
    pub fn new(classes: Vec<String>, tools: Vec<String>, annotated: Option<bool>) -> Self {
        let classes = AnyOf::new(classes.into_iter().map(|class| class.trim().to_owned()));
        let platform = |tool: String| Tool::from_name(&tool).name().map_or(tool, str::to_owned);
        Self { classes, tools: AnyOf::new(tools.into_iter().map(platform)), annotated }
    }

    /// Whether anything is asked, so that the payload is needed.
    pub fn asks(&self) -> bool {
        !self.classes.is_empty() || !self.tools.is_empty() || self.annotated.is_some()
    }

    /// Whether this payload is wanted; `None` for a row without one.
    ///
    /// # Errors
    /// A text when the payload cannot be looked into.
    pub fn matches(&self, payload: Option<&Raw<'_>>) -> Result<bool, String> {
        let (mut class, mut tool, mut any) = (self.classes.is_empty(), self.tools.is_empty(), false);
        if let Some(payload) = payload {
            heads::each(payload, |head| {
                any = true;
                class = class || self.classes.has(&head.class);
                tool = tool || self.tools.has(&head.tool);
                let decided = (class && tool) || self.annotated == Some(false);
                if decided { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })?;
        }
        Ok(class && tool && self.annotated.is_none_or(|wanted| wanted == any))
    }
}

/// The tool that was probably meant; `None` for a tool of the platform and for a name unlike any.
pub fn misspelt_tool(name: &str) -> Option<&'static str> {
    const ALIKE: f64 = 0.8;
    if Tool::from_name(name) != Tool::Other || TOOLS.contains(&name) {
        return None;
    }
    let near = TOOLS.into_iter().map(|tool| (strsim::jaro_winkler(tool, name), tool));
    near.filter(|(alike, _)| *alike > ALIKE).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, tool)| tool)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    #[test]
    fn asks_for_classes_tools_and_annotations() {
        let row = r#"{"annotations":{"image_1":[{"type":"bbox","classification":"car"},
            {"tool":"polygon","classification":{"class":" e\u0301t\u00e9 "}}]}}"#;
        let none = r#"{"annotations":{"image_1":[]}}"#;
        type Names = &'static [&'static str];
        let cases: [(Names, Names, Option<bool>, &str, bool); 15] = [
            (&[], &[], None, none, true),
            (&["car"], &[], None, row, true),
            (&["Car"], &[], None, row, false),
            (&["bus", "car"], &[], None, row, true),
            (&["\u{e9}te\u{301}"], &[], None, row, true),
            (&["car"], &[], None, none, false),
            (&[], &["bounding_box"], None, row, true),
            (&[], &["bbox"], None, row, true),
            (&[], &["keypoint"], None, row, false),
            (&["car"], &["polygon"], None, row, true),
            (&["car"], &["keypoint"], None, row, false),
            (&[], &[], Some(true), row, true),
            (&[], &[], Some(true), none, false),
            (&[], &[], Some(false), row, false),
            (&[], &[], Some(false), "null", true),
        ];
        for (classes, tools, annotated, payload, expected) in cases {
            let list = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect();
            let content = Content::new(list(classes), list(tools), annotated);
            let payload = Raw(Cow::Borrowed(payload));
            assert_eq!(content.matches(Some(&payload)), Ok(expected), "{content:?} {}", payload.text());
        }
        assert_eq!(Content::new(vec![], vec![], Some(false)).matches(None), Ok(true));
        assert!(!Content::new(vec![], vec![], None).asks());
    }

    #[test]
    fn misspelt_tools_are_noticed() {
        let cases = [
            ("polgon", Some("polygon")),
            ("boundingbox", Some("bounding_box")),
            ("polygon", None),
            ("bbox", None),
            ("time_range", None),
            ("house_tool", None),
        ];
        for (name, expected) in cases {
            assert_eq!(misspelt_tool(name), expected, "{name}");
        }
    }
}
