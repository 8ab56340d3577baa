//! `syn-filter`: selects rows of an item stream.

use std::process::ExitCode;
use synpipe::cli;

fn main() -> ExitCode {
    cli::main("syn-filter", |args: &cli::filter::Args| &args.common, cli::filter::run)
}
