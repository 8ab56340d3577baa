//! One or more values with commas; a backslash before a comma makes it part of a value.

use crate::exit::UsageError;
use crate::tr;
use std::str::FromStr;

/// The values of one option: blanks around them are left out, and so are empty ones.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct List(pub Vec<String>);

impl List {
    /// All values of an option that was given several times.
    pub fn all(lists: &[Self]) -> Vec<String> {
        lists.iter().flat_map(|list| list.0.iter().cloned()).collect()
    }
}

impl FromStr for List {
    type Err = UsageError;

    /// # Errors
    /// What is expected, when there is no value.
    fn from_str(text: &str) -> Result<Self, UsageError> {
        let values = divided(text, ',');
        let values: Vec<String> = values.iter().map(|v| v.trim().to_owned()).filter(|v| !v.is_empty()).collect();
        if values.is_empty() { Err(UsageError::new(tr!("needs-value"))) } else { Ok(Self(values)) }
    }
}

/// The parts of a text between these signs; after a backslash a sign is part of one.
pub fn divided(text: &str, sign: char) -> Vec<String> {
    let (mut parts, mut part) = (Vec::new(), String::new());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' if rest.next_if_eq(&sign).is_some() => part.push(sign),
            _ if c == sign => parts.push(std::mem::take(&mut part)),
            _ => part.push(c),
        }
    }
    parts.push(part);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_divide_and_backslashes_keep_them() {
        for (text, expected) in [
            ("car", &["car"][..]),
            ("car,bus", &["car", "bus"]),
            (" car , bus ,,", &["car", "bus"]),
            ("1. 자연", &["1. 자연"]),
            (r"a\,b,c\d", &["a,b", r"c\d"]),
        ] {
            assert_eq!(text.parse::<List>().unwrap().0, expected, "{text}");
        }
        for text in ["", " ", ",", " , "] {
            assert!(text.parse::<List>().is_err(), "{text:?}");
        }
    }
}
