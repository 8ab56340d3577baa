//! Classes of a dump, for completion: of its begin frame, else of its first rows.

use crate::dm::heads;
use crate::item::{self, Item, KeepRaw};
use crate::stream::frame::is_frame;
use crate::stream::{Frame, Reader};
use indexmap::IndexSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// The longest line that is read, in bytes.
const LINE: usize = 8 << 20;
/// How many bytes of a dump without a list of classes are looked at, and for how long.
const BYTES: usize = 16 << 20;
const TIME: Duration = Duration::from_millis(300);
/// Entries of a folder that are looked at.
const ENTRIES: usize = 2000;
/// How a dump ends.
const ENDS: [&str; 6] = [".ndjson", ".ndjson.gz", ".ndjson.zst", ".jsonl", ".jsonl.gz", ".jsonl.zst"];

/// The classes of these dumps, each once, in their order; nothing of what cannot be read.
pub fn classes(dumps: &[PathBuf]) -> Vec<String> {
    let until = Instant::now() + TIME;
    let mut classes = IndexSet::new();
    for dump in dumps.iter().filter(|dump| dump.metadata().is_ok_and(|there| there.is_file())) {
        // What a damaged dump has before the damage is offered all the same.
        let _ = read(dump, until, &mut classes);
    }
    classes.into_iter().filter(|class| !class.is_empty()).collect()
}

/// `None` when the dump cannot be read any further.
fn read(dump: &Path, until: Instant, classes: &mut IndexSet<String>) -> Option<()> {
    let mut reader = Reader::open(&[dump.to_owned()], LINE);
    let mut bytes = 0;
    while let Some(batch) = reader.next_batch().ok()? {
        for line in batch.lines() {
            if is_frame(line.bytes) {
                let Frame::Begin(begin) = Frame::parse(line.bytes).ok()? else { continue };
                classes.extend(begin.classes.iter().cloned());
                if !begin.classes.is_empty() {
                    return None;
                }
            } else {
                of_row(line.bytes, classes);
            }
            bytes += line.bytes.len();
            if bytes > BYTES || Instant::now() > until {
                return None;
            }
        }
    }
    Some(())
}

fn of_row(line: &[u8], classes: &mut IndexSet<String>) {
    let Ok(Item { data: Some(payload), .. }) = item::parse(line, KeepRaw) else { return };
    let _ = heads::each(&payload, |head| {
        if !classes.contains(&*head.class) {
            classes.insert(head.class.into_owned());
        }
        ControlFlow::Continue(())
    });
}

/// The dump in a folder that was written last.
pub fn newest(folder: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?.take(ENTRIES).flatten();
    let dumps = entries.filter(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        ENDS.iter().any(|end| name.ends_with(end))
    });
    let dated = dumps.filter_map(|entry| {
        let meta = entry.metadata().ok().filter(std::fs::Metadata::is_file)?;
        Some((meta.modified().unwrap_or(SystemTime::UNIX_EPOCH), entry.path()))
    });
    dated.max().map(|(_, path)| path)
}
