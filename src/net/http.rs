//! HTTP clients for originals: one per reach, with kept connections for first tries and without for retries.

use super::addresses::{PrivateAddress, Reach, Resolver};
use reqwest::{Client, redirect};
use std::error::Error;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// Longest silence while a body is read.
const SILENCE: Duration = Duration::from_secs(60);

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
    /// When the system's certificates cannot be loaded.
    pub fn get(&self, reach: Reach, fresh: bool) -> Result<&Client, reqwest::Error> {
        let cell = &self.made[reach as usize][usize::from(fresh)];
        if let Some(client) = cell.get() {
            return Ok(client);
        }
        let made = build(reach, fresh)?;
        Ok(cell.get_or_init(|| made))
    }
}

fn build(reach: Reach, fresh: bool) -> Result<Client, reqwest::Error> {
    // Fails when another part of the process was first, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .user_agent(concat!("synpipe/", env!("CARGO_PKG_VERSION")))
        .dns_resolver(Arc::new(Resolver(reach)))
        .redirect(redirect::Policy::none())
        .referer(false)
        .gzip(false)
        .connect_timeout(CONNECT)
        .read_timeout(SILENCE)
        .pool_max_idle_per_host(if fresh { 0 } else { usize::MAX })
        .build()
}

/// Why a connection or a body broke, with the causes but never the URL, whose query is a secret.
///
/// # Errors
/// [`PrivateAddress`] when that is the reason: it does not pass.
pub fn why(e: reqwest::Error) -> Result<String, PrivateAddress> {
    let e = e.without_url();
    let mut reason = e.to_string();
    let mut cause = Error::source(&e);
    while let Some(c) = cause {
        if c.is::<PrivateAddress>() {
            return Err(PrivateAddress);
        }
        let text = c.to_string();
        if !reason.contains(&text) {
            reason = format!("{reason}: {text}");
        }
        cause = c.source();
    }
    Ok(reason)
}
