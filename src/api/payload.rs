//! Annotation payloads: inline, as a JSON text inside JSON, or in an object store behind a presigned URL (backend.md §6).

use super::client::Client;
use super::error::ApiError;
use super::hold::Holding;
use super::page::Page;
use super::query::Query;
use super::retry::Trouble;
use super::row::Row;
use super::target::Target;
use crate::tr;
use crate::words::Message;
use memchr::memmem;
use serde::Deserialize;
use serde::de::IgnoredAny;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

/// How often an expired signature is asked for anew, per row.
const REISSUES: u32 = 3;
/// How often a payload of the wrong size or digest is downloaded again.
const MISMATCHES: u32 = 3;
/// Rows asked for when a row is fetched again; several events share the id of one ground truth.
const EVENTS_PER_TRUTH: usize = 100;

/// Where the annotations of a row are.
#[derive(Debug, PartialEq, Eq)]
pub enum Payload {
    /// In the row, as they should be (or not at all).
    Inline,
    /// In the row, as a JSON text that held these bytes.
    Text(Vec<u8>),
    /// In an object store.
    Stored(Stored),
}

/// A payload in an object store.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Stored {
    #[serde(default)]
    mode: String,
    #[serde(default)]
    truncated: bool,
    #[serde(default)]
    presigned_url: Option<String>,
    /// Bytes, when the server says.
    #[serde(default)]
    pub size: Option<u64>,
    #[serde(default)]
    data_digest: Option<String>,
}

impl std::fmt::Debug for Stored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stored").field("mode", &self.mode).field("size", &self.size).finish_non_exhaustive()
    }
}

impl Payload {
    /// Looks at the `data` of a row.
    ///
    /// # Errors
    /// [`ApiError::Row`] for a text that is not JSON and for an envelope without a URL: neither can become an item.
    pub fn of(row: &Row) -> Result<Self, ApiError> {
        let bad = |reason: Message| ApiError::Row { id: row.id.plain(), reason };
        let Some(data) = row.data() else { return Ok(Payload::Inline) };
        if data.first() == Some(&b'"') {
            let text: String = serde_json::from_slice(data).map_err(|_| bad(tr!("row-unreadable")))?;
            if serde_json::from_str::<IgnoredAny>(&text).is_err() {
                return Err(bad(tr!("row-no-json")));
            }
            return Ok(match stored(text.as_bytes()).map_err(bad)? {
                Some(stored) => Payload::Stored(stored),
                None => Payload::Text(text.into_bytes()),
            });
        }
        Ok(stored(data).map_err(bad)?.map_or(Payload::Inline, Payload::Stored))
    }
}

/// The envelope of an externalised payload, if `data` is one.
fn stored(data: &[u8]) -> Result<Option<Stored>, Message> {
    // Nearly all payloads are recognised by this search, ten times as fast as a parse.
    if data.first() != Some(&b'{') || memmem::find(data, b"\"mode\"").is_none() {
        return Ok(None);
    }
    // A payload may use `mode` for something else altogether: then this is no envelope.
    let Ok(found) = serde_json::from_slice::<Stored>(data) else { return Ok(None) };
    match (found.mode.as_str(), found.truncated) {
        ("presigned", _) | ("inline", true) if found.presigned_url.is_none() => Err(tr!("row-truncated")),
        ("presigned", _) | ("inline", true) => Ok(Some(found)),
        _ => Ok(None),
    }
}

/// Fetches payloads of one walk's rows.
#[derive(Clone)]
pub struct Payloads {
    client: Client,
    target: Target,
    /// What is asked to get one row again: the scope and the parts of the row.
    again: Query,
}

impl Payloads {
    /// For rows of `target` inside `scope` (the project or the version).
    pub fn new(client: Client, target: Target, scope: Query) -> Self {
        let again = target.expand().iter().fold(scope, |q, part| q.with("expand", *part));
        Self { client, target, again: again.with("response_mode", "presigned") }
    }

    /// Downloads and checks the payload of a row: one JSON value.
    ///
    /// # Errors
    /// [`ApiError`]: a signature that stays expired, an object that is gone or stays damaged, the failures of the network.
    pub async fn get(&self, row: &Row, mut stored: Stored) -> Result<Vec<u8>, ApiError> {
        let id = row.id.plain();
        let bad = |reason: Message| ApiError::Row { id: id.clone(), reason };
        let what = format!("{PAYLOAD_OF}{id}");
        let mut reissues = 0;
        let damaged = AtomicU32::new(0);
        loop {
            let address = stored.presigned_url.as_deref().unwrap_or_default();
            let url = self.client.resolve(address).ok_or_else(|| bad(tr!("row-bad-url")))?;
            let judge = |body: Vec<u8>| match check(&stored, &body) {
                Ok(()) => Ok(body),
                Err(reason) if damaged.fetch_add(1, Relaxed) >= MISMATCHES => {
                    Err(Trouble::Fatal(bad(tr!("row-damaged", reason))))
                }
                Err(reason) => Err(Trouble::passing(reason)),
            };
            match self.client.object(&url, &what, judge).await {
                Ok(body) => return Ok(body),
                Err(Trouble::Expired) if reissues == REISSUES => {
                    return Err(ApiError::Refused {
                        status: 403,
                        what,
                        detail: tr!("api-signature-refused", reissues = REISSUES),
                        request: String::new(),
                    });
                }
                Err(Trouble::Expired) => {
                    reissues += 1;
                    match self.reissue(row).await? {
                        Payload::Stored(fresh) => stored = fresh,
                        Payload::Text(body) => return Ok(body),
                        // The server now sends it in the row itself; `reissue` has read it.
                        Payload::Inline => {
                            return Err(bad(tr!("row-inline")));
                        }
                    }
                }
                Err(Trouble::Fatal(error) | Trouble::TooLarge(error)) => return Err(error),
                Err(Trouble::Passing { reason, .. }) => return Err(bad(reason)),
            }
        }
    }

    /// Asks for one row again, for a fresh signature.
    async fn reissue(&self, row: &Row) -> Result<Payload, ApiError> {
        let size = if self.target == Target::GroundTruth { EVENTS_PER_TRUTH } else { 1 };
        let query = self.again.clone().with("id", row.id.plain()).with("page_size", size.to_string());
        let page = self
            .client
            .get(self.target.path(), &query, |body| Page::parse(body, self.target, &Holding::default()))
            .await?;
        let Some(found) = page.rows.iter().find(|r| r.key == row.key) else {
            return Err(ApiError::Row { id: row.id.plain(), reason: tr!("row-vanished") });
        };
        Ok(match Payload::of(found)? {
            Payload::Inline => Payload::Text(found.data().unwrap_or(b"null").to_vec()),
            other => other,
        })
    }
}

/// How a failure names a payload, before the id of its row.
pub const PAYLOAD_OF: &str = "the payload of row ";

/// Compares a downloaded payload with what was announced.
fn check(stored: &Stored, body: &[u8]) -> Result<(), Message> {
    if let Some(size) = stored.size
        && size != body.len() as u64
    {
        return Err(tr!("row-announced-size", size, came = body.len()));
    }
    if let Some(digest) = &stored.data_digest {
        let announced = digest.strip_prefix("sha256:").unwrap_or(digest);
        if !announced.eq_ignore_ascii_case(&sha256(body)) {
            return Err(tr!("row-announced-sha"));
        }
    }
    serde_json::from_slice::<IgnoredAny>(body).map(drop).map_err(|_| tr!("row-not-json"))
}

/// SHA-256 in lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::row::Body;
    use std::sync::Arc;

    fn payload(data: &str) -> Result<Payload, ApiError> {
        let text = format!("{{\"id\":1,\"data\":{data}}}");
        let row = Row::new(
            &Arc::new(Body::new(text.clone().into_bytes(), &Holding::default())),
            0..text.len(),
            Target::Assignment,
        )?;
        Payload::of(&row)
    }

    #[test]
    fn payloads_are_told_apart() {
        for inline in
            ["null", "{}", r#"{"mode":"inline","a":1}"#, r#"{"mode":{"x":1}}"#, "[1]", r#"{"a":{"mode":"presigned"}}"#]
        {
            assert_eq!(payload(inline).unwrap(), Payload::Inline, "{inline}");
        }
        assert_eq!(payload(r#""{\"a\": 1.10}""#).unwrap(), Payload::Text(b"{\"a\": 1.10}".to_vec()));
        for stored in [
            r#"{"mode":"presigned","presigned_url":"/o/1","size":3,"data_digest":null}"#,
            r#"{"mode":"inline","truncated":true,"presigned_url":"/o/1"}"#,
            r#""{\"mode\":\"presigned\",\"presigned_url\":\"/o/1\"}""#,
        ] {
            assert!(matches!(payload(stored).unwrap(), Payload::Stored(_)), "{stored}");
        }
        for lost in [r#"{"mode":"inline","truncated":true}"#, r#"{"mode":"presigned"}"#, r#""{\"a\":""#, r#""plain""#] {
            assert!(matches!(payload(lost), Err(ApiError::Row { .. })), "{lost}");
        }
    }

    #[test]
    fn size_digest_and_form_are_checked() {
        let stored = |json: &str| serde_json::from_str::<Stored>(json).unwrap();
        let body = b"{\"a\":1}";
        assert_eq!(check(&stored("{}"), body), Ok(()));
        let digest = format!(r#"{{"size":7,"data_digest":"sha256:{}"}}"#, sha256(body).to_uppercase());
        assert_eq!(check(&stored(&digest), body), Ok(()));
        assert!(check(&stored(r#"{"size":8}"#), body).unwrap_err().english().contains("8 bytes"));
        assert!(check(&stored(r#"{"data_digest":"00"}"#), body).unwrap_err().english().contains("sha256"));
        assert!(check(&stored("{}"), b"{\"a\":").unwrap_err().english().contains("JSON"));
    }
}
