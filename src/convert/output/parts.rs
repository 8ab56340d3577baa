//! What a worker hands to the collector about a unit: typed parts, in one encoding that can be spooled as it is.
//!
//! A part is its kind, its length (eight bytes, little endian) and its bytes. A format pushes parts in an order of its own and
//! takes them in that order.

use super::text::{Text, TextRef};
use crate::stream::StreamError;
use std::ops::Range;

const TEXT: u8 = b't';
const STR: u8 = b's';
const BYTES: u8 = b'b';
const NUMBER: u8 = b'n';

/// Parts being written: those of one record, or of all records of a batch.
#[derive(Debug)]
pub struct PartBuffer {
    /// All parts; as a text it is the part that is open.
    text: Text,
    open: bool,
}

impl PartBuffer {
    /// No part yet. `text` is empty: it gives the form of texts.
    pub(super) fn new(text: Text) -> Self {
        Self { text, open: false }
    }

    /// Another one of the same run, empty.
    pub fn empty(&self) -> Self {
        Self::new(self.text.empty())
    }

    /// Makes room for so many bytes more.
    pub fn reserve(&mut self, bytes: usize) {
        self.text.reserve(bytes);
    }

    /// Begins a part of text. It ends where the next part begins.
    pub fn begin_text(&mut self) -> &mut Text {
        self.begin(TEXT);
        self.open = true;
        &mut self.text
    }

    /// The part of text that was begun last, to append to it; a new one when another kind of part came after it.
    pub fn text(&mut self) -> &mut Text {
        if self.open { &mut self.text } else { self.begin_text() }
    }

    /// Adds a text that is no text of a file, such as a name.
    pub fn push_str(&mut self, text: &str) {
        self.push(STR, text.as_bytes());
    }

    /// Adds bytes of any kind.
    pub fn push_bytes(&mut self, bytes: &[u8]) {
        self.push(BYTES, bytes);
    }

    /// Adds bytes that `make` appends.
    pub fn make_bytes(&mut self, make: impl FnOnce(&mut Vec<u8>)) {
        self.begin(BYTES);
        make(&mut self.text.bytes);
        self.seal();
    }

    /// Adds a number.
    pub fn push_number(&mut self, n: u64) {
        self.push(NUMBER, &n.to_le_bytes());
    }

    fn push(&mut self, kind: u8, bytes: &[u8]) {
        self.begin(kind);
        self.text.bytes.extend_from_slice(bytes);
        self.seal();
    }

    fn begin(&mut self, kind: u8) {
        self.close();
        self.text.bytes.push(kind);
        self.text.bytes.extend_from_slice(&[0; 8]);
        self.text.start = self.text.bytes.len();
    }

    /// Ends a part of text, if one is open.
    fn close(&mut self) {
        if std::mem::take(&mut self.open) {
            self.seal();
        }
    }

    /// Writes the length of the part that ends here.
    fn seal(&mut self) {
        let (start, length) = (self.text.start, self.text.len() as u64);
        self.text.bytes[start - 8..start].copy_from_slice(&length.to_le_bytes());
    }

    /// Ends the last part and gives where the next one will begin.
    pub fn end(&mut self) -> usize {
        self.close();
        self.text.bytes.len()
    }

    /// Bytes of all parts so far.
    pub fn size(&self) -> usize {
        self.text.bytes.len()
    }

    /// Takes back all parts that begin at `end` or later, a value of [`PartBuffer::end`].
    pub fn take_back(&mut self, end: usize) {
        self.open = false;
        self.text.bytes.truncate(end);
    }

    /// All parts, ready to be spooled.
    pub fn bytes(&mut self) -> &[u8] {
        self.close();
        &self.text.bytes
    }

    /// The parts between two values of [`PartBuffer::end`].
    pub fn parts(&self, range: Range<usize>) -> Parts<'_> {
        Parts { rest: self.text.bytes.get(range).unwrap_or_default() }
    }
}

/// Parts to be taken in order.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'p> {
    rest: &'p [u8],
}

impl<'p> Parts<'p> {
    /// Parts out of bytes that a [`PartBuffer`] has made.
    pub fn of(bytes: &'p [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The bytes of the parts that are left, ready to be spooled.
    pub fn bytes(self) -> &'p [u8] {
        self.rest
    }

    /// Bytes of the parts that are left.
    pub fn size(self) -> usize {
        self.rest.len()
    }

    /// Whether there is none left.
    pub fn is_empty(self) -> bool {
        self.rest.is_empty()
    }

    /// Takes a part of text.
    ///
    /// # Errors
    /// When the next part is of another kind, or there is none: the format does not take what it has pushed.
    pub fn text(&mut self) -> Result<TextRef<'p>, StreamError> {
        self.take(TEXT).map(TextRef)
    }

    /// Takes a text that is no text of a file.
    ///
    /// # Errors
    /// As [`Parts::text`].
    pub fn str(&mut self) -> Result<&'p str, StreamError> {
        std::str::from_utf8(self.take(STR)?).map_err(|_| damaged())
    }

    /// Takes bytes.
    ///
    /// # Errors
    /// As [`Parts::text`].
    pub fn bytes_part(&mut self) -> Result<&'p [u8], StreamError> {
        self.take(BYTES)
    }

    /// Takes a number.
    ///
    /// # Errors
    /// As [`Parts::text`].
    pub fn number(&mut self) -> Result<u64, StreamError> {
        self.take(NUMBER)?.try_into().map(u64::from_le_bytes).map_err(|_| damaged())
    }

    fn take(&mut self, kind: u8) -> Result<&'p [u8], StreamError> {
        let part = || {
            let (&found, rest) = self.rest.split_first()?;
            let (length, rest) = rest.split_first_chunk::<8>()?;
            let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
            rest.split_at_checked(length).filter(|_| found == kind)
        };
        let (part, rest) = part().ok_or_else(damaged)?;
        self.rest = rest;
        Ok(part)
    }
}

fn damaged() -> StreamError {
    StreamError::Internal("parts of a record")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::output::text::Form;

    #[test]
    fn parts_come_back_in_order_and_kind() {
        let mut buffer = PartBuffer::new(Text::new(Form::Escaped));
        buffer.push_str("자동차");
        buffer.text().plain("a\n");
        buffer.text().plain("b");
        buffer.begin_text();
        buffer.push_bytes(&[0, 1]);
        buffer.make_bytes(|out| out.push(7));
        buffer.push_number(1 << 40);
        let end = buffer.end();
        buffer.begin_text().plain("taken back");
        buffer.take_back(end);
        let mut parts = Parts::of(buffer.bytes());
        assert_eq!(parts.str().unwrap(), "자동차");
        assert!(parts.number().is_err());
        assert_eq!(parts.text().unwrap().0, br"a\nb");
        assert!(parts.text().unwrap().is_empty());
        assert_eq!(parts.bytes_part().unwrap(), [0, 1]);
        assert_eq!(parts.bytes_part().unwrap(), [7]);
        assert_eq!(parts.number().unwrap(), 1 << 40);
        assert!(parts.is_empty() && parts.text().is_err());
    }
}
