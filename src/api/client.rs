//! One request to the backend or to its object store, tried until it is answered properly.
//!
//! Two kinds of connection exist for each purpose. The pooled one serves first tries; a retry never takes a pooled connection,
//! because a bad one would fail every retry alike (backend.md §7). Requests to objects carry no token at all, wherever they go, and
//! go to no address that a hostile row could abuse us to ask (docs/security.md).

mod attempt;
mod call;

pub use super::body::{json, not_json};
use super::credentials::Credentials;
use super::error::ApiError;
use super::limit::{Gate, Limits};
use super::query::Query;
use super::redirects::{same_origin_only, within};
use super::retry::{LONGEST_RETRY_AFTER, Page, Policy, Tries, Trouble};
use crate::net::addresses::{Reach, Resolver, UrlError};
use crate::net::http;
use crate::net::retry::RetryPolicy;
use crate::tr;
use crate::words::{Message, Worded};
use attempt::{Ask, cause};
pub use call::Repeat;
use jiff::Timestamp;
use reqwest::header::HeaderMap;
use reqwest::redirect;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::OnceCell;
use url::Url;

/// No body may be longer, bytes: as long as the longest line that the stages behind this one take.
pub const BODY_CAP: usize = 256 << 20;
/// As much of an error page is read, bytes.
const ERROR_CAP: usize = 64 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// A body that brings fewer bytes than this in the time of a silence is as good as silent.
const TRICKLE: usize = 4 * 1024;

/// Times and limits of a client.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// How long one request is tried again.
    pub policy: Policy,
    /// The longest silence of a server: before the first byte and between two.
    pub timeout: Duration,
    /// How much at once.
    pub limits: Limits,
    /// Objects may have private addresses although the host has none.
    pub allow_private_urls: bool,
    /// Where the user is told of requests that fail and are sent again.
    pub retries: Option<RetryPolicy>,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            policy: Policy::default(),
            timeout: Duration::from_secs(120),
            limits: Limits::default(),
            allow_private_urls: false,
            retries: None,
        }
    }
}

/// What a client did so far.
#[derive(Debug, Default)]
pub struct Traffic {
    /// Requests sent.
    pub requests: AtomicU64,
    /// Requests that had to be sent again.
    pub retries: AtomicU64,
    /// Bytes of bodies received.
    pub bytes: AtomicU64,
}

/// A connection to one installation; clones share everything.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    credentials: Credentials,
    options: ClientOptions,
    api: Pools,
    /// Made when the first object is asked for.
    objects: OnceCell<(Reach, Pools)>,
    meter: Traffic,
    gate: Gate,
    /// Whether the host has ever answered.
    contact: AtomicBool,
    /// What time the host's first answer says it is, and what time it was here.
    clock: OnceLock<(Timestamp, Timestamp)>,
    /// Whether an answer of the host was ever one of its API.
    is_api: AtomicBool,
    /// Whether the newer part of the API takes tokens as they are, without a word before them.
    bare: AtomicBool,
}

struct Pools {
    pooled: reqwest::Client,
    fresh: reqwest::Client,
}

/// Where a request goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Goal {
    Api,
    Object,
}

impl Client {
    /// A client for these credentials.
    ///
    /// # Errors
    /// [`ApiError`] when a token cannot be sent or TLS cannot be set up.
    pub fn new(credentials: Credentials, options: ClientOptions) -> Result<Self, ApiError> {
        let api = Pools::new(credentials.headers()?, same_origin_only, None)?;
        let objects = OnceCell::new();
        let [contact, is_api, bare] = [false; 3].map(AtomicBool::new);
        let gate = Gate::new(options.limits);
        let (meter, clock) = (Traffic::default(), OnceLock::new());
        Ok(Self(Arc::new(Inner { credentials, options, api, objects, meter, gate, contact, clock, is_api, bare })))
    }

    /// What time the host's first answer said it was (`Date`), and what time it was here then.
    pub fn clock(&self) -> Option<(Timestamp, Timestamp)> {
        self.0.clock.get().copied()
    }

    /// Counts of what was done.
    pub fn meter(&self) -> &Traffic {
        &self.0.meter
    }

    /// Requests allowed at once, now and at most.
    pub fn concurrency(&self) -> (usize, usize) {
        (self.0.gate.allowed(), self.0.options.limits.concurrency)
    }

    /// Scheme, host and port, for messages.
    pub fn host(&self) -> String {
        self.0.credentials.host.origin().ascii_serialization()
    }

    /// Who we are.
    pub fn credentials(&self) -> &Credentials {
        &self.0.credentials
    }

    /// Asks an endpoint, again if need be, until `parse` accepts the body.
    ///
    /// # Errors
    /// [`ApiError`] saying what to do.
    pub async fn get<T>(
        &self,
        path: &str,
        query: &Query,
        parse: impl Fn(Vec<u8>) -> Result<T, Trouble>,
    ) -> Result<T, ApiError> {
        self.get_with(path, |_| (query.clone(), BODY_CAP), parse).await
    }

    /// As [`Client::get`], but the query, and the longest body to take, are made anew before each try, knowing what went wrong
    /// with the last one. A body that is too long, for the server (413) or for us, is asked for again only when the query changed.
    ///
    /// # Errors
    /// [`ApiError`] saying what to do.
    pub async fn get_with<T>(
        &self,
        path: &str,
        mut ask: impl FnMut(Option<&Trouble>) -> (Query, usize),
        parse: impl Fn(Vec<u8>) -> Result<T, Trouble>,
    ) -> Result<T, ApiError> {
        let (mut query, mut cap) = ask(None);
        let mut tries = Tries::new(self.0.options.policy);
        loop {
            let url = self.endpoint(path, &query)?;
            let trouble = match self.attempt(&Ask::get(Goal::Api, &url, tries.failed > 0), cap).await.and_then(&parse) {
                Ok(done) => {
                    self.0.is_api.store(true, Relaxed);
                    return Ok(done);
                }
                Err(trouble) => trouble,
            };
            let (next, next_cap) = ask(Some(&trouble));
            match trouble {
                Trouble::Passing { page: Some(page), .. } if self.is_no_api(page, tries.failed) => {
                    return Err(ApiError::WebPage { host: self.host(), page });
                }
                Trouble::TooLarge(error) if next == query => return Err(error),
                Trouble::TooLarge(_) => tries.failed += 1,
                other => self.pause(&mut tries, other, path, &self.host()).await?,
            }
            self.0.meter.retries.fetch_add(1, Relaxed);
            (query, cap) = (next, next_cap);
        }
    }

    /// Downloads an object without any token. `parse` judges the body.
    ///
    /// # Errors
    /// [`Trouble::Expired`] when the signature is no longer good, [`Trouble::Fatal`] for everything else that retries did not cure.
    pub async fn object<T>(
        &self,
        url: &Url,
        what: &str,
        parse: impl Fn(Vec<u8>) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let (reach, _) = self.objects().await.map_err(Trouble::Fatal)?;
        reach.check(url).map_err(|e| Trouble::Fatal(refused(what, &e)))?;
        http::check_name(*reach, url).await.map_err(|e| Trouble::Fatal(refused(what, &e.into())))?;
        let mut tries = Tries::new(self.0.options.policy);
        loop {
            match self.attempt(&Ask::get(Goal::Object, url, tries.failed > 0), BODY_CAP).await.and_then(&parse) {
                Ok(done) => return Ok(done),
                Err(Trouble::Expired) => return Err(Trouble::Expired),
                Err(other) => {
                    let host = url.origin().ascii_serialization();
                    self.pause(&mut tries, other, what, &host).await.map_err(Trouble::Fatal)?;
                }
            }
            self.0.meter.retries.fetch_add(1, Relaxed);
        }
    }

    /// The absolute form of an address that may be relative to the host.
    pub fn resolve(&self, address: &str) -> Option<Url> {
        let url = self.0.credentials.host.join(address).ok()?;
        matches!(url.scheme(), "http" | "https").then_some(url)
    }

    /// How far objects may reach, and the connections to them. An installation with a private address has its object store at one.
    async fn objects(&self) -> Result<&(Reach, Pools), ApiError> {
        let made = self.0.objects.get_or_try_init(|| async {
            let host = &self.0.credentials.host;
            let place = (host.host_str().unwrap_or_default(), host.port_or_known_default().unwrap_or(443));
            let own: Vec<_> = tokio::net::lookup_host(place).await.map(Iterator::collect).unwrap_or_default();
            let reach = match own.iter().all(|address| Reach::Public.allows(address.ip())) {
                _ if self.0.options.allow_private_urls => Reach::Any,
                true => Reach::Public,
                false => Reach::OwnServer,
            };
            Ok((reach, Pools::new(HeaderMap::new(), || within(reach), Some(reach))?))
        });
        made.await
    }

    fn endpoint(&self, path: &str, query: &Query) -> Result<Url, ApiError> {
        let joined = self.0.credentials.host.join(path.trim_start_matches('/'));
        let mut url = joined.map_err(|_| ApiError::Internal(format!("bad endpoint {path}")))?;
        url.set_query((!query.is_empty()).then(|| query.encoded()).as_deref());
        if let Some(host) = &self.0.credentials.url_host {
            url.query_pairs_mut().append_pair("url_host", host);
        }
        Ok(url)
    }

    /// Whether asking again does not change a page: a login page stays, and what is no API at the third time is another site.
    fn is_no_api(&self, page: Page, failed: u32) -> bool {
        page == Page::Login || (failed >= 2 && !self.0.is_api.load(Relaxed))
    }

    /// Waits before the next try, or ends with the error that all tries together make.
    async fn pause(&self, tries: &mut Tries, trouble: Trouble, what: &str, host: &str) -> Result<(), ApiError> {
        let (reason, retry_after, page, fault) = match trouble {
            Trouble::Fatal(error) | Trouble::TooLarge(error) => return Err(error),
            Trouble::Expired => return Err(ApiError::Internal("an endpoint cannot expire".into())),
            Trouble::Passing { reason, retry_after, slow_down, page, fault, .. } => {
                if slow_down {
                    self.0.gate.slow_down();
                    self.0.gate.hold(retry_after.unwrap_or_default().min(LONGEST_RETRY_AFTER));
                }
                (reason, retry_after, page, fault)
            }
        };
        let contact = self.0.contact.load(Relaxed);
        match tries.next_pause(retry_after, contact) {
            Some(pause) => {
                // A run that is over drops its connections, then its tasks: those say nothing.
                tokio::task::yield_now().await;
                if let Some(retries) = &self.0.options.retries {
                    let which = tr!("retry-after", seconds = tries.seconds(), budget = tries.budget(contact).as_secs());
                    retries.warn_failing(host, &reason, &which, pause);
                }
                tokio::time::sleep(pause).await;
                Ok(())
            }
            None => Err(match fault {
                Some(fault) => ApiError::Network { host: self.host(), fault },
                None if !contact => ApiError::Unreachable { host: self.host(), reason },
                None => match page.filter(|_| !self.0.is_api.load(Relaxed)) {
                    Some(page) => ApiError::WebPage { host: self.host(), page },
                    None => self.gave_up(tries, what, reason),
                },
            }),
        }
    }

    fn gave_up(&self, tries: &Tries, what: &str, reason: Message) -> ApiError {
        let (tries, seconds) = (tries.failed, tries.seconds());
        ApiError::GaveUp { what: what.to_owned(), tries, seconds, reason, request: String::new() }
    }
}

impl Pools {
    fn new(
        headers: HeaderMap,
        redirects: impl Fn() -> redirect::Policy,
        reach: Option<Reach>,
    ) -> Result<Self, ApiError> {
        let build = |idle: usize| {
            let mut builder = http::builder()?;
            if let Some(reach) = reach {
                builder = builder.dns_resolver(Arc::new(Resolver(reach)));
            }
            builder
                .default_headers(headers.clone())
                .redirect(redirects())
                // A referrer would carry the signature of a presigned URL to another host.
                .referer(false)
                .connect_timeout(CONNECT_TIMEOUT)
                .pool_max_idle_per_host(idle)
                .build()
                .map_err(|e| ApiError::Internal(format!("no HTTP client: {}", cause(&e))))
        };
        Ok(Self { pooled: build(usize::MAX)?, fresh: build(0)? })
    }
}

/// Why an address is not requested.
fn refused(what: &str, error: &UrlError) -> ApiError {
    match error {
        UrlError::Private(_) => ApiError::Private { what: what.to_owned() },
        other => ApiError::Address { what: what.to_owned(), reason: other.words() },
    }
}
