//! `syn-convert --check`: a finished dataset, judged by what its readers do with it.

use super::common::{Common, Console, LogFormat};
use crate::check::CHECKS;
use crate::check::finding::{Findings, Severity};
use crate::check::tree::Tree;
use crate::exit::{Exit, Failure};
use crate::stream::Reader;
use std::path::Path;

/// The options that `--check` reads besides the common ones, without dashes.
pub const OPTIONS: [&str; 3] = ["check", "to", "allow-partial"];

/// The formats that can be checked, by name: `coco, yolo`.
pub fn names() -> String {
    CHECKS.iter().map(|c| c.name()).collect::<Vec<_>>().join(", ")
}

/// Checks the dataset at `what` (`-`: file lines on standard input), whatever it holds or `only` the format of this name. Findings
/// go to the output, the summary to the console.
///
/// # Errors
/// A usage failure for a format without rules; that of the class of whatever cannot be read or written.
pub fn check(
    what: &Path,
    only: Option<&str>,
    allow_partial: bool,
    common: &Common,
    console: &Console,
) -> Result<Exit, Failure> {
    if let Some(name) = only.filter(|name| CHECKS.iter().all(|c| c.name() != *name)) {
        return Err(Failure::usage(format!("--check knows no rules of {name:?}, only of {}", names())));
    }
    let tree = if what.as_os_str() == "-" {
        Tree::unpack(Reader::open(&[], common.max_line_bytes), allow_partial)?
    } else {
        Tree::open(what)?
    };
    let mut findings = Findings::new(common.writer()?, common.log_format == LogFormat::Json);
    let formats = crate::check::check(&tree, only, &mut findings)?;
    for note in &findings.notes {
        console.warn(note);
    }
    let of = |severity| findings.of(severity);
    let counts: Vec<_> = findings.counts().iter().map(|(code, (_, n))| format!("{code} {n}")).collect();
    console.info(&format!(
        "checked {}: {} rejected, {} dropped, {} misread, {} advice{}{}",
        formats.join(", "),
        of(Severity::Rejected),
        of(Severity::Dropped),
        of(Severity::Misread),
        of(Severity::Advice),
        if counts.is_empty() { "" } else { ": " },
        counts.join(", ")
    ));
    Ok(if findings.any_loss() { Exit::Input } else { Exit::Ok })
}
