//! `syn-fetch`: rows of a Synapse project as NDJSON.

use std::process::ExitCode;

fn main() -> ExitCode {
    synpipe::cli::syn_fetch()
}
