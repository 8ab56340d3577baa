//! All questions together: one answer per line.

use super::jq::{Limits, Question};
use super::predicates::{AnnotationPredicate, Item, Payload, Predicate};
use crate::dm::heads;
use crate::item;
use crate::path::nfc;
use crate::selection::sought::Sought;
use crate::stream::error::UnknownName;
use crate::stream::json::Raw;
use crate::tr;
use crate::words::Message;
use std::ops::ControlFlow;

/// What `--class` asks for.
pub const CLASS: &str = "the class";

/// Which items are wanted: those that all predicates match, or, inverted, all others. Without predicates, every item.
#[derive(Default)]
pub struct Selection {
    predicates: Vec<Box<dyn Predicate>>,
    about_annotations: Vec<Box<dyn AnnotationPredicate>>,
    /// Names that are asked for, each with the place of its predicate.
    names: Vec<(usize, Sought)>,
    annotation_names: Vec<(usize, Sought)>,
    /// A program that is asked last.
    question: Option<Question>,
    inverted: bool,
}

impl Selection {
    /// Whether every item is wanted.
    pub fn is_empty(&self) -> bool {
        self.predicates.is_empty() && self.about_annotations.is_empty() && self.question.is_none()
    }

    /// With one more predicate. They are tried in the order in which they were added, up to the first that does not match: cheap
    /// ones first.
    #[must_use]
    pub fn with(mut self, predicate: impl Predicate + 'static) -> Self {
        self.predicates.push(Box::new(predicate));
        self
    }

    /// With one more predicate, which asks for names that the input should have.
    #[must_use]
    pub fn with_names(mut self, predicate: impl Predicate + 'static, sought: Sought) -> Self {
        self.names.push((self.predicates.len(), sought));
        self.with(predicate)
    }

    /// With one more predicate about annotations, which asks for names that the input should have.
    #[must_use]
    pub fn with_annotation_names(mut self, predicate: impl AnnotationPredicate + 'static, sought: Sought) -> Self {
        self.annotation_names.push((self.about_annotations.len(), sought));
        self.with_annotations(predicate)
    }

    /// Classes that the input lists: they are there, whether or not an item has one.
    pub fn list_classes(&self, classes: &[String]) {
        for (_, sought) in self.annotation_names.iter().filter(|(_, sought)| sought.what() == CLASS) {
            classes.iter().for_each(|class| sought.meet(&nfc(class.trim())));
        }
    }

    /// The first name that is asked for and that nothing in the input has, when all of it was read.
    pub fn unknown_name(&self) -> Option<UnknownName> {
        self.names.iter().chain(&self.annotation_names).find_map(|(_, sought)| sought.unknown())
    }

    /// Notes the names that an item has, as long as some are missing. What cannot be read has none here; whether that matters is for
    /// the answer to say.
    fn note_names(&self, item: &Item<'_>) {
        for (i, sought) in self.names.iter().filter(|(_, sought)| sought.is_open()) {
            self.predicates[*i].names(item, &mut |name| sought.meet(name));
        }
        if let (true, Some(Some(payload))) = (self.annotation_names.iter().any(|(_, s)| s.is_open()), &item.data) {
            let _ = heads::each(payload, |head| {
                for (i, sought) in &self.annotation_names {
                    sought.meet(self.about_annotations[*i].name(&head));
                }
                ControlFlow::Continue(())
            });
        }
    }

    /// With one more predicate about annotations. They come last, and only then is the payload read.
    #[must_use]
    pub fn with_annotations(mut self, predicate: impl AnnotationPredicate + 'static) -> Self {
        self.about_annotations.push(Box::new(predicate));
        self
    }

    /// With a program that is asked about the rows which all predicates want.
    #[cfg(feature = "jq")]
    #[must_use]
    pub fn with_question(mut self, question: Question) -> Self {
        self.question = Some(question);
        self
    }

    /// What its program may take, if it has one.
    pub fn limits(&self) -> Option<Limits> {
        self.question.as_ref().map(Question::limits)
    }

    /// The items that would not be wanted otherwise.
    #[must_use]
    pub fn inverted(mut self, inverted: bool) -> Self {
        self.inverted = inverted;
        self
    }

    /// Answers for the lines of one thread.
    pub fn judge(&self) -> Judge<'_> {
        Judge { selection: self, keep: false, counts: Vec::new() }
    }
}

#[cfg(feature = "net")]
impl crate::selection::choose::Choose for Selection {
    fn wants(&self, line: &[u8]) -> Result<bool, Message> {
        self.judge().wants(line)
    }

    fn list_classes(&self, classes: &[String]) {
        self.list_classes(classes);
    }

    fn unknown_name(&self) -> Option<UnknownName> {
        self.unknown_name()
    }
}

/// A selection at work, with memory that one line after the other uses.
pub struct Judge<'s> {
    selection: &'s Selection,
    /// Whether the items that it gives have their payload.
    keep: bool,
    /// How many annotations count, for each predicate about annotations.
    counts: Vec<u64>,
}

impl Judge<'_> {
    /// A judge whose items have their payload.
    #[must_use]
    pub fn keeping_payloads(self) -> Self {
        Self { keep: true, ..self }
    }

    /// Whether the item in this line is wanted. The whole line is checked to be JSON, whatever is asked.
    ///
    /// # Errors
    /// One line of text saying why the line cannot be used, with the item's id when it has one.
    pub fn wants(&mut self, line: &[u8]) -> Result<bool, Message> {
        self.wanted(line).map(|item| item.is_some())
    }

    /// The item in this line, if it is wanted.
    ///
    /// # Errors
    /// As [`Self::wants`].
    pub fn wanted<'l>(&mut self, line: &'l [u8]) -> Result<Option<Item<'l>>, Message> {
        self.answer(line).map_err(|reason| with_id(line, reason))
    }

    fn answer<'l>(&mut self, line: &'l [u8]) -> Result<Option<Item<'l>>, Message> {
        let Selection { predicates, about_annotations, names, annotation_names, question, inverted } = self.selection;
        let payload_counts = !about_annotations.is_empty();
        let item = item::parse(line, Payload { keep: payload_counts || self.keep })?;
        if names.iter().chain(annotation_names).any(|(_, sought)| sought.is_open()) {
            self.selection.note_names(&item);
        }
        let matches = predicates.iter().all(|p| p.matches(&item))
            && (!payload_counts || self.annotations_match(item.data.as_ref().and_then(Option::as_ref))?)
            && question.as_ref().map_or(Ok(true), |question| question.wants(line))?;
        Ok((matches != *inverted).then_some(item))
    }

    /// Whether the annotations of a payload are those that are asked for. An item without a payload has none.
    fn annotations_match(&mut self, payload: Option<&Raw<'_>>) -> Result<bool, Message> {
        let questions = &self.selection.about_annotations;
        let counts = &mut self.counts;
        counts.clear();
        counts.resize(questions.len(), 0);
        if let Some(payload) = payload {
            heads::each(payload, |annotation| {
                let mut settled = true;
                for (question, count) in questions.iter().zip(counts.iter_mut()) {
                    let wanted = question.wanted();
                    let enough = |count: u64| *wanted.end() == u64::MAX && count >= *wanted.start();
                    if !enough(*count) && question.counts(&annotation) {
                        *count += 1;
                    }
                    if *count > *wanted.end() {
                        return ControlFlow::Break(());
                    }
                    settled &= enough(*count);
                }
                if settled { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })?;
        }
        Ok(questions.iter().zip(counts.iter()).all(|(question, count)| question.wanted().contains(count)))
    }
}

/// What is wrong with a line, with its id if it has one.
pub fn with_id(line: &[u8], reason: impl Into<Message>) -> Message {
    let reason = reason.into();
    match item::id_of_bad(line) {
        Some(id) => tr!("row-with-id", reason, id),
        None => reason,
    }
}

/// Whether a selection wants the item of a line, for the tables of tests.
#[cfg(test)]
pub(crate) fn wants(selection: Selection, line: &str) -> bool {
    selection.judge().wants(line.replace('\n', " ").as_bytes()).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::any_of::AnyOf;
    use crate::filter::predicates::class::Class;
    use crate::filter::predicates::has_annotations::HasAnnotations;
    use crate::filter::predicates::status::Labelling;

    fn selection(inverted: bool) -> Selection {
        Selection::default()
            .with(Labelling(AnyOf::new(["completed".to_owned()])))
            .with_annotations(Class::new(&["car".to_owned()]))
            .inverted(inverted)
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
            assert_eq!(selection(false).judge().wants(line.as_bytes()), Ok(expected), "{line}");
            assert_eq!(selection(true).judge().wants(line.as_bytes()), Ok(!expected), "{line}");
        }
    }

    #[test]
    fn questions_about_annotations_do_not_mix() {
        let car = r#"{"tool":"polygon","classification":"car"}"#;
        let line = |annotations: &str| format!(r#"{{"id":1,"data":{{"annotations":{{"image_1":[{annotations}]}}}}}}"#);
        let both = |line: &str| {
            let selection = Selection::default().with_annotations(Class::new(&["car".to_owned()]));
            wants(selection.with_annotations(HasAnnotations(false)), line)
        };
        assert!(!both(&line(car)) && !both(&line("")));
        // A judge forgets one line before the next.
        let selection = selection(false);
        let mut judge = selection.judge();
        let done = |annotations: &str| line(annotations).replace("\"id\":1", "\"id\":1,\"status_label\":\"completed\"");
        let answers = [car, "", car].map(|annotations| judge.wants(done(annotations).as_bytes()));
        assert_eq!(answers, [Ok(true), Ok(false), Ok(true)]);
    }

    #[test]
    fn bad_lines_are_refused_whatever_is_asked() {
        let all = Selection::default();
        for (line, id) in [
            (r#"{"id":7,"data":{"x":[1,]}}"#, "(item 7)"),
            (r#"{"id":7,"tags":[tru]}"#, "(item 7)"),
            (r#"{"id":7} x"#, "(item 7)"),
            ("[1]", ""),
        ] {
            assert!(all.judge().wants(line.as_bytes()).unwrap_err().english().ends_with(id), "{line}");
        }
        // A payload matters only when it is asked about, and only for items that are wanted otherwise.
        let away = r#"{"id":7,"status_label":"completed","data":{"mode":"presigned","presigned_url":"u"}}"#;
        assert_eq!(all.judge().wants(away.as_bytes()), Ok(true));
        assert!(selection(false).judge().wants(away.as_bytes()).is_err());
        assert_eq!(selection(false).judge().wants(away.replace("completed", "skipped").as_bytes()), Ok(false));
    }
}
