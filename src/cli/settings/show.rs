//! `--show-config`: what is in force, and where it comes from.

use super::Settings;
use clap::parser::ValueSource;
use clap::{ArgMatches, Command};
use serde_json::json;
use std::fmt::Write;

/// Options that stop a run before it does anything, and have nothing to show.
const HIDDEN: [&str; 5] = ["help", "version", "completions", "man", "show-config"];

/// The options of a run with their values and origins: TOML that the file of defaults takes, or a JSON object each. An option that
/// is not set, and has no default, is a comment.
pub fn page(command: &Command, matches: &ArgMatches, settings: &Settings, as_json: bool) -> String {
    let mut page = String::new();
    if !as_json {
        let _ = writeln!(page, "[{}]", command.get_name());
    }
    for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
        let Some(option) = arg.get_long().filter(|long| !HIDDEN.contains(long)) else { continue };
        let id = arg.get_id().as_str();
        let origin = match (matches.value_source(id), settings.used.get(option)) {
            (Some(ValueSource::CommandLine), _) => "the command line".to_owned(),
            (Some(ValueSource::EnvVariable), _) => {
                arg.get_env().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
            }
            (Some(_), Some(preset)) => preset.origin.to_string(),
            (Some(_), None) => "default".to_owned(),
            (None, _) => super::named_variable(arg).unwrap_or_else(|| "not set".to_owned()),
        };
        let raw = matches.try_get_raw(id).ok().flatten().into_iter().flatten();
        let values: Vec<String> = raw.map(|value| masked(&value.to_string_lossy())).collect();
        let values = if arg.get_action().takes_values() || option == "verbose" {
            values
        } else {
            vec![matches.try_get_one::<bool>(id).ok().flatten().copied().unwrap_or_default().to_string()]
        };
        if as_json {
            let _ = writeln!(page, "{}", json!({"option": option, "values": values, "from": origin}));
            continue;
        }
        // A string of JSON is one of TOML.
        let text = |value: &String| json!(value).to_string();
        let value = match values.as_slice() {
            [] => String::new(),
            [one] if matches!(one.as_str(), "true" | "false") || one.parse::<i64>().is_ok() => one.clone(),
            [one] => text(one),
            several => format!("[{}]", several.iter().map(text).collect::<Vec<_>>().join(", ")),
        };
        let line = format!("{option} = {value}");
        let mark = if value.is_empty() { "# " } else { "" };
        let _ = writeln!(page, "{mark}{line:<40} # {origin}");
    }
    page
}

/// A value without what may be a secret: the user and password of an address, or its query.
pub fn masked(value: &str) -> String {
    match value.split_once("://") {
        Some((scheme, rest)) if rest.contains(['@', '?']) => {
            let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
            let host = host.split('?').next().unwrap_or_default();
            format!("{scheme}://***@{host}")
        }
        _ => value.to_owned(),
    }
}
