//! The options of `syn-job`.

use crate::api::Target;
use crate::cli::ask::Asking;
use crate::cli::common::Common;
use crate::cli::connect::Connect;
use crate::job::status::STATUSES;
use crate::words::Language;
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser};
use clap::{ArgAction, Args as ClapArgs, Parser, Subcommand};
use std::io::IsTerminal;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  # which plugins export, and where they can run
  syn-job plugins
  syn-job agents
  # an export by the platform's own plugin, followed to its end
  syn-job run yolo-export --target task --filter project=42 \\
    --storage 1 --path exports/roads --follow
  # how it is, what it says, and its end
  syn-job get 0b7e6d1c-1b2a-4c3d-8e4f-5a6b7c8d9e0f
  syn-job logs -f 0b7e6d1c-1b2a-4c3d-8e4f-5a6b7c8d9e0f
  syn-job stop 0b7e6d1c-1b2a-4c3d-8e4f-5a6b7c8d9e0f
  # our own export, in 8 parts on the platform's Ray cluster
  syn-job submit --agent 3 --parts 8 --run s3://work/run-7/ \\
    --dest s3://sets/roads/ --fetch '--project 42' \\
    --convert '--to coco' --node-token-file /run/secrets/synapse

The id says whose job it is: a UUID is the platform's, all others are Ray's.
The token comes from --token-file, SYNAPSE_ACCESS_TOKEN, or the file that
`syn-fetch login` and `synapse login` write. More: docs/jobs.md.

Exit codes:
  0    ok; with --follow, -f or --wait: the job has succeeded
  1    the job has failed (a Ray job: the exit code of its program)
  2    a mistake on the command line
  4    refused by the server, or no such job
  5    a temporary failure; it may be that a job was started
  6    the output could not be written
  143  the job was stopped";

/// Run exports as jobs of the platform or of its Ray cluster, and follow them to their end
#[derive(Debug, Parser)]
#[command(name = "syn-job", version, max_term_width = 110, disable_help_subcommand = true, disable_help_flag = true)]
#[command(after_help = "All options and examples: syn-job --help", after_long_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    pub(super) command: Option<Action>,
    #[command(flatten)]
    pub(super) connect: Connect,
    /// Whether questions are asked.
    #[command(flatten)]
    pub(super) asking: Asking,
    /// Print help (`-h`: in short)
    #[arg(short, long, global = true, action = ArgAction::Help, help_heading = "Common options")]
    help: Option<bool>,
    /// Options that every binary has.
    #[command(flatten)]
    pub common: Common,
}

impl Args {
    /// Whether a person reads the output.
    pub(super) fn at_terminal(&self) -> bool {
        self.common.output.is_none() && std::io::stdout().is_terminal()
    }
}

/// What is to be done.
#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// List the plugins that export, with their newest release
    Plugins {
        /// Of another category
        #[arg(long, value_name = "CATEGORY", default_value = "export", value_parser = PossibleValuesParser::new(CATEGORIES))]
        category: String,
        #[command(flatten)]
        limit: Limit,
    },
    /// List the agents: where plugins run
    Agents {
        #[command(flatten)]
        limit: Limit,
    },
    /// List the jobs of the platform, or of a Ray cluster with --ray or --agent, the newest first
    List {
        /// Only jobs with this status
        #[arg(long, value_name = "STATUS", ignore_case = true, value_parser = PossibleValuesParser::new(STATUSES.map(|(word, _)| word)))]
        status: Option<String>,
        /// Only jobs of the platform with this action (export, train, …)
        #[arg(long, value_name = "ACTION", value_parser = NonEmptyStringValueParser::new(), conflicts_with_all = ["ray", "agent"])]
        action: Option<String>,
        #[command(flatten)]
        cluster: Cluster,
        #[command(flatten)]
        limit: Limit,
    },
    /// Have the platform run one of its plugins; says the id of the job
    Run(Box<Run>),
    /// Say how a job is
    Get {
        #[command(flatten)]
        job: Job,
        /// Wait until it has ended; the exit code is that of its end
        #[arg(long)]
        wait: bool,
    },
    /// Write the log of a job
    Logs {
        #[command(flatten)]
        job: Job,
        /// Until the job ends; the exit code is that of its end
        #[arg(short, long)]
        follow: bool,
    },
    /// Stop a job; one that has ended is left as it is
    Stop {
        #[command(flatten)]
        job: Job,
    },
    /// Run our own export on a Ray cluster: the programs and the driver are packed and sent along
    Submit(Box<Submit>),
}

/// The categories of plugins.
const CATEGORIES: [&str; 8] = [
    "export",
    "upload",
    "neural_net",
    "smart_tool",
    "pre_annotation",
    "post_annotation",
    "data_validation",
    "converter",
];

/// How much of a list.
#[derive(Clone, Debug, ClapArgs)]
#[group(skip)]
pub(super) struct Limit {
    /// So many entries at most
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
}

/// Where a Ray cluster is.
#[derive(Clone, Debug, Default, ClapArgs)]
#[group(skip)]
pub(super) struct Cluster {
    /// Address of Ray's dashboard, such as http://10.0.0.4:8265
    #[arg(long, value_name = "URL", value_parser = NonEmptyStringValueParser::new(), conflicts_with = "agent")]
    pub ray: Option<String>,
    /// The agent whose Ray cluster it is, by id or name [default: the one that `synapse agent select` has saved]
    #[arg(long, value_name = "AGENT", value_parser = NonEmptyStringValueParser::new())]
    pub agent: Option<String>,
}

/// One job.
#[derive(Clone, Debug, ClapArgs)]
#[group(skip)]
pub(super) struct Job {
    /// The id of the job
    #[arg(value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub id: String,
    #[command(flatten)]
    pub cluster: Cluster,
}

/// A run of a plugin.
#[derive(Debug, ClapArgs)]
pub(super) struct Run {
    /// The plugin, by code or id
    #[arg(value_name = "PLUGIN", value_parser = NonEmptyStringValueParser::new())]
    pub plugin: String,
    /// The agent to run on, by id or name [default: the one that `synapse agent select` has saved, or the only one]
    #[arg(long, value_name = "AGENT", value_parser = NonEmptyStringValueParser::new())]
    pub agent: Option<String>,
    /// Name of the export [default: the plugin, the target and the time]
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub name: Option<String>,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// Which rows
    #[arg(short, long, value_name = "TARGET", default_value = "assignment")]
    pub target: Target,
    /// Which of them: KEY=VALUE, or a JSON object; docs/fetch.md lists the keys. `project=ID` (or `ground_truth_dataset_version=ID`)
    /// has to be among them
    #[arg(short, long, value_name = "FILTER")]
    pub filter: Vec<String>,
    /// Storage of the platform to write to, by id (`syn-fetch storages`)
    #[arg(long, value_name = "ID")]
    pub storage: Option<u64>,
    /// Folder in the storage
    #[arg(long, value_name = "PATH", value_parser = NonEmptyStringValueParser::new())]
    pub path: Option<String>,
    /// Whether the originals are exported, too
    #[arg(long, value_name = "true|false", default_value_t = true, default_missing_value = "true", num_args = 0..=1, require_equals = true, action = ArgAction::Set)]
    pub save_originals: bool,
    /// Further parameter of the plugin: KEY=VALUE; numbers, true, false, null, lists and objects as in JSON
    #[arg(long, value_name = "KEY=VALUE")]
    pub param: Vec<String>,
    /// Release of the plugin [default: the newest]
    #[arg(long, value_name = "VERSION", value_parser = NonEmptyStringValueParser::new(), conflicts_with = "debug")]
    pub version: Option<String>,
    /// Language of the job's own messages [default: that of ours]
    #[arg(long, value_name = "LANG")]
    pub language: Option<Language>,
    /// Run the release for debugging
    #[arg(long, overrides_with = "no_debug")]
    pub debug: bool,
    /// Run the release for everybody (default)
    #[arg(long)]
    pub no_debug: bool,
    /// Write the log until the job ends; the exit code is that of its end
    #[arg(long)]
    pub follow: bool,
}

/// Our own export on Ray.
#[derive(Debug, ClapArgs)]
pub(super) struct Submit {
    #[command(flatten)]
    pub cluster: Cluster,
    /// In so many parts, each on any node
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub parts: u16,
    /// Where the parts are kept meanwhile: a store that all nodes reach, such as s3://work/run-7/
    #[arg(long, value_name = "URL", value_parser = NonEmptyStringValueParser::new())]
    pub run: String,
    /// Where the dataset goes: a store, as for syn-sink
    #[arg(long, value_name = "URL", value_parser = NonEmptyStringValueParser::new())]
    pub dest: String,
    /// Options of syn-fetch, in one argument
    #[arg(long, value_name = "ARGS", allow_hyphen_values = true)]
    pub fetch: String,
    /// Options of syn-filter, in one argument
    #[arg(long, value_name = "ARGS", allow_hyphen_values = true)]
    pub filter: Option<String>,
    /// Options of syn-convert, in one argument
    #[arg(long, value_name = "ARGS", allow_hyphen_values = true)]
    pub convert: String,
    /// Options of syn-sink, in one argument
    #[arg(long, value_name = "ARGS", allow_hyphen_values = true)]
    pub sink: Option<String>,
    /// The file on the nodes that holds the access token; without it they need SYNAPSE_ACCESS_TOKEN in their environment
    #[arg(long, value_name = "PATH")]
    pub node_token_file: Option<String>,
    /// A variable for the job, which everybody can read who reaches the dashboard: no secrets
    #[arg(long, value_name = "NAME=VALUE")]
    pub env: Vec<String>,
    /// The folder with the programs to send [default: that of syn-job]
    #[arg(long, value_name = "DIR")]
    pub bin: Option<PathBuf>,
    /// Say the id of the job, and do not wait for its end
    #[arg(long, conflicts_with = "stop_on_interrupt")]
    pub detach: bool,
    /// Stop the job when this program is stopped (Ctrl-C); else it goes on
    #[arg(long)]
    pub stop_on_interrupt: bool,
}
