//! `--status`, `--review`: how far the labelling, or the review, of a row is.

use super::{Item, Predicate};
use crate::filter::any_of::AnyOf;
use crate::stream::json::Raw;

/// `status_label` is one of these.
#[derive(Debug)]
pub struct Labelling(pub AnyOf);

impl Predicate for Labelling {
    fn matches(&self, item: &Item<'_>) -> bool {
        item.status_label.as_ref().is_some_and(|status| self.0.has_value(status))
    }

    fn names(&self, item: &Item<'_>, each: &mut dyn FnMut(&str)) {
        each_word(item.status_label.as_ref(), &self.0, each);
    }
}

/// `status_review` is one of these.
#[derive(Debug)]
pub struct Review(pub AnyOf);

impl Predicate for Review {
    fn matches(&self, item: &Item<'_>) -> bool {
        item.status_review.as_ref().is_some_and(|status| self.0.has_value(status))
    }

    fn names(&self, item: &Item<'_>, each: &mut dyn FnMut(&str)) {
        each_word(item.status_review.as_ref(), &self.0, each);
    }
}

/// The words of a status are known, and none of them is a slip; but rows of some kinds have no status at all.
fn each_word(status: Option<&Raw<'_>>, wanted: &AnyOf, each: &mut dyn FnMut(&str)) {
    if status.is_some_and(|status| status.text() != "null") {
        wanted.values().iter().for_each(|word| each(word));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::predicates::item;

    #[test]
    fn each_option_asks_its_own_field() {
        let both = r#"{"id":1,"status_label":"completed","status_review":"rejected"}"#;
        let cases = [
            ("completed", both, true, false),
            ("rejected", both, false, true),
            ("skipped", both, false, false),
            ("skipped", r#"{"id":1,"status_label":null}"#, false, false),
            ("skipped", r#"{"id":1}"#, false, false),
        ];
        for (wanted, line, labelling, review) in cases {
            let wanted = AnyOf::new([wanted.to_owned()]);
            assert_eq!(Labelling(wanted.clone()).matches(&item(line)), labelling, "{wanted:?} {line}");
            assert_eq!(Review(wanted.clone()).matches(&item(line)), review, "{wanted:?} {line}");
        }
    }
}
