//! YAML as Ultralytics reads it: what is not UTF-8 is left out, the last of equal keys counts, and when PyYAML refuses a text, it is tried
//! again without the characters that YAML does not allow.

use serde_json::Value;
use serde_saphyr::{DuplicateKeyPolicy, NonFiniteFloatPolicy};

/// The text of a file, and whether bytes of it are no text and were left out.
pub fn decode(bytes: &[u8]) -> (String, bool) {
    let mut text = String::with_capacity(bytes.len());
    let mut lost = false;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        lost |= !chunk.invalid().is_empty();
    }
    (text, lost)
}

/// The value of a text.
///
/// # Errors
/// What is wrong with it, one line.
pub fn parse(text: &str) -> Result<Value, String> {
    let options = || {
        serde_saphyr::options! {
            duplicate_keys: DuplicateKeyPolicy::LastWins,
            non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        }
    };
    let first = serde_saphyr::from_str_with_options::<Value>(text, options());
    let parsed = first.or_else(|e| {
        let allowed: String = text.chars().filter(|c| is_printable(*c)).collect();
        if allowed.len() == text.len() { Err(e) } else { serde_saphyr::from_str_with_options(&allowed, options()) }
    });
    parsed.map_err(|e| e.to_string().lines().next().unwrap_or_default().trim_end_matches(':').to_owned())
}

fn is_printable(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::{decode, parse};
    use serde_json::json;

    #[test]
    fn what_the_reader_reads_is_read() {
        let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain("nc: 2\n".bytes().flat_map(|b| [b, 0])).collect();
        for (bytes, expected, lost) in [
            (&b"nc: 2\nnc: 3\n"[..], json!({"nc": 3}), false),
            (b"names: [caf\xe9]\n", json!({"names": ["caf"]}), true),
            (b"names: [.nan]\n", json!({"names": [".nan"]}), false),
            (&utf16, json!({"nc": 2}), true),
        ] {
            let (text, is_lost) = decode(bytes);
            assert_eq!((parse(&text), is_lost), (Ok(expected), lost), "{text:?}");
        }
        assert!(parse("a: [\n").is_err());
    }
}
