//! The mark of an object: `syn-sink` wrote it, as this file of a dataset at this place.
//!
//! A run notes the files that have arrived every few seconds; those of the last seconds are in no list when it, or the store, is killed. By its
//! mark such a file is known for ours, and a later run may replace or remove it. A copy under another name has the mark of its old
//! one, which is not that of its place.

use super::client::Io;
use super::location::{Class, Location};
use crate::sink::dataset::digest::{Meter, to_hex};
use crate::sink::error::SinkError;
use opendal::{ErrorKind, Metadata};

/// The name of the user metadata; letters only, since proxies drop headers with other signs and Azure takes identifiers.
const NAME: &str = "synpipe";
/// Bytes of the hash that are written.
const BYTES: usize = 16;

/// The user metadata of the object that is to lie at the place of this file in the end; `None` where the store keeps none.
pub fn of(location: &Location, path: &str) -> Option<(String, String)> {
    is_kept(location).then(|| (NAME.to_owned(), value(&location.file(path))))
}

/// Whether `syn-sink` wrote the object at the place of this file, and to there. One that cannot be looked at was not.
///
/// # Errors
/// [`SinkError::Store`].
pub fn is_on(io: &Io, location: &Location, path: &str) -> Result<bool, SinkError> {
    if !is_kept(location) {
        return Ok(false);
    }
    let key = location.file(path);
    match io.wait(io.op().stat(&key))? {
        Ok(object) => Ok(is_in(&object, &key)),
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => Ok(false),
        Err(e) => Err(io.failed(&key, &e)),
    }
}

/// Buckets do. File servers that can (WebDAV has properties) do not need it: what is on its way waits in a folder of its own there.
fn is_kept(location: &Location) -> bool {
    location.class == Class::ObjectStore && location.op.info().capability().write_with_user_metadata
}

fn is_in(object: &Metadata, key: &str) -> bool {
    let Some(metadata) = object.user_metadata() else { return false };
    // Azure gives names back in other capitals.
    metadata.into_iter().any(|(name, mark)| name.eq_ignore_ascii_case(NAME) && mark == value(key))
}

fn value(key: &str) -> String {
    to_hex(&Meter::of(key.as_bytes()).sha256[..BYTES])
}
