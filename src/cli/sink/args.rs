//! The options of `syn-sink`, and what the library takes for them.

use super::client;
use super::parts;
use super::problem::Problem;
use crate::cli::ask::Asking;
use crate::cli::common::Common;
use crate::cli::connect::Profile;
use crate::cli::network::Network;
use crate::cli::number;
use crate::cli::size;
use crate::cli::unframed::Unframed;
use crate::exit::UsageError;
use crate::net::retry::RetryPolicy;
use crate::sink::destination::{Existing, LocalFiles, OpenOptions};
use crate::sink::divided::{Choices, MOST, Part};
use crate::sink::lines;
use crate::sink::originals::renew::Renewals;
use crate::sink::originals::{self, DownloadOptions};
use crate::sink::run::watch::Watch;
use crate::sink::{Options, SinkError, registry};
use crate::stream::checkpoint::Series;
use crate::tr;
use clap::Parser;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// The destination when none is named and nobody is asked.
pub(super) const DEFAULT_DEST: &str = "export_output";
/// Files written and originals downloaded at once, unless the user says.
const CONCURRENCY: u16 = 8;
/// The largest original that is downloaded, bytes, unless the user says.
pub(super) const MAX_FILE_BYTES: u64 = 64 << 30;

const AFTER: &str = "\
Examples:
  # into the folder export_output/, or into out/
  syn-fetch --project 42 | syn-convert --to coco | syn-sink
  syn-fetch --project 42 | syn-convert --to yolo | syn-sink out/
  # into an archive: .tar .tar.gz .tgz .tar.zst .zip
  syn-fetch --project 42 | syn-convert --to voc | syn-sink voc.zip
  # a tar on standard output
  syn-fetch --project 42 | syn-convert --to json | syn-sink - |
    ssh host tar x
  # train/train-000000.tar and so on, for WebDataset
  syn-sink --shard-size 1GB train.tar files.ndjson
  # what would be written, with sizes
  syn-sink --dry-run out/ files.ndjson
  # the lines themselves as one file: .ndjson .jsonl, with .gz .zst or not
  syn-fetch --project 42 | syn-sink s3://bucket/night.ndjson.zst
  # a store or a server: s3:// gs:// az:// sftp:// ftps:// webdavs://
  syn-fetch --project 42 | syn-convert --to coco |
    syn-sink s3://bucket/exports/roads
  # every file there against its manifest
  syn-sink --verify s3://bucket/exports/roads
  # one dataset from several machines: each a part, then the join
  syn-sink --part 3/8 s3://run/list.ndjson.zst s3://bucket/roads
  syn-sink --join 8 s3://run/list.ndjson.zst s3://bucket/roads
  # from a saved list of files, in place of what is there
  syn-sink --overwrite out/ files.ndjson.zst
  # any list of files will do
  echo '{\"path\":\"a/b.txt\",\"text\":\"hello\"}' |
    syn-sink --unframed out/

The dataset appears as a whole when the input has ended well; until then, and
after any failure, nothing does. A tar on standard output cannot be taken back:
after a failure it ends inside a file, so that whoever reads it fails too.
Credentials of stores and servers come from their own tools' environment
variables and files, never from DEST. In a shell script use `set -o pipefail`,
so that a failure of an earlier stage fails the whole line.

Exit codes:
  0  ok
  2  a mistake on the command line
  3  bad input, or an input that was cut; --verify: files missing or wrong
  6  the destination exists, holds what is not ours, or cannot be written
  7  finished, but without some originals";

/// What decides how a dataset is written, and a check of one does not read.
const OF_WRITING: [&str; 14] = [
    "overwrite",
    "auto_number",
    "dry_run",
    "resume",
    "keep_staging",
    "staging_prefix",
    "allow_partial",
    "unframed",
    "strict",
    "base_url",
    "allow_file_refs",
    "allow_private_urls",
    "max_file_bytes",
    "max_total_bytes",
];

/// What parts of a dataset do not read: they never replace anything, continue earlier attempts by themselves, and know no whole.
const NOT_IN_PARTS: [&str; 9] = [
    "overwrite",
    "auto_number",
    "shard_size",
    "resume",
    "keep_staging",
    "staging_prefix",
    "verify",
    "allow_partial",
    "max_total_bytes",
];

/// What decides how originals are got, which a join does not do.
const OF_ORIGINALS: [&str; 5] = ["strict", "concurrency", "allow_private_urls", "max_file_bytes", "local_files"];

/// Write files to a destination, all or nothing.
///
/// Reads file lines, as syn-convert writes them, and publishes them as one dataset. Originals that a line gives as URL are
/// downloaded and verified.
#[derive(Clone, Debug, Parser)]
#[command(name = "syn-sink", version, max_term_width = 110, disable_help_flag = true)]
#[command(after_help = "All options and examples: syn-sink --help", after_long_help = AFTER)]
pub struct Args {
    #[arg(value_name = "DEST", help = dest_help())]
    pub(super) dest: Option<PathBuf>,
    /// Lists of files; `-` or none: standard input
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Replace the dataset at the destination, as a whole. What its manifest does not list is never replaced: then the run is refused
    #[arg(long, help_heading = "What is there already")]
    pub(super) overwrite: bool,
    /// When something is at the destination, take the first free name of NAME(1), NAME(2), …
    #[arg(long, conflicts_with = "overwrite", help_heading = "What is there already")]
    pub(super) auto_number: bool,
    /// Read all input and list what would be written; write and download nothing
    #[arg(long, help_heading = "Instead of writing")]
    pub(super) dry_run: bool,
    /// Write tars of this size, NAME-000000.tar and so on, into the folder NAME; the files of an item stay together, and files
    /// of no item lie beside the tars
    #[arg(long, value_name = "SIZE", value_parser = size::bytes, hide_short_help = true, help_heading = "Destination")]
    pub(super) shard_size: Option<u64>,
    /// Continue an earlier run to this destination, and keep the files if this run fails too. Where the dataset is published
    /// already, an identical export changes nothing. Archives always start over
    #[arg(long, hide_short_help = true, help_heading = "What is there already")]
    pub(super) resume: bool,
    /// When the run fails, keep the files for --resume
    #[arg(long, hide_short_help = true, help_heading = "What is there already")]
    pub(super) keep_staging: bool,
    /// Bring part I of N parts of one dataset: `syn-sink --part I/N LIST DEST`. Originals are divided by the hash of their path; all else belongs to
    /// part 1
    #[arg(long, value_name = "I/N", conflicts_with_all = NOT_IN_PARTS, conflicts_with_all = ["join", "checkpoint"], help_heading = "In parts")]
    pub(super) part: Option<Part>,
    /// Publish the dataset when all N parts are there: `syn-sink --join N LIST DEST`
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST)), conflicts_with_all = NOT_IN_PARTS,
        conflicts_with_all = OF_ORIGINALS, conflicts_with = "dry_run", help_heading = "In parts")]
    pub(super) join: Option<u32>,
    /// In a store: where files wait until the dataset is complete, in the same bucket [default: in their places; on servers and
    /// with --overwrite in .NAME.partial/]
    #[arg(long, value_name = "PREFIX", hide_short_help = true, help_heading = "Destination")]
    pub(super) staging_prefix: Option<String>,
    /// Write to this storage of the platform, as the server has it configured, instead of DEST
    #[arg(long, value_name = "ID", conflicts_with = "output", help_heading = "Destination")]
    pub(super) storage: Option<u64>,
    /// The path of the dataset in the storage
    #[arg(long, value_name = "PATH", conflicts_with = "output", help_heading = "Destination")]
    pub(super) path: Option<String>,
    /// Read no input: check every file at DEST against its manifest
    #[arg(long, conflicts_with_all = OF_WRITING, help_heading = "Instead of writing")]
    pub(super) verify: bool,
    /// Publish what has arrived even if the input was cut
    #[arg(long, hide_short_help = true, help_heading = "Damaged input")]
    pub(super) allow_partial: bool,
    /// Lines without frames.
    #[command(flatten)]
    pub(super) unframed: Unframed,
    /// When the dataset is published, move the position in FILE to where the rows of `syn-fetch --checkpoint FILE` come. It stays when
    /// an original could not be downloaded, or the rows are not all
    #[arg(long, value_name = "FILE", conflicts_with_all = ["verify", "dry_run"], help_heading = "Destination")]
    pub(super) checkpoint: Option<PathBuf>,
    /// A failed original ends the run, and nothing is published
    #[arg(long, help_heading = "Originals")]
    pub(super) strict: bool,
    /// Files written and originals downloaded at once
    #[arg(long, value_name = "N", default_value_t = CONCURRENCY, value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Originals")]
    pub(super) concurrency: u16,
    /// How long a failing request to the destination, or for an original, is sent again, seconds
    #[arg(long, value_name = "SECONDS", default_value = "180", value_parser = number::seconds, hide_short_help = true, help_heading = "Originals")]
    pub(super) retry_for: Duration,
    /// The Synapse server that relative URLs belong to [default: what the stream says, else SYNAPSE_HOST]
    #[arg(long, value_name = "URL", hide_short_help = true, help_heading = "Originals")]
    pub(super) base_url: Option<Url>,
    /// Allow lines that name a local file to copy
    #[arg(long, hide_short_help = true, help_heading = "Local files")]
    pub(super) allow_file_refs: bool,
    /// How local files that lines name get into the dataset
    #[arg(
        long,
        value_name = "HOW",
        default_value = "copy",
        requires = "allow_file_refs",
        hide_short_help = true,
        help_heading = "Local files"
    )]
    pub(super) local_files: LocalFiles,
    /// Allow originals at private, loopback and link-local addresses
    #[arg(long, hide_short_help = true, help_heading = "Originals")]
    pub(super) allow_private_urls: bool,
    /// The largest original that is downloaded; a larger one is left out and listed
    #[arg(long, value_name = "SIZE", default_value = "64GiB", value_parser = size::bytes, hide_short_help = true, help_heading = "Originals")]
    pub(super) max_file_bytes: u64,
    /// The largest size of all originals together; more end the run
    #[arg(long, value_name = "SIZE", value_parser = size::bytes, hide_short_help = true, help_heading = "Originals")]
    pub(super) max_total_bytes: Option<u64>,
    /// Host and token, where the platform is asked.
    #[command(flatten)]
    pub(super) profile: Profile,
    /// Whom to trust.
    #[command(flatten)]
    pub(super) network: Network,
    /// Whether questions are asked.
    #[command(flatten)]
    pub(super) asking: Asking,
    /// Print help (`-h`: in short)
    #[arg(short, long, action = clap::ArgAction::Help, help_heading = "Common options")]
    help: Option<bool>,
    /// Common options.
    #[command(flatten)]
    pub common: Common,
}

/// The help of a DEST that is a file of lines.
const LINES: &str = "FILE.ndjson and FILE.jsonl, .gz or .zst after it or not, get the lines themselves";

/// The help of DEST: the schemes are those that this build can open.
fn dest_help() -> String {
    let local = "Where the dataset goes: a folder or an archive that does not exist yet, an empty folder, or `-` for a tar on standard output";
    let forms = registry::forms();
    let schemes: Vec<_> =
        forms.iter().filter_map(|form| form.split_once("://")).map(|(name, _)| format!("{name}://")).collect();
    if schemes.is_empty() {
        return format!("{local}. {LINES}");
    }
    format!("{local}, or a prefix in a store or a folder on a server ({}). {LINES}", schemes.join(" "))
}

/// Which half of `--storage ID --path PATH` is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lacks {
    /// `--storage`
    Storage,
    /// `--path`
    Path,
}

impl Args {
    /// Whether one list is brought in parts.
    pub(super) fn in_parts(&self) -> bool {
        self.part.is_some() || self.join.is_some()
    }

    /// The list that is brought in parts.
    ///
    /// # Errors
    /// [`UsageError`] when the arguments are not LIST and DEST.
    pub(super) fn list(&self) -> Result<PathBuf, UsageError> {
        let elsewhere = self.storage.is_some() || self.common.output.is_some();
        let dest = self.path.clone().or_else(|| self.dest_given().map(|dest| dest.display().to_string()));
        let extra = self.files.len() > usize::from(!elsewhere);
        parts::check(self.dest.as_ref(), dest.as_deref(), extra)?;
        self.dest.clone().ok_or_else(|| UsageError::new(tr!("parts-arguments")))
    }

    /// The destination, where an argument names it: in parts the list comes first.
    fn dest_given(&self) -> Option<&PathBuf> {
        let first = if self.in_parts() { self.files.first() } else { self.dest.as_ref() };
        first.or(self.common.output.as_ref())
    }

    /// The options that decide which originals are got.
    pub(super) fn choices(&self) -> Choices {
        Choices {
            max_file_bytes: self.max_file_bytes,
            allow_private_urls: self.allow_private_urls,
            base_url: self.base_url.as_ref().map(originals::shown),
        }
    }

    /// The lists of files; with a storage of the platform the first argument is one as well.
    pub(in crate::cli) fn lists(&self) -> Vec<PathBuf> {
        if self.in_parts() {
            return self.dest.iter().cloned().collect();
        }
        let first = self.dest.iter().filter(|_| self.storage.is_some() || self.path.is_some());
        first.chain(&self.files).cloned().collect()
    }

    /// Whether nothing says where the dataset goes.
    pub(super) fn names_no_dest(&self) -> bool {
        self.dest.is_none() && self.common.output.is_none() && self.storage.is_none() && self.path.is_none()
    }

    /// What is missing of a storage and its path, when one of them is given.
    pub(super) fn lacks_of_storage(&self) -> Option<Lacks> {
        match (self.storage, &self.path) {
            (Some(_), None) => Some(Lacks::Path),
            (None, Some(_)) => Some(Lacks::Storage),
            _ => None,
        }
    }

    /// The destination as it is typed.
    pub(super) fn shown_dest(&self) -> String {
        match (&self.path, self.dest_given()) {
            (Some(path), _) => path.clone(),
            (None, Some(dest)) => dest.display().to_string(),
            (None, None) => DEFAULT_DEST.to_owned(),
        }
    }

    /// Whether the lines are to be one file.
    pub(super) fn is_lines(&self) -> bool {
        lines::is_dest(&self.shown_dest())
    }

    /// The first option that says nothing about a file of lines.
    pub(super) fn not_for_lines(&self) -> Option<&'static str> {
        let given = [
            (self.shard_size.is_some(), "--shard-size"),
            (self.resume, "--resume"),
            (self.keep_staging, "--keep-staging"),
            (self.staging_prefix.is_some(), "--staging-prefix"),
            (self.verify, "--verify"),
            (self.strict, "--strict"),
            (self.concurrency != CONCURRENCY, "--concurrency"),
            (self.base_url.is_some(), "--base-url"),
            (self.allow_file_refs, "--allow-file-refs"),
            (self.allow_private_urls, "--allow-private-urls"),
            (self.max_file_bytes != MAX_FILE_BYTES, "--max-file-bytes"),
            (self.max_total_bytes.is_some(), "--max-total-bytes"),
        ];
        given.into_iter().find_map(|(is_given, option)| is_given.then_some(option))
    }

    /// How long failing requests are sent again.
    pub(super) fn retry_for(&self) -> Duration {
        self.retry_for
    }

    /// How the destination is opened. It is the first argument, or that of `--output`.
    ///
    /// # Errors
    /// [`UsageError`] when both are given.
    pub(super) fn open_options<'a>(&'a self, retry: &'a RetryPolicy) -> Result<OpenOptions<'a>, UsageError> {
        if !self.in_parts() && self.dest.is_some() && self.common.output.is_some() {
            return Err(UsageError::new(tr!("sink-two-destinations")));
        }
        let dest = self.dest_given().map_or(OsStr::new(DEFAULT_DEST), |dest| dest.as_os_str());
        if dest == "-" && self.checkpoint.is_some() {
            return Err(UsageError::new(tr!("sink-checkpoint-stdout")));
        }
        let existing = match (self.overwrite, self.auto_number) {
            (true, _) => Existing::Replaced,
            (_, true) => Existing::Numbered,
            _ => Existing::Refused,
        };
        Ok(OpenOptions {
            dest,
            existing,
            shard_size: self.shard_size,
            resume: self.resume,
            keep_staging: self.keep_staging,
            staging_prefix: self.staging_prefix.as_deref(),
            retry,
        })
    }

    /// Refuses a profile where the platform is not asked.
    ///
    /// # Errors
    /// A usage problem that says why.
    pub(super) fn refuse_profile(&self) -> Result<(), UsageError> {
        let is_typed = self.profile.chosen().is_some_and(|chosen| chosen.is_typed);
        match self.storage {
            None if is_typed && (self.verify || self.dry_run) => {
                let option = if self.verify { "--verify" } else { "--dry-run" };
                Err(UsageError::new(tr!("sink-profile-unread", option)))
            }
            _ => Ok(()),
        }
    }

    /// How the run goes.
    ///
    /// # Errors
    /// A usage problem when `SYNAPSE_HOST` is not a URL, or there is no such profile.
    pub(super) fn run_options(&self, retry: &RetryPolicy) -> Result<Options, Problem> {
        let (profile, retry_for) = (self.profile.chosen(), self.retry_for());
        let default_base = match std::env::var("SYNAPSE_HOST") {
            // What is typed comes first, whatever the variable holds.
            _ if self.base_url.is_some() => None,
            _ if profile.as_ref().is_some_and(|chosen| chosen.is_typed) => {
                client::host_of(profile.clone()).map_err(|e| Problem::Other(e.into()))?
            }
            Ok(text) if !text.is_empty() => {
                Some(Url::parse(&text).map_err(|_| UsageError::new(tr!("sink-host-no-url")))?)
            }
            // A run that asks the platform nothing needs no profile.
            _ => client::host_of(profile.clone()).ok().flatten().filter(|_| profile.is_some()),
        };
        Ok(Options {
            concurrency: usize::from(self.concurrency),
            allow_partial: self.allow_partial,
            strict: self.strict,
            allow_file_refs: self.allow_file_refs,
            series: self.checkpoint.as_deref().map(Series::load).transpose().map_err(SinkError::Checkpoint)?,
            part: None,
            base_url: self.base_url.clone(),
            default_base,
            watch: Watch::default(),
            local_files: self.local_files,
            originals: DownloadOptions {
                retry: retry.clone(),
                allow_private: self.allow_private_urls,
                max_file: Some(self.max_file_bytes),
                max_total: self.max_total_bytes,
                // Nothing is looked up, and no message appears, before the first new URL is needed.
                renewals: Some(Arc::new(Renewals::new(Box::new(move || {
                    client::from_environment(profile.clone(), retry_for)
                })))),
            },
        })
    }
}
