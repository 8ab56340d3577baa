//! One try of a request: what is sent, what the answer's status means, and its body.

use super::super::body::Told;
use super::super::error::ApiError;
use super::super::retry::{Trouble, http_date};
use super::{Client, ERROR_CAP, Goal, TRICKLE};
use crate::net::addresses::PrivateAddress;
use crate::net::fault;
use crate::tr;
use crate::words::{Message, Worded};
use jiff::Timestamp;
use reqwest::header::{DATE, HeaderMap};
use reqwest::{Method, Response};
use serde_json::Value;
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};
use url::Url;

/// A file that goes out more slowly than this is as good as stuck, bytes a second.
const SLOWEST: u64 = 64 * 1024;

/// A request.
pub(super) struct Ask<'a> {
    /// Whom it goes to.
    pub goal: Goal,
    /// How.
    pub method: Method,
    /// Where.
    pub url: &'a Url,
    /// What it brings.
    pub sends: Sends<'a>,
    /// Whether it is sent again: then over a connection of its own.
    pub again: bool,
}

/// What a request brings along.
#[derive(Clone, Copy)]
pub(super) enum Sends<'a> {
    /// Nothing.
    Nothing,
    /// Headers that ask for another protocol on the connection.
    Upgrade(&'a HeaderMap),
    /// A JSON body.
    Json(&'a Value),
    /// A file as the body.
    File(&'a Path),
}

impl<'a> Ask<'a> {
    /// A request that reads.
    pub fn get(goal: Goal, url: &'a Url, again: bool) -> Self {
        Self { goal, method: Method::GET, url, sends: Sends::Nothing, again }
    }
}

impl Client {
    /// One try: an answer whose status is a success, or a change of the protocol; its body is still to come. A server that does not take
    /// our tokens in the newer part of its API may want them there without the word `Token`, as the platform's own client sends them.
    pub(super) async fn head(&self, ask: &Ask<'_>) -> Result<Response, Trouble> {
        let first = self.head_once(ask).await;
        let bare = &self.0.bare;
        let is_refused = matches!(first, Err(Trouble::Fatal(ApiError::Unauthorized { .. })));
        if !is_refused || bare.load(Relaxed) || !self.is_newer(ask) {
            return first;
        }
        bare.store(true, Relaxed);
        let second = self.head_once(ask).await;
        if matches!(second, Err(Trouble::Fatal(ApiError::Unauthorized { .. }))) {
            bare.store(false, Relaxed);
        }
        second
    }

    /// Whether a request is to the newer part of the API.
    fn is_newer(&self, ask: &Ask<'_>) -> bool {
        let base = self.0.credentials.host.path();
        ask.goal == Goal::Api && ask.url.path().strip_prefix(base).is_some_and(|path| path.starts_with("v2/"))
    }

    async fn head_once(&self, ask: &Ask<'_>) -> Result<Response, Trouble> {
        let inner = &*self.0;
        let pools = match ask.goal {
            Goal::Api => &inner.api,
            Goal::Object => &self.objects().await.map_err(Trouble::Fatal)?.1,
        };
        let pool = if ask.again { &pools.fresh } else { &pools.pooled };
        let request = pool.request(ask.method.clone(), ask.url.clone());
        let mut upload = Duration::ZERO;
        let request = match ask.sends {
            Sends::Nothing => request,
            Sends::Upgrade(headers) => request.headers(headers.clone()),
            Sends::Json(body) => {
                request.header(reqwest::header::CONTENT_TYPE, "application/json").body(body.to_string())
            }
            Sends::File(path) => {
                let unreadable = |e| Trouble::Fatal(ApiError::Internal(format!("cannot read {}: {e}", path.display())));
                let file = tokio::fs::File::open(path).await.map_err(unreadable)?;
                let length = file.metadata().await.map_err(unreadable)?.len();
                upload = Duration::from_secs(length / SLOWEST);
                request.header(reqwest::header::CONTENT_LENGTH, length).body(file)
            }
        };
        let request = match inner.bare.load(Relaxed) && self.is_newer(ask) {
            true => request.headers(inner.credentials.bare_headers().map_err(Trouble::Fatal)?),
            false => request,
        };
        inner.meter.requests.fetch_add(1, Relaxed);
        let sent = Instant::now();
        let silence = inner.options.timeout + upload;
        let response = match tokio::time::timeout(silence, request.send()).await {
            Err(_) => return Err(timed_out(silence)),
            Ok(Err(e)) => return Err(broken(ask.url, e)),
            Ok(Ok(response)) => response,
        };
        inner.contact.store(true, Relaxed);
        if ask.goal == Goal::Api
            && inner.clock.get().is_none()
            && let Some(there) = response.headers().get(DATE).and_then(|date| http_date(date.to_str().ok()?))
        {
            let _ = inner.clock.set((there, Timestamp::now()));
        }
        if response.status().is_success() || response.status() == reqwest::StatusCode::SWITCHING_PROTOCOLS {
            if ask.goal == Goal::Api {
                inner.gate.good(sent.elapsed());
            }
            return Ok(response);
        }
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        // What an error page says is a courtesy; its status is what counts.
        let body = self.error_page(response).await?;
        Err(self.refusal(ask, status, &headers, &body))
    }

    /// One try: the body of a success.
    pub(super) async fn attempt(&self, ask: &Ask<'_>, cap: usize) -> Result<Vec<u8>, Trouble> {
        // Object stores have their own capacity; what is limited there is the number of downloads (fetch::fill).
        let _passage = if ask.goal == Goal::Api { Some(self.0.gate.enter().await) } else { None };
        let response = self.head(ask).await?;
        self.body(ask.url, response, cap).await
    }

    async fn body(&self, url: &Url, mut response: Response, cap: usize) -> Result<Vec<u8>, Trouble> {
        let (inner, silence) = (&*self.0, self.0.options.timeout);
        let hint = usize::try_from(response.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
        if hint > cap {
            return Err(too_long(url, cap));
        }
        let mut body = Vec::with_capacity(hint.min(cap).min(64 << 20));
        let (mut looked, mut had) = (Instant::now(), 0);
        loop {
            // Our own limit of bytes a second may be what makes it slow.
            if looked.elapsed() > silence && inner.options.limits.bytes_per_second.is_none() {
                if body.len() - had < TRICKLE {
                    return Err(timed_out(silence));
                }
                (looked, had) = (Instant::now(), body.len());
            }
            match tokio::time::timeout(silence, response.chunk()).await {
                Err(_) => return Err(timed_out(silence)),
                Ok(Err(e)) => return Err(broken(url, e)),
                Ok(Ok(None)) => return Ok(body),
                Ok(Ok(Some(chunk))) => {
                    inner.meter.bytes.fetch_add(chunk.len() as u64, Relaxed);
                    body.extend_from_slice(&chunk);
                    inner.gate.pay(chunk.len()).await;
                }
            }
            if body.len() > cap {
                return Err(too_long(url, cap));
            }
        }
    }

    /// As much of an error page as comes.
    async fn error_page(&self, mut response: Response) -> Result<Vec<u8>, Trouble> {
        let (mut body, silence, began) = (Vec::new(), self.0.options.timeout, Instant::now());
        while body.len() <= ERROR_CAP {
            match tokio::time::timeout(silence, response.chunk()).await {
                Err(_) => return Err(timed_out(silence)),
                Ok(Err(_) | Ok(None)) => break,
                Ok(Ok(Some(chunk))) => {
                    self.0.meter.bytes.fetch_add(chunk.len() as u64, Relaxed);
                    body.extend_from_slice(&chunk);
                    if began.elapsed() > silence {
                        return Err(timed_out(silence));
                    }
                }
            }
        }
        Ok(body)
    }

    /// What a status other than success means.
    fn refusal(&self, ask: &Ask<'_>, status: u16, headers: &HeaderMap, body: &[u8]) -> Trouble {
        let url = ask.url;
        let what = url.path().to_owned();
        let told = Told::read(headers, body);
        let request = told.request.clone();
        if ask.goal == Goal::Object && matches!(status, 400 | 401 | 403) {
            return Trouble::Expired;
        }
        let refused_by_proxy = || if told.is_api { None } else { fault::of_refusal(status, url) };
        let fault = fault::of_status(status, url).or_else(|| fault::of_page(status, url, body));
        if let Some(fault) = fault.or_else(refused_by_proxy) {
            return Trouble::Fatal(ApiError::Network { host: url.origin().ascii_serialization(), fault });
        }
        let refused =
            |detail: Message| ApiError::Refused { status, what: what.clone(), detail, request: request.clone() };
        match status {
            408 | 425 | 429 | 500 | 502..=504 | 520..=524 => Trouble::Passing {
                reason: failing(status, url, &told),
                retry_after: told.retry_after,
                may_be_size: !matches!(status, 425 | 429 | 503),
                slow_down: matches!(status, 429 | 503),
                page: None,
                fault: None,
            },
            401 | 403 if told.is_page => {
                let (host, said) = (self.host(), told.detail);
                Trouble::Fatal(ApiError::InFront { status, what, host, said, request })
            }
            401 => Trouble::Fatal(ApiError::Unauthorized { what, request }),
            403 => Trouble::Fatal(ApiError::Forbidden { what, request }),
            404 => Trouble::Fatal(ApiError::NotFound { what, host: self.host(), request, is_page: told.is_page }),
            413 => Trouble::TooLarge(refused(tr!("api-one-row-large"))),
            414 => Trouble::Fatal(refused(tr!("api-long-query"))),
            300..=399 => {
                let to = headers.get("location").and_then(|v| v.to_str().ok()).and_then(|v| url.join(v).ok());
                let to = to.map_or("elsewhere".to_owned(), |to| to.origin().ascii_serialization());
                Trouble::Fatal(ApiError::Redirected { status, what, to, request })
            }
            _ => Trouble::Fatal(refused(if told.detail.is_empty() {
                tr!("api-just-refused")
            } else {
                told.detail.into()
            })),
        }
    }
}

pub(super) fn timed_out(silence: Duration) -> Trouble {
    Trouble::Passing {
        reason: tr!("api-no-answer", seconds = silence.as_secs_f32()),
        retry_after: None,
        may_be_size: true,
        slow_down: false,
        page: None,
        fault: None,
    }
}

/// A status that may pass. It may be a proxy's own: only where it passes requests on as they are can it answer itself.
fn failing(status: u16, url: &Url, told: &Told) -> Message {
    let said = if told.detail.is_empty() { String::new() } else { format!(" {}", told.detail) };
    let rest = said + &told.request;
    match fault::proxy_for(url).filter(|_| url.scheme() == "http" && matches!(status, 502..=504)) {
        Some(proxy) => tr!("http-status-proxy", status = status.to_string(), proxy, rest),
        None => format!("HTTP {status}{rest}").into(),
    }
}

/// A body that is longer than we take.
fn too_long(url: &Url, cap: usize) -> Trouble {
    let reason = tr!("api-long-answer", size = cap >> 20);
    Trouble::TooLarge(ApiError::Protocol { what: url.path().into(), reason })
}

/// A failure below HTTP.
pub(super) fn broken(url: &Url, error: reqwest::Error) -> Trouble {
    if is_private(&error) {
        return Trouble::Fatal(ApiError::Private { what: url.path().into() });
    }
    let fault = fault::of(&error, url, error.is_connect());
    if let Some(fault) = fault.clone().filter(|fault| !fault.may_pass()) {
        return Trouble::Fatal(ApiError::Network { host: url.origin().ascii_serialization(), fault });
    }
    if error.is_redirect() {
        return Trouble::Fatal(ApiError::Address { what: url.path().into(), reason: cause(&error) });
    }
    let reason = fault.as_ref().map_or_else(|| cause(&error), Worded::words);
    let (may_be_size, page) = (!error.is_connect(), None);
    Trouble::Passing { reason, retry_after: None, may_be_size, slow_down: false, page, fault }
}

fn is_private(error: &reqwest::Error) -> bool {
    let mut at = std::error::Error::source(error);
    while let Some(inner) = at {
        if inner.is::<PrivateAddress>() {
            return true;
        }
        at = inner.source();
    }
    false
}

/// The innermost reason of a failure, without the URL.
pub(super) fn cause(error: &reqwest::Error) -> Message {
    // Without an inner reason the outer text would end in the URL.
    std::error::Error::source(error).map_or_else(|| tr!("api-no-connection"), fault::reason)
}
