//! URLs that carry their own permission: whoever has one can fetch the file until it expires.

use std::borrow::Cow;
use url::Url;

/// Query parameters, in lower case, that grant access: signatures and tokens of object stores and of their front ends.
const SECRET: [&str; 17] = [
    "x-amz-signature",
    "x-amz-credential",
    "x-amz-security-token",
    "x-goog-signature",
    "x-goog-credential",
    "x-oss-signature",
    "x-obs-signature",
    "x-cos-security-token",
    "q-signature",
    "signature",
    "awsaccesskeyid",
    "googleaccessid",
    "ossaccesskeyid",
    "key-pair-id",
    "sig",
    "token",
    "access_token",
];

/// Whether the query of a URL, absolute or relative, holds a signature or a token.
pub fn is_presigned(url: &str) -> bool {
    let query = url.split('#').next().and_then(|u| u.split_once('?')).map_or("", |(_, query)| query);
    // The pairs of the query, decoded; the address before it plays no part.
    let pairs = Url::parse(&format!("http://x/?{query}"));
    pairs.is_ok_and(|u| u.query_pairs().any(|(key, _)| SECRET.contains(&key.to_ascii_lowercase().as_str())))
}

/// The URL without query and fragment.
pub fn without_query(url: &str) -> &str {
    &url[..url.find(['?', '#']).unwrap_or(url.len())]
}

/// JSON, its strings that are such URLs without their query; and how many there were. `json` must be valid.
pub fn without_secrets(json: &str) -> (Cow<'_, str>, u64) {
    // A signature stands in a query, and a text may have its question mark escaped.
    if !json.contains(['?', '\\']) {
        return (json.into(), 0);
    }
    let (mut out, mut stripped, mut kept, mut at) = (String::new(), 0, 0, 0);
    while let Some(begin) = json[at..].find('"').map(|found| at + found) {
        let mut escaped = false;
        let closes = |c: char| {
            let closes = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            closes
        };
        let Some(length) = json[begin + 1..].find(closes) else { break };
        at = begin + length + 2;
        let url = serde_json::from_str::<String>(&json[begin..at]).unwrap_or_default();
        if is_presigned(&url) {
            out.push_str(&json[kept..begin]);
            out.push_str(&serde_json::Value::from(without_query(&url)).to_string());
            (kept, stripped) = (at, stripped + 1);
        }
    }
    if stripped == 0 {
        return (json.into(), 0);
    }
    out.push_str(&json[kept..]);
    (out.into(), stripped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_loses_its_secrets_and_nothing_else() {
        for (json, without, stripped) in [
            (r#""https://x/a?sig=1""#, r#""https://x/a""#, 1),
            (
                r#"{"u":"https:\/\/x\/a?sig=1\u0026b=\"","v":[1.10,"\\","/a?token=\"x"]}"#,
                r#"{"u":"https://x/a","v":[1.10,"\\","/a"]}"#,
                2,
            ),
            (r#"{"a":"b?c=d","한":null}"#, r#"{"a":"b?c=d","한":null}"#, 0),
            ("12", "12", 0),
        ] {
            assert_eq!(without_secrets(json), (without.into(), stripped), "{json}");
        }
    }

    #[test]
    fn signatures_of_the_usual_stores_are_known() {
        for url in [
            "https://b.s3.amazonaws.com/a.jpg?X-Amz-Algorithm=AWS4&X-Amz-Signature=00",
            "https://storage.googleapis.com/b/a.jpg?GoogleAccessId=x&Expires=1&Signature=y",
            "https://a.blob.core.windows.net/c/a.jpg?sv=2024&sig=abc",
            "/files/a.jpg?token=abc",
            "https://x/a.jpg?%58-amz-signature=1#frag",
        ] {
            assert!(is_presigned(url), "{url}");
        }
        for url in ["https://x/a.jpg", "https://x/a.jpg?version=2", "https://x/a.jpg#?sig=1", "/a/b.jpg?size=signature"]
        {
            assert!(!is_presigned(url), "{url}");
        }
        assert_eq!(without_query("https://x/a.jpg?sig=1#y"), "https://x/a.jpg");
    }
}
