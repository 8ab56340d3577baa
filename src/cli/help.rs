//! The two forms of help: `-h` has the options that most runs need, `--help` all options and examples. Both have a line or a few for
//! each option, so that a group of them is seen at once.

use clap::{Arg, ArgAction, Command};
use std::ffi::OsStr;
use std::fmt::Write;

/// The option of the long form.
const LONG: &str = "--help";

/// The command as it shows its help: with `--help` among the arguments everything that `-h` leaves out is in it.
pub fn shaped<'a>(command: Command, mut arguments: impl Iterator<Item = &'a OsStr>) -> Command {
    if arguments.any(|argument| argument == LONG) { long(command) } else { command }
}

/// The command whose help has everything. clap's own long form has blank lines around each option and each value.
fn long(command: Command) -> Command {
    let after = command.get_after_long_help().cloned();
    let about = command.get_long_about().cloned();
    let mut command = command.mut_args(|arg| whole(arg.hide_short_help(false)));
    if let Some(after) = after {
        command = command.after_help(after);
    }
    if let Some(about) = about {
        command = command.about(about);
    }
    command
}

/// The option with its whole text, and a line for each value that has a text of its own.
fn whole(arg: Arg) -> Arg {
    if matches!(arg.get_action(), ArgAction::Help) {
        return arg.action(ArgAction::HelpShort);
    }
    let mut text = arg.get_long_help().or(arg.get_help()).map(ToString::to_string).unwrap_or_default();
    let values = arg.get_possible_values();
    if !arg.get_action().takes_values() || values.iter().all(|value| value.get_help().is_none()) {
        return arg.help(text);
    }
    let longest = values.iter().map(|value| value.get_name().len()).max().unwrap_or(0);
    for value in values.iter().filter(|value| !value.is_hide_set()) {
        let help = value.get_help().map(ToString::to_string).unwrap_or_default();
        let is_default = arg.get_default_values().iter().any(|default| default == value.get_name());
        let mark = if is_default { " [default]" } else { "" };
        let _ = write!(text, "\n{:longest$}  {help}{mark}", value.get_name());
    }
    arg.help(text).hide_possible_values(true).hide_default_value(true)
}
