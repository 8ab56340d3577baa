//! `--user`: who works on a row: `user`, `assignee`, `labeler` or `users`, by id, e-mail address or name.

use super::{Item, Predicate};
use crate::filter::any_of::{AnyOf, each_name};

const KEYS: [&str; 4] = ["id", "email", "name", "username"];

/// One of these people works on the row.
#[derive(Debug)]
pub struct User(pub AnyOf);

impl Predicate for User {
    fn matches(&self, item: &Item<'_>) -> bool {
        item.users.iter().any(|user| self.0.has_any(user, &KEYS))
    }

    fn names(&self, item: &Item<'_>, each: &mut dyn FnMut(&str)) {
        item.users.iter().for_each(|user| each_name(user, &KEYS, each));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::predicates::item;

    #[test]
    fn people_are_ids_or_objects() {
        let cases = [
            ("7", r#"{"id":1,"user":7}"#, true),
            ("7", r#"{"id":7,"user":8}"#, false),
            ("7", r#"{"id":1,"users":[6,7]}"#, true),
            ("a@b.c", r#"{"id":1,"assignee":{"id":7,"email":"a@b.c"}}"#, true),
            ("Kim", r#"{"id":1,"user":null,"labeler":{"id":7,"name":"Kim"}}"#, true),
            ("kim", r#"{"id":1,"users":[{"username":"kim"}]}"#, true),
            ("kim", r#"{"id":1,"reviewer":"kim"}"#, false),
        ];
        for (wanted, line, expected) in cases {
            assert_eq!(User(AnyOf::new([wanted.to_owned()])).matches(&item(line)), expected, "{wanted} {line}");
        }
    }
}
