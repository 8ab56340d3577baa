//! `syn-sink`: file lines to a dataset at a destination.

use std::process::ExitCode;

fn main() -> ExitCode {
    synpipe::cli::syn_sink()
}
