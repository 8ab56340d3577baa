//! How long servers that fail are tried again, and the word about it: nobody should wait for minutes without knowing why.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The least time between two words about the same server.
const EVERY: Duration = Duration::from_secs(15);
/// Servers remembered: a hostile stream can name any number of them.
const SERVERS: usize = 1024;

/// How failing servers are treated; all clones share what was told.
#[derive(Clone)]
pub struct Patience {
    /// How long a failing request is sent again.
    pub retry_for: Duration,
    warn: Arc<dyn Fn(&str) + Send + Sync>,
    told: Arc<Mutex<HashMap<String, Instant>>>,
}

impl fmt::Debug for Patience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Patience").field("retry_for", &self.retry_for).finish_non_exhaustive()
    }
}

impl Patience {
    /// `warn` is told what the user should know while the run goes on.
    pub fn new(retry_for: Duration, warn: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { retry_for, warn: Arc::new(warn), told: Arc::default() }
    }

    /// Something that the user should know.
    pub fn warn(&self, text: &str) {
        (self.warn)(text);
    }

    /// A server goes on failing. `server` and `reason` hold no secrets; `which` says how far the tries have come.
    pub fn failing(&self, server: &str, reason: &str, which: &str, pause: Duration) {
        {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            if told.get(server).is_some_and(|last| last.elapsed() < EVERY) || told.len() >= SERVERS {
                return;
            }
            told.insert(server.to_owned(), Instant::now());
        }
        let pause = pause.as_secs_f32();
        self.warn(&format!("{server}: {reason}; trying again ({which}, next in {pause:.1} s)"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_about_each_server_in_a_while() {
        let said = Arc::new(Mutex::new(Vec::new()));
        let to = said.clone();
        let patience = Patience::new(Duration::ZERO, move |text| to.lock().unwrap().push(text.to_owned()));
        for n in 1..5 {
            patience.clone().failing("s3://b", "HTTP 503", &format!("{n} of 4"), Duration::from_millis(1260));
            patience.failing("http://h", "HTTP 500", "after 2 s of 180", Duration::from_secs(1));
        }
        assert_eq!(
            *said.lock().unwrap(),
            [
                "s3://b: HTTP 503; trying again (1 of 4, next in 1.3 s)",
                "http://h: HTTP 500; trying again (after 2 s of 180, next in 1.0 s)"
            ]
        );
    }
}
