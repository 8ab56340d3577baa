//! The files of `--classes` and `--class-map`.

use crate::convert::options::Renaming;
use crate::exit::Failure;
use crate::path::nfc;
use ndjson_stream::config::{EmptyLineHandling, NdjsonConfig};
use std::collections::HashMap;
use std::path::Path;

/// Class names in order, from lines of text, or from NDJSON: objects with `name`, `code` or `class`. Frames are passed over.
///
/// # Errors
/// A usage failure: the file cannot be read, a line has no name, or there is none at all.
pub fn read_classes(path: &Path) -> Result<Vec<String>, Failure> {
    let cannot = |e: &dyn std::fmt::Display| Failure::usage(format!("--classes {}: {e}", path.display()));
    let bytes = std::fs::read(path).map_err(|e| cannot(&e))?;
    let text = String::from_utf8(bytes).map_err(|_| cannot(&"is not UTF-8"))?;
    let text = text.trim_start_matches('\u{feff}');
    let names: Vec<String> = if text.trim_start().starts_with('{') {
        let config =
            NdjsonConfig::default().with_empty_line_handling(EmptyLineHandling::IgnoreBlank).with_parse_rest(true);
        let mut names = Vec::new();
        for (i, row) in ndjson_stream::from_iter_with_config::<serde_json::Value, _>([text], config).enumerate() {
            let row = row.map_err(|e| cannot(&format!("line {}: {e}", i + 1)))?;
            if row.get("@stream").is_some() {
                continue;
            }
            let name = ["name", "code", "class"].iter().find_map(|k| row.get(k)?.as_str());
            names
                .push(name.ok_or_else(|| cannot(&format!("line {}: no `name`, `code` or `class`", i + 1)))?.to_owned());
        }
        names
    } else {
        text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect()
    };
    if names.is_empty() {
        return Err(cannot(&"has no class"));
    }
    Ok(names)
}

/// New names of classes by their old ones, from `OLD=NEW` pairs, or files of such lines.
///
/// # Errors
/// A usage failure: neither a pair nor a readable file, a new name that is empty, or two for one class.
pub fn class_map(specs: &[String]) -> Result<HashMap<String, Renaming>, Failure> {
    let mut map: HashMap<String, Renaming> = HashMap::new();
    let pair =
        |line: &str| line.split_once('=').map(|(old, new)| (nfc(old.trim()).into_owned(), new.trim().to_owned()));
    let mut add = |(old, to): (String, String), typed: bool| match map.get(&old) {
        Some(other) if other.to != to => {
            let other = &other.to;
            Err(Failure::usage(format!("--class-map gives class {old:?} two names, {other:?} and {to:?}: which one?")))
        }
        _ if to.is_empty() => {
            Err(Failure::usage("--class-map: the new name is empty; to drop a class use `syn-filter`"))
        }
        _ => {
            map.insert(old, Renaming { to, typed });
            Ok(())
        }
    };
    for spec in specs {
        if let Some(pair) = pair(spec) {
            add(pair, true)?;
            continue;
        }
        let text = std::fs::read_to_string(spec)
            .map_err(|e| Failure::usage(format!("--class-map {spec}: neither OLD=NEW nor a readable file: {e}")))?;
        for (i, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
            let pair =
                pair(line).ok_or_else(|| Failure::usage(format!("--class-map {spec}:{}: expected OLD=NEW", i + 1)))?;
            add(pair, false)?;
        }
    }
    Ok(map)
}
