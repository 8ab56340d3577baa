//! `syn-convert`: item lines → file lines of a training-set format.

use std::process::ExitCode;
use synpipe::cli;

fn main() -> ExitCode {
    cli::main_typed("syn-convert", |args: &cli::convert::Args| &args.common, cli::convert::main)
}
