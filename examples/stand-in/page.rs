//! The v1 lists: numbered pages and cursors.

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base64::prelude::{BASE64_STANDARD, Engine};

use crate::app::{App, detail, json};
use crate::json::{Object, file_name, quote};
use crate::options::Mutate;
use crate::query::{Filter, Query, Target};
use crate::rows::{View, manifest};
use crate::signer::mix;

/// `GET /sdk/…/` and `GET /data_units/`.
pub async fn list(
    State(app): State<Arc<App>>,
    target: Target,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = Query::parse(&raw.unwrap_or_default());
    let walk = match Walk::new(&app, target, query, app.base(&headers)) {
        Ok(walk) => walk,
        Err(response) => return *response,
    };
    let deep = app.options.deep_ms_per_1000 * walk.skip as u64 / 1000;
    let edge = app.options.edge_timeout_ms.unwrap_or(u64::MAX);
    tokio::time::sleep(Duration::from_millis(deep.min(edge))).await;
    if deep > edge {
        return json(StatusCode::from_u16(524).expect("a valid status"), "error code: 524".into());
    }
    let rendered = tokio::task::spawn_blocking(move || walk.answer(&app)).await;
    rendered.unwrap_or_else(|panic| detail(StatusCode::INTERNAL_SERVER_ERROR, &panic.to_string()))
}

/// Where a cursor stands: the row served last, how many pages came before, and the first cursor of the walk.
#[derive(Debug, Clone, Copy)]
struct Cursor {
    row: u32,
    hop: u32,
    first: u32,
}

impl Cursor {
    fn token(self) -> String {
        BASE64_STANDARD.encode(format!("p={} {} {}", self.row, self.hop, self.first))
    }

    fn parse(token: &str) -> Option<Self> {
        let text = String::from_utf8(BASE64_STANDARD.decode(token).ok()?).ok()?;
        let mut parts = text.strip_prefix("p=")?.split(' ').map(|part| part.parse().ok());
        Some(Cursor { row: parts.next()??, hop: parts.next()??, first: parts.next()?? })
    }
}

#[derive(Debug)]
struct Walk {
    target: Target,
    query: Query,
    filter: Filter,
    size: usize,
    descending: bool,
    /// `None`: numbered pages
    cursor: Option<Option<Cursor>>,
    page: usize,
    skip: usize,
    base: String,
}

impl Walk {
    fn new(app: &App, target: Target, query: Query, base: String) -> Result<Self, Box<Response>> {
        let options = &app.options;
        let known = Query(query.0.iter().filter(|(key, _)| !options.ignore_filter.contains(key)).cloned().collect());
        let filter = Filter::new(target, &known, &app.dump, options.project, options.gt_version);
        let filter = filter.map_err(|body| Box::new(json(StatusCode::BAD_REQUEST, body)))?;
        app.stats.ignored(&filter.ignored);
        let cap = if target == Target::DataUnit { 100 } else { options.max_page_size };
        let asked = query.get("page_size").and_then(|n| n.parse().ok()).filter(|n| *n > 0);
        let size = asked.unwrap_or(options.page_size).min(cap);
        let unique = if target == Target::GroundTruth { "pgh_id" } else { "id" };
        let ordering = query.get("ordering").unwrap_or_default();
        let wants_cursor = query.get("pagination") == Some("cursor") && target != Target::DataUnit;
        let cursor = (wants_cursor && !options.no_cursor).then(|| match query.get("cursor") {
            None | Some("") => Ok(None),
            Some(token) => Cursor::parse(token).map(Some).ok_or(()),
        });
        let Ok(cursor) = cursor.transpose() else {
            return Err(Box::new(detail(StatusCode::NOT_FOUND, "Invalid cursor")));
        };
        if cursor.is_some() && ordering.trim_start_matches('-') != unique {
            app.stats.loose_cursor();
        }
        let page = match query.get("page") {
            None => 1,
            Some(text) => text.parse().ok().filter(|n| *n > 0).ok_or_else(|| Box::new(no_page()))?,
        };
        Ok(Walk {
            target,
            filter,
            size,
            descending: ordering != unique,
            skip: if cursor.is_none() { (page - 1usize).saturating_mul(size) } else { 0 },
            cursor,
            page,
            query,
            base,
        })
    }

    fn answer(&self, app: &App) -> Response {
        let order = app.order(self.target);
        let mutated = app.lists.fetch_add(1, Relaxed) >= app.options.mutate_after;
        // Ranks count from the first row of the walk, whichever way it goes.
        let row_at = |rank: usize| order[if self.descending { order.len() - 1 - rank } else { rank }];
        let start = match self.cursor.flatten() {
            None => 0,
            Some(cursor) => {
                let Some(place) = order.iter().position(|row| *row == cursor.row) else {
                    return detail(StatusCode::NOT_FOUND, "Invalid cursor");
                };
                1 + if self.descending { order.len() - 1 - place } else { place }
            }
        };
        let passes = |rank: &usize| {
            let n = row_at(*rank) as usize;
            !hidden(app, n, mutated)
                && self.filter.accepts(self.target, &app.dump.rows[n])
                && self.filter.search.as_ref().is_none_or(|text| named(app, n, text))
        };
        // Where the list is in the order of its ids, what can pass is one stretch of it.
        let stretch = if self.target == Target::GroundTruth { 0..order.len() } else { self.stretch(app) };
        let ranks: Vec<usize> = if self.filter.is_empty() && app.options.mutate.is_none() {
            (start.saturating_add(self.skip)..order.len()).take(self.size + 1).collect()
        } else {
            (start.max(stretch.start)..stretch.end).filter(passes).skip(self.skip).take(self.size + 1).collect()
        };
        let (ranks, more) = (&ranks[..ranks.len().min(self.size)], ranks.len() > self.size);
        if self.cursor.is_none() && self.page > 1 && ranks.is_empty() {
            return no_page();
        }
        if app.faults.on() && app.options.die_at.is_some_and(|dead| ranks.last().is_some_and(|last| *last >= dead)) {
            app.stats.fault("die_at");
            return detail(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error.");
        }
        let view = View::new(self.target, &self.query, self.base.clone());
        let rows: Result<Vec<_>, _> = ranks.iter().map(|rank| view.render(app, row_at(*rank) as usize)).collect();
        let rows = match rows {
            Ok(rows) => rows,
            Err(error) => return detail(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
        };
        app.stats.rows(rows.len());
        let last = ranks.last().map(|rank| row_at(*rank));
        let mut out = Object::new();
        if self.cursor.is_none() {
            let all = || stretch.clone().filter(passes).count();
            let exact = self.filter.is_empty() && app.options.mutate.is_none();
            out = out.raw("count", if exact { order.len() } else { all() } + app.options.short);
        }
        let next = last.filter(|_| more).map(|last| self.next(app, last));
        let back = |to: String| self.url(&[("page", to)]);
        let previous = (self.cursor.is_none() && self.page > 1).then(|| back((self.page - 1).to_string()));
        let url = |url: Option<String>| url.map_or("null".into(), |url| quote(&url));
        let body = out.raw("next", url(next)).raw("previous", url(previous));
        json(StatusCode::OK, body.raw("results", format!("[{}]", rows.join(","))).end())
    }

    /// The ranks of rows whose id may pass.
    fn stretch(&self, app: &App) -> Range<usize> {
        let order = app.order(self.target);
        let place = |row: &u32| self.filter.place(self.target.id(&app.dump.rows[*row as usize]));
        let low = order.partition_point(|row| place(row) == Ordering::Less);
        let high = order.partition_point(|row| place(row) != Ordering::Greater);
        if self.descending { order.len() - high..order.len() - low } else { low..high }
    }

    fn next(&self, app: &App, last: u32) -> String {
        let looped = app.options.loop_cursor;
        let Some(cursor) = self.cursor else {
            let next = if looped && self.page >= 3 { 2 } else { self.page + 1 };
            return self.url(&[("page", next.to_string())]);
        };
        let next = match cursor {
            Some(at) if looped && at.hop >= 2 => Cursor { row: at.first, hop: 1, first: at.first },
            Some(at) => Cursor { row: last, hop: at.hop + 1, first: at.first },
            None => Cursor { row: last, hop: 1, first: last },
        };
        self.url(&[("cursor", next.token())])
    }

    /// The same request with some keys replaced, absolute.
    fn url(&self, replace: &[(&str, String)]) -> String {
        let mut out = url::form_urlencoded::Serializer::new(String::new());
        out.extend_pairs(replace.iter().map(|(key, value)| (*key, value.as_str())));
        out.extend_pairs(self.query.0.iter().filter(|(key, _)| !replace.iter().any(|(k, _)| k == key)));
        let path = match self.target {
            Target::Assignment => "sdk/assignments",
            Target::Task => "sdk/tasks",
            Target::GroundTruth => "sdk/ground_truth_events",
            Target::DataUnit => "data_units",
        };
        format!("{}/{path}/?{}", self.base, out.finish())
    }
}

fn no_page() -> Response {
    detail(StatusCode::NOT_FOUND, "Invalid page.")
}

/// Every tenth row is not there yet (insert), another tenth is not there any more (delete).
fn hidden(app: &App, row: usize, mutated: bool) -> bool {
    let Some(mutate) = app.options.mutate else { return false };
    match mix(app.options.seed, &row.to_le_bytes()) % 10 {
        0 => mutate != Mutate::Delete && !mutated,
        1 => mutate != Mutate::Insert && mutated,
        _ => false,
    }
}

/// Whether a file of the row has a name with `text` in it.
fn named(app: &App, row: usize, text: &str) -> bool {
    let Ok(line) = app.dump.read(row) else { return false };
    let files = manifest(&crate::json::Fields::of(line.trim()));
    let parts = crate::json::Fields::of(&files).0;
    parts.iter().any(|(_, file)| file_name(&crate::json::Fields::of(file)).is_some_and(|name| name.contains(text)))
}
