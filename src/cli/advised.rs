//! Every option and every command that a message names exists: in the source of all messages, not in a list of them.

use clap::CommandFactory;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Options of other programs, and what only looks like an option.
const NOT_OURS: [&str; 7] = ["--help", "--version", "--long", "--seq", "--array", "--array-properties", "--tasks"];

/// The binaries, in the order of their stages.
const BINARIES: [&str; 5] = ["syn-fetch", "syn-filter", "syn-convert", "syn-sink", "syn-job"];

/// The options and the subcommands of a binary.
fn of(binary: &str) -> Option<(BTreeSet<String>, BTreeSet<String>)> {
    let command = match binary {
        "syn-filter" => super::filter::Args::command(),
        "syn-convert" => super::convert::Args::command(),
        #[cfg(feature = "net")]
        "syn-fetch" => super::fetch::Fetch::command(),
        #[cfg(feature = "net")]
        "syn-sink" => super::sink::Args::command(),
        #[cfg(feature = "net")]
        "syn-job" => super::job::Args::command(),
        _ => return None,
    };
    let aliases = |arg: &clap::Arg| arg.get_all_aliases().unwrap_or_default().into_iter().map(str::to_owned).collect();
    let names = |arg: &clap::Arg| -> Vec<String> {
        let mut names: Vec<String> = aliases(arg);
        names.extend(arg.get_long().map(str::to_owned));
        names
    };
    let of_subcommands = command.get_subcommands().flat_map(clap::Command::get_arguments);
    let options =
        command.get_arguments().chain(of_subcommands).flat_map(names).map(|name| format!("--{name}")).collect();
    let subcommands = command.get_subcommands().map(|c| c.get_name().to_owned()).collect();
    Some((options, subcommands))
}

/// The files of the package below a folder.
fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs" || e == "ftl")
            && !path.ends_with("tests.rs")
            && !path.ends_with("advised.rs")
        {
            out.push(path);
        }
    }
}

/// The text of a file but for its comments and its tests.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let comment = if path.extension().is_some_and(|e| e == "ftl") { "#" } else { "//" };
    text.lines().filter(|line| !line.trim_start().starts_with(comment)).collect::<Vec<_>>().join("\n")
}

/// The options named in a text.
fn options(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("--") {
        let before = text[..at].chars().next_back();
        if before.is_some_and(|c| c == '-' || c.is_alphanumeric()) {
            continue;
        }
        let name: String = text[at + 2..].chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect();
        // `--{option}` names whatever was typed, and `--no-` is a part of a word.
        if name.starts_with(|c: char| c.is_ascii_lowercase()) {
            found.push(format!("--{}", name.trim_end_matches('-')));
        }
    }
    found
}

/// The binary that a file of messages speaks for; none: it may be any.
fn speaker(path: &str) -> Option<&'static str> {
    ["fetch", "filter", "convert", "sink", "job"]
        .iter()
        .position(|stage| {
            [
                format!("/cli/{stage}/"),
                format!("/cli/{stage}.rs"),
                format!("/cli-{stage}.ftl"),
                format!("/words/en/{stage}.ftl"),
            ]
            .iter()
            .any(|of| path.contains(of))
        })
        .map(|at| BINARIES[at])
}

#[test]
fn every_option_and_command_that_a_message_names_exists() {
    let any: BTreeSet<String> = BINARIES.iter().filter_map(|b| of(b)).flat_map(|(options, _)| options).collect();
    let mut paths = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut paths);
    let (mut wrong, mut seen) = (BTreeSet::new(), 0);
    for path in paths {
        let (name, text) = (path.display().to_string(), code(&path));
        // Commands in backticks name their binary.
        let mut rest = String::new();
        for (i, part) in text.split('`').enumerate() {
            let words: Vec<&str> = part.split_whitespace().collect();
            let Some((options_there, subcommands)) = words.first().and_then(|word| of(word)).filter(|_| i % 2 == 1)
            else {
                rest.push_str(part);
                rest.push('`');
                continue;
            };
            // In a pipe each command is another's.
            for option in options(part.split(" | ").next().unwrap()) {
                seen += 1;
                if !options_there.contains(&option) {
                    wrong.insert(format!("{name}: `{part}`: {option}"));
                }
            }
            let word = words.get(1).filter(|word| {
                matches!(words[0], "syn-fetch" | "syn-job") && word.chars().all(|c| c.is_ascii_lowercase() || c == '-')
            });
            if let Some(word) = word.filter(|word| !word.starts_with('-') && !subcommands.contains(**word)) {
                wrong.insert(format!("{name}: `{part}`: no such subcommand: {word}"));
            }
        }
        let own = speaker(&name).and_then(of).map(|(options, _)| options);
        for option in options(&rest) {
            seen += 1;
            let known = any.contains(&option) || NOT_OURS.contains(&option.as_str());
            let own = own.as_ref().is_none_or(|own| own.contains(&option));
            if !known {
                wrong.insert(format!("{name}: {option}"));
            } else if !own && !NOT_OURS.contains(&option.as_str()) && !text.contains("Examples:") {
                wrong.insert(format!("{name}: {option} is no option of this binary: name its binary in backticks"));
            }
        }
    }
    assert!(seen > 100 || cfg!(not(feature = "net")), "the search found {seen} options only");
    if cfg!(feature = "net") {
        assert!(wrong.is_empty(), "{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
    }
}
