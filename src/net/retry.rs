//! How long a failing server is tried again, and the warning about it: nobody should wait for minutes without knowing why.

use crate::tr;
use crate::words::Message;
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The time from the first warning of a kind to the second; it doubles with every further one.
const FIRST_INTERVAL: Duration = Duration::from_secs(10);
/// Kinds of failure remembered: a hostile stream can name any number of servers.
const KINDS: usize = 1024;

/// How long a failing request is sent again, and where the user is warned. Clones share what was warned of already.
#[derive(Clone)]
pub struct RetryPolicy {
    /// How long a failing request is sent again, counted from its first failure.
    pub retry_for: Duration,
    warn: Arc<dyn Fn(&Message) + Send + Sync>,
    /// Every failure is told.
    all: bool,
    warned: Arc<Mutex<HashMap<String, Warned>>>,
    /// Requests that were sent again.
    retries: Arc<AtomicU64>,
}

/// When a kind of failure was told last, and how long it is not told again.
struct Warned {
    at: Instant,
    silence: Duration,
}

impl fmt::Debug for RetryPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryPolicy").field("retry_for", &self.retry_for).finish_non_exhaustive()
    }
}

impl RetryPolicy {
    /// `warn` is called with one line at a time, from any thread.
    pub fn new(retry_for: Duration, warn: impl Fn(&Message) + Send + Sync + 'static) -> Self {
        Self { retry_for, warn: Arc::new(warn), all: false, warned: Arc::default(), retries: Arc::default() }
    }

    /// The same, which tells every failure if `all`, and not only the first of a kind and some of the others.
    #[must_use]
    pub fn telling_all(self, all: bool) -> Self {
        Self { all, ..self }
    }

    /// Warns the user of anything.
    pub fn warn(&self, text: impl Into<Message>) {
        (self.warn)(&text.into());
    }

    /// Requests that were sent again, of all clones.
    pub fn retries(&self) -> u64 {
        self.retries.load(Relaxed)
    }

    /// Counts a request that is sent again, and warns that a server fails: at once the first time, then at growing intervals. `server` and `reason` hold no secrets; `which` says
    /// how many tries, or how much time, have passed; `pause` is the time until the next try.
    pub fn warn_failing(&self, server: &str, reason: &Message, which: &Message, pause: Duration) {
        self.retries.fetch_add(1, Relaxed);
        let said = reason.english();
        // A server in trouble answers with one 5xx after the other.
        let kind = if said.starts_with("HTTP 5") { "HTTP 5" } else { said };
        if !self.all && !self.is_due(format!("{server} {kind}")) {
            return;
        }
        let pause = format!("{:.1}", pause.as_secs_f32());
        let seconds = pause.parse::<f64>().unwrap_or_default();
        let status =
            said.strip_prefix("HTTP ").and_then(|rest| rest.get(..3)).and_then(|code| code.parse::<u16>().ok());
        let message = tr!("retry-failing", server, reason, which, pause).with("pause", seconds);
        self.warn(match status {
            Some(status) => message.with("status", status),
            None => message,
        });
    }
}

impl RetryPolicy {
    /// Whether a failure of this kind is to be told now.
    fn is_due(&self, kind: String) -> bool {
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = warned.get_mut(&kind) {
            let due = last.at.elapsed() >= last.silence;
            if due {
                *last = Warned { at: Instant::now(), silence: 2 * last.silence };
            }
            return due;
        }
        let room = warned.len() < KINDS;
        if room {
            warned.insert(kind, Warned { at: Instant::now(), silence: FIRST_INTERVAL });
        }
        room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_of_a_kind_is_told_once_in_a_while() {
        let warnings = Arc::new(Mutex::new(Vec::new()));
        let to = warnings.clone();
        let retry = RetryPolicy::new(Duration::ZERO, move |text| to.lock().unwrap().push(text.to_string()));
        for n in 1..5 {
            retry.clone().warn_failing(
                "s3://b",
                &"HTTP 503".into(),
                &format!("{n} of 4").into(),
                Duration::from_millis(1260),
            );
            retry.warn_failing("http://h", &"HTTP 500".into(), &"after 2 s of 180".into(), Duration::from_secs(1));
        }
        retry.warn_failing("http://h", &"HTTP 503 Busy".into(), &"after 2 s of 180".into(), Duration::from_secs(1));
        retry.warn_failing("http://h", &"HTTP 429".into(), &"after 2 s of 180".into(), Duration::from_secs(1));
        assert_eq!(
            *warnings.lock().unwrap(),
            [
                "s3://b: HTTP 503; trying again (1 of 4, next in 1.3 s)",
                "http://h: HTTP 500; trying again (after 2 s of 180, next in 1.0 s)",
                "http://h: HTTP 429; trying again (after 2 s of 180, next in 1.0 s)"
            ]
        );
        warnings.lock().unwrap().clear();
        let all = retry.telling_all(true);
        for _ in 0..3 {
            all.warn_failing("http://h", &"HTTP 500".into(), &"after 2 s of 180".into(), Duration::from_secs(1));
        }
        assert_eq!(warnings.lock().unwrap().len(), 3);
    }

    #[test]
    fn the_intervals_grow() {
        let retry = RetryPolicy::new(Duration::ZERO, |_| {});
        let kind = || "a server fails".to_owned();
        assert!(retry.is_due(kind()) && !retry.is_due(kind()));
        for times in [1, 2, 4, 8] {
            let mut warned = retry.warned.lock().unwrap();
            let last = warned.get_mut(&kind()).unwrap();
            assert_eq!(last.silence, times * FIRST_INTERVAL);
            last.silence = Duration::ZERO;
            drop(warned);
            assert!(retry.is_due(kind()));
            retry.warned.lock().unwrap().get_mut(&kind()).unwrap().silence = 2 * times * FIRST_INTERVAL;
        }
        for n in 0..2 * KINDS {
            assert_eq!(retry.is_due(format!("{n}")), n < KINDS - 1);
        }
    }
}
