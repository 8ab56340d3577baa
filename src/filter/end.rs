//! The last frame of what came out: the one that came in, with another count or mark. Other keys and their values stay as they are
//! written.

use crate::file_line::push_escaped;
use crate::item::Pairs;
use crate::stream::checkpoint;
use crate::stream::frame;
use crate::stream::json;
use crate::stream::run_mark;
use serde_json::Map;

/// An end frame line with this count, without newline, and with the blank of a line that no other program has written. How far the rows
/// come is left out when they are not `whole`.
pub fn with_count(line: &[u8], count: u64, whole: bool) -> Vec<u8> {
    let left_out = if whole { None } else { Some(checkpoint::KEY) };
    // It was read as a frame before; should the two parsers ever disagree, a plain end frame is still right.
    with(line, "count", &count.to_string(), left_out, b" }")
        .unwrap_or_else(|| frame::end_line(count, &Map::new()).into_bytes())
}

/// A begin frame line without the number of rows to expect.
pub fn without_count(line: &[u8]) -> Vec<u8> {
    without(line, "count").unwrap_or_else(|| line.to_vec())
}

/// An error frame line that ends this run, too: with the mark of this run, in which it is told.
pub fn with_mark(line: &[u8]) -> Vec<u8> {
    let mark = run_mark::own().and_then(|mark| with(line, "run", &format!("\"{mark}\""), None, b"}"));
    mark.unwrap_or_else(|| line.to_vec())
}

/// A line without this key; `None` when it does not have it.
fn without(line: &[u8], key: &str) -> Option<Vec<u8>> {
    let Pairs(entries) = json::parse::<Pairs<'_>>(line).ok()?;
    entries.iter().find(|(name, _)| **name == *key)?;
    let mut out = vec![b'{'];
    entries.iter().filter(|(name, _)| **name != *key).for_each(|(name, value)| push(&mut out, name, value.text()));
    out.push(b'}');
    Some(out)
}

/// A line with this value under this key, and without another key.
fn with(line: &[u8], key: &str, value: &str, left_out: Option<&str>, close: &[u8]) -> Option<Vec<u8>> {
    let Pairs(entries) = json::parse::<Pairs<'_>>(line).ok()?;
    let mut out = vec![b'{'];
    let mut given = false;
    for (name, old) in entries.iter().filter(|(name, _)| left_out != Some(&**name)) {
        let is_it = &**name == key;
        given |= is_it;
        push(&mut out, name, if is_it { value } else { old.text() });
    }
    if !given {
        push(&mut out, key, value);
    }
    out.extend_from_slice(close);
    Some(out)
}

fn push(out: &mut Vec<u8>, key: &str, value: &str) {
    if out.len() > 1 {
        out.push(b',');
    }
    out.push(b'"');
    push_escaped(out, key);
    out.extend_from_slice(b"\":");
    out.extend_from_slice(value.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_count_changes() {
        let cases = [
            (r#"{"@stream":"end","count":100}"#, r#"{"@stream":"end","count":3 }"#),
            (
                r#"{ "@stream": "end", "Z":1.10, "count": 1, "a":{"b": [12345678901234567890123, "\u00e9"]}}"#,
                r#"{"@stream":"end","Z":1.10,"count":3,"a":{"b": [12345678901234567890123, "\u00e9"]} }"#,
            ),
            (r#"{"@stream":"end","a\"b":null}"#, r#"{"@stream":"end","a\"b":null,"count":3 }"#),
        ];
        for (line, expected) in cases {
            assert_eq!(String::from_utf8(with_count(line.as_bytes(), 3, true)).unwrap(), expected);
        }
        let line = br#"{"@stream":"end","checkpoint":[{}],"count":1 }"#;
        assert_eq!(with_count(line, 1, true), line);
        assert_eq!(with_count(line, 1, false), br#"{"@stream":"end","count":1 }"#);
    }

    #[test]
    fn only_the_number_of_rows_goes() {
        for (line, expected) in [
            (r#"{"@stream":"begin","count":100,"classes":["a\"b"]}"#, r#"{"@stream":"begin","classes":["a\"b"]}"#),
            (r#"{ "@stream": "begin", "Z": 1.10, "count":1 }"#, r#"{"@stream":"begin","Z":1.10}"#),
            (r#"{ "@stream": "begin" }"#, r#"{ "@stream": "begin" }"#),
        ] {
            assert_eq!(String::from_utf8(without_count(line.as_bytes())).unwrap(), expected);
        }
    }

    #[test]
    fn only_the_mark_changes() {
        for (line, expected) in [
            (r#"{"@stream":"error","x":1.10}"#, r#"{"@stream":"error","x":1.10,"run":"m"}"#),
            (r#"{"@stream":"error", "run":"old","exit":4}"#, r#"{"@stream":"error","run":"m","exit":4}"#),
        ] {
            let got = with(line.as_bytes(), "run", "\"m\"", None, b"}").unwrap();
            assert_eq!(String::from_utf8(got).unwrap(), expected);
        }
    }
}
