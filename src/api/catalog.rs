//! Everything around the rows: projects and their classes, ground-truth datasets and versions, the user.

use super::client;
use super::client::Client;
use super::error::ApiError;
use super::hold::Holding;
use super::page;
use super::query::Query;
use super::target::Target;
use indexmap::IndexSet;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// A project, as far as an export needs it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Project {
    /// The project's id.
    pub id: Value,
    /// The project's name.
    pub title: String,
    /// The kind of its media: image, video, …
    pub category: Option<String>,
    /// What its makers say of it.
    pub description: Option<String>,
    /// The collection that holds its data units.
    pub data_collection: Option<String>,
    /// The classes by tool, both in the order of the schema.
    pub tools: Vec<(String, Vec<String>)>,
}

impl Project {
    /// All classes: tools in the order of the schema, first occurrence wins (formats.md §2).
    pub fn classes(&self) -> Vec<String> {
        let all: IndexSet<&String> = self.tools.iter().flat_map(|(_, classes)| classes).collect();
        all.into_iter().cloned().collect()
    }
}

/// A ground-truth version and what it belongs to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Version {
    /// The version as the server describes it.
    pub version: Value,
    /// The dataset of the version, if it could be read.
    pub dataset: Value,
    /// The project of the dataset, if it has one.
    pub project: Option<Project>,
}

impl Client {
    /// One project.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn project(&self, id: &str) -> Result<Project, ApiError> {
        let path = format!("/projects/{}/", segment(id));
        self.get(&path, &Query::new(), |body| {
            // The schema is read from the text: a parsed value would lose the order of its keys.
            let text: ProjectText = serde_json::from_slice(&body).map_err(|_| client::not_json(&body))?;
            let text = text.data.map_or(text.own, |inner| *inner);
            let tools = text.configuration.and_then(|c| c.classification).map(|t| t.0).unwrap_or_default();
            let title = text.title.or(text.name).unwrap_or_default();
            let collection =
                [text.data_collection, text.data_collection_id].iter().find_map(|id| plain_id(outermost(id)));
            let (category, description) = (text.category, text.description.filter(|text| !text.is_empty()));
            Ok(Project { id: text.id, title, category, description, data_collection: collection, tools })
        })
        .await
    }

    /// A ground-truth version, its dataset and its project. A dataset that cannot be read is left out.
    ///
    /// # Errors
    /// [`ApiError`] when the version itself cannot be read.
    pub async fn version(&self, id: &str) -> Result<Version, ApiError> {
        let path = format!("/ground_truth_dataset_versions/{}/", segment(id));
        let version = page::single(self.get(&path, &Query::new(), client::json).await?);
        let inner = &version["ground_truth_dataset"];
        let dataset = if inner.is_object() { inner["id"].clone() } else { inner.clone() };
        let mut out = Version { version, ..Version::default() };
        let Some(dataset) = plain_id(&dataset) else { return Ok(out) };
        let path = format!("/v2/ground-truth-datasets/{}/", segment(&dataset));
        out.dataset = match self.get(&path, &Query::new(), client::json).await {
            Ok(found) => page::single(found),
            Err(ApiError::NotFound { .. } | ApiError::Forbidden { .. }) => return Ok(out),
            Err(other) => return Err(other),
        };
        if let Some(project) = plain_id(&out.dataset["project_id"]) {
            out.project = match self.project(&project).await {
                Ok(project) => Some(project),
                Err(ApiError::NotFound { .. } | ApiError::Forbidden { .. }) => None,
                Err(other) => return Err(other),
            };
        }
        Ok(out)
    }

    /// A storage with its configuration, which holds secrets.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn storage(&self, id: u64) -> Result<Value, ApiError> {
        let query = Query::new().with("with_configuration", "true");
        Ok(page::single(self.get(&format!("/storages/{id}/"), &query, client::json).await?))
    }

    /// All projects; an older server is asked at its own address.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn projects(&self) -> Result<Vec<Box<RawValue>>, ApiError> {
        self.project_pages().all().await
    }

    /// All ground-truth datasets.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn datasets(&self) -> Result<Vec<Box<RawValue>>, ApiError> {
        self.dataset_pages().all().await
    }

    /// The versions of a ground-truth dataset.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn versions(&self, dataset: &str) -> Result<Vec<Box<RawValue>>, ApiError> {
        self.version_pages(dataset).all().await
    }

    /// The people of the workspace. Some servers list them as users, some as members, by id only or with their names.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn users(&self) -> Result<Vec<Box<RawValue>>, ApiError> {
        self.user_pages().all().await
    }

    /// The tags of a project, or all of them; an older server has one list.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn tags(&self, project: Option<&str>) -> Result<Vec<Box<RawValue>>, ApiError> {
        self.tag_pages(project).all().await
    }

    /// The storages.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn storages(&self) -> Result<Vec<Box<RawValue>>, ApiError> {
        self.storage_pages().all().await
    }

    /// Who the token belongs to.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn me(&self) -> Result<Value, ApiError> {
        Ok(page::single(self.get("/v2/users/me/", &Query::new(), client::json).await?))
    }

    /// The codes of the tenants that the token can see; `None` when the server does not say.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn tenants(&self) -> Result<Option<Vec<String>>, ApiError> {
        match self.tenant_pages().all().await {
            Ok(list) => {
                let code = |entry: &RawValue| {
                    let entry: Value = serde_json::from_str(entry.get()).ok()?;
                    plain_id(&entry["code"])
                };
                Ok(Some(list.iter().filter_map(|entry| code(entry)).collect()))
            }
            Err(ApiError::NotFound { .. } | ApiError::Forbidden { .. }) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// Number of rows of a list: one small request without `pagination` and `expand`. `None` when the server does not say.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn count(&self, target: Target, filters: &Query) -> Result<Option<u64>, ApiError> {
        let query = filters.clone().with("page_size", "1");
        self.get(target.path(), &query, |body| page::Page::parse(body, target, &Holding::default()).map(|p| p.count))
            .await
    }
}

/// An id as one path segment: nothing in it can lead elsewhere.
pub(crate) fn segment(id: &str) -> String {
    url::form_urlencoded::byte_serialize(id.as_bytes()).collect::<String>().replace('+', "%20").replace("..", "%2E%2E")
}

/// The id that stands for itself, or in an object.
fn outermost(value: &Value) -> &Value {
    if value.is_object() { &value["id"] } else { value }
}

fn plain_id(value: &Value) -> Option<String> {
    match value {
        Value::Number(n) => Some(n.to_string()),
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        _ => None,
    }
}

#[derive(Deserialize)]
struct ProjectText {
    /// A v2 envelope.
    #[serde(default)]
    data: Option<Box<ProjectFields>>,
    #[serde(flatten, default)]
    own: ProjectFields,
}

#[derive(Default, Deserialize)]
struct ProjectFields {
    #[serde(default)]
    id: Value,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    category: Option<String>,
    #[serde(default)]
    description: Option<String>,
    /// An id, or an object with one.
    #[serde(default)]
    data_collection: Value,
    /// The same, as servers of version 2 call it.
    #[serde(default)]
    data_collection_id: Value,
    #[serde(default)]
    configuration: Option<Configuration>,
}

#[derive(Deserialize)]
struct Configuration {
    #[serde(default)]
    classification: Option<Tools>,
}

/// `{tool: {"classification_schema": [{"code": …}]}}` in the order of the text. Whatever has another form is no class.
#[derive(Default)]
struct Tools(Vec<(String, Vec<String>)>);

impl<'de> Deserialize<'de> for Tools {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Tools;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("classes by tool")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tools, A::Error> {
                let mut tools = Vec::new();
                while let Some((tool, schema)) = map.next_entry::<String, Value>()? {
                    let list = schema["classification_schema"].as_array();
                    let codes = list.into_iter().flatten().filter_map(|c| c["code"].as_str()).map(str::to_owned);
                    tools.push((tool, codes.collect()));
                }
                Ok(Tools(tools))
            }
            fn visit_unit<E>(self) -> Result<Tools, E> {
                Ok(Tools::default())
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut list: A) -> Result<Tools, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Tools::default())
            }
        }
        deserializer.deserialize_any(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_keep_the_order_of_the_schema() {
        let text = r#"{"id":1,"title":"T","configuration":{"classification":{
            "polygon":{"classification_schema":[{"code":"차"},{"code":"b"},{"no":1}]},
            "bounding_box":{"classification_schema":[{"code":"a"},{"code":"b"}]},"odd":7}}}"#;
        for body in [text.to_owned(), format!(r#"{{"data":{text},"meta":{{}}}}"#)] {
            let parsed: ProjectText = serde_json::from_str(&body).unwrap();
            let fields = parsed.data.map_or(parsed.own, |d| *d);
            let tools = fields.configuration.unwrap().classification.unwrap().0;
            let project = Project { tools, ..Project::default() };
            assert_eq!(project.classes(), ["차", "b", "a"]);
            assert_eq!(fields.title.as_deref(), Some("T"));
        }
    }

    #[test]
    fn an_id_is_one_segment() {
        assert_eq!(segment("42"), "42");
        assert_eq!(segment("../users/me?x=1#"), "%2E%2E%2Fusers%2Fme%3Fx%3D1%23");
    }
}
