//! `--class`: at least one annotation of one of these classes.

use super::AnnotationPredicate;
use crate::dm::heads::Head;
use crate::filter::any_of::AnyOf;

/// The names of the classes.
#[derive(Debug)]
pub struct Class(AnyOf);

impl Class {
    /// One of these; blanks around a name do not count, as they do not in an annotation.
    pub fn new(names: &[String]) -> Self {
        Self(AnyOf::new(names.iter().map(|name| name.trim().to_owned())))
    }
}

impl Class {
    /// The names, as annotations have them.
    pub fn wanted(&self) -> Vec<String> {
        self.0.values().to_vec()
    }

    /// The names, to compare with.
    pub fn into_names(self) -> AnyOf {
        self.0
    }
}

impl AnnotationPredicate for Class {
    fn name<'h>(&self, annotation: &'h Head<'_>) -> &'h str {
        &annotation.class
    }

    fn counts(&self, annotation: &Head<'_>) -> bool {
        self.0.has(&annotation.class)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::Selection;
    use crate::filter::selection::wants;

    #[test]
    fn one_annotation_is_enough() {
        let row = r#"{"id":1,"data":{"annotations":{"image_1":[{"type":"bbox","classification":"car"},
            {"tool":"polygon","classification":{"class":" e\u0301t\u00e9 "}}]}}}"#;
        let cases: [(&[&str], &str, bool); 6] = [
            (&["car"], row, true),
            (&["Car"], row, false),
            (&["bus", "car"], row, true),
            (&["\u{e9}te\u{301}"], row, true),
            (&["car"], r#"{"id":1,"data":{"annotations":{"image_1":[]}}}"#, false),
            (&["car"], r#"{"id":1,"data":null}"#, false),
        ];
        for (names, line, expected) in cases {
            let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
            let selection = Selection::default().with_annotations(Class::new(&names));
            assert_eq!(wants(selection, line), expected, "{names:?} {line}");
        }
    }
}
