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

use crate::stream::json::{Raw, Str};
use serde::Deserialize;

/// A file line, borrowed from its bytes.
#[derive(Debug, Deserialize)]
pub struct FileLine<'a> {
    /// Relative path, `/`-separated; checked by [`crate::path::RelPath`] before use.
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
    /// How a new URL can be had when this one has expired: `{target, id, file}`.
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
    /// A text saying what is wrong when there is none or more than one.
    pub fn content(&self) -> Result<Content<'_>, String> {
        let all = [
            self.text.as_deref().map(Content::Text),
            self.base64.as_deref().map(Content::Base64),
            self.url.as_deref().map(Content::Url),
            self.file.as_deref().map(Content::File),
        ];
        let mut given = all.into_iter().flatten();
        match (given.next(), given.next()) {
            (Some(one), None) => Ok(one),
            _ => Err("a file line needs exactly one of text, base64, url, file".to_owned()),
        }
    }
}

/// Appends `text` to `out` as the inside of a JSON string (without the quotes). Non-ASCII stays as it is.
pub fn push_escaped(out: &mut Vec<u8>, text: &str) {
    push_escaped_bytes(out, text.as_bytes());
}

/// Bytes looked at together when text is escaped.
const BLOCK: usize = 32;

/// As [`push_escaped`], for UTF-8 that is at hand as bytes.
pub fn push_escaped_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    // Blocks without a special byte are copied in one go.
    let mut plain = 0;
    for (i, block) in blocks.iter().enumerate() {
        if block.iter().fold(false, |any, &b| any | (b < 0x20) | (b == b'"') | (b == b'\\')) {
            out.extend_from_slice(&bytes[plain..i * BLOCK]);
            push_escaped_block(out, block);
            plain = (i + 1) * BLOCK;
        }
    }
    let end = bytes.len() - rest.len();
    out.extend_from_slice(&bytes[plain..end]);
    push_escaped_block(out, rest);
}

/// Escapes up to [`BLOCK`] bytes, eight at a time: special bytes are frequent and irregular in JSON inside JSON.
fn push_escaped_block(out: &mut Vec<u8>, block: &[u8]) {
    let mut escaped = [0; 6 * BLOCK + 8];
    let mut n = 0;
    let (words, rest) = block.as_chunks::<8>();
    for eight in words {
        let word = u64::from_le_bytes(*eight);
        let mut special = special_bytes(word);
        escaped[n..n + 8].copy_from_slice(eight);
        let mut done = 0;
        while special != 0 {
            let at = special.trailing_zeros() / 8;
            n += (at - done) as usize;
            n += put_escape(&mut escaped[n..], eight[at as usize]);
            done = at + 1;
            // What follows moves behind the escape.
            let behind = word.checked_shr(8 * done).unwrap_or_default();
            escaped[n..n + 8].copy_from_slice(&behind.to_le_bytes());
            special &= special - 1;
        }
        n += (8 - done) as usize;
    }
    for &b in rest {
        if ESCAPES[usize::from(b)] == 0 {
            escaped[n] = b;
            n += 1;
        } else {
            n += put_escape(&mut escaped[n..], b);
        }
    }
    out.extend_from_slice(&escaped[..n]);
}

/// The top bit of every byte of the word that needs an escape.
fn special_bytes(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const LOW: u64 = ONES * 0x7f;
    // The top bit of every byte that is zero, without carries between bytes.
    let zero = |word: u64| !(((word & LOW) + LOW) | word | LOW);
    zero(word & (ONES * 0xe0)) | zero(word ^ (ONES * u64::from(b'"'))) | zero(word ^ (ONES * u64::from(b'\\')))
}

/// Writes the escape of a byte that needs one; its length.
fn put_escape(to: &mut [u8], b: u8) -> usize {
    let letter = ESCAPES[usize::from(b)];
    to[..2].copy_from_slice(&[b'\\', letter]);
    if letter != b'u' {
        return 2;
    }
    to[2..6].copy_from_slice(&[b'0', b'0', HEX[usize::from(b >> 4)], HEX[usize::from(b & 15)]]);
    6
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
            serde_json::from_str::<FileLine<'_>>(s).map_err(|e| e.to_string()).and_then(|l| l.content().map(drop))
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
