//! What names a person, a tag or anything else that a row refers to, however the row has it: as text, as an object, as a list of these.

use super::field::scalar;
use crate::item::Pairs;
use crate::stream::json::Raw;
use std::borrow::Cow;

/// What names a person: the first of these that an object has.
pub const OF_PERSON: &[&str] = &["email", "username", "name", "id"];
/// What names a tag.
pub const OF_TAG: &[&str] = &["name", "title", "id"];
/// What names anything else.
pub const OF_OBJECT: &[&str] = &["id"];

/// The elements of a list, or the value alone. Lists within it are left out: they name nothing, and may be nested as deep as a line is long.
pub fn elements<'r>(raw: &'r Raw<'_>) -> Vec<Raw<'r>> {
    if !raw.text().starts_with('[') {
        return vec![Raw(Cow::Borrowed(raw.text()))];
    }
    let mut list = raw.read::<Vec<Raw<'_>>>().unwrap_or_default();
    list.retain(|one| !one.text().starts_with('['));
    list
}

/// The text of a value that is no list, or the first of `keys` that an object has; `None` when that is empty.
pub fn name(raw: &Raw<'_>, keys: &[&str]) -> Option<String> {
    let text = |raw: &Raw<'_>| scalar(raw.clone()).map(Cow::into_owned).filter(|text| !text.is_empty());
    if !raw.text().starts_with('{') {
        return text(raw);
    }
    let Pairs(entries) = raw.read::<Pairs<'_>>()?;
    keys.iter().find_map(|key| text(&entries.iter().find(|(name, _)| **name == **key)?.1))
}

/// The names of all [`elements`].
pub fn names(raw: &Raw<'_>, keys: &[&str]) -> Vec<String> {
    elements(raw).iter().filter_map(|one| name(one, keys)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_objects_and_lists_of_them_have_names() {
        let deep = format!("[1,{}{}]", "[".repeat(100_000), "]".repeat(100_000));
        for (value, expected) in [
            ("7", &["7"][..]),
            (r#""kim""#, &["kim"]),
            (r#"{"id":7,"name":"Kim","email":"k@x"}"#, &["k@x"]),
            (r#"{"id":7,"email":null,"username":""}"#, &["7"]),
            (r#"[7,{"email":"a"},null,{},"",[8]]"#, &["7", "a"]),
            ("null", &[]),
            (&deep, &["1"]),
        ] {
            assert_eq!(names(&Raw(Cow::Borrowed(value)), OF_PERSON), expected, "{value}");
        }
    }
}
