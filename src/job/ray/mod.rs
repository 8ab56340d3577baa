//! Jobs of a Ray cluster, over the Jobs API of its dashboard.
//!
//! * [`tail`]: a log until the job ends; [`package`]: a zip with programs, which becomes the working directory of a job

pub mod package;
mod tail;

use super::JobError;
use super::status::End;
use crate::api::client::{self, Client, Repeat};
use crate::api::{ApiError, Query, segment};
use package::Package;
use reqwest::Method;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// The port of the dashboard, which the platform's own client knows no other of.
pub const PORT: u16 = 8265;

/// How often a job that is being stopped is looked at.
const LOOK: Duration = Duration::from_millis(300);

/// A Ray cluster.
#[derive(Clone)]
pub struct Ray {
    client: Client,
}

/// What a job is to run.
pub struct Submission<'a> {
    /// A line for the shell of the cluster.
    pub entrypoint: &'a str,
    /// Variables of its environment. They can be read by everybody who reaches the dashboard.
    pub variables: &'a [(String, String)],
    /// What the job record says besides.
    pub metadata: &'a [(&'a str, String)],
}

impl Ray {
    /// The cluster whose dashboard a client reaches.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// Scheme, host and port of the dashboard.
    pub fn host(&self) -> String {
        self.client.host()
    }

    /// All jobs, as Ray lists them.
    ///
    /// # Errors
    /// [`JobError`].
    pub async fn list(&self) -> Result<Vec<Value>, JobError> {
        match self.client.get("/api/jobs/", &Query::new(), client::json).await? {
            Value::Array(list) => Ok(list),
            _ => Err(self.no_protocol("/api/jobs/", "the list of jobs is no list")),
        }
    }

    /// What Ray says of a job.
    ///
    /// # Errors
    /// [`JobError`].
    pub async fn get(&self, id: &str) -> Result<Value, JobError> {
        let asked = self.client.get(&path(id, ""), &Query::new(), client::json).await;
        asked.map_err(|e| no_job(e, id))
    }

    /// The log of a job so far.
    ///
    /// # Errors
    /// [`JobError`].
    pub async fn log(&self, id: &str) -> Result<String, JobError> {
        let log = self.client.get(&path(id, "/logs"), &Query::new(), client::json).await.map_err(|e| no_job(e, id))?;
        match &log["logs"] {
            Value::String(text) => Ok(text.clone()),
            Value::Null => Ok(String::new()),
            _ => Err(self.no_protocol(&path(id, "/logs"), "the log is no text")),
        }
    }

    /// Stops a job, and waits until it has ended, `patience` at most. `None`: it is being stopped; else its end, and whether it had
    /// ended before.
    ///
    /// # Errors
    /// [`JobError`].
    pub async fn stop(&self, id: &str, patience: Duration) -> Result<Option<(End, bool)>, JobError> {
        if let Some(end) = End::of(id, &self.get(id).await?)? {
            return Ok(Some((end, true)));
        }
        let stop = self.client.send(Method::POST, &path(id, "/stop"), None, Repeat::Harmless).await;
        stop.map_err(|e| no_job(e, id))?;
        let until = tokio::time::Instant::now() + patience;
        while tokio::time::Instant::now() < until {
            if let Some(end) = End::of(id, &self.get(id).await?)? {
                return Ok(Some((end, false)));
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(None)
    }

    /// Makes sure that the cluster has a package; whether it had to be sent.
    ///
    /// # Errors
    /// [`JobError`].
    pub async fn upload(&self, package: &Package) -> Result<bool, JobError> {
        let path = format!("/api/packages/gcs/{}", package.name());
        match self.client.send(Method::GET, &path, None, Repeat::Harmless).await {
            Ok(_) => return Ok(false),
            Err(ApiError::NotFound { .. }) => {}
            Err(e) => return Err(e.into()),
        }
        let file = package.pack()?;
        self.client.put_file(&path, file.path()).await?;
        Ok(true)
    }

    /// Starts a job in a package that the cluster has; gives its id. It is never asked for twice.
    ///
    /// # Errors
    /// [`JobError`]; [`ApiError::Unsure`] in it when the job may have been started.
    pub async fn submit(&self, submission: &Submission<'_>, package: &Package) -> Result<String, JobError> {
        let variables: Map<_, _> = submission.variables.iter().map(|(k, v)| (k.clone(), v.as_str().into())).collect();
        let metadata: Map<_, _> =
            submission.metadata.iter().map(|(k, v)| ((*k).to_owned(), v.as_str().into())).collect();
        let mut runtime = json!({"working_dir": format!("gcs://{}", package.name())});
        if !variables.is_empty() {
            runtime["env_vars"] = variables.into();
        }
        let body = json!({
            "entrypoint": submission.entrypoint,
            "submission_id": null,
            "metadata": Value::Object(metadata),
            "runtime_env": runtime,
        });
        let answer = self.client.send(Method::POST, "/api/jobs/", Some(&body), Repeat::Harmful).await?;
        let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
        let id = answer["submission_id"].as_str().or(answer["job_id"].as_str()).filter(|id| !id.is_empty());
        id.map(str::to_owned).ok_or_else(|| JobError::NoId { host: self.host() })
    }

    fn no_protocol(&self, what: &str, reason: &str) -> JobError {
        ApiError::Protocol { what: what.to_owned(), reason: reason.into() }.into()
    }
}

/// The path of a job, and of a part of it.
fn path(id: &str, part: &str) -> String {
    format!("/api/jobs/{}{part}", segment(id))
}

/// An endpoint of a job that is not there is a job that is not there.
fn no_job(error: ApiError, id: &str) -> JobError {
    match error {
        ApiError::NotFound { host, is_page: false, .. } => JobError::NoJob { id: id.to_owned(), host },
        other => other.into(),
    }
}
