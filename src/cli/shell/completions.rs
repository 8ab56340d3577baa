//! Completion scripts: what teaches a shell to complete a program. Those of bash, zsh and fish ask the program itself (see
//! [`super::complete`]), so they have all values and never grow old; for other shells clap writes scripts of the words that are known.

use super::values::is_path;
use super::values::words_of;
use clap::Command;
use clap::builder::{PossibleValuesParser, ValueHint};
use clap_complete::{Shell, generate};

/// The script that teaches `shell` to complete `command`.
pub fn script(shell: Shell, command: Command, tool: &str) -> Vec<u8> {
    let asking = match shell {
        Shell::Bash => include_str!("syn.bash"),
        Shell::Zsh => include_str!("syn.zsh"),
        Shell::Fish => include_str!("syn.fish"),
        _ => {
            let mut script = Vec::new();
            generate(shell, &mut offering(command), tool, &mut script);
            return script;
        }
    };
    asking.replace("FUNCTION", &tool.replace('-', "_")).replace("TOOL", tool).into_bytes()
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
