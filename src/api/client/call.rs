//! Requests that do something, and answers that go on: jobs and their logs.

use super::attempt::{Ask, Sends};
use super::{BODY_CAP, Client, Goal};
use crate::api::error::ApiError;
use crate::api::query::Query;
use crate::api::retry::{Tries, Trouble};
use reqwest::header::HeaderMap;
use reqwest::{Method, Response};
use serde_json::Value;
use std::path::Path;

/// Whether a request may be sent twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// The second time changes nothing.
    Harmless,
    /// It would be done twice: it is sent again only when the server cannot have begun.
    Harmful,
}

impl Client {
    /// Sends a request that does something, with a JSON body or none; gives the body of the answer, which may be empty.
    ///
    /// # Errors
    /// [`ApiError::Unsure`] when it may have been done, [`ApiError`] otherwise.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        repeat: Repeat,
    ) -> Result<Vec<u8>, ApiError> {
        let sends = body.map_or(Sends::Nothing, Sends::Json);
        self.again(path, &Query::new(), repeat, async |url, again| {
            self.attempt(&Ask { goal: Goal::Api, method: method.clone(), url, sends, again }, BODY_CAP).await
        })
        .await
    }

    /// Puts a file to a path, whole.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn put_file(&self, path: &str, file: &Path) -> Result<(), ApiError> {
        let sends = Sends::File(file);
        self.again(path, &Query::new(), Repeat::Harmless, async |url, again| {
            self.attempt(&Ask { goal: Goal::Api, method: Method::PUT, url, sends, again }, BODY_CAP).await.map(drop)
        })
        .await
    }

    /// Opens an answer that goes on for as long as there is something to tell. It does not count among the requests under way.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn open(&self, path: &str, query: &Query) -> Result<Response, ApiError> {
        self.again(path, query, Repeat::Harmless, async |url, again| self.head(&Ask::get(Goal::Api, url, again)).await)
            .await
    }

    /// Asks for another protocol on the connection; the answer may also be one that does not change it.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn upgrade(&self, path: &str, headers: &HeaderMap) -> Result<Response, ApiError> {
        let sends = Sends::Upgrade(headers);
        self.again(path, &Query::new(), Repeat::Harmless, async |url, again| {
            self.head(&Ask { sends, ..Ask::get(Goal::Api, url, again) }).await
        })
        .await
    }

    /// Tries until there is an answer, or the time is over.
    async fn again<T>(
        &self,
        path: &str,
        query: &Query,
        repeat: Repeat,
        attempt: impl AsyncFn(&url::Url, bool) -> Result<T, Trouble>,
    ) -> Result<T, ApiError> {
        let url = self.endpoint(path, query)?;
        let mut tries = Tries::new(self.0.options.policy);
        loop {
            let trouble = match attempt(&url, tries.failed > 0).await {
                Ok(done) => return Ok(done),
                Err(trouble) => trouble,
            };
            // Other failures come before a server begins: no connection, or that it is too busy.
            if let Trouble::Passing { reason, may_be_size: true, .. } = &trouble
                && repeat == Repeat::Harmful
            {
                let (what, reason) = (path.to_owned(), reason.clone());
                return Err(ApiError::Unsure { what, reason, request: String::new() });
            }
            self.pause(&mut tries, trouble, path, &self.host()).await?;
        }
    }
}
