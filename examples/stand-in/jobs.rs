//! Plugins, agents and jobs of the platform. A job is a task here that writes lines and ends.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::app::{App, detail, json};
use crate::catalog::{unknown, v1_list, v2_list, v2_single};
use crate::query::Query;

type Shared = State<Arc<App>>;

/// How jobs and their logs are.
#[derive(Debug, Clone, Args)]
#[group(skip)]
pub struct Options {
    /// Lines that a job writes
    #[arg(long, default_value_t = 5)]
    pub job_lines: usize,
    /// Pause between two lines of a job
    #[arg(long, default_value_t = 50)]
    pub job_line_ms: u64,
    /// How jobs end
    #[arg(long, default_value = "SUCCEEDED")]
    pub job_end: String,
    /// A job waits so long before it runs
    #[arg(long, default_value_t = 0)]
    pub job_wait_ms: u64,
    /// The text of every line of a job; `%` is its number
    #[arg(long, default_value = "line % of the job")]
    pub job_line: String,
    /// Where the answer to a run has the id of the job
    #[arg(long, value_enum, default_value_t = RunAnswer::JobId)]
    pub run_answer: RunAnswer,
    /// Agents listed, as `NAME=URL`; a name alone is an agent without address
    #[arg(long, default_values_t = ["stand-in=http://127.0.0.1:8000".to_owned()])]
    pub agent: Vec<String>,
    /// The release's form asks for `segmentation_mode`
    #[arg(long)]
    pub needs_mode: bool,
    /// The newer part of the API takes tokens without the word before them only
    #[arg(long)]
    pub bare_tokens: bool,
    /// A stream of a log is cut after so many lines, for as often as this is so; 0: never
    #[arg(long, default_value_t = 0)]
    pub log_cut: usize,
    /// A stream of a log begins with the next line, not with the first
    #[arg(long)]
    pub log_live: bool,
    /// Streams of logs have lines as they are, without JSON
    #[arg(long)]
    pub log_plain: bool,
    /// A stream of a log says nothing after so many lines, and stays open; 0: never
    #[arg(long, default_value_t = 0)]
    pub log_silent_after: usize,
    /// So many requests for a stream are answered 429
    #[arg(long, default_value_t = 0)]
    pub log_busy: u64,
    /// There are no streams of logs, as on an old server
    #[arg(long)]
    pub no_log_stream: bool,
    /// Logs are not kept
    #[arg(long)]
    pub no_kept_log: bool,
}

/// Where the answer to a run has the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RunAnswer {
    /// `job_id` and `id`
    JobId,
    /// `id`
    Id,
    /// `job.id`
    Nested,
    /// A text
    Bare,
    /// In an envelope
    Data,
    /// Nowhere
    None,
    /// The connection is cut after the job has begun
    Cut,
}

/// One job.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// One of the five words.
    pub status: String,
    /// The lines so far.
    pub log: Vec<String>,
    request: Value,
    created: Timestamp,
    completed: Option<Timestamp>,
}

impl Job {
    /// Whether nothing more happens.
    pub fn has_ended(&self) -> bool {
        !matches!(self.status.as_str(), "PENDING" | "RUNNING")
    }

    fn row(&self) -> Value {
        let error = (self.status == "FAILED")
            .then(|| json!({"error_type": "execution_error", "message": "내보내기에 실패했습니다"}));
        json!({
            "id": self.id, "status": self.status, "action": self.request["action"], "is_active": !self.has_ended(), "queue": null,
            "error": error, "created": self.created.to_string(), "completed": self.completed.map(|at| at.to_string()),
        })
    }

    fn whole(&self) -> Value {
        let mut row = self.row();
        row["params"] = self.request["params"].clone();
        row["plugin_release"] = json!({"plugin": "yolo-export", "version": "1.2.0"});
        row["agent"] = json!({"id": self.request["agent"], "name": "stand-in"});
        row
    }
}

/// All jobs, the oldest first.
#[derive(Debug, Default)]
pub struct Jobs {
    list: Mutex<Vec<Job>>,
    /// Streams of logs asked for.
    pub streams: AtomicU64,
}

impl Jobs {
    /// What is known of a job.
    pub fn get(&self, id: &str) -> Option<Job> {
        self.list().iter().find(|job| job.id == id).cloned()
    }

    fn list(&self) -> std::sync::MutexGuard<'_, Vec<Job>> {
        self.list.lock().expect("no panic while held")
    }

    fn change(&self, id: &str, change: impl FnOnce(&mut Job)) {
        if let Some(job) = self.list().iter_mut().find(|job| job.id == id && !job.has_ended()) {
            change(job);
            if job.has_ended() {
                job.completed = Some(Timestamp::now());
            }
        }
    }

    /// Makes a job of a request, and lets it go.
    fn start(app: &Arc<App>, request: Value) -> String {
        let mut list = app.jobs.list();
        let id = format!("0b7e6d1c-1b2a-4c3d-8e4f-{:012x}", list.len() + 1);
        let created = Timestamp::now();
        let job = Job { id: id.clone(), status: "PENDING".into(), log: vec![], request, created, completed: None };
        list.push(job);
        drop(list);
        let (app, job) = (app.clone(), id.clone());
        tokio::spawn(async move {
            let options = &app.options.jobs;
            tokio::time::sleep(Duration::from_millis(options.job_wait_ms)).await;
            app.jobs.change(&job, |job| job.status = "RUNNING".into());
            for n in 1..=options.job_lines {
                tokio::time::sleep(Duration::from_millis(options.job_line_ms)).await;
                app.jobs.change(&job, |job| job.log.push(options.job_line.replace('%', &n.to_string())));
            }
            tokio::time::sleep(Duration::from_millis(options.job_line_ms)).await;
            app.jobs.change(&job, |job| job.status = options.job_end.clone());
        });
        id
    }
}

/// `GET /v2/plugins/`
pub async fn plugins(State(app): Shared, headers: HeaderMap, RawQuery(raw): RawQuery) -> Response {
    let query = Query::parse(raw.as_deref().unwrap_or_default());
    let plugin = |id: u32, code: &str, name: &str, category: &str| json!({"id": id, "code": code, "name": name, "category": category, "is_active": true, "created": "2026-01-01T00:00:00+09:00"});
    let all = [
        plugin(1, "yolo-export", "YOLO", "export"),
        plugin(2, "coco-export", "COCO 내보내기", "export"),
        plugin(3, "yolo-train", "YOLO training", "neural_net"),
    ];
    let fits = |plugin: &&Value| query.get("category").is_none_or(|category| plugin["category"] == *category);
    let list: Vec<_> = all.iter().filter(fits).map(Value::to_string).collect();
    v2_list(&app, &list, raw, &format!("{}/v2/plugins/", app.base(&headers)))
}

fn releases() -> Vec<Value> {
    let release = |id: u32, plugin: u32, version: &str, day: u32, debug: bool, is_released: bool| {
        let created = format!("2026-01-{day:02}T00:00:00+09:00");
        json!({"id": id, "plugin_id": plugin, "version": version, "created": created, "debug": debug, "is_released": is_released})
    };
    vec![
        release(11, 1, "1.0.0", 1, false, true),
        release(12, 1, "1.2.0", 3, false, true),
        release(13, 1, "1.3.0", 5, false, false),
        release(14, 1, "1.4.0", 6, true, true),
        release(21, 2, "0.9.0", 2, false, true),
    ]
}

/// `GET /v2/plugin-releases/`
pub async fn v2_releases(State(app): Shared, headers: HeaderMap, RawQuery(raw): RawQuery) -> Response {
    let query = Query::parse(raw.as_deref().unwrap_or_default());
    let fits = |release: &Value| {
        query.get("plugin").is_none_or(|id| release["plugin_id"].as_u64() == id.parse().ok())
            && query.get("debug").is_none_or(|debug| release["debug"] == (debug == "true"))
    };
    let list: Vec<_> = releases().into_iter().filter(fits).map(|release| release.to_string()).collect();
    v2_list(&app, &list, raw, &format!("{}/v2/plugin-releases/", app.base(&headers)))
}

/// `GET /v2/plugin-releases/{id}/`, with the form of its options
pub async fn v2_release(State(app): Shared, Path(id): Path<u64>) -> Response {
    let Some(mut release) = releases().into_iter().find(|release| release["id"] == id) else { return unknown() };
    let mode = json!([{"$formkit": "select", "name": "segmentation_mode", "label": "Segmentation", "validation": "required",
        "options": [{"value": "instance", "label": "instance"}, {"value": "semantic", "label": "semantic"}, {"value": "exclude", "label": "exclude"}]}]);
    release["run_schema"] = if app.options.jobs.needs_mode { mode } else { json!([]) };
    release["available_actions"] = json!(["export"]);
    v2_single(&app, &release.to_string())
}

/// `GET /agents/`, with their tokens, which nobody must see
pub async fn agents(State(app): Shared, headers: HeaderMap, RawQuery(raw): RawQuery) -> Response {
    let agent = |(n, text): (usize, &String)| {
        let (name, url) = text.split_once('=').map_or((text.as_str(), None), |(name, url)| (name, Some(url)));
        let token = format!("{:040x}", 0xa6e47 + n);
        let script = format!("curl {}/agents/{token}/node_install_script", app.base(&headers));
        json!({"id": n + 3, "name": name, "url": url, "status": "connected", "token": token, "node_install_script": script}).to_string()
    };
    let list: Vec<_> = app.options.jobs.agent.iter().enumerate().map(agent).collect();
    v1_list(&list, raw, &format!("{}/agents/", app.base(&headers)))
}

/// `POST /plugins/{code}/run/`: unknown keys are refused
pub async fn run(State(app): Shared, Path(code): Path<String>, body: Bytes) -> Response {
    const KEYS: [&str; 8] = ["agent", "action", "params", "storage_id", "job_id", "debug", "version", "language"];
    if !["1", "2", "3", "yolo-export", "coco-export", "yolo-train"].contains(&&*code) {
        return unknown();
    }
    let Ok(Value::Object(request)) = serde_json::from_slice::<Value>(&body) else {
        return detail(StatusCode::BAD_REQUEST, "JSON parse error");
    };
    if let Some(key) = request.keys().find(|key| !KEYS.contains(&key.as_str())) {
        let error = json!({"detail": [{"loc": ["body", key], "msg": "Extra inputs are not permitted", "type": "extra_forbidden"}]});
        return json(StatusCode::BAD_REQUEST, error.to_string());
    }
    if request.get("action").is_none_or(|action| !action.is_string()) {
        return detail(StatusCode::BAD_REQUEST, "action: field required");
    }
    let request = Value::Object(request);
    app.stats.call(json!({"path": format!("/plugins/{code}/run/"), "body": request}));
    let id = Jobs::start(&app, request);
    let answer = match app.options.jobs.run_answer {
        RunAnswer::JobId => json!({"job_id": id, "id": id, "status": "PENDING"}),
        RunAnswer::Id => json!({"id": id}),
        RunAnswer::Nested => json!({"id": 7, "job": {"id": id}}),
        RunAnswer::Bare => json!(id),
        RunAnswer::Data => json!({"data": {"job_id": id}, "meta": {}}),
        RunAnswer::None => json!({"status": "accepted"}),
        RunAnswer::Cut => return crate::faults::failure(502),
    };
    json(StatusCode::CREATED, answer.to_string())
}

/// `GET /v2/jobs/`
pub async fn v2_jobs(State(app): Shared, headers: HeaderMap, RawQuery(raw): RawQuery) -> Response {
    let query = Query::parse(raw.as_deref().unwrap_or_default());
    let list = app.jobs.list().iter().rev().map(Job::row).collect::<Vec<_>>();
    let is = |job: &Value, key: &str| query.get(key).is_none_or(|wanted| job[key] == *wanted);
    let list: Vec<_> = list.iter().filter(|job| is(job, "status") && is(job, "action")).map(Value::to_string).collect();
    v2_list(&app, &list, raw, &format!("{}/v2/jobs/", app.base(&headers)))
}

/// `GET /v2/jobs/{id}/`
pub async fn v2_job(State(app): Shared, Path(id): Path<String>) -> Response {
    app.jobs.get(&id).map_or_else(unknown, |job| v2_single(&app, &job.whole().to_string()))
}

/// `GET /jobs/{id}/`
pub async fn job(State(app): Shared, Path(id): Path<String>) -> Response {
    app.jobs.get(&id).map_or_else(unknown, |job| json(StatusCode::OK, job.whole().to_string()))
}

/// `POST /v2/jobs/{id}/stop/`
pub async fn stop(State(app): Shared, Path(id): Path<String>) -> Response {
    match app.jobs.get(&id) {
        None => unknown(),
        Some(job) if job.has_ended() => {
            let error = json!({"error": {"code": "INVALID_TRANSITION", "message": "the job has ended"}, "meta": {}});
            json(StatusCode::CONFLICT, error.to_string())
        }
        Some(_) => {
            app.jobs.change(&id, |job| job.status = "STOPPED".into());
            v2_job(State(app), Path(id)).await
        }
    }
}

/// `PATCH /jobs/{id}/`: a worker, or an older client, sets the status
pub async fn patch(State(app): Shared, Path(id): Path<String>, body: Bytes) -> Response {
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    if let Some(status) = request["status"].as_str() {
        app.jobs.change(&id, |job| job.status = status.to_owned());
    }
    job(State(app), Path(id)).await
}
