//! `--has-annotations`: any annotation at all, or none.

use super::AnnotationPredicate;
use crate::dm::heads::Head;
use crate::filter::Selection;
use std::ops::RangeInclusive;

/// The option of this predicate.
#[derive(Clone, Debug, Default, clap::Args, serde::Serialize)]
#[group(skip)]
pub struct Args {
    /// Any annotation at all (or, with =false, none)
    #[arg(
        long,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        help_heading = "Selection"
    )]
    has_annotations: Option<bool>,
}

impl Args {
    /// The selection with this predicate, if the option is given.
    pub fn join(&self, selection: Selection) -> Selection {
        match self.has_annotations {
            Some(any) => selection.with_annotations(HasAnnotations(any)),
            None => selection,
        }
    }
}

/// Whether there has to be an annotation; if not, there must be none.
#[derive(Debug)]
pub struct HasAnnotations(pub bool);

impl AnnotationPredicate for HasAnnotations {
    fn counts(&self, _: &Head<'_>) -> bool {
        true
    }

    fn wanted(&self) -> RangeInclusive<u64> {
        if self.0 { 1..=u64::MAX } else { 0..=0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::selection::wants;

    #[test]
    fn any_or_none() {
        let some = r#"{"id":1,"data":{"annotations":{"image_1":[{"type":"bbox"},{"tool":"polygon"}]}}}"#;
        let none = r#"{"id":1,"data":{"annotations":{"image_1":[]}}}"#;
        for (line, any) in [(some, true), (none, false), (r#"{"id":1,"data":null}"#, false), (r#"{"id":1}"#, false)] {
            assert_eq!(wants(Selection::default().with_annotations(HasAnnotations(true)), line), any, "{line}");
            assert_eq!(wants(Selection::default().with_annotations(HasAnnotations(false)), line), !any, "{line}");
        }
    }
}
