//! What a connection to a host meets on its way: its addresses, a proxy, a certificate, a clock.

use super::fault::{self, Fault};
use super::{http, quote};
use crate::exit::UsageError;
use crate::tr;
use crate::words::Message;
use jiff::Timestamp;
use reqwest::header::DATE;
use reqwest::redirect;
use reqwest::tls::TlsInfo;
use std::net::IpAddr;
use std::time::{Duration, Instant};
use url::Url;
use x509_cert::Certificate;
use x509_cert::der::Decode;

/// Longest wait for each step.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// What was met.
#[derive(Debug)]
pub struct Probe {
    /// The proxy on the way, and the variable that names it.
    pub proxy: Option<String>,
    /// The addresses of the host, or why there are none; `None`: the proxy looks them up.
    pub addresses: Option<Result<Vec<IpAddr>, Message>>,
    /// The answer to a request without a token, whatever its status.
    pub answer: Result<Answer, Broken>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// How long it took, connection included.
    pub took: Duration,
    /// What its `Date` says, and what time it was here in the middle of the exchange.
    pub clock: Option<(Timestamp, Timestamp)>,
    /// The certificate of the host, over TLS.
    pub certificate: Option<Issued>,
}

/// Who has signed a certificate, and until when it holds.
#[derive(Debug, PartialEq, Eq)]
pub struct Issued {
    /// The issuer's name, as in RFC 4514: `CN=…,O=…`.
    pub by: String,
    /// The end of its validity.
    pub until: Timestamp,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Broken {
    /// The proxy or the certificate.
    Fault(Fault),
    /// The network, or the host.
    Reason(Message),
}

/// Asks a host for its first page, and waits so long for each step.
///
/// # Errors
/// [`UsageError`] when a variable names no proxy, or certificates cannot be read.
pub async fn look(url: &Url, patience: Duration) -> Result<Probe, UsageError> {
    let client = http::builder()?
        .tls_info(true)
        .redirect(redirect::Policy::none())
        .connect_timeout(patience)
        .timeout(patience)
        .build()
        .map_err(|e| UsageError::new(tr!("net-no-setup", reason = e.without_url())))?;
    let proxy = fault::proxy_for(url);
    let addresses = if proxy.is_some_and(super::proxy::ProxyServer::resolves) {
        None
    } else {
        Some(addresses(url, patience).await)
    };
    let proxy = proxy.map(ToString::to_string);
    if let Some(Err(_)) = addresses {
        return Ok(Probe { proxy, addresses, answer: Err(Broken::Reason(Message::default())) });
    }
    let (began, from) = (Instant::now(), Timestamp::now());
    let answer = match client.get(url.clone()).send().await {
        Ok(response) if let Some(fault) = fault::of_status(response.status().as_u16(), url) => {
            Err(Broken::Fault(fault))
        }
        Ok(response) => {
            let took = began.elapsed();
            let date =
                response.headers().get(DATE).and_then(|date| jiff::fmt::rfc2822::parse(date.to_str().ok()?).ok());
            let middle = from + took / 2;
            let certificate =
                response.extensions().get::<TlsInfo>().and_then(TlsInfo::peer_certificate).and_then(issued);
            Ok(Answer { took, clock: date.map(|date| (date.timestamp(), middle)), certificate })
        }
        Err(e) => Err(broken(e, url, patience)),
    };
    Ok(Probe { proxy, addresses, answer })
}

async fn addresses(url: &Url, patience: Duration) -> Result<Vec<IpAddr>, Message> {
    let place =
        (url.host_str().unwrap_or_default().trim_matches(['[', ']']), url.port_or_known_default().unwrap_or(443));
    match tokio::time::timeout(patience, tokio::net::lookup_host(place)).await {
        Err(_) => Err(tr!("net-no-name-answer", seconds = patience.as_secs_f32())),
        Ok(Err(e)) => Err(fault::reason(&e)),
        Ok(Ok(found)) => {
            let mut all: Vec<IpAddr> = found.map(|address| address.ip()).collect();
            all.dedup();
            if all.is_empty() { Err(tr!("net-no-address")) } else { Ok(all) }
        }
    }
}

fn broken(e: reqwest::Error, url: &Url, patience: Duration) -> Broken {
    let e = e.without_url();
    if let Some(fault) = fault::of(&e, url, e.is_connect()) {
        return Broken::Fault(fault);
    }
    if e.is_timeout() {
        return Broken::Reason(tr!("api-no-answer", seconds = patience.as_secs_f32()));
    }
    Broken::Reason(fault::reason(&e))
}

/// Reads a certificate in DER.
fn issued(der: &[u8]) -> Option<Issued> {
    let certificate = Certificate::from_der(der).ok()?.tbs_certificate;
    let until = certificate.validity.not_after.to_unix_duration();
    let until = Timestamp::from_second(i64::try_from(until.as_secs()).ok()?).ok()?;
    Some(Issued { by: quote(&certificate.issuer.to_string()), until })
}
