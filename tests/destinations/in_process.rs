//! Runs without a process, for the destination that a process takes with it when it ends: the library is used as a program would,
//! and what comes of it is told in the words of `syn-sink`.

use crate::suite::Ran;
use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;
use synpipe::exit::{Classified, Exit};
use synpipe::sink;
use synpipe::sink::DownloadOptions;
use synpipe::sink::MemoryStore;
use synpipe::sink::RetryPolicy;
use synpipe::sink::Unchanged;
use synpipe::sink::{Destination, Existing};
use synpipe::sink::{Options, SinkError};
use synpipe::stream::Reader;

pub fn run(store: &MemoryStore, args: &[&str], dataset: &str, input: &str) -> Ran {
    let mut told = String::new();
    let code = match go(store, args, dataset, input, &mut told) {
        Ok(exit) => exit,
        Err(e) => {
            told.push_str(&e.to_string());
            e.exit()
        }
    };
    Ran { command: format!("in this process: {args:?} {dataset}"), code: Some(code.code().into()), stderr: told }
}

fn go(store: &MemoryStore, args: &[&str], dataset: &str, input: &str, told: &mut String) -> Result<Exit, SinkError> {
    let there = store.published(dataset);
    let warned = std::sync::Mutex::new(String::new());
    let warn = |text: synpipe::words::Message| warned.lock().unwrap().push_str(&format!("{text}\n"));
    if args.contains(&"--verify") {
        let verdict = sink::check(&there, 4, &warn)?;
        told.push_str(&warned.into_inner().unwrap());
        return Ok(match (verdict.bad, verdict.extra) {
            (0, 0) => {
                told.push_str("verified");
                Exit::Ok
            }
            (0, _) => Exit::Partial,
            (bad, _) => {
                told.push_str(&format!("missing or wrong: {bad} files"));
                Exit::Input
            }
        });
    }
    let existing = if args.contains(&"--overwrite") { Existing::Replaced } else { Existing::Refused };
    let destination: Arc<dyn Destination> = if args.contains(&"--resume") && sink::is_there(&there)? {
        Arc::new(Unchanged::new(Arc::new(there), Box::new(|| Ok(())))?)
    } else {
        Arc::new(store.begin(dataset, existing)?)
    };
    let originals = DownloadOptions { retry: RetryPolicy::new(Duration::ZERO, |_| {}), ..DownloadOptions::default() };
    let options = Options { originals, ..Options::default() };
    let reader = Reader::from_read("the input", Cursor::new(input.as_bytes().to_vec()), 64 * 1024 * 1024)?;
    sink::run(reader, destination.clone(), &options, crossbeam_channel::never(), &|notice| {
        warn(notice.to_string().into())
    })?;
    if destination.is_unchanged() {
        told.push_str("already there, the same");
    }
    Ok(Exit::Ok)
}
