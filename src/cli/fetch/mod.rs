//! The command line of `syn-fetch`.

pub mod ask;
mod database;

use super::common::{Common, Console};
use super::connect::{Connect, Pace};
use super::progress;
use crate::api::catalog::Project;
use crate::api::query::Filters;
use crate::api::value::{day_after, is_whole_day};
use crate::api::{Client, Target};
use crate::exit::{Exit, Failure};
use crate::fetch;
use crate::fetch::api::ids;
use crate::fetch::api::plan::Plan;
use crate::fetch::api::shard::Shard;
use crate::fetch::discover::doctor;
use crate::fetch::discover::listing::Listing;
use crate::fetch::output::checkpoint::{Checkpoint, Resume};
use crate::fetch::output::progress::Watch;
use crate::fetch::output::resume as dump;
use crate::fetch::{FetchError, Report, Request};
use crate::stream::{StreamError, Writer};
use clap::{Args, Parser, Subcommand};
use jiff::tz::TimeZone;
use std::io::IsTerminal;
use std::path::PathBuf;
use tokio::runtime::Runtime;

const EXAMPLES: &str = "\
Examples:
  # a whole project as COCO
  syn-fetch --project 42 | syn-convert --to coco | syn-sink out/
  # tasks that review has accepted
  syn-fetch --project 42 --target task --review completed > tasks.ndjson
  # the training part of a ground-truth version
  syn-fetch --gt-version 15 --category train | zstd > truth.ndjson.zst
  # the first hundred new rows with one of two tags
  syn-fetch --project 42 --since 2026-01-01 --filter tags=3,5 --limit 100
  # a large export: safe to repeat until it is complete
  syn-fetch --project 42 -o dump.ndjson --resume
  # what is new since last night
  syn-fetch --project 42 --since-checkpoint --checkpoint nightly.json \\
    -o today.ndjson
  # from the database of an installation
  syn-fetch --project 42 \\
    --dsn 'postgres://reader@db.internal/synapse?sslmode=verify-full'
  # which projects there are
  syn-fetch projects

The token comes from SYNAPSE_ACCESS_TOKEN, --token-file, or the file that
`synapse login` writes. More on large exports: docs/fetch.md.

Exit codes:
  0  ok
  2  a mistake on the command line
  3  a row that cannot be used
  4  refused by the API
  5  a temporary failure, or rows are missing
  6  the output could not be written";

/// Fetch annotations of a Synapse project as NDJSON
#[derive(Debug, Parser)]
#[command(name = "syn-fetch", version, after_help = EXAMPLES, max_term_width = 120)]
#[command(disable_help_subcommand = true, disable_help_flag = true)]
pub struct Fetch {
    #[command(subcommand)]
    command: Option<Discover>,
    #[command(flatten)]
    scope: Scope,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    running: Running,
    #[command(flatten)]
    pace: Pace,
    #[command(flatten)]
    database: database::Database,
    #[command(flatten)]
    connect: Connect,
    /// Print help
    // One help, the compact one: the long form would spread these options over four screens.
    #[arg(short, long, global = true, action = clap::ArgAction::HelpShort, help_heading = "Common options")]
    help: Option<bool>,
    /// Options that every binary has.
    #[command(flatten)]
    pub common: Common,
}

#[derive(Debug, Subcommand)]
enum Discover {
    /// List the projects that can be read
    Projects,
    /// List the ground-truth datasets
    GtDatasets,
    /// List the versions of a ground-truth dataset (--gt-dataset)
    GtVersions,
    /// List the classes of a project, in the order of its schema (--project)
    Classes,
    /// Check host, token and access
    Doctor,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "What to fetch")]
struct Scope {
    /// Project to export
    #[arg(short, long, value_name = "ID", env = "SYNAPSE_PROJECT", global = true)]
    project: Option<String>,
    /// Ground-truth dataset version to export
    #[arg(long, value_name = "ID", env = "SYNAPSE_GT_VERSION", global = true)]
    gt_version: Option<String>,
    /// Ground-truth dataset, for `gt-versions`
    #[arg(long, value_name = "ID", global = true)]
    gt_dataset: Option<String>,
    /// Which rows [default: assignment, or ground_truth with --gt-version]
    #[arg(short, long, value_name = "TARGET")]
    target: Option<Target>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Selection (done by the server)")]
struct Selection {
    /// Labelling status: stand_by, in_progress, completed, skipped
    #[arg(long, visible_alias = "status-label", value_name = "STATUS")]
    status: Vec<String>,
    /// Review status: stand_by, in_progress, rejected, completed, skipped
    #[arg(long, visible_alias = "status-review", value_name = "STATUS")]
    review: Vec<String>,
    /// Labeller, by id
    #[arg(long, value_name = "ID")]
    user: Vec<String>,
    /// Reviewer, by id
    #[arg(long, value_name = "ID")]
    reviewer: Vec<String>,
    /// Group, by id
    #[arg(long, value_name = "ID")]
    group: Vec<String>,
    /// Workshop, by id
    #[arg(long, value_name = "ID")]
    workshop: Vec<String>,
    /// Stage, by id
    #[arg(long, value_name = "ID")]
    stage: Vec<String>,
    /// Task of an assignment or of a ground-truth event, by id
    #[arg(long, value_name = "ID")]
    task: Vec<String>,
    /// Tag of the row, by id
    #[arg(long, value_name = "ID")]
    tag: Vec<String>,
    /// Tag of an assignment's task, by id
    #[arg(long, value_name = "ID")]
    task_tag: Vec<String>,
    /// Only rows that were discarded, or only those that were not
    #[arg(long, value_name = "true|false")]
    discarded: Option<String>,
    /// Ground-truth category: train, validation, test
    #[arg(long, value_name = "NAME")]
    category: Vec<String>,
    /// Ground-truth class
    #[arg(long, value_name = "NAME")]
    class: Vec<String>,
    /// What the server's own search finds
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Created at or after this date or time
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Created before this time, or up to the end of this day
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
    /// Only this id
    #[arg(long, value_name = "ID", conflicts_with = "ids_from")]
    id: Vec<String>,
    /// Only the ids in FILE, however many (one a line, or NDJSON with `id`; `-` is standard input)
    #[arg(long, value_name = "FILE")]
    ids_from: Option<PathBuf>,
    /// Any filter of the server: KEY=VALUE or a JSON object; dates as 2026-01-31, with your time zone or with their own offset
    #[arg(short, long, value_name = "FILTER")]
    filter: Vec<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "How to fetch")]
struct Running {
    /// Stop after N rows
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// Order of the rows: descending id, or as they arrive (faster when payloads differ much in size)
    #[arg(long, value_name = "ORDER", default_value = "descending")]
    order: Order,
    /// Only part I of N, for running on several machines; I/N@B1,B2,… gives the bounds between the parts
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Remember in FILE how far the run came
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// Go on where an earlier run ended, with the same options; with -o FILE a torn last line is cut
    #[arg(long, conflicts_with = "since_checkpoint")]
    resume: bool,
    /// Only rows that are new or were labelled again since the run that wrote --checkpoint
    #[arg(long, requires = "checkpoint", conflicts_with_all = ["since", "until", "ids_from"])]
    since_checkpoint: bool,
    /// Compare all ids with the server's at the end
    #[arg(long)]
    verify: bool,
    /// Rows a page, or `auto`
    #[arg(long, value_name = "N", default_value = "auto", value_parser = page_size)]
    page_size: PageSize,
    /// Add the size of each image that the record does not tell, from the first bytes of the image
    #[arg(long)]
    dimensions: bool,
    /// Item lines only, without the begin and end frames
    #[arg(long)]
    bare: bool,
    /// Say what would be fetched, with a sample, and stop
    #[arg(long)]
    dry_run: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Order {
    Descending,
    Arrival,
}

#[derive(Clone, Copy, Debug)]
struct PageSize(Option<usize>);

fn page_size(text: &str) -> Result<PageSize, String> {
    match text {
        "auto" => Ok(PageSize(None)),
        _ => match text.parse() {
            Ok(n) if (1..=1000).contains(&n) => Ok(PageSize(Some(n))),
            _ => Err("expected auto, or a number from 1 to 1000".into()),
        },
    }
}

/// Runs `syn-fetch`.
///
/// # Errors
/// The failure that ends the run.
pub fn run(mut args: Fetch, console: &Console) -> Result<Exit, Failure> {
    // A variable that is set to nothing is not set.
    for id in [&mut args.scope.project, &mut args.scope.gt_version, &mut args.scope.gt_dataset] {
        *id = id.take().filter(|text| !text.is_empty());
    }
    let runtime = fetch::runtime(args.common.threads())?;
    if args.command.is_none() && args.database.is_given() {
        return database::run(&args, &runtime, console);
    }
    let client = args.connect.client(args.pace.limits(), console)?;
    if let Some(what) = &args.command {
        return discover(what, &args, &runtime, &client);
    }
    let mut request = args.request(|target| ask::scope(target, &runtime, &client))?;
    if args.running.dry_run {
        let plan = runtime.block_on(Plan::make(&client, &request))?;
        let told = runtime.block_on(fetch::sample(&client, &plan))?;
        let mut writer = args.common.writer()?;
        if args.at_terminal() {
            writer.put(fetch::sample_in_words(&told).as_bytes())?;
        } else {
            writer.line(told.to_string().as_bytes())?;
        }
        writer.finish()?;
        return Ok(Exit::Ok);
    }
    args.go_on(&mut request)?;
    write(&args, console, Some(client.clone()), &request, |open, watch| {
        fetch::run(&runtime, &client, &request, open, watch)
    })
}

/// Gives an export the output that was asked for, shows its progress, and says what came of it.
fn write(
    args: &Fetch,
    console: &Console,
    client: Option<Client>,
    request: &Request,
    run: impl FnOnce(&dyn Fn() -> Result<Writer, StreamError>, &Watch) -> Result<Report, FetchError>,
) -> Result<Exit, Failure> {
    let began = std::time::Instant::now();
    let open = || match (args.output_file(), &request.resume) {
        (Some(file), Some(resume)) => Writer::append(file, resume.bytes),
        _ => args.common.writer(),
    };
    let watch = Watch::default();
    let shown = progress::show(&watch, client, console);
    let done = run(&open, &watch);
    shown.end();
    let report = done?;
    report.notes.iter().for_each(|note| console.warn(note));
    console.info(&format!("{} in {:.1} s", report.rows, began.elapsed().as_secs_f64()));
    Ok(Exit::Ok)
}

fn discover(what: &Discover, args: &Fetch, runtime: &Runtime, client: &Client) -> Result<Exit, Failure> {
    let table = args.at_terminal();
    let listing = match what {
        Discover::Projects => Listing::projects(&runtime.block_on(client.projects())?),
        Discover::GtDatasets => Listing::datasets(&runtime.block_on(client.datasets())?),
        Discover::GtVersions => {
            let dataset = args.scope.gt_dataset.clone().map_or_else(|| ask::dataset(runtime, client), Ok)?;
            Listing::versions(&runtime.block_on(client.versions(&dataset))?)
        }
        Discover::Classes => Listing::classes(&args.class_project(runtime, client)?),
        Discover::Doctor => {
            let checks = runtime.block_on(doctor::examine(client));
            return Ok(doctor::write(&checks, table, args.common.writer()?)?);
        }
    };
    listing.write(table, args.common.writer()?)?;
    Ok(Exit::Ok)
}

impl Fetch {
    /// What the options ask for.
    fn request(&self, ask: impl FnOnce(Target) -> Result<String, Failure>) -> Result<Request, Failure> {
        let zone = TimeZone::system();
        let target = match (self.scope.target, &self.scope.project, &self.scope.gt_version) {
            (Some(target), _, _) => target,
            (None, None, Some(_)) => Target::GroundTruth,
            (None, _, _) => Target::Assignment,
        };
        let mut filters = Filters::default();
        for text in &self.selection.filter {
            filters.add_text(target, text, &zone)?;
        }
        let given = if target == Target::GroundTruth { &self.scope.gt_version } else { &self.scope.project };
        if let Some(id) = given {
            // The environment gives way to a filter that names the project.
            if filters.get(target.scope()).is_none_or(|named| named == id) || self.scope_is_typed(target) {
                filters.add(target, target.scope(), id, &zone)?;
            }
        } else if filters.get(target.scope()).is_none() {
            let id = ask(target)?;
            filters.add(target, target.scope(), &id, &zone)?;
        }
        self.selection.add(target, &mut filters, &zone)?;
        let ids = self.selection.ids_from.as_ref().map(ids::read).transpose()?.unwrap_or_default();
        Filters::check_ids(&ids, &zone)?;
        if !ids.is_empty() && filters.get("ids").is_some() {
            return Err(Failure::usage(
                "ids are given by --ids-from and by the filter `ids`: put all of them into the file",
            ));
        }
        let running = &self.running;
        Ok(Request {
            target,
            filters,
            ids,
            limit: running.limit,
            bare: running.bare,
            arrival: running.order == Order::Arrival,
            page_size: running.page_size.0,
            shard: running.shard.clone(),
            dimensions: running.dimensions,
            allow_private_urls: self.connect.allows_private_urls(),
            verify: running.verify,
            checkpoint: running.checkpoint.clone(),
            ..Request::default()
        })
    }

    /// What an earlier run left: what it wrote, and what it remembers.
    fn go_on(&self, request: &mut Request) -> Result<(), Failure> {
        let running = &self.running;
        let remembered = match &running.checkpoint {
            Some(path) if running.resume || running.since_checkpoint => Checkpoint::load(path)?,
            _ => None,
        };
        if running.since_checkpoint {
            request.since = match &remembered {
                Some(earlier) if earlier.complete => Some(earlier.clone()),
                Some(_) => {
                    return Err(Failure::usage(
                        "the run that wrote the checkpoint is not complete: finish it with --resume first",
                    ));
                }
                // The first of a series of nightly runs has nothing to compare with: it takes everything.
                None => None,
            };
        }
        if !running.resume {
            return Ok(());
        }
        if request.arrival {
            return Err(Failure::usage(
                "--resume needs the descending order: a run with --order arrival cannot be gone on with",
            ));
        }
        request.resume = match self.output_file() {
            Some(file) => dump::scan(file, remembered.as_ref())?,
            None if running.checkpoint.is_none() => {
                return Err(Failure::usage("--resume needs -o FILE or --checkpoint FILE"));
            }
            None => remembered.map(Resume::from),
        };
        // The bounds between the shards were chosen when the export began.
        let bounds = request.resume.as_ref().and_then(|r| r.identity.get("shard")?.get("bounds").cloned());
        if let (Some(shard), Some(bounds)) = (&mut request.shard, bounds.and_then(|b| serde_json::from_value(b).ok())) {
            shard.bounds = bounds;
        }
        Ok(())
    }

    fn output_file(&self) -> Option<&PathBuf> {
        self.common.output.as_ref().filter(|path| path.as_os_str() != "-")
    }

    /// Whether the project or version stands on the command line rather than in the environment.
    fn scope_is_typed(&self, target: Target) -> bool {
        let (variable, value) = match target {
            Target::GroundTruth => ("SYNAPSE_GT_VERSION", &self.scope.gt_version),
            _ => ("SYNAPSE_PROJECT", &self.scope.project),
        };
        std::env::var(variable).ok() != *value
    }

    fn class_project(&self, runtime: &Runtime, client: &Client) -> Result<Project, Failure> {
        let id = match (&self.scope.project, &self.scope.gt_version) {
            (Some(id), _) => id.clone(),
            (None, Some(id)) => {
                return runtime.block_on(client.version(id))?.project.ok_or_else(|| {
                    Failure::usage("this ground-truth version belongs to no project, so it has no class list")
                });
            }
            (None, None) => ask::scope(Target::Assignment, runtime, client)?,
        };
        Ok(runtime.block_on(client.project(&id))?)
    }

    /// Whether a person reads the output.
    fn at_terminal(&self) -> bool {
        self.common.output.is_none() && std::io::stdout().is_terminal()
    }
}

impl Selection {
    /// Adds the friendly options in the server's spelling for this target.
    fn add(&self, target: Target, filters: &mut Filters, zone: &TimeZone) -> Result<(), Failure> {
        let truth = target == Target::GroundTruth;
        // An option, the server's key for assignments, tasks and ground truth ("" = it has none), and what was given.
        let lists: [(&str, [&str; 3], &[String]); 15] = [
            ("--status", ["status_label", "status_label", ""], &self.status),
            ("--review", ["status_review", "status_review", ""], &self.review),
            ("--user", ["users", "labelers", ""], &self.user),
            ("--reviewer", ["reviewers", "reviewers", ""], &self.reviewer),
            ("--group", ["groups", "groups", ""], &self.group),
            ("--workshop", ["workshop", "workshops", ""], &self.workshop),
            ("--stage", ["stages", "stages", ""], &self.stage),
            ("--task", ["tasks", "", "task"], &self.task),
            ("--tag", ["tags", "tags", ""], &self.tag),
            ("--task-tag", ["task_tags", "tags", ""], &self.task_tag),
            ("--discarded", ["is_discarded", "is_discarded", ""], self.discarded.as_slice()),
            ("--category", ["", "", "category"], &self.category),
            ("--class", ["", "", "classes"], &self.class),
            ("--id", ["ids", "ids", "ids"], &self.id),
            ("--search", ["search", "search", "search"], self.search.as_slice()),
        ];
        for (option, keys, values) in lists {
            let key = keys[target as usize];
            if key.is_empty() && !values.is_empty() {
                return Err(Failure::usage(cannot_select(target, option)));
            }
            for value in values {
                filters.add(target, key, value, zone)?;
            }
        }
        if truth && (self.since.is_some() || self.until.is_some()) {
            return Err(Failure::usage(
                "the server cannot select ground truth by date: use `syn-filter --since/--until` after this stage",
            ));
        }
        if let Some(since) = &self.since {
            filters.add(target, "created__gte", since, zone)?;
        }
        if let Some(until) = &self.until {
            let until = if is_whole_day(until) {
                day_after(until, zone).map_err(Failure::usage)?.to_string()
            } else {
                until.clone()
            };
            filters.add(target, "created__lt", &until, zone)?;
        }
        Ok(())
    }
}

/// What to do about a selection that the server cannot make.
fn cannot_select(target: Target, option: &str) -> String {
    let target = target.word();
    // Options of syn-filter with the same name.
    match option {
        "--review" => format!(
            "the server cannot select target {target} by --review: use `syn-filter --status-review` after this stage"
        ),
        "--status" | "--user" | "--tag" | "--category" | "--class" => {
            format!("the server cannot select target {target} by {option}: use `syn-filter {option}` after this stage")
        }
        "--task" => format!("a row of target {target} is the task itself: select it with --id"),
        _ => format!("the server cannot select target {target} by {option}: use `syn-filter --where` after this stage"),
    }
}
