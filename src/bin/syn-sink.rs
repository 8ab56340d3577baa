//! `syn-sink`: file lines to a dataset at a destination.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use synpipe::cli::sink::{Args, run};

fn main() -> ExitCode {
    synpipe::cli::main("syn-sink", |args: &Args| &args.common, run)
}
