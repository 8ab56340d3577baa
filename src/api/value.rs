//! Values of filters, checked before a server sees them: a server ignores or refuses what it does not understand.

use crate::exit::UsageError;
use crate::selection::{Period, words};
use crate::tr;
use jiff::ZonedDateTime;
use jiff::tz::TimeZone;

/// What a filter's value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// One id: a whole number, or a word.
    Id,
    /// One or more ids with commas.
    Ids,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Bool,
    /// A point in time.
    Date,
    /// One or more of these words, with commas.
    Words(&'static [&'static str]),
    /// One or more names with commas.
    Names,
    /// Any text.
    Text,
}

impl ValueKind {
    /// Whether several values can be given with commas.
    pub fn is_list(self) -> bool {
        matches!(self, ValueKind::Ids | ValueKind::Words(_) | ValueKind::Names)
    }

    /// The value as it is sent.
    ///
    /// # Errors
    /// What is expected instead.
    pub fn check(self, value: &str, zone: &TimeZone) -> Result<String, UsageError> {
        let value = value.trim();
        if value.is_empty() {
            return Err(UsageError::new(tr!("needs-value")));
        }
        match self {
            ValueKind::Id => id(value).map(str::to_owned),
            ValueKind::Ids => list(value, id),
            ValueKind::Number => match value.parse::<i64>() {
                Ok(n) => Ok(n.to_string()),
                Err(_) => Err(UsageError::new(tr!("expects-number", ?value))),
            },
            ValueKind::Bool => match value.to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" => Ok("true".into()),
                "false" | "0" | "no" => Ok("false".into()),
                _ => Err(UsageError::new(tr!("expects-boolean", ?value))),
            },
            ValueKind::Date => Period::at(value, &ZonedDateTime::now().with_time_zone(zone.clone()))
                .map(|period| period.start.to_string()),
            ValueKind::Words(known) => list(value, |word| words::check(word, known)),
            ValueKind::Names | ValueKind::Text => Ok(value.to_owned()),
        }
    }
}

fn list<'a>(value: &'a str, check: impl Fn(&'a str) -> Result<&'a str, UsageError>) -> Result<String, UsageError> {
    let parts: Result<Vec<&str>, UsageError> =
        value.split(',').map(str::trim).filter(|p| !p.is_empty()).map(check).collect();
    match parts? {
        none if none.is_empty() => Err(UsageError::new(tr!("needs-value"))),
        parts => Ok(parts.join(",")),
    }
}

fn id(text: &str) -> Result<&str, UsageError> {
    let good = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
    if text.chars().all(good) { Ok(text) } else { Err(UsageError::new(tr!("expects-ids", ?text))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_checked_and_tidied() {
        let zone = TimeZone::fixed(jiff::tz::offset(9));
        let words = ValueKind::Words(&["stand_by", "completed"]);
        for (kind, given, expected) in [
            (ValueKind::Ids, " 1, 2,,abc-3 ", Ok("1,2,abc-3")),
            (ValueKind::Ids, "1;2", Err("expects ids")),
            (ValueKind::Ids, ",", Err("needs a value")),
            (ValueKind::Id, "", Err("needs a value")),
            (ValueKind::Number, "007", Ok("7")),
            (ValueKind::Number, "x", Err("a whole number")),
            (ValueKind::Bool, "True", Ok("true")),
            (ValueKind::Bool, "0", Ok("false")),
            (ValueKind::Bool, "maybe", Err("true or false")),
            (words, "completed,stand_by", Ok("completed,stand_by")),
            (words, "complete", Err("did you mean completed?")),
            (ValueKind::Date, "2026-01-31", Ok("2026-01-30T15:00:00Z")),
            (ValueKind::Date, "20260131T1800", Ok("2026-01-31T09:00:00Z")),
            (ValueKind::Date, "2026-01-31 18:00:00", Ok("2026-01-31T09:00:00Z")),
            (ValueKind::Date, "2026-01-31T18:00:00.5-02:00", Ok("2026-01-31T20:00:00.5Z")),
            (ValueKind::Date, "2026-01-31T18:00Z", Ok("2026-01-31T18:00:00Z")),
            (ValueKind::Date, "2026-W05-6", Ok("2026-01-30T15:00:00Z")),
            (ValueKind::Date, "last week", Err("expects a date")),
            (ValueKind::Date, "2026-02-30", Err("expects a date")),
        ] {
            match (kind.check(given, &zone), expected) {
                (Ok(got), Ok(want)) => assert_eq!(got, want, "{given}"),
                (Err(got), Err(want)) => assert!(got.0.english().contains(want), "{given}: {got}"),
                (got, want) => panic!("{given}: {got:?}, not {want:?}"),
            }
        }
    }
}
