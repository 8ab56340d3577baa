//! `syn-fetch`: rows of a Synapse project as NDJSON.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use synpipe::cli;
use synpipe::cli::fetch;

fn main() -> ExitCode {
    cli::main_typed("syn-fetch", |args: &fetch::Fetch| &args.common, fetch::run)
}
