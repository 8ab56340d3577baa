//! A large file in one request, from a scratch file: for servers that take a file no other way, and whose client library holds a
//! request in memory.

use crate::net::http;
use crate::tr;
use bytes::Bytes;
use futures_util::stream;
use opendal::raw::percent_encode_path;
use opendal::{Error, ErrorKind};
use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH, HeaderValue};
use reqwest::{Body, Client, StatusCode, redirect};
use std::fmt;
use std::fs::File;
use std::io::{self, Seek};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::AsyncReadExt;

/// Bytes read at once.
const BLOCK: usize = 256 * 1024;

/// A server that takes files by `PUT`.
#[derive(Clone)]
pub struct Put {
    client: Client,
    /// Scheme, host and port.
    endpoint: String,
    authorization: Option<HeaderValue>,
}

impl fmt::Debug for Put {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Put").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

impl Put {
    /// `authorization` is the value of that header. It goes to this server and to no other.
    ///
    /// # Errors
    /// A text, when there is no client for it.
    pub fn new(endpoint: &str, authorization: Option<&str>) -> Result<Self, String> {
        let builder = http::builder().map_err(|e| e.to_string())?;
        let client = builder.redirect(redirect::Policy::none()).build().map_err(|e| e.without_url().to_string())?;
        let authorization = authorization.map(HeaderValue::from_str).transpose();
        let mut authorization = authorization.map_err(|_| tr!("store-bad-credentials"))?;
        authorization.iter_mut().for_each(|value| value.set_sensitive(true));
        Ok(Self { client, endpoint: endpoint.to_owned(), authorization })
    }

    /// Sends the whole of `file`. A server that takes nothing, or says nothing, for the time of `silence` is given up.
    ///
    /// # Errors
    /// What server or network say; marked when another try may go well.
    pub async fn send(&self, key: &str, file: &File, bytes: u64, silence: Duration) -> opendal::Result<()> {
        let local = |e: io::Error| Error::new(ErrorKind::Unexpected, format!("a scratch file cannot be read: {e}"));
        let mut file = file.try_clone().map_err(local)?;
        file.rewind().map_err(local)?;
        let sent = Arc::new(AtomicU64::new(0));
        let state = (tokio::fs::File::from_std(file), sent.clone());
        let content = stream::try_unfold(state, |(mut file, sent)| async move {
            let mut block = vec![0; BLOCK];
            let n = file.read(&mut block).await?;
            block.truncate(n);
            sent.fetch_add(n as u64, Ordering::Relaxed);
            Ok::<_, io::Error>((n > 0).then(|| (Bytes::from(block), (file, sent))))
        });
        let url = format!("{}/{}", self.endpoint, percent_encode_path(key));
        let mut request = self.client.put(url).header(CONTENT_LENGTH, bytes).body(Body::wrap_stream(content));
        if let Some(value) = &self.authorization {
            request = request.header(AUTHORIZATION, value.clone());
        }
        let mut answer = std::pin::pin!(request.send());
        let mut before = 0;
        loop {
            tokio::select! {
                answer = &mut answer => return match answer {
                    Ok(answer) => verdict(answer.status()),
                    Err(e) => Err(failed(e.without_url(), &self.endpoint)),
                },
                () = tokio::time::sleep(silence) => {
                    let now = sent.load(Ordering::Relaxed);
                    if now == before {
                        let reason = format!("no answer in {} s", silence.as_secs());
                        return Err(Error::new(ErrorKind::Unexpected, reason).set_temporary());
                    }
                    before = now;
                }
            }
        }
    }
}

fn failed(e: reqwest::Error, endpoint: &str) -> Error {
    let mut reason = format!("send http request: {e}");
    let mut cause = std::error::Error::source(&e);
    while let Some(c) = cause {
        reason = format!("{reason}: {c}");
        cause = c.source();
    }
    let error = Error::new(ErrorKind::Unexpected, reason).with_context("url", endpoint).set_source(e);
    let lasts = super::error::fault_of(&error).is_some_and(|fault| !fault.may_pass());
    if lasts { error } else { error.set_temporary() }
}

fn verdict(status: StatusCode) -> opendal::Result<()> {
    if status.is_success() {
        return Ok(());
    }
    let kind = match status.as_u16() {
        401 | 403 => ErrorKind::PermissionDenied,
        429 => ErrorKind::RateLimited,
        _ => ErrorKind::Unexpected,
    };
    let hint = match status.as_u16() {
        300..400 => " (redirects are not followed: give the address that it leads to)",
        413 => " (the server takes no file of this size: raise its limit)",
        _ => "",
    };
    let error = Error::new(kind, format!("HTTP {}{hint}", status.as_u16()));
    // 507: the disk of the server is full.
    let passing = matches!(status.as_u16(), 408 | 423 | 429 | 500..=506);
    Err(if passing { error.set_temporary() } else { error })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_not_tried_again_and_an_overloaded_server_is() {
        let again = |status| verdict(StatusCode::from_u16(status).unwrap()).map_err(|e| e.is_temporary());
        for (status, so) in [(201, Ok(())), (204, Ok(())), (413, Err(false)), (503, Err(true)), (507, Err(false))] {
            assert_eq!(again(status), so, "{status}");
        }
        assert!(verdict(StatusCode::FOUND).is_err_and(|e| e.message().contains("redirects")));
        assert!(!format!("{:?}", Put::new("http://h", Some("Basic SECRET"))).contains("SECRET"));
    }
}
