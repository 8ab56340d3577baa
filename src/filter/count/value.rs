//! A value that rows are counted by.

/// One value, in the order of output: numbers by their size, then texts, then what is missing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Digits, as written.
    Number(u128, String),
    /// Any other text.
    Text(String),
    /// No value.
    Missing,
}

impl Value {
    /// The value of a text; an empty one is missing.
    pub fn new(text: &str) -> Self {
        if text.is_empty() {
            return Self::Missing;
        }
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(number) if digits => Self::Number(number, text.to_owned()),
            _ => Self::Text(text.to_owned()),
        }
    }

    /// Its text; `None` when it is missing.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Number(_, text) | Self::Text(text) => Some(text),
            Self::Missing => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_before_texts_and_what_is_missing_last() {
        let mut values: Vec<Value> = ["b", "", "10", "9", "a", "009", "-1"].into_iter().map(Value::new).collect();
        values.sort();
        let texts: Vec<&str> = values.iter().map(|value| value.text().unwrap_or("-")).collect();
        assert_eq!(texts, ["009", "9", "10", "-1", "a", "b", "-"]);
    }
}
