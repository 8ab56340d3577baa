//! How long a failing server is tried again, and the warning about it: nobody should wait for minutes without knowing why.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The least time between two warnings about the same server.
const EVERY: Duration = Duration::from_secs(15);
/// Servers remembered: a hostile stream can name any number of them.
const SERVERS: usize = 1024;

/// How long a failing request is sent again, and where the user is warned. Clones share what was warned of already.
#[derive(Clone)]
pub struct RetryPolicy {
    /// How long a failing request is sent again, counted from its first failure.
    pub retry_for: Duration,
    warn: Arc<dyn Fn(&str) + Send + Sync>,
    warned: Arc<Mutex<HashMap<String, Instant>>>,
}

impl fmt::Debug for RetryPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryPolicy").field("retry_for", &self.retry_for).finish_non_exhaustive()
    }
}

impl RetryPolicy {
    /// `warn` is called with one line at a time, from any thread.
    pub fn new(retry_for: Duration, warn: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { retry_for, warn: Arc::new(warn), warned: Arc::default() }
    }

    /// Warns the user of anything.
    pub fn warn(&self, text: &str) {
        (self.warn)(text);
    }

    /// Warns that a server keeps failing, unless that was said a moment ago. `server` and `reason` hold no secrets; `which` says how
    /// many tries, or how much time, have passed; `pause` is the time until the next try.
    pub fn warn_failing(&self, server: &str, reason: &str, which: &str, pause: Duration) {
        {
            let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
            if warned.get(server).is_some_and(|last| last.elapsed() < EVERY) || warned.len() >= SERVERS {
                return;
            }
            warned.insert(server.to_owned(), Instant::now());
        }
        let pause = pause.as_secs_f32();
        self.warn(&format!("{server}: {reason}; trying again ({which}, next in {pause:.1} s)"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_server_is_warned_of_once_in_a_while() {
        let warnings = Arc::new(Mutex::new(Vec::new()));
        let to = warnings.clone();
        let retry = RetryPolicy::new(Duration::ZERO, move |text| to.lock().unwrap().push(text.to_owned()));
        for n in 1..5 {
            retry.clone().warn_failing("s3://b", "HTTP 503", &format!("{n} of 4"), Duration::from_millis(1260));
            retry.warn_failing("http://h", "HTTP 500", "after 2 s of 180", Duration::from_secs(1));
        }
        assert_eq!(
            *warnings.lock().unwrap(),
            [
                "s3://b: HTTP 503; trying again (1 of 4, next in 1.3 s)",
                "http://h: HTTP 500; trying again (after 2 s of 180, next in 1.0 s)"
            ]
        );
    }
}
