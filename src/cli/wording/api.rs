//! Errors of the backend's API and of the network.

use crate::api::ApiError;
use crate::api::config::ConfigError;
use crate::api::payload::PAYLOAD_OF;
use crate::api::retry::Page;
use crate::fetch::FetchError;
use crate::fetch::dump::DumpError;
use crate::fetch::output::state::ResumeError;
use crate::net::addresses::{PrivateAddress, UrlError};
use crate::net::fault::{Certificate, Fault, Handshake, ProxyProblem};
use crate::stream::UnknownName;
use crate::tr;
use crate::words::{Message, Worded};

impl Worded for FetchError {
    fn words(&self) -> Message {
        match self {
            Self::Usage(e) => e.words(),
            Self::Api(e) => e.words(),
            #[cfg(feature = "postgres")]
            Self::Database(e) => e.words(),
            Self::Resume(e) => e.words(),
            Self::Checkpoint(e) => e.words(),
            Self::Stream(e) => e.words(),
            Self::Dump(e) => e.words(),
        }
    }
}

impl Worded for DumpError {
    fn words(&self) -> Message {
        match self {
            Self::NoFrame { name } => tr!("dump-no-frame", name),
            Self::Empty { name } => tr!("dump-empty", name),
            Self::Foreign { name, of, key, is, was } => tr!("dump-foreign", name, of, key, is, was),
            Self::Differ { part, name, other, cut: None } => tr!("dump-differ", part, name, other),
            Self::Differ { part, name, other, cut: Some(cut) } => tr!("dump-differ-cut", part, name, other, cut),
            Self::Missing { parts, missing, of } => tr!("dump-missing", parts, missing, of),
            Self::Uncut { name } => tr!("dump-uncut", name),
            Self::Cut { name, lines } => tr!("dump-cut", name, lines),
            Self::Several { name } => tr!("dump-several", name),
            Self::Changed { name } => tr!("dump-changed", name),
            Self::Part { name, error } => tr!("dump-part", name, error = **error),
        }
    }
}

impl Worded for ApiError {
    fn words(&self) -> Message {
        match self {
            Self::Usage(e) => e.words(),
            Self::BadHost(why) => tr!("api-bad-host", why),
            Self::NoToken { profile: None } => tr!("api-no-token"),
            Self::NoToken { profile: Some(profile) } => tr!("api-no-token-in", profile = ?profile),
            Self::NoHost { profile } => tr!("api-no-host-in", profile = ?profile),
            Self::NoProfile(unknown) => no_profile(unknown),
            Self::Config(e) => e.words(),
            Self::NoTenant => tr!("api-no-tenant"),
            Self::Unauthorized { what, request } => tr!("api-unauthorized", what, request),
            Self::Forbidden { what, request } => tr!("api-forbidden", what, request),
            Self::NotFound { what, host, request, .. } if what.starts_with("/storages/") => {
                tr!("api-no-storage", what, host, request)
            }
            Self::NotFound { what, host, request, .. } => tr!("api-not-found", what, host, request),
            Self::Refused { status, what, detail, request } => {
                tr!("api-refused", status = status.to_string(), what = place(what), detail, request)
            }
            Self::Redirected { status, what, to, request } => {
                tr!("api-redirected", status = status.to_string(), what, to, request)
            }
            Self::WebPage { host, page: Page::Login } => tr!("api-login-page", host),
            Self::WebPage { host, page: Page::Other } => tr!("api-web-page", host),
            Self::Unreachable { host, reason } => tr!("api-unreachable", host, reason),
            Self::InFront { status, what, host, said, request } => {
                tr!("api-in-front", status = status.to_string(), what, host, said = ?said, request)
            }
            Self::Network { host, fault } => tr!("api-unreachable", host, reason = fault),
            Self::Private { what } => tr!("stream-line", place = what, reason = PrivateAddress),
            Self::GaveUp { what, tries, seconds, reason, request } if *tries > 1 => {
                tr!("api-gave-up-tries", what = place(what), tries, seconds, reason, request)
            }
            Self::GaveUp { what, reason, request, .. } => tr!("api-gave-up", what = place(what), reason, request),
            Self::Unsure { what, reason, request } => tr!("api-unsure", what = place(what), reason, request),
            Self::Protocol { what, reason } => tr!("api-protocol", what = place(what), reason),
            Self::Disorder { what, id } => tr!("api-disorder", what, id),
            Self::Row { id, reason } => tr!("api-row", id, reason),
            Self::Address { what, reason } => tr!("stream-line", place = what, reason),
            Self::NoDates { host, date } => tr!("api-no-dates", host, date),
            Self::Short(told) => told.into(),
            Self::ShortBefore(told) => tr!("api-short-before", told),
            Self::Internal(what) => tr!("internal-error", what),
        }
    }
}

/// What a request was for: a path, or a payload.
fn place(what: &str) -> Message {
    match what.strip_prefix(PAYLOAD_OF) {
        Some(id) => tr!("api-payload-of", id),
        None => what.into(),
    }
}

fn no_profile(unknown: &UnknownName) -> Message {
    let message = tr!("api-no-profile", name = ?unknown.name);
    match (&unknown.near, &unknown.others[..]) {
        (Some(near), _) => tr!("unknown-name-near", message, near = ?near),
        (None, []) => tr!("unknown-name-none", message),
        (None, others) => {
            let more = if others.len() == UnknownName::LISTED { ", …" } else { "" };
            tr!("unknown-name-others", message, names = others.join(", ") + more)
        }
    }
}

impl Worded for ConfigError {
    fn words(&self) -> Message {
        match self {
            Self::Read { path, source } => tr!("config-read", path = path.display(), source),
            Self::NotJson { path, line } => tr!("config-not-json", path = path.display(), line = line.to_string()),
            Self::NotObject { path, what } => tr!("config-not-object", path = path.display(), what),
            Self::Foreign { path, target } => tr!("config-foreign", path = path.display(), target = target.display()),
            Self::Write { path, reason } => tr!("cannot-write", path = path.display(), reason),
        }
    }
}

impl Worded for ResumeError {
    fn words(&self) -> Message {
        match self {
            Self::Read { path, source } => tr!("stream-read", name = path.display(), source),
            Self::Differs { key, was, is } => tr!("resume-differs", key, was, is),
            Self::Dump { path, reason } => tr!("stream-line", place = path.display(), reason),
        }
    }
}

impl Worded for Fault {
    fn words(&self) -> Message {
        match self {
            Self::Certificate(certificate) => match certificate {
                Certificate::UnknownAuthority(None) => tr!("certificate-unknown-authority"),
                Certificate::UnknownAuthority(Some(by)) => tr!("certificate-authority", by),
                Certificate::SelfSigned => tr!("certificate-self-signed"),
                Certificate::Expired => tr!("certificate-expired"),
                Certificate::NotYetValid => tr!("certificate-not-yet-valid"),
                Certificate::WrongName(names) if names.is_empty() => tr!("certificate-wrong-name"),
                Certificate::WrongName(names) => tr!("certificate-other-names", names = names.join(", ")),
                Certificate::Other(reason) => tr!("certificate-other", reason),
            },
            Self::Tls(handshake) => match handshake {
                Handshake::Plain => tr!("tls-plain"),
                Handshake::Wanted => tr!("tls-wanted"),
                Handshake::NothingInCommon => tr!("tls-nothing-in-common"),
                Handshake::WantsCertificate => tr!("tls-wants-certificate"),
                Handshake::Closed => tr!("tls-closed"),
            },
            Self::Proxy { proxy, problem } => match problem {
                ProxyProblem::Unreachable(reason) => tr!("proxy-unreachable", proxy, reason),
                ProxyProblem::Login => tr!("proxy-login", proxy),
                ProxyProblem::Refused(reason) => tr!("proxy-refused", proxy, reason),
            },
        }
    }
}

impl Worded for PrivateAddress {
    fn words(&self) -> Message {
        tr!("url-private")
    }
}

impl Worded for UrlError {
    fn words(&self) -> Message {
        match self {
            Self::Scheme(scheme) => tr!("url-scheme", scheme),
            Self::Credentials => tr!("url-credentials"),
            Self::NoHost => tr!("url-no-host"),
            Self::Private(e) => e.words(),
        }
    }
}
