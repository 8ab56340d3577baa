//! Originals: the `url` of a file line, downloaded into an [`Output`] with retries, and checked at the end.

mod arrived;
pub mod ending;
pub mod etag;
pub mod origin;
pub mod reason;
pub mod renew;
pub mod sniff;

use super::dataset::digest::{Digest, Expected, Meter};
use super::destination::Output;
use super::error::SinkError;
use crate::exit::Exit;
use crate::net::addresses::Reach;
use crate::net::fault;
use crate::net::http;
use crate::net::http::{Broken, Clients};
use crate::net::retry::RetryPolicy;
use crate::tr;
use crate::words::{Message, Worded};
use arrived::Arrived;
use backon::{BackoffBuilder, ExponentialBuilder};
use ending::Ending;
use etag::Announced;
use reason::Reason;
use renew::{RENEWALS, Refresh, Renewals};
use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::{Response, StatusCode};
use sniff::{Found, Kind};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::watch;
use url::Url;

/// Longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Longest pause that a server may ask for.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);
/// Redirects followed.
const REDIRECTS: usize = 10;
/// Tries of a body that arrives whole but is not what the line promised.
const WRONG_BODIES: u32 = 3;
/// After this many originals in a row that failed in spite of all retries, each of the others is tried once, until one succeeds.
const GIVE_UP_AFTER: u32 = 8;

/// Where an original is.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its URL.
    pub url: Url,
    /// The Synapse server that the stream came from: URLs of the same origin may have private addresses.
    pub own_server: Option<Url>,
    /// Where a new URL comes from when this one has expired.
    pub refresh: Option<Arc<Refresh>>,
}

/// How originals are downloaded.
#[derive(Clone, Debug)]
pub struct DownloadOptions {
    /// How long failing servers are tried again.
    pub retry: RetryPolicy,
    /// Originals may have private addresses.
    pub allow_private: bool,
    /// The largest original, bytes; a larger one counts as failed.
    pub max_file: Option<u64>,
    /// All originals together, bytes; more end the run.
    pub max_total: Option<u64>,
    /// Where new URLs come from.
    pub renewals: Option<Arc<Renewals>>,
}

/// No limits, no new URLs, public addresses only, and servers that fail are tried again for ten minutes without a word.
impl Default for DownloadOptions {
    fn default() -> Self {
        Self {
            retry: RetryPolicy::new(Duration::from_secs(600), |_| {}),
            allow_private: false,
            max_file: None,
            max_total: None,
            renewals: None,
        }
    }
}

/// Why a download ended without its file.
#[derive(Debug)]
pub enum Failed {
    /// The original cannot be downloaded, for this reason.
    Original(Reason),
    /// The destination failed, or the run is being stopped.
    Run(SinkError),
}

impl From<SinkError> for Failed {
    fn from(e: SinkError) -> Self {
        Self::Run(e)
    }
}

/// Downloads originals; shared by all workers.
#[derive(Debug)]
pub struct Downloads {
    runtime: Handle,
    stop: watch::Receiver<bool>,
    clients: Clients,
    options: DownloadOptions,
    lost_in_a_row: AtomicU32,
    /// Bytes of all originals.
    total: AtomicU64,
    /// Those of originals that are not complete.
    arriving: Arc<AtomicU64>,
}

/// A try that failed.
struct FailedTry {
    reason: Reason,
    /// Another try may succeed.
    retry: bool,
    wrong_body: bool,
    /// The URL may have expired.
    refused: bool,
    after: Option<Duration>,
}

enum Tried {
    Failed(FailedTry),
    Run(SinkError),
}

impl From<SinkError> for Tried {
    fn from(e: SinkError) -> Self {
        Self::Run(e)
    }
}

fn permanent(reason: Reason) -> Tried {
    Tried::Failed(FailedTry { reason, retry: false, wrong_body: false, refused: false, after: None })
}

fn temporary(reason: impl Into<Message>) -> Tried {
    Tried::Failed(FailedTry {
        reason: Reason::Other(reason.into()),
        retry: true,
        wrong_body: false,
        refused: false,
        after: None,
    })
}

impl Downloads {
    /// `stop` turns true when the run is being stopped; `arriving` has the bytes of originals that are not complete.
    pub fn new(
        runtime: Handle,
        stop: watch::Receiver<bool>,
        options: DownloadOptions,
        arriving: Arc<AtomicU64>,
    ) -> Self {
        let (lost_in_a_row, total) = (AtomicU32::new(0), AtomicU64::new(0));
        Self { runtime, stop, clients: Clients::default(), options, lost_in_a_row, total, arriving }
    }

    /// Streams an original of this kind into `out` and checks it. `out` is not finished.
    ///
    /// # Errors
    /// [`Failed`].
    pub fn fetch(
        &self,
        source: &Source,
        kind: Kind,
        expected: &Expected,
        out: &mut dyn Output,
    ) -> Result<Digest, Failed> {
        // Timers are made before they are awaited.
        let _runtime = self.runtime.enter();
        let (total, arriving, meter, head) = (&self.total, &*self.arriving, Meter::default(), Vec::new());
        let mut arrived = Arrived { out, total, arriving, meter, md5: None, validator: None, kind, head, ending: None };
        let mut source = source.clone();
        let mut pauses = ExponentialBuilder::new()
            .with_min_delay(Duration::from_millis(500))
            .with_max_delay(LONGEST_PAUSE)
            .without_max_times()
            .with_jitter()
            .build();
        let start = Instant::now();
        let retry_for = if self.lost_in_a_row.load(Ordering::Relaxed) < GIVE_UP_AFTER {
            self.options.retry.retry_for
        } else {
            Duration::ZERO
        };
        let (mut tries, mut wrong, mut renewed) = (0, 0, 0);
        loop {
            tries += 1;
            let failed = match self.attempt(&source, expected, &mut arrived, tries > 1) {
                Ok(()) => {
                    self.lost_in_a_row.store(0, Ordering::Relaxed);
                    self.arriving.fetch_sub(arrived.meter.bytes(), Ordering::Relaxed);
                    return Ok(arrived.meter.finish());
                }
                Err(Tried::Run(e)) => return Err(Failed::Run(e)),
                Err(Tried::Failed(t)) => t,
            };
            if failed.refused
                && renewed < RENEWALS
                && let (Some(refresh), Some(renewals)) = (&source.refresh, &self.options.renewals)
            {
                renewed += 1;
                match self.wait(renewals.renew(refresh, source.own_server.as_ref()))? {
                    Ok(url) if url != source.url => {
                        source.url = url;
                        continue;
                    }
                    Ok(_) => {}
                    Err(why) => {
                        arrived.forget();
                        let reason = tr!("original-not-renewed", reason = failed.reason, why);
                        return Err(Failed::Original(Reason::Other(reason)));
                    }
                }
            }
            wrong += u32::from(failed.wrong_body);
            let pause = failed.after.unwrap_or_else(|| pauses.next().unwrap_or(LONGEST_PAUSE));
            let over = start.elapsed() + pause > retry_for;
            if !failed.retry || wrong >= WRONG_BODIES || over {
                if failed.retry && !failed.wrong_body {
                    self.lost_in_a_row.fetch_add(1, Ordering::Relaxed);
                }
                arrived.forget();
                return Err(Failed::Original(failed.reason));
            }
            let which = tr!("retry-after", seconds = start.elapsed().as_secs(), budget = retry_for.as_secs());
            self.options.retry.warn_failing(&server(&source.url), &failed.reason.words(), &which, pause);
            self.wait(tokio::time::sleep(pause))?;
        }
    }

    /// One try: request, redirects, body, check.
    fn attempt(&self, source: &Source, expected: &Expected, got: &mut Arrived<'_>, fresh: bool) -> Result<(), Tried> {
        let mut response = self.request(source, got, fresh)?;
        let length = whole_length(&response);
        if response.status() == StatusCode::PARTIAL_CONTENT {
            if got.validator.is_none() || continues_at(&response) != Some(got.meter.bytes()) {
                got.restart()?;
                return Err(temporary(tr!("original-other-part")));
            }
        } else {
            got.restart()?;
            got.validator = validator(response.headers());
            got.md5 = Announced::of(response.headers());
            let chunked = response.headers().contains_key(header::TRANSFER_ENCODING);
            got.ending = (length.is_none() && !chunked).then(Ending::default);
        }
        let announced = response.content_length().map(|rest| got.meter.bytes().saturating_add(rest));
        self.check_size(announced.unwrap_or(0))?;
        loop {
            match self.wait(response.chunk())? {
                Ok(Some(bytes)) => {
                    got.take(&bytes)?;
                    self.arriving.fetch_add(bytes.len() as u64, Ordering::Relaxed);
                    let total = self.total.fetch_add(bytes.len() as u64, Ordering::Relaxed) + bytes.len() as u64;
                    self.check_size(got.meter.bytes())?;
                    if let Some(limit) = self.options.max_total.filter(|limit| total > *limit) {
                        return Err(SinkError::TooMuch { limit }.into());
                    }
                    if expected.bytes.is_some_and(|n| got.meter.bytes() > n) {
                        let found = sniff::instead_of(got.kind, &got.head);
                        let longer = || Reason::Other(tr!("original-longer"));
                        let kind = got.kind;
                        return wrong_body(got, found.map_or_else(longer, |found| Reason::NotTheFile { kind, found }));
                    }
                }
                Ok(None) => break,
                Err(e) => return Err(broken(e, &source.url)),
            }
        }
        if length.is_some_and(|length| got.meter.bytes() < length) {
            return Err(temporary(tr!("original-part")));
        }
        match got.problem(expected) {
            Some(reason) => wrong_body(got, reason),
            None => Ok(()),
        }
    }

    /// The response that holds the body, after redirects.
    fn request(&self, source: &Source, got: &mut Arrived<'_>, fresh: bool) -> Result<Response, Tried> {
        let mut url = source.url.clone();
        for _ in 0..=REDIRECTS {
            let reach = self.reach(&url, source);
            reach.check(&url).map_err(|e| permanent(e.into()))?;
            let client = self.clients.get(reach, fresh).map_err(SinkError::from)?;
            self.wait(http::check_name(reach, &url))?.map_err(|e| permanent(Reason::Url(e.into())))?;
            let mut request = client.get(url.clone()).header(header::ACCEPT_ENCODING, "identity");
            if let (Some(validator), true) = (&got.validator, got.meter.bytes() > 0) {
                request = request
                    .header(header::RANGE, format!("bytes={}-", got.meter.bytes()))
                    .header(header::IF_RANGE, validator.clone());
            }
            let response = self.wait(request.send())?.map_err(|e| broken(e, &url))?;
            if response.status() == StatusCode::RANGE_NOT_SATISFIABLE {
                got.restart()?;
            }
            if !response.status().is_redirection() {
                return accept(response, got.kind);
            }
            let target = response.headers().get(header::LOCATION).and_then(|v| v.to_str().ok());
            match target.and_then(|t| url.join(t).ok()) {
                Some(next) => url = next,
                None => return Err(permanent(Reason::Other(tr!("original-nowhere")))),
            }
        }
        Err(permanent(Reason::Other(tr!("original-redirects", redirects = REDIRECTS))))
    }

    fn check_size(&self, bytes: u64) -> Result<(), Tried> {
        match self.options.max_file.filter(|limit| bytes > *limit) {
            Some(limit) => Err(permanent(Reason::TooLarge { limit })),
            None => Ok(()),
        }
    }

    fn reach(&self, url: &Url, source: &Source) -> Reach {
        if self.options.allow_private {
            Reach::Any
        } else if source.own_server.as_ref().is_some_and(|own| own.origin() == url.origin()) {
            Reach::OwnServer
        } else {
            Reach::Public
        }
    }

    /// Waits for something, unless the run is stopped first.
    fn wait<T>(&self, what: impl Future<Output = T>) -> Result<T, SinkError> {
        let mut stop = self.stop.clone();
        self.runtime.block_on(async {
            tokio::select! {
                biased;
                _ = stop.wait_for(|s| *s) => Err(SinkError::Stopped(Exit::Other)),
                done = what => Ok(done),
            }
        })
    }
}

/// Is this the response to take the body from?
fn accept(response: Response, kind: Kind) -> Result<Response, Tried> {
    let status = response.status();
    if let Some(fault) = fault::of_status(status.as_u16(), response.url()) {
        return Err(permanent(Reason::Network(fault)));
    }
    if !matches!(status, StatusCode::OK | StatusCode::PARTIAL_CONTENT) {
        let retry = matches!(status.as_u16(), 408 | 416 | 429 | 500 | 502 | 503 | 504 | 520..=524);
        let after = response.headers().get(header::RETRY_AFTER).and_then(retry_after);
        let refused = matches!(status.as_u16(), 400 | 401 | 403);
        let code = status.as_u16().to_string();
        let reason = Reason::Other(if refused { tr!("http-expired", code) } else { format!("HTTP {code}").into() });
        return Err(Tried::Failed(FailedTry { reason, retry, wrong_body: false, refused, after }));
    }
    let is = |name: header::HeaderName, what: &str| {
        response.headers().get(name).and_then(|v| v.to_str().ok()).is_some_and(|v| v.trim().starts_with(what))
    };
    // Login and error pages come with 200 from some gateways. Where the content shows what it is, that counts instead.
    if is(header::CONTENT_TYPE, "text/html") && kind == Kind::Other {
        let reason = Reason::NotTheFile { kind, found: Found::Html };
        return Err(Tried::Failed(FailedTry { reason, retry: true, wrong_body: true, refused: false, after: None }));
    }
    if response.headers().contains_key(header::CONTENT_ENCODING) && !is(header::CONTENT_ENCODING, "identity") {
        return Err(permanent(Reason::Other(tr!("original-compressed"))));
    }
    Ok(response)
}

/// The place in the file of the first byte of a 206 body.
fn continues_at(response: &Response) -> Option<u64> {
    let range = response.headers().get(header::CONTENT_RANGE)?.to_str().ok()?;
    range.strip_prefix("bytes ")?.split('-').next()?.parse().ok()
}

/// The length of the whole file, if the response announces it.
fn whole_length(response: &Response) -> Option<u64> {
    if response.status() != StatusCode::PARTIAL_CONTENT {
        return response.content_length();
    }
    let range = response.headers().get(header::CONTENT_RANGE)?.to_str().ok()?;
    range.rsplit('/').next()?.trim().parse().ok()
}

/// What `If-Range` may hold: a strong ETag, else the date.
fn validator(headers: &HeaderMap) -> Option<HeaderValue> {
    let etag = headers.get(header::ETAG).filter(|v| !v.as_bytes().starts_with(b"W/"));
    etag.or_else(|| headers.get(header::LAST_MODIFIED)).cloned()
}

fn retry_after(value: &HeaderValue) -> Option<Duration> {
    let seconds: u64 = value.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_RETRY_AFTER))
}

fn wrong_body(got: &mut Arrived<'_>, reason: Reason) -> Result<(), Tried> {
    got.restart()?;
    Err(Tried::Failed(FailedTry { reason, retry: true, wrong_body: true, refused: false, after: None }))
}

/// A connection or a body that broke.
fn broken(e: reqwest::Error, url: &Url) -> Tried {
    match http::why(e, url) {
        Broken::Private(private) => permanent(Reason::Url(private.into())),
        Broken::Fault(fault) => {
            let (retry, reason) = (fault.may_pass(), Reason::Network(fault));
            Tried::Failed(FailedTry { reason, retry, wrong_body: false, refused: false, after: None })
        }
        Broken::Passing(reason) => temporary(reason),
    }
}

/// The server of a URL, without credentials.
fn server(url: &Url) -> String {
    let port = url.port().map(|p| format!(":{p}")).unwrap_or_default();
    format!("{}://{}{port}", url.scheme(), url.host_str().unwrap_or_default())
}

/// A URL as it may be shown: without query, fragment and credentials.
pub fn shown(url: &Url) -> String {
    if url.cannot_be_a_base() {
        return format!("{}:", url.scheme());
    }
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.into()
}
