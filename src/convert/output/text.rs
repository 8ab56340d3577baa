//! JSON written by hand, either as it is or ready to stand inside a JSON string (the `text` of a file line).
//!
//! Writing the escaped form at once saves a pass over the whole output.

use crate::file_line::{push_escaped, push_escaped_bytes};

/// How text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonText {
    /// As it is, instead of escaped.
    pub bare: bool,
}

/// A piece of JSON in both forms, made at compile time by `lit!`.
#[derive(Clone, Copy)]
pub struct Lit {
    /// As it is.
    pub plain: &'static [u8],
    /// Escaped.
    pub escaped: &'static [u8],
}

/// Length of a literal when quotes and backslashes are escaped.
pub const fn escaped_len(text: &str) -> usize {
    let (bytes, mut n, mut i) = (text.as_bytes(), 0, 0);
    while i < bytes.len() {
        n += if matches!(bytes[i], b'"' | b'\\' | b'\n') { 2 } else { 1 };
        i += 1;
    }
    n
}

/// A literal escaped.
pub const fn escape<const N: usize>(text: &str) -> [u8; N] {
    let (bytes, mut out, mut i, mut k) = (text.as_bytes(), [0; N], 0, 0);
    while i < bytes.len() {
        if matches!(bytes[i], b'"' | b'\\' | b'\n') {
            out[k] = b'\\';
            k += 1;
        }
        out[k] = if bytes[i] == b'\n' { b'n' } else { bytes[i] };
        i += 1;
        k += 1;
    }
    out
}

/// A [`Lit`] of a string literal.
macro_rules! lit {
    ($text:literal) => {{
        const N: usize = $crate::convert::output::text::escaped_len($text);
        const ESCAPED: [u8; N] = $crate::convert::output::text::escape($text);
        $crate::convert::output::text::Lit { plain: $text.as_bytes(), escaped: &ESCAPED }
    }};
}
pub(crate) use lit;

impl JsonText {
    /// Appends a literal.
    pub fn lit(self, out: &mut Vec<u8>, lit: Lit) {
        out.extend_from_slice(if self.bare { lit.plain } else { lit.escaped });
    }

    /// Appends a string value with its quotes.
    pub fn string(self, out: &mut Vec<u8>, text: &str) {
        self.lit(out, lit!("\""));
        self.inside(out, text);
        self.lit(out, lit!("\""));
    }

    /// Appends the inside of a string value.
    pub fn inside(self, out: &mut Vec<u8>, text: &str) {
        if self.bare {
            return push_escaped(out, text);
        }
        if text.bytes().all(|b| b >= 0x20 && b != b'"' && b != b'\\') {
            return out.extend_from_slice(text.as_bytes());
        }
        let mut once = Vec::with_capacity(text.len() + 8);
        push_escaped(&mut once, text);
        push_escaped_bytes(out, &once);
    }

    /// Appends text that is JSON (or anything else) already.
    pub fn raw(self, out: &mut Vec<u8>, json: &str) {
        if self.bare { out.extend_from_slice(json.as_bytes()) } else { push_escaped(out, json) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_form_reads_back_to_the_plain_one() {
        let write = |t: JsonText| {
            let mut out = Vec::new();
            t.lit(&mut out, lit!("{\"k\\\n\":"));
            t.string(&mut out, "a\"b\\c\n자");
            t.raw(&mut out, "[\"x\"]");
            String::from_utf8(out).unwrap()
        };
        let plain = write(JsonText { bare: true });
        let escaped: String = serde_json::from_str(&format!("\"{}\"", write(JsonText { bare: false }))).unwrap();
        assert_eq!(plain, escaped);
    }
}
