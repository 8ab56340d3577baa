//! Logs of jobs: as they are kept, and as streams with the faults of real ones.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::json;

use crate::app::{App, json};
use crate::catalog::{unknown, v2_single};

type Shared = State<Arc<App>>;

/// Between two looks at a job.
const LOOK: Duration = Duration::from_millis(10);
/// A heartbeat is sent after so many looks at nothing new.
const HEARTBEAT: u32 = 50;

/// `GET /jobs/{id}/console_logs/`: a list of lines
pub async fn kept(State(app): Shared, Path(id): Path<String>) -> Response {
    match app.jobs.get(&id).filter(|_| !app.options.jobs.no_kept_log) {
        Some(job) => json(StatusCode::OK, json!(job.log).to_string()),
        None => unknown(),
    }
}

/// `GET /v2/jobs/{id}/console_logs/`
pub async fn v2_kept(State(app): Shared, Path(id): Path<String>) -> Response {
    match app.jobs.get(&id).filter(|_| !app.options.jobs.no_kept_log) {
        Some(job) => v2_single(&app, &json!({"logs": job.log}).to_string()),
        None => unknown(),
    }
}

/// `GET /jobs/{id}/tail_console_logs/`: events, with the text wrapped twice
pub async fn tail(State(app): Shared, Path(id): Path<String>) -> Response {
    let options = &app.options.jobs;
    let Some(job) = app.jobs.get(&id).filter(|_| !options.no_log_stream) else { return unknown() };
    let n = app.jobs.streams.fetch_add(1, Relaxed);
    if n < options.log_busy {
        return (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "0")], "slow down").into_response();
    }
    let at = if options.log_live { job.log.len() } else { 0 };
    let state = Tail { app: app.clone(), id, at, sent: 0, looks: 0, begun: false, ended: false };
    let body = Body::from_stream(stream::unfold(state, |mut tail| async move { Some((tail.next().await?, tail)) }));
    ([(header::CONTENT_TYPE, "text/event-stream")], body).into_response()
}

struct Tail {
    app: Arc<App>,
    id: String,
    /// The line that comes next.
    at: usize,
    sent: usize,
    looks: u32,
    begun: bool,
    ended: bool,
}

impl Tail {
    /// The next event; an error cuts the connection.
    async fn next(&mut self) -> Option<io::Result<Bytes>> {
        let options = self.app.options.jobs.clone();
        if self.ended {
            return None;
        }
        if !std::mem::replace(&mut self.begun, true) {
            return Some(Ok(event(&json!({"type": "connected"}))));
        }
        if options.log_cut > 0 && self.sent == options.log_cut {
            self.ended = true;
            // Some streams break, some end as if all were said.
            let breaks = self.app.jobs.streams.load(Relaxed).is_multiple_of(2);
            return breaks.then(|| Err(io::ErrorKind::ConnectionReset.into()));
        }
        if options.log_silent_after > 0 && self.sent == options.log_silent_after {
            let forever: Result<(), Infallible> = std::future::pending().await;
            return forever.ok().map(|()| Ok(Bytes::new()));
        }
        loop {
            let job = self.app.jobs.get(&self.id)?;
            if let Some(line) = job.log.get(self.at) {
                (self.at, self.sent, self.looks) = (self.at + 1, self.sent + 1, 0);
                if options.log_plain {
                    return Some(Ok(format!("{line}\n").into()));
                }
                let inner = format!("data: {}\n\n", json!({"type": "log", "message": format!("{line}\n")}));
                return Some(Ok(event(&json!({"type": "log", "data": inner}))));
            }
            if job.has_ended() {
                self.ended = true;
                return Some(Ok(event(&json!({"type": "complete"}))));
            }
            self.looks += 1;
            if self.looks.is_multiple_of(HEARTBEAT) {
                return Some(Ok(": heartbeat\n\n".into()));
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

fn event(value: &serde_json::Value) -> Bytes {
    format!("data: {value}\n\n").into()
}
