//! `syn-filter`: selects rows of an item stream.

use std::process::ExitCode;

fn main() -> ExitCode {
    synpipe::cli::syn_filter()
}
