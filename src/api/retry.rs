//! When to ask again: back-off with jitter, a budget in minutes, `Retry-After` honoured but capped (backend.md §7).

use super::error::ApiError;
use crate::net::fault::Fault;
use crate::words::Message;
use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use std::time::{Duration, Instant};

/// The longest `Retry-After` that is honoured.
pub const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How long a host that has never answered is tried.
const FIRST_CONTACT: Duration = Duration::from_secs(10);

/// A web page, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// It asks who one is.
    Login,
    /// Any other: a gateway that is busy, a proxy, another site.
    Other,
}

/// Why one try failed.
#[derive(Debug)]
pub enum Trouble {
    /// The failure may pass.
    Passing {
        /// One line, no URL.
        reason: Message,
        /// What the server asked for.
        retry_after: Option<Duration>,
        /// Whether a smaller page might help: a timeout, a cut body or a 5xx that may be due to size.
        may_be_size: bool,
        /// Whether the server is asking us to slow down (429, 503).
        slow_down: bool,
        /// The web page that came in place of an answer.
        page: Option<Page>,
        /// The proxy, when it is to blame.
        fault: Option<Fault>,
    },
    /// The answer is too large (413): the same request fails again, a smaller page may not.
    TooLarge(ApiError),
    /// The signature of a presigned URL has expired.
    Expired,
    /// Asking again does not help.
    Fatal(ApiError),
}

impl Trouble {
    /// A failure that may pass, and that says nothing else.
    pub fn passing(reason: impl Into<Message>) -> Self {
        Self::Passing {
            reason: reason.into(),
            retry_after: None,
            may_be_size: false,
            slow_down: false,
            page: None,
            fault: None,
        }
    }
}

/// How long to keep trying one request.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// From the first failure of a request to its last try.
    pub budget: Duration,
    /// The pause before the second try; it doubles with every further one.
    pub first_pause: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self { budget: Duration::from_secs(600), first_pause: Duration::from_millis(500) }
    }
}

/// The tries of one request.
pub struct Tries {
    pauses: ExponentialBackoff,
    budget: Duration,
    first_failure: Option<Instant>,
    /// Number of tries that failed.
    pub failed: u32,
}

impl Tries {
    /// Before the first try.
    pub fn new(policy: Policy) -> Self {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(policy.first_pause)
            .with_max_delay(LONGEST_PAUSE)
            .with_jitter()
            .without_max_times()
            .build();
        Self { pauses, budget: policy.budget, first_failure: None, failed: 0 }
    }

    /// Seconds since the first failure.
    pub fn seconds(&self) -> u64 {
        self.first_failure.map_or(0, |at| at.elapsed().as_secs())
    }

    /// How long the request is tried. `contact`: the host has answered before.
    pub fn budget(&self, contact: bool) -> Duration {
        if contact { self.budget } else { self.budget.min(FIRST_CONTACT) }
    }

    /// The pause before the next try, or `None` when the budget is spent. `contact`: the host has answered before.
    pub fn next_pause(&mut self, retry_after: Option<Duration>, contact: bool) -> Option<Duration> {
        self.failed += 1;
        let since = self.first_failure.get_or_insert_with(Instant::now).elapsed();
        let budget = self.budget(contact);
        // Back-off runs on for ever; the jitter may exceed the cap.
        let pause = self.pauses.next().unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE);
        let pause = match retry_after {
            // A server that says `0` is still not to be hammered.
            Some(asked) => asked.min(LONGEST_RETRY_AFTER).max(pause / 8),
            None => pause,
        };
        (since + pause <= budget).then_some(pause)
    }
}

/// Reads an HTTP date, as in the header `Date`.
pub fn http_date(text: &str) -> Option<jiff::Timestamp> {
    Some(jiff::fmt::rfc2822::parse(text.trim()).ok()?.timestamp())
}

/// Reads a `Retry-After` header: seconds, or an HTTP date.
pub fn retry_after(value: &str, now: jiff::Timestamp) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = http_date(value)?;
    Some(at.duration_since(now).try_into().unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_cap_and_end_with_the_budget() {
        let mut tries = Tries::new(Policy { budget: Duration::from_secs(3600), ..Policy::default() });
        let first = Policy::default().first_pause;
        let pauses: Vec<_> = (0..12).map(|_| tries.next_pause(None, true).unwrap()).collect();
        assert!(pauses[0] >= first && pauses[0] <= 2 * first, "{pauses:?}");
        assert!(pauses.iter().all(|p| *p <= LONGEST_PAUSE) && pauses[11] == LONGEST_PAUSE, "{pauses:?}");
        let mut short = Tries::new(Policy { budget: Duration::from_millis(10), ..Policy::default() });
        assert_eq!(short.next_pause(None, true), None);
    }

    #[test]
    fn retry_after_is_honoured_and_capped() {
        let mut tries = Tries::new(Policy::default());
        assert_eq!(tries.next_pause(Some(Duration::from_secs(7)), true), Some(Duration::from_secs(7)));
        assert_eq!(tries.next_pause(Some(Duration::from_secs(9999)), true), Some(LONGEST_RETRY_AFTER));
        assert!(tries.next_pause(Some(Duration::ZERO), true).unwrap() > Duration::ZERO);
    }

    #[test]
    fn a_host_that_never_answered_is_given_up_soon() {
        let mut tries = Tries::new(Policy::default());
        assert_eq!(tries.next_pause(Some(Duration::from_secs(30)), false), None);
    }

    #[test]
    fn retry_after_forms() {
        let now: jiff::Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(retry_after(" 5 ", now), Some(Duration::from_secs(5)));
        assert_eq!(retry_after("Thu, 01 Jan 2026 00:00:30 GMT", now), Some(Duration::from_secs(30)));
        assert_eq!(retry_after("Wed, 31 Dec 2025 00:00:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
    }
}
