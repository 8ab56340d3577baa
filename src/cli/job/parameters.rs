//! What is sent to a plugin: the body of a run (jobs.md of the platform's SDK: `PluginRunRequest`, `ExportParams`).

use super::args::Run as Options;
use crate::api::Target;
use crate::api::filters::Filters;
use crate::exit::{Failure, UsageError};
use crate::tr;
use crate::words::{Language, spoken};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

/// The filter of an export, checked, as the plugin takes it.
pub(super) fn filter(options: &Options) -> Result<Value, Failure> {
    let (target, zone) = (options.target, TimeZone::system());
    let mut filters = Filters::default();
    for text in &options.filter {
        filters.add_text(target, text, &zone)?;
    }
    if filters.get(target.scope()).is_none() {
        let key = if target == Target::GroundTruth { "ground_truth_dataset_version" } else { "project" };
        let mut failure = Failure::usage(tr!("job-no-scope", key));
        failure.details =
            Some(Box::new(super::place::lacking("--filter", vec![json!({"value": format!("{key}=ID")})])));
        return Err(failure);
    }
    // Plugins have the name in the singular, and ids as numbers.
    let value = |text: &str| text.parse::<u64>().map_or_else(|_| text.into(), Value::from);
    let key = |key: &str| if key == "ground_truth_dataset_versions" { &key[..key.len() - 1] } else { key }.to_owned();
    Ok(filters.iter().map(|(name, text)| (key(name), value(text))).collect::<Map<_, _>>().into())
}

/// Further parameters, by name.
pub(super) fn extra(options: &Options) -> Result<Map<String, Value>, UsageError> {
    let mut extra = Map::new();
    for text in &options.param {
        let Some((key, value)) = text.split_once('=').filter(|(key, _)| !key.trim().is_empty()) else {
            return Err(UsageError::new(tr!("job-param-form", ?text)));
        };
        if extra.insert(key.trim().to_owned(), typed(value)).is_some() {
            return Err(UsageError::new(tr!("job-param-twice", key = key.trim())));
        }
    }
    Ok(extra)
}

/// A value as JSON where it can be nothing else; a number only if it is written as JSON writes it: `1.10` is a version.
pub(super) fn typed(text: &str) -> Value {
    match serde_json::from_str::<Value>(text) {
        Ok(value @ (Value::Object(_) | Value::Array(_) | Value::Bool(_) | Value::Null)) => value,
        Ok(Value::Number(number)) if number.to_string() == text => number.into(),
        _ => text.into(),
    }
}

/// The name of an export that was given none.
pub(super) fn default_name(options: &Options, now: Timestamp) -> String {
    format!("{} {} {}", options.plugin, options.target.word(), now.strftime("%Y-%m-%d %H:%M:%S"))
}

/// What was chosen besides the options.
pub(super) struct Chosen {
    /// The agent; none: the platform's choice.
    pub agent: Option<u64>,
    /// The name of the export.
    pub name: String,
    /// The storage.
    pub storage: u64,
    /// The folder in it.
    pub path: String,
    /// The filter.
    pub filter: Value,
    /// Further parameters.
    pub extra: Map<String, Value>,
}

/// The body of a run.
pub(super) fn body(options: &Options, chosen: Chosen) -> Value {
    let mut params = json!({
        "name": chosen.name,
        "storage": chosen.storage,
        "save_original_file": options.save_originals,
        "path": chosen.path,
        "target": options.target.word(),
        "filter": chosen.filter,
    });
    if let Some(text) = &options.description {
        params["description"] = text.as_str().into();
    }
    if !chosen.extra.is_empty() {
        params["extra_params"] = chosen.extra.into();
    }
    let language = match options.language.unwrap_or_else(spoken) {
        Language::English => "en",
        Language::Korean => "ko",
    };
    let mut body = json!({"action": "export", "params": params, "debug": options.debug, "language": language});
    if let Some(agent) = chosen.agent {
        body["agent"] = agent.into();
    }
    if let Some(version) = &options.version {
        body["version"] = version.as_str().into();
    }
    body
}

#[cfg(test)]
mod tests {
    use super::super::args::{Action, Args};
    use super::*;
    use clap::Parser;

    fn options(words: &[&str]) -> Options {
        let words = ["syn-job", "run", "yolo"].iter().chain(words);
        match Args::try_parse_from(words).unwrap().command {
            Some(Action::Run(options)) => *options,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn values_keep_what_they_mean() {
        for (text, value) in [
            ("instance", json!("instance")),
            ("7", json!(7)),
            ("-1", json!(-1)),
            ("0.5", json!(0.5)),
            ("1.10", json!("1.10")),
            ("007", json!("007")),
            ("12345678901234567890123", json!("12345678901234567890123")),
            ("true", json!(true)),
            ("True", json!("True")),
            ("null", json!(null)),
            ("[1,\"a\"]", json!([1, "a"])),
            ("{\"a\":1}", json!({"a": 1})),
            ("{not json", json!("{not json")),
            ("\"quoted\"", json!("\"quoted\"")),
            ("", json!("")),
        ] {
            assert_eq!(typed(text), value, "{text}");
        }
    }

    #[test]
    fn the_filter_is_checked_before_anything_is_sent() {
        for (words, expected) in [
            (&["--filter", "project=42"][..], Ok(json!({"project": 42}))),
            (&["--filter", "project=42", "--filter", "ids=1,2"], Ok(json!({"project": 42, "ids": "1,2"}))),
            (
                &["--target", "ground_truth", "--filter", "ground_truth_dataset_version=15"],
                Ok(json!({"ground_truth_dataset_version": 15})),
            ),
            (
                &["--filter", "{\"project\": 42, \"is_discarded\": false}"],
                Ok(json!({"project": 42, "is_discarded": "false"})),
            ),
            (&[], Err("project=ID")),
            (&["--target", "ground_truth", "--filter", "category=train"], Err("ground_truth_dataset_version=ID")),
            (&["--filter", "project=42", "--filter", "labelers=1"], Err("users")),
            (&["--filter", "project=42", "--filter", "created_after=2026"], Err("created_after")),
        ] {
            match (filter(&options(words)), expected) {
                (Ok(filter), Ok(expected)) => assert_eq!(filter, expected, "{words:?}"),
                (Err(failure), Err(expected)) => assert!(failure.to_string().contains(expected), "{failure}"),
                (got, expected) => panic!("{words:?}: {got:?} {expected:?}"),
            }
        }
    }

    #[test]
    fn the_body_is_what_the_platform_takes_and_no_more() {
        let words = [
            "--filter",
            "project=42",
            "--param",
            "segmentation_mode=instance",
            "--version",
            "1.10",
            "--description",
            "d",
            "--save-originals=false",
            "--language",
            "ko",
            "--target",
            "task",
        ];
        let options = options(&words);
        let chosen = Chosen {
            agent: Some(3),
            name: "n".into(),
            storage: 1,
            path: "p".into(),
            filter: filter(&options).unwrap(),
            extra: extra(&options).unwrap(),
        };
        assert_eq!(
            body(&options, chosen),
            json!({
                "agent": 3, "action": "export", "debug": false, "language": "ko", "version": "1.10",
                "params": {"name": "n", "description": "d", "storage": 1, "save_original_file": false, "path": "p", "target": "task",
                    "filter": {"project": 42}, "extra_params": {"segmentation_mode": "instance"}},
            })
        );
    }
}
