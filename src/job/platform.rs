//! Jobs of the backend: a plugin is run, a job is read and stopped, its log is read as far as it is.

use super::JobError;
use super::{started, status::End};
use crate::api::client::{self, Repeat};
use crate::api::{ApiError, Client, Query, page, segment};
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};

/// How far the clock of the server may be behind the time at which it says a job was made.
const SLACK: SignedDuration = SignedDuration::from_secs(2);

/// The jobs of a backend.
#[derive(Clone)]
pub struct Platform {
    pub(super) client: Client,
}

impl Platform {
    /// Those that a client can reach.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// Runs a plugin, by its code or id; gives the id of the job. It is never asked for twice.
    ///
    /// # Errors
    /// [`JobError`]; [`ApiError::Unsure`] in it when the job may have been started.
    pub async fn run(&self, plugin: &str, body: &Value) -> Result<String, JobError> {
        // The server's time, in case that the answer does not say the id.
        let clock = self.client.clock().map_or(SignedDuration::ZERO, |(there, here)| there.duration_since(here));
        let asked = Timestamp::now().checked_add(clock).unwrap_or_default();
        let path = format!("/plugins/{}/run/", segment(plugin));
        let answer = match self.client.send(Method::POST, &path, Some(body), Repeat::Harmful).await {
            Err(ApiError::NotFound { host, is_page: false, .. }) => {
                return Err(JobError::NoPlugin { plugin: plugin.to_owned(), host });
            }
            other => other?,
        };
        match started::id(&answer) {
            Some(id) => Ok(id),
            None => self.newest(body["action"].as_str().unwrap_or_default(), asked).await,
        }
    }

    /// The job with this action that was made since a time.
    async fn newest(&self, action: &str, since: Timestamp) -> Result<String, JobError> {
        let query = Query::new().with("action", action).with("per_page", "20");
        let host = self.client.host();
        let Ok(list) = self.client.get("/v2/jobs/", &query, page::values).await else {
            return Err(JobError::NoId { host });
        };
        let earliest = since.checked_sub(SLACK).unwrap_or_default();
        let jobs = list.entries.iter().filter_map(|entry| serde_json::from_str::<Value>(entry.get()).ok());
        let fitting = jobs.filter(|job| {
            let created = job["created"].as_str().and_then(|text| text.parse::<Timestamp>().ok());
            job["action"] == action && created.is_some_and(|at| at >= earliest)
        });
        let mut ids: Vec<String> = fitting.filter_map(|job| job["id"].as_str().map(str::to_owned)).collect();
        match ids.len() {
            0 => Err(JobError::NoId { host }),
            1 => Ok(ids.remove(0)),
            _ => Err(JobError::ManyIds { host, ids }),
        }
    }

    /// What the backend says of a job.
    ///
    /// # Errors
    /// [`JobError`].
    pub async fn get(&self, id: &str) -> Result<Value, JobError> {
        let segment = segment(id);
        let newer = self.client.get(&format!("/v2/jobs/{segment}/"), &Query::new(), client::json).await;
        let job = match newer {
            Err(ApiError::NotFound { .. }) => {
                match self.client.get(&format!("/jobs/{segment}/"), &Query::new(), client::json).await {
                    Err(ApiError::NotFound { host, is_page: false, .. }) => {
                        return Err(JobError::NoJob { id: id.to_owned(), host });
                    }
                    other => other?,
                }
            }
            other => other?,
        };
        Ok(page::single(job))
    }

    /// Stops a job. `None`: it is being stopped; else how it had ended before.
    ///
    /// # Errors
    /// [`JobError`].
    pub async fn stop(&self, id: &str) -> Result<Option<End>, JobError> {
        if let Some(end) = End::of(id, &self.get(id).await?)? {
            return Ok(Some(end));
        }
        let segment = segment(id);
        let newer = format!("/v2/jobs/{segment}/stop/");
        let stopped = match self.client.send(Method::POST, &newer, None, Repeat::Harmless).await {
            Err(ApiError::NotFound { .. }) => {
                let body = json!({"status": "STOPPED"});
                self.client.send(Method::PATCH, &format!("/jobs/{segment}/"), Some(&body), Repeat::Harmless).await
            }
            other => other,
        };
        match stopped {
            // It may have ended in between: then there was nothing to stop.
            Err(e @ ApiError::Refused { .. }) => match End::of(id, &self.get(id).await?)? {
                Some(end) => Ok(Some(end)),
                None => Err(e.into()),
            },
            other => Ok(other.map(|_| None)?),
        }
    }

    /// The lines of a job's log so far, without line ends; `None`: the backend does not give them.
    ///
    /// # Errors
    /// [`JobError`].
    pub async fn lines(&self, id: &str) -> Result<Option<Vec<String>>, JobError> {
        let segment = segment(id);
        for path in [format!("/v2/jobs/{segment}/console_logs/"), format!("/jobs/{segment}/console_logs/")] {
            match self.client.get(&path, &Query::new(), client::json).await {
                Err(ApiError::NotFound { .. }) => {}
                Err(e) => return Err(e.into()),
                Ok(log) => {
                    if let Some(lines) = lines(page::single(log)) {
                        return Ok(Some(lines));
                    }
                }
            }
        }
        Ok(None)
    }
}

/// The lines of a log in any of its forms; an entry may be several lines, and have a line end.
fn lines(log: Value) -> Option<Vec<String>> {
    let list = match &log {
        Value::Array(list) => list,
        Value::Object(map) => match ["logs", "results", "data"].iter().find_map(|key| map.get(*key)) {
            Some(Value::Array(list)) => list,
            Some(Value::String(text)) => return Some(text.lines().map(str::to_owned).collect()),
            _ => return None,
        },
        _ => return None,
    };
    let text = |entry: &Value| entry.as_str().or(entry["message"].as_str()).map(str::to_owned);
    let split = |entry: &Value| match text(entry) {
        Some(text) if text.is_empty() => vec![text],
        Some(text) => text.lines().map(str::to_owned).collect(),
        // What is no line is told as it is.
        None => vec![entry.to_string()],
    };
    Some(list.iter().flat_map(split).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_come_in_several_forms() {
        let expected = Some(vec!["a".to_owned(), "b".into(), String::new(), "c".into()]);
        for log in [
            json!(["a", "b", "", "c"]),
            json!(["a\nb\n", "", "c\n"]),
            json!({"logs": ["a\n", "b\n", "\n", "c\n"]}),
            json!({"logs": "a\nb\n\nc\n"}),
            json!({"results": [{"message": "a\nb"}, {"message": ""}, {"message": "c"}]}),
        ] {
            assert_eq!(lines(log.clone()), expected, "{log}");
        }
        assert_eq!(lines(json!([7, {"x": 1}])), Some(vec!["7".to_owned(), r#"{"x":1}"#.into()]));
        for log in [json!(null), json!({}), json!({"logs": null}), json!("text"), json!(3)] {
            assert_eq!(lines(log.clone()), None, "{log}");
        }
    }
}
