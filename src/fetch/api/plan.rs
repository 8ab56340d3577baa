//! What will be fetched: the scope's title and classes, the parts and the number of their rows, the begin frame.

use super::dates;
use super::pace::PageSize;
use super::part;
use super::part::ListPart;
use super::shard;
use super::shard::KeyRange;
use crate::api::catalog::{Project, Version};
use crate::api::filters::Filters;
use crate::api::hold::Holding;
use crate::api::{ApiError, Client, Query, Target};
use crate::exit::UsageError;
use crate::fetch::Request;
use crate::selection::Shard;
use crate::stream::frame::{Kind, begin_line};
use crate::tr;
use crate::words::Message;
use serde_json::{Map, Value, json};

/// The key of a begin frame with the rows of all parts of an export.
pub const TOTAL: &str = "total";
/// Rows a page when only ids are asked for.
pub const IDS_A_PAGE: usize = 1000;

/// Everything that is known before the first page.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Which rows.
    pub target: Target,
    /// The backend, for the begin frame and for comparing with an earlier run.
    pub host: String,
    /// The filters of the user as they are sent, the scope among them.
    pub filters: Filters,
    /// Only the project or version, for asking one row again.
    pub scope: Query,
    /// The project, if the rows belong to one.
    pub project: Option<Project>,
    /// The ground-truth version, for that target.
    pub version: Option<Version>,
    /// The lists to walk, one after the other.
    pub parts: Vec<ListPart>,
    /// Which part of an export divided between machines.
    pub shard: Option<Shard>,
    /// Stop after so many rows.
    pub limit: Option<u64>,
    /// Rows go out as they come.
    pub arrival: bool,
    /// Only ids are wanted, no payloads.
    pub light: bool,
    /// Rows a page, when the user says.
    pub page_size: Option<usize>,
    /// Bytes of pages in memory.
    pub holding: Holding,
    /// The parts have rows in common: those that changed in several ways.
    pub increment: bool,
    /// The share of a list without ranges: other rows are passed over.
    pub keys: Option<KeyRange>,
    /// Things the user should know.
    pub notes: Vec<Message>,
}

impl Plan {
    /// Asks the backend what there is.
    ///
    /// # Errors
    /// [`ApiError`]: among others when the project or version does not exist, or the query is too long.
    pub async fn make(client: &Client, request: &Request) -> Result<Self, ApiError> {
        let target = request.target;
        let id = request.filters.get(target.scope()).unwrap_or_default().to_owned();
        let since = request.changed_since();
        let (dates, notes) = match (since, &request.series) {
            (Some(_), _) => dates::usable(client, target, &request.filters).await?,
            (None, Some(_)) => (Vec::new(), dates::notes(target, &request.filters)),
            (None, None) => (Vec::new(), Vec::new()),
        };
        let mut shard = request.shard.clone();
        let (parts, narrowed) = match (since, &mut shard) {
            (Some(since), _) => (dates::changed(&request.filters, &dates, since), None),
            (None, Some(shard)) => shard::lists(target, &request.filters, &request.ids, shard)?,
            (None, None) => (part::split(&request.filters, &request.ids)?, None),
        };
        if parts.len() > 1 && request.resume.is_some() && target == Target::GroundTruth {
            return Err(UsageError::new(tr!("ids-no-resume")).into());
        }
        if parts.len() > 1 && request.verify && request.source_limit().is_some() && target == Target::GroundTruth {
            return Err(UsageError::new(tr!("ids-no-verify")).into());
        }
        let scope = async {
            match target {
                Target::GroundTruth => client.version(&id).await.map(|v| (v.project.clone(), Some(v))),
                _ => client.project(&id).await.map(|p| (Some(p), None)),
            }
        };
        // The scope first: a wrong project is a better answer than whatever its list says.
        let ((project, version), parts) = match tokio::join!(scope, part::probe(client, target, parts)) {
            (Ok(scope), Ok(parts)) => (scope, parts),
            (Err(error), _) | (_, Err(error)) => return Err(error),
        };
        let mut plan = Self {
            target,
            host: client.host(),
            scope: Query::new().with(target.scope(), id),
            filters: request.filters.clone(),
            project,
            version,
            shard,
            parts,
            limit: request.source_limit(),
            arrival: request.arrival,
            light: request.ids_only,
            page_size: request.page_size.or(request.ids_only.then_some(IDS_A_PAGE)),
            holding: Holding::default(),
            increment: since.is_some(),
            keys: None,
            notes,
        };
        shard::divide(client, &mut plan, narrowed).await?;
        Ok(plan)
    }

    /// Rows that the server counts, unless it does not say or the shard has an unknown share of them.
    pub fn count(&self) -> Option<u64> {
        if self.keys.is_some() { None } else { self.parts.iter().map(|p| p.count).sum() }
    }

    /// Rows that a complete run sends.
    pub fn expected(&self) -> Option<u64> {
        let count = self.count()?;
        Some(self.limit.map_or(count, |limit| count.min(limit)))
    }

    /// The page size to begin with.
    pub fn first_size(&self) -> PageSize {
        PageSize::new(self.target.page_size(), self.page_size)
    }

    /// The page size to begin with when several pages are asked for at once and nothing is known of the rows: they may be heavy.
    pub fn cautious_size(&self) -> PageSize {
        PageSize::new(self.target.page_size() / 4, self.page_size)
    }

    /// The query of a page, without its size and what leads to the next.
    pub fn page_query(&self, filters: &Query) -> Query {
        let order = format!("-{}", self.target.unique());
        let query = filters.clone().with("pagination", "cursor").with("ordering", order);
        if self.light {
            return query;
        }
        let expand = self.target.expand().iter().fold(query, |q, part| q.with("expand", *part));
        expand.with("response_mode", "presigned")
    }

    /// The classes in the order of the project's schema.
    pub fn classes(&self) -> Vec<String> {
        self.project.as_ref().map(Project::classes).unwrap_or_default()
    }

    /// The begin frame of an export with this identity. The host (scheme, host, port) is what relative file URLs of the rows belong
    /// to.
    pub fn begin_line(&self, identity: &Map<String, Value>) -> String {
        let mut extra = identity.clone();
        extra.insert("source".into(), json!({"host": self.host}));
        if let Some(project) = &self.project {
            extra.insert(
                "project".into(),
                json!({"id": project.id, "title": project.title, "category": project.category}),
            );
            extra.insert("classes".into(), self.classes().into());
        }
        if let Some(version) = &self.version {
            let name = |v: &Value| json!({"id": v["id"], "name": label(v)});
            extra.insert("ground_truth_dataset_version".into(), name(&version.version));
            if version.dataset.is_object() {
                extra.insert("ground_truth_dataset".into(), name(&version.dataset));
            }
        }
        if let Some(expected) = self.expected().filter(|_| !self.increment) {
            extra.insert("count".into(), expected.into());
        }
        // Of a share of a list without ranges only the rows of all parts are known.
        if let (Some(_), Some(total)) = (self.keys, self.parts.iter().map(|part| part.count).sum::<Option<u64>>()) {
            extra.insert(TOTAL.into(), total.into());
        }
        begin_line(Kind::Items, &extra)
    }

    /// What the rows belong to, in words: `project 42 "Roads"`.
    pub fn scope_in_words(&self) -> Message {
        match (&self.version, &self.project) {
            (Some(v), _) => tr!("scope-version", id = v.version["id"], title = label(&v.version)),
            (None, Some(p)) => tr!("scope-project", id = p.id, title = ?p.title),
            (None, None) => tr!("scope-list"),
        }
    }
}

/// What a version or dataset is called; servers of different age use different names for it.
fn label(value: &Value) -> &Value {
    ["name", "version", "title"].iter().map(|key| &value[*key]).find(|v| v.is_string()).unwrap_or(&Value::Null)
}
