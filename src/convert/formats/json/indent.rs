//! JSON re-indented as text: every number, string and key stays as it is written, in its place.

/// Levels that are indented; deeper ones stay at this depth, so that hostile nesting does not square the output.
const MAX_INDENT: usize = 64;

/// The text with two spaces a level. `json` must be valid JSON.
pub fn indent(json: &str) -> String {
    let bytes = json.as_bytes();
    let mut out = String::with_capacity(json.len() * 2);
    let (mut depth, mut i) = (0usize, 0);
    while i < bytes.len() {
        let start = i;
        i += 1;
        match bytes[start] {
            b' ' | b'\t' | b'\n' | b'\r' => {}
            b'"' => {
                i = string_end(bytes, start);
                out.push_str(&json[start..i]);
            }
            open @ (b'{' | b'[') => {
                out.push(char::from(open));
                let rest = json[i..].trim_start_matches([' ', '\t', '\n', '\r']);
                if rest.starts_with(['}', ']']) {
                    i = json.len() - rest.len() + 1;
                    out.push_str(&rest[..1]);
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            close @ (b'}' | b']') => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(char::from(close));
            }
            b',' => {
                out.push(',');
                line(&mut out, depth);
            }
            b':' => out.push_str(": "),
            _ => {
                while bytes.get(i).is_some_and(|b| !b",:]} \t\r\n\"[{".contains(b)) {
                    i += 1;
                }
                out.push_str(&json[start..i]);
            }
        }
    }
    out
}

/// Where the string that begins at `start` ends: after its closing quote.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut i = start + 1;
    while let Some(k) = bytes.get(i..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        if bytes[i + k] == b'"' {
            return i + k + 1;
        }
        i += k + 2;
    }
    bytes.len()
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth.min(MAX_INDENT)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tokens_stay_as_they_are_written() {
        let json = "{ \"b\":1.10,\"a\" : [ ],\"big\":12345678901234567890123,\t\"e\":[1e-7,{\"s\":\"a\\\"{[,:]}\\\\\"}],\"b\":null}";
        let want = "{\n  \"b\": 1.10,\n  \"a\": [],\n  \"big\": 12345678901234567890123,\n  \"e\": [\n    1e-7,\n    {\n      \
                    \"s\": \"a\\\"{[,:]}\\\\\"\n    }\n  ],\n  \"b\": null\n}";
        assert_eq!(indent(json), want);
        assert_eq!(indent(want), want);
    }

    #[test]
    fn deep_nesting_stays_linear() {
        let json = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
        assert!(indent(&json).len() < json.len() * (2 * MAX_INDENT + 4));
    }

    proptest! {
        #[test]
        fn agrees_with_serde(texts in prop::collection::vec(".*", 0..4), n in any::<f64>(), deep in 0usize..5) {
            let mut value = serde_json::json!({"t": texts, "n": n, "": {}, "l": [[], [1, true]]});
            for _ in 0..deep {
                value = serde_json::json!([value]);
            }
            prop_assert_eq!(indent(&value.to_string()), serde_json::to_string_pretty(&value).unwrap());
        }
    }
}
