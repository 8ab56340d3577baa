//! The store's client as worker threads use it: one runtime, a way to stop all that is under way, errors without secrets.

use crate::exit::Exit;
use crate::sink::error::SinkError;
use opendal::layers::{RetryLayer, TimeoutLayer};
use opendal::{Error, Operator};
use std::future::IntoFuture;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// Longest wait for one answer, and for one part to be taken.
const SILENCE: Duration = Duration::from_secs(120);
/// First and longest pause between two tries.
const PAUSES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));
/// How long a request under way is waited for when the run is stopped: one that is given up may still take effect, after the
/// cleaning up.
const GRACE: Duration = Duration::from_secs(5);
/// Longest time for one request while cleaning up after a failure.
const CLEANING: Duration = Duration::from_secs(20);

/// A client, and the runtime that drives it.
pub struct Io {
    op: Operator,
    /// The same without retries, for cleaning up.
    once: Operator,
    runtime: Runtime,
    stop: watch::Sender<bool>,
}

impl Io {
    /// Gives the client of a store retries and timeouts. A failing request is sent again for about `retry_for`.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn new(op: Operator, retry_for: Duration) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let once = op.layer(TimeoutLayer::new().with_timeout(SILENCE).with_io_timeout(SILENCE));
        let retry = RetryLayer::new().with_jitter().with_factor(2.0).with_min_delay(PAUSES.0).with_max_delay(PAUSES.1);
        let op = once.clone().layer(retry.with_max_times(tries(retry_for)));
        Ok(Self { op, once, runtime, stop: watch::channel(false).0 })
    }

    /// The client.
    pub fn op(&self) -> &Operator {
        &self.op
    }

    /// The client for cleaning up: a request is sent once.
    pub fn once(&self) -> &Operator {
        &self.once
    }

    /// Ends what is under way, and all that comes after.
    pub fn stop(&self) {
        let _ = self.stop.send(true);
    }

    /// Waits for the store, unless the run is stopped: then not at all, or for a request under way, a little.
    ///
    /// # Errors
    /// [`SinkError::Stopped`].
    pub fn wait<T>(&self, what: impl IntoFuture<Output = T>) -> Result<T, SinkError> {
        let mut stop = self.stop.subscribe();
        let stopped = SinkError::Stopped(Exit::Other);
        if *stop.borrow() {
            return Err(stopped);
        }
        self.runtime.block_on(async {
            let mut what = std::pin::pin!(what.into_future());
            tokio::select! {
                biased;
                done = &mut what => return Ok(done),
                _ = stop.wait_for(|s| *s) => {}
            }
            tokio::time::timeout(GRACE, what).await.map_err(|_| stopped)
        })
    }

    /// Waits for the store, also when the run is stopped, but not for long. `None`: it did not answer in time.
    pub fn clean<T>(&self, what: impl IntoFuture<Output = T>) -> Option<T> {
        self.runtime.block_on(async { tokio::time::timeout(CLEANING, what.into_future()).await.ok() })
    }
}

/// How many more tries fit into this time with pauses that double.
fn tries(retry_for: Duration) -> usize {
    let (mut pause, mut sum, mut tries) = (PAUSES.0, Duration::ZERO, 0);
    while sum + pause <= retry_for {
        sum += pause;
        tries += 1;
        pause = (2 * pause).min(PAUSES.1);
    }
    tries
}

/// A store's error about this path, as it may be shown.
pub fn failed(path: &str, e: &Error) -> SinkError {
    SinkError::Store { path: path.to_owned(), reason: reason(e) }
}

/// What the store or the network said. Neither URLs with queries nor headers are in it: they can hold signatures.
pub fn reason(e: &Error) -> String {
    let mut reason = match (e.message(), status(e)) {
        // An answer to HEAD has no text.
        ("", Some(status)) => format!("HTTP {status}"),
        (message, _) => format!("{}: {message}", e.kind()),
    };
    let mut cause = std::error::Error::source(e);
    while let Some(c) = cause {
        cause = c.source();
        // The last cause says most: connection refused, permission denied.
        let text = c.to_string();
        if cause.is_none() && !reason.contains(&text) {
            reason = format!("{reason}: {text}");
        }
    }
    without_queries(&reason.replace('\n', " "))
}

/// The status of the answer that the client library keeps among an error's context, of which the rest may hold secrets.
fn status(e: &Error) -> Option<u16> {
    let text = format!("{e:?}");
    text.split_once("status: ")?.1.get(..3)?.parse().ok()
}

fn without_queries(text: &str) -> String {
    text.split(' ')
        .map(|word| if word.contains("://") { word.split('?').next().unwrap_or(word) } else { word })
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_fit_into_the_time() {
        let all = [0, 1, 2, 4, 180].map(|s| tries(Duration::from_secs(s)));
        assert_eq!(all, [0, 1, 2, 3, 10]);
    }

    #[test]
    fn queries_are_not_shown() {
        let said = "error sending request (https://h/c?sv=1&sig=SECRET) to x?y";
        assert_eq!(without_queries(said), "error sending request (https://h/c to x?y");
    }
}
