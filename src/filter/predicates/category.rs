//! `--category`: the row's own `category` (train, validation, test in ground truth), else `data_unit.meta.category`, which is
//! free text.

use super::{Item, Predicate};
use crate::filter::any_of::{AnyOf, any_text};
use crate::item::DataUnit;
use crate::stream::json::Raw;
use serde::Deserialize;

/// The category is one of these.
#[derive(Debug)]
pub struct Category(pub AnyOf);

#[derive(Deserialize)]
struct Meta<'a> {
    #[serde(borrow, default)]
    category: Option<Raw<'a>>,
}

impl Predicate for Category {
    fn matches(&self, item: &Item<'_>) -> bool {
        any_category(item, |text| self.0.has(text))
    }

    fn names(&self, item: &Item<'_>, each: &mut dyn FnMut(&str)) {
        any_category(item, |text| {
            each(text);
            false
        });
    }
}

/// Asks about the category of an item, if it has one.
/// Asks about the category of a row, if it has one.
pub fn any_category(item: &Item<'_>, mut ask: impl FnMut(&str) -> bool) -> bool {
    if let Some(own) = item.category.as_ref().filter(|c| c.text() != "null") {
        return any_text(own, &mut ask);
    }
    let Some(unit) = item.data_unit.as_ref().and_then(Raw::read::<DataUnit<'_>>) else { return false };
    let meta = unit.meta.as_ref().and_then(Raw::read::<Meta<'_>>);
    meta.and_then(|meta| meta.category).is_some_and(|category| any_text(&category, &mut ask))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::predicates::item;

    #[test]
    fn own_category_comes_first() {
        let cases = [
            ("train", r#"{"id":1,"category":"train"}"#, true),
            ("train", r#"{"id":1,"category":"test","data_unit":{"meta":{"category":"train"}}}"#, false),
            ("train", r#"{"id":1,"category":null,"data_unit":{"meta":{"category":"train"}}}"#, true),
            ("1. 자연", r#"{"id":1,"data_unit":{"meta":{"category":"1. 자연"}}}"#, true),
            ("3", r#"{"id":1,"data_unit":{"meta":{"category":3}}}"#, true),
            ("train", r#"{"id":1,"data_unit":{"meta":null}}"#, false),
            ("train", r#"{"id":1,"data_unit":7}"#, false),
            ("train", r#"{"id":1}"#, false),
        ];
        for (wanted, line, expected) in cases {
            assert_eq!(Category(AnyOf::new([wanted.to_owned()])).matches(&item(line)), expected, "{wanted} {line}");
        }
    }
}
