//! `--tag`, `--task-tag`: tags of the row, and of the task it belongs to. A tag is given by id or by name; rows carry ids,
//! names, or objects with `id` and `name` or `title`.

use super::predicate::{Predicate, Row};
use super::value::AnyOf;
use crate::stream::json::Raw;
use serde::Deserialize;

const KEYS: [&str; 3] = ["id", "name", "title"];

/// The row has one of these tags.
#[derive(Debug)]
pub struct Tag(pub AnyOf);

impl Predicate for Tag {
    fn matches(&self, row: &Row<'_>) -> bool {
        row.tags.as_ref().is_some_and(|tags| self.0.has_any(tags, &KEYS))
    }
}

/// The row's task has one of these tags.
#[derive(Debug)]
pub struct TaskTag(pub AnyOf);

#[derive(Deserialize)]
struct Task<'a> {
    #[serde(borrow, default)]
    tags: Option<Raw<'a>>,
}

impl Predicate for TaskTag {
    fn matches(&self, row: &Row<'_>) -> bool {
        let task = row.task.as_ref().and_then(Raw::read::<Task<'_>>);
        task.and_then(|task| task.tags).is_some_and(|tags| self.0.has_any(&tags, &KEYS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::predicate::row;

    #[test]
    fn tags_are_ids_names_or_objects() {
        let cases = [
            ("5", r#"[4,5]"#, true),
            ("night", r#"["day","night"]"#, true),
            ("5", r#"[{"id":5,"name":"night"}]"#, true),
            ("night", r#"[{"id":5,"name":"night"}]"#, true),
            ("night", r#"[{"id":5,"title":"night"}]"#, true),
            ("night", r#"[{"id":5,"color":"night"}]"#, false),
            ("night", r#"[]"#, false),
            ("night", r#"null"#, false),
        ];
        for (wanted, tags, expected) in cases {
            let any_of = AnyOf::new([wanted.to_owned()]);
            let own = format!(r#"{{"id":1,"tags":{tags},"task":{{"id":2}}}}"#);
            let task = format!(r#"{{"id":1,"task":{{"id":2,"tags":{tags}}}}}"#);
            assert_eq!(Tag(any_of.clone()).matches(&row(&own)), expected, "{wanted} {own}");
            assert_eq!(TaskTag(any_of.clone()).matches(&row(&task)), expected, "{wanted} {task}");
            assert!(!Tag(any_of.clone()).matches(&row(&task)) && !TaskTag(any_of).matches(&row(&own)));
        }
        assert!(!TaskTag(AnyOf::new(["5".to_owned()])).matches(&row(r#"{"id":1,"task":5}"#)));
    }
}
