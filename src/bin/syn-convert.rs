//! `syn-convert`: item lines → file lines of a training-set format.

use std::process::ExitCode;

fn main() -> ExitCode {
    synpipe::cli::syn_convert()
}
