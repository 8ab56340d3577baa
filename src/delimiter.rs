//! What stands between the cells of a table that is written as text: one option of two stages.

use crate::exit::UsageError;
use crate::tr;
use crate::words::Message;
use std::str::FromStr;

/// What stands between the cells of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delimiter(u8);

impl Default for Delimiter {
    fn default() -> Self {
        Self(b',')
    }
}

impl FromStr for Delimiter {
    type Err = UsageError;

    /// # Errors
    /// What can be one: a character of ASCII that is no part of a number or a word, and that readers take for nothing else.
    fn from_str(text: &str) -> Result<Self, UsageError> {
        let told = |why: Message| UsageError::new(tr!("delimiter-why", ?text, why));
        match text.as_bytes() {
            b"tab" | b"\\t" | b"\t" => Ok(Self(b'\t')),
            [b'"' | b'\'' | b'\\'] => Err(told(tr!("delimiter-marks-text"))),
            [b'.' | b'-' | b'+' | b'_'] => Err(told(tr!("delimiter-of-words"))),
            [one] if one.is_ascii_alphanumeric() => Err(told(tr!("delimiter-of-words"))),
            [one] if one.is_ascii_punctuation() => Ok(Self(*one)),
            [_] => Err(told(tr!("delimiter-blank"))),
            _ => Err(told(tr!("delimiter-not-ascii"))),
        }
    }
}

impl Delimiter {
    /// The byte, of ASCII.
    pub fn byte(self) -> u8 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_are_one_character_that_can_work() {
        for (text, byte) in
            [(",", b','), (";", b';'), ("|", b'|'), ("tab", b'\t'), ("\t", b'\t'), ("\\t", b'\t'), (":", b':')]
        {
            assert_eq!(text.parse(), Ok(Delimiter(byte)), "{text}");
        }
        for text in [
            "", "\"", "'", "\\", "\n", "\r", "\0", " ", ".", "-", "+", "_", "0", "a", "Z", ",,", ";;", "、", "é",
            "TAB ",
        ] {
            let told = text.parse::<Delimiter>().unwrap_err().to_string();
            assert!(told.contains(", or ; or | or tab") && !told.contains('\n'), "{text:?}: {told}");
        }
    }
}
