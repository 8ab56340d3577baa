//! A whole export without a process, a file or a network: a saved stream becomes YOLO labels in memory.
//!
//! ```text
//! cargo run --example in_memory -- dump.ndjson.zst
//! ```
//!
//! The two stages run on two threads with a pipe between them, as they do in a shell. The dataset appears in the store at the end frame,
//! and not at all when a stage fails.

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use synpipe::convert::{self, Images};
use synpipe::sink::{self, Existing, MemoryStore};
use synpipe::stream::{LINE_CAP, Reader, Writer};

fn main() -> Result<(), Box<dyn Error>> {
    let dumps: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let (files_out, files_in) = std::io::pipe()?;

    // Without originals, so that nothing is downloaded.
    let options = convert::Options { images: Images::Omit, ..convert::Options::default() };
    let (name, format) = convert::build("yolo", &options)?;
    let converting = thread::spawn(move || {
        convert::run(name, format, options, Reader::open(&dumps, LINE_CAP), Writer::to(Box::new(files_in)), 2)
    });

    let store = MemoryStore::default();
    let destination = Arc::new(store.begin("labels", Existing::Refused)?);
    let reader = Reader::from_read("convert", files_out, LINE_CAP)?;
    let stop = crossbeam_channel::never();
    let published = sink::run(reader, destination, &sink::Options::default(), stop, &|notice| eprintln!("{notice}"));

    // The stage that failed first says why; the one behind it only saw its stream end.
    let summary = converting.join().map_err(|_| "convert panicked")??;
    published?;
    for (path, bytes) in store.get("labels").unwrap_or_default() {
        println!("{:>8}  {path}", bytes.len());
    }
    eprintln!("{} of {} annotations written", summary.tally.total.written, summary.tally.total.seen);
    Ok(())
}
