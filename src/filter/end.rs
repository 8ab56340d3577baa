//! The end frame of what came out: the one that came in, with another count.

use crate::file_line::push_escaped;
use crate::item::Pairs;
use crate::stream::frame;
use crate::stream::json;
use serde_json::Map;

/// An end frame line with this count, without newline. Other keys and their values stay as they are written.
pub fn with_count(line: &[u8], count: u64) -> Vec<u8> {
    let Ok(Pairs(entries)) = json::parse::<Pairs<'_>>(line) else {
        // It was read as a frame before; should the two parsers ever disagree, a plain end frame is still right.
        return frame::end_line(count, &Map::new()).into_bytes();
    };
    let mut out = vec![b'{'];
    let mut counted = false;
    for (key, value) in &entries {
        let own = count.to_string();
        let value = if &**key == "count" { own.as_str() } else { value.text() };
        counted |= &**key == "count";
        push(&mut out, key, value);
    }
    if !counted {
        push(&mut out, "count", &count.to_string());
    }
    out.push(b'}');
    out
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
            (r#"{"@stream":"end","count":100}"#, r#"{"@stream":"end","count":3}"#),
            (
                r#"{ "@stream": "end", "Z":1.10, "count": 1, "a":{"b": [12345678901234567890123, "\u00e9"]}}"#,
                r#"{"@stream":"end","Z":1.10,"count":3,"a":{"b": [12345678901234567890123, "\u00e9"]}}"#,
            ),
            (r#"{"@stream":"end","a\"b":null}"#, r#"{"@stream":"end","a\"b":null,"count":3}"#),
        ];
        for (line, expected) in cases {
            assert_eq!(String::from_utf8(with_count(line.as_bytes(), 3)).unwrap(), expected);
        }
    }
}
