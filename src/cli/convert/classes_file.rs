//! `--classes`: class names in order, from whatever file has them.

use crate::exit::Failure;
use crate::path::nfc;
use crate::selection::list::List;
use crate::tr;
use crate::words::Message;
use ndjson_stream::config::{EmptyLineHandling, NdjsonConfig};
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::path::Path;

/// Class names in order. A file is recognised by what is in it: names a line (also `classes.txt` and darknet's `obj.names`), a `data.yaml`
/// (`names`), a COCO document (`categories`, in the order of their ids), other JSON with a list of names, lines of `syn-fetch classes`, a
/// table with a column of names, VOC's `labelmap.txt`. What is no file and has a comma is a list of names itself.
///
/// # Errors
/// A usage failure: the file cannot be read, is none of these, has no name, or one twice.
pub fn read_classes(given: &Path) -> Result<Vec<String>, Failure> {
    let told = |why: Message| Failure::usage(tr!("classes-why", given = given.display(), why));
    let inline = given.to_str().filter(|text| text.contains(',') && !given.exists());
    let names = match inline {
        Some(text) => text.parse::<List>().map_err(|_| told(tr!("classes-none")))?.0,
        None => {
            let bytes = std::fs::read(given).map_err(|e| told(tr!("classes-unreadable", reason = e)))?;
            if bytes.contains(&0) {
                return Err(told(tr!("classes-binary")));
            }
            let text = String::from_utf8(bytes).map_err(|_| told(tr!("classes-not-utf8")))?;
            let extension = given.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
            names(text.trim_start_matches('\u{feff}'), &extension).map_err(told)?
        }
    };
    if names.is_empty() {
        return Err(told(tr!("classes-none")));
    }
    let mut seen = HashSet::new();
    let names = names.iter().map(|name| nfc(name.trim()).into_owned());
    let names: Vec<String> = names.collect();
    for (i, name) in names.iter().enumerate() {
        if name.is_empty() {
            return Err(told(tr!("classes-name-empty", at = i)));
        }
        if !seen.insert(name) {
            return Err(told(tr!("classes-name-twice", ?name)));
        }
    }
    Ok(names)
}

/// The names in the text of a file with this extension.
fn names(text: &str, extension: &str) -> Result<Vec<String>, Message> {
    let begins = |c: char| text.trim_start().starts_with(c);
    let has_key = |key: &str| text.lines().any(|line| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':')));
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    if matches!(extension, "json" | "ndjson" | "jsonl") || begins('{') || begins('[') {
        return of_json(text);
    }
    if begins('<') {
        return Err(tr!("classes-markup"));
    }
    let yaml = matches!(extension, "yaml" | "yml");
    // Before YAML: `train` is a class of VOC.
    if !yaml && is_label_map(text) {
        return Ok(of_label_map(text));
    }
    if yaml || ["names", "nc", "train", "val"].into_iter().any(has_key) {
        return of_yaml(text);
    }
    if let Some(table) = of_table(text, extension) {
        return table;
    }
    if lines().any(|line| line.ends_with('{') || line == "}") {
        return Err(tr!("classes-braces"));
    }
    if let Some(file) = lines().find_map(|line| line.split_once('=').filter(|(key, _)| key.trim() == "names")) {
        return Err(tr!("classes-darknet", names = file.1.trim()));
    }
    if lines().count() == 1 && text.contains(',') {
        return Err(tr!("classes-one-line"));
    }
    Ok(lines().map(str::to_owned).collect())
}

/// One document, or lines.
fn of_json(text: &str) -> Result<Vec<String>, Message> {
    const KEYS: [&str; 6] = ["categories", "names", "class_names", "classes", "labels", "label_map"];
    if let Ok(one) = serde_json::from_str::<Value>(text) {
        if let Value::Object(map) = &one
            && !map.contains_key("@stream")
            && name_of(&one).is_none()
        {
            // Datumaro has its list within `categories.label`.
            let datumaro = one.pointer("/categories/label/labels");
            let list = datumaro.or_else(|| KEYS.iter().find_map(|key| map.get(*key)));
            return of_list(
                list.ok_or_else(|| tr!("classes-json-without", keys = KEYS.map(|key| format!("`{key}`")).join(", ")))?,
            );
        }
        if one.is_array() {
            return of_list(&one);
        }
    }
    let (mut names, mut seen) = (Vec::new(), HashSet::new());
    let config = NdjsonConfig::default().with_empty_line_handling(EmptyLineHandling::IgnoreBlank).with_parse_rest(true);
    for (i, row) in ndjson_stream::from_iter_with_config::<Value, _>([text], config).enumerate() {
        let row = row.map_err(|e| tr!("classes-line", line = i + 1, reason = e))?;
        if row.get("@stream").is_some() {
            continue;
        }
        let header = row.get("class_names").filter(|_| row.get("type").is_some_and(|t| t == "dataset"));
        if let Some(list) = header {
            return of_list(list);
        }
        let name = name_of(&row).ok_or_else(|| tr!("classes-line-no-name", line = i + 1))?;
        // Tools of one project have classes in common: the first occurrence counts.
        if seen.insert(name.clone()) {
            names.push(name);
        }
    }
    Ok(names)
}

/// The name in a row or a category.
fn name_of(row: &Value) -> Option<String> {
    ["name", "code", "class"].iter().find_map(|key| row.get(key)?.as_str()).map(str::to_owned)
}

/// Names, objects with a name (in the order of their ids, if all have one), or names by number.
fn of_list(list: &Value) -> Result<Vec<String>, Message> {
    match list {
        Value::Array(list) => {
            let id = |entry: &Value| entry.get("id").and_then(Value::as_i64);
            let mut entries: Vec<&Value> = list.iter().collect();
            if entries.iter().all(|entry| id(entry).is_some()) {
                entries.sort_by_key(|entry| id(entry));
                if let Some(two) = entries.windows(2).find(|two| id(two[0]) == id(two[1])) {
                    return Err(tr!("classes-id-twice", id = two[0]["id"]));
                }
            }
            entries.into_iter().map(|entry| name_of(entry).map_or_else(|| text_of(entry), Ok)).collect()
        }
        Value::Object(map) => of_numbers(map),
        _ => Err(tr!("classes-names-form")),
    }
}

/// Names by their numbers 0, 1, 2 …
fn of_numbers(map: &Map<String, Value>) -> Result<Vec<String>, Message> {
    let mut named = map
        .iter()
        .map(|(number, name)| Ok((number.parse::<usize>().map_err(|_| number.clone())?, text_of(name))))
        .collect::<Result<Vec<_>, String>>()
        .map_err(|key| tr!("classes-key-no-number", ?key))?;
    named.sort_by_key(|(number, _)| *number);
    if named.iter().enumerate().any(|(place, (number, _))| place != *number) {
        return Err(tr!("classes-keys-gap"));
    }
    named.into_iter().map(|(_, name)| name).collect()
}

/// A name. A whole number is one, too; readers of YAML disagree about what else `no`, `1.50` and the like are as text.
fn text_of(value: &Value) -> Result<String, Message> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(n) if n.is_u64() => Ok(n.to_string()),
        other => Err(tr!("classes-name-no-text", other)),
    }
}

/// A list of names, or a mapping with `names`.
fn of_yaml(text: &str) -> Result<Vec<String>, Message> {
    let parsed: Value = serde_saphyr::from_str(text)
        .map_err(|e| format!("YAML: {}", e.to_string().lines().next().unwrap_or_default().trim_end_matches(':')))
        .map_err(Message::from)?;
    match &parsed {
        Value::Object(map) => of_list(map.get("names").ok_or(tr!("classes-yaml-without"))?),
        list => of_list(list),
    }
}

/// Whether each line is one of VOC's `labelmap.txt`, `name:r,g,b:parts:actions`.
fn is_label_map(text: &str) -> bool {
    let mut lines = label_map_lines(text).peekable();
    let colour =
        |text: &str| text.is_empty() || text.split(',').filter(|n| n.trim().parse::<u8>().is_ok()).count() == 3;
    lines.peek().is_some()
        && lines.all(|line| {
            let mut fields = line.split(':').skip(1);
            fields.next().is_some_and(colour) && fields.count() == 2
        })
}

/// The lines that have a class. The background of the masks, first and black, is none.
fn of_label_map(text: &str) -> Vec<String> {
    let black = |line: &str| line.replace(' ', "").starts_with("background:0,0,0:");
    let lines = label_map_lines(text).enumerate().filter(|(i, line)| *i > 0 || !black(line));
    lines.filter_map(|(_, line)| Some(line.split(':').next()?.to_owned())).collect()
}

fn label_map_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The column of names of a table, in the order of its numbers if it has such a column. `None`: the text is no table.
fn of_table(text: &str, extension: &str) -> Option<Result<Vec<String>, Message>> {
    const NAMES: [&str; 5] = ["name", "class", "label", "class_name", "category"];
    const NUMBERS: [&str; 4] = ["id", "index", "class_id", "number"];
    let first = text.lines().next()?;
    let named = matches!(extension, "csv" | "tsv");
    let delimiter = [';', '\t', ','].into_iter().find(|c| first.contains(*c));
    if delimiter.is_none() && !named {
        return None;
    }
    let delimiter = delimiter.unwrap_or(',') as u8;
    let mut table = csv::ReaderBuilder::new().delimiter(delimiter).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = table.headers().ok()?.clone();
    let column = |of: &[&str]| of.iter().find_map(|name| header.iter().position(|h| h.eq_ignore_ascii_case(name)));
    let Some(name) = column(&NAMES) else {
        let told = tr!("classes-no-column", columns = NAMES.join(", "));
        return named.then_some(Err(told));
    };
    let number = column(&NUMBERS);
    let mut rows: Vec<(Option<i64>, String)> = Vec::new();
    for row in table.records() {
        match row {
            Ok(row) => rows.push((
                number.and_then(|column| row.get(column)?.parse().ok()),
                row.get(name).unwrap_or_default().to_owned(),
            )),
            Err(e) => return Some(Err(tr!("classes-no-table", reason = e))),
        }
    }
    if rows.iter().all(|(number, _)| number.is_some()) {
        rows.sort_by_key(|(number, _)| *number);
    }
    Some(Ok(rows.into_iter().map(|(_, name)| name).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a file of this name and content gives.
    fn read(name: &str, content: &[u8]) -> Result<String, Message> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        read_classes(&path).map(|names| names.join("|")).map_err(|e| e.message)
    }

    #[test]
    fn files_of_classes_are_recognised() {
        for (name, content, expected) in [
            ("classes.txt", "car\nroad sign\n\n", "car|road sign"),
            ("classes.txt", "\u{feff}자동차\r\nroad\r\n", "자동차|road"),
            ("obj.names", "car, big\nroad: wet\n", "car, big|road: wet"),
            ("data.yaml", "path: x\ntrain: a\nnames: [car, 'no', 7]\n", "car|no|7"),
            ("data.yaml", "names:\n  1: road\n  0: car\n", "car|road"),
            ("any.txt", "train: ../train/images\nnc: 1\nnames: ['car']\n", "car"),
            ("list.yml", "- car\n- road\n", "car|road"),
            (
                "instances.json",
                r#"{"images":[],"annotations":[],"categories":[{"id":7,"name":"b"},{"id":2,"name":"a"}]}"#,
                "a|b",
            ),
            ("classes.json", r#"[{"id":2,"name":"b"},{"id":1,"name":"a"}]"#, "a|b"),
            ("list.json", "[\"one, name\"]", "one, name"),
            ("x.json", r#"{"categories":{"label":{"labels":[{"name":"b"},{"name":"a"}]}}}"#, "b|a"),
            ("x", "{\"index\":0,\"name\":\"b\"}\n{\"index\":1,\"name\":\"a\"}\n{\"name\":\"b\"}\n", "b|a"),
            ("x", "{\"index\":0,\"name\":\"b\",\"tools\":[]}\n", "b"),
            ("d.ndjson", "{\"type\":\"dataset\",\"class_names\":{\"0\":\"a\"}}\n{\"type\":\"image\"}\n", "a"),
            ("t.csv", "id,name\n1,b\n0,a\n", "a|b"),
            ("t.csv", "name\nb\na\n", "b|a"),
            ("t.txt", "Class;colour\n\"a; b\";red\nc;blue\n", "a; b|c"),
            ("t.tsv", "label\tn\nb\t1\n", "b"),
            (
                "labelmap.txt",
                "# label:color_rgb:parts:actions\nbackground:0,0,0::\ncar:128,0,0::\nroad:::\n",
                "car|road",
            ),
            ("labelmap.txt", "train:128,192,0::\ntvmonitor:0,64,128::\n", "train|tvmonitor"),
            ("labelmap.txt", "car:128,0,0::\nbackground:0,128,0:a,b:x\n", "car|background"),
        ] {
            assert_eq!(read(name, content.as_bytes()).as_deref(), Ok(expected), "{name} {content}");
        }
        let inline = |text: &str| read_classes(Path::new(text)).map(|names| names.join("|")).unwrap();
        assert_eq!((inline("car, road"), inline(r"a\,b,c")), ("car|road".to_owned(), "a,b|c".to_owned()));
    }

    #[test]
    fn what_is_no_list_of_classes_is_refused_with_the_reason() {
        for (name, content, why) in [
            ("data.yaml", "path: x\ntrain: a\n", "YAML without `names`"),
            ("data.yaml", "names: [a, false]\n", "is false, not text"),
            ("data.yaml", "names: {1: a, 2: b}\n", "do not count 0, 1, 2"),
            ("data.yaml", "names: {a: 0}\n", "is no number"),
            ("data.yaml", "names: car\n", "neither a list nor a mapping"),
            ("data.yaml", "names: [\n", "YAML:"),
            ("data.yaml", "names: []\n", "has no class"),
            ("data.yaml", "names: [a, '']\n", "class 1 (from 0) is empty"),
            ("x.json", "{\"images\":[]}", "JSON without `categories`"),
            ("x.json", r#"{"categories":[{"id":1,"name":"a"},{"id":1,"name":"b"}]}"#, "two classes have the id 1"),
            ("x.json", "{\"a\":", "line 1"),
            ("x", "{\"nome\":\"a\"}\n{\"nome\":\"b\"}\n", "no `name`"),
            ("x.txt", "car\nroad\ncar\n", "\"car\" stands there twice"),
            ("x.txt", "e\u{301}\n\u{e9}\n", "twice"),
            ("x.txt", "\n \n", "has no class"),
            ("x.txt", "car,road,sky\n", "one line with commas"),
            ("x.txt", "a\0b", "binary"),
            ("x.xml", "<annotation/>", "XML"),
            ("x.csv", "colour,size\nred,1\n", "without a column name"),
            ("x.pbtxt", "item {\n  id: 1\n}\n", "braces"),
            ("obj.data", "classes = 2\nnames = data/obj.names\n", "data/obj.names"),
        ] {
            let told = read(name, content.as_bytes()).unwrap_err();
            assert!(told.english().contains(why), "{name}: {told}");
        }
        assert!(read("x.txt", b"\xff\xfea").unwrap_err().english().contains("not UTF-8"));
        assert!(read_classes(Path::new("/no/such/file")).is_err());
    }
}
