//! `data.yaml` as PyYAML and Ultralytics read it.

use super::yaml;
use crate::check::finding::{Findings, Place};
use crate::check::layout::folder_of;
use crate::check::rules::{
    YOLO_CLASSES_TXT_DIFFERS, YOLO_DATA_YAML_INVALID, YOLO_FLIP_IDX_INVALID, YOLO_FLIP_IDX_MISSING,
    YOLO_KPT_SHAPE_INVALID, YOLO_NAME_NOT_QUOTED, YOLO_NAME_REPEATED, YOLO_NAMES_INVALID, YOLO_NC_DIFFERS,
    YOLO_PATH_KEY, YOLO_SPLIT_KEY_MISSING, YOLO_VAL_EMPTY, YOLO_YAML_ENCODING,
};
use crate::check::tree::Tree;
use crate::stream::StreamError;
use crate::tr;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashSet};

/// What a `data.yaml` says.
#[derive(Debug, Default)]
pub struct DataYaml {
    /// The folder that the parts are relative to, as it is written.
    pub path: Option<String>,
    /// Split keys with the folders or lists they name.
    pub splits: Vec<(&'static str, Vec<String>)>,
    /// Names of the classes.
    pub names: Option<Vec<String>>,
    /// Number of classes, if it is known.
    pub classes: Option<u64>,
    /// Joints and values a joint.
    pub joints: Option<(usize, usize)>,
}

/// Reads and checks the file at `path`. `None`: nothing in it can be used.
///
/// # Errors
/// [`StreamError`]: a file cannot be read, or a finding cannot be written.
pub fn read(tree: &Tree, path: &str, out: &mut Findings) -> Result<Option<DataYaml>, StreamError> {
    let bytes = tree.read(path)?;
    let (text, lost) = yaml::decode(&bytes);
    if lost {
        let message = tr!("yolo-yaml-bytes");
        out.add(&YOLO_YAML_ENCODING, Place::file(path), message)?;
    }
    let map = match yaml::parse(&text) {
        Ok(Value::Object(map)) => map,
        Ok(_) => {
            out.add(&YOLO_DATA_YAML_INVALID, Place::file(path), tr!("yolo-no-mapping"))?;
            return Ok(None);
        }
        Err(e) => {
            out.add(&YOLO_DATA_YAML_INVALID, Place::file(path), tr!("check-reader-says", reason = e))?;
            return Ok(None);
        }
    };
    let mut yaml = DataYaml::default();
    splits(&map, path, &mut yaml, out)?;
    if let Some(value) = map.get("path").filter(|v| !v.is_null()) {
        let value = value.as_str().unwrap_or_default();
        if !value.starts_with('/') {
            let message = tr!("yolo-path-relative", ?value);
            out.add(&YOLO_PATH_KEY, Place::at(path, "path"), message)?;
        }
        yaml.path = Some(value.to_owned()).filter(|value| !value.is_empty());
    }
    let names = names(&map, path, out)?;
    // Numbers in quotes are taken, too.
    let number = |nc: &Value| nc.as_f64().or_else(|| nc.as_str()?.trim().parse().ok());
    let given = map.get("nc").and_then(number).filter(|n| n.fract() == 0.0 && *n >= 0.0).map(|n| n as u64);
    yaml.classes = names.as_ref().map(|n| n.len() as u64).filter(|n| *n > 0).or(given);
    if let (Some(names), Some(nc)) = (&names, map.get("nc").filter(|nc| !nc.is_null()))
        && number(nc) != Some(names.len() as f64)
    {
        let message = tr!("yolo-nc-differs", nc, names = names.len());
        out.add(&YOLO_NC_DIFFERS, Place::at(path, "nc"), message)?;
    }
    if let Some(names) = names {
        let changed = unquoted(&text, path, out)?;
        repeated_names(&names, Place::at(path, "names"), out)?;
        if !changed {
            classes_txt(tree, folder_of(path), &names, out)?;
        }
        yaml.names = Some(names);
    }
    pose(&map, path, &mut yaml, out)?;
    Ok(Some(yaml))
}

/// Writes a finding for each name that stands above.
///
/// # Errors
/// [`StreamError`]: a finding cannot be written.
pub fn repeated_names(names: &[String], place: Place<'_>, out: &mut Findings) -> Result<(), StreamError> {
    let mut seen = HashSet::new();
    for name in names.iter().filter(|name| !seen.insert(name.as_str())) {
        out.add(&YOLO_NAME_REPEATED, place, tr!("check-name-twice", ?name))?;
    }
    Ok(())
}

fn splits(map: &Map<String, Value>, path: &str, yaml: &mut DataYaml, out: &mut Findings) -> Result<(), StreamError> {
    // Of supervision, which is told the folders: classes alone.
    let any = ["train", "val", "validation", "test"].iter().any(|key| map.contains_key(*key));
    for key in ["train", "val", "test"] {
        let value = match map.get(key) {
            None if key == "val" && map.contains_key("validation") => map.get("validation"),
            Some(value) if is_nothing(value) && key == "train" => {
                out.add(&YOLO_SPLIT_KEY_MISSING, Place::at(path, key), tr!("yolo-train-no-value"))?;
                None
            }
            Some(value) if is_nothing(value) && key == "val" => {
                out.add(&YOLO_VAL_EMPTY, Place::at(path, key), tr!("yolo-val-no-value"))?;
                None
            }
            None if key != "test" && any => {
                out.add(&YOLO_SPLIT_KEY_MISSING, Place::file(path), tr!("yolo-no-key", key))?;
                None
            }
            value => value,
        };
        let places = match value {
            None => continue,
            Some(value) if is_nothing(value) => continue,
            Some(Value::String(one)) => vec![one.clone()],
            Some(Value::Array(list)) if list.iter().all(Value::is_string) => {
                list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            Some(_) => {
                let message = tr!("yolo-no-paths", key);
                out.add(&YOLO_DATA_YAML_INVALID, Place::at(path, key), message)?;
                continue;
            }
        };
        yaml.splits.push((key, places));
    }
    Ok(())
}

/// No value, an empty text, an empty list: Ultralytics takes each for no part.
fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("") || value.as_array().is_some_and(Vec::is_empty)
}

/// The class names in order; `None` when `names` is missing or cannot be used.
fn names(map: &Map<String, Value>, path: &str, out: &mut Findings) -> Result<Option<Vec<String>>, StreamError> {
    let place = Place::at(path, "names");
    // As Python's `str` writes them.
    let text = |v: &Value| match v {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Null => "None".to_owned(),
        other => other.to_string(),
    };
    let names: Vec<String> = match map.get("names") {
        None | Some(Value::Null) if map.get("nc").is_some_and(|nc| !nc.is_null()) => return Ok(None),
        None | Some(Value::Null) => {
            out.add(&YOLO_NAMES_INVALID, Place::file(path), tr!("yolo-no-names"))?;
            return Ok(None);
        }
        Some(Value::Array(list)) => list.iter().map(text).collect(),
        Some(Value::Object(map)) => {
            let numbered: BTreeMap<u64, String> =
                map.iter().filter_map(|(k, v)| Some((k.parse().ok()?, text(v)))).collect();
            if numbered.len() != map.len() || numbered.keys().ne((0..map.len() as u64).collect::<Vec<_>>().iter()) {
                out.add(&YOLO_NAMES_INVALID, place, tr!("yolo-names-keys"))?;
                return Ok(None);
            }
            numbered.into_values().collect()
        }
        Some(_) => {
            out.add(&YOLO_NAMES_INVALID, place, tr!("yolo-names-kind"))?;
            return Ok(None);
        }
    };
    if names.is_empty() {
        out.add(&YOLO_NAMES_INVALID, place, tr!("yolo-classes-none"))?;
    }
    Ok(Some(names))
}

/// Names that PyYAML, which reads YAML 1.1, takes for another value: written without quotes they are not the text that stands
/// there. Whether there was one. Looks at the block `names:`, or the list or mapping in brackets behind it, of any number of lines.
fn unquoted(text: &str, path: &str, out: &mut Findings) -> Result<bool, StreamError> {
    let (mut inside, mut brackets, mut any) = (false, false, false);
    for (number, line) in (1..).zip(text.lines()) {
        let top = !line.starts_with([' ', '\t', '-', '#']) && !line.trim().is_empty();
        if top && !brackets {
            inside = line.starts_with("names:");
        }
        if !inside {
            continue;
        }
        let mut body = line.strip_prefix("names:").unwrap_or(line).trim();
        if let Some(flow) = body.strip_prefix(['[', '{']).filter(|_| !brackets) {
            (brackets, body) = (true, flow);
        }
        let ends = brackets && body.ends_with([']', '}']);
        let values: Vec<&str> = match brackets {
            true => body.trim_end_matches([']', '}']).split(',').collect(),
            false => vec![body],
        };
        for value in values {
            let value = value.trim();
            let value = value.strip_prefix("- ").unwrap_or(value);
            // `0: name`, but not the `1:30` of a list; behind `0:` may stand nothing.
            let key = value.strip_suffix(':').filter(|key| key.bytes().all(|b| b.is_ascii_digit()) && !key.is_empty());
            let name = value.split_once(": ").map_or(value, |(_, name)| name).trim();
            let empty = key.is_some() || (value == "-" && !brackets);
            let read = if empty { Some("None") } else { reads_as(name) };
            if let Some(read) = read {
                any = true;
                let read = match read {
                    WHOLE => tr!("yolo-whole-number"),
                    DECIMAL => tr!("yolo-decimal-number"),
                    read => read.into(),
                };
                let message =
                    if empty { tr!("yolo-no-name-read-as", read) } else { tr!("yolo-name-read-as", name, read) };
                out.add(&YOLO_NAME_NOT_QUOTED, Place::line(path, number), message)?;
            }
        }
        if ends {
            (inside, brackets) = (false, false);
        }
    }
    Ok(any)
}

/// Numbers of Python.
const WHOLE: &str = "a whole number";
const DECIMAL: &str = "a decimal number";

/// What Python's `str` makes of a plain scalar that YAML 1.1 gives a type; `None` when it stays as it is.
fn reads_as(scalar: &str) -> Option<&'static str> {
    let scalar = scalar.split(" #").next().unwrap_or_default().trim_end();
    match scalar {
        "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "true" | "TRUE" => return Some("True"),
        "no" | "No" | "NO" | "off" | "Off" | "OFF" | "false" | "FALSE" => return Some("False"),
        "~" | "null" | "Null" | "NULL" => return Some("None"),
        _ => {}
    }
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let body = scalar.strip_prefix(['-', '+']).unwrap_or(scalar);
    let octal = body.len() > 1 && body.starts_with('0') && body.bytes().all(|b| matches!(b, b'0'..=b'7' | b'_'));
    let hex = body.strip_prefix("0x").is_some_and(|h| !h.is_empty() && h.bytes().all(|b| b.is_ascii_hexdigit()));
    let underscored = body.contains('_') && body.starts_with(|c: char| c.is_ascii_digit()) && digits(body);
    let signed = scalar.starts_with('+') && digits(body);
    let sixty = body.split(':').count() > 1
        && body.starts_with(|c: char| ('1'..='9').contains(&c))
        && body.split(':').skip(1).all(|p| matches!(p.len(), 1 | 2) && p.parse::<u8>().is_ok_and(|n| n < 60))
        && body.split(':').next().is_some_and(digits);
    if octal || hex || underscored || signed || sixty {
        return Some(WHOLE);
    }
    if body.strip_prefix("0b").is_some_and(|b| !b.is_empty() && b.bytes().all(|b| matches!(b, b'0' | b'1' | b'_'))) {
        return Some(WHOLE);
    }
    if matches!(body, ".inf" | ".Inf" | ".INF") || matches!(scalar, ".nan" | ".NaN" | ".NAN") {
        return Some(DECIMAL);
    }
    // An exponent needs a point before it, and its sign: 1e3 is a text, 1.0e+3 is 1000.0.
    let exponent = body.split_once(['e', 'E']).filter(|(number, power)| {
        number.contains('.') && power.strip_prefix(['+', '-']).is_some_and(digits) && !number.starts_with('.')
    });
    if exponent.is_some_and(|(number, _)| number.split('.').all(|part| part.is_empty() || digits(part))) {
        return Some(DECIMAL);
    }
    // 1.50 is 1.5, .5 is 0.5, 1. is 1.0.
    if let Some((whole, rest)) = body.split_once('.')
        && (whole.is_empty() || digits(whole))
        && (rest.is_empty() || digits(rest))
        && !(whole.is_empty() && rest.is_empty())
    {
        let same = !whole.is_empty()
            && (whole == "0" || !whole.starts_with('0'))
            && (rest == "0" || (!rest.is_empty() && !rest.ends_with('0')));
        return (!same).then_some(DECIMAL);
    }
    None
}

fn classes_txt(tree: &Tree, folder: &str, names: &[String], out: &mut Findings) -> Result<(), StreamError> {
    let path = format!("{folder}classes.txt");
    if !tree.has(&path) {
        return Ok(());
    }
    let bytes = tree.read(&path)?;
    let text = String::from_utf8_lossy(&bytes);
    let listed: Vec<&str> = text.lines().collect();
    let flat = |name: &String| name.replace(['\n', '\r'], " ");
    if listed.len() != names.len() {
        let message = tr!("yolo-classes-lines", lines = listed.len(), names = names.len());
        return out.add(&YOLO_CLASSES_TXT_DIFFERS, Place::file(&path), message);
    }
    for (number, (line, name)) in (1..).zip(listed.iter().zip(names)) {
        if line.trim() != flat(name).trim() {
            let message = tr!("yolo-classes-line", ?line, ?name);
            out.add(&YOLO_CLASSES_TXT_DIFFERS, Place::line(&path, number), message)?;
        }
    }
    Ok(())
}

fn pose(map: &Map<String, Value>, path: &str, yaml: &mut DataYaml, out: &mut Findings) -> Result<(), StreamError> {
    let Some(shape) = map.get("kpt_shape").filter(|v| !v.is_null()) else { return Ok(()) };
    yaml.joints = kpt_shape(shape);
    let Some((joints, _)) = yaml.joints else {
        let message = tr!("yolo-kpt-shape", shape);
        return out.add(&YOLO_KPT_SHAPE_INVALID, Place::at(path, "kpt_shape"), message);
    };
    match map.get("flip_idx").filter(|v| !v.is_null()) {
        None => out.add(&YOLO_FLIP_IDX_MISSING, Place::file(path), tr!("yolo-no-flip")),
        Some(flip) if !is_mirror(flip, joints) => out.add(
            &YOLO_FLIP_IDX_INVALID,
            Place::at(path, "flip_idx"),
            tr!("yolo-flip", last = joints.saturating_sub(1)),
        ),
        Some(_) => Ok(()),
    }
}

/// `[joints, values a joint]`.
pub fn kpt_shape(shape: &Value) -> Option<(usize, usize)> {
    let [joints, each] = shape.as_array()?.as_slice() else { return None };
    let (joints, each) = (joints.as_u64()?, each.as_u64()?);
    // Rows of a million values are no rows.
    ((1..=1_000_000).contains(&joints) && matches!(each, 2 | 3)).then_some((joints as usize, each as usize))
}

fn is_mirror(flip: &Value, joints: usize) -> bool {
    let Some(list) = flip.as_array() else { return false };
    let mut seen: Vec<u64> = list.iter().filter_map(Value::as_u64).collect();
    seen.sort_unstable();
    list.len() == joints && seen.iter().copied().eq(0..joints as u64)
}

#[cfg(test)]
mod tests {
    use super::reads_as;

    #[test]
    fn plain_scalars_that_change() {
        for changed in [
            "no", "ON", "~", "null", "010", "0x1F", "1_000", "+5", "1:30", "1.50", ".5", "1.", "0b10", ".nan", "-.inf",
            "1.0e+3",
        ] {
            assert!(reads_as(changed).is_some(), "{changed}");
        }
        for same in [
            "car", "5", "-5", "1.5", "0.0", "True", "False", "\"no\"", "'no'", "nope", "a:b", "08", "1:75", "y", "1e3",
            "-.nan",
        ] {
            assert!(reads_as(same).is_none(), "{same}");
        }
    }
}
