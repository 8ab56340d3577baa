//! JUnit's XML, which CI systems show as tests: a test for each rule.

use super::{Counts, Report, sentence};
use crate::check::finding::{Place, Rule, Severity};
use crate::check::rules;
use crate::stream;
use crate::stream::StreamError;
use crate::words::Message;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::collections::BTreeMap;
use std::io;

/// Of each rule so many findings are in the text of its test.
const SHOWN: u64 = 100;

/// A document, written at the end.
pub struct Junit {
    out: stream::Writer,
    texts: BTreeMap<&'static str, String>,
}

impl Junit {
    /// A document on this output.
    pub fn new(out: stream::Writer) -> Self {
        Self { out, texts: BTreeMap::new() }
    }
}

impl Report for Junit {
    fn finding(
        &mut self,
        rule: &'static Rule,
        place: Place<'_>,
        message: &Message,
        number: u64,
    ) -> Result<(), StreamError> {
        if number <= SHOWN {
            let text = self.texts.entry(rule.code).or_default();
            text.push_str(&sentence(place, "", message.english()));
            text.push('\n');
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>, counts: &Counts, unread: &[Message]) -> Result<(), StreamError> {
        let document = self.document(counts, unread);
        let document = document.map_err(|source| StreamError::Write { name: "stdout".into(), source })?;
        self.out.put(&document)?;
        self.out.finish()
    }
}

impl Junit {
    fn document(&self, counts: &Counts, unread: &[Message]) -> io::Result<Vec<u8>> {
        let failures = counts.values().filter(|(severity, _)| *severity > Severity::Advice).count().to_string();
        let (tests, errors) = ((rules::ALL.len() + 1).to_string(), usize::from(!unread.is_empty()).to_string());
        let notes: Vec<&str> = unread.iter().map(Message::english).collect();
        let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
        xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let suites = xml.create_element("testsuites");
        suites.write_inner_content(|xml| {
            let suite = xml.create_element("testsuite").with_attribute(("name", "syn-convert --check"));
            let counts_of = [("tests", &*tests), ("failures", &*failures), ("errors", &*errors)];
            suite.with_attributes(counts_of).write_inner_content(|xml| {
                let read = xml.create_element("testcase");
                let read = read.with_attributes([("classname", "check"), ("name", "everything was read")]);
                if unread.is_empty() {
                    read.write_empty()?;
                } else {
                    read.write_inner_content(|xml| {
                        let error = xml.create_element("error").with_attribute(("message", "not everything was read"));
                        error.write_text_content(BytesText::new(&notes.join("\n")))?;
                        Ok(())
                    })?;
                }
                rules::ALL.iter().try_for_each(|rule| self.test(xml, rule, counts))
            })?;
            Ok(())
        })?;
        xml.write_event(Event::Text(BytesText::from_escaped("\n")))?;
        Ok(xml.into_inner())
    }

    /// The test of a rule: what is advice is no failure.
    fn test(&self, xml: &mut Writer<Vec<u8>>, rule: &Rule, counts: &Counts) -> io::Result<()> {
        let class = format!("check.{}", rule.code.split('_').next().unwrap_or_default());
        let test = xml.create_element("testcase").with_attributes([("classname", &*class), ("name", rule.code)]);
        let (Some((severity, n)), Some(found)) = (counts.get(rule.code), self.texts.get(rule.code)) else {
            return test.write_empty().map(drop);
        };
        let message = format!("{n} times: {}", rule.meaning);
        let outcome = |xml: &mut Writer<Vec<u8>>| match severity {
            Severity::Advice => {
                let text = format!("{message}\n{found}");
                xml.create_element("system-out").write_text_content(BytesText::new(&text)).map(drop)
            }
            _ => {
                let failure = xml.create_element("failure");
                let failure = failure.with_attributes([("type", severity.word()), ("message", &*message)]);
                failure.write_text_content(BytesText::new(found)).map(drop)
            }
        };
        test.write_inner_content(outcome).map(drop)
    }
}
