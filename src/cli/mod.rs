//! Command lines: the options of each binary, the options all share, and the way a run ends.
//!
//! Public for the binaries and the tests of this package alone.

mod advice;
#[cfg(test)]
mod advised;
mod ask;
mod check;
mod common;
#[cfg(feature = "net")]
mod connect;
pub mod convert;
#[cfg(feature = "net")]
mod fetch;
mod filter;
mod help;
#[cfg(feature = "net")]
mod job;
mod losses;
mod metrics;
#[cfg(feature = "net")]
mod network;
#[cfg(feature = "net")]
mod number;
mod progress;
mod reasons;
mod select;
mod settings;
mod shell;
mod signals;
#[cfg(feature = "net")]
mod sink;
mod size;
mod slips;
#[cfg(feature = "stores")]
mod stored;
mod unframed;
mod usage;
mod verbose;
mod wording;

use common::{Common, Console, Program};
use std::process::ExitCode;

/// The program `syn-fetch`.
#[cfg(feature = "net")]
pub fn syn_fetch() -> ExitCode {
    let streams = fetch::Fetch::streams;
    Program {
        tool: "syn-fetch",
        common: |args: &fetch::Fetch| &args.common,
        command: |command| command,
        inputs: |_| Vec::new(),
        streams,
        run: fetch::run,
    }
    .main()
}

/// The program `syn-job`.
#[cfg(feature = "net")]
pub fn syn_job() -> ExitCode {
    let run = |args, _: &[String], console: &Console| job::run(args, console);
    Program {
        tool: "syn-job",
        common: |args: &job::Args| &args.common,
        command: |command| command,
        inputs: |_| Vec::new(),
        streams: |_| false,
        run,
    }
    .main()
}

/// The program `syn-filter`.
pub fn syn_filter() -> ExitCode {
    let streams = |args: &filter::Args| !(args.bare || args.count || !args.count_by.is_empty());
    let run = |args, _: &[String], console: &Console| filter::run(args, console);
    Program {
        tool: "syn-filter",
        common: |args: &filter::Args| &args.common,
        command: |command| command,
        inputs: |args| args.files.clone(),
        streams,
        run,
    }
    .main()
}

/// The program `syn-convert`.
pub fn syn_convert() -> ExitCode {
    let streams = |args: &convert::Args| !(args.bare || args.dry_run || args.check.is_some());
    Program {
        tool: "syn-convert",
        common: |args: &convert::Args| &args.common,
        command: convert::grouped,
        inputs: |args| args.files.clone(),
        streams,
        run: convert::main,
    }
    .main()
}

/// The program `syn-sink`.
#[cfg(feature = "net")]
pub fn syn_sink() -> ExitCode {
    let run = |args, _: &[String], console: &Console| sink::run(args, console);
    Program {
        tool: "syn-sink",
        common: |args: &sink::Args| &args.common,
        command: |command| command,
        inputs: sink::Args::lists,
        streams: |_| false,
        run,
    }
    .main()
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
            #[cfg(feature = "net")]
            super::job::Args::command(),
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
