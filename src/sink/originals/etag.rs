//! The MD5 that an object store announces for a body: found only where it surely is one, compared when the body is complete.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use reqwest::header::HeaderMap;

/// An MD5 that was announced, and the hash of what has come.
#[derive(Clone, Debug)]
pub struct Announced {
    expected: [u8; 16],
    hash: Md5,
}

/// The body is another one than the server announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not what the server's MD5 announced")]
pub struct WrongMd5;

impl Announced {
    /// Looks at the headers of a whole body: `Content-MD5`, `x-goog-hash: md5=`, or an S3 `ETag`. An S3 ETag is the MD5 of the
    /// object unless it came in parts (then it holds a `-`) or is encrypted with a key of KMS or of the customer.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).map(str::trim);
        let google = headers.get_all("x-goog-hash").iter().filter_map(|v| v.to_str().ok());
        let google = google.flat_map(|v| v.split(',')).find_map(|v| v.trim().strip_prefix("md5="));
        let base64 = google.or_else(|| text("content-md5"));
        let plain_s3 = text("x-amz-request-id").is_some()
            && text("x-amz-server-side-encryption").is_none_or(|kind| kind == "AES256")
            && !headers.contains_key("x-amz-server-side-encryption-customer-algorithm");
        let expected = match base64 {
            Some(encoded) => STANDARD.decode(encoded).ok()?.try_into().ok()?,
            None if plain_s3 => from_hex(text("etag")?.strip_prefix('"')?.strip_suffix('"')?)?,
            None => return None,
        };
        Some(Self { expected, hash: Md5::new() })
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
    }

    /// Compares what was announced with the hash of what came.
    ///
    /// # Errors
    /// [`WrongMd5`].
    pub fn check(&self) -> Result<(), WrongMd5> {
        let seen: [u8; 16] = self.hash.clone().finalize().into();
        if seen == self.expected { Ok(()) } else { Err(WrongMd5) }
    }
}

fn from_hex(text: &str) -> Option<[u8; 16]> {
    let digits: Vec<u8> =
        text.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] * 16 + pair[1]).collect();
    (digits.len() == 32).then(|| bytes.try_into().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABC: &str = "\"900150983cd24fb0d6963f7d28e17f72\"";

    fn announced(headers: &[(&'static str, &str)]) -> Option<bool> {
        let headers = headers.iter().map(|(k, v)| (k.parse().unwrap(), v.parse().unwrap())).collect();
        let mut md5 = Announced::of(&headers)?;
        md5.update(b"a");
        md5.update(b"bc");
        Some(md5.check().is_ok())
    }

    #[test]
    fn only_what_surely_is_an_md5_counts() {
        let s3 = ("x-amz-request-id", "1");
        for (headers, verdict) in [
            (&[("etag", ABC), s3][..], Some(true)),
            (&[("etag", ABC), s3, ("x-amz-server-side-encryption", "AES256")], Some(true)),
            (&[("etag", "\"900150983cd24fb0d6963f7d28e17f73\""), s3], Some(false)),
            (&[("content-md5", "kAFQmDzST7DWlj99KOF/cg==")], Some(true)),
            (&[("x-goog-hash", "crc32c=AAAA,md5=kAFQmDzST7DWlj99KOF/cg==")], Some(true)),
            (&[("x-goog-hash", "crc32c=AAAA"), ("x-goog-hash", "md5=AAAQmDzST7DWlj99KOF/cg==")], Some(false)),
            (&[("etag", ABC)], None),
            (&[("etag", "\"900150983cd24fb0d6963f7d28e17f72-2\""), s3], None),
            (&[("etag", "W/\"x\""), s3], None),
            (&[("etag", ABC), s3, ("x-amz-server-side-encryption", "aws:kms")], None),
            (&[("etag", ABC), s3, ("x-amz-server-side-encryption-customer-algorithm", "AES256")], None),
            (&[("content-md5", "AAAA")], None),
            (&[], None),
        ] {
            assert_eq!(announced(headers), verdict, "{headers:?}");
        }
    }
}
