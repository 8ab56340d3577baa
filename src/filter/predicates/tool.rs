//! `--tool`: at least one annotation made with one of these tools.

use super::AnnotationPredicate;
use crate::dm::Tool as Known;
use crate::dm::heads::Head;
use crate::filter::Selection;
use crate::filter::any_of::AnyOf;
use crate::selection::List;
use crate::selection::words::nearest;

/// The option of this predicate.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(skip)]
pub struct Args {
    /// At least one annotation made with this tool: bounding_box, polygon, keypoint, …
    #[arg(long, value_name = "TOOL", help_heading = "Selection")]
    pub tool: Vec<List>,
}

impl Args {
    /// The selection with this predicate, if the option is given.
    pub fn join(&self, selection: Selection) -> Selection {
        match List::all(&self.tool) {
            names if names.is_empty() => selection,
            names => selection.with_annotations(Tool::new(&names)),
        }
    }
}

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

/// The names of the tools.
#[derive(Debug)]
pub struct Tool(AnyOf);

impl Tool {
    /// One of these, in the spelling of any payload dialect (`bbox` is `bounding_box`).
    pub fn new(names: &[String]) -> Self {
        let platform = |name: &String| Known::from_name(name).name().map_or(name.clone(), str::to_owned);
        Self(AnyOf::new(names.iter().map(platform)))
    }
}

impl AnnotationPredicate for Tool {
    fn counts(&self, annotation: &Head<'_>) -> bool {
        self.0.has(&annotation.tool)
    }
}

/// The tool that was probably meant; `None` for a tool of the platform and for a name unlike any.
pub fn misspelt(name: &str) -> Option<&'static str> {
    let known = Known::from_name(name) != Known::Other || TOOLS.contains(&name);
    if known { None } else { nearest(name, TOOLS.into_iter()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::predicates::class::Class;
    use crate::filter::selection::wants;

    #[test]
    fn tools_have_several_spellings() {
        let row = r#"{"id":1,"data":{"annotations":{"image_1":[{"type":"bbox","classification":"car"},
            {"tool":"polygon","classification":{"class":"bus"}}]}}}"#;
        for (tool, expected) in [("bounding_box", true), ("bbox", true), ("polygon", true), ("keypoint", false)] {
            let selection = Selection::default().with_annotations(Tool::new(&[tool.to_owned()]));
            assert_eq!(wants(selection, row), expected, "{tool}");
        }
        // Class and tool need not be those of the same annotation.
        for (tool, expected) in [("polygon", true), ("keypoint", false)] {
            let selection = Selection::default().with_annotations(Class::new(&["car".to_owned()]));
            let selection = selection.with_annotations(Tool::new(&[tool.to_owned()]));
            assert_eq!(wants(selection, row), expected, "{tool}");
        }
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
            assert_eq!(misspelt(name), expected, "{name}");
        }
    }
}
