//! `syn-convert --check s3://BUCKET/PREFIX`: a dataset in a store or on a server, read through the client of the sink.

use crate::check::images::is_image;
use crate::check::scratch::Scratch;
use crate::check::source::{Each, Source};
use crate::check::tree::{PACKED_FRONT, Tree, is_annotations, is_packed};
use crate::cli::common::Console;
use crate::cli::network::Network;
use crate::exit::Failure;
use crate::net::retry::RetryPolicy;
use crate::sink::SinkError;
use crate::sink::dataset::published::Published;
use crate::sink::registry;
use crate::sink::store::list::StoredDataset;
use crate::tr;
use crate::words::Message;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long a failing store is tried again: nothing is lost when a check is started anew.
const RETRY_FOR: Duration = Duration::from_secs(30);
/// Bytes of an archive that are read at once.
const BLOCK: u64 = 4 << 20;

/// What is read of a store by the check.
struct Stored {
    place: StoredDataset,
    /// The one document to look at; of other files the images count.
    only: Option<String>,
    /// Whether there is anything.
    any: AtomicBool,
}

impl Source for Stored {
    type Error = SinkError;

    fn list(&self, each: &mut Each<'_, SinkError>) -> Result<(), SinkError> {
        self.place.list(&mut |path, size| {
            self.any.store(true, Ordering::Relaxed);
            let is_passed_over = self.only.as_ref().is_some_and(|only| only != path && !is_image(path));
            if is_passed_over { Ok(()) } else { each(path, size) }
        })
    }

    fn read(&self, path: &str, range: Range<u64>) -> Result<Vec<u8>, SinkError> {
        self.place.read_range(path, range)
    }
}

/// The dataset at an address: a prefix or folder, a document, or an archive, which is copied to a temporary folder.
///
/// # Errors
/// Those of the store, with what helps; a usage failure for an address that no store takes, or a `SYNAPSE_CA_FILE` that is none.
pub(super) fn open(address: &str, scratch: &Scratch, console: &Console) -> Result<(Tree, Vec<Message>), Failure> {
    // The variable only: `--ca-file` would have no effect for a dataset on disk.
    Network::default().apply()?;
    let warn = console.clone();
    let retry = RetryPolicy::new(RETRY_FOR, move |text| warn.warn(text));
    Ok(read(address, scratch, &retry)?)
}

fn read(address: &str, scratch: &Scratch, retry: &RetryPolicy) -> Result<(Tree, Vec<Message>), SinkError> {
    let place = registry::stored(address, retry)?;
    let path = address.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, path)| path);
    let stored = Stored { place, only: None, any: AtomicBool::new(false) };
    let tree = Tree::of_source(&stored, None, scratch);
    let Stored { place, any, .. } = stored;
    if any.into_inner() {
        return tree;
    }
    // No folder: a file, perhaps. It is asked for last, as some servers fail when a folder is asked for as a file.
    if !path.is_empty()
        && !path.ends_with('/')
        && let Ok(Some(size)) = place.size("")
    {
        return file(&place, path, size, scratch);
    }
    tree?;
    let source = std::io::Error::new(ErrorKind::NotFound, tr!("check-nothing-there"));
    Err(SinkError::Read { path: address.trim_end_matches('/').to_owned(), source })
}

/// An archive, or a document with the images beside it or beside its folder.
fn file(place: &StoredDataset, path: &str, size: u64, scratch: &Scratch) -> Result<(Tree, Vec<Message>), SinkError> {
    let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
    if is_packed(&place.read_range("", 0..size.min(PACKED_FRONT))?) {
        return archive(place, name, size, scratch);
    }
    let folder = above.rsplit('/').next().unwrap_or_default();
    let (place, only) = if is_annotations(folder) {
        (place.parent().parent(), format!("{folder}/{name}"))
    } else {
        (place.parent(), name.to_owned())
    };
    let stored = Stored { place, only: Some(only.clone()), any: AtomicBool::new(true) };
    Tree::of_source(&stored, Some(only), scratch)
}

/// Copies an archive to a temporary folder, which goes when it is unpacked.
fn archive(place: &StoredDataset, name: &str, size: u64, scratch: &Scratch) -> Result<(Tree, Vec<Message>), SinkError> {
    let failed = |source| SinkError::write(format!("temporary copy of {name}"), source);
    let folder = scratch.folder()?;
    let copy = folder.path().join(name);
    let mut file = File::create(&copy).map_err(failed)?;
    let mut at = 0;
    while at < size {
        let end = (at + BLOCK).min(size);
        file.write_all(&place.read_range("", at..end)?).map_err(failed)?;
        at = end;
    }
    Ok(Tree::open(&copy, scratch)?)
}
