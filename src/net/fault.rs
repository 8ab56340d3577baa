//! Failures on the way to a server that have a cause of their own: the proxy, the certificate, the name. They carry what is known;
//! what to do about them is said where the command line is known.

use super::proxy::{self, ProxyServer};
use crate::exit::Advice;
use rustls::CertificateError;
use std::error::Error;
use std::fmt;
use std::io;
use url::Url;

/// What is wrong between us and a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The server's certificate is not trusted.
    Certificate(Certificate),
    /// The proxy fails, not the server.
    Proxy {
        /// The proxy with the variable that names it, without its password.
        proxy: String,
        /// What is wrong with it.
        problem: ProxyProblem,
    },
}

/// Why a certificate is not trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// Nobody who is trusted has signed it.
    UnknownAuthority,
    /// It is the certificate of an authority, used for a server: its own authority, most often.
    SelfSigned,
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYetValid,
    /// It is for other names, of which these are the first.
    WrongName(Vec<String>),
    /// Something else.
    Other(String),
}

/// What is wrong with a proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProxyProblem {
    /// It cannot be reached, for this reason.
    Unreachable(String),
    /// It wants a user name and a password, or other ones.
    Login,
    /// It does not connect to the host.
    Refused(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate(certificate) => match certificate {
                Certificate::UnknownAuthority => f.write_str(
                    "no authority that this machine trusts has signed the server's certificate (UnknownIssuer)",
                ),
                Certificate::SelfSigned => f.write_str(
                    "the server's certificate is its own authority, which is not trusted (CaUsedAsEndEntity)",
                ),
                Certificate::Expired => f.write_str("the server's certificate has expired"),
                Certificate::NotYetValid => f.write_str("the server's certificate is not valid yet"),
                Certificate::WrongName(names) if names.is_empty() => {
                    f.write_str("the server's certificate is not for this host")
                }
                Certificate::WrongName(names) => {
                    write!(f, "the server's certificate is not for this host, but for {}", names.join(", "))
                }
                Certificate::Other(reason) => write!(f, "the server's certificate is not trusted: {reason}"),
            },
            Self::Proxy { proxy, problem } => match problem {
                ProxyProblem::Unreachable(reason) => write!(f, "the proxy {proxy} cannot be reached: {reason}"),
                ProxyProblem::Login => write!(f, "the proxy {proxy} wants a user name and a password, or other ones"),
                ProxyProblem::Refused(reason) => write!(f, "the proxy {proxy} does not connect to it: {reason}"),
            },
        }
    }
}

impl Fault {
    /// Whether the same request may go well later.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Certificate(_) => false,
            Self::Proxy { problem, .. } => *problem != ProxyProblem::Login,
        }
    }

    /// What can be done about it.
    pub fn advice(&self) -> Advice {
        match self {
            Self::Certificate(Certificate::UnknownAuthority) => Advice::TrustAuthority,
            Self::Certificate(Certificate::SelfSigned) => Advice::TrustCertificate,
            Self::Certificate(Certificate::Expired | Certificate::Other(_)) => Advice::RenewCertificate,
            Self::Certificate(Certificate::NotYetValid) => Advice::CheckClock,
            Self::Certificate(Certificate::WrongName(_)) => Advice::CheckCertificate,
            Self::Proxy { problem: ProxyProblem::Login, .. } => Advice::LogInToProxy,
            Self::Proxy { .. } => Advice::CheckProxy,
        }
    }
}

/// The proxy that a URL goes through, if any.
pub fn proxy_for(url: &Url) -> Option<&'static ProxyServer> {
    proxy::proxies().ok()?.server_for(url)
}

/// The answer of a proxy that wants a login, to a request that it passes on itself.
pub fn of_status(status: u16, url: &Url) -> Option<Fault> {
    let proxy = proxy_for(url).filter(|_| status == 407)?;
    Some(Fault::Proxy { proxy: proxy.to_string(), problem: ProxyProblem::Login })
}

/// The fault behind an error about a URL. `connecting`: no connection was made.
pub fn of(e: &(dyn Error + 'static), url: &Url, connecting: bool) -> Option<Fault> {
    if let Some(certificate) = certificate(e) {
        return Some(Fault::Certificate(certificate));
    }
    if !connecting {
        return None;
    }
    let proxy = proxy_for(url)?.to_string();
    let mut said = Vec::new();
    each(e, &mut |cause| said.push(cause.to_string()));
    let all = said.join(": ");
    let has = |words: &[&str]| words.iter().any(|w| all.contains(w));
    let reason = said.pop().unwrap_or_default();
    let problem = if has(&["proxy authorization required", "uthentication", "credentials not accepted"]) {
        ProxyProblem::Login
    } else if has(&["underlying connection", "tcp connect error", "dns error", "timed out"]) {
        ProxyProblem::Unreachable(reason)
    } else {
        // A tunnel, or a connection by SOCKS, that was asked for and not made.
        ProxyProblem::Refused(reason)
    };
    Some(Fault::Proxy { proxy, problem })
}

/// What an error says of a certificate, at any depth.
pub fn certificate(e: &(dyn Error + 'static)) -> Option<Certificate> {
    let mut found = None;
    each(e, &mut |cause| {
        if let Some(rustls::Error::InvalidCertificate(problem)) = cause.downcast_ref() {
            found = Some(of_certificate(problem));
        }
    });
    found
}

/// The same from the words of a library that hands on nothing else.
#[cfg(feature = "stores")]
pub fn certificate_in(text: &str) -> Option<Certificate> {
    let has = |words: &[&str]| words.iter().any(|w| text.contains(w));
    if has(&["CaUsedAsEndEntity"]) {
        return Some(Certificate::SelfSigned);
    }
    if has(&["UnknownIssuer", "BadSignature"]) {
        return Some(Certificate::UnknownAuthority);
    }
    if has(&["not valid yet", "NotValidYet"]) {
        return Some(Certificate::NotYetValid);
    }
    if has(&["expired", "Expired"]) {
        return Some(Certificate::Expired);
    }
    if has(&["not valid for name", "NotValidForName"]) {
        return Some(Certificate::WrongName(Vec::new()));
    }
    has(&["certificate"]).then(|| Certificate::Other(super::quote(text)))
}

fn of_certificate(problem: &CertificateError) -> Certificate {
    const NAMED: usize = 3;
    match problem {
        // An authority of the same name is trusted, and has not signed it.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => Certificate::UnknownAuthority,
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => Certificate::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Certificate::NotYetValid,
        CertificateError::NotValidForName => Certificate::WrongName(Vec::new()),
        CertificateError::NotValidForNameContext { presented, .. } => {
            let name = |text: &String| {
                let text = text.split_once("(\"").map_or(text.as_str(), |(_, rest)| rest.trim_end_matches("\")"));
                super::quote(text)
            };
            Certificate::WrongName(presented.iter().take(NAMED).map(name).collect())
        }
        other => {
            let text = other.to_string();
            if text.contains("CaUsedAsEndEntity") { Certificate::SelfSigned } else { Certificate::Other(text) }
        }
    }
}

/// Calls `each` with an error and all its causes, those inside errors of input and output as well.
fn each(e: &(dyn Error + 'static), each_cause: &mut dyn FnMut(&(dyn Error + 'static))) {
    let mut at = Some(e);
    while let Some(cause) = at {
        each_cause(cause);
        if let Some(inner) = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            return each(inner, each_cause);
        }
        at = cause.source();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn certificates_are_judged_at_any_depth() {
        let other =
            |text: &str| CertificateError::Other(rustls::OtherError(Arc::new(io::Error::other(text.to_owned()))));
        let context = CertificateError::NotValidForNameContext {
            expected: "h".try_into().unwrap(),
            presented: vec!["DnsName(\"a.example\")".into(), "DnsName(\"b.example\")".into()],
        };
        for (problem, found) in [
            (CertificateError::UnknownIssuer, Certificate::UnknownAuthority),
            (CertificateError::BadSignature, Certificate::UnknownAuthority),
            (CertificateError::Expired, Certificate::Expired),
            (CertificateError::NotValidYet, Certificate::NotYetValid),
            (CertificateError::NotValidForName, Certificate::WrongName(Vec::new())),
            (context, Certificate::WrongName(vec!["a.example".into(), "b.example".into()])),
            (other("CaUsedAsEndEntity"), Certificate::SelfSigned),
            (CertificateError::Revoked, Certificate::Other("certificate revoked".into())),
        ] {
            let inner = rustls::Error::InvalidCertificate(problem);
            let outer = io::Error::new(io::ErrorKind::InvalidData, inner);
            let outermost = io::Error::other(outer);
            let seen = certificate(&outermost);
            match found {
                Certificate::Other(_) => assert!(matches!(seen, Some(Certificate::Other(_))), "{seen:?}"),
                found => assert_eq!(seen, Some(found)),
            }
        }
        assert_eq!(certificate(&io::Error::other("UnknownIssuer")), None);
    }
}
