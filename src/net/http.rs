//! HTTP clients: what all have in common; and those for originals, one per reach, with kept connections for first tries and without for
//! retries.

use super::addresses::{PrivateAddress, Reach, Resolver};
use super::fault::{self, Fault};
use super::{proxy, tls};
use crate::exit::UsageError;
use crate::tr;
use reqwest::{Client, ClientBuilder, redirect};
use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use url::{Host, Url};

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// Longest silence while a body is read.
const SILENCE: Duration = Duration::from_secs(60);

/// Longest wait for a name to be looked up that a proxy looks up, too.
const LOOK_UP: Duration = Duration::from_secs(2);
/// Names of which is remembered whether they may be asked for.
const NAMES: usize = 4096;

/// A client with the proxies and the certificates of this process.
///
/// # Errors
/// [`UsageError`] when a variable names no proxy, or certificates cannot be read.
pub fn builder() -> Result<ClientBuilder, UsageError> {
    // Fails when another part of the process was first, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = Client::builder().user_agent(concat!("synpipe/", env!("CARGO_PKG_VERSION")));
    tls::secure(builder.proxy(proxy::proxies()?.for_client()))
}

/// The clients, each made when first used.
#[derive(Debug, Default)]
pub struct Clients {
    made: [[OnceLock<Client>; 2]; 3],
}

impl Clients {
    /// The client for a reach; `fresh` for one that opens a new connection every time, since a retry must not use the
    /// connection that has just gone bad.
    ///
    /// # Errors
    /// As [`builder`].
    pub fn get(&self, reach: Reach, fresh: bool) -> Result<&Client, UsageError> {
        let cell = &self.made[reach as usize][usize::from(fresh)];
        if let Some(client) = cell.get() {
            return Ok(client);
        }
        let made = build(reach, fresh)?;
        Ok(cell.get_or_init(|| made))
    }
}

fn build(reach: Reach, fresh: bool) -> Result<Client, UsageError> {
    builder()?
        .dns_resolver(Arc::new(Resolver(reach)))
        .redirect(redirect::Policy::none())
        .referer(false)
        .gzip(false)
        .connect_timeout(CONNECT)
        .read_timeout(SILENCE)
        .pool_max_idle_per_host(if fresh { 0 } else { usize::MAX })
        .build()
        .map_err(|e| UsageError::new(tr!("net-no-setup", reason = e.without_url())))
}

/// Checks a name that a proxy looks up, and no resolver of ours: where this machine knows it too, it must not lead to addresses out
/// of reach. What only the proxy knows is the proxy's to refuse.
///
/// # Errors
/// [`PrivateAddress`].
pub async fn check_name(reach: Reach, url: &Url) -> Result<(), PrivateAddress> {
    static KNOWN: OnceLock<Mutex<HashMap<(String, Reach), bool>>> = OnceLock::new();
    let proxied = fault::proxy_for(url).is_some_and(proxy::ProxyServer::resolves);
    let (true, Some(Host::Domain(name))) = (proxied && reach != Reach::Any, url.host()) else { return Ok(()) };
    let known = KNOWN.get_or_init(Mutex::default);
    let key = (name.to_owned(), reach);
    let before = known.lock().unwrap_or_else(PoisonError::into_inner).get(&key).copied();
    let good = match before {
        Some(good) => good,
        None => {
            let found = tokio::time::timeout(LOOK_UP, tokio::net::lookup_host((name, 0))).await;
            let good = match found {
                Ok(Ok(addresses)) => {
                    let all: Vec<_> = addresses.collect();
                    all.is_empty() || all.iter().any(|address| reach.allows(address.ip()))
                }
                Ok(Err(_)) | Err(_) => true,
            };
            let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
            if known.len() < NAMES {
                known.insert(key, good);
            }
            good
        }
    };
    if good { Ok(()) } else { Err(PrivateAddress) }
}

/// Why a request failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The URL leads to a private address. That does not pass.
    Private(PrivateAddress),
    /// The proxy or the certificate.
    Fault(Fault),
    /// A connection or a body broke.
    Passing(String),
}

/// Why a request for a URL failed, with the causes but never the URL, whose query is a secret.
pub fn why(e: reqwest::Error, url: &Url) -> Broken {
    let e = e.without_url();
    let mut reason = e.to_string();
    let mut cause = Error::source(&e);
    while let Some(c) = cause {
        if c.is::<PrivateAddress>() {
            return Broken::Private(PrivateAddress);
        }
        let text = c.to_string();
        if !reason.contains(&text) {
            reason = format!("{reason}: {text}");
        }
        cause = c.source();
    }
    fault::of(&e, url, e.is_connect()).map_or(Broken::Passing(reason), Broken::Fault)
}
