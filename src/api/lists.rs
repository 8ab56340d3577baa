//! Lists of what there is around the rows, a page at a time: a list may be long.

use super::catalog::segment;
use super::client::Client;
use super::error::ApiError;
use super::page::{self, Values};
use super::query::Query;
use crate::tr;
use crate::words::Message;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::HashSet;

/// Entries of a page: as many as a server gives of data units, whatever is asked for.
const PAGE: &str = "100";

/// A list on its way.
pub struct Pages<'a> {
    client: &'a Client,
    path: String,
    /// Where a server keeps the list that does not have it at `path`, or not for us.
    elsewhere: Option<(&'static str, Refusal)>,
    base: Query,
    /// The parameters of the next page; `None`: there is none.
    next: Option<Query>,
    seen: HashSet<String>,
    /// A key that every entry must have with this value, where it has the key: what the server was asked to select by.
    selected: Option<(&'static str, String)>,
}

/// When a list is looked for elsewhere.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Refusal {
    /// There is no such endpoint.
    Missing,
    /// The same, or it is not for this account.
    MissingOrForbidden,
}

impl Refusal {
    fn is(self, error: &ApiError) -> bool {
        match error {
            ApiError::NotFound { .. } => true,
            ApiError::Forbidden { .. } => self == Self::MissingOrForbidden,
            _ => false,
        }
    }
}

impl Client {
    fn pages(&self, path: impl Into<String>, base: Query) -> Pages<'_> {
        let (path, next) = (path.into(), Some(base.clone()));
        Pages { client: self, path, elsewhere: None, base, next, seen: HashSet::new(), selected: None }
    }

    /// The projects; an older server is asked at its own address.
    pub fn project_pages(&self) -> Pages<'_> {
        self.pages("/v2/projects/", v2()).or_at("/api/annotation/projects/", Refusal::Missing)
    }

    /// The ground-truth datasets.
    pub fn dataset_pages(&self) -> Pages<'_> {
        self.pages("/v2/ground-truth-datasets/", v2())
    }

    /// The versions of a ground-truth dataset.
    pub fn version_pages(&self, dataset: &str) -> Pages<'_> {
        self.pages("/ground_truth_dataset_versions/", Query::new().with("ground_truth_dataset", dataset))
    }

    /// The people of the workspace. Some servers list them as users, some as members, by id only or with their names.
    pub fn user_pages(&self) -> Pages<'_> {
        self.pages("/users/", Query::new()).or_at("/v2/members/", Refusal::MissingOrForbidden)
    }

    /// The tags of a project, or all of them; an older server has one list.
    pub fn tag_pages(&self, project: Option<&str>) -> Pages<'_> {
        match project {
            Some(id) => self.pages(format!("/v2/projects/{}/tags/", segment(id)), v2()).or_at(TAGS, Refusal::Missing),
            None => self.pages(TAGS, Query::new()),
        }
    }

    /// The storages.
    pub fn storage_pages(&self) -> Pages<'_> {
        self.pages("/storages/", Query::new())
    }

    /// The data collections; an older server is asked at its own address.
    pub fn collection_pages(&self) -> Pages<'_> {
        self.pages("/v2/data-collections/", v2()).or_at("/data_collections/", Refusal::Missing)
    }

    /// The data units of a collection, with their `meta` and files, the newest first.
    pub fn unit_pages(&self, collection: &str) -> Pages<'_> {
        let query = Query::new().with("data_collection", collection).with("page_size", PAGE);
        // A server that knows no cursor here gives numbered pages.
        let query = query.with("pagination", "cursor").with("ordering", "-id");
        Pages { selected: Some(("data_collection", collection.to_owned())), ..self.pages("/data_units/", query) }
    }

    /// The plugins of a category.
    pub fn plugin_pages(&self, category: &str) -> Pages<'_> {
        let query = v2().with("category", category).with("is_active", "true");
        Pages { selected: Some(("category", category.to_owned())), ..self.pages("/v2/plugins/", query) }
    }

    /// The releases of a plugin, without those for debugging.
    pub fn release_pages(&self, plugin: &str) -> Pages<'_> {
        let query = v2().with("plugin", plugin).with("debug", "false");
        Pages { selected: Some(("plugin_id", plugin.to_owned())), ..self.pages("/v2/plugin-releases/", query) }
    }

    /// The agents: where plugins run.
    pub fn agent_pages(&self) -> Pages<'_> {
        self.pages("/agents/", Query::new())
    }

    /// The jobs, the newest first, with a status, with an action.
    pub fn job_pages(&self, status: Option<&str>, action: Option<&str>) -> Pages<'_> {
        let with = |query: Query, (key, value): (&str, Option<&str>)| match value {
            Some(value) => query.with(key, value),
            None => query,
        };
        let query = [("status", status), ("action", action)].into_iter().fold(v2(), with);
        self.pages("/v2/jobs/", query)
    }

    /// The tenants that the token can see.
    pub fn tenant_pages(&self) -> Pages<'_> {
        self.pages("/v2/tenants/", v2())
    }
}

const TAGS: &str = "/task_tags/";

fn v2() -> Query {
    Query::new().with("per_page", PAGE)
}

impl Pages<'_> {
    fn or_at(mut self, path: &'static str, when: Refusal) -> Self {
        self.elsewhere = Some((path, when));
        self
    }

    /// The next entries, as the server wrote them; `None`: that was all.
    ///
    /// # Errors
    /// [`ApiError`]; a list that leads back to a page seen before, or holds what was not asked for, is a fault of the server.
    pub async fn next(&mut self) -> Result<Option<Vec<Box<RawValue>>>, ApiError> {
        let Some(query) = self.next.take() else { return Ok(None) };
        let asked = self.client.get(&self.path, &query, page::values).await;
        let Values { entries, next } = match (asked, self.elsewhere.take()) {
            (Err(error), Some((path, when))) if when.is(&error) => {
                path.clone_into(&mut self.path);
                self.base = Query::new();
                self.client.get(path, &self.base, page::values).await?
            }
            (asked, _) => asked?,
        };
        if let Some((key, value)) = next {
            self.next = Some(self.base.clone().with(&key, value.clone()));
            if !self.seen.insert(value) {
                return Err(self.fault(tr!("api-next-again")));
            }
        }
        if let Some((key, wanted)) = &self.selected
            && let Some(other) = entries.iter().find_map(|entry| other_value(entry, key, wanted))
        {
            return Err(self.fault(tr!("api-other-value", key, wanted, other)));
        }
        Ok(Some(entries))
    }

    /// All entries, of a list that is small enough to be held.
    ///
    /// # Errors
    /// As [`Pages::next`].
    pub async fn all(mut self) -> Result<Vec<Box<RawValue>>, ApiError> {
        let mut all = Vec::new();
        while let Some(entries) = self.next().await? {
            all.extend(entries);
        }
        Ok(all)
    }

    fn fault(&self, reason: Message) -> ApiError {
        ApiError::Protocol { what: self.path.clone(), reason }
    }
}

/// What an entry has under a key, when that is another id than the one that was wanted.
fn other_value(entry: &RawValue, key: &str, wanted: &str) -> Option<String> {
    let entry: Value = serde_json::from_str(entry.get()).ok()?;
    let value = &entry[key];
    let id = if value.is_object() { &value["id"] } else { value };
    let id = match id {
        Value::Number(n) => n.to_string(),
        Value::String(text) => text.clone(),
        _ => return None,
    };
    (id != wanted).then_some(id)
}
