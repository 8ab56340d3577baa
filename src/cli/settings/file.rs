//! The file of defaults.

use super::{Origin, Preset, allowed, is_flag};
use crate::cli::common::Common;
use crate::exit::UsageError;
use crate::selection::words::nearest;
use crate::tr;
use clap::{Arg, ArgAction, Command};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The sections of the file.
const SECTIONS: [&str; 5] = ["common", "syn-fetch", "syn-filter", "syn-convert", "syn-sink"];

/// Where the file is, and whether somebody has named it.
pub fn path() -> Option<(PathBuf, bool)> {
    if let Some(named) = std::env::var_os("SYNPIPE_CONFIG") {
        return (!named.is_empty()).then(|| (named.into(), true));
    }
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = set("XDG_CONFIG_HOME").or_else(|| Some(set("HOME")?.join(".config")))?;
    Some((folder.join("synpipe.toml"), false))
}

/// The defaults of a program in the file; none when it is not there and nobody has named it.
///
/// # Errors
/// The file cannot be read, or holds something else.
pub fn read(path: &Path, is_named: bool, tool: &str, command: &Command) -> Result<Vec<Preset>, UsageError> {
    match std::fs::read_to_string(path) {
        Ok(text) => parse(&text, path, tool, command),
        Err(e) if e.kind() == ErrorKind::NotFound && !is_named => Ok(Vec::new()),
        Err(e) => Err(UsageError::new(tr!("preset-unreadable", path = path.display(), reason = e.to_string()))),
    }
}

/// The defaults of a program: those of its own section, then those of `[common]`.
fn parse(text: &str, path: &Path, tool: &str, command: &Command) -> Result<Vec<Preset>, UsageError> {
    let line = |at: usize| text.get(..at).unwrap_or(text).matches('\n').count() + 1;
    let origin = |at: usize| Origin::Line(path.to_owned(), line(at));
    let sections = DeTable::parse(text).map_err(|e| {
        let at = e.span().map_or(0, |span| span.start);
        UsageError::new(tr!("preset-syntax", origin = origin(at), reason = e.message()))
    })?;
    let (mut own, mut common) = (Vec::new(), Vec::new());
    for (name, section) in sections.get_ref() {
        let at = origin(name.span().start);
        let keys = match section.get_ref() {
            DeValue::Table(keys) if SECTIONS.contains(&&**name.get_ref()) => keys,
            _ => {
                let near = nearest(name.get_ref(), SECTIONS.into_iter()).unwrap_or("common");
                return Err(UsageError::new(tr!("preset-section", origin = at, name = name.get_ref(), near)));
            }
        };
        let is_common = name.get_ref() == "common";
        if !is_common && name.get_ref() != tool {
            continue;
        }
        for (key, value) in keys {
            let at = origin(key.span().start);
            // What is for all programs is no mistake where one of them has no use for it.
            if is_common
                && Common::names().iter().any(|n| n == key.get_ref())
                && super::option(command, key.get_ref()).is_none()
            {
                continue;
            }
            let arg = allowed(command, key.get_ref(), &at)?;
            let option = arg.get_long().unwrap_or_default().to_owned();
            if is_common && !Common::names().contains(&option) {
                return Err(UsageError::new(tr!("preset-not-common", origin = at, name = key.get_ref())));
            }
            let values = values(arg, value).ok_or_else(|| {
                let expected = if is_flag(arg) { "true, false" } else { "\"…\"" };
                UsageError::new(tr!("preset-type", origin = &at, name = key.get_ref(), expected))
            })?;
            let to = if is_common { &mut common } else { &mut own };
            to.extend(values.map(|values| Preset { option, values, origin: at }));
        }
    }
    own.extend(common);
    Ok(own)
}

/// A value as it would be typed; `None` within: a flag that is not given. `None`: it is of another type.
fn values(arg: &Arg, value: &Spanned<DeValue<'_>>) -> Option<Option<Vec<String>>> {
    let one = |value: &DeValue<'_>| match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Float(number) => Some(number.to_string()),
        DeValue::Datetime(time) => Some(time.to_string()),
        DeValue::Boolean(flag) => Some(flag.to_string()),
        _ => None,
    };
    match (arg.get_action(), value.get_ref()) {
        (ArgAction::SetTrue | ArgAction::SetFalse, DeValue::Boolean(flag)) => {
            Some(flag.then(|| vec!["true".to_owned()]))
        }
        (ArgAction::Count, DeValue::Integer(_)) => Some(Some(vec![one(value.get_ref())?])),
        (ArgAction::SetTrue | ArgAction::SetFalse | ArgAction::Count, _) => None,
        (ArgAction::Append, DeValue::Array(list)) => {
            list.iter().map(|value| one(value.get_ref())).collect::<Option<Vec<_>>>().map(Some)
        }
        (_, value) => Some(Some(vec![one(value)?])),
    }
}
