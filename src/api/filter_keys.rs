//! The filters that a list knows. The backend answers 200 to a key it does not know and returns everything, so an unknown key is
//! refused here (backend.md §5).

use super::target::Target;
use super::value::ValueKind;
use crate::exit::UsageError;
use crate::selection::words::{CATEGORY, LABELLING, REVIEW, nearest};
use crate::tr;

const RANGES: [&str; 4] = ["__gt", "__gte", "__lt", "__lte"];
/// When something happened to an assignment.
pub const ASSIGNMENT_DATES: [&str; 6] = [
    "created",
    "label_submitted",
    "last_labeled",
    "last_reviewed",
    "labeler_last_action_at",
    "reviewer_last_action_at",
];

/// Keys of every list.
const COMMON: &[(&str, ValueKind)] =
    &[("ids", ValueKind::Ids), ("ids_ex", ValueKind::Ids), ("search", ValueKind::Text)];
/// Keys of assignments and of tasks.
const BY_ID: &[(&str, ValueKind)] = &[("project", ValueKind::Id), ("id", ValueKind::Id), ("id__in", ValueKind::Ids)];
const ASSIGNMENT: &[(&str, ValueKind)] = &[
    ("workshop", ValueKind::Ids),
    ("tasks", ValueKind::Ids),
    ("users", ValueKind::Ids),
    ("reviewers", ValueKind::Ids),
    ("groups", ValueKind::Ids),
    ("stages", ValueKind::Ids),
    ("task_tags", ValueKind::Ids),
    ("tags", ValueKind::Ids),
    ("status_label", ValueKind::Words(LABELLING)),
    ("status_review", ValueKind::Words(REVIEW)),
    ("is_discarded", ValueKind::Bool),
    ("is_discard_confirmed", ValueKind::Bool),
    ("is_confirmed", ValueKind::Bool),
];
const TASK: &[(&str, ValueKind)] = &[
    ("is_discarded", ValueKind::Bool),
    ("schema", ValueKind::Text),
    ("has_assignment", ValueKind::Bool),
    ("has_reached_max_assignments", ValueKind::Bool),
    ("status_label", ValueKind::Words(LABELLING)),
    ("status_review", ValueKind::Words(REVIEW)),
    ("assignments", ValueKind::Ids),
    ("assignments__is_discarded", ValueKind::Bool),
    ("labelers", ValueKind::Ids),
    ("reviewers", ValueKind::Ids),
    ("groups", ValueKind::Ids),
    ("stages", ValueKind::Ids),
    ("workshops", ValueKind::Ids),
    ("tags", ValueKind::Ids),
    ("discarded_filter", ValueKind::Text),
];
const GROUND_TRUTH: &[(&str, ValueKind)] = &[
    ("ground_truth_dataset_version", ValueKind::Id),
    ("ground_truth", ValueKind::Ids),
    ("category", ValueKind::Words(CATEGORY)),
    ("categories", ValueKind::Words(CATEGORY)),
    ("classes", ValueKind::Names),
    ("task", ValueKind::Ids),
];

/// All keys of a target with what they take.
pub fn keys(target: Target) -> Vec<(String, ValueKind)> {
    let own = |list: &[(&str, ValueKind)]| list.iter().map(|(k, v)| ((*k).to_owned(), *v)).collect::<Vec<_>>();
    let ranges = |field: &str, kind| RANGES.map(|r| (format!("{field}{r}"), kind));
    let mut out = own(COMMON);
    match target {
        Target::Assignment => {
            out.extend(own(BY_ID));
            out.extend(own(ASSIGNMENT));
            out.extend(ASSIGNMENT_DATES.iter().flat_map(|d| ranges(d, ValueKind::Date)));
        }
        Target::Task => {
            out.extend(own(BY_ID));
            out.extend(own(TASK));
            out.extend(ranges("created", ValueKind::Date));
        }
        Target::GroundTruth => out.extend(own(GROUND_TRUTH)),
    }
    if target != Target::GroundTruth {
        out.extend(ranges("id", ValueKind::Number));
    }
    out
}

/// What a key of this target takes.
///
/// # Errors
/// A line naming the key that is probably meant, and the keys there are.
pub fn lookup(target: Target, key: &str) -> Result<ValueKind, UsageError> {
    let known = keys(target);
    if let Some((_, kind)) = known.iter().find(|(k, _)| k == key) {
        return Ok(*kind);
    }
    let all = known.iter().map(|(k, _)| k.as_str());
    let meant = meant(target, key).or_else(|| nearest(key, all));
    let hint = meant.map_or_else(
        || tr!("filter-keys", keys = known.iter().map(|(k, _)| k.as_str()).collect::<Vec<_>>().join(", ")),
        |m| tr!("filter-near", near = m),
    );
    Err(UsageError::new(tr!("filter-unknown", key, target = target.word(), hint)))
}

/// Spellings that other targets, or other programs, have for a key of this one (backend.md §5, traps).
fn meant(target: Target, key: &str) -> Option<&'static str> {
    Some(match (target, key) {
        (Target::Assignment, "workshops") => "workshop",
        (Target::Assignment, "labelers" | "labeler" | "user") => "users",
        (Target::Assignment, "task") => "tasks",
        (Target::Task, "workshop") => "workshops",
        (Target::Task, "users" | "user" | "labeler") => "labelers",
        (Target::Task, "task_tags") => "tags",
        (Target::GroundTruth, "tasks") => "task",
        (Target::GroundTruth, "class") => "classes",
        (Target::Assignment | Target::Task, "created_after") => "created__gte",
        (Target::Assignment | Target::Task, "created_before") => "created__lt",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_knows_its_keys_and_no_others() {
        assert_eq!(keys(Target::Assignment).len(), 3 + 3 + 13 + 24 + 4);
        assert_eq!(keys(Target::Task).len(), 3 + 3 + 15 + 4 + 4);
        assert_eq!(keys(Target::GroundTruth).len(), 3 + 6);
        assert_eq!(lookup(Target::Assignment, "last_labeled__gte"), Ok(ValueKind::Date));
        assert_eq!(lookup(Target::Task, "id__lt"), Ok(ValueKind::Number));
    }

    #[test]
    fn unknown_keys_name_the_nearest() {
        for (target, key, hint) in [
            (Target::Assignment, "workshops", "`workshop`"),
            (Target::Assignment, "task", "`tasks`"),
            (Target::Assignment, "labelers", "`users`"),
            (Target::Assignment, "created_after", "`created__gte`"),
            (Target::Assignment, "status_lable", "`status_label`"),
            (Target::Task, "users", "`labelers`"),
            (Target::Task, "workshop", "`workshops`"),
            (Target::GroundTruth, "id__gte", "the keys are ids, "),
            (Target::GroundTruth, "categry", "`category`"),
            (Target::Assignment, "has_data", "the keys are "),
        ] {
            let text = lookup(target, key).unwrap_err().0;
            assert!(text.english().contains(hint), "{key}: {text}");
        }
    }
}
