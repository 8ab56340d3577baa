//! The error of a store as the user may see it: in the store's own words, without secrets, and with what to do about it.

use super::cure;
use super::cure::Facts;
use super::environment::env;
use crate::net::fault;
use crate::net::fault::Fault;
use crate::sink::error::SinkError;
use crate::tr;
use crate::words::Message;
use opendal::{Error, ErrorKind};
use url::Url;

/// A store's error about a path as the user knows it.
pub fn failed(path: &str, e: &Error) -> SinkError {
    if let Some(fault) = fault_of(e) {
        return SinkError::Network { path: path.to_owned(), fault };
    }
    let reason = reason(e);
    let advice = advice(path, e, &reason);
    let temporary = advice.is_none() && is_temporary(e, &reason);
    let advice = if temporary { Some(tr!("cure-later")) } else { advice };
    let reason = Message::from(&reason);
    let reason = advice.map_or_else(|| reason.clone(), |advice| reason.clone().then("; ", advice));
    SinkError::Store { path: path.to_owned(), reason, temporary }
}

/// The proxy or the certificate, if one of them is to blame.
pub fn fault_of(e: &Error) -> Option<Fault> {
    let url = context(e, "url: ").and_then(|url| Url::parse(&url).ok());
    let connecting = std::error::Error::source(e).and_then(|c| c.downcast_ref::<reqwest::Error>());
    let found = match (&url, connecting) {
        (Some(url), Some(cause)) => fault::of(e, url, cause.is_connect()),
        _ => fault::certificate(e).map(Fault::Certificate),
    };
    // The library of FTP hands on no more than the words.
    found.or_else(|| fault::certificate_in(e.message().strip_prefix("TLS failed: ")?).map(Fault::Certificate))
}

/// Whether the store does not know conditional writes: it says so, or refuses the request without a cause that has another cure.
pub fn lacks_conditions(e: &Error) -> bool {
    let code = code(e.message()).unwrap_or_default();
    let other_cause = [
        "AuthorizationHeaderMalformed",
        "ExpiredToken",
        "InvalidToken",
        "TokenRefreshRequired",
        "InvalidBucketName",
        "EntityTooLarge",
        "RequestTimeout",
        "IllegalLocationConstraintException",
    ];
    match status(e) {
        Some(501 | 405) => true,
        Some(400) => !other_cause.contains(&code) && context(e, "\"x-amz-bucket-region\": \"").is_none(),
        _ => e.kind() == ErrorKind::Unsupported,
    }
}

/// Whether the store refused for lack of a right.
pub fn is_denied(e: &Error) -> bool {
    e.kind() == ErrorKind::PermissionDenied || matches!(status(e), Some(401 | 403))
}

/// Whether an answer says no more than its status, as every answer to HEAD does.
pub fn is_bare_refusal(e: &Error) -> bool {
    e.message().is_empty() && matches!(status(e), Some(300..=403))
}

/// What the store or the network said. Neither URLs with queries nor headers are in it: they can hold signatures.
pub fn reason(e: &Error) -> String {
    if let Some(fault) = fault_of(e) {
        return fault.to_string();
    }
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
fn advice(path: &str, e: &Error, reason: &str) -> Option<Message> {
    let region = context(e, "\"x-amz-bucket-region\": \"");
    let date = context(e, "\"date\": \"").and_then(|text| jiff::fmt::rfc2822::parse(&text).ok());
    let operation = context(e, "service_operation: ").unwrap_or_else(|| {
        let text = format!("{e}");
        text.split_once(") at ")
            .map(|(_, rest)| rest.split([',', ' ']).next().unwrap_or_default().to_owned())
            .unwrap_or_default()
    });
    let scheme = path.split_once("://").map_or("", |(scheme, _)| scheme);
    cure::of(&Facts {
        scheme,
        named: named(scheme),
        code: code(e.message()).unwrap_or_default(),
        reason,
        status: status(e),
        operation: &operation,
        region: region.as_deref(),
        date: date.map(|date| date.timestamp()),
        now: jiff::Timestamp::now(),
        denied: is_denied(e),
    })
}

/// The variable that names credentials of a scheme, of those that are set the first.
fn named(scheme: &str) -> Option<&'static str> {
    let variables: &[&str] = match scheme {
        "s3" => &[
            "AWS_PROFILE",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
            "AWS_ROLE_ARN",
        ],
        "gs" => &["GOOGLE_APPLICATION_CREDENTIALS"],
        _ => &[],
    };
    variables.iter().copied().find(|name| env(name).is_some())
}

/// The code of an error that the client library has read.
fn code(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("code: \"")?;
    rest.split('"').next().filter(|code| !code.is_empty())
}

/// What follows a word among an error's context, up to the end of the text or line. Only what holds no secret is asked for.
fn context(e: &Error, word: &str) -> Option<String> {
    let text = format!("{e:?}");
    let (_, rest) = text.split_once(word)?;
    Some(rest.split(['"', '\n']).next().unwrap_or_default().trim().to_owned())
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
                "p: PermissionDenied: no; check the credentials, and whether they may list, read, write and delete there",
            ),
            (ErrorKind::Unexpected, "send http request", "p: send http request; try again when it answers"),
        ] {
            assert_eq!(failed("p", &Error::new(kind, message)).to_string(), said);
        }
    }
}
