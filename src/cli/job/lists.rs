//! `syn-job plugins`, `agents` and `list`: what there is, as JSON lines or as a table.

use super::Run;
use super::args::{Cluster, Limit};
use super::show::masked;
use crate::api::Client;
use crate::api::lists::Pages;
use crate::exit::{Exit, Failure};
use crate::fetch::discover::listing::{Listing, Output};
use crate::job::status::Status;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

/// What is shown of an agent: a list of the server has its token, too.
const AGENT: [&str; 4] = ["id", "name", "url", "status"];

impl Run<'_> {
    fn output(&self, limit: &Limit) -> Result<Output, Failure> {
        Ok(Output::new(self.args.common.writer()?, self.args.at_terminal(), limit.limit))
    }

    /// Lists plugins, each with its newest release.
    pub(super) fn plugins(&self, category: &str, limit: &Limit) -> Result<Exit, Failure> {
        const COLUMNS: &[&str] = &["code", "name", "category", "release.version|version", "release.created"];
        let client = self.client()?;
        let mut out = self.output(limit)?;
        self.runtime.block_on(async {
            let mut pages = client.plugin_pages(category);
            while let Some(entries) = pages.next().await? {
                let mut plugins = Vec::new();
                for entry in entries {
                    let mut plugin: Value = serde_json::from_str(entry.get()).unwrap_or_default();
                    let release = newest_release(&client, &plugin, None).await?;
                    if let Some(map) = plugin.as_object_mut() {
                        map.insert("release".into(), release.map_or(Value::Null, |found| brief(&found)));
                    }
                    plugins.push(plugin);
                }
                if !out.add(&Listing::of(&raw(plugins), COLUMNS))? {
                    break;
                }
            }
            Ok::<_, Failure>(())
        })?;
        out.finish()?;
        Ok(Exit::Ok)
    }

    /// Lists the agents.
    pub(super) fn list_agents(&self, limit: &Limit) -> Result<Exit, Failure> {
        let client = self.client()?;
        let mut out = self.output(limit)?;
        let shown = |entry: &RawValue| {
            let entry: Value = serde_json::from_str(entry.get()).unwrap_or_default();
            AGENT.into_iter().map(|key| (key.to_owned(), entry[key].clone())).collect::<Map<_, _>>().into()
        };
        self.copy(client.agent_pages(), &mut out, |entries| {
            Listing::of(&raw(entries.iter().map(|entry| shown(entry))), &AGENT)
        })?;
        out.finish()?;
        Ok(Exit::Ok)
    }

    /// Lists jobs.
    pub(super) fn list(
        &self,
        status: Option<&str>,
        action: Option<&str>,
        cluster: &Cluster,
        limit: &Limit,
    ) -> Result<Exit, Failure> {
        const PLATFORM: &[&str] = &["id", "status", "action", "created", "error.message|error"];
        const RAY: &[&str] = &["submission_id|job_id", "status", "entrypoint", "driver_exit_code"];
        let wanted = status.and_then(Status::of);
        let fits =
            |job: &Value| wanted.is_none_or(|wanted| job["status"].as_str().and_then(Status::of) == Some(wanted));
        if cluster.ray.is_none() && cluster.agent.is_none() {
            let client = self.client()?;
            let mut out = self.output(limit)?;
            // The server drops filters that it does not know.
            let fits = |entry: &RawValue| {
                let job: Value = serde_json::from_str(entry.get()).unwrap_or_default();
                fits(&job) && action.is_none_or(|action| job["action"] == action)
            };
            let pages = client.job_pages(wanted.map(Status::word), action);
            self.copy(pages, &mut out, |entries| {
                let entries: Vec<_> = entries.into_iter().filter(|entry| fits(entry)).collect();
                Listing::of(&entries, PLATFORM)
            })?;
            out.finish()?;
            return Ok(Exit::Ok);
        }
        let ray = self.ray(cluster)?;
        let mut jobs = self.runtime.block_on(ray.list())?;
        jobs.retain(fits);
        jobs.sort_by_key(|job| std::cmp::Reverse(job["start_time"].as_i64()));
        let mut out = self.output(limit)?;
        out.add(&Listing::of(&raw(jobs.into_iter().map(masked)), RAY))?;
        out.finish()?;
        Ok(Exit::Ok)
    }

    /// Writes a list as it comes.
    fn copy(
        &self,
        mut pages: Pages<'_>,
        out: &mut Output,
        listing: impl Fn(Vec<Box<RawValue>>) -> Listing,
    ) -> Result<(), Failure> {
        self.runtime.block_on(async {
            while let Some(entries) = pages.next().await? {
                if !out.add(&listing(entries))? {
                    break;
                }
            }
            Ok(())
        })
    }
}

/// Values as the entries of a list.
fn raw(values: impl IntoIterator<Item = Value>) -> Vec<Box<RawValue>> {
    values.into_iter().filter_map(|value| to_raw_value(&value).ok()).collect()
}

/// The newest release of a plugin that everybody can run, or the one with a version.
pub(super) async fn newest_release(
    client: &Client,
    plugin: &Value,
    version: Option<&str>,
) -> Result<Option<Value>, Failure> {
    let id = match &plugin["id"] {
        Value::String(id) => id.clone(),
        Value::Number(id) => id.to_string(),
        _ => return Ok(None),
    };
    let mut pages = client.release_pages(&id);
    let mut newest: Option<Value> = None;
    while let Some(entries) = pages.next().await? {
        for entry in entries {
            let release: Value = serde_json::from_str(entry.get()).unwrap_or_default();
            let is_public = release["is_released"] == true && release["debug"] != true;
            let fits = version.map_or(is_public, |version| release["version"] == version);
            // Times of one server and one form.
            let is_newer = newest.as_ref().is_none_or(|old| old["created"].as_str() < release["created"].as_str());
            if fits && is_newer {
                newest = Some(release);
            }
        }
    }
    Ok(newest)
}

/// What a list shows of a release.
fn brief(release: &Value) -> Value {
    ["id", "version", "created"]
        .into_iter()
        .map(|key| (key.to_owned(), release[key].clone()))
        .collect::<Map<_, _>>()
        .into()
}
