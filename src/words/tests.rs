//! The catalogue against itself and against the source: no message is missing in a language, absent from the catalogue or unused in it, and
//! no argument is missing or has another name.

use super::catalogue::TOPICS;
use super::language::Language;
use super::{Argument, Message, catalogue};
use crate::tr;
use fluent_bundle::FluentResource;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The arguments of each entry of a file, by the id.
fn entries(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut entries: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut last = None;
    for line in source.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        let (id, text) = match line.split_once(" =") {
            Some((id, text)) if !line.starts_with(' ') => (Some(id.to_owned()), text),
            _ => (None, line),
        };
        if let Some(id) = id {
            assert!(!entries.contains_key(&id), "{id} is there twice");
            entries.insert(id.clone(), BTreeSet::new());
            last = Some(id);
        }
        let names = last.as_ref().and_then(|id| entries.get_mut(id)).unwrap();
        for (at, _) in text.match_indices('$') {
            let name: String = text[at + 1..].chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            if !name.is_empty() {
                names.insert(name);
            }
        }
    }
    entries
}

/// All entries of a language.
fn all(korean: bool) -> BTreeMap<String, BTreeSet<String>> {
    let mut all = BTreeMap::new();
    for (topic, en, ko) in TOPICS {
        for (id, names) in entries(if korean { ko } else { en }) {
            assert!(all.insert(id.clone(), names).is_none(), "{topic}: {id} is in two files");
        }
    }
    all
}

/// The messages that the source of a file makes: id and names of arguments.
fn made(path: &Path, out: &mut Vec<(String, BTreeSet<String>, String)>) {
    let source = std::fs::read_to_string(path).unwrap();
    for (at, _) in source.match_indices("tr!(") {
        let line = source[..at].rsplit('\n').next().unwrap();
        if line.trim_start().starts_with("//") || line.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '`')
        {
            continue;
        }
        let parts = parts(&source[at + 4..]);
        let id = parts[0].trim().trim_matches('"').to_owned();
        let name = |part: &String| {
            let part = part.trim().trim_start_matches('?');
            part.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap().to_owned()
        };
        let names = parts[1..].iter().filter(|part| !part.trim().is_empty()).map(name).collect();
        out.push((id, names, path.display().to_string()));
    }
}

/// What stands between the commas of an argument list, up to its closing bracket.
fn parts(source: &str) -> Vec<String> {
    let (mut parts, mut depth, mut in_text) = (vec![String::new()], 0, false);
    let mut rest = source.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' if in_text => {
                rest.next();
                continue;
            }
            '"' => in_text = !in_text,
            '\'' if !in_text && (rest.peek() == Some(&'"') || rest.peek() == Some(&',')) => {
                rest.nth(1);
                continue;
            }
            _ if in_text => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth > 0 => depth -= 1,
            ')' => return parts,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().unwrap().push(c);
    }
    parts
}

/// All messages that the source makes.
fn all_made() -> Vec<(String, BTreeSet<String>, String)> {
    let mut made_by = Vec::new();
    for file in walkdir::WalkDir::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")).sort_by_file_name() {
        let path = file.unwrap().into_path();
        if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("words/tests.rs") {
            made(&path, &mut made_by);
        }
    }
    made_by
}

#[test]
fn the_files_of_the_catalogue_can_be_read() {
    for (topic, en, ko) in TOPICS {
        for source in [en, ko] {
            if let Err((_, errors)) = FluentResource::try_new((*source).to_owned()) {
                panic!("{topic}: {errors:?}");
            }
        }
    }
}

#[test]
fn both_languages_have_the_same_messages_with_the_same_arguments() {
    for (topic, en, ko) in TOPICS {
        let (en, ko) = (entries(en), entries(ko));
        let missing: Vec<_> = en.keys().filter(|id| !ko.contains_key(*id)).collect();
        let alone: Vec<_> = ko.keys().filter(|id| !en.contains_key(*id)).collect();
        assert!(
            missing.is_empty() && alone.is_empty(),
            "{topic}: not in Korean: {missing:?}; not in English: {alone:?}"
        );
        for (id, names) in en {
            assert_eq!(names, ko[&id], "{topic}: the arguments of {id}");
        }
    }
}

#[test]
fn the_source_and_the_catalogue_agree() {
    let (there, made) = (all(false), all_made());
    let mut wrong = Vec::new();
    for (id, names, path) in &made {
        match there.get(id) {
            None => wrong.push(format!("{path}: {id} is not in the catalogue")),
            Some(want) if want != names => wrong.push(format!("{path}: {id} takes {want:?}, not {names:?}")),
            Some(_) => {}
        }
    }
    let used: BTreeSet<&String> = made.iter().map(|(id, ..)| id).collect();
    wrong.extend(there.keys().filter(|id| !used.contains(id)).map(|id| format!("{id} is used nowhere")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_entry_is_one_line_with_all_arguments_in_place() {
    for (id, names) in all(false) {
        let id: &'static str = id.leak();
        let arguments: Vec<(&'static str, Argument)> =
            names.iter().map(|name| (&*name.clone().leak(), Argument::Number { n: 2, grouped: false })).collect();
        for language in [Language::English, Language::Korean] {
            let text = catalogue::text(language, id, &arguments).unwrap();
            let whole = !text.is_empty() && !text.contains(['\n', '\u{2068}', '\u{2069}']) && !text.contains("{$");
            assert!(whole, "{id}: {text}");
        }
    }
}

#[test]
fn what_is_in_an_argument_is_never_read_as_a_part_of_the_entry() {
    let hostile = "{ $reason } { cannot-write } \u{2068} \"x\" {";
    let message: Message = tr!("cannot-write", path = hostile, reason = ?"a\nb");
    assert_eq!(message.to_string(), format!("cannot write {hostile}: \"a\\nb\""));
}

#[test]
fn numbers_keep_all_their_digits() {
    for n in [0, 1, 1200, u64::MAX] {
        assert_eq!(tr!("cannot-write", path = n, reason = "x").to_string(), format!("cannot write {n}: x"));
    }
}

#[test]
fn entries_refer_to_no_others() {
    // A topic is read alone, so an entry of another one would not be found.
    for (topic, en, ko) in TOPICS {
        for inner in [en, ko].into_iter().flat_map(|source| source.split('{').skip(1)) {
            let inner = inner.trim_start();
            let starts = ["$", "\"", "JOSA("];
            assert!(starts.iter().any(|start| inner.starts_with(start)), "{topic}: {:?}", inner.lines().next());
        }
    }
}
