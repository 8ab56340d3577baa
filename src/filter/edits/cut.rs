//! Parts of a text that change; all others are copied as they are.

use crate::file_line::push_escaped_bytes;
use std::ops::Range;

/// A byte range that goes, and what takes its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What goes.
    pub place: Range<usize>,
    /// What stands there instead, as it is to be written; mostly nothing.
    pub with: Vec<u8>,
}

/// Changes of one text, in any order; ranges that only go may overlap.
#[derive(Debug, Default)]
pub struct Changes(Vec<Change>);

impl Changes {
    /// Cuts one range.
    pub fn cut(&mut self, place: Range<usize>) {
        self.0.push(Change { place, with: Vec::new() });
    }

    /// Writes another text as the content of a JSON string. `literal` is the place of the string, with its quotes.
    pub fn rewrite(&mut self, literal: Range<usize>, text: &str) {
        let mut with = Vec::with_capacity(text.len());
        push_escaped_bytes(&mut with, text.as_bytes());
        self.0.push(Change { place: literal.start + 1..literal.end - 1, with });
    }

    /// Cuts elements of a list, each with the comma that it needs no longer: `elements` are their places and whether they go, in order.
    pub fn list(&mut self, elements: impl Iterator<Item = (Range<usize>, bool)>) {
        let (mut kept_end, mut from, mut last) = (None, None, 0);
        for (place, goes) in elements {
            if goes {
                from.get_or_insert(place.start);
                last = place.end;
            } else {
                if let Some(start) = from.take() {
                    self.cut(start..place.start);
                }
                kept_end = Some(place.end);
            }
        }
        if let Some(start) = from {
            self.cut(kept_end.unwrap_or(start)..last);
        }
    }

    /// The changes in order, ranges that go and touch each other as one. What stands within one that goes, goes with it.
    pub fn merged(mut self) -> Vec<Change> {
        self.0.sort_unstable_by_key(|change| (change.place.start, change.place.end));
        let mut out: Vec<Change> = Vec::with_capacity(self.0.len());
        for change in self.0 {
            match out.last_mut() {
                Some(before) if before.with.is_empty() && change.place.start <= before.place.end => {
                    if change.with.is_empty() {
                        before.place.end = before.place.end.max(change.place.end);
                    }
                }
                _ => out.push(change),
            }
        }
        out
    }
}

/// Appends a text with its changes, which are in order.
pub fn copy(text: &[u8], changes: &[Change], out: &mut Vec<u8>) {
    let mut at = 0;
    for Change { place, with } in changes {
        out.extend_from_slice(&text[at..place.start]);
        out.extend_from_slice(with);
        at = place.end;
    }
    out.extend_from_slice(&text[at..]);
}

/// Turns changes of a string's content, in order, into those of its JSON literal, which begins with a quote and may have escapes.
pub fn to_literal(literal: &[u8], changes: &mut [Change]) {
    let (mut at, mut content) = (1, 0);
    for Change { place, with } in changes {
        for end in [&mut place.start, &mut place.end] {
            while content < *end {
                let (written, meant) = unit(&literal[at..]);
                at += written;
                content += meant;
            }
            *end = at;
        }
        let mut escaped = Vec::with_capacity(with.len());
        push_escaped_bytes(&mut escaped, with);
        *with = escaped;
    }
}

/// How many bytes the next unit of a literal takes: as written, and in the content.
fn unit(literal: &[u8]) -> (usize, usize) {
    match literal {
        [b'\\', b'u', digits @ ..] => {
            let code = digits.iter().take(4).fold(0, |n, d| n * 16 + (*d as char).to_digit(16).unwrap_or(0));
            match code {
                // The two halves of a character beyond the first plane.
                0xd800..=0xdbff => (12, 4),
                _ => (6, char::from_u32(code).map_or(3, char::len_utf8)),
            }
        }
        [b'\\', ..] => (2, 1),
        _ => (1, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_keep_valid_commas() {
        let text = "[ 1 , 2,3 ,\t4 ]";
        let places = [2..3, 6..7, 8..9, 12..13];
        for (gone, expected) in [
            ("", text),
            ("1", "[ 2,3 ,\t4 ]"),
            ("2", "[ 1 , 3 ,\t4 ]"),
            ("4", "[ 1 , 2,3 ]"),
            ("34", "[ 1 , 2 ]"),
            ("13", "[ 2,4 ]"),
            ("124", "[ 3 ]"),
            ("1234", "[  ]"),
        ] {
            let mut cuts = Changes::default();
            cuts.list(places.iter().map(|place| (place.clone(), gone.contains(&text[place.clone()]))));
            let mut out = Vec::new();
            copy(text.as_bytes(), &cuts.merged(), &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected, "{gone}");
        }
    }

    #[test]
    fn places_in_a_string_are_found_in_its_literal() {
        let literal = r#""a\"\u00e9é\ud83d\ude00\n\/<x>z""#;
        let content: String = serde_json::from_str(literal).unwrap();
        let start = content.find('<').unwrap();
        let mut change = Change { place: start..start + 3, with: br#"a"b"#.to_vec() };
        to_literal(literal.as_bytes(), std::slice::from_mut(&mut change));
        assert_eq!(&literal[change.place], "<x>");
        assert_eq!(change.with, br#"a\"b"#);
    }

    #[test]
    fn what_is_written_anew_goes_with_what_goes() {
        let text = r#"["a","b","c"]"#;
        let mut changes = Changes::default();
        changes.rewrite(1..4, "A\"");
        changes.rewrite(5..8, "B");
        changes.list([(1..4, false), (5..8, true), (9..12, false)].into_iter());
        let mut out = Vec::new();
        copy(text.as_bytes(), &changes.merged(), &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), r#"["A\"","c"]"#);
    }
}
