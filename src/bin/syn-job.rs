//! `syn-job`: exports as jobs of the platform or of its Ray cluster.

use std::process::ExitCode;

fn main() -> ExitCode {
    synpipe::cli::syn_job()
}
