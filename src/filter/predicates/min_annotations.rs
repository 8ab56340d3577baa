//! `--min-annotations`: so many annotations at least.

use super::AnnotationPredicate;
use crate::dm::heads::Head;
use crate::filter::Selection;
use std::ops::RangeInclusive;

/// The option of this predicate.
#[derive(Clone, Debug, Default, clap::Args, serde::Serialize)]
#[group(skip)]
pub struct Args {
    /// At least this many annotations
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Selection")]
    min_annotations: Option<u64>,
}

impl Args {
    /// The selection with this predicate, if the option is given.
    pub fn join(&self, selection: Selection) -> Selection {
        match self.min_annotations {
            Some(least) => selection.with_annotations(MinAnnotations(least)),
            None => selection,
        }
    }
}

/// At least so many annotations, of any tool and class.
#[derive(Debug)]
pub struct MinAnnotations(pub u64);

impl AnnotationPredicate for MinAnnotations {
    fn counts(&self, _: &Head<'_>) -> bool {
        true
    }

    fn wanted(&self) -> RangeInclusive<u64> {
        self.0..=u64::MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::selection::wants;

    #[test]
    fn so_many_at_least() {
        let row = r#"{"id":1,"data":{"annotations":{"image_1":[{"tool":"bbox"}],"image_2":[{"tool":"polygon"}]}}}"#;
        let empty = r#"{"id":1,"data":{"annotations":{"image_1":[]}}}"#;
        let bare = r#"{"id":1}"#;
        for (line, least, wanted) in [
            (row, 0, true),
            (row, 1, true),
            (row, 2, true),
            (row, 3, false),
            (empty, 0, true),
            (empty, 1, false),
            (bare, 0, true),
            (bare, 1, false),
        ] {
            assert_eq!(
                wants(Selection::default().with_annotations(MinAnnotations(least)), line),
                wanted,
                "{least} {line}"
            );
        }
    }
}
