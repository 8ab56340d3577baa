//! Original files and externalised payloads: what an object store would serve.

use std::io;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::image;
use crate::json::{Fields, file_name};
use crate::rows::manifest;
use crate::signer::{Verdict, mix};

/// `GET /files/{row}/{name}` and `GET /media/{row}/{name}`
pub async fn file(
    State(app): State<Arc<App>>,
    Path((row, name)): Path<(usize, String)>,
    uri: Uri,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    if app.options.sign_files
        && !app.options.relative_urls
        && let Some(refusal) = refuse(&app, uri.path(), query.as_deref())
    {
        return refusal;
    }
    if row >= app.dump.rows.len() {
        return missing();
    }
    let headers = if app.options.no_ranges { HeaderMap::new() } else { headers };
    let made = tokio::task::spawn_blocking(move || content(&app, row, &name)).await;
    match made.map_err(io::Error::other).and_then(|result| result) {
        Ok((kind, bytes)) => ranged(kind, bytes, &headers),
        Err(error) if error.kind() == io::ErrorKind::NotFound => missing(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// `GET /objects/{row}.json`
pub async fn object(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    uri: Uri,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    if let Some(refusal) = refuse(&app, uri.path(), query.as_deref()) {
        return refusal;
    }
    let row = name.strip_suffix(".json").and_then(|n| n.parse().ok());
    let Some(row) = row.filter(|n| *n < app.dump.rows.len()) else { return missing() };
    match app.dump.read(row) {
        Ok(line) => {
            let payload = Fields::of(line.trim()).get("data").unwrap_or("null");
            ranged("application/json", payload.as_bytes().to_vec(), &headers)
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// The bytes of one file: from `--images`, else made up; an image has the row's true size.
fn content(app: &App, row: usize, name: &str) -> io::Result<(&'static str, Vec<u8>)> {
    let extension = name.rsplit_once('.').map(|(_, tail)| tail.to_lowercase()).unwrap_or_default();
    let kind = match extension.as_str() {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "json" => "application/json",
        "txt" => "text/plain",
        _ => "application/octet-stream",
    };
    if let Some(folder) = &app.options.images
        && !name.contains(['/', '\\'])
        && name != ".."
    {
        match std::fs::read(folder.join(name)) {
            Ok(bytes) => return Ok((kind, bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    let line = app.dump.read(row)?;
    let (width, height) = dimensions(&Fields::of(line.trim()), name);
    let colour = mix(app.options.seed, name.as_bytes()).to_le_bytes();
    let colour = [colour[0], colour[1], colour[2]];
    let bytes = match kind {
        "image/jpeg" => image::jpeg(width, height, colour)?,
        "image/png" => image::png(width, height, colour)?,
        "application/json" => b"{}".to_vec(),
        _ => format!("stand-in for {name}\n").into_bytes(),
    };
    Ok((kind, bytes))
}

/// Width and height in pixels of a named file: `data.extra.<media>`, the file's `meta`, `data_unit.meta`, else 64x48.
fn dimensions(fields: &Fields, name: &str) -> (u32, u32) {
    let manifest = manifest(fields);
    let files = Fields::of(&manifest).0;
    let named = files.iter().find(|(_, file)| file_name(&Fields::of(file)).as_deref() == Some(name));
    let data = Fields::of(fields.get("data").unwrap_or("null"));
    let extra = Fields::of(data.get("extra").unwrap_or("null"));
    let unit = Fields::of(fields.get("data_unit").unwrap_or("null"));
    let by_media = named.and_then(|(media, _)| extra.get(media));
    let by_file = named.and_then(|(_, file)| Fields::of(file).get("meta"));
    [by_media, by_file, unit.get("meta")]
        .into_iter()
        .flatten()
        .find_map(|json| {
            let size = Fields::of(json);
            size.size("width").zip(size.size("height"))
        })
        .unwrap_or((64, 48))
}

fn refuse(app: &App, path: &str, query: Option<&str>) -> Option<Response> {
    let (status, text) = match app.signer.check(path, query.unwrap_or_default()) {
        Verdict::Good => return None,
        Verdict::Expired => {
            app.stats.fault("expired");
            let status = StatusCode::from_u16(app.options.expire_status).unwrap_or(StatusCode::FORBIDDEN);
            (status, "Request has expired")
        }
        Verdict::Forged => {
            app.stats.fault("forged");
            (StatusCode::FORBIDDEN, "The signature does not match")
        }
    };
    let body = format!("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>{text}</Message></Error>");
    Some((status, [(header::CONTENT_TYPE, "application/xml")], body).into_response())
}

fn missing() -> Response {
    (StatusCode::NOT_FOUND, "no such object").into_response()
}

/// Answers with the whole body, or with the one range that was asked for (RFC 9110 §14).
fn ranged(kind: &'static str, bytes: Vec<u8>, headers: &HeaderMap) -> Response {
    let etag = format!("\"{:016x}\"", mix(0, &bytes));
    let of = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let response = Response::builder()
        .header(header::CONTENT_TYPE, kind)
        .header(header::ACCEPT_RANGES, "bytes")
        .header(header::ETAG, &etag);
    if of(header::IF_NONE_MATCH) == Some(&etag) {
        return response.status(304).body(Body::empty()).expect("valid headers");
    }
    let fresh = of(header::IF_RANGE).is_none_or(|tag| tag == etag);
    let asked = of(header::RANGE).filter(|_| fresh).and_then(|text| text.strip_prefix("bytes="));
    let total = bytes.len();
    match asked.and_then(|range| span(range, total)) {
        None => response.body(Body::from(bytes)),
        Some(Err(())) => response
            .status(StatusCode::RANGE_NOT_SATISFIABLE)
            .header(header::CONTENT_RANGE, format!("bytes */{total}"))
            .body(Body::empty()),
        Some(Ok((from, to))) => response
            .status(StatusCode::PARTIAL_CONTENT)
            .header(header::CONTENT_RANGE, format!("bytes {from}-{}/{total}", to - 1))
            .body(Body::from(bytes[from..to].to_vec())),
    }
    .expect("valid headers")
}

/// `a-b`, `a-`, `-n` as a half-open span; `Err` when it lies outside; `None` when it is no single range.
fn span(range: &str, total: usize) -> Option<Result<(usize, usize), ()>> {
    let (from, to) = range.split_once('-')?;
    let (from, to) = match (from.parse::<usize>().ok(), to.parse::<usize>().ok()) {
        (Some(from), Some(to)) if from <= to => (from, to.saturating_add(1).min(total)),
        (Some(from), None) if to.is_empty() => (from, total),
        (None, Some(tail)) if from.is_empty() => (total.saturating_sub(tail), total),
        _ => return None,
    };
    Some(if from < to { Ok((from, to)) } else { Err(()) })
}
