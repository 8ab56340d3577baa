//! `syn-convert --check`: a finished dataset, judged by what its readers do with it.

use super::common::{Common, Console, LogFormat};
use super::unframed::Unframed;
use crate::check::finding::{Findings, Severity};
use crate::check::tree::Tree;
use crate::check::{Dataset, FORMATS};
use crate::exit::{Exit, Failure};
use crate::stream::{Kind, StreamError};
use std::path::Path;

/// The options that `--check` reads besides the common ones, without dashes.
pub const OPTIONS: [&str; 4] = ["check", "to", "allow-partial", "unframed"];

/// The formats that can be checked, by name: `coco, yolo`.
pub fn names() -> String {
    FORMATS.join(", ")
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
    unframed: Unframed,
    common: &Common,
    console: &Console,
) -> Result<Exit, Failure> {
    if let Some(name) = only.filter(|name| !FORMATS.contains(name)) {
        return Err(Failure::usage(format!("--check knows no rules of {name:?}, only of {}", names())));
    }
    let (mut tree, unread) = if what.as_os_str() == "-" {
        let (tree, came) = Tree::unpack(unframed.reader(&[], Kind::Files, common)?, allow_partial)?;
        unframed.tell(&came, Kind::Files, console);
        (tree, Vec::new())
    } else if unframed.unframed {
        return Err(Failure::usage("--unframed is for file lines on standard input (--check -)"));
    } else {
        Tree::open(what)?
    };
    tree.threads = common.threads();
    let mut findings = Findings::new(common.writer()?, common.log_format == LogFormat::Json);
    findings.unread = unread;
    let datasets = crate::check::check(&tree, only, &mut findings)?;
    if let (true, [reason, others @ ..]) = (datasets.is_empty(), &findings.unread[..]) {
        others.iter().for_each(|note| console.error(note));
        return Err(StreamError::Cut(reason.clone()).into());
    }
    findings.unread.iter().for_each(|note| console.error(note));
    let of = |severity| findings.of(severity);
    let counts: Vec<_> = findings.counts().iter().map(|(code, (_, n))| format!("{code} {n}")).collect();
    console.info(&format!(
        "checked {}: {} rejected, {} dropped, {} misread, {} advice{}{}",
        summary(&datasets),
        of(Severity::Rejected),
        of(Severity::Dropped),
        of(Severity::Misread),
        of(Severity::Advice),
        if counts.is_empty() { "" } else { ": " },
        counts.join(", ")
    ));
    Ok(if findings.any_loss() || !findings.unread.is_empty() { Exit::Input } else { Exit::Ok })
}

/// What was read, by format: `coco (2 datasets, 40 images, 300 annotations)`.
fn summary(datasets: &[Dataset]) -> String {
    let of = |format: &&str| {
        let those: Vec<&Dataset> = datasets.iter().filter(|d| d.format == *format).collect();
        let sum = |count: fn(&Dataset) -> u64| those.iter().map(|d| count(d)).sum::<u64>();
        let several = if those.len() > 1 { format!("{} datasets, ", those.len()) } else { String::new() };
        let (images, annotations) = (sum(|d| d.tally.images), sum(|d| d.tally.annotations));
        (!those.is_empty()).then(|| format!("{format} ({several}{images} images, {annotations} annotations)"))
    };
    FORMATS.iter().filter_map(of).collect::<Vec<_>>().join(", ")
}
