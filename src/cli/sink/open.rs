//! The opening of a destination, during which signals count already.

use super::{Args, target, wanted};
use crate::exit::{Exit, Failure};
use crate::sink::destination::Destination;
use crate::sink::patience::Patience;
use crate::sink::{SinkError, registry};
use crossbeam_channel::{Receiver, bounded, select, unbounded};
use signal_hook::consts::{SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Duration;

/// How long a destination that is being opened is waited for when the run is stopped: it may have been claimed, and the claim must
/// go. A store that does not answer is given up then.
const GRACE: Duration = Duration::from_secs(5);

/// SIGINT and SIGTERM as exit codes on a channel, so that what was begun is cleaned up before the process ends.
///
/// # Errors
/// When the system does not let us watch.
pub(super) fn signals() -> std::io::Result<Receiver<Exit>> {
    // Without a handler a file size limit kills the process; with one the write fails, and is reported.
    signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let (send, receive) = unbounded();
    thread::Builder::new().name("signals".into()).spawn(move || {
        for signal in signals.forever() {
            let exit = if signal == SIGINT { Exit::Interrupted } else { Exit::Terminated };
            if send.send(exit).is_err() {
                return;
            }
        }
    })?;
    Ok(receive)
}

/// Opens the destination, on a thread of its own: a signal ends the run also while a store does not answer.
///
/// # Errors
/// What the destination says; [`SinkError::Stopped`], and then nothing of it is left.
pub(super) fn open(
    args: &Arc<Args>,
    patience: &Patience,
    stop: &Receiver<Exit>,
) -> Result<Arc<dyn Destination>, Failure> {
    let (send, opened) = bounded(1);
    let (args, patience) = (args.clone(), patience.clone());
    let thread = thread::Builder::new().name("open".into()).spawn(move || drop(send.send(new(&args, &patience))));
    thread.map_err(|e| Failure::new(Exit::Other, format!("the system gives no thread: {e}")))?;
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

fn new(args: &Args, patience: &Patience) -> Result<Arc<dyn Destination>, Failure> {
    let wanted = wanted(args, patience)?;
    Ok(match target(args)? {
        Some(target) => registry::open_storage(target, &wanted)?,
        None => registry::open(&wanted)?,
    })
}
