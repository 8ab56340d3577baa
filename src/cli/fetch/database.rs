//! `syn-fetch --dsn`: rows from the database of an installation instead of its API.

use super::args::{Fetch, Order};
use crate::api::credentials::environment;
use crate::cli::common::Console;
use crate::exit::{Exit, Failure};
use crate::fetch;
use crate::fetch::database;
use crate::fetch::source::Source;
use crate::postgres::Dsn;
use crate::tr;
use clap::Args;
use std::path::PathBuf;
use tokio::runtime::Runtime;

/// Where a DSN comes from.
#[derive(Debug, Args)]
#[command(next_help_heading = "From the database (docs/postgres.md)")]
pub struct Database {
    /// Read assignments or tasks from this PostgreSQL instead of the API: postgres://USER@HOST:PORT/DATABASE?sslmode=verify-full;
    /// without URL, SYNAPSE_DSN. The password comes from PGPASSWORD, PGPASSFILE or ~/.pgpass
    #[arg(long, value_name = "URL", num_args(0..=1), default_missing_value = "", conflicts_with = "dsn_file")]
    dsn: Option<String>,
    /// Read the DSN from FILE; it may hold the password
    #[arg(long, value_name = "FILE")]
    dsn_file: Option<PathBuf>,
}

impl Database {
    /// Whether a database is to be read.
    pub fn is_given(&self) -> bool {
        self.dsn.is_some() || self.dsn_file.is_some()
    }

    fn read(&self) -> Result<Dsn, Failure> {
        let mut dsn = match (&self.dsn_file, self.dsn.as_deref().unwrap_or_default()) {
            (Some(path), _) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|e| Failure::usage(tr!("dsn-unreadable", path = path.display(), reason = e)))?;
                Dsn::parse(&text, &environment)?
            }
            (None, "") => {
                let Some(text) = environment("SYNAPSE_DSN") else {
                    return Err(Failure::usage(tr!("dsn-not-set")));
                };
                Dsn::parse(&text, &environment)?
            }
            (None, text) => {
                let dsn = Dsn::parse(text, &environment)?;
                if dsn.has_password() {
                    return Err(Failure::usage(tr!("dsn-password")));
                }
                dsn
            }
        };
        dsn.find_password(&environment)?;
        Ok(dsn)
    }
}

/// What decides how the API is asked. A database has its own user, and no pages.
const OF_THE_API: [&str; 11] = [
    "token-file",
    "token-stdin",
    "tenant",
    "auth-scheme",
    "timeout",
    "retry-for",
    "retry-pause",
    "concurrency",
    "rps",
    "max-bytes-per-sec",
    "page-size",
];
/// What one snapshot, read in one stream, has no use for.
const OF_WALKS: [&str; 3] = ["order", "verify", "ids-only"];

/// Runs an export from the database. `typed` are the options on the command line, without dashes.
pub fn run(args: &Fetch, typed: &[String], runtime: &Runtime, console: &Console) -> Result<Exit, Failure> {
    if let Some(option) = typed.iter().find(|option| OF_THE_API.contains(&option.as_str())) {
        return Err(Failure::usage(tr!("dsn-api-option", option)));
    }
    if let Some(option) = typed.iter().find(|option| OF_WALKS.contains(&option.as_str())) {
        let arrival = option == "order" && args.running.order == Order::Arrival;
        let value = if arrival { " arrival" } else { "" };
        return Err(Failure::usage(tr!("dsn-one-stream", option, value)));
    }
    super::names::refuse(args)?;
    let running = &args.running;
    let mut request = args.request(typed, console, |_| Failure::usage(tr!("dsn-project")))?;
    request.retries = Some(args.connect.retries(console));
    let source = database::Database { dsn: args.database.read()?, host: args.connect.host()? };
    if running.dry_run {
        let told = runtime.block_on(database::sample(&source, &request))?;
        super::dry_run::write(told, None, args)?;
        return Ok(Exit::Ok);
    }
    if let Some(of) = running.shard_bounds {
        return super::write_bounds(args, &source.bounds(runtime, &request, usize::from(of))?);
    }
    args.continue_from(&mut request)?;
    super::write(args, console, None, &request, |open, watch| fetch::run(runtime, &source, &request, open, watch))
}
