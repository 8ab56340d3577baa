//! What will be fetched: the scope's title and classes, the number of rows, the begin frame.

use super::Request;
use crate::api::catalog::{Project, Version};
use crate::api::hold::Holding;
use crate::api::{ApiError, Client, Query, Target};
use crate::stream::frame::{Kind, begin_line};
use serde_json::{Map, Value, json};

/// Everything that is known before the first page.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Which rows.
    pub target: Target,
    /// The filters as they are sent, the scope among them.
    pub filters: Query,
    /// Only the project or version, for asking one row again.
    pub scope: Query,
    /// The project, if the rows belong to one.
    pub project: Option<Project>,
    /// The ground-truth version, for that target.
    pub version: Option<Version>,
    /// Rows that the server counts; `None` when it does not say.
    pub count: Option<u64>,
    /// Stop after so many rows.
    pub limit: Option<u64>,
    /// Rows a page.
    pub page_size: usize,
    /// Bytes of pages in memory.
    pub holding: Holding,
    /// Things the user should know.
    pub notes: Vec<String>,
}

impl Plan {
    /// Asks the backend what there is.
    ///
    /// # Errors
    /// [`ApiError`]: among others when the project or version does not exist, or the query is too long.
    pub async fn make(client: &Client, request: &Request) -> Result<Self, ApiError> {
        let target = request.target;
        let id = request.filters.get(target.scope()).unwrap_or_default().to_owned();
        let filters = request.filters.query();
        let mut plan = Self {
            target,
            scope: Query::new().with(target.scope(), id.clone()),
            filters,
            project: None,
            version: None,
            count: None,
            limit: request.limit,
            page_size: request.page_size.unwrap_or(target.page_size()),
            holding: Holding::default(),
            notes: Vec::new(),
        };
        let length = plan.page_query(plan.page_size).encoded().len();
        if length > crate::api::query::LONGEST {
            return Err(ApiError::Usage(format!(
                "the query would be {length} bytes long and the server takes {}: use id__gte and id__lt, ids_ex, or several runs",
                crate::api::query::LONGEST
            )));
        }
        if target == Target::GroundTruth {
            let version = client.version(&id).await?;
            plan.project.clone_from(&version.project);
            plan.version = Some(version);
        } else {
            plan.project = Some(client.project(&id).await?);
        }
        plan.count = match client.count(target, &plan.filters).await {
            Ok(count) => count,
            // Counting a large list can take the server longer than its edge allows; the walk itself does not depend on it.
            Err(ApiError::GaveUp { reason, .. }) => {
                plan.notes.push(format!(
                    "the server cannot count the rows ({reason}): whether all came is judged by its last page alone"
                ));
                None
            }
            Err(other) => return Err(other),
        };
        Ok(plan)
    }

    /// Rows that a complete run sends.
    pub fn expected(&self) -> Option<u64> {
        match (self.count, self.limit) {
            (Some(count), Some(limit)) => Some(count.min(limit)),
            (count, None) => count,
            (None, Some(_)) => None,
        }
    }

    /// The query of a page, without what leads to the next.
    pub fn page_query(&self, size: usize) -> Query {
        let expand = self.target.expand().iter().fold(self.filters.clone(), |q, part| q.with("expand", *part));
        expand
            .with("response_mode", "presigned")
            .with("pagination", "cursor")
            .with("ordering", format!("-{}", self.target.unique()))
            .with("page_size", size.to_string())
    }

    /// The classes in the order of the project's schema.
    pub fn classes(&self) -> Vec<String> {
        self.project.as_ref().map(Project::classes).unwrap_or_default()
    }

    /// The begin frame.
    pub fn begin_line(&self) -> String {
        let mut extra = Map::new();
        extra.insert("target".into(), self.target.word().into());
        extra.insert("query".into(), self.filters.to_json().into());
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
        if let Some(expected) = self.expected() {
            extra.insert("count".into(), expected.into());
        }
        begin_line(Kind::Items, &extra)
    }

    /// The rows in words: `24 assignments of project 42 "Roads"`.
    pub fn describe(&self, rows: u64) -> String {
        let (one, many) = match self.target {
            Target::Assignment => ("assignment", "assignments"),
            Target::Task => ("task", "tasks"),
            Target::GroundTruth => ("ground-truth event", "ground-truth events"),
        };
        let noun = if rows == 1 { one } else { many };
        let of = match (&self.version, &self.project) {
            (Some(v), _) => format!("version {} {}", v.version["id"], label(&v.version)),
            (None, Some(p)) => format!("project {} {:?}", p.id, p.title),
            (None, None) => "the list".into(),
        };
        format!("{rows} {noun} of {of}")
    }
}

/// What a version or dataset is called; servers of different age use different names for it.
fn label(value: &Value) -> &Value {
    ["name", "version", "title"].iter().map(|key| &value[*key]).find(|v| v.is_string()).unwrap_or(&Value::Null)
}
