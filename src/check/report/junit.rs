//! JUnit's XML, which CI systems show as tests: a test for each rule.

use super::{Counts, Report, sentence};
use crate::check::finding::{Place, Rule, Severity};
use crate::check::rules;
use crate::stream::{StreamError, Writer};
use quick_xml::escape::escape;
use std::collections::BTreeMap;

/// Of each rule so many findings are in the text of its test.
const SHOWN: u64 = 100;

/// A document, written at the end.
pub struct Junit {
    out: Writer,
    texts: BTreeMap<&'static str, String>,
}

impl Junit {
    /// A document on this output.
    pub fn new(out: Writer) -> Self {
        Self { out, texts: BTreeMap::new() }
    }
}

impl Report for Junit {
    fn finding(
        &mut self,
        rule: &'static Rule,
        place: Place<'_>,
        message: &str,
        number: u64,
    ) -> Result<(), StreamError> {
        if number <= SHOWN {
            let text = self.texts.entry(rule.code).or_default();
            text.push_str(&sentence(place, "", message));
            text.push('\n');
        }
        Ok(())
    }

    fn finish(&mut self, counts: &Counts, unread: &[String]) -> Result<(), StreamError> {
        let failures = counts.values().filter(|(severity, _)| *severity > Severity::Advice).count();
        let (tests, errors) = (rules::ALL.len() + 1, usize::from(!unread.is_empty()));
        let mut text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n\
             <testsuite name=\"syn-convert --check\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">\n"
        );
        text.push_str("<testcase classname=\"check\" name=\"everything was read\">");
        if !unread.is_empty() {
            text.push_str(&format!("<error message=\"not everything was read\">{}</error>", escape(unread.join("\n"))));
        }
        text.push_str("</testcase>\n");
        for rule in rules::ALL {
            let (class, code) = (rule.code.split('_').next().unwrap_or_default(), rule.code);
            text.push_str(&format!("<testcase classname=\"check.{class}\" name=\"{code}\">"));
            if let (Some((severity, n)), Some(found)) = (counts.get(rule.code), self.texts.get(rule.code)) {
                let (found, meaning, word) = (escape(found.as_str()), escape(rule.meaning), severity.word());
                text.push_str(&match severity {
                    Severity::Advice => format!("<system-out>{n} times: {meaning}\n{found}</system-out>"),
                    _ => format!("<failure type=\"{word}\" message=\"{n} times: {meaning}\">{found}</failure>"),
                });
            }
            text.push_str("</testcase>\n");
        }
        text.push_str("</testsuite>\n</testsuites>\n");
        self.out.put(text.as_bytes())?;
        self.out.flush()
    }
}
