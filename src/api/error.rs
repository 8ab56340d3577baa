//! What can go wrong between us and the backend, each with what to do about it. No text here holds a token or the query of a URL.

use crate::exit::{Classified, Exit};

/// A request, or what came of it, that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// A mistake that is known before any request is sent.
    #[error("{0}")]
    Usage(String),
    /// 401.
    #[error(
        "401 for {what}: the token is wrong or has expired; make a new one in Synapse (or run `synapse login`) and give it by \
         SYNAPSE_ACCESS_TOKEN, --token-file or ~/.synapse/config.json{request}"
    )]
    Unauthorized {
        /// Path of the endpoint.
        what: String,
        /// ` (request_id …)`, or nothing.
        request: String,
    },
    /// 403.
    #[error(
        "403 for {what}: this account may not read it; ask for access to the project, or check --tenant (SYNAPSE_PLUGIN_RUN_TENANT){request}"
    )]
    Forbidden {
        /// Path of the endpoint.
        what: String,
        /// ` (request_id …)`, or nothing.
        request: String,
    },
    /// 404.
    #[error("404 for {what}: there is no such project, version or endpoint on {host}; {advice}{request}")]
    NotFound {
        /// Path of the endpoint.
        what: String,
        /// The host that was asked.
        host: String,
        /// Where to look.
        advice: &'static str,
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
        detail: String,
        /// ` (request_id …)`, or nothing.
        request: String,
    },
    /// The host never answered.
    #[error("cannot reach {host}: {reason}; check --host (SYNAPSE_HOST) and the network")]
    Unreachable {
        /// Scheme, host and port.
        host: String,
        /// The last failure.
        reason: String,
    },
    /// Every try failed in a way that might have passed.
    #[error(
        "{what} failed {tries} times in {seconds} s, last: {reason}; try again later, or wait longer with --retry-for{request}"
    )]
    GaveUp {
        /// Path of the endpoint.
        what: String,
        /// Number of tries.
        tries: u32,
        /// Whole seconds from the first failure to the last.
        seconds: u64,
        /// The last failure.
        reason: String,
        /// ` (request_id …)`, or nothing.
        request: String,
    },
    /// An answer that breaks the rules of the API.
    #[error("{what}: {reason}; this looks like a fault of the server, please report it to its operator")]
    Protocol {
        /// Path of the endpoint, or the row.
        what: String,
        /// What is wrong.
        reason: String,
    },
    /// A row that cannot become an item line.
    #[error("row {id}: {reason}")]
    Row {
        /// The row's id as written.
        id: String,
        /// What is wrong and what to do.
        reason: String,
    },
    /// A URL in a row that must not be asked.
    #[error("{what}: {reason}")]
    Address {
        /// The row or the path.
        what: String,
        /// What is wrong and what to do.
        reason: String,
    },
    /// Fewer rows came than there are.
    #[error("{0}")]
    Short(String),
    /// A defect of this program, or a lack of resources of the machine.
    #[error("internal error: {0}; please report it")]
    Internal(String),
}

impl ApiError {
    /// The word for the `code` of an error frame.
    pub fn code(&self) -> &'static str {
        match self.exit() {
            Exit::Usage => "usage",
            Exit::Input => "input",
            Exit::Refused => "refused",
            Exit::Remote => "remote",
            _ => "other",
        }
    }
}

impl Classified for ApiError {
    fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) => Exit::Usage,
            Self::Unauthorized { .. } | Self::Forbidden { .. } | Self::NotFound { .. } | Self::Refused { .. } => {
                Exit::Refused
            }
            Self::Unreachable { .. } | Self::GaveUp { .. } | Self::Protocol { .. } | Self::Short(_) => Exit::Remote,
            Self::Row { .. } | Self::Address { .. } => Exit::Input,
            Self::Internal(_) => Exit::Other,
        }
    }
}

/// Text of a server, made fit for one line: at most 200 characters, no control characters, no query strings of URLs.
pub fn quote(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(400).collect();
    let mut out = String::new();
    for word in line.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(match word.find("://").and_then(|_| word.find('?')) {
            Some(query) => &word[..query],
            None => word,
        });
    }
    out.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn quotes_are_short_single_lines_without_signatures() {
        let said = quote("bad\nURL https://s3.example/x.json?X-Amz-Signature=abc&b=1 given\u{1b}[0m");
        assert_eq!(said, "bad URL https://s3.example/x.json given [0m");
        assert_eq!(quote(&"y".repeat(5000)).len(), 200);
    }
}
