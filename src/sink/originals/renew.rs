//! New URLs for originals whose signature has expired: the row is asked for again, by the usual credentials.
//!
//! What a line's `refresh` says is not trusted. It only chooses a row and one of its files; the token goes to the server that the
//! user's own settings name and to no other, and only when the stream is of that server.

use super::origin;
use super::origin::Origin;
use crate::api::client::Client;
use crate::api::error::ApiError;
use crate::api::retry::Trouble;
use crate::api::{Query, Target};
use crate::item;
use crate::item::{DataUnit, Skip};
use crate::stream::json::Raw;
use crate::tr;
use crate::words::{Message, Worded};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::fmt;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use url::Url;

/// New URLs that one original gets at most.
pub const RENEWALS: u32 = 3;
/// Rows asked for: several ground-truth events share an id.
const ROWS: &str = "100";
/// After this many failures in a row the backend is not asked any more: each may have taken minutes.
const GIVE_UP_AFTER: usize = 3;

/// A file of a row, as `refresh` names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refresh {
    target: Target,
    id: String,
    file: Option<String>,
    scope: Option<String>,
}

#[derive(Deserialize)]
struct Wire {
    target: String,
    id: serde_json::Value,
    #[serde(default)]
    file: Option<String>,
}

impl Refresh {
    /// Reads the value of `refresh`: `{"target":"assignment","id":17,"file":"image_1"}`. `None` for any other: it is a hint, and
    /// other programs may have their own.
    pub fn parse(json: &str, origin: &Origin) -> Option<Self> {
        let wire: Wire = serde_json::from_str(json).ok()?;
        let id = match wire.id {
            serde_json::Value::Number(n) => n.to_string(),
            serde_json::Value::String(s) => s,
            _ => return None,
        };
        Some(Self { target: origin::target(&wire.target)?, id, file: wire.file, scope: origin.scope.clone() })
    }

    fn query(&self) -> Query {
        let scoped = match &self.scope {
            Some(scope) => Query::new().with(self.target.scope(), scope.clone()),
            None => Query::new(),
        };
        // Of a task's parts all but the payload.
        let parts = self.target.expand().iter().filter(|part| **part != "data");
        parts.fold(scoped, |q, part| q.with("expand", *part)).with("id", self.id.clone()).with("page_size", ROWS)
    }
}

/// Makes a client of the backend, with the user's own credentials.
pub type Connect = dyn Fn() -> Result<Client, ApiError> + Send + Sync;

/// Why there is no new URL, in one sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotRenewed(Message);

/// Asks the backend for new URLs; connects when the first is needed.
pub struct Renewals {
    connect: Box<Connect>,
    client: OnceLock<Result<Client, NotRenewed>>,
    /// Failures of the backend in a row.
    failures: Mutex<Vec<NotRenewed>>,
}

impl fmt::Debug for Renewals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Renewals").finish_non_exhaustive()
    }
}

impl Renewals {
    /// `connect` is called once, when the first new URL is needed.
    pub fn new(connect: Box<Connect>) -> Self {
        Self { connect, client: OnceLock::new(), failures: Mutex::default() }
    }

    /// A new URL for a file of a stream of `server`.
    ///
    /// # Errors
    /// [`NotRenewed`].
    pub async fn renew(&self, refresh: &Refresh, server: Option<&Url>) -> Result<Url, NotRenewed> {
        let connect = || (self.connect)().map_err(|e| NotRenewed(e.words()));
        let client = self.client.get_or_init(connect).as_ref().map_err(Clone::clone)?;
        if server.is_some_and(|s| s.origin() != client.credentials().host.origin()) {
            return Err(NotRenewed(tr!("renew-other-host", host = client.host())));
        }
        if let Some(last) = self.failures().get(GIVE_UP_AFTER - 1) {
            return Err(last.clone());
        }
        let found = client.get(refresh.target.path(), &refresh.query(), |body| find(&body, refresh)).await;
        let found = found.map_err(|e| {
            let failure = NotRenewed(e.words());
            self.failures().push(failure.clone());
            failure
        })?;
        self.failures().clear();
        let address = found?;
        client.resolve(&address).ok_or_else(|| NotRenewed(tr!("renew-bad-url")))
    }

    fn failures(&self) -> MutexGuard<'_, Vec<NotRenewed>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Deserialize)]
struct Rows<'a> {
    #[serde(borrow)]
    results: Vec<&'a RawValue>,
}

/// The address of the file in a page that holds its row.
fn find(body: &[u8], refresh: &Refresh) -> Result<Result<String, NotRenewed>, Trouble> {
    let rows: Rows<'_> = serde_json::from_slice(body).map_err(|_| Trouble::passing(tr!("renew-no-page")))?;
    for row in rows.results {
        let Ok(item) = item::parse(row.get().as_bytes(), Skip) else { continue };
        if *item.id != *refresh.id {
            continue;
        }
        let unit = item.data_unit.as_ref().and_then(Raw::read_borrowed::<DataUnit<'_>>).unwrap_or_default();
        let files = item::files(&item, &unit);
        let file = match &refresh.file {
            Some(key) => files.iter().find(|f| f.key.as_deref() == Some(key)),
            None => item::primary(&files, true),
        };
        return Ok(file
            .and_then(|f| f.url.as_deref())
            .map(str::to_owned)
            .ok_or_else(|| NotRenewed(tr!("renew-no-file", id = refresh.id))));
    }
    Ok(Err(NotRenewed(tr!("renew-no-row", id = refresh.id))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refresh(json: &str) -> Option<Refresh> {
        Refresh::parse(json, &Origin { server: None, scope: Some("42".into()) })
    }

    #[test]
    fn other_hints_are_ignored() {
        for other in ["1", "null", "{}", r#"{"target":"elephant","id":1}"#, r#"{"target":"task","id":[1]}"#, "\"x\""] {
            assert_eq!(refresh(other), None, "{other}");
        }
    }

    #[test]
    fn what_is_asked_holds_nothing_but_the_row() {
        let task = refresh(r#"{"target":"task","id":"7&page_size=1","file":"a"}"#).unwrap();
        assert_eq!(task.query().encoded(), "project=42&expand=data_unit&id=7%26page_size%3D1&page_size=100");
        let truth = refresh(r#"{"target":"ground_truth","id":7}"#).unwrap();
        assert_eq!(truth.query().encoded(), "ground_truth_dataset_versions=42&id=7&page_size=100");
    }

    #[test]
    fn the_file_is_found_by_its_key() {
        let body = br#"{"results":[{"id":6,"file":{"url":"/no"}},{"id":7,"data_unit":{"files":{
            "a":{"url":"/a?sig=2","is_primary":true},"b":{"url":"/b?sig=2"}}}}]}"#;
        let url = |json: &str| find(body, &refresh(json).unwrap()).unwrap();
        assert_eq!(url(r#"{"target":"task","id":7,"file":"b"}"#), Ok("/b?sig=2".into()));
        assert_eq!(url(r#"{"target":"task","id":7}"#), Ok("/a?sig=2".into()));
        assert!(
            url(r#"{"target":"task","id":7,"file":"c"}"#).unwrap_err().0.english().contains("does not have the file")
        );
        assert!(url(r#"{"target":"task","id":8}"#).unwrap_err().0.english().contains("no row 8"));
        assert!(find(b"<html>", &refresh(r#"{"target":"task","id":7}"#).unwrap()).is_err());
    }
}
