//! Everything but rows and files: projects, ground-truth datasets, storages, the user.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use crate::app::{App, detail, json};
use crate::json::{Object, quote};
use crate::query::{Query, Target};
use crate::signer::mix;

type Shared = State<Arc<App>>;

/// `GET /projects/{id}/`
pub async fn project(State(app): Shared, Path(id): Path<i64>) -> Response {
    match projects(&app).into_iter().find(|project| project.id == id) {
        Some(project) => json(StatusCode::OK, project.whole(&app)),
        None => unknown(),
    }
}

/// `GET /v2/projects/`
pub async fn v2_projects(State(app): Shared, headers: HeaderMap, RawQuery(raw): RawQuery) -> Response {
    let list: Vec<_> = projects(&app).iter().map(|project| project.brief().end()).collect();
    v2_list(&app, &list, raw, &format!("{}/v2/projects/", app.base(&headers)))
}

/// `GET /api/annotation/projects/`
pub async fn old_projects(State(app): Shared, headers: HeaderMap, RawQuery(raw): RawQuery) -> Response {
    let list: Vec<_> = projects(&app).iter().map(|project| project.whole(&app)).collect();
    v1_list(&list, raw, &format!("{}/api/annotation/projects/", app.base(&headers)))
}

/// `GET /v2/ground-truth-datasets/`; the project shows in the detail only.
pub async fn v2_datasets(State(app): Shared, headers: HeaderMap, RawQuery(raw): RawQuery) -> Response {
    let brief = Object::new().raw("id", app.options.gt_dataset).text("name", "Stand-in ground truth").end();
    v2_list(&app, &[brief], raw, &format!("{}/v2/ground-truth-datasets/", app.base(&headers)))
}

/// `GET /v2/ground-truth-datasets/{id}/`
pub async fn v2_dataset(State(app): Shared, Path(id): Path<i64>) -> Response {
    if id == app.options.gt_dataset { v2_single(&app, &dataset(&app)) } else { unknown() }
}

/// `GET /ground_truth_dataset_versions/`
pub async fn versions(State(app): Shared, headers: HeaderMap, RawQuery(raw): RawQuery) -> Response {
    let query = Query::parse(raw.as_deref().unwrap_or_default());
    let wanted = query.get("ground_truth_dataset").and_then(|id| id.parse().ok());
    let list = if wanted.is_none_or(|id: i64| id == app.options.gt_dataset) { vec![version(&app)] } else { vec![] };
    v1_list(&list, raw, &format!("{}/ground_truth_dataset_versions/", app.base(&headers)))
}

/// `GET /ground_truth_dataset_versions/{id}/`
pub async fn one_version(State(app): Shared, Path(id): Path<i64>) -> Response {
    if id == app.options.gt_version { json(StatusCode::OK, version(&app)) } else { unknown() }
}

/// `GET /data_collections/{id}/`
pub async fn collection(Path(id): Path<i64>) -> Response {
    let spec = Object::new().text("name", "image_1").raw("is_primary", true).text("file_type", "image");
    let specs = format!("[{}]", spec.end());
    let body = Object::new().raw("id", id).text("name", "Stand-in collection").raw("file_specifications", specs);
    if id == 1 { json(StatusCode::OK, body.end()) } else { unknown() }
}

/// `GET /storages/{id}/`
pub async fn storage(State(app): Shared, Path(id): Path<i64>) -> Response {
    let text = match &app.options.storages {
        Some(path) => std::fs::read_to_string(path),
        None => Ok(STORAGE.into()),
    };
    let parsed = text.and_then(|text| Ok(serde_json::from_str::<Vec<serde_json::Value>>(&text)?));
    match parsed {
        Ok(list) => match list.iter().find(|storage| storage["id"] == id) {
            Some(storage) => json(StatusCode::OK, storage.to_string()),
            None => unknown(),
        },
        Err(error) => detail(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

/// A storage whose secret must never show anywhere.
const STORAGE: &str = r#"[{"id":1,"name":"Stand-in storage","category":"external","provider":"amazon_s3",
    "configuration":{"bucket_name":"stand-in","access_key":"AK-STAND-IN","secret_key":"SECRET-STAND-IN",
    "region_name":"us-east-1"},"is_default":true}]"#;

/// `GET /v2/users/me/`
pub async fn me(State(app): Shared) -> Response {
    v2_single(&app, r#"{"id":1,"name":"Stand-in user","email":"user@example.invalid","tenant":"stand-in"}"#)
}

/// `GET /task_tags/`
pub async fn tags(State(app): Shared, headers: HeaderMap, RawQuery(raw): RawQuery) -> Response {
    let tag = |(id, name): (i64, &str)| Object::new().raw("id", id).text("name", name).text("color", "#888888").end();
    let list: Vec<_> = [(1, "checked"), (2, "검수"), (3, "rush")].map(tag).into();
    v1_list(&list, raw, &format!("{}/task_tags/", app.base(&headers)))
}

struct Project {
    id: i64,
    title: String,
    tasks: usize,
}

impl Project {
    /// What a v2 list shows.
    fn brief(&self) -> Object {
        Object::new()
            .raw("id", self.id)
            .text("title", &self.title)
            .text("category", "image")
            .text("category_display", "이미지")
            .text("created", "2026-01-01T00:00:00+09:00")
            .raw("is_archived", false)
            .raw("task_count", self.tasks)
    }

    fn whole(&self, app: &App) -> String {
        let known = self.id == app.options.project && app.options.classes != "none";
        let empty = || String::from(r#"{"classification":{}}"#);
        let configuration = if known { app.dump.schema.configuration() } else { empty() };
        self.brief().raw("data_collection", 1).raw("configuration", configuration).end()
    }
}

fn projects(app: &App) -> Vec<Project> {
    let first = app.options.project;
    let tasks = app.order(Target::Task).len();
    let more = (1..=app.options.extra_projects).map(|n| Project {
        id: first + n,
        title: format!("Empty project {n}"),
        tasks: 0,
    });
    let own = Project { id: first, title: app.options.title.clone(), tasks };
    std::iter::once(own).chain(more).collect()
}

fn dataset(app: &App) -> String {
    let project = if app.options.gt_unbound { "null".into() } else { app.options.project.to_string() };
    Object::new()
        .raw("id", app.options.gt_dataset)
        .text("name", "Stand-in ground truth")
        .raw("tenant_id", 1)
        .raw("project_id", project)
        .text("description", "")
        .end()
}

fn version(app: &App) -> String {
    Object::new()
        .raw("id", app.options.gt_version)
        .text("version", "v1.0")
        .raw("ground_truth_dataset", app.options.gt_dataset)
        .raw("is_archived", false)
        .raw("count", app.dump.rows.len())
        .end()
}

fn v1_list(list: &[String], raw: Option<String>, url: &str) -> Response {
    let query = Query::parse(&raw.unwrap_or_default());
    let number = |key| query.get(key).and_then(|n| n.parse::<usize>().ok()).filter(|n| *n > 0);
    let (page, size) = (number("page").unwrap_or(1), number("page_size").unwrap_or(100));
    let rows: Vec<_> = list.iter().skip((page - 1).saturating_mul(size)).take(size).cloned().collect();
    if page > 1 && rows.is_empty() {
        return detail(StatusCode::NOT_FOUND, "Invalid page.");
    }
    let more = page.saturating_mul(size) < list.len();
    let next = if more { quote(&format!("{url}?page={}&page_size={size}", page + 1)) } else { "null".into() };
    let body = Object::new().raw("count", list.len()).raw("next", next).raw("previous", "null");
    json(StatusCode::OK, body.raw("results", format!("[{}]", rows.join(","))).end())
}

fn v2_list(app: &App, list: &[String], raw: Option<String>, url: &str) -> Response {
    let query = Query::parse(&raw.unwrap_or_default());
    let size =
        query.get("per_page").or(query.get("page_size")).and_then(|n| n.parse().ok()).unwrap_or(20).clamp(1, 100);
    let from =
        query.get("cursor").and_then(|token| token.strip_prefix("at-")).and_then(|n| n.parse().ok()).unwrap_or(0);
    let rows: Vec<_> = list.iter().skip(from).take(size).cloned().collect();
    let next = match from + size {
        at if at >= list.len() => "null".into(),
        at if app.options.v2_next_url => quote(&format!("{url}?cursor=at-{at}&per_page={size}")),
        at => quote(&format!("at-{at}")),
    };
    let pages = Object::new().raw("next_cursor", next).raw("previous_cursor", "null").raw("per_page", size).end();
    let meta = Object::new().raw("pagination", pages).text("request_id", &request_id(app)).end();
    json(StatusCode::OK, Object::new().raw("data", format!("[{}]", rows.join(","))).raw("meta", meta).end())
}

fn v2_single(app: &App, body: &str) -> Response {
    let meta = Object::new().text("request_id", &request_id(app)).end();
    json(StatusCode::OK, Object::new().raw("data", body).raw("meta", meta).end())
}

fn request_id(app: &App) -> String {
    format!("req-{:012x}", mix(app.options.seed, &app.stats.total().to_le_bytes()) >> 16)
}

/// 404 in the envelope of the platform.
pub fn unknown() -> Response {
    detail(StatusCode::NOT_FOUND, "Not found.")
}
