//! Opens stores and servers, and the storages of the platform: for a new dataset, or to read a published one.

use super::lines::StoredLines;
use super::list::StoredDataset;
use super::location::Location;
use super::parts::StoredParts;
use super::platform::StorageLocation;
use super::{Store, StoreOptions, remove_leftovers};
use crate::sink::dataset::published::{Folder, Published};
use crate::sink::dataset::unchanged;
use crate::sink::destination::{Destination, Existing, OpenOptions};
use crate::sink::divided::place::Place;
use crate::sink::error::{SinkError, Unsupported};
use crate::sink::lines::LinesPlace;
use std::sync::Arc;

/// Opens a location in a store for a new dataset.
///
/// # Errors
/// As [`Store::new`].
pub fn new(location: Location, options: &OpenOptions<'_>) -> Result<Arc<dyn Destination>, SinkError> {
    let OpenOptions { resume, keep_staging, staging_prefix, retry, .. } = *options;
    let (left, prefix, policy) = (location.clone(), staging_prefix.map(str::to_owned), retry.clone());
    let tidy = Box::new(move || remove_leftovers(&left, prefix.as_deref(), &policy));
    if let Some(same) = unchanged::find(options, || published(location.clone(), options), tidy)? {
        return Ok(same);
    }
    let overwrite = options.existing == Existing::Replaced;
    Ok(Arc::new(Store::new(location, &StoreOptions { overwrite, resume, keep_staging, staging_prefix, retry })?))
}

/// Opens a location in a store for a file of lines.
///
/// # Errors
/// As [`StoredLines::new`]; [`SinkError::Unsupported`] for numbers.
pub fn lines(location: Location, options: &OpenOptions<'_>) -> Result<Arc<dyn LinesPlace>, SinkError> {
    if options.existing == Existing::Numbered {
        return Err(SinkError::unsupported(location.name, Unsupported::Numbers));
    }
    Ok(Arc::new(StoredLines::new(location, options.existing == Existing::Replaced, options.retry)?))
}

/// Opens what is at a location in a store for reading.
///
/// # Errors
/// [`SinkError::Write`] when the system gives no threads.
pub fn published(location: Location, options: &OpenOptions<'_>) -> Result<Arc<dyn Published>, SinkError> {
    Ok(Arc::new(StoredDataset::new(location, options.retry)?))
}

/// Opens a storage of the platform for a new dataset. `open_folder` opens one that is a folder of this machine.
///
/// # Errors
/// As [`new`]; [`SinkError::Unsupported`] for numbers and shards in a store.
pub fn new_storage(
    storage: StorageLocation,
    options: &OpenOptions<'_>,
    open_folder: impl FnOnce(&OpenOptions<'_>) -> Result<Arc<dyn Destination>, SinkError>,
) -> Result<Arc<dyn Destination>, SinkError> {
    let unsupported = |location: &Location, what| Err(SinkError::unsupported(location.name.clone(), what));
    match storage {
        StorageLocation::Folder(folder) => open_folder(&OpenOptions { dest: folder.as_os_str(), ..*options }),
        StorageLocation::Store(location) if options.existing == Existing::Numbered => {
            unsupported(&location, Unsupported::Numbers)
        }
        StorageLocation::Store(location) if options.shard_size.is_some() => {
            unsupported(&location, Unsupported::RemoteShards)
        }
        StorageLocation::Store(location) => new(*location, options),
    }
}

/// Opens a storage of the platform for parts of a dataset.
///
/// # Errors
/// As [`StoredParts::new`]; what `open_folder` returns for a folder of this machine.
pub fn parts_storage(
    storage: StorageLocation,
    options: &OpenOptions<'_>,
    open_folder: impl FnOnce(&OpenOptions<'_>) -> Result<Arc<dyn Place>, SinkError>,
) -> Result<Arc<dyn Place>, SinkError> {
    match storage {
        StorageLocation::Folder(folder) => open_folder(&OpenOptions { dest: folder.as_os_str(), ..*options }),
        StorageLocation::Store(location) => Ok(Arc::new(StoredParts::new(*location, options.retry)?)),
    }
}

/// Opens a storage of the platform for a file of lines.
///
/// # Errors
/// As [`lines`]; what `open_file` returns for a folder of this machine.
pub fn lines_storage(
    storage: StorageLocation,
    options: &OpenOptions<'_>,
    open_file: impl FnOnce(&OpenOptions<'_>) -> Result<Arc<dyn LinesPlace>, SinkError>,
) -> Result<Arc<dyn LinesPlace>, SinkError> {
    match storage {
        StorageLocation::Folder(file) => open_file(&OpenOptions { dest: file.as_os_str(), ..*options }),
        StorageLocation::Store(location) => lines(*location, options),
    }
}

/// Opens what is in a storage of the platform for reading.
///
/// # Errors
/// As [`published()`].
pub fn published_storage(storage: StorageLocation, options: &OpenOptions<'_>) -> Result<Arc<dyn Published>, SinkError> {
    match storage {
        StorageLocation::Folder(folder) => Ok(Arc::new(Folder::new(&folder))),
        StorageLocation::Store(location) => published(*location, options),
    }
}
