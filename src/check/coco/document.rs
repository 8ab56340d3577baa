//! A document as a stream: the text of one element of a list at a time is in memory.

use crate::check::tree::Tree;
use crate::stream::StreamError;
use crate::stream::json;
use crate::stream::json::{Front, parse_front};
use crate::tr;
use crate::words::{Message, Worded};
use serde::de::{DeserializeSeed, IgnoredAny};
use std::fs::File;
use std::io::{BufReader, Read};
use std::marker::PhantomData;

/// What is read at once, bytes.
const STEP: usize = 1 << 20;
/// The longest element, bytes.
const CAP: usize = 256 << 20;

/// So far from the end of a text the parser asks for more of it, whatever is wrong, bytes.
const TAIL: usize = 128;

/// What ends the reading of a document.
#[derive(Debug)]
pub enum Fault {
    /// The file is not JSON: what is wrong, and the line.
    Json(Message, u64),
    /// The file cannot be read, or a finding cannot be written.
    Stream(StreamError),
}

impl From<StreamError> for Fault {
    fn from(e: StreamError) -> Self {
        Self::Stream(e)
    }
}

/// What some readers read and others do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Odd {
    /// A byte-order mark.
    Mark,
    /// `NaN`, `Infinity` or `-Infinity`; it is read as `null`.
    NotFinite,
}

/// Receives the parts of a document as they are read.
pub trait Document {
    /// Called with each key of the top object; whether [`Document::element`] is to be called for each element of the list under it.
    fn wants(&mut self, key: &str) -> bool;
    /// Called once for each kind of oddity, with its line.
    ///
    /// # Errors
    /// [`StreamError`]: a finding cannot be written.
    fn odd(&mut self, odd: Odd, line: u64) -> Result<(), StreamError>;
    /// Reads the element at the front of `text`; `index` counts from 0.
    fn element(&mut self, key: &str, index: u64, text: &str) -> Front<()>;
    /// Judges the element that was read last.
    ///
    /// # Errors
    /// [`StreamError`]: a finding cannot be written.
    fn judge(&mut self, key: &str, index: u64) -> Result<(), StreamError>;
}

/// Reads a document.
///
/// # Errors
/// See [`Fault`].
pub fn read(tree: &Tree, path: &str, document: &mut dyn Document) -> Result<(), Fault> {
    let mut text = Text {
        path,
        file: tree.open_file(path)?,
        text: String::new(),
        at: 0,
        rest: Vec::new(),
        end: false,
        lines: 1,
        odd: Vec::new(),
    };
    if text.peek()? != b'{' {
        return Err(text.wrong(tr!("coco-no-object")));
    }
    text.at += 1;
    let mut first = true;
    while text.next(&mut first, b'}')? {
        let key: String = text.value(PhantomData::<String>)?;
        text.expect(b':', json::Fault::NoColon)?;
        let wanted = document.wants(&key);
        match text.peek()? {
            b'[' if wanted => text.list(&key, document)?,
            // A long value is passed over in pieces.
            b'[' => {
                text.at += 1;
                let mut first = true;
                while text.next(&mut first, b']')? {
                    text.value(PhantomData::<IgnoredAny>)?;
                }
            }
            _ if wanted => return Err(text.wrong(tr!("coco-no-list", key))),
            _ => drop(text.value(PhantomData::<IgnoredAny>)?),
        }
    }
    let end = text.peek();
    for (odd, line) in std::mem::take(&mut text.odd) {
        document.odd(odd, line)?;
    }
    match end {
        Err(Fault::Json(..)) => Ok(()),
        Ok(_) => Err(text.wrong(tr!("coco-more-after"))),
        Err(e) => Err(e),
    }
}

/// The text around the place that is read.
struct Text<'p> {
    path: &'p str,
    file: BufReader<File>,
    text: String,
    at: usize,
    /// The first bytes of a character that is not here whole.
    rest: Vec<u8>,
    end: bool,
    /// Lines before the text, and one.
    lines: u64,
    /// What is odd, and the first line of each kind.
    odd: Vec<(Odd, u64)>,
}

impl Text<'_> {
    /// Reads more behind what is here; false at the end of the file.
    fn more(&mut self) -> Result<bool, Fault> {
        if self.end {
            return Ok(false);
        }
        let seen = &self.text.as_bytes()[..self.at];
        self.lines += memchr::memchr_iter(b'\n', seen).count() as u64;
        self.text.drain(..self.at);
        self.at = 0;
        if self.text.len() > CAP {
            return Err(self.wrong(tr!("coco-long-element")));
        }
        let mut bytes = std::mem::take(&mut self.rest);
        // Twice as much as is here: a long element is not read again and again.
        let step = STEP.max(self.text.len()) as u64;
        let name = self.path.to_owned();
        let read = (&mut self.file).take(step).read_to_end(&mut bytes);
        self.end = read.map_err(|source| StreamError::Read { name, source })? == 0;
        match simdutf8::compat::from_utf8(&bytes) {
            Ok(text) => self.text.push_str(text),
            Err(e) if e.error_len().is_none() && !self.end => {
                let (whole, rest) = bytes.split_at(e.valid_up_to());
                self.text.push_str(&String::from_utf8_lossy(whole));
                self.rest = rest.to_vec();
            }
            Err(_) => return Err(self.wrong(tr!("coco-not-utf8"))),
        }
        Ok(true)
    }

    /// The next byte that is not white space.
    fn peek(&mut self) -> Result<u8, Fault> {
        loop {
            let bytes = self.text.as_bytes();
            while let Some(byte) = bytes.get(self.at) {
                if !matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
                    return Ok(*byte);
                }
                self.at += 1;
            }
            if !self.more()? {
                return Err(self.wrong(tr!("coco-breaks-off")));
            }
            if self.lines == 1 && self.at == 0 && self.text.starts_with('\u{feff}') {
                self.at = '\u{feff}'.len_utf8();
                self.odd.push((Odd::Mark, 1));
            }
        }
    }

    fn expect(&mut self, byte: u8, fault: json::Fault) -> Result<(), Fault> {
        if self.peek()? != byte {
            return Err(self.wrong(fault.words()));
        }
        self.at += 1;
        Ok(())
    }

    /// Whether another element or entry follows before this bracket.
    fn next(&mut self, first: &mut bool, close: u8) -> Result<bool, Fault> {
        if self.peek()? == close {
            self.at += 1;
            return Ok(false);
        }
        if !std::mem::take(first) {
            self.expect(b',', json::Fault::NoComma)?;
            self.peek()?;
        }
        Ok(true)
    }

    fn value<S, T>(&mut self, seed: S) -> Result<T, Fault>
    where
        S: for<'de> DeserializeSeed<'de, Value = T> + Clone,
    {
        loop {
            match parse_front(&self.text[self.at..], seed.clone()) {
                Front::Value(value, length) => {
                    self.at += length;
                    return Ok(value);
                }
                front => self.failed(front)?,
            }
        }
    }

    fn list(&mut self, key: &str, document: &mut dyn Document) -> Result<(), Fault> {
        self.at += 1;
        let mut first = true;
        let mut index = 0;
        while self.next(&mut first, b']')? {
            loop {
                match document.element(key, index, &self.text[self.at..]) {
                    Front::Value((), length) => {
                        self.at += length;
                        break;
                    }
                    front => self.failed(front)?,
                }
            }
            document.judge(key, index)?;
            index += 1;
        }
        Ok(())
    }

    /// A value that could not be read: more of it, or the error.
    fn failed<T>(&mut self, front: Front<T>) -> Result<(), Fault> {
        if let Front::Wrong(message, at) = front {
            let at_most = self.at + at;
            if self.without_not_finite(at_most.saturating_sub("-Infinity".len()), at_most + 1) {
                return Ok(());
            }
            self.at += at;
            // Columns of the parser are those of its piece.
            return Err(self.wrong(message.without_place()));
        }
        // Mistakes just before the end are not told from an end that is not here yet.
        let end = self.text.len();
        if self.more()? || self.without_not_finite(end.saturating_sub(TAIL), end) {
            return Ok(());
        }
        Err(self.wrong(tr!("coco-breaks-off")))
    }

    /// Puts `null` in the place of a number that Python writes and JSON does not have, when one begins there.
    fn without_not_finite(&mut self, first: usize, last: usize) -> bool {
        let bytes = self.text.as_bytes();
        let found = (first.max(self.at)..=last).find_map(|from| {
            let rest = bytes.get(from..)?;
            let word = ["-Infinity", "Infinity", "NaN"].into_iter().find(|word| rest.starts_with(word.as_bytes()))?;
            // Where a value begins: behind a colon, a comma or a bracket.
            let before = bytes[..from].iter().rfind(|b| !b.is_ascii_whitespace());
            before.is_none_or(|b| matches!(b, b':' | b',' | b'[')).then_some((from, from + word.len()))
        });
        let Some((from, to)) = found else { return false };
        let line = self.lines + memchr::memchr_iter(b'\n', &bytes[..from]).count() as u64;
        self.text.replace_range(from..to, "null");
        if !self.odd.iter().any(|(odd, _)| *odd == Odd::NotFinite) {
            self.odd.push((Odd::NotFinite, line));
        }
        true
    }

    fn wrong(&self, message: Message) -> Fault {
        let before = memchr::memchr_iter(b'\n', &self.text.as_bytes()[..self.at.min(self.text.len())]).count();
        Fault::Json(message, self.lines + before as u64)
    }
}
