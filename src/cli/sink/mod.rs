//! The command line of `syn-sink`.

mod open;

use super::common::{Common, Console};
use crate::api::client;
use crate::api::client::Client;
use crate::api::credentials;
use crate::api::credentials::{Credentials, Given};
use crate::api::retry::Policy;
use crate::exit::{Exit, Failure};
use crate::sink;
use crate::sink::dataset::check;
use crate::sink::dataset::published::Published;
use crate::sink::destination::{Existing, LocalFiles};
use crate::sink::originals::How;
use crate::sink::originals::renew::{Connect, Renewals};
use crate::sink::patience::Patience;
use crate::sink::run::totals::Totals;
use crate::sink::store::platform as storage;
use crate::sink::store::platform::Target;
use crate::sink::{Options, SinkError, registry};
use crate::stream::{Reader, Writer};
use clap::Parser;
use open::{open, signals};
use std::ffi::OsStr;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

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
  # a store or a server: s3:// gs:// az:// sftp:// ftps:// webdavs://
  syn-fetch --project 42 | syn-convert --to coco |
    syn-sink s3://bucket/exports/roads
  # every file there against its manifest
  syn-sink --verify s3://bucket/exports/roads
  # from a saved list of files, in place of what is there
  syn-sink --overwrite out/ files.ndjson.zst
  # any list of files will do
  echo '{\"path\":\"a/b.txt\",\"text\":\"hello\"}' | syn-sink out/

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
  6  the destination exists or cannot be written
  7  finished, but without some originals";

/// Write files to a destination, all or nothing.
///
/// Reads file lines, as syn-convert writes them, and publishes them as one dataset. Originals that a line gives as URL are
/// downloaded and verified.
#[derive(Debug, Parser)]
#[command(name = "syn-sink", version, after_help = AFTER)]
pub struct Args {
    /// Where the dataset goes: a folder or an archive that does not exist yet, `-` for a tar on standard output, or a
    /// place in a store or on a server (s3:// gs:// az:// sftp:// ftp:// ftps:// webdav:// webdavs://)
    #[arg(value_name = "DEST")]
    dest: Option<PathBuf>,
    /// Lists of files; `-` or none: standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Replace what is at the destination, as a whole
    #[arg(long)]
    overwrite: bool,
    /// When something is at the destination, take the first free name of NAME(1), NAME(2), …
    #[arg(long, conflicts_with = "overwrite")]
    auto_number: bool,
    /// Read all input and tell what would be written; write and download nothing
    #[arg(long)]
    dry_run: bool,
    /// Write tars of this size, NAME-000000.tar and so on, into the folder NAME; the files of an item stay together, and what
    /// belongs to no item lies beside them
    #[arg(long, value_name = "SIZE", value_parser = super::size::bytes)]
    shard_size: Option<u64>,
    /// Take up what an earlier run to the same destination has left, and leave what was done when this one fails too. Where the
    /// dataset is there already, an identical export changes nothing. An archive is begun anew
    #[arg(long)]
    resume: bool,
    /// When the run fails, leave what was done for --resume
    #[arg(long)]
    keep_staging: bool,
    /// In a store: where files wait until the dataset is complete, in the same bucket [default: in their places; on servers and
    /// with --overwrite in .NAME.partial/]
    #[arg(long, value_name = "PREFIX")]
    staging_prefix: Option<String>,
    /// Write to this storage of the platform, as the server has it configured, instead of DEST
    #[arg(long, value_name = "ID", requires = "path", conflicts_with = "output")]
    storage: Option<u64>,
    /// The dataset's place in the storage
    #[arg(long, value_name = "PATH", requires = "storage")]
    path: Option<String>,
    /// Read no input: check every file at DEST against its manifest
    #[arg(long, conflicts_with_all = ["overwrite", "resume", "keep_staging", "staging_prefix", "allow_partial"])]
    verify: bool,
    /// Publish what came even if the input was cut
    #[arg(long)]
    allow_partial: bool,
    /// A failed original ends the run, and nothing is published
    #[arg(long)]
    strict: bool,
    /// Files written and originals downloaded at once
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=1024))]
    concurrency: u16,
    /// How long a failing request to the destination, or for an original, is sent again, seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 180)]
    retry_for: u64,
    /// The Synapse server that relative URLs belong to [default: what the stream says, else SYNAPSE_HOST]
    #[arg(long, value_name = "URL")]
    base_url: Option<Url>,
    /// Allow lines that name a local file to copy
    #[arg(long)]
    allow_file_refs: bool,
    /// How local files that lines name get into the dataset
    #[arg(long, value_name = "HOW", default_value = "copy")]
    local_files: LocalFiles,
    /// Allow originals at private, loopback and link-local addresses
    #[arg(long)]
    allow_private_urls: bool,
    /// The largest original that is downloaded; a larger one is left out and listed
    #[arg(long, value_name = "SIZE", default_value = "64GiB", value_parser = super::size::bytes)]
    max_file_bytes: u64,
    /// The largest size of all originals together; more end the run
    #[arg(long, value_name = "SIZE", value_parser = super::size::bytes)]
    max_total_bytes: Option<u64>,
    /// Common options.
    #[command(flatten)]
    pub common: Common,
}

/// Runs `syn-sink`.
///
/// # Errors
/// [`Failure`] with the exit code and the line to say.
pub fn run(args: Args, console: &Console) -> Result<Exit, Failure> {
    let args = Arc::new(args);
    let to = console.clone();
    let patience = Patience::new(Duration::from_secs(args.retry_for), move |text| to.warn(text));
    let wanted = wanted(&args, &patience)?;
    if args.verify {
        let dataset = match target(&args)? {
            Some(target) => registry::published_storage(target, &wanted)?,
            None => registry::published(&wanted)?,
        };
        return verify(&args, &*dataset, console);
    }
    let options = options(&args, &patience)?;
    let reader = Reader::open(&files(&args), args.common.max_line_bytes);
    if args.dry_run {
        target(&args)?;
        return dry_run(&wanted, reader, &options, console);
    }
    let stop = signals().map_err(|e| Failure::new(Exit::Other, format!("cannot watch for signals: {e}")))?;
    let destination = open(&args, &patience, &stop)?;
    match sink::run(reader, destination.clone(), &options, stop, &|text| console.warn(text)) {
        Ok(report) => {
            let totals = report.totals;
            let failed = totals.originals.failed;
            let originals = match (totals.originals.ok, failed) {
                (0, 0) => String::new(),
                (ok, 0) => format!(" ({ok} originals)"),
                (ok, failed) => {
                    format!(" ({ok} originals, {failed} more could not be had: see {})", sink::run::summary::PATH)
                }
            };
            let same = if destination.is_unchanged() { "already there, the same: " } else { "" };
            let (files, bytes, name) = (totals.files, totals.bytes, destination.name());
            console.info(&format!("{same}{files} files, {bytes} bytes in {name}{originals}"));
            Ok(if failed > 0 { Exit::Partial } else { Exit::Ok })
        }
        Err(e) => Err(e.into()),
    }
}

/// Tells what a run would do, on standard output: a table on a terminal, else a JSON line a file.
fn dry_run(
    wanted: &registry::Wanted<'_>,
    reader: Reader,
    options: &Options,
    console: &Console,
) -> Result<Exit, Failure> {
    registry::check(wanted)?;
    let mut out = Writer::stdout()?;
    let report = sink::run::dry_run::dry_run(reader, options, &mut out, std::io::stdout().is_terminal())?;
    out.finish()?;
    let Totals { files, bytes, originals, .. } = report.totals;
    let unknown = if originals.ok > 0 { " without the originals whose size no line says" } else { "" };
    let dest = wanted.dest.display();
    console.info(&format!("{files} files, {bytes} bytes{unknown} would go to {dest}; nothing was written"));
    Ok(if originals.failed > 0 { Exit::Partial } else { Exit::Ok })
}

/// Checks what is there: exit 3 when a file is missing or wrong, 7 when there are only files too many.
fn verify(args: &Args, dataset: &dyn Published, console: &Console) -> Result<Exit, Failure> {
    let verdict = check::check(dataset, usize::from(args.concurrency), &|text| console.warn(text))?;
    let check::Verdict { good, bytes, bad, extra } = verdict;
    let name = dataset.name();
    match (bad, extra) {
        (0, 0) => {
            console.info(&format!("{good} files, {bytes} bytes verified in {name}"));
            Ok(Exit::Ok)
        }
        (0, extra) => {
            console.info(&format!(
                "{good} files, {bytes} bytes verified in {name}; {extra} more files are not in the manifest"
            ));
            Ok(Exit::Partial)
        }
        (bad, extra) => Err(Failure::new(
            Exit::Input,
            format!(
                "{name}: {bad} files are missing or wrong, {extra} are not in the manifest, {good} are as they should be"
            ),
        )),
    }
}

/// The lists of files; with a storage the first argument is one as well.
fn files(args: &Args) -> Vec<PathBuf> {
    let first = args.dest.iter().filter(|_| args.storage.is_some());
    first.chain(&args.files).cloned().collect()
}

/// What the user asks for; the place is the first argument, or `-o`.
fn wanted<'a>(args: &'a Args, patience: &'a Patience) -> Result<registry::Wanted<'a>, SinkError> {
    let dest = match (&args.dest, &args.common.output) {
        (Some(_), Some(_)) => {
            return Err(SinkError::Usage(
                "DEST and --output both name the destination: give one of them, and lists of files after DEST"
                    .to_owned(),
            ));
        }
        (Some(dest), None) | (None, Some(dest)) => dest.as_os_str(),
        (None, None) => OsStr::new("export_output"),
    };
    let existing = match (args.overwrite, args.auto_number) {
        (true, _) => Existing::Replaced,
        (_, true) => Existing::Numbered,
        _ => Existing::Refused,
    };
    Ok(registry::Wanted {
        dest,
        existing,
        shard_size: args.shard_size,
        resume: args.resume,
        keep_staging: args.keep_staging,
        staging_prefix: args.staging_prefix.as_deref(),
        patience,
    })
}

/// The storage of the platform that the user names.
fn target(args: &Args) -> Result<Option<Target>, Failure> {
    Ok(match (args.storage, &args.path) {
        (Some(id), Some(path)) => Some(storage::target(id, &configured(id, args)?, path)?),
        _ => None,
    })
}

fn options(args: &Args, patience: &Patience) -> Result<Options, Failure> {
    let default_base = match std::env::var("SYNAPSE_HOST") {
        Ok(text) if !text.is_empty() => {
            Some(Url::parse(&text).map_err(|_| Failure::usage("SYNAPSE_HOST is not a URL: give it as https://HOST"))?)
        }
        _ => None,
    };
    Ok(Options {
        concurrency: usize::from(args.concurrency),
        allow_partial: args.allow_partial,
        strict: args.strict,
        allow_file_refs: args.allow_file_refs,
        base_url: args.base_url.clone(),
        default_base,
        local_files: args.local_files,
        originals: How {
            patience: patience.clone(),
            allow_private: args.allow_private_urls,
            max_file: Some(args.max_file_bytes),
            max_total: args.max_total_bytes,
            renewals: Some(Arc::new(Renewals::new(connect(Duration::from_secs(args.retry_for))))),
        },
    })
}

/// A storage and its configuration, by the credentials that syn-fetch would take from the environment or the configuration file.
fn configured(id: u64, args: &Args) -> Result<serde_json::Value, Failure> {
    let config = credentials::config_path(&credentials::environment);
    let who = Credentials::resolve(&Given::default(), &credentials::environment, config.as_deref())?;
    let policy = Policy { budget: Duration::from_secs(args.retry_for), ..Policy::default() };
    let client = Client::new(who, client::Options { policy, ..client::Options::default() })?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Failure::new(Exit::Other, format!("the system gives no runtime: {e}")))?;
    Ok(runtime.block_on(client.storage(id))?)
}

/// The way to new URLs: by the credentials that syn-fetch would take from the environment or the configuration file. Nothing is
/// looked up, and nothing said, before one is needed.
fn connect(retry_for: Duration) -> Box<Connect> {
    Box::new(move || {
        let config = credentials::config_path(&credentials::environment);
        let who = Credentials::resolve(&Given::default(), &credentials::environment, config.as_deref());
        let policy = Policy { budget: retry_for, ..Policy::default() };
        let options = client::Options { policy, ..client::Options::default() };
        who.and_then(|who| Client::new(who, options)).map_err(|e| e.to_string())
    })
}
