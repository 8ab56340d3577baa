//! `--status`, `--status-label`, `--status-review`: how far labelling or review of a row is.

use super::predicate::{Predicate, Row};
use super::value::AnyOf;

/// The values of `status_label`.
pub const LABEL: [&str; 4] = ["stand_by", "in_progress", "completed", "skipped"];
/// The values of `status_review`; those of `status_label` are among them.
pub const REVIEW: [&str; 5] = ["stand_by", "in_progress", "rejected", "completed", "skipped"];

/// Which status is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// `status_label`.
    Label,
    /// `status_review`.
    Review,
    /// Either of the two.
    Either,
}

/// The status is one of these.
#[derive(Debug)]
pub struct Status {
    stage: Stage,
    any_of: AnyOf,
}

impl Status {
    /// For these values of this status.
    pub fn new(stage: Stage, any_of: AnyOf) -> Self {
        Self { stage, any_of }
    }
}

impl Predicate for Status {
    fn matches(&self, row: &Row<'_>) -> bool {
        let label = self.stage != Stage::Review;
        let review = self.stage != Stage::Label;
        let has = |field: &Option<_>| field.as_ref().is_some_and(|raw| self.any_of.has_value(raw));
        (label && has(&row.status_label)) || (review && has(&row.status_review))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::predicate::row;

    #[test]
    fn each_option_asks_its_own_field() {
        let both = r#"{"id":1,"status_label":"completed","status_review":"rejected"}"#;
        let cases = [
            (Stage::Label, "completed", both, true),
            (Stage::Label, "rejected", both, false),
            (Stage::Review, "completed", both, false),
            (Stage::Review, "rejected", both, true),
            (Stage::Either, "completed", both, true),
            (Stage::Either, "rejected", both, true),
            (Stage::Either, "skipped", both, false),
            (Stage::Either, "skipped", r#"{"id":1,"status_label":null}"#, false),
            (Stage::Either, "skipped", r#"{"id":1}"#, false),
        ];
        for (stage, wanted, line, expected) in cases {
            let status = Status::new(stage, AnyOf::new([wanted.to_owned()]));
            assert_eq!(status.matches(&row(line)), expected, "{stage:?} {wanted} {line}");
        }
    }
}
