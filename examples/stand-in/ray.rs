//! Ray's Jobs API: the routes that clients use, and jobs that run for real, as processes in their unpacked package.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Cursor};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::app::{App, json};

type Shared = State<Arc<App>>;

/// Between a polite stop and the end.
const GRACE: Duration = Duration::from_secs(3);
/// Between two looks at a process or a log.
const LOOK: Duration = Duration::from_millis(30);

/// The cluster.
#[derive(Debug, Default)]
pub struct Cluster {
    packages: Mutex<HashMap<String, Bytes>>,
    jobs: Mutex<Vec<Job>>,
}

#[derive(Debug)]
struct Job {
    /// What Ray says of it.
    record: Value,
    /// Where it runs, and its log lies.
    folder: TempDir,
    process: Option<Pid>,
    stopped: bool,
}

impl Job {
    fn id(&self) -> &str {
        self.record["submission_id"].as_str().unwrap_or_default()
    }

    fn has_ended(&self) -> bool {
        !matches!(self.record["status"].as_str(), Some("PENDING" | "RUNNING"))
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("job.log")
    }
}

impl Cluster {
    fn with<T>(&self, id: &str, look: impl FnOnce(&mut Job) -> T) -> Option<T> {
        let mut jobs = self.jobs.lock().expect("no panic while held");
        jobs.iter_mut().find(|job| job.id() == id).map(look)
    }

    fn log(&self, id: &str) -> String {
        let path = self.with(id, |job| job.log());
        let bytes = path.and_then(|path| std::fs::read(path).ok()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

fn text(status: StatusCode, text: String) -> Response {
    (status, text).into_response()
}

fn no_job(id: &str) -> Response {
    text(StatusCode::NOT_FOUND, format!("Job {id} does not exist"))
}

/// `GET /api/version`
pub async fn version() -> Response {
    let body =
        json!({"version": "4", "ray_version": "2.60.0", "ray_commit": "stand-in", "session_name": "session_stand_in"});
    json(StatusCode::OK, body.to_string())
}

/// `GET /api/packages/gcs/{name}`
pub async fn package(State(app): Shared, Path(name): Path<String>) -> Response {
    let is_there = app.ray.packages.lock().expect("no panic while held").contains_key(&name);
    if is_there {
        StatusCode::OK.into_response()
    } else {
        text(StatusCode::NOT_FOUND, format!("Package gcs://{name} does not exist"))
    }
}

/// `PUT /api/packages/gcs/{name}`
pub async fn put_package(State(app): Shared, Path(name): Path<String>, body: Bytes) -> Response {
    app.stats.call(json!({"path": format!("/api/packages/gcs/{name}"), "bytes": body.len()}));
    app.ray.packages.lock().expect("no panic while held").insert(name, body);
    StatusCode::OK.into_response()
}

/// `GET /api/jobs/`
pub async fn list(State(app): Shared) -> Response {
    let jobs = app.ray.jobs.lock().expect("no panic while held");
    let list: Vec<_> = jobs.iter().map(|job| job.record.clone()).collect();
    json(StatusCode::OK, json!(list).to_string())
}

/// `GET /api/jobs/{id}`
pub async fn job(State(app): Shared, Path(id): Path<String>) -> Response {
    let record = app.ray.with(&id, |job| job.record.to_string());
    record.map_or_else(|| no_job(&id), |record| json(StatusCode::OK, record))
}

/// `POST /api/jobs/`
pub async fn submit(State(app): Shared, body: Bytes) -> Response {
    let Ok(request) = serde_json::from_slice::<Value>(&body) else {
        return text(StatusCode::BAD_REQUEST, "no JSON".into());
    };
    app.stats.call(json!({"path": "/api/jobs/", "body": request}));
    let count = app.ray.jobs.lock().expect("no panic while held").len();
    let id =
        request["submission_id"].as_str().map_or_else(|| format!("raysubmit_{:016X}", 0xABC0 + count), str::to_owned);
    if app.ray.with(&id, |_| ()).is_some() {
        let trace =
            format!("Traceback (most recent call last):\nValueError: Job with submission_id {id} already exists.");
        return text(StatusCode::INTERNAL_SERVER_ERROR, trace);
    }
    match start(&app, &id, &request) {
        Ok(()) => json(StatusCode::OK, json!({"job_id": id, "submission_id": id}).to_string()),
        Err(error) => text(StatusCode::INTERNAL_SERVER_ERROR, format!("Traceback: {error}")),
    }
}

fn start(app: &Arc<App>, id: &str, request: &Value) -> io::Result<()> {
    let folder = TempDir::new()?;
    let place = folder.path().join("wd");
    std::fs::create_dir(&place)?;
    let runtime = &request["runtime_env"];
    if let Some(name) = runtime["working_dir"].as_str().and_then(|uri| uri.strip_prefix("gcs://")) {
        let package = app.ray.packages.lock().expect("no panic while held").get(name).cloned();
        let package = package.ok_or_else(|| io::Error::other(format!("no package {name}")))?;
        zip::ZipArchive::new(Cursor::new(package))?.extract(&place)?;
    }
    let log = File::create(folder.path().join("job.log"))?;
    let mut command = Command::new("bash");
    command.arg("-c").arg(request["entrypoint"].as_str().unwrap_or_default()).current_dir(&place);
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).process_group(0);
    for (name, value) in runtime["env_vars"].as_object().into_iter().flatten() {
        command.env(name, value.as_str().unwrap_or_default());
    }
    let mut child = command.spawn()?;
    let record = json!({
        "type": "SUBMISSION", "job_id": null, "submission_id": id, "driver_info": null, "status": "RUNNING",
        "entrypoint": request["entrypoint"], "message": "Job is currently running.", "error_type": null,
        "start_time": Timestamp::now().as_millisecond(), "end_time": null, "metadata": request["metadata"], "runtime_env": runtime,
        "driver_agent_http_address": "http://127.0.0.1:52365", "driver_node_id": "0", "driver_exit_code": null,
    });
    let process = Pid::from_child(&child);
    let job = Job { record, folder, process: Some(process), stopped: false };
    app.ray.jobs.lock().expect("no panic while held").push(job);
    let (app, id) = (app.clone(), id.to_owned());
    std::thread::spawn(move || {
        let ended = child.wait();
        let log = app.ray.log(&id);
        app.ray.with(&id, |job| {
            job.process = None;
            let code = ended.map_or(-1, |status| status.code().unwrap_or_else(|| -status.signal().unwrap_or(1)));
            let (status, message) = match (job.stopped, code) {
                (true, _) => ("STOPPED", "Job was intentionally stopped.".to_owned()),
                (false, 0) => ("SUCCEEDED", "Job finished successfully.".to_owned()),
                (false, code) => {
                    let from = log.char_indices().rev().nth(20_000).map_or(0, |(at, _)| at);
                    ("FAILED", format!("Job entrypoint command failed with exit code {code}, last available logs (truncated to 20,000 chars):\n{}", &log[from..]))
                }
            };
            job.record["status"] = status.into();
            job.record["message"] = message.into();
            job.record["end_time"] = Timestamp::now().as_millisecond().into();
            job.record["driver_exit_code"] = if job.stopped { Value::Null } else { code.into() };
        });
    });
    Ok(())
}

/// `POST /api/jobs/{id}/stop`
pub async fn stop(State(app): Shared, Path(id): Path<String>) -> Response {
    let process = app.ray.with(&id, |job| {
        job.stopped |= !job.has_ended();
        job.process
    });
    let Some(process) = process else { return no_job(&id) };
    if let Some(process) = process {
        let _ = kill_process_group(process, Signal::TERM);
        let app = app.clone();
        tokio::spawn(async move {
            let until = Instant::now() + GRACE;
            while Instant::now() < until && app.ray.with(&id, |job| job.process.is_some()) == Some(true) {
                tokio::time::sleep(LOOK).await;
            }
            app.ray.with(&id, |job| job.process.map(|process| kill_process_group(process, Signal::KILL)));
        });
    }
    json(StatusCode::OK, json!({"stopped": process.is_some()}).to_string())
}

/// `DELETE /api/jobs/{id}`
pub async fn delete(State(app): Shared, Path(id): Path<String>) -> Response {
    match app.ray.with(&id, |job| job.has_ended()) {
        None => no_job(&id),
        Some(false) => text(StatusCode::INTERNAL_SERVER_ERROR, format!("Job {id} is in a non-terminal state")),
        Some(true) => {
            app.ray.jobs.lock().expect("no panic while held").retain(|job| job.id() != id);
            json(StatusCode::OK, json!({"deleted": true}).to_string())
        }
    }
}

/// `GET /api/jobs/{id}/logs`
pub async fn logs(State(app): Shared, Path(id): Path<String>) -> Response {
    if app.ray.with(&id, |_| ()).is_none() {
        return no_job(&id);
    }
    json(StatusCode::OK, json!({"logs": app.ray.log(&id)}).to_string())
}

/// `GET /api/jobs/{id}/logs/tail`: a websocket, from the first line until the job ends
pub async fn tail(State(app): Shared, Path(id): Path<String>, upgrade: WebSocketUpgrade) -> Response {
    if app.ray.with(&id, |_| ()).is_none() {
        return no_job(&id);
    }
    upgrade.on_upgrade(move |socket| follow(app, id, socket))
}

async fn follow(app: Arc<App>, id: String, mut socket: WebSocket) {
    let (mut sent, mut frames) = (0, 0);
    let cut = app.options.jobs.log_cut;
    loop {
        let ended = app.ray.with(&id, |job| job.has_ended()).unwrap_or(true);
        let log = app.ray.log(&id);
        // Whole lines only, while there may be more.
        let end = if ended { log.len() } else { log.rfind('\n').map_or(0, |at| at + 1) };
        if end > sent {
            for line in log[sent..end].split_inclusive('\n') {
                if socket.send(Message::Text(line.into())).await.is_err() {
                    return;
                }
                frames += 1;
                if cut > 0 && frames == cut {
                    return;
                }
            }
            sent = end;
        }
        if ended {
            let _ = socket.send(Message::Close(None)).await;
            return;
        }
        tokio::time::sleep(LOOK).await;
    }
}
