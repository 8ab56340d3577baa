//! `--tool`: at least one annotation made with one of these tools.

use super::AnnotationPredicate;
use crate::dm::Tool as Known;
use crate::dm::heads::Head;
use crate::filter::Selection;
use crate::filter::any_of::AnyOf;
use crate::selection::List;
use crate::selection::sought::Sought;

/// The option of this predicate.
#[derive(Clone, Debug, Default, clap::Args, serde::Serialize)]
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
            names => {
                let tool = Tool::new(&names);
                let sought = Sought::new("the tool", tool.wanted());
                selection.with_annotation_names(tool, sought)
            }
        }
    }
}

/// The names of the tools.
#[derive(Debug)]
pub struct Tool(AnyOf);

impl Tool {
    /// One of these, in the spelling of any payload dialect (`bbox` is `bounding_box`).
    pub fn new(names: &[String]) -> Self {
        let platform = |name: &String| Known::from_name(name).name().map_or(name.clone(), str::to_owned);
        Self(AnyOf::new(names.iter().map(platform)))
    }

    /// The names, as annotations have them.
    pub fn wanted(&self) -> Vec<String> {
        self.0.values().to_vec()
    }
}

impl AnnotationPredicate for Tool {
    fn name<'h>(&self, annotation: &'h Head<'_>) -> &'h str {
        &annotation.tool
    }

    fn counts(&self, annotation: &Head<'_>) -> bool {
        self.0.has(&annotation.tool)
    }
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
}
