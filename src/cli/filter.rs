//! The command line of `syn-filter`.

use super::{Common, Console};
use crate::exit::{Exit, Failure};
use crate::filter;
use crate::filter::category::Category;
use crate::filter::content::{Content, misspelt_tool};
use crate::filter::created;
use crate::filter::created::Created;
use crate::filter::id::Ids;
use crate::filter::sample::{Sample, Shard};
use crate::filter::status::{LABEL, REVIEW, Stage, Status};
use crate::filter::tag::{Tag, TaskTag};
use crate::filter::user::User;
use crate::filter::value::AnyOf;
use crate::filter::{Options, Output, Predicate, Selection, Summary};
use crate::stream::{Reader, StreamError};
use clap::builder::PossibleValuesParser;
use clap::{Parser, ValueEnum};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::path::{Path, PathBuf};

const ABOUT: &str = "Select rows of a Synapse item stream

Reads what `syn-fetch` writes (NDJSON; plain, gzip or zstd) and writes the rows wanted, byte for byte and in their order. \
Different options are combined with AND, repeated values of one option with OR. No match at all is a success.";

const EXAMPLES: &str = "\
Examples:
  # only what review has accepted
  syn-fetch --project 42 | syn-filter --status-review completed |
    syn-convert --to coco | syn-sink
  # rows with a car or a bus, and with a box or a polygon
  syn-filter --class car --class bus --tool bounding_box --tool polygon \\
    dump.ndjson.zst
  # how many rows of March have no annotations yet
  syn-filter --since 2026-03-01 --until 2026-04-01 \\
    --has-annotations=false -c dump.ndjson
  # all rows but those listed, one id per line
  syn-filter --ids-from bad.txt --not dump.ndjson > good.ndjson
  # a tenth of the rows, and the rest
  syn-filter --sample 0.1 --seed 7 dump.ndjson > val.ndjson
  syn-filter --sample 0.1 --seed 7 --not dump.ndjson > train.ndjson

Exit codes:
  0  ok
  2  a mistake on the command line
  3  bad input, or an input that was cut
  6  the output could not be written
  7  finished, but bad lines were left out";

/// What a bad line does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OnError {
    /// Ends the run, exit code 3
    Stop,
    /// Is reported and left out, exit code 7
    Skip,
}

/// The options of `syn-filter`.
#[derive(Debug, Parser)]
#[command(name = "syn-filter", version, about = ABOUT, after_help = EXAMPLES, max_term_width = 110, disable_help_flag = true)]
pub struct Args {
    /// Input files; `-` or none: standard input
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// Status of labelling or of review
    #[arg(long, value_name = "STATUS", value_parser = PossibleValuesParser::new(REVIEW), help_heading = "Rows")]
    pub status: Vec<String>,
    /// Status of labelling
    #[arg(long, value_name = "STATUS", value_parser = PossibleValuesParser::new(LABEL), help_heading = "Rows")]
    pub status_label: Vec<String>,
    /// Status of review
    #[arg(long, value_name = "STATUS", value_parser = PossibleValuesParser::new(REVIEW), help_heading = "Rows")]
    pub status_review: Vec<String>,
    /// Tag of the row, by id or name
    #[arg(long, value_name = "TAG", help_heading = "Rows")]
    pub tag: Vec<String>,
    /// Tag of the row's task, by id or name
    #[arg(long, value_name = "TAG", help_heading = "Rows")]
    pub task_tag: Vec<String>,
    /// Category: the row's own, else that of its data unit
    #[arg(long, value_name = "NAME", help_heading = "Rows")]
    pub category: Vec<String>,
    /// Who works on the row, by id, e-mail address or name
    #[arg(long, value_name = "USER", help_heading = "Rows")]
    pub user: Vec<String>,
    /// Id of the row
    #[arg(long, value_name = "ID", help_heading = "Rows")]
    pub id: Vec<String>,
    /// Ids listed in FILE, one per line or as JSON lines (ids, or rows with an id); adds to --id
    #[arg(long, value_name = "FILE", help_heading = "Rows")]
    pub ids_from: Vec<PathBuf>,
    /// Created at this time or later; any ISO form, local time unless it names a zone
    #[arg(long, value_name = "TIME", value_parser = moment, help_heading = "Rows")]
    pub since: Option<Timestamp>,
    /// Created before this time: `--until 2026-04-01` takes March and leaves April
    #[arg(long, value_name = "TIME", value_parser = moment, help_heading = "Rows")]
    pub until: Option<Timestamp>,

    /// At least one annotation of this class
    #[arg(long, value_name = "NAME", help_heading = "Annotations")]
    pub class: Vec<String>,
    /// At least one annotation made with this tool, such as bounding_box, polygon, keypoint
    #[arg(long, value_name = "TOOL", help_heading = "Annotations")]
    pub tool: Vec<String>,
    /// Any annotation at all (or, with =false, none)
    #[arg(
        long,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        help_heading = "Annotations"
    )]
    pub has_annotations: Option<bool>,

    /// This share of the rows, from 0 to 1, by a hash of the id: the same rows in any order
    #[arg(long, value_name = "SHARE", value_parser = Sample::parse_fraction, help_heading = "Part of the rows")]
    pub sample: Option<f64>,
    /// Another seed, another sample [default: 0]
    #[arg(long, value_name = "N", requires = "sample", help_heading = "Part of the rows")]
    pub seed: Option<u64>,
    /// Part I of N disjoint parts, 1/N to N/N, by a hash of the id
    #[arg(long, value_name = "I/N", value_parser = Shard::parse, help_heading = "Part of the rows")]
    pub shard: Option<Shard>,
    /// The rows that all options above together do NOT select
    #[arg(long, help_heading = "Part of the rows")]
    pub not: bool,
    /// Stop after N selected rows
    #[arg(long, value_name = "N", help_heading = "Part of the rows")]
    pub limit: Option<u64>,

    /// Print only the number of rows selected
    #[arg(short, long, help_heading = "Output")]
    pub count: bool,
    /// Rows only, no frame lines (`{"@stream": …}`)
    #[arg(long, conflicts_with = "count", help_heading = "Output")]
    pub bare: bool,

    /// What a bad line does
    #[arg(long, value_name = "ACTION", default_value = "stop", help_heading = "Damaged input")]
    pub on_error: OnError,
    /// Take a stream that was cut off for whole
    #[arg(long, help_heading = "Damaged input")]
    pub allow_partial: bool,

    /// Print help
    // One help, the compact one: the long form would spread these options over three screens.
    #[arg(short, long, action = clap::ArgAction::HelpShort)]
    pub help: Option<bool>,
    /// Options of every binary.
    #[command(flatten)]
    pub common: Common,
}

fn moment(text: &str) -> Result<Timestamp, String> {
    created::parse(text, &TimeZone::system())
}

/// Runs the filter.
///
/// # Errors
/// A mistake among the options, and whatever ends the run early.
pub fn run(args: Args, console: &Console) -> Result<Exit, Failure> {
    args.common.refuse_overwriting(&args.files)?;
    let selection = selection(&args, console)?;
    let output = match (args.count, args.bare) {
        (true, _) => Output::Count,
        (_, true) => Output::Bare,
        _ => Output::Stream,
    };
    let options = Options {
        selection,
        limit: args.limit,
        output,
        allow_partial: args.allow_partial,
        skip_bad: args.on_error == OnError::Skip,
        threads: args.common.threads(),
    };
    let reader = Reader::open(&args.files, args.common.max_line_bytes);
    let summary = filter::run(reader, args.common.writer()?, options, &mut |note| console.warn(note))?;
    console.info(&describe(summary));
    Ok(if summary.bad > 0 { Exit::Partial } else { Exit::Ok })
}

/// The options as one question, cheap ones first.
fn selection(args: &Args, console: &Console) -> Result<Selection, Failure> {
    let mut all: Vec<Box<dyn Predicate>> = Vec::new();
    let mut add = |values: &[String], predicate: &dyn Fn(AnyOf) -> Box<dyn Predicate>| {
        if !values.is_empty() {
            all.push(predicate(AnyOf::new(values.iter().cloned())));
        }
    };
    add(&args.status, &|v| Box::new(Status::new(Stage::Either, v)));
    add(&args.status_label, &|v| Box::new(Status::new(Stage::Label, v)));
    add(&args.status_review, &|v| Box::new(Status::new(Stage::Review, v)));
    add(&args.user, &|v| Box::new(User(v)));
    add(&args.tag, &|v| Box::new(Tag(v)));
    add(&args.task_tag, &|v| Box::new(TaskTag(v)));
    add(&args.category, &|v| Box::new(Category(v)));
    if let Some(period) = period(args)? {
        all.push(Box::new(period));
    }
    if !args.id.is_empty() || !args.ids_from.is_empty() {
        all.push(Box::new(ids(args)?));
    }
    if let Some(shard) = args.shard {
        all.push(Box::new(shard));
    }
    if let Some(share) = args.sample {
        all.push(Box::new(Sample::new(share, args.seed.unwrap_or(0))));
    }
    for tool in &args.tool {
        if let Some(meant) = misspelt_tool(tool) {
            console.warn(&format!("{tool:?} is no tool of the platform; did you mean {meant:?}?"));
        }
    }
    let content = Content::new(args.class.clone(), args.tool.clone(), args.has_annotations);
    Ok(Selection::new(all, content, args.not))
}

fn period(args: &Args) -> Result<Option<Created>, Failure> {
    match (args.since, args.until) {
        (None, None) => Ok(None),
        (Some(since), Some(until)) if since >= until => {
            Err(Failure::usage("--since is not before --until, so nothing can match"))
        }
        (since, until) => Ok(Some(Created::new(since, until, TimeZone::system()))),
    }
}

fn ids(args: &Args) -> Result<Ids, Failure> {
    let stdin = |path: &PathBuf| path == Path::new("-");
    if args.ids_from.iter().any(stdin) && (args.files.is_empty() || args.files.iter().any(stdin)) {
        return Err(Failure::usage("standard input cannot be both the ids (--ids-from -) and the rows: name a file"));
    }
    args.common.refuse_overwriting(&args.ids_from)?;
    let mut ids = Ids::default();
    for id in &args.id {
        ids.add(id);
    }
    for path in &args.ids_from {
        let file = Reader::open(std::slice::from_ref(path), args.common.max_line_bytes);
        ids.add_from(file).map_err(|e| match e {
            StreamError::Cut(reason) => Failure::new(Exit::Input, format!("{}: {reason}", path.display())),
            e => e.into(),
        })?;
    }
    Ok(ids)
}

fn describe(summary: Summary) -> String {
    let Summary { selected, lines, bad } = summary;
    let bad = if bad > 0 { format!("; bad lines skipped: {bad}") } else { String::new() };
    match lines {
        Some(lines) => format!("{selected} of {lines} items selected{bad}"),
        None => format!("{selected} selected, stopped there (--limit){bad}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }
}
