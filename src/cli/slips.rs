//! Slips of the pen: what was meant by arguments that make no sense where they stand.

use crate::convert::formats::FORMATS;
use crate::tr;
use crate::words::Message;
use clap::{Command, CommandFactory};
use std::path::Path;

/// The programs of a pipe, as far as this build has them.
fn programs() -> Vec<(&'static str, Command)> {
    vec![
        #[cfg(feature = "net")]
        ("syn-fetch", super::fetch::Fetch::command()),
        ("syn-filter", super::filter::Args::command()),
        ("syn-convert", super::convert::Args::command()),
        #[cfg(feature = "net")]
        ("syn-sink", super::sink::Args::command()),
    ]
}

fn has(command: &Command, option: &str) -> bool {
    command.get_arguments().any(|arg| arg.get_long() == Some(option))
}

/// What was meant by an option with one dash, or with a dash of typesetters, as editors make it of two: `-project`, `–project`.
pub fn of_dashes<'a>(command: &Command, arguments: impl Iterator<Item = &'a str>) -> Option<Message> {
    const LONG_DASHES: [char; 4] = ['\u{2013}', '\u{2014}', '\u{2212}', '\u{2015}'];
    arguments.take_while(|argument| *argument != "--").find_map(|argument| {
        let one = argument.strip_prefix('-').filter(|rest| rest.len() > 1 && !rest.starts_with('-'));
        let long = argument.starts_with(LONG_DASHES).then(|| argument.trim_start_matches(LONG_DASHES));
        let rest = one.or(long)?;
        let name = rest.split('=').next().unwrap_or_default();
        has(command, name).then(|| tr!("slip-dashes", argument, name))
    })
}

/// The other program that has this option: `--to` given to `syn-fetch`.
pub fn of_another(tool: &str, option: &str) -> Option<Message> {
    let name = option.split([' ', '=']).next().unwrap_or_default().strip_prefix("--")?;
    let (other, _) = programs().into_iter().find(|(other, command)| *other != tool && has(command, name))?;
    Some(tr!("slip-other-program", option = format!("--{name}"), other))
}

/// What was meant by a word in the place of a subcommand of `syn-fetch`: a project, or a file.
pub fn of_command(word: &str) -> Option<Message> {
    if word.bytes().all(|b| b.is_ascii_digit()) {
        return Some(tr!("slip-project", word));
    }
    let is_file = Path::new(word).is_file() || word.contains(".ndjson") || word.contains(".jsonl");
    is_file.then(|| tr!("slip-fetch-file", word))
}

/// What was meant by the name of an input that is not there. `arguments`: the whole command line.
pub fn of_input(tool: &str, name: &str, arguments: &[String]) -> Option<Message> {
    if let Some(tail) = name.strip_prefix('~').filter(|tail| tail.is_empty() || tail.starts_with('/')) {
        return Some(tr!("slip-tilde", name, tail));
    }
    // A name with blanks that the shell has cut.
    let joined = (2..=4).flat_map(|n| arguments.windows(n)).filter(|words| words.iter().any(|word| word == name));
    if let Some(whole) = joined.map(|words| words.join(" ")).find(|whole| Path::new(whole).exists()) {
        return Some(tr!("slip-blanks", name, whole));
    }
    if let Some((option, value)) = name.split_once('=') {
        let (_, command) = programs().into_iter().find(|(program, _)| *program == tool)?;
        return has(&command, option).then(|| tr!("slip-assignment", name, option, value));
    }
    if tool != "syn-convert" {
        return None;
    }
    let lower = name.to_lowercase();
    if let Some(format) = FORMATS.iter().find(|format| format.name == lower || format.aliases.contains(&&*lower)) {
        return Some(tr!("slip-format", name, format = format.name));
    }
    name.ends_with('/').then(|| tr!("slip-dest", name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_are_counted() {
        let command = crate::cli::convert::Args::command();
        for (line, meant) in [
            ("-to coco", Some("--to")),
            ("\u{2013}to coco", Some("--to")),
            ("\u{2014}split=0.8/0.2", Some("--split")),
            ("--to coco -v -vv -o out -", None),
            ("-nothing \u{2014}nothing \u{2014}", None),
            ("-- -to", None),
        ] {
            let said = of_dashes(&command, line.split(' ')).map(|said| said.to_string());
            assert_eq!(said.is_some(), meant.is_some(), "{line}: {said:?}");
            assert!(meant.is_none_or(|option| said.unwrap().contains(option)), "{line}");
        }
    }

    #[test]
    fn an_input_that_is_not_there_is_told_what_was_meant() {
        let folder = tempfile::tempdir().unwrap();
        let whole = folder.path().join("my rows.ndjson").display().to_string();
        std::fs::write(&whole, "").unwrap();
        let cut: Vec<String> = whole.split(' ').map(str::to_owned).collect();
        for (tool, name, meant) in [
            ("syn-filter", "~/rows.ndjson", Some("$HOME/rows.ndjson")),
            ("syn-filter", "class=person", Some("--class person")),
            ("syn-filter", "x=y", None),
            ("syn-filter", "coco", None),
            ("syn-convert", "COCO", Some("--to coco")),
            ("syn-convert", "out/", Some("syn-sink out/")),
            ("syn-convert", "missing.ndjson", None),
            ("syn-convert", &cut[0], Some("my rows.ndjson'")),
        ] {
            let said = of_input(tool, name, &cut).map(|said| said.to_string());
            assert_eq!(said.is_some(), meant.is_some(), "{tool} {name}: {said:?}");
            assert!(meant.is_none_or(|words| said.as_ref().unwrap().contains(words)), "{tool} {name}: {said:?}");
        }
    }

    #[cfg(feature = "net")]
    #[test]
    fn options_of_other_programs_are_known() {
        let said = |tool, option| of_another(tool, option).map(|said| said.to_string()).unwrap_or_default();
        assert!(said("syn-fetch", "--to").contains("syn-convert"));
        assert!(said("syn-convert", "--project <ID>").contains("syn-fetch"));
        assert!(said("syn-convert", "--overwrite").contains("syn-sink"));
        assert_eq!(said("syn-convert", "--nonsense"), "");
        assert!(of_command("42").unwrap().to_string().contains("--project 42"));
        assert!(of_command("list").is_none());
    }
}
