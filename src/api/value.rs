//! Values of filters, checked before a server sees them: a server ignores or refuses what it does not understand.

use jiff::civil::{Date, DateTime, ISOWeekDate};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};

/// What a filter's value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
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

impl Kind {
    /// Whether several values can be given with commas.
    pub fn is_list(self) -> bool {
        matches!(self, Kind::Ids | Kind::Words(_) | Kind::Names)
    }

    /// The value as it is sent.
    ///
    /// # Errors
    /// What is expected instead.
    pub fn check(self, value: &str, zone: &TimeZone) -> Result<String, String> {
        let value = value.trim();
        if value.is_empty() {
            return Err("needs a value".into());
        }
        match self {
            Kind::Id => id(value).map(str::to_owned),
            Kind::Ids => list(value, id),
            Kind::Number => match value.parse::<i64>() {
                Ok(n) => Ok(n.to_string()),
                Err(_) => Err(format!("expects a whole number, not {value:?}")),
            },
            Kind::Bool => match value.to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" => Ok("true".into()),
                "false" | "0" | "no" => Ok("false".into()),
                _ => Err(format!("expects true or false, not {value:?}")),
            },
            Kind::Date => moment(value, zone).map(|m| m.to_string()),
            Kind::Words(words) => {
                list(value, |word| if words.contains(&word) { Ok(word) } else { Err(one_of(word, words)) })
            }
            Kind::Names | Kind::Text => Ok(value.to_owned()),
        }
    }
}

fn list<'a>(value: &'a str, check: impl Fn(&'a str) -> Result<&'a str, String>) -> Result<String, String> {
    let parts: Result<Vec<&str>, String> =
        value.split(',').map(str::trim).filter(|p| !p.is_empty()).map(check).collect();
    match parts? {
        none if none.is_empty() => Err("needs a value".into()),
        parts => Ok(parts.join(",")),
    }
}

fn id(text: &str) -> Result<&str, String> {
    let good = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
    if text.chars().all(good) { Ok(text) } else { Err(format!("expects ids, not {text:?}")) }
}

fn one_of(word: &str, words: &[&str]) -> String {
    let hint = nearest(word, words.iter().copied()).map(|n| format!(" (did you mean {n}?)")).unwrap_or_default();
    format!("expects one of {}, not {word:?}{hint}", words.join(", "))
}

/// The word that is most likely meant, if any is near.
pub fn nearest<'a>(word: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let scored = words.map(|w| (strsim::jaro_winkler(word, w), w));
    scored.filter(|(score, _)| *score > 0.82).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, w)| w)
}

/// A point in time in any ISO 8601 form; without an offset it is local time, without a time of day it is the day's beginning.
///
/// # Errors
/// What is expected instead.
pub fn moment(text: &str, zone: &TimeZone) -> Result<Timestamp, String> {
    if let Ok(zoned) = text.parse::<ZonedDateTime>() {
        return Ok(zoned.timestamp());
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let civil = text.parse::<DateTime>().or_else(|_| text.parse::<ISOWeekDate>().map(|d| d.date().at(0, 0, 0, 0)));
    let civil = civil.map_err(|_| {
        format!(
            "expects a date or time such as 2026-01-31, 2026-01-31T18:00 or 2026-01-31T18:00:00+09:00, not {text:?}"
        )
    })?;
    zone.to_timestamp(civil).map_err(|e| format!("cannot use {text:?}: {e}"))
}

/// Whether a text names a day and no time of day.
pub fn is_whole_day(text: &str) -> bool {
    !text.contains(['T', 't', ' ', ':']) && text.parse::<Date>().is_ok()
}

/// The first moment after a day.
///
/// # Errors
/// When the text is not a day.
pub fn day_after(text: &str, zone: &TimeZone) -> Result<Timestamp, String> {
    let day = text.parse::<Date>().and_then(Date::tomorrow);
    day.and_then(|d| zone.to_timestamp(d.at(0, 0, 0, 0))).map_err(|e| format!("cannot use {text:?}: {e}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_checked_and_tidied() {
        let zone = TimeZone::fixed(jiff::tz::offset(9));
        let words = Kind::Words(&["stand_by", "completed"]);
        for (kind, given, expected) in [
            (Kind::Ids, " 1, 2,,abc-3 ", Ok("1,2,abc-3")),
            (Kind::Ids, "1;2", Err("expects ids")),
            (Kind::Ids, ",", Err("needs a value")),
            (Kind::Id, "", Err("needs a value")),
            (Kind::Number, "007", Ok("7")),
            (Kind::Number, "x", Err("a whole number")),
            (Kind::Bool, "True", Ok("true")),
            (Kind::Bool, "0", Ok("false")),
            (Kind::Bool, "maybe", Err("true or false")),
            (words, "completed,stand_by", Ok("completed,stand_by")),
            (words, "complete", Err("did you mean completed?")),
            (Kind::Date, "2026-01-31", Ok("2026-01-30T15:00:00Z")),
            (Kind::Date, "20260131T1800", Ok("2026-01-31T09:00:00Z")),
            (Kind::Date, "2026-01-31 18:00:00", Ok("2026-01-31T09:00:00Z")),
            (Kind::Date, "2026-01-31T18:00:00.5-02:00", Ok("2026-01-31T20:00:00.5Z")),
            (Kind::Date, "2026-01-31T18:00Z", Ok("2026-01-31T18:00:00Z")),
            (Kind::Date, "2026-W05-6", Ok("2026-01-30T15:00:00Z")),
            (Kind::Date, "yesterday", Err("expects a date")),
            (Kind::Date, "2026-02-30", Err("expects a date")),
        ] {
            match (kind.check(given, &zone), expected) {
                (Ok(got), Ok(want)) => assert_eq!(got, want, "{given}"),
                (Err(got), Err(want)) => assert!(got.contains(want), "{given}: {got}"),
                (got, want) => panic!("{given}: {got:?}, not {want:?}"),
            }
        }
    }

    #[test]
    fn whole_days_end_at_midnight_of_the_user() {
        let zone = TimeZone::fixed(jiff::tz::offset(9));
        assert!(is_whole_day("2026-01-31") && !is_whole_day("2026-01-31T10:00"));
        assert_eq!(day_after("2026-01-31", &zone).unwrap().to_string(), "2026-01-31T15:00:00Z");
    }
}
