//! The opening of a destination, during which signals count already.

use super::args::Args;
use super::ask;
#[cfg(feature = "stores")]
use super::client;
use super::problem::Problem;
#[cfg(feature = "stores")]
use crate::api::ApiError;
#[cfg(feature = "stores")]
use crate::exit::{Advice, Classified, Failure};
use crate::exit::{Exit, UsageError};
use crate::net::retry::RetryPolicy;
use crate::sink::dataset::published::Published;
use crate::sink::destination::Destination;
use crate::sink::divided::place::Place;
use crate::sink::lines::LinesPlace;
#[cfg(feature = "stores")]
use crate::sink::store::location::Location;
#[cfg(feature = "stores")]
use crate::sink::store::platform;
#[cfg(feature = "stores")]
use crate::sink::store::platform::StorageLocation;
use crate::sink::{SinkError, registry};
use crate::tr;
use crossbeam_channel::{Receiver, bounded, select};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// How long a destination that is being opened is waited for when the run is stopped: it may have been claimed, and the claim must
/// go. A store that does not answer is given up then.
const GRACE: Duration = Duration::from_secs(5);

/// Opens the destination for a new dataset, on a thread of its own: a signal ends the run also while a store does not answer.
///
/// # Errors
/// What the destination says; [`SinkError::Stopped`], and then nothing of it is left.
pub(super) fn new(
    args: &Arc<Args>,
    retry: &RetryPolicy,
    stop: &Receiver<Exit>,
) -> Result<Arc<dyn Destination>, Problem> {
    let (send, opened) = bounded(1);
    let (args, retry) = (args.clone(), retry.clone());
    let thread = thread::Builder::new().name("open".into()).spawn(move || drop(send.send(destination(&args, &retry))));
    thread.map_err(|e| Problem::new(Exit::Other, tr!("system-no-thread", reason = e)))?;
    let gone = || Err(SinkError::Internal("the destination could not be opened").into());
    select! {
        recv(opened) -> destination => destination.unwrap_or_else(|_| gone()),
        recv(stop) -> exit => {
            if let Ok(Ok(destination)) = opened.recv_timeout(GRACE) {
                destination.discard();
            }
            exit.map_or_else(|_| gone(), |exit| Err(SinkError::Stopped(exit).into()))
        }
    }
}

fn destination(args: &Args, retry: &RetryPolicy) -> Result<Arc<dyn Destination>, Problem> {
    let options = args.open_options(retry)?;
    #[cfg(feature = "stores")]
    if let Some(storage) = storage(args)? {
        return Ok(crate::sink::store::open::new_storage(storage, &options, registry::open)?);
    }
    #[cfg(not(feature = "stores"))]
    check_storage(args)?;
    Ok(registry::open(&options)?)
}

/// Checks that no list of files lies in what the run replaces.
///
/// # Errors
/// A usage problem naming the list; the destination is discarded then.
pub(super) fn check_lists(args: &Args, destination: &dyn Destination) -> Result<(), Problem> {
    let lists: Vec<_> = args.lists().into_iter().chain(args.checkpoint.clone()).collect();
    let Some(list) = lists.iter().find(|list| destination.replaces(list)) else { return Ok(()) };
    destination.discard();
    let (list, dest) = (list.display(), destination.name());
    Err(UsageError::new(tr!("sink-list-in-dest", list, dest)).into())
}

/// Opens the destination for parts of a dataset.
///
/// # Errors
/// What the destination says.
pub(super) fn parts(args: &Args, retry: &RetryPolicy) -> Result<Arc<dyn Place>, Problem> {
    let options = args.open_options(retry)?;
    #[cfg(feature = "stores")]
    if let Some(storage) = storage(args)? {
        return Ok(crate::sink::store::open::parts_storage(storage, &options, registry::parts)?);
    }
    #[cfg(not(feature = "stores"))]
    check_storage(args)?;
    Ok(registry::parts(&options)?)
}

/// Copies what a store has into a file without a name.
#[cfg(feature = "stores")]
fn copied(mut content: Box<dyn std::io::Read + Send>, name: &str) -> Result<File, SinkError> {
    let fail = |e| SinkError::write(std::env::temp_dir().display().to_string(), e);
    let mut file = tempfile::tempfile().map_err(fail)?;
    match std::io::copy(&mut content, &mut file) {
        Ok(_) => Ok(file),
        Err(e) => Err(SinkError::Read { path: name.to_owned(), source: e }),
    }
}

/// A copy of a list that is in a store; `None` for a file of this machine.
///
/// # Errors
/// What the store says; a usage problem when no store takes the address.
pub(super) fn stored_list(list: &Path, retry: &RetryPolicy) -> Result<Option<File>, Problem> {
    let Some(place) = list.to_str().filter(|list| list.contains("://")) else { return Ok(None) };
    #[cfg(feature = "stores")]
    {
        let content = registry::stored(place, retry)?.content()?;
        let none = || SinkError::Read { path: place.to_owned(), source: std::io::ErrorKind::NotFound.into() };
        Ok(Some(copied(content.ok_or_else(none)?, place)?))
    }
    #[cfg(not(feature = "stores"))]
    {
        let _ = (place, retry);
        Err(UsageError::new(tr!("sink-no-stores")).into())
    }
}

/// Opens the destination for a file of lines.
///
/// # Errors
/// What the destination says.
pub(super) fn lines(args: &Args, retry: &RetryPolicy) -> Result<Arc<dyn LinesPlace>, Problem> {
    let options = args.open_options(retry)?;
    #[cfg(feature = "stores")]
    if let Some(storage) = storage(args)? {
        return Ok(crate::sink::store::open::lines_storage(storage, &options, registry::lines)?);
    }
    #[cfg(not(feature = "stores"))]
    check_storage(args)?;
    Ok(registry::lines(&options)?)
}

/// Opens a published dataset.
///
/// # Errors
/// What the destination says.
pub(super) fn published(args: &Args, retry: &RetryPolicy) -> Result<Arc<dyn Published>, Problem> {
    let options = args.open_options(retry)?;
    #[cfg(feature = "stores")]
    if let Some(storage) = storage(args)? {
        return Ok(crate::sink::store::open::published_storage(storage, &options)?);
    }
    #[cfg(not(feature = "stores"))]
    check_storage(args)?;
    Ok(registry::published(&options)?)
}

/// Checks that the storage of the platform can be written to, if one is given.
///
/// # Errors
/// What the server or the storage says.
#[cfg(feature = "stores")]
pub(super) fn check_storage(args: &Args) -> Result<(), Problem> {
    storage(args).map(drop)
}

/// Checks that no storage of the platform is given: this build knows none.
///
/// # Errors
/// A usage problem when there is one.
#[cfg(not(feature = "stores"))]
pub(super) fn check_storage(args: &Args) -> Result<(), Problem> {
    match args.storage {
        Some(_) => Err(crate::exit::UsageError::new(tr!("sink-no-stores")).into()),
        None => Ok(()),
    }
}

/// What to say of a storage that the server does not give.
#[cfg(feature = "stores")]
fn of_storage(id: u64, error: ApiError) -> Failure {
    let said = match &error {
        ApiError::NotFound { host, request, .. } => {
            tr!("sink-no-such-storage", id, host, request)
        }
        ApiError::Forbidden { request, .. } => {
            tr!("sink-storage-forbidden", id, request)
        }
        _ => return error.into(),
    };
    Failure { advice: Some(Advice::ListStorages), ..Failure::new(error.exit(), said) }
}

/// The storage of the platform that the user names, with its configuration from the server.
#[cfg(feature = "stores")]
fn storage(args: &Args) -> Result<Option<StorageLocation>, Problem> {
    let (Some(id), Some(path)) = (args.storage, &args.path) else { return Ok(None) };
    let client =
        client::from_environment(args.profile.chosen(), args.retry_for()).map_err(|e| Problem::Other(e.into()))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Problem::new(Exit::Other, tr!("system-no-runtime", reason = e)))?;
    let configuration = runtime.block_on(client.storage(id)).map_err(|e| Problem::Other(of_storage(id, e)))?;
    Ok(Some(platform::storage(id, &configuration, path)?))
}

/// Where a storage of the platform leads.
pub(super) enum Leads {
    /// To a folder of this machine.
    #[cfg_attr(not(feature = "stores"), expect(dead_code, reason = "without stores there are no storages"))]
    Folder(PathBuf),
    /// Into a store.
    #[cfg(feature = "stores")]
    Store(Box<Location>),
}

/// Where the storage leads that the user names, if one is named with its path.
///
/// # Errors
/// What the server or the storage says.
#[cfg(feature = "stores")]
pub(super) fn place_of_storage(args: &Args) -> Result<Option<Leads>, Problem> {
    Ok(storage(args)?.map(|location| match location {
        StorageLocation::Folder(folder) => Leads::Folder(folder),
        StorageLocation::Store(location) => Leads::Store(location),
    }))
}

/// As in a build with stores: there are none.
///
/// # Errors
/// A usage problem when one is named.
#[cfg(not(feature = "stores"))]
pub(super) fn place_of_storage(args: &Args) -> Result<Option<Leads>, Problem> {
    check_storage(args).map(|()| None)
}

/// The storages that there are to choose from; the server is waited for so long, or as long as for everything.
///
/// # Errors
/// What the server says.
#[cfg(feature = "stores")]
pub(super) fn storages(args: &Args, patience: Option<Duration>) -> Result<Vec<ask::Storage>, Problem> {
    let retry_for = if patience.is_some() { Duration::ZERO } else { args.retry_for() };
    let client = client::from_environment(args.profile.chosen(), retry_for).map_err(|e| Problem::Other(e.into()))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Problem::new(Exit::Other, tr!("system-no-runtime", reason = e)))?;
    let list = runtime.block_on(async {
        match patience {
            None => Some(client.storages().await),
            Some(patience) => tokio::time::timeout(patience, client.storages()).await.ok(),
        }
    });
    let list = list.ok_or_else(|| Problem::new(Exit::Remote, tr!("ask-late")))?;
    let list = list.map_err(|e| Problem::Other(e.into()))?;
    Ok(list.iter().filter_map(|entry| ask::Storage::of(&serde_json::from_str(entry.get()).ok()?)).collect())
}

/// As in a build with stores: there are none.
///
/// # Errors
/// Always.
#[cfg(not(feature = "stores"))]
pub(super) fn storages(_args: &Args, _patience: Option<Duration>) -> Result<Vec<ask::Storage>, Problem> {
    Err(UsageError::new(tr!("sink-no-stores")).into())
}
