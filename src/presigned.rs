//! URLs that carry their own permission: whoever has one can fetch the file until it expires.

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

#[cfg(test)]
mod tests {
    use super::*;

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
