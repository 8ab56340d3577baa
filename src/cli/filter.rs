//! The command line of `syn-filter`.

mod describe;
mod summary;

use super::ask::command::Before;
use super::progress::{Shown, printing};
use super::select::Select;
use super::unframed::{Unframed, show_input};
use super::{Common, Console};
use crate::delimiter::Delimiter;
use crate::exit::{Exit, Failure};
use crate::filter;
use crate::filter::predicates::id::Ids;
use crate::filter::predicates::sample::Amount;
use crate::filter::{
    CountBy, Few, Form, Framed, Input, Inputs, Options, Order, OutputForm, Passes, Prefer, Rule, Selection, Style,
};
use crate::selection::List;
use crate::selection::field::FieldPath;
use crate::stream::Kind;
use crate::tr;
use crate::words::Size;
use clap::{Parser, ValueEnum};
use serde_json::json;
use std::io::IsTerminal;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

const ABOUT: &str = "Select rows of a Synapse item stream

Reads what `syn-fetch` writes (NDJSON; plain, gzip or zstd) and writes the wanted rows, byte for byte and in their order. \
Values of one option (a comma list, or the option repeated) are alternatives; different options must all fit. \
No match at all is a success; a class, tag, tool, user or category that nothing in the input has is not: it ends the run.";

const EXAMPLES: &str = "\
Examples:
  # only what review has accepted
  syn-fetch --project 42 | syn-filter --review completed |
    syn-convert --to coco | syn-sink
  # rows with a car or a bus, and with a box or a polygon
  syn-filter --class car,bus --tool bounding_box,polygon dump.ndjson.zst
  # how many rows of March have no annotations yet
  syn-filter --since 2026-03 --until 2026-03 --has-annotations=false -c \\
    dump.ndjson
  # who labelled how much of what in each month
  syn-filter --count-by user,class,created:month dump.ndjson > counts.csv
  # all rows but those listed, one id per line
  syn-filter --ids-from bad.txt --not dump.ndjson > good.ndjson
  # all dumps of a series of nights as one (docs/nightly.md)
  syn-filter --latest dumps/*.ndjson | syn-convert --to yolo | syn-sink out/
  # one row a task: reviewed before not, then the newest
  syn-filter --one-per task --prefer review=completed --prefer newest \\
    dump.ndjson
  # only the cars and buses of each row, and no row without one
  syn-filter --class car,bus --keep-class car,bus dump.ndjson
  # vans are cars, and no box is smaller than 8 pixels on a side
  syn-filter --rename van=car --min-size 8 dump.ndjson
  # 200 images of each class, in random order
  syn-filter --per-class 200 --shuffle --seed 7 dump.ndjson
  # a tenth of the rows, and the rest; with 500 in place of 0.1 just so many
  syn-filter --sample 0.1 --seed 7 dump.ndjson > val.ndjson
  syn-filter --sample 0.1 --seed 7 --not dump.ndjson > train.ndjson

Order of effects, whatever the order on the command line:
  1. --latest
  2. the selection, with --sample SHARE and --where; --not inverts it
  3. --one-per
  4. --sample N, then --per-class N; with --not the rows that they leave
  5. edits: annotations go, then classes get their new names; then --jq
  6. --shuffle or --order
  7. --limit
  8. --count, --count-by
Classes are counted by --per-class and --count-by as the edits leave them. An
edit takes no row away: a row without annotations stays, and a second
syn-filter with --min-annotations 1 drops it. With an annotation go its
geometry, its place in groups, a group that has no members left, and relations
that it is an end of; every other byte of the row stays as it was, and the
class list of the stream follows.

Exit codes:
  0  ok
  2  a mistake on the command line
  3  bad input, an input that was cut, or a name that nothing in it has
  6  the output could not be written
  7  finished, but bad lines were left out";

/// Order of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RowOrder {
    /// That of the input
    Input,
    /// Descending id
    Descending,
}

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
#[command(name = "syn-filter", version, about = ABOUT, max_term_width = 110, disable_help_flag = true)]
#[command(after_help = "All options and examples: syn-filter --help", after_long_help = EXAMPLES)]
pub struct Args {
    /// Input files; `-` or none: standard input
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// The options that `syn-fetch` has too.
    #[command(flatten)]
    pub select: Select,

    /// Of each id only the newest row, in any number of dumps: the one with the latest date, of equals the later in the input. It comes
    /// before all other options: a row whose newest version does not fit them is left out
    #[arg(long, help_heading = "Part of the rows")]
    pub latest: bool,
    /// Of each value of FIELD (task, data_unit, data_unit.meta.group) only one of the rows that the other options select; rows
    /// without it stay
    #[arg(long, value_name = "FIELD", help_heading = "Part of the rows")]
    pub one_per: Option<String>,
    /// Which one: review=completed, status=completed, FIELD=VALUE, newest, oldest; the first given that tells two rows apart decides,
    /// else the first in the input stays
    #[arg(long, value_name = "RULE", requires = "one_per", help_heading = "Part of the rows")]
    pub prefer: Vec<Prefer>,
    /// So many rows of each class, or all that have it: classes that few rows have come first, and a row that has several counts for each.
    /// Rows without a class stay out
    #[arg(long, value_name = "N", help_heading = "Part of the rows")]
    pub per_class: Option<NonZeroU64>,
    /// The rows that the selection does NOT want; with --sample N or --per-class N all rows but those
    #[arg(long, help_heading = "Part of the rows")]
    pub not: bool,
    /// What goes out of the rows.
    #[command(flatten)]
    pub edits: filter::edits::Args,
    /// A program that rows go through.
    #[cfg(feature = "jq")]
    #[command(flatten)]
    pub rewrite: filter::jq::Args,
    /// Order of the rows: as in the input, or by descending id as one stream, as syn-fetch writes them
    #[arg(long, value_name = "ORDER", default_value = "input", help_heading = "Output")]
    pub order: RowOrder,
    /// The rows of all streams as one, in random order; the same for the same input and --seed
    #[arg(long, help_heading = "Output")]
    pub shuffle: bool,
    /// Only the first N rows, in the order in which they come out
    #[arg(long, value_name = "N", help_heading = "Part of the rows")]
    pub limit: Option<u64>,

    /// Print only the number of rows selected
    #[arg(short, long, help_heading = "Output")]
    pub count: bool,
    /// Counts of the selected rows in place of the rows: a line for each combination of class, tool, size, user, status, review, tag,
    /// category, split, created, or any field of the row (data_unit.meta.video), and a total. Dates are counted by :day, :week, :month or
    /// :year (created: by day), areas by :size: small below 32² px², medium below 96², large (size: that of the annotation). A row with several users, tags or classes counts in the line of each, in the total once; objects are its annotations
    #[arg(long, value_name = "KEY,…", group = "told", help_heading = "Output")]
    pub count_by: Vec<List>,
    /// What is in the selected rows, on one screen: how many, from when, their classes, tools, sizes and people, and what is missing
    #[arg(long, conflicts_with_all = ["count", "count_by", "bare"], group = "told", help_heading = "Output")]
    pub describe: bool,
    /// How --count-by is written: without it a table on a terminal, else CSV; of --describe: json, else text
    #[arg(long, value_name = "FORM", requires = "told", help_heading = "Output")]
    pub form: Option<Form>,
    /// CSV that Excel opens by a double click, with Korean intact: with a byte order mark, lines end with CRLF
    #[arg(long, requires = "count_by", hide_short_help = true, help_heading = "Output")]
    pub excel: bool,
    /// What stands between the cells of CSV: , or ; (for an Excel of continental Europe) or | or tab [default: ,]
    #[arg(long, value_name = "CHARACTER", requires = "count_by", hide_short_help = true, help_heading = "Output")]
    pub delimiter: Option<Delimiter>,
    /// Rows only, no frame lines (`{"@stream": …}`)
    #[arg(long, conflicts_with = "count", help_heading = "Output")]
    pub bare: bool,

    /// What a bad line does
    #[arg(long, value_name = "ACTION", default_value = "stop", help_heading = "Damaged input", hide_short_help = true)]
    pub on_error: OnError,
    /// Accept a stream that was cut off as if it were whole
    #[arg(long, help_heading = "Damaged input", hide_short_help = true)]
    pub allow_partial: bool,
    /// Lines without frames.
    #[command(flatten)]
    pub unframed: Unframed,

    /// Print help (`-h`: in short)
    #[arg(short, long, action = clap::ArgAction::Help, help_heading = "Common options")]
    pub help: Option<bool>,
    /// Options of every binary.
    #[command(flatten)]
    pub common: Common,
}

/// Runs the filter.
///
/// # Errors
/// A mistake among the options, and whatever ends the run early.
pub fn run(mut args: Args, console: &Console) -> Result<Exit, Failure> {
    args.select.settle_shard(console)?;
    let stdin = [PathBuf::from("-")];
    args.common.refuse_overwriting(if args.files.is_empty() { &stdin } else { &args.files })?;
    let selection = selection(&args, console)?;
    let edits = args.edits.edits()?;
    let rewrite = rewrite(&args)?;
    if args.count && edits.is_some() && args.per_class.is_none() {
        return Err(Failure::usage(tr!("count-edited")));
    }
    let passes = passes(&args)?;
    let count_by = count_by(&args)?;
    let describe = describe(&args)?;
    let output = match (args.count || args.describe || count_by.is_some(), args.bare) {
        (true, _) => OutputForm::Count,
        (_, true) => OutputForm::Bare,
        _ => OutputForm::Stream,
    };
    let options = Options {
        selection,
        passes,
        edits,
        rewrite,
        order: order(&args)?,
        limit: args.limit,
        output,
        count_by,
        describe,
        pass_on: Before::passed_on,
        allow_partial: args.allow_partial,
        skip_bad: args.on_error == OnError::Skip,
        threads: args.common.threads(),
    };
    let (input, read, shown) = match options.passes.any() {
        true => {
            args.unframed.check(&args.files, console)?;
            let (kind, vouched, line_cap) = (Kind::Items, args.unframed.unframed, args.common.max_line_bytes);
            let inputs = Inputs::open(&args.files)?;
            let read = Arc::new(AtomicU64::new(inputs.bytes()));
            let so_far = read.clone();
            console.watch(move || json!({"bytes_read": so_far.load(Relaxed)}));
            (Input::Inputs(inputs, Framed { kind, vouched, line_cap }), read, Shown::default())
        }
        false => {
            let reader = args.unframed.reader(&args.files, Kind::Items, &args.common, console)?;
            let shown = show_input(&args.files, &reader, console);
            let read = reader.bytes_read();
            (Input::Reader(reader), read, shown)
        }
    };
    let _printing = (args.common.writes_stdout() && output != OutputForm::Count).then(printing);
    let summary = filter::run(input, args.common.writer()?, options, &mut |note| console.warn(note))?;
    drop(shown);
    args.unframed.tell(&summary.came, Kind::Items, console);
    let read = read.load(Relaxed);
    let mut fields = summary::fields(&summary);
    fields["bytes_read"] = read.into();
    summary::warnings(&summary.found).into_iter().for_each(|warning| console.warn(warning));
    let told = tr!("summary-convert", done = summary::words(&summary), read = Size(read), time = console.time());
    console.summary(told, fields);
    Ok(if summary.bad > 0 { Exit::Partial } else { Exit::Ok })
}

/// The program that rows go through.
#[cfg(feature = "jq")]
fn rewrite(args: &Args) -> Result<Option<filter::jq::Rewrite>, Failure> {
    let program = &args.select.predicates.program;
    if program.is_time_idle() && !args.rewrite.is_given() {
        return Err(Failure::usage(tr!("no-program")));
    }
    Ok(args.rewrite.rewrite(args.bare, program.limits()))
}

/// There are no programs in this build.
#[cfg(not(feature = "jq"))]
fn rewrite(_: &Args) -> Result<Option<filter::jq::Rewrite>, Failure> {
    Ok(None)
}

/// How a description is written, if one is asked for.
fn describe(args: &Args) -> Result<Option<filter::describe::Write>, Failure> {
    match (args.describe, args.form) {
        (true, Some(Form::Json)) => Ok(Some(describe::json)),
        (true, None | Some(Form::Table)) if args.common.is_read_by_people() => Ok(Some(describe::spoken)),
        (true, None | Some(Form::Table)) => Ok(Some(describe::text)),
        (true, Some(Form::Csv)) => Err(Failure::usage(tr!("describe-csv"))),
        (false, _) => Ok(None),
    }
}

/// What is counted, and how that is written.
fn count_by(args: &Args) -> Result<Option<(CountBy, Style)>, Failure> {
    if args.count_by.is_empty() {
        return Ok(None);
    }
    let why = match args {
        Args { count: true, .. } => Some(tr!("why-count")),
        Args { bare: true, .. } => Some(tr!("why-bare")),
        Args { order: RowOrder::Descending, .. } => Some(tr!("why-order")),
        Args { shuffle: true, .. } => Some(tr!("why-shuffle")),
        _ => None,
    };
    if let Some(why) = why {
        return Err(Failure::usage(tr!("count-by-not-with", why)));
    }
    let keys = CountBy::new(&List::all(&args.count_by)).map_err(|why| Failure::usage(tr!("count-by-why", why)))?;
    let at_terminal = args.common.output.is_none() && std::io::stdout().is_terminal();
    let of_csv = [("--excel", args.excel), ("--delimiter", args.delimiter.is_some())];
    let of_csv = of_csv.into_iter().find_map(|(option, given)| given.then_some(option));
    let form = args.form.unwrap_or(if at_terminal && of_csv.is_none() { Form::Table } else { Form::Csv });
    if let (Some(option), Form::Table | Form::Json) = (of_csv, form) {
        return Err(Failure::usage(tr!("only-csv", option)));
    }
    let style = Style { excel: args.excel, delimiter: args.delimiter.unwrap_or_default(), form };
    Ok(Some((keys, style)))
}

/// The options as one question.
fn selection(args: &Args, console: &Console) -> Result<Selection, Failure> {
    let select = &args.select;
    let mut all = select.question(&[])?;
    if !select.id.is_empty() || !select.ids_from.is_empty() {
        all = all.with(ids(args, console)?);
    }
    if let Some(shard) = select.shard() {
        all = all.with(shard.clone());
    }
    // Of rows that are chosen, the passes take all others.
    Ok(all.inverted(args.not && !chooses(args)))
}

/// Whether rows are chosen of all that are selected.
fn chooses(args: &Args) -> bool {
    matches!(args.select.predicates.sample.sample, Some(Amount::Rows(_))) || args.per_class.is_some()
}

/// What needs to read all rows before it is known which come out.
fn passes(args: &Args) -> Result<Passes, Failure> {
    let (sample, seed) = (&args.select.predicates.sample, args.select.predicates.sample.seed());
    let field = args.one_per.as_deref().map(FieldPath::new).transpose();
    let field = field.map_err(|why| Failure::usage(tr!("one-per-why", why)))?;
    if sample.seed.is_some() && sample.sample.is_none() && args.per_class.is_none() && !args.shuffle {
        return Err(Failure::usage(tr!("seed-alone")));
    }
    if args.not && args.one_per.is_some() && chooses(args) {
        return Err(Failure::usage(tr!("not-of-which")));
    }
    Ok(Passes {
        latest: args.latest.then_some(Rule::Latest),
        one_per: field.map(|field| Rule::one_per(field, &args.prefer)).transpose()?,
        sample: match sample.sample {
            Some(Amount::Rows(rows)) => Some(Few { rows, seed }),
            Some(Amount::Share(_)) | None => None,
        },
        per_class: args.per_class.map(|rows| Few { rows: rows.get(), seed }),
        rest: args.not,
    })
}

/// The order of the rows, when it is another than that of the input.
fn order(args: &Args) -> Result<Option<Order>, Failure> {
    match (args.order, args.shuffle) {
        (RowOrder::Descending, true) => Err(Failure::usage(tr!("two-orders"))),
        (_, true) if args.count => Err(Failure::usage(tr!("count-shuffled"))),
        (_, true) => Ok(Some(Order::Shuffled(args.select.predicates.sample.seed()))),
        (RowOrder::Descending, false) => Ok(Some(Order::Descending)),
        (RowOrder::Input, false) => Ok(None),
    }
}

fn ids(args: &Args, console: &Console) -> Result<Ids, Failure> {
    let mut ids = Ids::default();
    List::all(&args.select.id).iter().for_each(|id| ids.add(id));
    let stdin = [PathBuf::from("-")];
    let inputs = if args.files.is_empty() { &stdin } else { args.files.as_slice() };
    args.select.ids_in_files((&args.common, console), inputs, |_, id| ids.add(id))?;
    Ok(ids)
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
