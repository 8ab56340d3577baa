//! Command lines: the options of each binary, the options all share, and the way a run ends.
//!
//! Public for the binaries and the tests of this package alone.

mod advice;
mod check;
mod common;
#[cfg(feature = "net")]
mod connect;
pub mod convert;
#[cfg(feature = "net")]
mod fetch;
mod filter;
mod select;
#[cfg(feature = "net")]
mod sink;
#[cfg(feature = "net")]
mod size;
mod usage;

use common::{Common, Console, main, main_typed};
use std::process::ExitCode;

/// The program `syn-fetch`.
#[cfg(feature = "net")]
pub fn syn_fetch() -> ExitCode {
    main_typed("syn-fetch", |args: &fetch::Fetch| &args.common, fetch::run)
}

/// The program `syn-filter`.
pub fn syn_filter() -> ExitCode {
    main("syn-filter", |args: &filter::Args| &args.common, filter::run)
}

/// The program `syn-convert`.
pub fn syn_convert() -> ExitCode {
    main_typed("syn-convert", |args: &convert::Args| &args.common, convert::main)
}

/// The program `syn-sink`.
#[cfg(feature = "net")]
pub fn syn_sink() -> ExitCode {
    main("syn-sink", |args: &sink::Args| &args.common, sink::run)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    /// Longer lines would be broken in the middle of a command on a terminal of 80 columns.
    #[test]
    fn examples_fit_a_terminal() {
        let commands = [
            super::convert::Args::command(),
            super::filter::Args::command(),
            #[cfg(feature = "net")]
            super::fetch::Fetch::command(),
            #[cfg(feature = "net")]
            super::sink::Args::command(),
        ];
        for command in commands {
            let text = command.get_after_long_help().or(command.get_after_help()).unwrap().to_string();
            assert!(text.contains("Examples:") && text.contains("Exit codes:"), "{text}");
            for line in text.lines() {
                assert!(line.chars().count() < 80, "{}: {line}", command.get_name());
            }
        }
    }
}
