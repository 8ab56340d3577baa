//! Completion scripts: what a shell offers for the value of an option.

use crate::dm::Tool;
use crate::selection::words;
use clap::builder::{PossibleValuesParser, ValueHint};
use clap::{Arg, Command};
use clap_complete::{Shell, generate};

/// The script that teaches `shell` to complete `command`.
pub fn script(shell: Shell, command: Command, tool: &str) -> Vec<u8> {
    let mut script = Vec::new();
    generate(shell, &mut offering(command), tool, &mut script);
    script
}

/// The command with something to offer for each value: words, files, or nothing. A shell offers files where nothing is said.
fn offering(command: Command) -> Command {
    let command = command.mut_args(|arg| {
        let words = arg.get_long().map(words_of).unwrap_or_default();
        if !words.is_empty() {
            return arg.value_parser(PossibleValuesParser::new(words));
        }
        if !arg.get_action().takes_values() || !arg.get_possible_values().is_empty() {
            return arg;
        }
        let hint = if is_path(&arg) { ValueHint::FilePath } else { ValueHint::Other };
        arg.value_hint(hint)
    });
    command.mut_subcommands(offering)
}

/// Words that are offered for the value of an option which takes other text, too.
fn words_of(option: &str) -> Vec<&'static str> {
    const TOOLS: [Tool; 6] =
        [Tool::BoundingBox, Tool::Polygon, Tool::Polyline, Tool::Keypoint, Tool::Segmentation, Tool::Classification];
    match option {
        "status" => words::LABELLING.to_vec(),
        "review" => words::REVIEW.to_vec(),
        "tool" => TOOLS.iter().filter_map(|tool| tool.name()).collect(),
        "category" => vec!["train", "validation", "test"],
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
fn is_path(arg: &Arg) -> bool {
    let names = arg.get_value_names().unwrap_or_default();
    names.iter().any(|name| ["FILE", "DIR", "DEST"].iter().any(|word| name.contains(word)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::shell::tests::commands;

    #[test]
    fn a_shell_offers_files_only_for_files() {
        for command in commands() {
            let command = offering(command);
            for arg in command.get_arguments().filter(|arg| arg.get_action().takes_values()) {
                let (words, hint) = (arg.get_possible_values(), arg.get_value_hint());
                assert!(!words.is_empty() || hint != ValueHint::Unknown, "{arg}");
                assert_eq!(hint == ValueHint::FilePath, words.is_empty() && is_path(arg), "{arg}");
            }
        }
    }
}
