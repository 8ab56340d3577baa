//! A program on one row.

use super::guard::Guard;
use super::library::{Data, Kind};
use super::program::Program;
use super::reads::KeyPath;
use super::watched::Stuck;
use crate::file_line::push_escaped;
use crate::filter::predicates::Payload;
use crate::item;
use crate::item::Pairs;
use crate::stream::json;
use crate::tr;
use crate::words::Message;
use jaq_core::{Ctx, Error, Vars, unwrap_valr};
use jaq_json::write::{self, Pp};
use jaq_json::{Val, read};
use serde::de::IgnoredAny;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The deepest row that programs get, levels. A stack holds many times as many.
const DEEPEST: usize = 100_000;
/// The longest row that a program makes, bytes: what every stage accepts.
const LONGEST: usize = crate::stream::LINE_CAP;
/// The longest part of a message of a program that is told.
const TOLD: usize = 300;

impl Program {
    /// Whether one of the outputs for a row is neither `false` nor `null`. What comes behind the first such output is not computed.
    ///
    /// # Errors
    /// One line of text: the program has failed on this row, or was stopped.
    pub fn is_true(&self, row: &[u8]) -> Result<bool, Message> {
        let mut is_true = false;
        let part = self.paths.as_deref().and_then(|paths| part(row, paths));
        self.each((row, part.as_deref().unwrap_or(row)), &mut |_, value| {
            is_true = !matches!(value, Val::Null | Val::Bool(false));
            Ok(!is_true)
        })?;
        Ok(is_true)
    }

    /// Appends the outputs for a row, a line each. Without `bare` each must be a row.
    ///
    /// # Errors
    /// One line of text; nothing is appended.
    pub fn rows(&self, row: &[u8], bare: bool, out: &mut Vec<u8>) -> Result<(), Message> {
        let start = out.len();
        let done = self.each((row, row), &mut |guard, value| {
            let line = out.len();
            let mut line_out = Line { out: &mut *out, guard, start: line, is_full: false };
            if let Err(e) = write::write(&mut line_out, &Pp::default(), 0, &value) {
                return Err(if line_out.is_full { tr!("jq-long-row", most = LONGEST) } else { e.to_string().into() });
            }
            check(&out[line..], bare)?;
            out.push(b'\n');
            Ok(true)
        });
        if done.is_err() {
            out.truncate(start);
        }
        done
    }

    /// Gives the outputs for a row, or for what the program looks at of it, one after the other, as long as the answer is yes.
    fn each(
        &self,
        (row, input): (&[u8], &[u8]),
        take: &mut dyn FnMut(&Guard, Val) -> Result<bool, Message>,
    ) -> Result<(), Message> {
        let Some(guard) = Guard::of_thread() else {
            return Err(tr!("jq-no-thread-here"));
        };
        if depth(input) > DEEPEST {
            return Err(tr!("jq-deep-row", most = DEEPEST));
        }
        guard.begin(row);
        let done = catch_unwind(AssertUnwindSafe(|| self.outputs(&guard, input, take)));
        match (guard.end(), done) {
            (Some(stop), _) => Err(Stuck::from(stop).into()),
            (None, Ok(done)) => done,
            (None, Err(_)) => Err(tr!("jq-ended")),
        }
    }

    fn outputs(
        &self,
        guard: &Guard,
        row: &[u8],
        take: &mut dyn FnMut(&Guard, Val) -> Result<bool, Message>,
    ) -> Result<(), Message> {
        let value = read::parse_single(row).map_err(|e| tr!("jq-unreadable", reason = e))?;
        let data = Data { lut: &self.filter.lut, guard };
        for output in self.filter.id.run((Ctx::<Kind>::new(&data, Vars::new([])), value)).map(unwrap_valr) {
            let value = output.map_err(|e| tr!("jq-fails", reason = reason(e)))?;
            if !take(guard, value)? {
                break;
            }
        }
        Ok(())
    }
}

/// A row with these parts alone, as they are written.
fn part(row: &[u8], paths: &[KeyPath]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let paths: Vec<&[String]> = paths.iter().map(Vec::as_slice).collect();
    prune(row, &paths, &mut out).then_some(out)
}

/// Appends an object with what stands at these paths, of which none is the beginning of another. Gives `false`, and appends nothing, when
/// it is no object.
fn prune<'p>(object: &[u8], paths: &[&'p [String]], out: &mut Vec<u8>) -> bool {
    let Ok(Pairs(entries)) = json::parse::<Pairs<'_>>(object) else { return false };
    let start = out.len();
    out.push(b'{');
    for (key, value) in &entries {
        let rest = |path: &&'p [String]| path.split_first().filter(|(first, _)| **first == **key).map(|(_, rest)| rest);
        let inner: Vec<&[String]> = paths.iter().filter_map(rest).collect();
        if inner.is_empty() {
            continue;
        }
        if out.len() > start + 1 {
            out.push(b',');
        }
        out.push(b'"');
        push_escaped(out, key);
        out.extend_from_slice(b"\":");
        let text = value.text().as_bytes();
        // What is no object, though the program takes it for one, is told by the program.
        if inner.iter().any(|path| path.is_empty()) || text.first() != Some(&b'{') || !prune(text, &inner, out) {
            out.extend_from_slice(text);
        }
    }
    out.push(b'}');
    true
}

/// How deep the lists and objects of a row are nested.
fn depth(row: &[u8]) -> usize {
    let (mut depth, mut deepest, mut in_text) = (0_usize, 0, false);
    let mut bytes = row.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => in_text = !in_text,
            b'\\' if in_text => {
                bytes.next();
            }
            b'[' | b'{' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// What a program says of its failure: a text as it is, any other value as JSON.
fn reason(error: Error<Val>) -> String {
    match error.into_val() {
        Val::TStr(text) => short(&String::from_utf8_lossy(&text)),
        other => short(&other.to_string()),
    }
}

/// The beginning of a message, on one line.
fn short(message: &str) -> String {
    let mut text: String = message.chars().take(TOLD).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.len() < message.len() {
        text.push('…');
    }
    text
}

/// Whether a line that a program has made can take the place of a row.
fn check(line: &[u8], bare: bool) -> Result<(), Message> {
    if line.starts_with(b"{\"@stream\"") {
        return Err(tr!("jq-gives-frame"));
    }
    if bare {
        return json::parse::<IgnoredAny>(line).map(drop).map_err(|_| not_json(line));
    }
    if line.first() != Some(&b'{') {
        let kind = match line.first() {
            Some(b'"') => tr!("jq-kind-text"),
            Some(b'[') => tr!("jq-kind-list"),
            Some(b'n') => "null".into(),
            Some(b't' | b'f') => tr!("jq-kind-boolean"),
            _ => tr!("jq-kind-number"),
        };
        return Err(tr!("jq-gives-value", kind));
    }
    item::parse(line, Payload { keep: false }).map(drop).map_err(|why| tr!("jq-gives-no-row", why))
}

fn not_json(line: &[u8]) -> Message {
    tr!("jq-gives-no-json", value = short(&String::from_utf8_lossy(line)))
}

/// A line that is written: the program may still be stopped, and a line has an end.
struct Line<'a> {
    out: &'a mut Vec<u8>,
    guard: &'a Guard,
    start: usize,
    /// More came than a line may have.
    is_full: bool,
}

impl io::Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.guard.stopped().is_some() {
            return Err(io::Error::other("stopped"));
        }
        if self.out.len() - self.start + bytes.len() > LONGEST {
            self.is_full = true;
            return Err(io::Error::other("full"));
        }
        self.out.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_looks_at_is_left_out() {
        let row = br#"{"id":1.10,"data":{"a":[{"x":1}],"b":{"c":2,"d":3}},"t":"x","data2":{}}"#;
        let odd = br#"{"data":[1],"t":null}"#;
        for (row, paths, expected) in [
            (&row[..], &["data.a", "t"][..], Some(r#"{"data":{"a":[{"x":1}]},"t":"x"}"#)),
            (row, &["data.b.c", "id"], Some(r#"{"id":1.10,"data":{"b":{"c":2}}}"#)),
            (row, &["data.a.x"], Some(r#"{"data":{"a":[{"x":1}]}}"#)),
            (row, &["t.u", "none.a"], Some(r#"{"t":"x"}"#)),
            (row, &[], Some("{}")),
            (odd, &["data.a", "t.u"], Some(r#"{"data":[1],"t":null}"#)),
            (b"[1]", &["a"], None),
        ] {
            let paths: Vec<KeyPath> = paths.iter().map(|path| path.split('.').map(str::to_owned).collect()).collect();
            let found = part(row, &paths).map(|part| String::from_utf8(part).unwrap());
            assert_eq!(found.as_deref(), expected, "{paths:?}");
        }
    }
}
