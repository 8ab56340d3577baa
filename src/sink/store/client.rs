//! The store's client as worker threads use it: one runtime, a way to stop all that is under way, errors without secrets.

use super::error;
use super::error::reason;
use super::put::Put;
use crate::exit::Exit;
use crate::net::retry::RetryPolicy;
use crate::sink::error::SinkError;
use crate::tr;
use crate::words::Message;
use opendal::layers::{RetryEvent, RetryLayer, TimeoutLayer};
use opendal::{Error, ErrorKind, Operator};
use std::fs::File;
use std::future::IntoFuture;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// Least and most time to wait for one answer, or for one part to be taken: in between, as long as a request is sent again.
const SILENCE: (Duration, Duration) = (Duration::from_secs(15), Duration::from_secs(120));
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
    /// Longest time for one request with all its tries.
    longest: Duration,
    /// Longest time for one answer.
    silence: Duration,
    retry: RetryPolicy,
    /// The store, for messages.
    name: String,
    /// What stands before a key, for messages.
    base: String,
    put: Option<Put>,
}

impl Io {
    /// Adds retries and timeouts to the client of a store. Warnings of a store that keeps failing call it `name`.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn new(op: Operator, name: &str, prefix: &str, retry: &RetryPolicy) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let silence = retry.retry_for.clamp(SILENCE.0, SILENCE.1);
        let once = op.layer(TimeoutLayer::new().with_timeout(silence).with_io_timeout(silence));
        let tries = tries(retry.retry_for);
        let layer = RetryLayer::new().with_jitter().with_factor(2.0).with_min_delay(PAUSES.0).with_max_delay(PAUSES.1);
        let layer = layer.with_max_times(tries).with_notify(warn_of_retries(name, tries, retry));
        let op = once.clone().layer(layer);
        let base = name.strip_suffix(prefix).map_or_else(|| format!("{name}: "), str::to_owned);
        let (stop, longest) = (watch::channel(false).0, retry.retry_for + silence);
        let (retry, name) = (retry.clone(), name.to_owned());
        Ok(Self { op, once, runtime, stop, longest, silence, retry, name, base, put: None })
    }

    /// The same client, which sends large files through `put`.
    #[must_use]
    pub fn with_put(self, put: Option<Put>) -> Self {
        Self { put, ..self }
    }

    /// Whether [`put`](Self::put) may be called.
    pub fn can_put(&self) -> bool {
        self.put.is_some()
    }

    /// Sends a large file in one request, with all tries.
    ///
    /// # Errors
    /// [`SinkError::Stopped`]; the store's error inside.
    pub fn put(&self, key: &str, file: &File, bytes: u64) -> Result<opendal::Result<()>, SinkError> {
        let Some(put) = &self.put else { return Err(SinkError::Internal("large files have no way")) };
        if let Some((folder, _)) = key.rsplit_once('/')
            && let Err(e) = self.wait(self.op.create_dir(&format!("{folder}/")))?
        {
            return Ok(Err(e));
        }
        self.wait_long(async {
            let tries = tries(self.retry.retry_for);
            let mut pause = PAUSES.0;
            let mut n = 0;
            loop {
                n += 1;
                match put.send(key, file, bytes, self.silence).await {
                    Err(e) if e.is_temporary() && n <= tries => {
                        self.retry.warn_failing(
                            &self.name,
                            &reason(&e).into(),
                            &tr!("retry-of", n = n.to_string(), tries),
                            pause,
                        );
                        tokio::time::sleep(pause).await;
                        pause = (2 * pause).min(PAUSES.1);
                    }
                    done => return done,
                }
            }
        })
    }

    /// The client.
    pub fn op(&self) -> &Operator {
        &self.op
    }

    /// A store's error about this key. An answer that has no text, as to HEAD, is explained by asking for the content.
    pub fn failed(&self, key: &str, e: &Error) -> SinkError {
        let path = format!("{}{key}", self.base);
        let again = error::is_bare_refusal(e).then(|| self.clean(self.once.read_with(key).range(0..1)));
        match again {
            Some(Some(Err(told))) if !told.message().is_empty() => error::failed(&path, &told),
            _ => error::failed(&path, e),
        }
    }

    /// Warns the user.
    pub fn warn(&self, text: impl Into<Message>) {
        self.retry.warn(text);
    }

    /// The client for cleaning up: a request is sent once.
    pub fn once(&self) -> &Operator {
        &self.once
    }

    /// Ends the requests that are running, and refuses later ones.
    pub fn stop(&self) {
        let _ = self.stop.send(true);
    }

    /// Waits for one answer of the store, with all its tries, unless the run is stopped: then not at all, or for a request under
    /// way, a little. A store that does not say anything counts as failed when the time for all tries is over.
    ///
    /// # Errors
    /// [`SinkError::Stopped`].
    pub fn wait<T>(&self, what: impl IntoFuture<Output = opendal::Result<T>>) -> Result<opendal::Result<T>, SinkError> {
        let silent = || Error::new(ErrorKind::Unexpected, format!("no answer in {} s", self.longest.as_secs()));
        self.wait_long(async { tokio::time::timeout(self.longest, what).await.unwrap_or_else(|_| Err(silent())) })
    }

    /// Waits for any number of answers, unless the run is stopped.
    ///
    /// # Errors
    /// [`SinkError::Stopped`].
    pub fn wait_long<T>(&self, what: impl IntoFuture<Output = T>) -> Result<T, SinkError> {
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

/// Warns of a store that fails.
fn warn_of_retries(name: &str, tries: usize, retry: &RetryPolicy) -> impl Fn(RetryEvent<'_>) + Send + Sync + 'static {
    let (name, retry) = (name.to_owned(), retry.clone());
    move |event| {
        retry.warn_failing(
            &name,
            &reason(event.err).into(),
            &tr!("retry-of", n = event.attempt.to_string(), tries),
            event.retry_after,
        );
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_fit_into_the_time() {
        let all = [0, 1, 2, 4, 180].map(|s| tries(Duration::from_secs(s)));
        assert_eq!(all, [0, 1, 2, 3, 10]);
    }
}
