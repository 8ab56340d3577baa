//! Politeness: requests a second, requests at once, bytes a second, and one pause that all requests share when the server asks
//! for it.
//!
//! The number of requests at once adapts: 429 and 503 halve it, answers that take several times as long as the fastest of late
//! lower it by one, good answers raise it slowly to what the user allows.

use std::sync::Mutex;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// What the user allows.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Requests to the backend under way at once.
    pub concurrency: usize,
    /// Requests to the backend a second.
    pub per_second: Option<f64>,
    /// Bytes of bodies a second, backend and object store together.
    pub bytes_per_second: Option<f64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { concurrency: 8, per_second: None, bytes_per_second: None }
    }
}

/// Slower than this many times the usual is a sign of a server under stress.
const STRESS: f64 = 4.0;
/// Answers faster than this are never a sign of it, seconds.
const QUICK: f64 = 1.0;

/// Lets requests pass.
#[derive(Debug)]
pub struct Gate {
    limits: Limits,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    active: usize,
    allowed: f64,
    /// Nothing is sent before this.
    not_before: Instant,
    /// The moment of the next request, when requests a second are limited.
    next_slot: Instant,
    /// The moment at which all bytes so far have been paid for.
    paid_until: Instant,
    last_cut: Option<Instant>,
    /// Seconds to the first byte: usual, slowly forgetting.
    usual: Option<f64>,
}

/// A request under way.
#[derive(Debug)]
pub struct Passage<'a>(&'a Gate);

impl Drop for Passage<'_> {
    fn drop(&mut self) {
        self.0.with(|s| s.active -= 1);
        self.0.changed.notify_one();
    }
}

impl Gate {
    /// With these limits.
    pub fn new(limits: Limits) -> Self {
        let now = Instant::now();
        let state = State {
            active: 0,
            allowed: limits.concurrency.max(1) as f64,
            not_before: now,
            next_slot: now,
            paid_until: now,
            last_cut: None,
            usual: None,
        };
        Self { limits, state: Mutex::new(state), changed: Notify::new() }
    }

    fn with<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        // Nothing panics while the lock is held; the state is plain numbers in any case.
        f(&mut self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Requests allowed at once, now.
    pub fn allowed(&self) -> usize {
        self.with(|s| s.allowed as usize).max(1)
    }

    /// Waits until a request may be sent.
    pub async fn enter(&self) -> Passage<'_> {
        loop {
            let wait = self.with(|s| {
                let now = Instant::now();
                let open = s.not_before.max(if self.limits.per_second.is_some() { s.next_slot } else { now });
                if open > now {
                    return Some(open - now);
                }
                if s.active >= (s.allowed as usize).max(1) {
                    return Some(Duration::MAX);
                }
                s.active += 1;
                if let Some(rate) = self.limits.per_second {
                    s.next_slot = now + Duration::from_secs_f64(1.0 / rate);
                }
                None
            });
            match wait {
                None => {
                    // After a pause for all only some are woken: each that enters lets the next one look.
                    self.changed.notify_one();
                    return Passage(self);
                }
                Some(Duration::MAX) => self.changed.notified().await,
                Some(wait) => tokio::time::sleep(wait).await,
            }
        }
    }

    /// The server asks everyone to wait.
    pub fn hold(&self, pause: Duration) {
        self.with(|s| s.not_before = s.not_before.max(Instant::now() + pause));
    }

    /// A 429 or 503: half as many at once, but one wave of them counts once.
    pub fn slow_down(&self) {
        self.with(|s| {
            let now = Instant::now();
            if s.last_cut.is_none_or(|at| now - at > Duration::from_secs(1)) {
                s.allowed = (s.allowed / 2.0).max(1.0);
                s.last_cut = Some(now);
            }
        });
    }

    /// A good answer whose first byte took so long.
    pub fn good(&self, first_byte: Duration) {
        let seconds = first_byte.as_secs_f64();
        self.with(|s| {
            let usual = s.usual.get_or_insert(seconds);
            let slow = seconds > QUICK && seconds > STRESS * *usual;
            // The usual follows a faster server at once and a slower one slowly.
            *usual = if seconds < *usual { seconds } else { *usual * 0.98 + seconds * 0.02 };
            let now = Instant::now();
            if slow {
                if s.last_cut.is_none_or(|at| now - at > Duration::from_secs(1)) {
                    s.allowed = (s.allowed - 1.0).max(1.0);
                    s.last_cut = Some(now);
                }
            } else {
                s.allowed = (s.allowed + 0.5 / s.allowed).min(self.limits.concurrency.max(1) as f64);
            }
        });
        self.changed.notify_one();
    }

    /// Waits until so many bytes fit into the limit of bytes a second.
    pub async fn pay(&self, bytes: usize) {
        let Some(rate) = self.limits.bytes_per_second else { return };
        let due = self.with(|s| {
            s.paid_until = s.paid_until.max(Instant::now()) + Duration::from_secs_f64(bytes as f64 / rate);
            s.paid_until
        });
        tokio::time::sleep_until(due.into()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(limits: Limits) -> Gate {
        Gate::new(limits)
    }

    #[test]
    fn a_wave_of_refusals_halves_once_and_good_answers_bring_it_back() {
        let g = gate(Limits { concurrency: 8, ..Limits::default() });
        for _ in 0..5 {
            g.slow_down();
        }
        assert_eq!(g.allowed(), 4);
        for _ in 0..200 {
            g.good(Duration::from_millis(100));
        }
        assert_eq!(g.allowed(), 8);
    }

    #[test]
    fn a_server_that_becomes_slow_gets_less() {
        let g = gate(Limits { concurrency: 8, ..Limits::default() });
        g.good(Duration::from_millis(300));
        g.good(Duration::from_secs(5));
        assert_eq!(g.allowed(), 7);
        let steady = gate(Limits { concurrency: 8, ..Limits::default() });
        for _ in 0..20 {
            steady.good(Duration::from_secs(5));
        }
        assert_eq!(steady.allowed(), 8, "slow from the start is just slow");
    }

    #[tokio::test]
    async fn no_more_at_once_than_allowed() {
        let g = gate(Limits { concurrency: 2, ..Limits::default() });
        let (a, _b) = (g.enter().await, g.enter().await);
        assert!(tokio::time::timeout(Duration::from_millis(30), g.enter()).await.is_err());
        drop(a);
        g.enter().await;
    }

    #[tokio::test]
    async fn one_pause_for_all_and_requests_a_second() {
        let g = gate(Limits { per_second: Some(50.0), ..Limits::default() });
        let began = Instant::now();
        for _ in 0..6 {
            g.enter().await;
        }
        assert!(began.elapsed() >= Duration::from_millis(100), "{:?}", began.elapsed());
        g.hold(Duration::from_millis(150));
        let held = Instant::now();
        g.enter().await;
        assert!(held.elapsed() >= Duration::from_millis(150));
    }

    #[tokio::test]
    async fn bytes_are_paid_for() {
        let g = gate(Limits { bytes_per_second: Some(1e6), ..Limits::default() });
        let began = Instant::now();
        g.pay(50_000).await;
        g.pay(50_000).await;
        assert!(began.elapsed() >= Duration::from_millis(100));
    }
}
