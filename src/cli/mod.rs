//! Command lines: the options of each binary, the options all share, and the way a run ends.

pub mod advice;
mod check;
pub mod common;
#[cfg(feature = "net")]
pub mod connect;
pub mod convert;
#[cfg(feature = "net")]
pub mod fetch;
pub mod filter;
mod select;
#[cfg(feature = "net")]
pub mod sink;
#[cfg(feature = "net")]
mod size;
pub mod usage;

pub use common::{Common, Console, main, main_typed};

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
