//! Where data lines may stand: between a begin and an end frame. What a program writes without frames may be cut, and nobody would know;
//! so it is refused at its first line, unless the user vouches for it. A file that the user names may be without frames.

use super::error::StreamError;
use super::form::Form;
use super::frame::Kind;
use super::reader::{Batch, Line};
use memchr::memmem;
use serde::Deserialize;
use std::borrow::Cow;

/// Follows where the lines of the inputs stand.
#[derive(Debug)]
pub(super) struct Framing {
    kind: Kind,
    /// The user vouches for lines without frames that a program writes.
    vouched: bool,
    /// A begin frame came, and no end frame since. A stream may be in several files, as `split` makes them.
    inside: bool,
    input: Input,
}

/// The input that is being read.
#[derive(Debug, Default)]
struct Input {
    name: String,
    /// A program writes it: it is no file.
    written: bool,
    /// A begin or end frame came in it.
    framed: bool,
    /// Number of the first line that stands between no frames and was let through.
    loose: Option<u64>,
}

/// What is to be said of a batch of data lines.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// They may stand there.
    Fine,
    /// There should have been a begin frame before them.
    Unframed,
    /// They stand before the begin frame, which is the next line, or after the end frame.
    Stray { after: bool },
}

impl Framing {
    /// For a stage that reads lines of this kind.
    pub(super) fn new(kind: Kind, vouched: bool) -> Self {
        Self { kind, vouched, inside: false, input: Input::default() }
    }

    /// An input is opened. `written`: a program writes it.
    pub(super) fn open(&mut self, name: &str, written: bool) {
        self.input = Input { name: name.to_owned(), written, ..Input::default() };
    }

    /// The input is read.
    ///
    /// # Errors
    /// [`StreamError::Unframed`] when lines that looked like rubbish were let through, so that their own message is the one to be read.
    pub(super) fn close(&mut self) -> Result<(), StreamError> {
        if self.input.loose.take().is_some() && self.input.written { Err(self.unframed()) } else { Ok(()) }
    }

    /// Data lines. `follows`: the frame line after them, as far as it is known.
    pub(super) fn data(&mut self, batch: &Batch, follows: Option<&[u8]>) -> Verdict {
        let input = &mut self.input;
        if self.inside || (input.written && self.vouched) {
            return Verdict::Fine;
        }
        let Some(first) = batch.lines().next() else { return Verdict::Fine };
        if input.framed {
            return Verdict::Stray { after: true };
        }
        if input.written && follows.is_some_and(|frame| word(frame) == "begin") {
            return Verdict::Stray { after: false };
        }
        // Of something that is no line at all, or one of the other kind, the error is the better one.
        if input.written && self.kind.is_plausible(batch, &first) {
            return Verdict::Unframed;
        }
        input.loose = input.loose.or(Some(first.number));
        Verdict::Fine
    }

    /// A frame line.
    ///
    /// # Errors
    /// [`StreamError::Stray`] when lines stand before the first frame of a file.
    pub(super) fn frame(&mut self, batch: &Batch) -> Result<(), StreamError> {
        let Some(line) = batch.lines().next() else { return Ok(()) };
        let word = word(line.bytes);
        if word != "begin" && word != "end" {
            return Ok(());
        }
        self.input.framed = true;
        self.inside = word == "begin";
        let Some(first) = self.input.loose.take() else { return Ok(()) };
        let place = format!("{}:{first}", self.input.name);
        Err(StreamError::Stray { kind: self.kind, place, lines: line.number - first, more: false, after: false })
    }

    /// The error about lines without a begin frame.
    pub(super) fn unframed(&self) -> StreamError {
        StreamError::Unframed { kind: self.kind, name: self.input.name.clone() }
    }

    /// The error about lines in the wrong place. `more` may follow.
    pub(super) fn stray(&self, place: String, lines: u64, more: bool, after: bool) -> StreamError {
        StreamError::Stray { kind: self.kind, place, lines, more, after }
    }
}

impl Kind {
    /// Whether a line looks like one of this kind.
    fn is_plausible(self, batch: &Batch, line: &Line<'_>) -> bool {
        let is_object = line.bytes.starts_with(b"{") && line.bytes.ends_with(b"}");
        is_object
            && match (self, batch.form(line)) {
                (Kind::Items, form) => form.is_none(),
                (Kind::Files, form) => {
                    form.is_none_or(|form| form == Form::FileLine) && memmem::find(line.bytes, b"\"path\"").is_some()
                }
            }
    }
}

/// The value of `@stream`; empty when the line is not JSON.
fn word(line: &[u8]) -> Cow<'_, str> {
    #[derive(Deserialize)]
    struct Word<'a> {
        #[serde(rename = "@stream", borrow)]
        word: Cow<'a, str>,
    }
    serde_json::from_slice::<Word<'_>>(line).map(|w| w.word).unwrap_or_default()
}
