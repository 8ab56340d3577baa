//! What there is to choose from: the lists of the server.

use crate::api::{ApiError, Client};
use crate::cli::ask::Choice;
use crate::cli::common::Console;
use crate::exit::{Exit, Failure};
use crate::tr;
use serde_json::Value;
use serde_json::value::RawValue;
use std::time::Duration;
use tokio::runtime::Runtime;

/// Something that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What is typed for it.
    pub id: String,
    /// What people call it; may be empty.
    pub title: String,
    /// What else there is to know: the kind, how many tasks.
    pub note: String,
}

impl Entry {
    /// As it is shown.
    pub fn choice(&self) -> Choice {
        let name = if self.title.is_empty() { &self.id } else { &self.title };
        let note = if self.note.is_empty() { String::new() } else { format!("  {}", self.note) };
        Choice::new(name, format!("id {}{note}", self.id))
    }
}

/// Where the lists come from.
pub trait Lists {
    /// The projects.
    ///
    /// # Errors
    /// Those of asking the server, as of the others.
    fn projects(&self) -> Result<Vec<Entry>, Failure>;

    /// The ground-truth datasets.
    ///
    /// # Errors
    /// As [`Lists::projects`].
    fn datasets(&self) -> Result<Vec<Entry>, Failure>;

    /// The data collections.
    ///
    /// # Errors
    /// As [`Lists::projects`].
    fn collections(&self) -> Result<Vec<Entry>, Failure>;

    /// The versions of a ground-truth dataset.
    ///
    /// # Errors
    /// As [`Lists::projects`].
    fn versions(&self, dataset: &str) -> Result<Vec<Entry>, Failure>;
}

/// A server that is asked.
pub struct Server<'a> {
    /// What requests run on.
    pub runtime: &'a Runtime,
    /// The server.
    pub client: &'a Client,
    /// How long it is waited for; `None`: as long as for everything.
    pub patience: Option<Duration>,
    /// Where it is said that a list takes long.
    pub console: &'a Console,
}

/// A list that has not come by then is said to be long.
const SOON: Duration = Duration::from_secs(1);

impl Server<'_> {
    fn list(
        &self,
        list: impl Future<Output = Result<Vec<Box<RawValue>>, ApiError>>,
        notes: &[&str],
    ) -> Result<Vec<Entry>, Failure> {
        let list = match self.patience {
            None => self.runtime.block_on(async {
                tokio::pin!(list);
                match tokio::time::timeout(SOON, &mut list).await {
                    Ok(done) => done,
                    Err(_) => {
                        self.console.info(tr!("ask-long-list"));
                        list.await
                    }
                }
            })?,
            Some(patience) => {
                let late = |_| Failure::new(Exit::Remote, tr!("ask-late"));
                self.runtime.block_on(async { tokio::time::timeout(patience, list).await }).map_err(late)??
            }
        };
        Ok(list.iter().filter_map(|entry| read(entry, notes)).collect())
    }
}

impl Lists for Server<'_> {
    fn projects(&self) -> Result<Vec<Entry>, Failure> {
        self.list(self.client.projects(), &["category"])
    }

    fn datasets(&self) -> Result<Vec<Entry>, Failure> {
        self.list(self.client.datasets(), &["category"])
    }

    fn collections(&self) -> Result<Vec<Entry>, Failure> {
        self.list(self.client.collection_pages().all(), &["category"])
    }

    fn versions(&self, dataset: &str) -> Result<Vec<Entry>, Failure> {
        self.list(self.client.versions(dataset), &["created"])
    }
}

/// An entry of a list; `None` for one without an id.
fn read(entry: &RawValue, notes: &[&str]) -> Option<Entry> {
    let entry: Value = serde_json::from_str(entry.get()).ok()?;
    let text = |key: &&str| match &entry[*key] {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let title = ["title", "name", "version"].iter().find_map(text).unwrap_or_default();
    let note = notes.iter().find_map(text).unwrap_or_default();
    Some(Entry { id: text(&"id")?, title, note })
}
