//! The command line of `syn-fetch`.

mod args;
mod ask;
#[cfg(feature = "postgres")]
mod database;
mod discover;
mod doctor;
mod dry_run;
mod dump;
mod lacking;
mod lists;
mod login;
mod missing;
mod names;
mod progress;
mod project;
mod scope;
mod selection;

use super::advice;
use super::ask::command::Before;
use super::common::Console;
use super::progress::show;
use crate::api::Client;
use crate::exit::{Exit, Failure};
use crate::fetch;
use crate::fetch::api::plan::Plan;
use crate::fetch::discover::sample;
use crate::fetch::output::progress::Watch;
use crate::fetch::source::Source;
use crate::fetch::{FetchError, Report, Request};
use crate::stream::checkpoint::Checkpoint;
use crate::stream::writer::Compression;
use crate::stream::{StreamError, Writer};
use crate::text;
use crate::tr;
use crate::words::Size;
use serde_json::{Value, json};
use std::sync::atomic::Ordering::Relaxed;

use args::Discover;
pub use args::Fetch;

/// Runs `syn-fetch`. `typed` are the options on the command line, without dashes.
///
/// # Errors
/// The failure that ends the run.
pub fn run(mut args: Fetch, typed: &[String], console: &Console) -> Result<Exit, Failure> {
    if !args.dumps.dump.is_empty() {
        args.connect.network.apply()?;
        return dump::run(&args, typed, console);
    }
    discover::refuse_unread(args.command.as_ref(), typed)?;
    if args.connect.reads_stdin() && args.select.ids_from.iter().any(|path| path.as_os_str() == "-") {
        return Err(Failure::usage(tr!("token-and-ids-stdin")));
    }
    args.select.settle_shard(console)?;
    args.connect.network.apply()?;
    scope::settle(&mut args, typed)?;
    let runtime = fetch::runtime(args.common.threads())?;
    #[cfg(feature = "postgres")]
    if args.database.is_given() {
        return database::run(&args, typed, &runtime, console);
    }
    match args.command {
        Some(Discover::Login) => return login::run(&args, typed, &runtime, console),
        Some(Discover::Doctor) => return doctor::run(&mut args, typed, &runtime, console),
        _ => {}
    }
    let client = login::client(&args, typed, &runtime, console)?;
    console.debug(tr!("debug-asks", host = client.host(), concurrency = client.concurrency().1));
    names::look_up(&mut args, &runtime, &client)?;
    let missing = missing::Missing { runtime: &runtime, client: &client, console, typed };
    if let Some(what) = &args.command {
        return discover::run(what, &args, &runtime, &client, &missing);
    }
    let answers = missing.export(&mut args)?;
    // Whoever was asked has read the command line again.
    args.select.settle_shard(&console.silent())?;
    let mut request = args.request(typed, console, |target| missing.failure(target))?;
    request.begin = Before::default().hand_on(&answers);
    Before::default().tell(&answers, false, console);
    request.retries = Some(args.connect.retries(console));
    console.debug(tr!(
        "debug-rows-where",
        target = request.target.word(),
        filters = serde_json::Value::from(request.filters.query().to_json())
    ));
    if args.running.dry_run {
        let plan = runtime.block_on(Plan::make(&client, &request))?;
        let told = runtime.block_on(sample::describe(&client, &plan))?;
        dry_run::write(told, Some(client.concurrency().1), &args)?;
        return Ok(Exit::Ok);
    }
    if let Some(of) = args.running.shard_bounds {
        return write_bounds(&args, &client.bounds(&runtime, &request, usize::from(of))?);
    }
    args.continue_from(&mut request)?;
    write(&args, console, Some(client.clone()), &request, |open, watch| {
        fetch::run(&runtime, &client, &request, open, watch)
    })
}

/// Writes the ids between the parts of an export, as `--shard` takes them.
fn write_bounds(args: &Fetch, bounds: &[i64]) -> Result<Exit, Failure> {
    let bounds: Vec<String> = bounds.iter().map(i64::to_string).collect();
    let mut writer = args.common.writer()?;
    writer.line(bounds.join(",").as_bytes())?;
    writer.finish()?;
    Ok(Exit::Ok)
}

/// Gives an export the output that was asked for, shows its progress, and says what came of it.
fn write(
    args: &Fetch,
    console: &Console,
    client: Option<Client>,
    request: &Request,
    run: impl FnOnce(&dyn Fn() -> Result<Writer, StreamError>, &Watch) -> Result<Report, FetchError>,
) -> Result<Exit, Failure> {
    let open = || match (args.output_file(), &request.resume) {
        (Some(file), Some(resume)) if resume.is_partial => Writer::resume(file, resume.bytes),
        (Some(file), Some(resume)) => Writer::append(file, resume.bytes),
        (Some(file), None) if Compression::of(file).is_ok_and(|form| form == Compression::None) => {
            Writer::resumable(file)
        }
        _ => args.common.writer(),
    };
    let watch = Watch::default();
    let (counted, asked) = (watch.clone(), client.clone());
    console.watch(move || so_far(&counted, asked.as_ref()));
    let shown = show(progress::Fetching { watch: watch.clone(), client: client.clone() }, console);
    let done = run(&open, &watch);
    drop(shown);
    if let Some(meter) = client.as_ref().map(Client::meter) {
        let (requests, retries, bytes) = (&meter.requests, &meter.retries, &meter.bytes);
        let (requests, retries, bytes) = (requests.load(Relaxed), retries.load(Relaxed), bytes.load(Relaxed));
        console.debug(tr!("debug-requests", requests, retries, size = text::bytes(bytes)));
    }
    let report = done?;
    report.notes.into_iter().for_each(|note| console.warn(advice::join(note.text, note.advice)));
    match (args.moves_checkpoint(), report.span, &request.series) {
        (Ok(true), Some(span), Some(series)) => {
            // A dump that was complete already may be older than the position.
            if let Some(position) = span.to.filter(|_| span.from <= series.position()) {
                Checkpoint::new(span.export, position).save(&series.file)?;
            }
        }
        (Err(why), ..) => console.info(why),
        _ => {}
    }
    let bytes = watch.bytes.load(Relaxed);
    let (rows, time) = (report.rows, console.time());
    let message = match bytes {
        0 => tr!("fetch-done", rows, time),
        bytes => tr!("fetch-done-bytes", rows, size = Size(bytes), time),
    };
    console.summary(message, so_far(&watch, client.as_ref()));
    Ok(Exit::Ok)
}

/// What an export has done, for programs.
fn so_far(watch: &Watch, client: Option<&Client>) -> Value {
    let mut numbers = json!({"rows": watch.rows.load(Relaxed), "bytes": watch.bytes.load(Relaxed)});
    if let Some(meter) = client.map(Client::meter) {
        numbers["requests"] = meter.requests.load(Relaxed).into();
        numbers["retries"] = meter.retries.load(Relaxed).into();
        numbers["bytes_received"] = meter.bytes.load(Relaxed).into();
    }
    numbers
}
