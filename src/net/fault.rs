//! Failures on the way to a server that have a cause of their own: the proxy, the certificate, TLS itself. They carry what is known;
//! what to do about them is said where the command line is known.

use super::proxy::{self, ProxyServer};
use super::tls::UnknownIssuer;
use crate::exit::Advice;
use crate::tr;
use crate::words::{Message, Worded};
use rustls::{AlertDescription, CertificateError};
use std::error::Error;
use std::fmt;
use std::io;
use url::Url;

/// What is wrong between us and a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The server's certificate is not trusted.
    Certificate(Certificate),
    /// The two ends find no TLS to speak.
    Tls(Handshake),
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
    /// Nobody who is trusted has signed it, but this authority, if it is known.
    UnknownAuthority(Option<String>),
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

/// Why there is no TLS between us and a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handshake {
    /// The port speaks, but not TLS.
    Plain,
    /// The port wants TLS, and the address has no `https`.
    Wanted,
    /// The server's versions or ciphers are none of ours.
    NothingInCommon,
    /// The server wants to see a certificate of ours.
    WantsCertificate,
    /// The server has closed the connection before anything was agreed on.
    Closed,
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
                Certificate::UnknownAuthority(None) => f.write_str(
                    "no authority that this machine trusts has signed the server's certificate (UnknownIssuer)",
                ),
                Certificate::UnknownAuthority(Some(by)) => write!(
                    f,
                    "the server's certificate is signed by {by}, which this machine does not trust (UnknownIssuer)"
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
            Self::Tls(handshake) => f.write_str(match handshake {
                Handshake::Plain => "what answers at this port does not speak https",
                Handshake::Wanted => "what answers at this port speaks https alone",
                Handshake::NothingInCommon => "the server speaks no version of TLS that is safe (1.2 or 1.3)",
                Handshake::WantsCertificate => "the server wants a certificate of its client, and there is none",
                Handshake::Closed => "the server closes the connection before TLS is agreed on",
            }),
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
            Self::Tls(handshake) => *handshake == Handshake::Closed,
            Self::Proxy { problem, .. } => *problem != ProxyProblem::Login,
        }
    }

    /// What can be done about it.
    pub fn advice(&self) -> Advice {
        match self {
            Self::Certificate(Certificate::UnknownAuthority(_)) => Advice::TrustAuthority,
            Self::Certificate(Certificate::SelfSigned) => Advice::TrustCertificate,
            Self::Certificate(Certificate::Expired | Certificate::Other(_)) => Advice::RenewCertificate,
            Self::Certificate(Certificate::NotYetValid) => Advice::CheckClock,
            Self::Certificate(Certificate::WrongName(_)) => Advice::CheckCertificate,
            Self::Tls(Handshake::Plain) => Advice::GivePlainHost,
            Self::Tls(Handshake::Wanted) => Advice::GiveSecureHost,
            Self::Tls(Handshake::NothingInCommon | Handshake::WantsCertificate) => Advice::AskOperator,
            Self::Tls(Handshake::Closed) => Advice::CheckHost,
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

/// The answer of a proxy that does not pass a request on, when it cannot be that of the server. Over TLS a proxy cannot answer.
pub fn of_refusal(status: u16, url: &Url) -> Option<Fault> {
    let proxy = proxy_for(url).filter(|_| status == 403 && url.scheme() == "http")?;
    Some(Fault::Proxy { proxy: proxy.to_string(), problem: ProxyProblem::Refused(status.to_string()) })
}

/// What a server says of TLS in an answer, in the words of nginx, Apache or Go.
pub fn of_page(status: u16, url: &Url, body: &[u8]) -> Option<Fault> {
    const WANTED: [&str; 3] = ["sent to HTTPS port", "SSL-enabled server port", "HTTP request to an HTTPS server"];
    let text = String::from_utf8_lossy(body);
    let handshake = match url.scheme() {
        _ if status != 400 => return None,
        "http" if WANTED.iter().any(|words| text.contains(words)) => Handshake::Wanted,
        "https" if text.contains("No required SSL certificate was sent") => Handshake::WantsCertificate,
        _ => return None,
    };
    Some(Fault::Tls(handshake))
}

/// The fault behind an error about a URL. `connecting`: no connection was made.
pub fn of(e: &(dyn Error + 'static), url: &Url, connecting: bool) -> Option<Fault> {
    if let Some(certificate) = certificate(e) {
        return Some(Fault::Certificate(certificate));
    }
    if let Some(handshake) = handshake(e) {
        return Some(Fault::Tls(handshake));
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

/// The innermost reason of a failure, as someone who reads it would put it.
pub fn reason(e: &(dyn Error + 'static)) -> Message {
    const LOOKUP: &str = "failed to lookup address information: ";
    let (mut said, mut system) = (String::new(), None);
    each(e, &mut |cause| {
        said = cause.to_string();
        system = cause.downcast_ref::<io::Error>().filter(|e| e.raw_os_error().is_some()).map(Worded::words);
    });
    let said = super::quote(said.split(" (os error ").next().unwrap_or_default());
    let says = |words: &[&str]| words.iter().any(|words| said.contains(words));
    if says(&["close_notify", "closed before message completed"]) {
        tr!("net-closed-early")
    } else if says(&["invalid HTTP version parsed"]) {
        tr!("net-no-http")
    } else if says(&[LOOKUP]) {
        let reason = said.replace(LOOKUP, "");
        Message::told(reason.clone(), tr!("net-no-lookup", reason))
    } else {
        system.map_or_else(|| said.as_str().into(), |system| Message::told(said.clone(), system))
    }
}

/// What an error says of the beginning of TLS, at any depth.
fn handshake(e: &(dyn Error + 'static)) -> Option<Handshake> {
    let mut found = None;
    each(e, &mut |cause| {
        let seen = match cause.downcast_ref() {
            Some(rustls::Error::InvalidMessage(_)) => Some(Handshake::Plain),
            Some(rustls::Error::PeerIncompatible(_)) => Some(Handshake::NothingInCommon),
            Some(rustls::Error::AlertReceived(alert)) => of_alert(*alert),
            // As the library says it that joins TLS and the network.
            _ if cause.to_string() == "tls handshake eof" => Some(Handshake::Closed),
            _ => None,
        };
        found = found.or(seen);
    });
    found
}

fn of_alert(alert: AlertDescription) -> Option<Handshake> {
    match alert {
        AlertDescription::ProtocolVersion
        | AlertDescription::HandshakeFailure
        | AlertDescription::InsufficientSecurity => Some(Handshake::NothingInCommon),
        AlertDescription::CertificateRequired => Some(Handshake::WantsCertificate),
        _ => None,
    }
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
        return Some(Certificate::UnknownAuthority(None));
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
        CertificateError::UnknownIssuer | CertificateError::BadSignature => Certificate::UnknownAuthority(None),
        CertificateError::Other(other) if let Some(unknown) = other.0.downcast_ref::<UnknownIssuer>() => {
            Certificate::UnknownAuthority(Some(unknown.by.clone()))
        }
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
            (CertificateError::UnknownIssuer, Certificate::UnknownAuthority(None)),
            (CertificateError::BadSignature, Certificate::UnknownAuthority(None)),
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
