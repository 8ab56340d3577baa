//! The options of `syn-fetch`, and the request that they make.

#[cfg(feature = "postgres")]
use super::database::Database;
use super::dump::Dumps;
use super::selection;
use crate::api::Target;
use crate::api::filters::Filters;
use crate::cli::ask::Asking;
use crate::cli::common::{Common, Console};
use crate::cli::connect::{Connect, Pace};
use crate::cli::select::Select;
use crate::exit::{Advice, Exit, Failure, UsageError};
use crate::fetch::Request;
use crate::fetch::output::resume as dump;
use crate::fetch::output::state::State;
use crate::selection::List;
use crate::selection::shard::MOST as MOST_SHARDS;
use crate::stream::checkpoint::Series;
use crate::stream::whole_file::Place;
use crate::stream::writer::Compression;
use crate::tr;
use crate::words::Message;
use clap::{Args, Command, Parser, Subcommand};
use indexmap::IndexSet;
use jiff::tz::TimeZone;
use std::io::IsTerminal;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  # a whole project as COCO
  syn-fetch --project 42 | syn-convert --to coco | syn-sink out/
  # tasks that review has accepted
  syn-fetch --project 42 --target task --review completed > tasks.ndjson
  # the training part of a ground-truth version
  syn-fetch --gt-version 15 --category train | zstd > truth.ndjson.zst
  # the first hundred rows since January with one of two tags
  syn-fetch --project 42 --since 2026-01 --tag 3,5 --limit 100
  # a large export: safe to repeat until it is complete
  syn-fetch --project 42 -o dump.ndjson --resume
  # what has changed since the last time (docs/nightly.md)
  syn-fetch --project 42 --checkpoint roads.json \\
    -o $(date -u +%Y%m%dT%H%M%SZ).ndjson
  # on three machines; then their dumps as one stream (docs/fetch.md)
  bounds=$(syn-fetch --project 42 --shard-bounds 3)
  syn-fetch --project 42 --shard 1/3@$bounds -o part-1.ndjson.zst
  syn-fetch --dump 's3://run/part-*.ndjson.zst' | syn-convert --to coco
  # from the database of an installation
  syn-fetch --project 42 \\
    --dsn 'postgres://reader@db.internal/synapse?sslmode=verify-full'
  # host and token, once; is everything in order? which projects are there?
  syn-fetch login
  syn-fetch doctor
  syn-fetch projects

The token comes from --token-file, SYNAPSE_ACCESS_TOKEN, or the file that
`syn-fetch login` and `synapse login` write. More: docs/fetch.md.

Exit codes:
  0  ok
  2  a mistake on the command line
  3  a row or a dump that cannot be used
  4  refused by the API, or by a store
  5  a temporary failure, or rows are missing
  6  the output could not be written";

/// Fetch annotations of a Synapse project as NDJSON
#[derive(Debug, Parser)]
#[command(name = "syn-fetch", version, max_term_width = 110, disable_help_subcommand = true, disable_help_flag = true)]
#[command(after_help = "All options and examples: syn-fetch --help", after_long_help = EXAMPLES)]
pub struct Fetch {
    #[command(subcommand)]
    pub(super) command: Option<Discover>,
    #[command(flatten)]
    pub(super) scope: Scope,
    #[command(flatten)]
    pub(super) select: Select,
    #[command(flatten)]
    pub(super) server_select: ServerSelect,
    #[command(flatten)]
    pub(super) running: Running,
    #[command(flatten)]
    pub(super) pace: Pace,
    #[cfg(feature = "postgres")]
    #[command(flatten)]
    pub(super) database: Database,
    #[command(flatten)]
    pub(super) dumps: Dumps,
    #[command(flatten)]
    pub(super) connect: Connect,
    /// Whether questions are asked.
    #[command(flatten)]
    pub(super) asking: Asking,
    /// Print help (`-h`: in short)
    #[arg(short, long, global = true, action = clap::ArgAction::Help, help_heading = "Common options")]
    help: Option<bool>,
    /// Options that every binary has.
    #[command(flatten)]
    pub common: Common,
}

/// What there is, instead of an export.
#[derive(Clone, Debug, Subcommand)]
pub(super) enum Discover {
    /// Check host and token, and save them for all further runs (--profile)
    Login,
    /// List the projects that can be read
    Projects,
    /// Describe a project: its classes by tool, and how many rows have which status
    Project {
        // Another name than that of the option, which would be hidden.
        /// The project, by id or title [env: SYNAPSE_PROJECT]
        #[arg(value_name = "PROJECT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
        which: Option<String>,
    },
    /// List the ground-truth datasets
    GtDatasets,
    /// List the versions of a ground-truth dataset (--gt-dataset)
    GtVersions,
    /// List the classes of a project, in the order of its schema (--project)
    Classes,
    /// List the people of the workspace: what --user and --reviewer take
    Users,
    /// List the tags, of a project with --project: what --tag and --task-tag take
    Tags,
    /// List the data collections: what --data-collection takes
    DataCollections,
    /// List the data units of a collection (--data-collection, --project), newest first, with their names and `meta`
    DataUnits,
    /// List the storages: what `syn-sink --storage` takes
    Storages,
    /// Check host, proxy, certificate, clock, token, tenant, project (--project), storage (--storage) and disk
    Doctor,
}

impl Discover {
    /// Its name on the command line.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Projects => "projects",
            Self::Project { .. } => "project",
            Self::DataCollections => "data-collections",
            Self::DataUnits => "data-units",
            Self::GtDatasets => "gt-datasets",
            Self::GtVersions => "gt-versions",
            Self::Classes => "classes",
            Self::Users => "users",
            Self::Tags => "tags",
            Self::Storages => "storages",
            Self::Doctor => "doctor",
        }
    }
}

#[derive(Debug, Args)]
#[command(next_help_heading = "What to fetch")]
pub(super) struct Scope {
    /// Project to export, by id or title
    #[arg(short, long, value_name = "PROJECT", env = "SYNAPSE_PROJECT", global = true)]
    pub(super) project: Option<String>,
    /// Ground-truth dataset version to export
    #[arg(long, value_name = "ID", env = "SYNAPSE_GT_VERSION", global = true)]
    pub(super) gt_version: Option<String>,
    /// Ground-truth dataset, for `gt-versions`
    #[arg(long, value_name = "ID", global = true)]
    pub(super) gt_dataset: Option<String>,
    /// Data collection, by id or name, for `data-units`
    #[arg(long, value_name = "COLLECTION", global = true)]
    pub(super) data_collection: Option<String>,
    /// Storage of the platform, for `doctor`
    #[arg(long, value_name = "ID", global = true)]
    pub(super) storage: Option<u64>,
    /// Which rows [default: assignment, or ground_truth with --gt-version]
    #[arg(short, long, value_name = "TARGET")]
    pub(super) target: Option<Target>,
}

/// What only the server can select by.
#[derive(Debug, Args)]
#[command(next_help_heading = "Selection")]
pub(super) struct ServerSelect {
    /// Reviewer, by id, e-mail address or name
    #[arg(long, value_name = "USER", hide_short_help = true)]
    pub(super) reviewer: Vec<List>,
    /// Group, by id
    #[arg(long, value_name = "ID", hide_short_help = true)]
    pub(super) group: Vec<String>,
    /// Workshop, by id
    #[arg(long, value_name = "ID", hide_short_help = true)]
    pub(super) workshop: Vec<String>,
    /// Stage, by id
    #[arg(long, value_name = "ID", hide_short_help = true)]
    pub(super) stage: Vec<String>,
    /// Task of an assignment or of a ground-truth event, by id
    #[arg(long, value_name = "ID", hide_short_help = true)]
    pub(super) task: Vec<String>,
    /// Only rows that were discarded, or only those that were not
    #[arg(long, value_name = "true|false", hide_short_help = true)]
    pub(super) discarded: Option<String>,
    /// What the server's own search finds
    #[arg(long, value_name = "TEXT", hide_short_help = true)]
    pub(super) search: Option<String>,
    /// Any filter of the server: KEY=VALUE, or a JSON object; docs/fetch.md lists the keys
    #[arg(short, long, value_name = "FILTER")]
    pub(super) filter: Vec<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "How to fetch")]
pub(super) struct Running {
    /// Stop after N rows, or entries of a list
    #[arg(long, value_name = "N", global = true)]
    pub(super) limit: Option<u64>,
    /// Order of the rows: descending id, or as they arrive (faster when payloads differ much in size)
    #[arg(long, value_name = "ORDER", default_value = "descending", hide_short_help = true)]
    pub(super) order: Order,
    /// Only rows that are new or have changed since the position in FILE; all, when there is no FILE. With -o the position moves when
    /// the dump is whole; in a pipe, `syn-sink --checkpoint FILE` moves it when the dataset is published
    #[arg(long, value_name = "FILE", conflicts_with_all = ["since", "until", "ids_from"])]
    pub(super) checkpoint: Option<PathBuf>,
    /// Continue the dump of -o FILE where an earlier run with the same options ended
    #[arg(long)]
    pub(super) resume: bool,
    /// Compare all ids with the server's at the end
    #[arg(long, hide_short_help = true)]
    pub(super) verify: bool,
    /// Rows a page, or `auto`
    #[arg(long, value_name = "N", default_value = "auto", value_parser = page_size, hide_short_help = true)]
    pub(super) page_size: PageSize,
    /// Add the size of each image whose row lacks it, read from the first bytes of the image
    #[arg(long)]
    dimensions: bool,
    /// Only the ids of the rows, by few and small requests: what the server still has, for `syn-filter --ids-from`
    #[arg(long, conflicts_with_all = ["checkpoint", "dimensions"])]
    pub(super) ids_only: bool,
    /// Item lines only, without the begin and end frames
    #[arg(long)]
    pub(super) bare: bool,
    /// Print what would be fetched, with a sample of the rows, and stop
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Print the ids that divide the export into N parts, for --shard I/N@B1,B2,… of each of them, and stop
    #[arg(
        long,
        value_name = "N",
        value_parser = clap::value_parser!(u16).range(1..=MOST_SHARDS as i64),
        conflicts_with_all = ["shard", "dry_run", "resume", "checkpoint"]
    )]
    pub(super) shard_bounds: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Order {
    Descending,
    Arrival,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct PageSize(pub Option<usize>);

fn page_size(text: &str) -> Result<PageSize, UsageError> {
    match text {
        "auto" => Ok(PageSize(None)),
        _ => match text.parse() {
            Ok(n) if (1..=1000).contains(&n) => Ok(PageSize(Some(n))),
            _ => Err(UsageError::new(tr!("page-size"))),
        },
    }
}

impl Fetch {
    /// Whether the output is a stream with frames.
    pub fn streams(&self) -> bool {
        self.command.is_none() && !(self.running.bare || self.running.dry_run || self.running.shard_bounds.is_some())
    }

    /// The options that choose what is fetched, without dashes.
    pub(super) fn choosing() -> Vec<String> {
        let command = ServerSelect::augment_args(Select::augment_args(Scope::augment_args(Command::new(""))));
        let of_running = ["limit", "checkpoint", "resume", "ids-only"].map(str::to_owned);
        command.get_arguments().filter_map(|a| a.get_long().map(str::to_owned)).chain(of_running).collect()
    }

    /// What the options ask for. `typed` are the options on the command line, without dashes.
    ///
    /// # Errors
    /// A usage failure for what cannot be asked; that of `lacking` when neither a project nor a version is given.
    pub(super) fn request(
        &self,
        typed: &[String],
        console: &Console,
        lacking: impl FnOnce(Target) -> Failure,
    ) -> Result<Request, Failure> {
        let zone = TimeZone::system();
        let target = match (self.scope.target, &self.scope.project, &self.scope.gt_version) {
            (Some(target), _, _) => target,
            (None, None, Some(_)) => Target::GroundTruth,
            (None, _, _) => Target::Assignment,
        };
        let mut filters = Filters::default();
        for text in &self.server_select.filter {
            filters.add_text(target, text, &zone)?;
        }
        let (option, given) = match target {
            Target::GroundTruth => ("gt-version", &self.scope.gt_version),
            _ => ("project", &self.scope.project),
        };
        if let Some(id) = given {
            // The environment gives way to a filter that names the project.
            if filters.get(target.scope()).is_none() || typed.iter().any(|name| name == option) {
                filters.add(target, target.scope(), id, &zone)?;
            }
        } else if filters.get(target.scope()).is_none() {
            return Err(lacking(target));
        }
        let choose = selection::divide(self, target, &mut filters, &zone)?;
        let ids = self.ids(console)?;
        Filters::check_ids(&ids, &zone)?;
        if !ids.is_empty() && filters.get("ids").is_some() {
            return Err(Failure::usage(tr!("ids-twice")));
        }
        let running = &self.running;
        Ok(Request {
            series: self.series(target)?,
            target,
            filters,
            ids,
            limit: running.limit,
            bare: running.bare,
            ids_only: running.ids_only,
            arrival: running.order == Order::Arrival,
            page_size: running.page_size.0,
            shard: self.select.shard().cloned(),
            choose,
            dimensions: running.dimensions,
            allow_private_urls: self.connect.allows_private_urls(),
            verify: running.verify,
            ..Request::default()
        })
    }

    /// What an earlier run left of the dump of `-o`.
    ///
    /// # Errors
    /// A usage failure when there is nothing to continue from, or when it is that of another export; an output failure when the dump
    /// would replace another increment.
    pub(super) fn continue_from(&self, request: &mut Request) -> Result<(), Failure> {
        let running = &self.running;
        if let Some(choose) = request.choose.as_ref().filter(|_| running.ids_only) {
            return Err(Failure::usage(tr!("ids-only-asks", options = choose.options())));
        }
        let file = self.output_file();
        // What a dump does not hold: the cursor of a list that has no ranges of ids, and all if it has no frames.
        request.state = file.filter(|_| running.bare || request.target == Target::GroundTruth).map(|f| State::path(f));
        if running.resume {
            if let Some(choose) = &request.choose {
                return Err(Failure::usage(tr!("resume-chosen", options = choose.options())));
            }
            if request.arrival {
                return Err(Failure::usage(tr!("resume-order")));
            }
            let Some(file) = file else {
                return Err(Failure::usage(tr!("resume-no-file")));
            };
            if Compression::of(file).is_ok_and(|form| form != Compression::None) {
                return Err(Failure::usage(tr!("resume-compressed")));
            }
            // The rows of an increment come in several lists, whose place a dump does not show; it is fetched anew.
            request.resume = dump::find(file, request.changed_since().is_none())?;
        }
        if let (Some(file), Some(_), None) = (file, &request.series, &request.resume)
            && file.is_file()
        {
            let message = tr!("dump-exists", file = file.display());
            return Err(Failure { advice: Some(Advice::NameByTime), ..Failure::new(Exit::Output, message) });
        }
        if request.changed_since().is_some() && request.shard.is_some() {
            return Err(Failure::usage(tr!("changed-one-part")));
        }
        // The bounds between the shards were chosen when the export began.
        let bounds = request.resume.as_ref().and_then(|r| r.identity.get("shard")?.get("bounds").cloned());
        if let (Some(shard), Some(bounds)) = (&mut request.shard, bounds.and_then(|b| serde_json::from_value(b).ok())) {
            shard.bounds = bounds;
        }
        Ok(())
    }

    /// The series of exports that `--checkpoint` names, with how far it has come.
    ///
    /// # Errors
    /// A failure when the file cannot be used, or nothing can be done with what it is for.
    fn series(&self, target: Target) -> Result<Option<Series>, Failure> {
        let Some(file) = &self.running.checkpoint else { return Ok(None) };
        if target == Target::GroundTruth {
            return Err(Failure::usage(tr!("checkpoint-ground-truth")));
        }
        self.common.refuse_overwriting(std::slice::from_ref(file))?;
        if self.running.bare && self.output_file().is_none() {
            return Err(Failure::usage(tr!("checkpoint-bare")));
        }
        Ok(Some(Series::load(file)?))
    }

    /// Whether the position moves when the dump of `-o` is whole; what to say otherwise.
    pub(super) fn moves_checkpoint(&self) -> Result<bool, Message> {
        let to_file = self.output_file().is_some_and(|file| matches!(Place::of(file), Ok(Place::File(_))));
        match &self.running {
            Running { checkpoint: None, .. } => Ok(false),
            Running { limit: Some(_), .. } => Err(tr!("position-limit")),
            _ if self.select.shard.is_some() => Err(tr!("position-shards")),
            _ if !to_file => Err(tr!("position-published")),
            _ => Ok(true),
        }
    }

    /// The file of `-o`.
    pub(super) fn output_file(&self) -> Option<&PathBuf> {
        self.common.output.as_ref().filter(|path| path.as_os_str() != "-")
    }

    /// Whether a person reads the output.
    pub(super) fn at_terminal(&self) -> bool {
        self.common.output.is_none() && std::io::stdout().is_terminal()
    }

    /// All ids of `--ids-from`, and with them those of `--id`, each once, in the order given; empty when there is no file.
    fn ids(&self, console: &Console) -> Result<Vec<String>, Failure> {
        let mut ids = IndexSet::new();
        self.select.ids_in_files((&self.common, console), &[], |_, id| {
            ids.insert(id.to_owned());
        })?;
        match self.select.ids_from.first() {
            None => return Ok(Vec::new()),
            Some(path) if ids.is_empty() => {
                return Err(Failure::usage(tr!("ids-from-empty", path = path.display())));
            }
            Some(_) => ids.extend(List::all(&self.select.id)),
        }
        Ok(ids.into_iter().collect())
    }
}
