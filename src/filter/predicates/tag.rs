//! `--tag`, `--task-tag`: tags of the row, and of the task it belongs to. A tag is given by id or by name; rows carry ids,
//! names, or objects with `id` and `name` or `title`.

use super::{Item, Predicate};
use crate::filter::any_of::{AnyOf, each_name};
use crate::stream::json::Raw;
use serde::Deserialize;

const KEYS: [&str; 3] = ["id", "name", "title"];

/// The row has one of these tags.
#[derive(Debug)]
pub struct Tag(pub AnyOf);

impl Predicate for Tag {
    fn matches(&self, item: &Item<'_>) -> bool {
        has_tag(item, &self.0)
    }

    fn names(&self, item: &Item<'_>, each: &mut dyn FnMut(&str)) {
        item.tags.iter().for_each(|tags| each_name(tags, &KEYS, each));
    }
}

fn has_tag(item: &Item<'_>, wanted: &AnyOf) -> bool {
    item.tags.as_ref().is_some_and(|tags| wanted.has_any(tags, &KEYS))
}

/// The row's task has one of these tags; of a row that is itself a task, the row has.
#[derive(Debug)]
pub struct TaskTag(pub AnyOf);

#[derive(Deserialize)]
struct Task<'a> {
    #[serde(borrow, default)]
    tags: Option<Raw<'a>>,
}

impl Predicate for TaskTag {
    fn matches(&self, item: &Item<'_>) -> bool {
        // A row without a task is a task.
        let Some(task) = &item.task else { return has_tag(item, &self.0) };
        let task = task.read::<Task<'_>>();
        task.and_then(|task| task.tags).is_some_and(|tags| self.0.has_any(&tags, &KEYS))
    }

    fn names(&self, item: &Item<'_>, each: &mut dyn FnMut(&str)) {
        match &item.task {
            None => item.tags.iter().for_each(|tags| each_name(tags, &KEYS, each)),
            Some(task) => {
                let tags = task.read::<Task<'_>>().and_then(|task| task.tags);
                tags.iter().for_each(|tags| each_name(tags, &KEYS, each));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::predicates::item;

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
            assert_eq!(Tag(any_of.clone()).matches(&item(&own)), expected, "{wanted} {own}");
            assert_eq!(TaskTag(any_of.clone()).matches(&item(&task)), expected, "{wanted} {task}");
            assert!(!Tag(any_of.clone()).matches(&item(&task)) && !TaskTag(any_of).matches(&item(&own)));
        }
        let tag = TaskTag(AnyOf::new(["5".to_owned()]));
        assert!(!tag.matches(&item(r#"{"id":1,"task":5}"#)));
        assert!(tag.matches(&item(r#"{"target":"task","id":1,"tags":[5]}"#)));
    }
}
