//! What is shown of a job: as JSON, or as a table for people. Variables whose names say that they are secret are masked: other tools
//! put tokens there.

use super::secrets::is_secret_name;
use crate::table::Table;
use serde_json::Value;

/// The fields that a table has, each with its other names.
const FIELDS: [&[&str]; 15] = [
    &["id", "submission_id", "job_id"],
    &["status"],
    &["action"],
    &["plugin_release.plugin.code", "plugin_release.plugin.name", "plugin_release.plugin", "plugin_release.name"],
    &["plugin_release.version"],
    &["agent.name", "agent"],
    &["entrypoint"],
    &["queue.position"],
    &["queue.reason"],
    &["progress_record.current_progress.overall"],
    &["created", "start_time"],
    &["started"],
    &["completed", "finished", "end_time"],
    &["driver_exit_code"],
    &["error.message", "error", "message"],
];

/// The job without values of variables that are secret.
pub(super) fn masked(mut job: Value) -> Value {
    for name in ["runtime_env", "metadata", "params"] {
        if let Some(value) = job.get_mut(name) {
            mask(value);
        }
    }
    job
}

fn mask(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                if is_secret_name(key) && !value.is_null() && !value.is_object() {
                    *value = "***".into();
                } else {
                    mask(value);
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(mask),
        _ => {}
    }
}

/// A job as a table of its fields.
pub(super) fn sheet(job: &Value) -> String {
    let mut table = Table::new(&["", ""]).without_heads().wrapping();
    for names in FIELDS {
        let found = names.iter().find_map(|name| Some((*name, cell(name, at(job, name))?)));
        if let Some((name, text)) = found {
            let name = name.rsplit_once('.').map_or(name, |(before, last)| match last {
                "code" | "name" | "message" => before.rsplit('.').next().unwrap_or(before),
                last => last,
            });
            table.row(vec![name.replace('_', " "), text]);
        }
    }
    table.render()
}

fn at<'a>(job: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(job, |value, key| &value[key])
}

/// A value as a cell; times of Ray are milliseconds.
pub(super) fn cell(name: &str, value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) if name.ends_with("_time") => {
            let time = jiff::Timestamp::from_millisecond(number.as_i64()?).ok()?;
            Some(format!("{time:.0}"))
        }
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
