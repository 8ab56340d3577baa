//! What a user can do about a store's first "no": which variable is wrong, which right is missing, how far the clock is off.

use crate::tr;
use crate::words::Message;
use jiff::Timestamp;
use std::fmt::Write;

/// A clock that is further off is worth a word, seconds: stores allow five to fifteen minutes.
const SKEW: i64 = 240;

/// What is known of a request that failed. No field holds a secret.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts<'a> {
    /// The destination's scheme, `s3`; empty for a storage of the platform.
    pub scheme: &'a str,
    /// Code of the store's error, `AccessDenied`.
    pub code: &'a str,
    /// What store or network said, as it is shown.
    pub reason: &'a str,
    /// HTTP status.
    pub status: Option<u16>,
    /// The client library's name of the request, or its own of what it was doing.
    pub operation: &'a str,
    /// Region of the bucket, as the store says.
    pub region: Option<&'a str>,
    /// The store's clock.
    pub date: Option<Timestamp>,
    /// Ours.
    pub now: Timestamp,
    /// Whether the request was refused for lack of a right, as the client library sees it.
    pub denied: bool,
    /// The variable that names credentials, if one is set.
    pub named: Option<&'a str>,
}

/// What to do, if anything is known to help.
pub fn of(facts: &Facts<'_>) -> Option<Message> {
    let says = |words: &[&str]| words.iter().any(|w| facts.reason.contains(w));
    if let Some(region) = region(facts) {
        return Some(match facts.scheme {
            "s3" => tr!("cure-region-s3", region),
            _ => tr!("cure-region", region),
        });
    }
    if facts.code == "PermanentRedirect" || matches!(facts.status, Some(301 | 307)) && facts.scheme == "s3" {
        return Some(tr!("cure-other-region"));
    }
    if let Some(clock) = clock(facts) {
        return Some(clock);
    }
    if says(&["NoSuchBucket", "ContainerNotFound", "The specified bucket does not exist"]) {
        return Some(tr!("cure-make-bucket"));
    }
    if let Some(known) = by_code(facts) {
        return Some(known);
    }
    let network = network(facts);
    if network.is_some() {
        return network;
    }
    let full =
        ["Insufficient Storage", "nsufficient storage", "HTTP 507", "QuotaExceeded", "uota exceeded", "No space left"];
    if facts.status == Some(507) || says(&full) {
        return Some(tr!("cure-full"));
    }
    if facts.denied || matches!(facts.status, Some(401 | 403)) {
        return Some(denied(facts));
    }
    None
}

/// The region that the bucket is in, when the store says that the request went to another.
fn region<'a>(facts: &Facts<'a>) -> Option<&'a str> {
    let wrong = matches!(facts.status, Some(301 | 307 | 400))
        || ["PermanentRedirect", "AuthorizationHeaderMalformed", "TemporaryRedirect"].contains(&facts.code);
    // Other servers say it in words: `the region 'a' is wrong; expecting 'b'`.
    let expected = || facts.reason.split_once("expecting '").and_then(|(_, rest)| rest.split('\'').next());
    let named = facts.region.or_else(expected)?;
    let is_region = !named.is_empty() && named.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    // Every 400 of a store that is proud of its region has that header: a code that means something else goes first.
    let other = ![
        "",
        "PermanentRedirect",
        "TemporaryRedirect",
        "AuthorizationHeaderMalformed",
        "IllegalLocationConstraintException",
    ]
    .contains(&facts.code);
    (wrong && is_region && !other).then_some(named)
}

/// What is wrong with this machine's clock.
fn clock(facts: &Facts<'_>) -> Option<Message> {
    let named = ["RequestTimeTooSkewed", "RequestExpired"].contains(&facts.code);
    // Some stores give no reason at all but the signature.
    let suspect = named || matches!(facts.status, Some(400 | 401 | 403));
    let off = facts.date.map(|theirs| facts.now.as_second() - theirs.as_second());
    match off.filter(|off| suspect && off.abs() > SKEW) {
        Some(off) => {
            let time = duration(off.unsigned_abs());
            Some(if off > 0 { tr!("cure-clock-ahead", time) } else { tr!("cure-clock-behind", time) })
        }
        None => named.then(|| tr!("cure-clock-differs")),
    }
}

fn duration(seconds: u64) -> String {
    let mut text = String::new();
    for (n, unit) in [(seconds / 86_400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "min")] {
        if n > 0 {
            let _ = write!(text, "{}{n} {unit}", if text.is_empty() { "" } else { " " });
        }
    }
    text
}

fn by_code(facts: &Facts<'_>) -> Option<Message> {
    let s3 = facts.scheme == "s3";
    let text = match facts.code {
        "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" if s3 => {
            tr!("cure-expired-s3")
        }
        "InvalidToken" if s3 => {
            tr!("cure-session-token")
        }
        "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" | "InvalidToken" => {
            tr!("cure-expired")
        }
        "SignatureDoesNotMatch" if s3 => tr!("cure-secret-s3"),
        "SignatureDoesNotMatch" => tr!("cure-secret"),
        "InvalidAccessKeyId" if s3 => tr!("cure-unknown-key"),
        "AuthenticationFailed" | "InvalidAuthenticationInfo" | "AuthorizationFailure"
            if facts.scheme == "az"
                && (facts.code != "AuthorizationFailure" || facts.reason.contains("authenticate")) =>
        {
            tr!("cure-azure-key")
        }
        "AccountIsDisabled" => tr!("cure-disabled"),
        "InvalidBucketName" => tr!("cure-bucket-name"),
        "SlowDown" => return None,
        _ => return None,
    };
    Some(text)
}

/// Which right is missing.
fn denied(facts: &Facts<'_>) -> Message {
    let operation = facts.operation.to_ascii_lowercase();
    let is = |words: &[&str]| words.iter().any(|w| operation.contains(w));
    match facts.scheme {
        "gs" if facts.status == Some(401) => return tr!("cure-gcloud"),
        "ftp" | "ftps" if facts.reason.contains("530") => return tr!("cure-ftp"),
        "webdav" | "webdavs" if facts.status == Some(401) => return tr!("cure-webdav"),
        _ => {}
    }
    let s3 = facts.scheme == "s3";
    if is(&["delete"]) {
        if s3 { tr!("cure-may-delete-s3") } else { tr!("cure-may-delete") }
    } else if is(&["list"]) {
        if s3 { tr!("cure-may-list-s3") } else { tr!("cure-may-list") }
    } else if is(&["put", "write", "upload", "create", "copy"]) {
        if s3 { tr!("cure-may-write-s3") } else { tr!("cure-may-write") }
    } else if is(&["get", "head", "read", "stat"]) {
        if s3 { tr!("cure-may-read-s3") } else { tr!("cure-may-read") }
    } else {
        tr!("cure-may-all")
    }
}

/// What is wrong on the way to the store.
fn network(facts: &Facts<'_>) -> Option<Message> {
    let says = |words: &[&str]| words.iter().any(|w| facts.reason.contains(w));
    let text = if says(&[
        "dns error",
        "failed to lookup address",
        "Name or service not known",
        "Could not resolve hostname",
    ]) {
        match facts.scheme {
            "s3" => {
                tr!("cure-name-s3")
            }
            "az" => tr!("cure-name-az"),
            "gs" => tr!("cure-name-gs"),
            _ => tr!("cure-name"),
        }
    } else if says(&["Host key verification failed", "REMOTE HOST IDENTIFICATION HAS CHANGED"]) {
        tr!("cure-ssh-key")
    } else if says(&["Permission denied (", "Too many authentication failures"]) {
        tr!("cure-ssh-login")
    } else if says(&[
        "no valid credential",
        "failed to load signing credential",
        "no credential",
        "credential is empty",
        "signing credential",
    ]) {
        if let Some(variable) = facts.named {
            return Some(tr!("cure-variable", variable));
        }
        match facts.scheme {
            "s3" => tr!("cure-no-keys"),
            "gs" => {
                tr!("cure-none-gs")
            }
            "az" => {
                tr!("cure-none-az")
            }
            _ => tr!("cure-none"),
        }
    } else {
        return None;
    };
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cause_has_its_own_advice() {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let at = |text: &str| Some(text.parse::<Timestamp>().unwrap());
        let s3 = Facts { scheme: "s3", now, ..Facts::default() };
        for (facts, said) in [
            (Facts { status: Some(301), region: Some("eu-west-1"), ..s3 }, "set AWS_REGION=eu-west-1"),
            (
                Facts { status: Some(307), region: Some("eu-west-1"), code: "TemporaryRedirect", ..s3 },
                "AWS_REGION=eu-west-1",
            ),
            (Facts { status: Some(400), region: Some("ap-northeast-2"), ..s3 }, "set AWS_REGION=ap-northeast-2"),
            (
                Facts {
                    status: Some(400),
                    code: "AuthorizationHeaderMalformed",
                    reason: "the region 'a' is wrong; expecting 'b-1'",
                    ..s3
                },
                "set AWS_REGION=b-1",
            ),
            (Facts { status: Some(301), ..s3 }, "in another region"),
            (Facts { status: Some(400), code: "ExpiredToken", region: Some("x"), ..s3 }, "credentials have expired"),
            (Facts { status: Some(400), code: "InvalidToken", ..s3 }, "AWS_SESSION_TOKEN does not belong"),
            (
                Facts { status: Some(403), code: "RequestTimeTooSkewed", date: at("2026-03-01T10:55:00Z"), ..s3 },
                "is 1 h 5 min ahead of the store's",
            ),
            (
                Facts { status: Some(403), code: "SignatureDoesNotMatch", date: at("2026-03-03T12:20:00Z"), ..s3 },
                "is 2 d 20 min behind the store's",
            ),
            (Facts { status: Some(403), code: "RequestTimeTooSkewed", ..s3 }, "differ: set it"),
            (
                Facts { status: Some(403), code: "SignatureDoesNotMatch", date: at("2026-03-01T12:00:09Z"), ..s3 },
                "AWS_SECRET_ACCESS_KEY",
            ),
            (Facts { status: Some(403), code: "InvalidAccessKeyId", ..s3 }, "AWS_ACCESS_KEY_ID"),
            (Facts { status: Some(404), reason: "NoSuchBucket: no", ..s3 }, "make it first"),
            (
                Facts { status: Some(403), code: "AccessDenied", operation: "PutObject", ..s3 },
                "may write there (s3:PutObject)",
            ),
            (
                Facts { status: Some(403), code: "AccessDenied", operation: "DeleteObjects", ..s3 },
                "may delete there (s3:DeleteObject)",
            ),
            (
                Facts { status: Some(403), code: "AccessDenied", operation: "ListObjectsV2", ..s3 },
                "may list there (s3:ListBucket)",
            ),
            (
                Facts { status: Some(403), code: "AccessDenied", operation: "GetObject", ..s3 },
                "may read there (s3:GetObject",
            ),
            (Facts { reason: "dns error: failed to lookup address information", ..s3 }, "AWS_ENDPOINT_URL_S3"),
            (Facts { reason: "no valid credential found", ..s3 }, "AWS_PROFILE"),
            (
                Facts { reason: "failed to load signing credential", named: Some("AWS_PROFILE"), ..s3 },
                "what AWS_PROFILE names",
            ),
            (Facts { scheme: "gs", status: Some(401), denied: true, ..s3 }, "GOOGLE_APPLICATION_CREDENTIALS"),
            (Facts { scheme: "gs", status: Some(403), operation: "list", denied: true, ..s3 }, "may list there"),
            (Facts { scheme: "az", status: Some(403), code: "AuthenticationFailed", ..s3 }, "AZURE_STORAGE_KEY"),
            (Facts { scheme: "az", status: Some(404), reason: "ContainerNotFound", ..s3 }, "make it first"),
            (
                Facts { scheme: "ftp", reason: "the server says 530 Login incorrect.", denied: true, ..s3 },
                "FTP_USERNAME",
            ),
            (Facts { scheme: "ftp", reason: "the server says 552 Quota exceeded", ..s3 }, "quota"),
            (Facts { scheme: "webdavs", status: Some(401), ..s3 }, "WEBDAV_USERNAME"),
            (Facts { scheme: "webdav", status: Some(507), ..s3 }, "full"),
            (Facts { scheme: "sftp", reason: "ssh error: Host key verification failed.", ..s3 }, "known_hosts"),
            (Facts { scheme: "sftp", reason: "me@h: Permission denied (publickey).", ..s3 }, "without a password"),
            (
                Facts { scheme: "sftp", reason: "Could not resolve hostname h: Name or service not known", ..s3 },
                "not known",
            ),
        ] {
            let advice = of(&facts).unwrap_or_default().english().to_owned();
            assert!(advice.contains(said), "{facts:?}: {advice:?}");
        }
        for facts in [
            Facts { status: Some(503), code: "SlowDown", date: at("2020-01-01T00:00:00Z"), ..s3 },
            Facts { status: Some(404), reason: "gone", region: Some("eu-west-1"), ..s3 },
            Facts { status: Some(500), ..s3 },
        ] {
            assert_eq!(of(&facts), None, "{facts:?}");
        }
    }
}
