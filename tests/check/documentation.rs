//! The tables of docs/check.md are made of the rules, the examples of the cases that break them.

use crate::problems::broken;
use serde_json::Value;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use synpipe::check::RULES;

/// Where the tables begin and end.
const MARKS: [&str; 2] = ["<!-- rules -->\n", "<!-- end of rules -->"];

/// Headings by the beginning of a code.
const HEADINGS: [(&str, &str); 8] = [
    ("IMAGE", "Images, of any format"),
    ("CLASS", "Classes, of any format"),
    ("COCO", "COCO"),
    ("YOLO", "YOLO"),
    ("LABEL", "Rows of YOLO and of Ultralytics' NDJSON"),
    ("NDJSON", "Ultralytics' NDJSON"),
    ("VOC", "VOC"),
    ("", "Other"),
];

#[test]
fn the_tables_are_those_of_the_rules() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/check.md");
    let docs = fs::read_to_string(&path).unwrap();
    let (before, rest) = docs.split_once(MARKS[0]).expect("the mark where the tables begin");
    let (tables, after) = rest.split_once(MARKS[1]).expect("the mark where they end");
    let expected = expected();
    if std::env::var_os("SYNPIPE_BLESS").is_some() {
        fs::write(&path, [before, MARKS[0], &expected, MARKS[1], after].concat()).unwrap();
    } else if tables != expected {
        let line = expected.lines().zip(tables.lines()).find(|(a, b)| a != b);
        panic!("docs/check.md is not that of the rules (SYNPIPE_BLESS=1 writes it): {line:?}");
    }
}

fn expected() -> String {
    let broken = broken();
    let cases = broken["cases"].as_array().unwrap();
    let (mut text, mut last) = (String::new(), "");
    for rule in RULES {
        let (_, heading) = HEADINGS.iter().find(|(start, _)| rule.code.starts_with(start)).unwrap();
        if *heading != last {
            write!(
                text,
                "\n## {heading}\n\n| code | severity | reader | what it does | example |\n|---|---|---|---|---|\n"
            )
            .unwrap();
            last = heading;
        }
        let case = cases.iter().find(|case| case["code"] == rule.code);
        let example = case
            .map_or(String::new(), |case| example(&broken["bases"][case["base"].as_str().unwrap()], &case["files"]));
        let (severity, meaning) = (rule.severity.word(), rule.meaning);
        writeln!(text, "| `{}` | {severity} | {} | {meaning} | {example} |", rule.code, rule.reader).unwrap();
    }
    text.push('\n');
    text
}

/// What a case changes, of its first file.
fn example(base: &Value, changes: &Value) -> String {
    // Text says more than an image does.
    let mut changes: Vec<_> = changes.as_object().unwrap().iter().collect();
    changes.sort_by_key(|(_, value)| !(value.is_string() || value.is_array()));
    let (path, value) = changes[0];
    let code = |text: &str| format!("`{}`", text.replace('\n', "⏎").replace('|', "\\|").replace('`', "'"));
    match (value, &base[path]) {
        (Value::Null, _) => format!("no {}", code(path)),
        (Value::Array(edit), _) => match edit[1].as_str().unwrap().trim() {
            "" => format!("{} without {}", code(path), code(&short(edit[0].as_str().unwrap().trim()))),
            new => code(&short(new)),
        },
        (Value::String(new), Value::String(old)) => match changed(old, new).trim() {
            "" => format!("{} cut short", code(path)),
            text if path.ends_with(".txt") => format!("{}: {}", code(path), code(&short(text))),
            text => code(&short(text)),
        },
        (Value::String(new), _) => format!("{}: {}", code(path), code(&short(new))),
        _ => format!("such a {}", code(path)),
    }
}

/// The part of a text that another does not have, to the next bracket, comma or end of a line.
fn changed<'t>(old: &str, new: &'t str) -> &'t str {
    let same = |(a, b): &(char, char)| a == b;
    let front: usize = old.chars().zip(new.chars()).take_while(same).map(|(c, _)| c.len_utf8()).sum();
    let back: usize =
        old[front..].chars().rev().zip(new[front..].chars().rev()).take_while(same).map(|(c, _)| c.len_utf8()).sum();
    let edge = |c: char| matches!(c, ',' | '{' | '}' | '\n' | '<');
    let start = new[..front].rfind(edge).map_or(0, |at| at + usize::from(!new[at..].starts_with('<')));
    let end = new.len() - back;
    let end = new[end..].find(edge).map_or(new.len(), |more| end + more);
    &new[start..end.max(start)]
}

fn short(text: &str) -> String {
    const LENGTH: usize = 90;
    match text.char_indices().nth(LENGTH) {
        Some((at, _)) => format!("{} …", &text[..at]),
        None => text.to_owned(),
    }
}
