//! Defaults in the environment.

use super::{Origin, Preset, allowed, is_flag};
use crate::cli::common::Common;
use crate::exit::UsageError;
use crate::tr;
use clap::{Arg, Command};
use std::ffi::OsString;

/// The variable of an option: `SYN_FILTER_CLASS`; of an option that all programs have, `SYNPIPE_THREADS`.
pub fn name(tool: &str, option: &str) -> String {
    let room = if Common::names().iter().any(|name| name == option) { "synpipe" } else { tool };
    format!("{room}_{option}").replace('-', "_").to_uppercase()
}

/// The defaults of a program. A variable that is empty is not set.
///
/// # Errors
/// A variable that begins as those of the program, and is none of an option.
pub fn read(
    tool: &str,
    command: &Command,
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> Result<Vec<Preset>, UsageError> {
    let own = name(tool, "");
    let common: Vec<_> = Common::names().iter().map(|option| (name(tool, option), option.clone())).collect();
    let mut presets = Vec::new();
    for (variable, value) in variables {
        let (Some(variable), Some(value)) = (variable.to_str(), value.to_str()) else { continue };
        let key = match variable.strip_prefix(&own) {
            Some(rest) => rest.to_lowercase().replace('_', "-"),
            None => match common.iter().find(|(name, _)| name == variable) {
                // A variable for all programs is no mistake where one of them has no use for it: syn-filter asks nothing.
                Some((_, option)) if super::option(command, option).is_some() => option.clone(),
                _ => continue,
            },
        };
        if value.is_empty() {
            continue;
        }
        let origin = Origin::Variable(variable.to_owned());
        let arg = allowed(command, &key, &origin)?;
        let values = match (is_flag(arg), value) {
            (true, "true" | "1") | (false, _) => vec![if is_flag(arg) { "true".to_owned() } else { value.to_owned() }],
            (true, "false" | "0") => continue,
            (true, _) => {
                return Err(UsageError::new(tr!("preset-type", origin, name = &key, expected = "true, false")));
            }
        };
        presets.push(Preset { option: option_of(arg), values, origin });
    }
    // The order of the environment is nobody's.
    presets.sort_by(|a, b| a.option.cmp(&b.option));
    Ok(presets)
}

fn option_of(arg: &Arg) -> String {
    arg.get_long().unwrap_or_default().to_owned()
}
