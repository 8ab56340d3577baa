//! Parts of a text that go; all others are copied as they are.

use std::ops::Range;

/// Byte ranges that go, in any order; they may overlap.
#[derive(Debug, Default)]
pub struct Cuts(Vec<Range<usize>>);

impl Cuts {
    /// Cuts one range.
    pub fn add(&mut self, range: Range<usize>) {
        self.0.push(range);
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
                    self.add(start..place.start);
                }
                kept_end = Some(place.end);
            }
        }
        if let Some(start) = from {
            self.add(kept_end.unwrap_or(start)..last);
        }
    }

    /// The ranges in order, those that touch each other as one.
    pub fn merged(mut self) -> Vec<Range<usize>> {
        self.0.sort_unstable_by_key(|cut| (cut.start, cut.end));
        let mut out: Vec<Range<usize>> = Vec::with_capacity(self.0.len());
        for cut in self.0 {
            match out.last_mut() {
                Some(before) if cut.start <= before.end => before.end = before.end.max(cut.end),
                _ => out.push(cut),
            }
        }
        out
    }
}

/// Appends a text without what is cut; `cuts` are in order.
pub fn copy(text: &[u8], cuts: &[Range<usize>], out: &mut Vec<u8>) {
    let mut at = 0;
    for cut in cuts {
        out.extend_from_slice(&text[at..cut.start]);
        at = cut.end;
    }
    out.extend_from_slice(&text[at..]);
}

/// Turns ranges of a string's content, in order, into those of its JSON literal, which begins with a quote and may have escapes.
pub fn to_literal(literal: &[u8], cuts: &mut [Range<usize>]) {
    let (mut at, mut content) = (1, 0);
    for cut in cuts {
        for place in [&mut cut.start, &mut cut.end] {
            while content < *place {
                let (written, meant) = unit(&literal[at..]);
                at += written;
                content += meant;
            }
            *place = at;
        }
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
            let mut cuts = Cuts::default();
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
        let mut cut = start..start + 3;
        to_literal(literal.as_bytes(), std::slice::from_mut(&mut cut));
        assert_eq!(&literal[cut], "<x>");
    }
}
