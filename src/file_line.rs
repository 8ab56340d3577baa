//! File lines: what `syn-convert` hands to `syn-sink`, one output file or a part of one per line.
//!
//! ```json
//! {"path":"labels/train/0001.txt","text":"0 0.5 0.5 0.2 0.1\n","item":17}
//! {"path":"images/train/0001.jpg","url":"https://…","bytes":48213,"sha256":"…","item":17}
//! {"path":"SegmentationClass/0001.png","base64":"iVBORw0…","item":17}
//! {"path":"annotations/instances_train.json","text":"{\"info\":…","more":true}
//! ```
//! Exactly one of `text`, `base64`, `url`, `file`. `more: true`: further lines of the same path follow, possibly with other
//! paths in between. Unknown keys are ignored.
//!
//! A URL that expires comes with `"refresh":{"target":"assignment","id":17,"file":"image_1"}`: the row, and which of its files, to ask
//! the backend for a new one.

pub use crate::path::RelPath;
use crate::stream::json::{Raw, Str};
use crate::tr;
use crate::words::Message;
use serde::Deserialize;

/// A file line, borrowed from its bytes.
#[derive(Debug, Deserialize)]
pub struct FileLine<'a> {
    /// Relative path, `/`-separated; checked by [`RelPath`] before use.
    #[serde(borrow)]
    pub path: Str<'a>,
    /// Content as text.
    #[serde(borrow, default)]
    pub text: Option<Str<'a>>,
    /// Content in base64 (standard alphabet, padded).
    #[serde(borrow, default)]
    pub base64: Option<Str<'a>>,
    /// Where to download the content from.
    #[serde(borrow, default)]
    pub url: Option<Str<'a>>,
    /// A local file to copy; only with `--allow-file-refs`.
    #[serde(borrow, default)]
    pub file: Option<Str<'a>>,
    /// More lines of this path follow.
    #[serde(default)]
    pub more: bool,
    /// Size of the whole file in bytes, verified.
    #[serde(default)]
    pub bytes: Option<u64>,
    /// SHA-256 of the whole file, 64 hexadecimal digits, verified.
    #[serde(borrow, default)]
    pub sha256: Option<Str<'a>>,
    /// Id of the row this file came from.
    #[serde(borrow, default)]
    pub item: Option<Raw<'a>>,
    /// Which row, and which of its files, to ask the backend for a new URL when this one has expired: `{target, id, file}`.
    #[serde(borrow, default)]
    pub refresh: Option<Raw<'a>>,
}

/// The content of a file line.
#[derive(Debug)]
pub enum Content<'a> {
    /// Text, written as it is.
    Text(&'a str),
    /// Base64 text to decode.
    Base64(&'a str),
    /// A URL to download.
    Url(&'a str),
    /// A local path to copy.
    File(&'a str),
}

impl FileLine<'_> {
    /// The one content of the line.
    ///
    /// # Errors
    /// A text when the line has no content, or more than one.
    pub fn content(&self) -> Result<Content<'_>, Message> {
        let all = [
            self.text.as_deref().map(Content::Text),
            self.base64.as_deref().map(Content::Base64),
            self.url.as_deref().map(Content::Url),
            self.file.as_deref().map(Content::File),
        ];
        let mut given = all.into_iter().flatten();
        match (given.next(), given.next()) {
            (Some(one), None) => Ok(one),
            _ => Err(tr!("line-one-content")),
        }
    }
}

/// Appends `text` to `out` as the inside of a JSON string (without the quotes). Non-ASCII stays as it is.
pub fn push_escaped(out: &mut Vec<u8>, text: &str) {
    push_escaped_bytes(out, text.as_bytes());
}

/// Bytes escaped together; twice as many have room where a `u8` can point.
const BLOCK: usize = 120;

/// As [`push_escaped`], for UTF-8 that is at hand as bytes.
pub fn push_escaped_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    // Blocks without a special byte are copied in one go.
    let mut plain = 0;
    for (i, block) in blocks.iter().enumerate() {
        let count = block.iter().fold((0, 0), |(quotes, controls), &b| {
            (quotes + u8::from((b == b'"') | (b == b'\\')), controls | u8::from(b < 0x20))
        });
        if count == (0, 0) {
            continue;
        }
        out.extend_from_slice(&bytes[plain..i * BLOCK]);
        if count.1 == 0 {
            push_quoted(out, block)
        } else {
            push_each(out, block)
        }
        plain = (i + 1) * BLOCK;
    }
    let end = bytes.len() - rest.len();
    out.extend_from_slice(&bytes[plain..end]);
    push_each(out, rest);
}

/// Escapes a block with quotes and backslashes, which are frequent and irregular in JSON inside JSON, but without control
/// characters.
fn push_quoted(out: &mut Vec<u8>, block: &[u8; BLOCK]) {
    // Wherever a `u8` points, a backslash and eight bytes have room.
    let mut escaped = [0; 256 + 9];
    let mut n = 0u8;
    for eight in block.as_chunks::<8>().0 {
        let word = u64::from_le_bytes(*eight);
        put(&mut escaped, n, *eight);
        let mut special = special_bytes(word);
        while special != 0 {
            let at = special.trailing_zeros() & !7;
            let place = n + (at / 8) as u8;
            escaped[usize::from(place)] = b'\\';
            // The byte and what follows move behind it.
            put(&mut escaped[1..], place, (word >> at).to_le_bytes());
            n += 1;
            special &= special - 1;
        }
        n += 8;
    }
    out.extend_from_slice(&escaped[..usize::from(n)]);
}

#[inline(always)]
fn put(to: &mut [u8], at: u8, eight: [u8; 8]) {
    if let Some(place) = to[usize::from(at)..].first_chunk_mut() {
        *place = eight;
    }
}

/// The top bit of every byte of the word that is a quote or a backslash.
fn special_bytes(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const LOW: u64 = ONES * 0x7f;
    // The top bit of every byte that is zero, without carries between bytes.
    let zero = |word: u64| !(((word & LOW) + LOW) | word | LOW);
    zero(word ^ (ONES * u64::from(b'"'))) | zero(word ^ (ONES * u64::from(b'\\')))
}

/// Escapes whatever there is, with plain bytes in between copied in one go.
fn push_each(out: &mut Vec<u8>, mut bytes: &[u8]) {
    while let Some(at) = bytes.iter().position(|b| ESCAPES[usize::from(*b)] != 0) {
        out.extend_from_slice(&bytes[..at]);
        let b = bytes[at];
        out.extend_from_slice(&[b'\\', ESCAPES[usize::from(b)]]);
        if ESCAPES[usize::from(b)] == b'u' {
            out.extend_from_slice(&[b'0', b'0', HEX[usize::from(b >> 4)], HEX[usize::from(b & 15)]]);
        }
        bytes = &bytes[at + 1..];
    }
    out.extend_from_slice(bytes);
}

/// What follows the backslash of each byte that needs one; 0 for the others.
const ESCAPES: [u8; 256] = {
    let mut table = [0; 256];
    let mut b = 0;
    while b < 0x20 {
        table[b] = b'u';
        b += 1;
    }
    table[b'\n' as usize] = b'n';
    table[b'\r' as usize] = b'r';
    table[b'\t' as usize] = b't';
    table[b'"' as usize] = b'"';
    table[b'\\' as usize] = b'\\';
    table
};

const HEX: &[u8; 16] = b"0123456789abcdef";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_content() {
        let content = |s: &'static str| {
            serde_json::from_str::<FileLine<'_>>(s)
                .map_err(|e| e.to_string())
                .and_then(|l| Ok(l.content().map(drop)?))
        };
        assert!(content(r#"{"path":"a","text":""}"#).is_ok());
        assert!(content(r#"{"path":"a"}"#).is_err());
        assert!(content(r#"{"path":"a","text":"","url":"http://x"}"#).is_err());
    }

    #[test]
    fn escaping_reads_back() {
        let special = "a\"b\\c\n\r\t\u{1}\u{1f} 자동차\u{2028}";
        let controls = "\0\u{10}".repeat(BLOCK);
        let long = format!("{}{special}{}", "plain text ".repeat(9), "\"k\":1,".repeat(20));
        for text in ["", special, &controls, &long] {
            let mut out = b"\"".to_vec();
            push_escaped(&mut out, text);
            out.push(b'"');
            assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
        }
    }
}
