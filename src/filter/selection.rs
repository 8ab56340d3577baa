//! All questions together: one answer per line.

use super::content::Content;
use super::predicate::{Payload, Predicate};
use crate::item;

/// Which rows are wanted: those that all predicates and the content match, or, inverted, all others.
pub struct Selection {
    predicates: Vec<Box<dyn Predicate>>,
    content: Content,
    inverted: bool,
}

impl Selection {
    /// Predicates are tried in the order given, up to the first that does not match: cheap ones first. `content` comes last.
    pub fn new(predicates: Vec<Box<dyn Predicate>>, content: Content, inverted: bool) -> Self {
        Self { predicates, content, inverted }
    }

    /// Whether the row in this line is wanted. The whole line is checked to be JSON, whatever is asked.
    ///
    /// # Errors
    /// One line of text saying why the line cannot be used, with the item's id when it has one.
    pub fn wants(&self, line: &[u8]) -> Result<bool, String> {
        self.answer(line).map_err(|reason| match item::id_of_bad(line) {
            Some(id) => format!("{reason} (item {id})"),
            None => reason,
        })
    }

    fn answer(&self, line: &[u8]) -> Result<bool, String> {
        let row = item::parse(line, Payload { keep: self.content.asks() })?;
        let matches = self.predicates.iter().all(|p| p.matches(&row))
            && (!self.content.asks() || self.content.matches(row.data.flatten().as_ref())?);
        Ok(matches != self.inverted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::status::{Stage, Status};
    use crate::filter::value::AnyOf;

    fn selection(inverted: bool) -> Selection {
        let status = Status::new(Stage::Label, AnyOf::new(["completed".to_owned()]));
        Selection::new(vec![Box::new(status)], Content::new(vec!["car".into()], vec![], None), inverted)
    }

    #[test]
    fn everything_must_match_or_not_everything() {
        let data = r#""data":{"annotations":{"image_1":[{"tool":"polygon","classification":"car"}]}}"#;
        let cases = [
            (format!(r#"{{"id":1,"status_label":"completed",{data}}}"#), true),
            (format!(r#"{{"id":1,"status_label":"skipped",{data}}}"#), false),
            (r#"{"id":1,"status_label":"completed","data":null}"#.to_owned(), false),
            (r#"{"id":1,"status_label":"completed"}"#.to_owned(), false),
        ];
        for (line, expected) in cases {
            assert_eq!(selection(false).wants(line.as_bytes()), Ok(expected), "{line}");
            assert_eq!(selection(true).wants(line.as_bytes()), Ok(!expected), "{line}");
        }
    }

    #[test]
    fn bad_lines_are_refused_whatever_is_asked() {
        let all = Selection::new(vec![], Content::new(vec![], vec![], None), false);
        for (line, id) in [
            (r#"{"id":7,"data":{"x":[1,]}}"#, "(item 7)"),
            (r#"{"id":7,"tags":[tru]}"#, "(item 7)"),
            (r#"{"id":7} x"#, "(item 7)"),
            ("[1]", ""),
        ] {
            assert!(all.wants(line.as_bytes()).unwrap_err().ends_with(id), "{line}");
        }
        // A payload matters only when it is asked about, and only for rows that are wanted otherwise.
        let away = r#"{"id":7,"status_label":"completed","data":{"mode":"presigned","presigned_url":"u"}}"#;
        assert_eq!(all.wants(away.as_bytes()), Ok(true));
        assert!(selection(false).wants(away.as_bytes()).is_err());
        assert_eq!(selection(false).wants(away.replace("completed", "skipped").as_bytes()), Ok(false));
    }
}
