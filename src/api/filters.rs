//! The user's filters of a list, in the server's spelling.

use super::filter_keys;
use super::query::Query;
use super::target::Target;
use super::value::ValueKind;
use crate::exit::UsageError;
use crate::tr;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

/// The user's filters: checked, tidied, in the server's spelling.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters(Vec<(String, String)>);

impl Filters {
    /// Adds a filter. Values of a key that takes a list add up.
    ///
    /// # Errors
    /// [`UsageError`] for a key or a value that the server would ignore or refuse.
    pub fn add(&mut self, target: Target, key: &str, value: &str, zone: &TimeZone) -> Result<(), UsageError> {
        let key =
            if key == target.scope() && target == Target::GroundTruth { "ground_truth_dataset_version" } else { key };
        let kind = filter_keys::lookup(target, key)?;
        let value = kind.check(value, zone).map_err(|why| UsageError::new(tr!("filter-why", key, why)))?;
        let sent = if key == "ground_truth_dataset_version" { target.scope() } else { key };
        match self.0.iter_mut().find(|(k, _)| k == sent) {
            None => self.0.push((sent.to_owned(), value)),
            Some((_, old)) if *old == value => {}
            Some((_, old)) if kind.is_list() => *old = format!("{old},{value}"),
            Some((_, old)) => {
                return Err(UsageError::new(tr!("filter-twice", key, ?old, ?value)));
            }
        }
        Ok(())
    }

    /// Adds filters as a person writes them: `KEY=VALUE`, or a JSON object.
    ///
    /// # Errors
    /// [`UsageError`].
    pub fn add_text(&mut self, target: Target, text: &str, zone: &TimeZone) -> Result<(), UsageError> {
        if text.trim_start().starts_with('{') {
            let object: Map<String, Value> =
                serde_json::from_str(text).map_err(|e| UsageError::new(tr!("filter-no-json", reason = e)))?;
            return object.iter().try_for_each(|(key, value)| self.add(target, key, &plain(key, value)?, zone));
        }
        let (key, value) = text.split_once('=').ok_or_else(|| UsageError::new(tr!("filter-form", ?text)))?;
        self.add(target, key.trim(), value, zone)
    }

    /// Checks ids that are not put into a query of their own.
    ///
    /// # Errors
    /// [`UsageError`] for one that the server would not understand.
    pub fn check_ids(ids: &[String], zone: &TimeZone) -> Result<(), UsageError> {
        let bad = |why: UsageError| UsageError::new(tr!("ids-why", why));
        ids.iter().try_for_each(|id| ValueKind::Id.check(id, zone).map(drop)).map_err(bad)
    }

    /// The value of a key in the server's spelling.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str())
    }

    /// Keys and values in the order given.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Takes a key out.
    pub fn take(&mut self, key: &str) -> Option<String> {
        let at = self.0.iter().position(|(k, _)| k == key)?;
        Some(self.0.remove(at).1)
    }

    /// With another filter, already checked.
    #[must_use]
    pub fn with_value(&self, key: &str, value: String) -> Self {
        let mut out = self.clone();
        out.take(key);
        out.0.push((key.to_owned(), value));
        out
    }

    /// Without limits of the id.
    #[must_use]
    pub fn without_ranges(&self) -> Self {
        let range = |key: &str| matches!(key, "id__gt" | "id__gte" | "id__lt" | "id__lte");
        Self(self.0.iter().filter(|(key, _)| !range(key)).cloned().collect())
    }

    /// As a query, the scope first.
    pub fn query(&self) -> Query {
        let (mut scope, rest): (Vec<_>, Vec<_>) = self
            .0
            .iter()
            .cloned()
            .partition(|(k, _)| matches!(k.as_str(), "project" | "ground_truth_dataset_versions"));
        scope.extend(rest);
        Query::of(scope)
    }
}

/// A JSON value as the text of a query.
fn plain(key: &str, value: &Value) -> Result<String, UsageError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(n) => Ok(n.to_string()),
        Value::Bool(b) => Ok(b.to_string()),
        Value::Array(list) => Ok(list.iter().map(|v| plain(key, v)).collect::<Result<Vec<_>, _>>()?.join(",")),
        Value::Null | Value::Object(_) => Err(UsageError::new(tr!("filter-value", key))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filters(target: Target, texts: &[&str]) -> Result<String, String> {
        let mut f = Filters::default();
        texts.iter().try_for_each(|t| f.add_text(target, t, &TimeZone::UTC)).map_err(|e| e.to_string())?;
        Ok(f.query().encoded())
    }

    #[test]
    fn both_forms_make_the_same_query() {
        let expected = Ok("project=42&status_label=completed&ids=1%2C2%2C3".to_owned());
        assert_eq!(filters(Target::Task, &["status_label=completed", "ids=1,2", "ids=3", "project=42"]), expected);
        let json = r#"{"project": 42, "status_label": "completed", "ids": [1, "2", 3]}"#;
        assert_eq!(filters(Target::Task, &[json]).map(|q| q.len()), expected.map(|q| q.len()));
    }

    #[test]
    fn the_singular_of_the_version_is_sent_as_the_plural() {
        for spelling in ["ground_truth_dataset_version=15", "ground_truth_dataset_versions=15"] {
            let query = filters(Target::GroundTruth, &[spelling]);
            assert_eq!(query, Ok("ground_truth_dataset_versions=15".into()));
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for (text, why) in [
            ("status_label", "must be KEY=VALUE"),
            ("{\"a\":", "not a valid JSON object"),
            ("{\"ids\":{}}", "must be a text"),
            ("status_label=done", "expects one of stand_by"),
            ("labelers=1", "did you mean `users`?"),
        ] {
            let told = filters(Target::Assignment, &[text]).unwrap_err();
            assert!(told.contains(why), "{text}: {told}");
        }
        assert!(filters(Target::Task, &["id=1", "id=2"]).unwrap_err().contains("given twice"));
    }
}
