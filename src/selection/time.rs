//! Dates and times: any form of ISO 8601, a month, `today`, `yesterday`, and `2d` for two days ago.
//!
//! A text without an offset is local time. A text that names a day or a month stands for all of it: with `--since` its beginning
//! counts, with `--until` its end.

use crate::exit::UsageError;
use crate::tr;
use jiff::civil::{Date, DateTime, ISOWeekDate, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan, ZonedDateTime};

/// What a text stands for: a day, a month, or one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first moment of it.
    pub start: Timestamp,
    /// The first moment after a day or a month; the moment itself where a time of day was named.
    pub end: Timestamp,
}

impl std::str::FromStr for Period {
    type Err = UsageError;

    /// # Errors
    /// The forms that are understood.
    fn from_str(text: &str) -> Result<Self, UsageError> {
        Self::at(text, &ZonedDateTime::now())
    }
}

impl Period {
    /// What a text stands for in the time zone of `now`.
    ///
    /// # Errors
    /// The forms that are understood.
    pub fn at(text: &str, now: &ZonedDateTime) -> Result<Self, UsageError> {
        let text = text.trim();
        Self::find(text, now).ok_or_else(|| UsageError::new(tr!("time-expects", text = ?text)))
    }

    fn find(text: &str, now: &ZonedDateTime) -> Option<Self> {
        let zone = now.time_zone();
        let whole = |from: Date, length: Span| {
            let start = moment_of(from.to_datetime(Time::midnight()), zone)?;
            let end = moment_of(from.checked_add(length).ok()?.to_datetime(Time::midnight()), zone)?;
            Some(Self { start, end })
        };
        match text {
            "today" => return whole(now.date(), 1.day()),
            "yesterday" => return whole(now.date().yesterday().ok()?, 1.day()),
            _ => {}
        }
        if let Some(span) = ago(text) {
            let at = now.checked_sub(span).ok()?.timestamp();
            return Some(Self { start: at, end: at });
        }
        if let Some(month) = month(text) {
            return whole(month, 1.month());
        }
        if let Some(day) = day(text) {
            return whole(day, 1.day());
        }
        let at = moment(text, zone)?;
        Some(Self { start: at, end: at })
    }
}

/// The moment that a text in ISO 8601 names, in `zone` where it names no offset; of a day or a month, the beginning.
pub fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    if let Ok(at) = text.parse::<ZonedDateTime>() {
        return Some(at.timestamp());
    }
    let date = || day(text).or_else(|| month(text)).map(|date| date.to_datetime(Time::midnight()));
    moment_of(text.parse::<DateTime>().ok().or_else(date)?, zone)
}

/// The day on which a moment in ISO 8601 falls, as its own offset counts days. `None` when it names no day.
pub fn calendar_day(text: &str) -> Option<Date> {
    let text = text.trim();
    moment(text, &TimeZone::UTC)?;
    day(text.split(['T', 't', ' ']).next()?)
}

fn moment_of(at: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_timestamp(at).ok()
}

/// A date, a week date, an ordinal date.
fn day(text: &str) -> Option<Date> {
    let date = || text.parse::<Date>().ok().filter(|_| !text.contains(['T', 't', ' ', ':']));
    let week = || text.parse::<ISOWeekDate>().ok().map(ISOWeekDate::date);
    let ordinal = || Date::strptime("%Y-%j", text).ok().filter(|_| text.len() == "2026-060".len());
    date().or_else(week).or_else(ordinal)
}

/// The first day of a month.
fn month(text: &str) -> Option<Date> {
    Date::strptime("%Y-%m-%d", format!("{text}-01")).ok()
}

/// `12h`, `2d`, `3w`: hours, days, weeks.
fn ago(text: &str) -> Option<Span> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: i64 = number.parse().ok().filter(|n| (0..=100_000).contains(n))?;
    match unit {
        "h" => Some(number.hours()),
        "d" => Some(number.days()),
        "w" => Some(number.weeks()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> ZonedDateTime {
        "2026-03-10T09:30:00+09:00[Asia/Seoul]".parse().unwrap()
    }

    #[test]
    fn every_form_is_read() {
        let moments = [
            ("2026-03-01T00:30:00Z", "2026-03-01T00:30:00Z"),
            ("2026-03-01T09:30:00+09:00", "2026-03-01T00:30:00Z"),
            ("2026-03-01 09:30:00.123456+0900", "2026-03-01T00:30:00.123456Z"),
            ("20260301T003000Z", "2026-03-01T00:30:00Z"),
            ("2026-03-01T00:30Z", "2026-03-01T00:30:00Z"),
            ("2026-03-01T09:30:00+09:00[+09:00]", "2026-03-01T00:30:00Z"),
            ("2026-03-01T09:30:00", "2026-03-01T00:30:00Z"),
            ("2026-03-01 09:30", "2026-03-01T00:30:00Z"),
            ("20260301T0930", "2026-03-01T00:30:00Z"),
            ("2d", "2026-03-08T00:30:00Z"),
            ("36h", "2026-03-08T12:30:00Z"),
            ("1w", "2026-03-03T00:30:00Z"),
        ];
        for (text, expected) in moments {
            let found = Period::at(text, &now()).unwrap();
            assert_eq!((found.start.to_string(), found.start), (expected.to_owned(), found.end), "{text}");
        }
        let periods = [
            ("2026-03-01", "2026-02-28T15:00:00Z", "2026-03-01T15:00:00Z"),
            ("20260301", "2026-02-28T15:00:00Z", "2026-03-01T15:00:00Z"),
            ("2026-W09-7", "2026-02-28T15:00:00Z", "2026-03-01T15:00:00Z"),
            ("2026-060", "2026-02-28T15:00:00Z", "2026-03-01T15:00:00Z"),
            ("2026-03", "2026-02-28T15:00:00Z", "2026-03-31T15:00:00Z"),
            ("yesterday", "2026-03-08T15:00:00Z", "2026-03-09T15:00:00Z"),
            ("today", "2026-03-09T15:00:00Z", "2026-03-10T15:00:00Z"),
        ];
        for (text, start, end) in periods {
            let found = Period::at(text, &now()).unwrap();
            assert_eq!((found.start.to_string(), found.end.to_string()), (start.into(), end.into()), "{text}");
        }
        for bad in ["", "last week", "2026-13", "2026-02-30", "01.03.2026", "2026-03-01T25:00", "17", "d", "-2d", "2y"]
        {
            assert!(Period::at(bad, &now()).unwrap_err().0.english().contains("2026-01-31"), "{bad}");
        }
    }

    #[test]
    fn a_time_in_a_row_is_iso_and_nothing_else() {
        let zone = TimeZone::fixed(jiff::tz::offset(9));
        let at = |text| moment(text, &zone).map(|t| t.to_string());
        assert_eq!(at("2026-03-01").as_deref(), Some("2026-02-28T15:00:00Z"));
        assert_eq!(at("2026-03").as_deref(), Some("2026-02-28T15:00:00Z"));
        assert_eq!((at("yesterday"), at("2d"), at("")), (None, None, None));
    }
}
