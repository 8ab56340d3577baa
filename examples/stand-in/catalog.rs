//! Everything but rows and files: projects, ground-truth datasets, storages, the user.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::Value;

use crate::app::{App, detail, json};
use crate::json::{Object, quote};
use crate::options::People;
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

/// What a list says of the one collection.
fn brief_collection() -> String {
    Object::new()
        .raw("id", 1)
        .text("name", "Stand-in collection")
        .text("category", "image")
        .text("category_display", "이미지")
        .text("access_level", "private")
        .raw("is_archived", false)
        .text("created", "2026-01-01T00:00:00+09:00")
        .raw("count_projects", 1)
        .end()
}

/// `GET /v2/data-collections/`; an old server has the list at its old place
pub async fn v2_collections(State(app): Shared, headers: HeaderMap, RawQuery(raw): RawQuery) -> Response {
    if app.options.people == People::None {
        return unknown();
    }
    v2_list(&app, &[brief_collection()], raw, &format!("{}/v2/data-collections/", app.base(&headers)))
}

/// `GET /data_collections/`
pub async fn old_collections(State(app): Shared, headers: HeaderMap, RawQuery(raw): RawQuery) -> Response {
    v1_list(&[brief_collection()], raw, &format!("{}/data_collections/", app.base(&headers)))
}

/// `GET /data_collections/{id}/`
pub async fn collection(Path(id): Path<i64>) -> Response {
    let spec = Object::new().text("name", "image_1").raw("is_primary", true).text("file_type", "image");
    let specs = format!("[{}]", spec.end());
    let body = Object::new().raw("id", id).text("name", "Stand-in collection").raw("file_specifications", specs);
    if id == 1 { json(StatusCode::OK, body.end()) } else { unknown() }
}

/// `GET /storages/`, without their configuration
pub async fn storages(State(app): Shared, headers: HeaderMap, RawQuery(raw): RawQuery) -> Response {
    let brief = |mut storage: Value| {
        if let Some(fields) = storage.as_object_mut() {
            fields.remove("configuration");
        }
        storage.to_string()
    };
    match served(app.options.storages.as_deref(), STORAGE) {
        Ok(list) => {
            let list: Vec<_> = list.into_iter().map(brief).collect();
            v1_list(&list, raw, &format!("{}/storages/", app.base(&headers)))
        }
        Err(error) => detail(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

/// `GET /storages/{id}/`
pub async fn storage(State(app): Shared, Path(id): Path<i64>) -> Response {
    match served(app.options.storages.as_deref(), STORAGE) {
        Ok(list) => match list.iter().find(|storage| storage["id"] == id) {
            Some(storage) => json(StatusCode::OK, storage.to_string()),
            None => unknown(),
        },
        Err(error) => detail(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

/// The entries of a file, or the built-in ones.
fn served(file: Option<&std::path::Path>, built_in: &str) -> std::io::Result<Vec<Value>> {
    let text = file.map_or_else(|| Ok(built_in.to_owned()), std::fs::read_to_string)?;
    Ok(serde_json::from_str(&text)?)
}

/// A storage whose secret must never show anywhere.
const STORAGE: &str = r#"[{"id":1,"name":"Stand-in storage","category":"external","provider":"amazon_s3",
    "configuration":{"bucket_name":"stand-in","access_key":"AK-STAND-IN","secret_key":"SECRET-STAND-IN",
    "region_name":"us-east-1"},"is_default":true}]"#;

/// `GET /v2/users/me/`
pub async fn me(State(app): Shared) -> Response {
    if app.options.people == People::None {
        return unknown();
    }
    v2_single(&app, r#"{"id":1,"email":"user@example.invalid","name":"Stand-in user","is_synapse_admin":false}"#)
}

/// `GET /v2/tenants/`
pub async fn tenants(State(app): Shared, headers: HeaderMap, RawQuery(raw): RawQuery) -> Response {
    if app.options.people == People::None {
        return unknown();
    }
    let tenant = |code: &String| {
        Object::new().text("code", code).text("name", code).text("slug", code).raw("is_active", true).end()
    };
    let list: Vec<_> = app.options.tenants.iter().map(tenant).collect();
    v2_list(&app, &list, raw, &format!("{}/v2/tenants/", app.base(&headers)))
}

/// `GET /users/`
pub async fn users(State(app): Shared, headers: HeaderMap, RawQuery(raw): RawQuery) -> Response {
    match (app.options.people, served(app.options.users.as_deref(), USERS)) {
        (People::Members | People::None, _) => unknown(),
        (_, Err(error)) => detail(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
        (_, Ok(list)) => v1_list(&texts(&list), raw, &format!("{}/users/", app.base(&headers))),
    }
}

/// `GET /v2/members/`: ids and roles, no names
pub async fn members(State(app): Shared, headers: HeaderMap, RawQuery(raw): RawQuery) -> Response {
    match (app.options.people, served(app.options.users.as_deref(), USERS)) {
        (People::None, _) => unknown(),
        (_, Err(error)) => detail(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
        (_, Ok(list)) => {
            let member = |(n, user): (usize, &Value)| {
                Object::new().raw("id", 9000 + n).raw("user_id", &user["id"]).text("role", "member").end()
            };
            let list: Vec<_> = list.iter().enumerate().map(member).collect();
            v2_list(&app, &list, raw, &format!("{}/v2/members/", app.base(&headers)))
        }
    }
}

const USERS: &str = r#"[{"id":1,"name":"Stand-in user","email":"user@example.invalid"},
    {"id":2,"name":"김철수","email":"kim@example.invalid"},{"id":3,"name":"이영희","email":"lee@example.invalid"},
    {"id":4,"name":"Same Name","email":"same.a@example.invalid"},{"id":5,"name":"Same Name","email":"same.b@example.invalid"}]"#;

/// `GET /task_tags/`
pub async fn tags(State(app): Shared, headers: HeaderMap, RawQuery(raw): RawQuery) -> Response {
    match served(app.options.tags.as_deref(), TAGS) {
        Ok(list) => v1_list(&texts(&list), raw, &format!("{}/task_tags/", app.base(&headers))),
        Err(error) => detail(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

/// `GET /v2/projects/{id}/tags/`: all tags belong to the one project
pub async fn project_tags(
    State(app): Shared,
    Path(id): Path<i64>,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
) -> Response {
    match served(app.options.tags.as_deref(), TAGS) {
        Ok(list) if id == app.options.project => {
            v2_list(&app, &texts(&list), raw, &format!("{}/v2/projects/{id}/tags/", app.base(&headers)))
        }
        Ok(_) => v2_list(&app, &[], raw, ""),
        Err(error) => detail(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

const TAGS: &str = r##"[{"id":1,"name":"checked","color":"#888888"},{"id":2,"name":"검수","color":"#888888"},
    {"id":3,"name":"rush","color":"#888888"}]"##;

fn texts(list: &[Value]) -> Vec<String> {
    list.iter().map(Value::to_string).collect()
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

/// A page of a v1 list.
pub fn v1_list(list: &[String], raw: Option<String>, url: &str) -> Response {
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

/// A page of a v2 list.
pub fn v2_list(app: &App, list: &[String], raw: Option<String>, url: &str) -> Response {
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

/// One object in the envelope of v2.
pub fn v2_single(app: &App, body: &str) -> Response {
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
