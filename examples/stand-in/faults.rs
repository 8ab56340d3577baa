//! Faults by the dice: which request fails, and how. The same seed and requests give the same faults.

use std::collections::HashMap;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use crate::options::Options;
use crate::signer::mix;

/// One fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// An error status
    Fail(u16),
    /// A body cut short
    Cut,
    /// A 200 that is an HTML page
    Html,
    /// An answer that takes long
    Hang,
    /// A connection reset
    Reset,
}

impl Fault {
    /// Its name in the counts.
    pub fn name(self) -> &'static str {
        match self {
            Fault::Fail(_) => "fail",
            Fault::Cut => "cut",
            Fault::Html => "html",
            Fault::Hang => "hang",
            Fault::Reset => "reset",
        }
    }
}

/// The dice.
#[derive(Debug)]
pub struct Faults {
    rates: [f64; 5],
    seed: u64,
    status: Option<u16>,
    limit: u32,
    path: String,
    healed: AtomicBool,
    /// Tries and faults by URL: the draw must not depend on what other requests are under way.
    tries: Mutex<HashMap<u64, (u32, u32)>>,
}

const STATUSES: [u16; 7] = [429, 500, 502, 503, 504, 520, 524];

impl Faults {
    /// As the command line says.
    pub fn new(options: &Options) -> Self {
        let o = options;
        Faults {
            rates: [o.fail_rate, o.cut_rate, o.html_rate, o.hang_rate, o.reset_rate],
            seed: o.seed,
            status: o.fail_status,
            limit: o.fault_limit.unwrap_or(u32::MAX),
            path: o.fault_path.clone(),
            healed: AtomicBool::new(false),
            tries: Mutex::default(),
        }
    }

    /// Whether faults are still given.
    pub fn on(&self) -> bool {
        !self.healed.load(Relaxed)
    }

    /// No more faults.
    pub fn heal(&self) {
        self.healed.store(true, Relaxed);
    }

    /// The fault for this request, if any. `url` is path and query.
    pub fn draw(&self, url: &str) -> Option<Fault> {
        if !self.on() || self.rates.iter().all(|rate| *rate == 0.0) || !url.starts_with(&self.path) {
            return None;
        }
        let key = mix(self.seed, url.as_bytes());
        let mut tries = self.tries.lock().expect("no panic while held");
        let (try_number, given) = tries.entry(key).or_default();
        let dice = mix(key, &try_number.to_le_bytes());
        *try_number += 1;
        if *given >= self.limit {
            return None;
        }
        let mut point = (dice >> 11) as f64 / (1u64 << 53) as f64;
        for (kind, rate) in self.rates.iter().enumerate() {
            if point < *rate {
                *given += 1;
                let mixed = STATUSES[(mix(dice, b"status") % STATUSES.len() as u64) as usize];
                return Some(match kind {
                    0 => Fault::Fail(self.status.unwrap_or(mixed)),
                    1 => Fault::Cut,
                    2 => Fault::Html,
                    3 => Fault::Hang,
                    _ => Fault::Reset,
                });
            }
            point -= rate;
        }
        None
    }
}

/// An error answer of the edge.
pub fn failure(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::RETRY_AFTER, "0")], format!("error code: {status}")).into_response()
}

/// A 200 that is not what it says.
pub fn html() -> Response {
    let page = "<!DOCTYPE html><html><head><title>Please wait</title></head><body>One moment.</body></html>";
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
}

/// Announces the whole body, sends half of it and drops the connection.
pub async fn cut(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else { return failure(500) };
    parts.headers.insert(header::CONTENT_LENGTH, bytes.len().max(1).into());
    let half = bytes.slice(..bytes.len() / 2);
    let body = stream::unfold(Some(half), |state| async move {
        match state {
            Some(half) if !half.is_empty() => Some((Ok(half), Some(Bytes::new()))),
            Some(_) => {
                // hyper flushes what it has while a body is pending; without the pause the half would be lost too.
                tokio::time::sleep(Duration::from_millis(20)).await;
                Some((Err(io::Error::other("cut short on purpose")), None))
            }
            None => None,
        }
    });
    Response::from_parts(parts, Body::from_stream(body))
}

/// Sends a body at so many bytes a second.
pub async fn throttle(response: Response, rate: u64) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else { return failure(500) };
    parts.headers.insert(header::CONTENT_LENGTH, bytes.len().into());
    let step = (rate / 20).max(1) as usize;
    let body = stream::unfold(bytes, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        let chunk = rest.split_to(step.min(rest.len()));
        tokio::time::sleep(Duration::from_secs_f64(chunk.len() as f64 / rate as f64)).await;
        Some((Ok::<_, io::Error>(chunk), rest))
    });
    Response::from_parts(parts, Body::from_stream(body))
}
