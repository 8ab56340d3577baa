//! What is offered for the value of an option.

#[cfg(feature = "net")]
use super::cache::{self, Entry};
use super::dump;
use super::line::Line;
#[cfg(feature = "net")]
use crate::api::credentials::{Chosen, Credentials, DEFAULT_HOST, Given, config_path, environment};
use crate::dm::Tool;
use crate::selection::{List, words};
use clap::Arg;
use std::any::TypeId;
use std::path::{Path, PathBuf};

/// A value, and what it means.
pub type Offered = (String, String);

/// Options whose values are classes.
const CLASSES: [&str; 5] = ["class", "keep-class", "drop-class", "rename", "class-map"];

/// Options whose values a server has, with the subcommand of `syn-fetch` that lists them.
#[cfg(feature = "net")]
const LISTED: [(&str, &str); 8] = [
    ("project", "projects"),
    ("gt-dataset", "gt-datasets"),
    ("gt-version", "gt-versions"),
    ("user", "users"),
    ("reviewer", "users"),
    ("tag", "tags"),
    ("task-tag", "tags"),
    ("storage", "storages"),
];

/// Words that are offered for the value of an option which takes other text, too.
pub fn words_of(option: &str) -> Vec<&'static str> {
    const TOOLS: [Tool; 6] =
        [Tool::BoundingBox, Tool::Polygon, Tool::Polyline, Tool::Keypoint, Tool::Segmentation, Tool::Classification];
    match option {
        "status" => words::LABELLING.to_vec(),
        "review" => words::REVIEW.to_vec(),
        "tool" | "keep-tool" => TOOLS.iter().filter_map(|tool| tool.name()).collect(),
        "category" => vec!["train", "validation", "test"],
        "count-by" => vec!["class", "tool", "user", "status", "review", "tag", "category", "created"],
        "one-per" => vec!["task", "data_unit"],
        "prefer" => vec!["review=completed", "status=completed", "newest", "oldest"],
        "discarded" | "has-annotations" => vec!["true", "false"],
        "since" | "until" => vec!["today", "yesterday"],
        "split" => vec!["0.8/0.1/0.1", "0.8/0.2", "category"],
        "naming" => vec!["stem", "id"],
        "max-findings" => vec!["all"],
        "page-size" => vec!["auto"],
        "voc-base" => vec!["0", "1"],
        "color" => vec!["auto", "always", "never"],
        _ => Vec::new(),
    }
}

/// Whether a value is a file or folder of this machine.
pub fn is_path(arg: &Arg) -> bool {
    let names = arg.get_value_names().unwrap_or_default();
    names.iter().any(|name| ["FILE", "DIR", "DEST", "PLACE"].iter().any(|word| name.contains(word)))
}

/// Whether a value is a list with commas.
pub fn is_list(arg: &Arg) -> bool {
    let commas = arg.get_value_names().unwrap_or_default().iter().any(|name| name.contains(",…"));
    commas || arg.get_value_parser().type_id() == TypeId::of::<List>()
}

/// The values that may follow `typed`, the part of the value that is there already; `None`: files.
pub fn offered(arg: &Arg, line: &Line, files: &[PathBuf], typed: &str) -> Option<Vec<Offered>> {
    let (done, part) = if is_list(arg) { last_of_list(typed) } else { ("", typed) };
    let Some(values) = all(arg, line, files, part) else { return Some(Vec::new()).filter(|_| !is_path(arg)) };
    let given: Vec<String> = done.parse::<List>().map(|list| list.0).unwrap_or_default();
    let fresh = values.into_iter().filter(|(value, _)| !given.contains(value));
    let whole = fresh.filter_map(|(value, help)| {
        let value = match is_list(arg) {
            // A list is read without the blanks around its values.
            true if value.trim() != value => return None,
            true => value.replace(',', "\\,"),
            false => value,
        };
        Some((format!("{done}{value}"), help))
    });
    Some(whole.filter(|(value, _)| value.starts_with(typed)).collect())
}

/// A list up to the last comma that divides, and what follows it.
fn last_of_list(text: &str) -> (&str, &str) {
    let mut commas = text.match_indices(',').filter(|(at, _)| !text[..*at].ends_with('\\'));
    text.split_at(commas.next_back().map_or(0, |(at, _)| at + 1))
}

/// All values of an option that are known; `None` when it takes any text.
fn all(arg: &Arg, line: &Line, files: &[PathBuf], part: &str) -> Option<Vec<Offered>> {
    let plain = |word: &str| (word.to_owned(), String::new());
    let option = arg.get_long()?;
    let fixed = words_of(option);
    if !fixed.is_empty() {
        return Some(fixed.into_iter().map(plain).collect());
    }
    if CLASSES.contains(&option) {
        let classes = dump::classes(&dumps(line, files));
        #[cfg(feature = "net")]
        let classes = if classes.is_empty() { project_classes(line) } else { classes };
        let renames = arg.get_value_names().unwrap_or_default().iter().any(|name| name.contains("OLD=NEW"));
        let value = |class: String| if renames { class.replace('=', "\\=") + "=" } else { class };
        return Some(classes.into_iter().map(|class| (value(class), String::new())).collect());
    }
    #[cfg(feature = "net")]
    if let Some((_, list)) = LISTED.iter().find(|(name, _)| *name == option) {
        let entries = cache::load(&host(line)?, list);
        return Some(
            entries.into_iter().map(|entry| named(entry, *list == "users" || *list == "tags", part)).collect(),
        );
    }
    #[cfg(not(feature = "net"))]
    let _ = part;
    let values = arg.get_possible_values();
    let values = values.iter().filter(|value| !value.is_hide_set());
    let values: Vec<_> = values
        .map(|value| (value.get_name().to_owned(), value.get_help().map(ToString::to_string).unwrap_or_default()))
        .collect();
    (!values.is_empty()).then_some(values)
}

/// The dumps of a command line; without any, the newest in this folder.
fn dumps(line: &Line, files: &[PathBuf]) -> Vec<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let whole = |path: &Path| match (path.strip_prefix("~"), &home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    };
    let inputs = line.inputs.iter().map(Path::new);
    let named: Vec<_> =
        files.iter().map(PathBuf::as_path).chain(inputs).map(whole).filter(|path| path.is_file()).collect();
    if named.is_empty() { dump::newest(Path::new(".")).into_iter().collect() } else { named }
}

/// The value of an option on the command line.
#[cfg(feature = "net")]
fn given<'a>(line: &'a Line, names: &[&str]) -> Option<&'a str> {
    let words = || line.words.iter().map(String::as_str);
    let joined = words().find_map(|word| {
        let (name, value) = word.split_once('=')?;
        names.contains(&name).then_some(value)
    });
    joined.or_else(|| words().skip_while(|word| !names.contains(word)).nth(1))
}

/// The host that the command would ask.
#[cfg(feature = "net")]
fn host(line: &Line) -> Option<url::Url> {
    let config = config_path(&environment);
    let host = given(line, &["--host"]).map(str::to_owned);
    let typed = given(line, &["--profile"]).map(|name| Chosen { name: name.to_owned(), is_typed: true });
    let profile = typed.or_else(Chosen::of_environment);
    let given = Given { host, profile, ..Given::default() };
    let named = Credentials::named_host(&given, &environment, config.as_deref()).ok()?;
    named.or_else(|| url::Url::parse(DEFAULT_HOST).ok())
}

/// The classes of the project that is named, as they were listed last.
#[cfg(feature = "net")]
fn project_classes(line: &Line) -> Vec<String> {
    let project = given(line, &["--project", "-p"]).map(str::to_owned).or_else(|| environment("SYNAPSE_PROJECT"));
    let Some((host, project)) = host(line).zip(project) else { return Vec::new() };
    cache::load(&host, &format!("classes-{project}")).into_iter().map(|entry| entry.name).collect()
}

/// An entry of a list as a value: its id, or what people call it. Both are told.
#[cfg(feature = "net")]
fn named(entry: Entry, by_name: bool, part: &str) -> Offered {
    let Entry { id, name, email } = entry;
    let is_id = part.chars().all(|c| c.is_ascii_digit()) && !(part.is_empty() && by_name);
    let also = |other: &str| if name.is_empty() { other.to_owned() } else { format!("{name} ({other})") };
    match (is_id, email.is_empty(), name.is_empty()) {
        (true, ..) | (_, true, true) => (id, name),
        (_, false, _) => {
            let help = also(&id);
            (email, help)
        }
        _ => (name, id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::value_parser;

    #[test]
    fn values_of_a_list_follow_its_last_comma() {
        let dump = tempfile::NamedTempFile::with_suffix(".ndjson").unwrap();
        let frame = r#"{"@stream":"begin","kind":"items","version":1,"classes":["car","cab, yellow","bus"," x "]}"#;
        std::fs::write(dump.path(), format!("{frame}\n")).unwrap();
        let arg = Arg::new("class").long("class").value_parser(value_parser!(List));
        let files = [dump.path().to_owned()];
        for (typed, expected) in [
            ("", &["car", r"cab\, yellow", "bus"][..]),
            ("ca", &["car", r"cab\, yellow"]),
            ("car,", &[r"car,cab\, yellow", "car,bus"]),
            (r"cab\, yellow,b", &[r"cab\, yellow,bus"]),
            ("x", &[]),
        ] {
            let values = offered(&arg, &Line::default(), &files, typed).unwrap();
            assert_eq!(values.into_iter().map(|(value, _)| value).collect::<Vec<_>>(), expected, "{typed}");
        }
    }

    #[cfg(feature = "net")]
    #[test]
    fn people_are_offered_by_address_and_projects_by_number() {
        let entry = |name: &str, email: &str| Entry { id: "42".into(), name: name.into(), email: email.into() };
        for (entry, by_name, part, value, help) in [
            (entry("Roads", ""), false, "", "42", "Roads"),
            (entry("Roads", ""), false, "R", "Roads", "42"),
            (entry("Roads", ""), false, "4", "42", "Roads"),
            (entry("Kim", "kim@x.kr"), true, "", "kim@x.kr", "Kim (42)"),
            (entry("Kim", ""), true, "", "Kim", "42"),
            (entry("", ""), true, "", "42", ""),
        ] {
            assert_eq!(named(entry, by_name, part), (value.to_owned(), help.to_owned()), "{part}");
        }
    }
}
