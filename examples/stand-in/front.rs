//! What every request passes: counts, the edge's limits, tokens, faults, delays.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::DATE;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};

use crate::app::{App, detail};
use crate::faults::{self, Fault};
use crate::net::Connection;

/// The edge refuses longer query strings.
const MAX_QUERY: usize = 11_500;

/// Wraps every route.
pub async fn door(
    State(app): State<Arc<App>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    request: Request,
    next: Next,
) -> Response {
    if request.uri().path().starts_with("/_") {
        return next.run(request).await;
    }
    let _counted = app.stats.request(request.uri().path());
    let mut response = pass(&app, &connection, request, next).await;
    if app.options.clock_ahead != 0 {
        let time = Timestamp::now() + SignedDuration::from_secs(app.options.clock_ahead);
        let text = time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        response.headers_mut().insert(DATE, text.parse().expect("ASCII"));
    }
    app.stats.answered(response.status().as_u16());
    response
}

async fn pass(app: &App, connection: &Connection, request: Request, next: Next) -> Response {
    let url = request.uri().path_and_query().map_or("/", |url| url.as_str()).to_owned();
    if connection.failed_before(&url) {
        app.stats.stale_retry();
    }
    if request.uri().query().is_some_and(|query| query.len() > MAX_QUERY) {
        return (StatusCode::URI_TOO_LONG, "<html><h1>414 Request-URI Too Large</h1></html>").into_response();
    }
    if let Some(refusal) = refuse(app, request.uri().path(), request.headers()) {
        return refusal;
    }
    let fault = app.faults.draw(&url);
    if let Some(fault) = fault {
        app.stats.fault(fault.name());
        connection.faulted(&url);
    }
    tokio::time::sleep(Duration::from_millis(app.options.latency_ms)).await;
    match fault {
        Some(Fault::Fail(status)) => return faults::failure(status),
        Some(Fault::Html) => return faults::html(),
        Some(Fault::Hang) => tokio::time::sleep(Duration::from_millis(app.options.hang_ms)).await,
        Some(Fault::Reset) => {
            connection.reset();
            return faults::failure(500);
        }
        Some(Fault::Cut) => return faults::cut(next.run(request).await).await,
        None => {}
    }
    let response = next.run(request).await;
    match app.options.bytes_per_sec {
        Some(rate) if rate > 0 => faults::throttle(response, rate).await,
        _ => response,
    }
}

/// The API wants its token; files and payloads must not get one.
fn refuse(app: &App, path: &str, headers: &HeaderMap) -> Option<Response> {
    let of = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let tokens = [of("synapse-access-token"), of("authorization")];
    // Ray knows no tokens, and shows what it is given to everybody.
    if ["/files/", "/media/", "/objects/", "/api/jobs/", "/api/packages/", "/api/version"]
        .iter()
        .any(|folder| path.starts_with(folder))
    {
        if tokens.iter().any(Option::is_some) || of("synapse-tenant").is_some() {
            app.stats.leak();
            eprintln!("stand-in: a credential was sent to {path}");
            return Some((StatusCode::BAD_REQUEST, "credentials do not belong here").into_response());
        }
        return None;
    }
    if tokens.iter().flatten().any(|token| token.trim_start_matches("Token ").starts_with("forbidden")) {
        app.stats.bad_auth();
        return Some(detail(StatusCode::FORBIDDEN, "You do not have permission to perform this action."));
    }
    let token = app.options.token.as_ref()?;
    // The platform's v2 client sends its access token bare.
    let bare = path.starts_with("/v2/") && tokens[0] == Some(token);
    let only_bare = app.options.jobs.bare_tokens && path.starts_with("/v2/");
    if bare || !only_bare && tokens.contains(&Some(&format!("Token {token}"))) {
        return None;
    }
    app.stats.bad_auth();
    Some(detail(StatusCode::UNAUTHORIZED, "Invalid token."))
}
