//! The error of a store as the user may see it: in the store's own words, without secrets, and with what to do about it.

use crate::sink::error::SinkError;
use opendal::{Error, ErrorKind};

/// A store's error about a path as the user knows it.
pub fn failed(path: &str, e: &Error) -> SinkError {
    let reason = reason(e);
    let advice = advice(e, &reason);
    let temporary = advice.is_none() && is_temporary(e, &reason);
    let advice = if temporary { Some("try again when it answers") } else { advice };
    let reason = advice.map_or_else(|| reason.clone(), |advice| format!("{reason}; {advice}"));
    SinkError::Store { path: path.to_owned(), reason, temporary }
}

/// What the store or the network said. Neither URLs with queries nor headers are in it: they can hold signatures.
pub fn reason(e: &Error) -> String {
    let mut reason = match (e.message(), status(e)) {
        // An answer to HEAD has no text.
        ("", Some(status)) => format!("HTTP {status}"),
        (message, status) => match (plain(message), e.kind(), status) {
            (Some(plain), _, Some(status)) => format!("HTTP {status}, {plain}"),
            (Some(plain), ..) => plain,
            (None, ErrorKind::Unexpected, _) => message.to_owned(),
            (None, kind, _) => format!("{kind}: {message}"),
        },
    };
    let mut cause = std::error::Error::source(e);
    while let Some(c) = cause {
        cause = c.source();
        // The last cause says most: connection refused, permission denied.
        let text = c.to_string();
        if cause.is_none() && !reason.contains(&text) {
            reason = format!("{reason}: {text}");
        }
    }
    without_queries(&reason.replace('\n', " "))
}

/// What the user can do about it.
fn advice(e: &Error, reason: &str) -> Option<&'static str> {
    let status = status(e);
    let any = |words: &[&str]| words.iter().any(|w| reason.contains(w));
    if any(&["NoSuchBucket", "ContainerNotFound", "The specified bucket does not exist"]) {
        return Some("make it first, or correct its name");
    }
    if any(&["RequestTimeTooSkewed"]) {
        return Some("set the clock of this machine");
    }
    if e.kind() == ErrorKind::PermissionDenied || matches!(status, Some(401 | 403)) {
        return Some("check the credentials, and whether they may list, write and delete there (docs/destinations.md)");
    }
    None
}

/// Whether the same request may succeed later.
fn is_temporary(e: &Error, reason: &str) -> bool {
    e.kind() == ErrorKind::RateLimited
        || matches!(status(e), Some(408 | 429 | 500..))
        || ["send http request", "timeout", "no answer", "ssh error", "the connection failed"]
            .iter()
            .any(|words| reason.contains(words))
}

/// Code and message of an answer that the client library has read and shows as its own structure.
fn plain(message: &str) -> Option<String> {
    let field = |name: &str| {
        let (_, rest) = message.split_once(&format!("{name}: \""))?;
        rest.split_once('"').map(|(value, _)| value).filter(|v| !v.is_empty())
    };
    let code = field("code")?;
    Some(field("message").map_or_else(|| code.to_owned(), |text| format!("{code}: {text}")))
}

/// The status of the answer that the client library keeps among an error's context, of which the rest may hold secrets.
fn status(e: &Error) -> Option<u16> {
    let text = format!("{e:?}");
    text.split_once("status: ")?.1.get(..3)?.parse().ok()
}

fn without_queries(text: &str) -> String {
    text.split(' ')
        .map(|word| if word.contains("://") { word.split('?').next().unwrap_or(word) } else { word })
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_not_shown() {
        let said = "error sending request (https://h/c?sv=1&sig=SECRET) to x?y";
        assert_eq!(without_queries(said), "error sending request (https://h/c to x?y");
    }

    #[test]
    fn a_store_is_quoted_in_its_own_words_with_what_to_do() {
        for (kind, message, said) in [
            (
                ErrorKind::ConfigInvalid,
                "S3Error { code: \"NoSuchBucket\", message: \"It is not there\", resource: \"\", request_id: \"\" }",
                "p: NoSuchBucket: It is not there; make it first, or correct its name",
            ),
            (ErrorKind::NotFound, "gone", "p: NotFound: gone"),
            (
                ErrorKind::PermissionDenied,
                "no",
                "p: PermissionDenied: no; check the credentials, and whether they may list, write and delete there (docs/destinations.md)",
            ),
            (ErrorKind::Unexpected, "send http request", "p: send http request; try again when it answers"),
        ] {
            assert_eq!(failed("p", &Error::new(kind, message)).to_string(), said);
        }
    }
}
