//! `syn-filter --describe`: what is in a dump, as a screen of text and as JSON.

use crate::filter::Description;
use crate::filter::count::counts::Tally;
use crate::filter::describe::names::Names;
use crate::text::{cut, number, visible, width};
use crate::tr;
use crate::words::{Many, Message};
use serde_json::{Map, Value, json};

/// Columns of a screen.
const WIDE: usize = 79;
/// Columns of what stands at the left.
const LEFT: usize = 12;
/// Classes that have a line; with what stands around them they fit a screen of 24 lines.
const CLASSES: usize = 8;
/// The most streams whose origin is told.
const ORIGINS: usize = 2;

/// As text in English, for programs and files. `cut`: the input was not whole.
pub fn text(d: &Description, cut: bool) -> Vec<u8> {
    page(d, cut, Message::english)
}

/// As text in the language of the process, for people.
pub fn spoken(d: &Description, cut: bool) -> Vec<u8> {
    page(d, cut, Message::spoken)
}

/// The words of a message in the language of a page.
type Say = fn(&Message) -> &str;

fn page(d: &Description, cut: bool, say: Say) -> Vec<u8> {
    let mut lines = Vec::new();
    let rows = tr!("describe-rows", rows = Many(d.total.items), annotations = Many(d.total.objects));
    let without = match d.lacks.annotations {
        0 => Message::default(),
        n => tr!("describe-without", n = Many(n)),
    };
    let broken = if cut { tr!("describe-cut") } else { Message::default() };
    lines.push(entry(say(&tr!("describe-label-rows")), say(&rows.then("", without).then("", broken))));
    let from = tr!("describe-label-from");
    for origin in d.origins.iter().take(ORIGINS) {
        lines.push(entry(say(&from), say(&origin_words(origin))));
    }
    if d.origins.len() > ORIGINS {
        lines.push(entry("", say(&tr!("describe-more", n = d.origins.len() - ORIGINS))));
    }
    if let Some((first, last)) = d.created {
        let days = if first == last { first.to_string().into() } else { tr!("describe-days", first, last) };
        lines.push(entry(say(&tr!("describe-label-created")), say(&days)));
    }
    for (what, names, may_lack) in [
        (tr!("describe-label-status"), &d.status, true),
        (tr!("describe-label-review"), &d.review, true),
        (tr!("describe-label-split"), &d.splits, true),
        (tr!("describe-label-people"), &d.users, false),
        (tr!("describe-label-images"), &d.images, false),
    ] {
        let mut told = names.by_rows();
        let none = Tally { items: names.of("").items, objects: 0 };
        let word = tr!("describe-none");
        if none.items > 0 && !told.is_empty() && may_lack {
            told.push((say(&word), none));
        }
        list(&mut lines, say(&what), &told, say, |tally| tally.items);
    }
    list(&mut lines, say(&tr!("describe-label-tools")), &d.tools.ranked(), say, |tally| tally.objects);
    let [small, medium, large] = ["small", "medium", "large"].map(|name| d.sizes.of(name).objects);
    if small + medium + large > 0 {
        let areas = tr!("describe-areas", small = Many(small), medium = Many(medium), large = Many(large));
        lines.push(entry(say(&tr!("describe-label-areas")), say(&areas)));
    }
    lacking(&mut lines, d, say);
    classes(&mut lines, d, say);
    lines.iter().flat_map(|line| [line.trim_end(), "\n"]).collect::<String>().into_bytes()
}

/// A line: its name, then its text, cut to the screen.
fn entry(what: &str, text: &str) -> String {
    let blanks = " ".repeat(LEFT.saturating_sub(width(what)));
    format!("{what}{blanks}{}", cut(&visible(text), WIDE - LEFT))
}

/// `42 도로 (assignment)`.
fn origin_words(origin: &Map<String, Value>) -> Message {
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
        (Some(project), Some(target)) => tr!("describe-project-target", project, target),
        (Some(project), None) => tr!("describe-project", project),
        (None, Some(target)) => target.into(),
        (None, None) => tr!("describe-no-origin"),
    }
}

/// As many names as fit on a line, and how many more there are.
fn list(lines: &mut Vec<String>, what: &str, names: &[(&str, Tally)], say: Say, of: impl Fn(&Tally) -> u64) {
    if names.is_empty() {
        return;
    }
    let mut told = String::new();
    for (i, (name, tally)) in names.iter().enumerate() {
        let one = format!("{}{} {}", if i > 0 { ", " } else { "" }, cut(&visible(name), 24), number(of(tally)));
        let left = names.len() - i;
        let rest = tr!("describe-and-more", n = left);
        let rest = say(&rest);
        let room = if left == 1 { 0 } else { width(rest) };
        if width(&told) + width(&one) + room > WIDE - LEFT {
            told.push_str(rest);
            break;
        }
        told.push_str(&one);
    }
    lines.push(entry(what, &told));
}

/// What rows lack.
fn lacking(lines: &mut Vec<String>, d: &Description, say: Say) {
    let words = |key: &str, n: u64| {
        let n = Many(n);
        Some(match key {
            "payload" => tr!("describe-no-payload", n),
            "payload_elsewhere" => tr!("describe-payload-elsewhere", n),
            "file" => tr!("describe-no-file", n),
            "image_size" => tr!("describe-no-size", n),
            "created" => tr!("describe-no-date", n),
            "user" => tr!("describe-nobody", n),
            _ => return None,
        })
    };
    let told = d.lacks.all().into_iter().filter(|(_, n)| *n > 0).filter_map(|(key, n)| words(key, n));
    let told: Vec<String> = told.map(|told| say(&told).to_owned()).collect();
    let mut line = String::new();
    let missing = tr!("describe-label-missing");
    let mut what = say(&missing);
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
fn classes(lines: &mut Vec<String>, d: &Description, say: Say) {
    let all = d.classes.ranked();
    if all.is_empty() {
        return;
    }
    lines.push(String::new());
    let heads = [tr!("column-class"), tr!("column-objects"), tr!("column-rows")];
    let [class, objects, rows] = heads.each_ref().map(say);
    lines.push(columns(class, objects, rows));
    // One more line is better than a line that says that there is one more.
    let shown = if all.len() == CLASSES + 1 { all.len() } else { CLASSES };
    for (name, tally) in all.iter().take(shown) {
        lines.push(columns(name, &number(tally.objects), &number(tally.items)));
    }
    let rest: u64 = all.iter().skip(shown).map(|(_, tally)| tally.objects).sum::<u64>() + d.classes.beyond().objects;
    if all.len() > shown {
        lines.push(columns(say(&tr!("describe-more", n = Many((all.len() - shown) as u64))), &number(rest), ""));
    }
    let none = d.classes.of("");
    if none.objects > 0 {
        lines.push(columns(say(&tr!("describe-no-class")), &number(none.objects), &number(none.items)));
    }
}

fn columns(name: &str, objects: &str, rows: &str) -> String {
    const NAME: usize = 45;
    let name = cut(&visible(name), NAME);
    let right = |cell: &str| format!("{}{cell}", " ".repeat(14_usize.saturating_sub(width(cell))));
    format!("{name}{}{}{}", " ".repeat(NAME - width(&name)), right(objects), right(rows))
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
