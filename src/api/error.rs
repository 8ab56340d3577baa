//! What can go wrong between us and the backend, each with what to do about it. No text here holds a token or the query of a URL.

use super::config::ConfigError;
use super::retry::Page;
use crate::exit::{Advice, Classified, Exit, Missing, UsageError};
use crate::net::addresses::PrivateAddress;
use crate::net::fault::Fault;
use crate::stream::error::UnknownName;
use crate::words::Message;

/// A request, or what came of it, that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// A mistake that is known before any request is sent.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// The host is not an address that can be used.
    #[error("the host {0}")]
    BadHost(Message),
    /// No access token was found.
    #[error("no token{}", profile.as_ref().map(|name| format!(" in profile {name:?}")).unwrap_or_default())]
    NoToken {
        /// The profile in use.
        profile: Option<String>,
    },
    /// A profile says no host, and nothing else does.
    #[error("no host in profile {profile:?}")]
    NoHost {
        /// Its name.
        profile: String,
    },
    /// There is no such profile.
    #[error("no profile {:?} in ~/.synapse/config.json{}", _0.name, others(_0))]
    NoProfile(Box<UnknownName>),
    /// The configuration file cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A user token was found, and no tenant.
    #[error("a user token needs a tenant")]
    NoTenant,
    /// 401.
    #[error("401 for {what}: the token is wrong or has expired{request}")]
    Unauthorized {
        /// Path of the endpoint.
        what: String,
        /// ` (request_id …)`, or nothing.
        request: String,
    },
    /// 403.
    #[error("403 for {what}: this account may not read it{request}")]
    Forbidden {
        /// Path of the endpoint.
        what: String,
        /// ` (request_id …)`, or nothing.
        request: String,
    },
    /// 404.
    #[error("404 for {what}: there is no such {} on {host}{request}", noun(what))]
    NotFound {
        /// Path of the endpoint.
        what: String,
        /// The host that was asked.
        host: String,
        /// ` (request_id …)`, or nothing.
        request: String,
        /// Whether a web page says it, and not the API.
        is_page: bool,
    },
    /// A status of something in front of the API, which never speaks in web pages itself.
    #[error("{status} for {what}: a web page of {host} refuses it, {said:?}, not the API of Synapse{request}")]
    InFront {
        /// The HTTP status.
        status: u16,
        /// Path of the endpoint.
        what: String,
        /// The host that was asked.
        host: String,
        /// The title of the page.
        said: String,
        /// ` (request_id …)`, or nothing.
        request: String,
    },
    /// Another status that asking again does not change.
    #[error("{status} for {what}: {detail}{request}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Path of the endpoint.
        what: String,
        /// What the server said, shortened, and what to do.
        detail: Message,
        /// ` (request_id …)`, or nothing.
        request: String,
    },
    /// The host sends us to another.
    #[error("{status} for {what}: the host redirects to {to}{request}")]
    Redirected {
        /// The HTTP status.
        status: u16,
        /// Path of the endpoint.
        what: String,
        /// Scheme, host and port of the other.
        to: String,
        /// ` (request_id …)`, or nothing.
        request: String,
    },
    /// The host answers with a page for people, and never with its API.
    #[error("{host} answers with {}, not as the API of Synapse", match page {
        Page::Login => "a login page",
        Page::Other => "a web page (of a network that wants a login, a proxy, or another site)",
    })]
    WebPage {
        /// Scheme, host and port.
        host: String,
        /// What page it is.
        page: Page,
    },
    /// The host never answered.
    #[error("cannot reach {host}: {reason}")]
    Unreachable {
        /// Scheme, host and port.
        host: String,
        /// The last failure.
        reason: Message,
    },
    /// The proxy on the way to a host, or the host's certificate.
    #[error("cannot reach {host}: {fault}")]
    Network {
        /// Scheme, host and port.
        host: String,
        /// What is wrong.
        fault: Fault,
    },
    /// A URL in a row leads to a private address.
    #[error("{what}: {PrivateAddress}")]
    Private {
        /// The row or the path.
        what: String,
    },
    /// Every try failed in a way that might have passed.
    #[error("{what} failed{}: {reason}{request}", tries_in_words(*tries, *seconds))]
    GaveUp {
        /// Path of the endpoint.
        what: String,
        /// Number of tries.
        tries: u32,
        /// Whole seconds from the first failure to the last.
        seconds: u64,
        /// The last failure.
        reason: Message,
        /// ` (request_id …)`, or nothing.
        request: String,
    },
    /// A request that does something failed in a way that leaves open whether it was done.
    #[error("{what} failed: {reason}{request}; it may have been done all the same")]
    Unsure {
        /// Path of the endpoint.
        what: String,
        /// The failure.
        reason: Message,
        /// ` (request_id …)`, or nothing.
        request: String,
    },
    /// An answer that breaks the rules of the API.
    #[error("{what}: {reason}; this looks like a fault of the server, please report it to its operator")]
    Protocol {
        /// Path of the endpoint, or the row.
        what: String,
        /// What is wrong.
        reason: Message,
    },
    /// A list that the server does not keep in the order that was asked for.
    #[error("{what}: the server does not keep it in order (at {id})")]
    Disorder {
        /// Path of the endpoint.
        what: String,
        /// The id where it shows.
        id: String,
    },
    /// A row that cannot become an item line.
    #[error("row {id}: {reason}")]
    Row {
        /// The row's id as written.
        id: String,
        /// What is wrong and what to do.
        reason: Message,
    },
    /// A URL in a row that must not be asked.
    #[error("{what}: {reason}")]
    Address {
        /// The row or the path.
        what: String,
        /// What is wrong and what to do.
        reason: Message,
    },
    /// The server gives all rows, whatever moment is asked for.
    #[error("{host} does not select by {date}, so what has changed cannot be told from the rest")]
    NoDates {
        /// Scheme, host and port.
        host: String,
        /// The date that matters.
        date: &'static str,
    },
    /// Fewer rows came than there are.
    #[error("{0}")]
    Short(Message),
    /// Fewer rows came than there are: those that an earlier run wrote are not all that it should have written.
    #[error("{0} from what an earlier run wrote")]
    ShortBefore(Message),
    /// A defect of this program, or a lack of resources of the machine.
    #[error("internal error: {0}; please report it")]
    Internal(String),
}

/// The path of the storages.
const STORAGES: &str = "/storages/";

/// What a path names.
fn noun(path: &str) -> &'static str {
    if path.starts_with(STORAGES) { "storage" } else { "project, version or endpoint" }
}

/// What there is in place of an unknown name, for a message.
fn others(unknown: &UnknownName) -> String {
    match (&unknown.near, &unknown.others[..]) {
        (Some(near), _) => format!("; did you mean {near:?}?"),
        (None, []) => ", or any other".to_owned(),
        (None, others) => {
            let more = if others.len() == UnknownName::LISTED { ", …" } else { "" };
            format!("; there is {}{more}", others.join(", "))
        }
    }
}

/// How often something failed, for a message; nothing for the first try.
fn tries_in_words(tries: u32, seconds: u64) -> String {
    if tries > 1 { format!(" {tries} times in {seconds} s, last") } else { String::new() }
}

impl Classified for ApiError {
    fn exit(&self) -> Exit {
        match self {
            Self::Usage(_)
            | Self::BadHost(_)
            | Self::NoToken { .. }
            | Self::NoTenant
            | Self::NoHost { .. }
            | Self::NoProfile(_) => Exit::Usage,
            Self::Config(e) => e.exit(),
            Self::Unauthorized { .. }
            | Self::Forbidden { .. }
            | Self::NotFound { .. }
            | Self::InFront { .. }
            | Self::Refused { .. }
            | Self::NoDates { .. }
            | Self::Redirected { .. }
            | Self::WebPage { .. } => Exit::Refused,
            Self::Unreachable { .. }
            | Self::Network { .. }
            | Self::GaveUp { .. }
            | Self::Unsure { .. }
            | Self::Protocol { .. }
            | Self::Disorder { .. }
            | Self::Short(_)
            | Self::ShortBefore(_) => Exit::Remote,
            Self::Row { .. } | Self::Address { .. } | Self::Private { .. } => Exit::Input,
            Self::Internal(_) => Exit::Other,
        }
    }

    fn missing(&self) -> Option<Missing> {
        const TOKEN: Missing = Missing {
            option: "--token-file",
            ways: &["syn-fetch login", "--token-file FILE", "--token-stdin", "SYNAPSE_ACCESS_TOKEN"],
        };
        const TOKEN_OF_PROFILE: Missing = Missing {
            option: "--token-file",
            ways: &["syn-fetch login --profile NAME", "--token-file FILE", "--token-stdin"],
        };
        const HOST: Missing = Missing { option: "--host", ways: &["syn-fetch login --profile NAME", "--host URL"] };
        const TENANT: Missing = Missing { option: "--tenant", ways: &["--tenant CODE", "SYNAPSE_PLUGIN_RUN_TENANT"] };
        Some(match self {
            Self::NoToken { profile: None } => TOKEN,
            Self::NoToken { profile: Some(_) } => TOKEN_OF_PROFILE,
            Self::NoHost { .. } => HOST,
            Self::NoTenant => TENANT,
            _ => return None,
        })
    }

    fn advice(&self) -> Option<Advice> {
        Some(match self {
            Self::BadHost(_) => Advice::GiveHost,
            Self::NoToken { profile: None } => Advice::GiveToken,
            Self::NoToken { .. } | Self::NoHost { .. } => Advice::LogInToProfile,
            Self::NoProfile(unknown) if unknown.near.is_none() => Advice::NewProfile,
            Self::NoTenant => Advice::GiveTenant,
            Self::Unauthorized { .. } => Advice::NewToken,
            Self::Forbidden { .. } => Advice::AskForAccess,
            Self::NotFound { is_page: true, .. } | Self::InFront { .. } => Advice::CheckHost,
            Self::NotFound { what, .. } if what.contains("ground") => Advice::ListGroundTruth,
            Self::NotFound { what, .. } if what.starts_with(STORAGES) => Advice::ListStorages,
            Self::NotFound { .. } => Advice::ListProjects,
            Self::Redirected { .. } => Advice::NameNewHost,
            Self::Unreachable { .. } | Self::WebPage { .. } => Advice::CheckHost,
            Self::Network { fault, .. } => fault.advice(),
            Self::Private { .. } => Advice::AllowPrivate,
            Self::GaveUp { .. } => Advice::WaitLonger,
            Self::Disorder { .. } => Advice::OrderOfArrival,
            Self::ShortBefore(_) => Advice::StartOver,
            Self::NoDates { .. } => Advice::WholeExport,
            _ => return None,
        })
    }
}
