//! `--since`, `--until`: when a row was created (`created`).

use super::{Item, Predicate};
use crate::selection::time::moment;
use crate::stream::json::{Raw, Str};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Created in this time.
#[derive(Debug)]
pub struct Created {
    since: Option<Timestamp>,
    before: Option<Timestamp>,
    zone: TimeZone,
}

impl Created {
    /// Created at `since` or later, and before `before`. Rows whose time names no offset are taken to be in `zone`.
    pub fn new(since: Option<Timestamp>, before: Option<Timestamp>, zone: TimeZone) -> Self {
        Self { since, before, zone }
    }
}

impl Predicate for Created {
    fn matches(&self, item: &Item<'_>) -> bool {
        let text = item.created.as_ref().and_then(Raw::read::<Str<'_>>);
        let Some(at) = text.and_then(|text| moment(&text, &self.zone)) else { return false };
        self.since.is_none_or(|since| since <= at) && self.before.is_none_or(|before| at < before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::predicates::item;

    #[test]
    fn the_start_is_in_and_the_end_is_out() {
        let seoul = TimeZone::posix("KST-9").unwrap();
        let at = |text: &str| Some(moment(text, &seoul).unwrap());
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
        for (since, before, created, expected) in cases {
            let line = format!(r#"{{"id":1,"created":{created}}}"#);
            assert_eq!(Created::new(since, before, seoul.clone()).matches(&item(&line)), expected, "{line}");
        }
        assert!(!Created::new(at("2026-03-01"), None, seoul).matches(&item(r#"{"id":1}"#)));
    }
}
