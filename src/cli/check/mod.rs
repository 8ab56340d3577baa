//! `syn-convert --check`: a finished dataset, judged by what its readers do with it.

mod gallery;
mod objects;
#[cfg(feature = "stores")]
mod store;

use super::common::{Common, Console, LogFormat};
use super::unframed::Unframed;
use crate::check::board::Board;
use crate::check::finding::{Findings, Severity};
use crate::check::report::{Form, Junit, Lines, Report, Sarif};
use crate::check::scratch::Scratch;
use crate::check::tree::Tree;
use crate::check::{Dataset, FORMATS};
use crate::convert::formats::gallery::args::Link;
use crate::exit::{Exit, Failure, UsageError};
use crate::stream::{Kind, StreamError, Writer};
use crate::text::number;
use crate::tr;
use crate::words::{Many, Message};
use gallery::{Dest, Gallery};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;

/// The options that `--check` reads besides the common ones, without dashes.
pub const OPTIONS: [&str; 9] =
    ["check", "to", "allow-partial", "unframed", "readers", "output-format", "max-findings", "gallery", "link"];

/// Options of a check.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(skip)]
pub struct CheckArgs {
    /// Only what these readers do counts: names as in the findings, separated by commas
    #[arg(
        long,
        value_name = "NAME,…",
        value_delimiter = ',',
        requires = "check",
        hide_short_help = true,
        help_heading = "Check"
    )]
    pub readers: Option<Vec<String>>,
    /// Form of the findings; --log-format json is json
    #[arg(long, value_name = "FORM", requires = "check", hide_short_help = true, help_heading = "Check")]
    pub output_format: Option<OutputFormat>,
    /// Findings of each rule that are written in text, or `all` [default: 20 on a terminal, else all]
    #[arg(long, value_name = "N|all", value_parser = most, requires = "check", hide_short_help = true, help_heading = "Check")]
    pub max_findings: Option<Most>,
    /// Show the findings on their pictures: a folder that any browser opens, or - for file lines (syn-sink --allow-file-refs)
    #[arg(long, value_name = "DEST", value_parser = gallery::dest, requires = "check", hide_short_help = true, help_heading = "Check")]
    pub gallery: Option<Dest>,
    /// Where the gallery finds pictures whose address the dataset has.
    #[arg(skip)]
    pub link: Link,
}

/// Forms of the findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum OutputFormat {
    /// A line each
    Text,
    /// A line of JSON each
    Json,
    /// SARIF 2.1.0
    Sarif,
    /// JUnit's XML, a test for each rule
    Junit,
}

/// How many findings of a rule are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Most(Option<u64>);

fn most(text: &str) -> Result<Most, UsageError> {
    match text {
        "all" => Ok(Most(None)),
        n => n.parse().map(|n| Most(Some(n))).map_err(|_| UsageError::new(tr!("max-findings-number"))),
    }
}

/// Findings of each rule on a terminal.
const ON_A_TERMINAL: u64 = 20;

impl CheckArgs {
    fn report(&self, common: &Common) -> Result<Box<dyn Report>, Failure> {
        let form = match (self.output_format, common.log_format) {
            (Some(form), _) => form,
            (None, LogFormat::Json) => OutputFormat::Json,
            (None, LogFormat::Text) => OutputFormat::Text,
        };
        let on_a_terminal = common.output.is_none() && std::io::stdout().is_terminal();
        if self.max_findings.is_some() && matches!(form, OutputFormat::Sarif | OutputFormat::Junit) {
            let message = tr!("max-findings-form");
            return Err(Failure::usage(message.to_owned()));
        }
        let text = if common.is_read_by_people() { Form::Spoken } else { Form::Text };
        let most = self.max_findings.unwrap_or(Most(on_a_terminal.then_some(ON_A_TERMINAL))).0;
        let out = match self.gallery {
            // The lines of the gallery are there.
            Some(Dest::Lines) if common.writes_stdout() => {
                if self.output_format.is_some() || self.max_findings.is_some() {
                    return Err(Failure::usage(tr!("check-gallery-stdout")));
                }
                Writer::to(Box::new(std::io::sink()))
            }
            _ => common.writer()?,
        };
        Ok(match form {
            OutputFormat::Text => Box::new(Lines::new(out, text, most)),
            OutputFormat::Json => Box::new(Lines::new(out, Form::Json, self.max_findings.and_then(|most| most.0))),
            OutputFormat::Sarif => Box::new(Sarif::new(out)),
            OutputFormat::Junit => Box::new(Junit::new(out)),
        })
    }

    fn refuse_unknown_readers(&self) -> Result<(), Failure> {
        let known = crate::check::readers();
        let given = self.readers.iter().flatten();
        match given.into_iter().find(|name| !known.iter().any(|reader| reader.eq_ignore_ascii_case(name))) {
            Some(name) => Err(Failure::usage(tr!("readers-unknown", name = ?name, known = known.join(", ")))),
            None => Ok(()),
        }
    }
}

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
    args: &CheckArgs,
    common: &Common,
    console: &Console,
) -> Result<Exit, Failure> {
    if let Some(name) = only.filter(|name| !FORMATS.contains(name)) {
        return Err(Failure::usage(tr!("check-no-rules", name = ?name, known = names())));
    }
    args.refuse_unknown_readers()?;
    let scratch = Arc::new(Scratch::default());
    let gallery = args.gallery.as_ref().map(|dest| Gallery::begin(dest, &scratch)).transpose()?;
    #[cfg(feature = "net")]
    remove_when_stopped(&scratch)?;
    let (mut tree, unread) = if what.as_os_str() == "-" {
        let (tree, came) = Tree::unpack(unframed.reader(&[], Kind::Files, common, console)?, allow_partial, &scratch)?;
        unframed.tell(&came, Kind::Files, console);
        (tree, Vec::new())
    } else if unframed.unframed {
        return Err(Failure::usage(tr!("check-unframed")));
    } else {
        open(what, &scratch, console)?
    };
    tree.threads = common.threads();
    let mut findings = Findings::new(args.report(common)?, args.readers.as_deref());
    findings.unread = unread;
    findings.board = gallery.as_ref().map(|_| Board::new()).transpose()?;
    let datasets = crate::check::check(&tree, only, &mut findings)?;
    if let (true, [reason, others @ ..]) = (datasets.is_empty(), &findings.unread[..]) {
        others.iter().for_each(|note| console.error(note));
        return Err(StreamError::Cut(reason.into()).into());
    }
    findings.unread.iter().for_each(|note| console.error(note));
    if let (Some(gallery), Some(board)) = (gallery, findings.board.take()) {
        gallery.write(board, args.link, (&tree, &datasets, findings.counts()), console)?;
    }
    let counts: Vec<_> = findings.counts().iter().map(|(code, (_, n))| format!("{code} {}", number(*n))).collect();
    let severities = [Severity::Rejected, Severity::Dropped, Severity::Misread, Severity::Advice];
    let [rejected, dropped, misread, advice] = severities.map(|severity| findings.of(severity));
    let found = [
        (rejected > 0).then(|| tr!("check-rejected", n = Many(rejected))),
        (dropped > 0).then(|| tr!("check-dropped", n = Many(dropped))),
        (misread > 0).then(|| tr!("check-misread", n = Many(misread))),
        (advice > 0).then(|| tr!("check-advice", n = Many(advice))),
    ];
    let found = match Message::list(found.into_iter().flatten(), ", ") {
        nothing if nothing.is_empty() => tr!("check-nothing"),
        found => tr!("check-found", found, counts = counts.join(", ")),
    };
    let message = tr!("check-done", datasets = summary(&datasets), found, time = console.time());
    let rules: BTreeMap<_, _> = findings.counts().iter().map(|(code, (_, n))| (*code, *n)).collect();
    let sum = |count: fn(&Dataset) -> u64| datasets.iter().map(count).sum::<u64>();
    let (images, annotations) = (sum(|d| d.tally.images), sum(|d| d.tally.annotations));
    let numbers = json!({
        "datasets": datasets.len(), "images": images, "annotations": annotations, "rejected": rejected, "dropped": dropped,
        "misread": misread, "advice": advice, "rules": rules, "unread": findings.unread.len(),
        "objects": objects::numbers(&datasets),
    });
    if console.progress() || console.is_verbose() {
        console.block(&objects::tables(&datasets));
    }
    console.summary(&message, numbers);
    Ok(if findings.any_loss() || !findings.unread.is_empty() { Exit::Input } else { Exit::Ok })
}

/// Removes what is temporary when a signal ends the check.
#[cfg(feature = "net")]
fn remove_when_stopped(scratch: &Arc<Scratch>) -> Result<(), Failure> {
    let failed = |e: std::io::Error| Failure::new(Exit::Other, tr!("no-signals", reason = e));
    let (stop, scratch) = (super::signals::ending().map_err(failed)?, scratch.clone());
    let watch = move || {
        if let Ok(exit) = stop.recv() {
            scratch.close();
            std::process::exit(exit.code().into());
        }
    };
    std::thread::Builder::new().name("stop".into()).spawn(watch).map(drop).map_err(failed)
}

/// The dataset at a path, or in a store.
#[cfg_attr(not(feature = "stores"), expect(unused_variables))]
fn open(what: &Path, scratch: &Scratch, console: &Console) -> Result<(Tree, Vec<Message>), Failure> {
    let address = what.to_str().filter(|text| text.contains("://") && !what.exists());
    match address {
        #[cfg(feature = "stores")]
        Some(address) => store::open(address, scratch, console),
        #[cfg(not(feature = "stores"))]
        Some(address) => {
            let message = tr!("check-no-stores", address);
            Err(Failure::usage(message))
        }
        None => Ok(Tree::open(what, scratch)?),
    }
}

/// What was read, by format: `coco (2 datasets, 40 images, 300 annotations)`.
fn summary(datasets: &[Dataset]) -> Message {
    let of = |format: &&str| {
        let those: Vec<&Dataset> = datasets.iter().filter(|d| d.format == *format).collect();
        let sum = |count: fn(&Dataset) -> u64| those.iter().map(|d| count(d)).sum::<u64>();
        let (images, annotations) = (Many(sum(|d| d.tally.images)), Many(sum(|d| d.tally.annotations)));
        match those.len() {
            0 => None,
            1 => Some(tr!("check-of", format, images, annotations)),
            n => Some(tr!("check-of-several", format, n, images, annotations)),
        }
    };
    Message::list(FORMATS.iter().filter_map(of), ", ")
}
