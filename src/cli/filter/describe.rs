//! `syn-filter --describe`: what is in a dump, as a screen of text and as JSON.

use crate::filter::Description;
use crate::filter::count::counts::Tally;
use crate::filter::describe::names::Names;
use crate::text::{count, cut, visible, width};
use serde_json::{Map, Value, json};

/// Columns of a screen.
const WIDE: usize = 79;
/// Columns of what stands at the left.
const LEFT: usize = 12;
/// Classes that have a line; with what stands around them they fit a screen of 24 lines.
const CLASSES: usize = 8;
/// The most streams whose origin is told.
const ORIGINS: usize = 2;

/// As text. `cut`: the input was not whole.
pub fn text(d: &Description, cut: bool) -> Vec<u8> {
    let mut lines = Vec::new();
    let rows = count(d.total.items, "row");
    let without = d.lacks.annotations;
    let none = if without > 0 { format!(", {} without any", grouped(without)) } else { String::new() };
    let broken = if cut { "; the input broke off here" } else { "" };
    lines.push(entry(
        "rows",
        &format!("{}, {}{none}{broken}", group(&rows), group(&count(d.total.objects, "annotation"))),
    ));
    for origin in d.origins.iter().take(ORIGINS) {
        lines.push(entry("from", &origin_words(origin)));
    }
    if d.origins.len() > ORIGINS {
        lines.push(entry("", &format!("and {} more", d.origins.len() - ORIGINS)));
    }
    if let Some((first, last)) = d.created {
        lines.push(entry("created", &if first == last { first.to_string() } else { format!("{first} to {last}") }));
    }
    for (what, names) in [
        ("status", &d.status),
        ("review", &d.review),
        ("split", &d.splits),
        ("people", &d.users),
        ("images", &d.images),
    ] {
        let mut told = names.by_rows();
        let none = Tally { items: names.of("").items, objects: 0 };
        if none.items > 0 && !told.is_empty() && ["status", "review", "split"].contains(&what) {
            told.push(("none", none));
        }
        list(&mut lines, what, &told, |tally| tally.items);
    }
    list(&mut lines, "tools", &d.tools.ranked(), |tally| tally.objects);
    let areas: Vec<_> = ["small", "medium", "large"].iter().map(|name| (*name, d.sizes.of(name))).collect();
    if areas.iter().any(|(_, tally)| tally.objects > 0) {
        let told = areas.iter().map(|(name, tally)| format!("{name} {}", grouped(tally.objects)));
        lines.push(entry("areas", &format!("{} (limits 32², 96² px²)", told.collect::<Vec<_>>().join(", "))));
    }
    lacking(&mut lines, d);
    classes(&mut lines, d);
    lines.iter().flat_map(|line| [line.trim_end(), "\n"]).collect::<String>().into_bytes()
}

/// A line: its name, then its text, cut to the screen.
fn entry(what: &str, text: &str) -> String {
    let left = format!("{what:LEFT$}");
    format!("{left}{}", cut(&visible(text), WIDE - LEFT))
}

/// `42 도로 (assignment)`.
fn origin_words(origin: &Map<String, Value>) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let project = origin.get("project").or_else(|| origin.get("ground_truth"));
    let project = project.map(|project| match project {
        Value::Object(object) => {
            ["id", "title"].iter().filter_map(|key| object.get(*key)).map(text).collect::<Vec<_>>().join(" ")
        }
        other => text(other),
    });
    let target = origin.get("target").map(text);
    match (project, target) {
        (Some(project), Some(target)) => format!("project {project} ({target})"),
        (Some(project), None) => format!("project {project}"),
        (None, Some(target)) => target,
        (None, None) => "a stream that does not say".to_owned(),
    }
}

/// As many names as fit on a line, and how many more there are.
fn list(lines: &mut Vec<String>, what: &str, names: &[(&str, Tally)], of: impl Fn(&Tally) -> u64) {
    if names.is_empty() {
        return;
    }
    let mut told = String::new();
    for (i, (name, tally)) in names.iter().enumerate() {
        let one = format!("{}{} {}", if i > 0 { ", " } else { "" }, cut(&visible(name), 24), grouped(of(tally)));
        let left = names.len() - i;
        let rest = format!(", and {left} more");
        let room = if left == 1 { 0 } else { width(&rest) };
        if width(&told) + width(&one) + room > WIDE - LEFT {
            told.push_str(&rest);
            break;
        }
        told.push_str(&one);
    }
    lines.push(entry(what, &told));
}

/// What rows lack.
fn lacking(lines: &mut Vec<String>, d: &Description) {
    let words = |key: &str| match key {
        "payload" => "no payload",
        "payload_elsewhere" => "payload at a URL",
        "file" => "no file",
        "image_size" => "no image size",
        "created" => "no date",
        "user" => "nobody",
        _ => "",
    };
    let told = d.lacks.all().into_iter().filter(|(key, n)| *n > 0 && !words(key).is_empty());
    let told: Vec<String> = told.map(|(key, n)| format!("{} {}", words(key), grouped(n))).collect();
    let mut line = String::new();
    let mut what = "missing";
    for (i, part) in told.iter().enumerate() {
        let part = format!("{part}{}", if i + 1 < told.len() { ", " } else { "" });
        if width(&line) + width(part.trim_end()) > WIDE - LEFT {
            lines.push(entry(what, &std::mem::take(&mut line)));
            what = "";
        }
        line.push_str(&part);
    }
    if !line.is_empty() {
        lines.push(entry(what, &line));
    }
}

/// The classes with most annotations.
fn classes(lines: &mut Vec<String>, d: &Description) {
    let all = d.classes.ranked();
    if all.is_empty() {
        return;
    }
    lines.push(String::new());
    lines.push(columns("CLASS", "OBJECTS", "ROWS"));
    // One more line is better than a line that says that there is one more.
    let shown = if all.len() == CLASSES + 1 { all.len() } else { CLASSES };
    for (name, tally) in all.iter().take(shown) {
        lines.push(columns(name, &grouped(tally.objects), &grouped(tally.items)));
    }
    let rest: u64 = all.iter().skip(shown).map(|(_, tally)| tally.objects).sum::<u64>() + d.classes.beyond().objects;
    if all.len() > shown {
        lines.push(columns(&format!("and {} more", grouped((all.len() - shown) as u64)), &grouped(rest), ""));
    }
    let none = d.classes.of("");
    if none.objects > 0 {
        lines.push(columns("(no class)", &grouped(none.objects), &grouped(none.items)));
    }
}

fn columns(name: &str, objects: &str, rows: &str) -> String {
    const NAME: usize = 45;
    let name = cut(&visible(name), NAME);
    format!("{name}{}{objects:>14}{rows:>14}", " ".repeat(NAME - width(&name)))
}

/// `1,234,567`.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1234 rows` as `1,234 rows`.
fn group(counted: &str) -> String {
    match counted.split_once(' ') {
        Some((n, rest)) => format!("{} {rest}", n.parse().map_or_else(|_| n.to_owned(), grouped)),
        None => counted.to_owned(),
    }
}

/// As a line of JSON.
pub fn json(d: &Description, cut: bool) -> Vec<u8> {
    let days = d.created.map(|(first, last)| json!({"first": first.to_string(), "last": last.to_string()}));
    let missing: Map<String, Value> = d.lacks.all().into_iter().map(|(key, n)| (key.to_owned(), n.into())).collect();
    let value = json!({
        "rows": d.total.items,
        "objects": d.total.objects,
        "whole": !cut,
        "from": d.origins,
        "created": days,
        "status": names(&d.status),
        "review": names(&d.review),
        "split": names(&d.splits),
        "users": names(&d.users),
        "images": names(&d.images),
        "tools": names(&d.tools),
        "areas": names(&d.sizes),
        "classes": names(&d.classes),
        "missing": missing,
    });
    format!("{value}\n").into_bytes()
}

/// All names in their order, then those that are not told apart, then what has no name.
fn names(names: &Names) -> Value {
    let one = |name: Value, tally: Tally| json!({"name": name, "rows": tally.items, "objects": tally.objects});
    let mut all: Vec<Value> = names.ranked().into_iter().map(|(name, tally)| one(name.into(), tally)).collect();
    let none = names.of("");
    if none.items > 0 {
        all.push(one(Value::Null, none));
    }
    if names.beyond().items > 0 {
        all.push(json!({"beyond": true, "rows": names.beyond().items, "objects": names.beyond().objects}));
    }
    all.into()
}
