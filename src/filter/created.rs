//! `--since`, `--until`: when a row was created (`created`). The start belongs to the period, the end does not.

use super::predicate::{Predicate, Row};
use crate::stream::json::{Raw, Str};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, ISOWeekDate};
use jiff::tz::TimeZone;

/// Created in this period.
#[derive(Debug)]
pub struct Created {
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    zone: TimeZone,
}

impl Created {
    /// Created at `since` or later, and before `until`. Rows whose time names no zone are taken to be in `zone`.
    pub fn new(since: Option<Timestamp>, until: Option<Timestamp>, zone: TimeZone) -> Self {
        Self { since, until, zone }
    }
}

impl Predicate for Created {
    fn matches(&self, row: &Row<'_>) -> bool {
        let text = row.created.as_ref().and_then(Raw::read::<Str<'_>>);
        let Some(at) = text.and_then(|text| parse(&text, &self.zone).ok()) else { return false };
        self.since.is_none_or(|since| since <= at) && self.until.is_none_or(|until| at < until)
    }
}

/// A moment in any ISO 8601 form: date and time with an offset, without one (then in `zone`), or less than that (then its
/// beginning): a date, a week date, an ordinal date, a month.
///
/// # Errors
/// A text with an example of what is accepted.
pub fn parse(text: &str, zone: &TimeZone) -> Result<Timestamp, String> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    if let Ok(at) = text.parse::<jiff::ZonedDateTime>() {
        return Ok(at.timestamp());
    }
    civil(text)
        .and_then(|at| at.to_zoned_datetime(zone.clone()).ok())
        .map(|at| at.timestamp())
        .ok_or_else(|| "expected an ISO date, such as 2026-03-01 or 2026-03-01T09:30:00+09:00".to_owned())
}

/// What names no zone.
fn civil(text: &str) -> Option<DateTime> {
    let midnight = |date: Date| date.to_datetime(jiff::civil::Time::midnight());
    text.parse::<DateTime>()
        .ok()
        .or_else(|| text.parse::<ISOWeekDate>().ok().map(|week| midnight(week.date())))
        .or_else(|| Date::strptime("%Y-%m-%d", format!("{text}-01")).ok().map(midnight))
        .or_else(|| Date::strptime("%Y-%j", text).ok().map(midnight))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::predicate::row;

    fn seoul() -> TimeZone {
        TimeZone::posix("KST-9").unwrap()
    }

    #[test]
    fn every_iso_form_is_read() {
        let cases = [
            ("2026-03-01T00:30:00Z", "2026-03-01T00:30:00Z"),
            ("2026-03-01T09:30:00+09:00", "2026-03-01T00:30:00Z"),
            ("2026-03-01 09:30:00.123456+0900", "2026-03-01T00:30:00.123456Z"),
            ("20260301T003000Z", "2026-03-01T00:30:00Z"),
            ("2026-03-01T00:30Z", "2026-03-01T00:30:00Z"),
            ("2026-03-01T09:30:00+09:00[+09:00]", "2026-03-01T00:30:00Z"),
            ("2026-03-01T09:30:00", "2026-03-01T00:30:00Z"),
            ("2026-03-01 09:30", "2026-03-01T00:30:00Z"),
            ("2026-03-01", "2026-02-28T15:00:00Z"),
            ("20260301", "2026-02-28T15:00:00Z"),
            ("2026-W09-7", "2026-02-28T15:00:00Z"),
            ("2026-060", "2026-02-28T15:00:00Z"),
            ("2026-03", "2026-02-28T15:00:00Z"),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text, &seoul()).map(|t| t.to_string()), Ok(expected.to_owned()), "{text}");
        }
        for bad in ["", "yesterday", "2026-13-01", "2026-02-30", "01.03.2026", "2026-03-01T25:00", "17"] {
            assert!(parse(bad, &seoul()).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_start_is_in_and_the_end_is_out() {
        let at = |text: &str| Some(parse(text, &seoul()).unwrap());
        let cases = [
            (at("2026-03-01"), None, r#""2026-03-01T00:00:00+09:00""#, true),
            (at("2026-03-01"), None, r#""2026-02-28T23:59:59.999+09:00""#, false),
            (None, at("2026-04-01"), r#""2026-04-01T00:00:00+09:00""#, false),
            (None, at("2026-04-01"), r#""2026-03-31T23:59:59""#, true),
            (at("2026-03-01"), at("2026-04-01"), r#""2026-03-15T00:00:00Z""#, true),
            (at("2026-03-01"), None, "null", false),
            (at("2026-03-01"), None, r#""later""#, false),
            (at("2026-03-01"), None, "1772323200", false),
        ];
        for (since, until, created, expected) in cases {
            let line = format!(r#"{{"id":1,"created":{created}}}"#);
            assert_eq!(Created::new(since, until, seoul()).matches(&row(&line)), expected, "{line}");
        }
        assert!(!Created::new(at("2026-03-01"), None, seoul()).matches(&row(r#"{"id":1}"#)));
    }
}
