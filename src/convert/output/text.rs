//! Text of output files, kept in the form in which the output takes it: escaped to stand in the `text` of a file line, or as it is
//! for `--bare`.
//!
//! Writing the escaped form at once saves a pass over the whole output. Only [`super::files::Files`] decides which form a run has:
//! every [`Text`] comes from [`super::files::Files::new_text`]. A format appends what the file is to contain, by methods that
//! know what has to be escaped, and hands the text to [`super::files::Files::text`], which takes nothing else.

use super::hole;
use super::hole::Hole;
use super::number::{push_float, push_int, push_number, push_six};
use crate::file_line::{push_escaped, push_escaped_bytes};

/// How text is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// As it is.
    Plain,
    /// As the inside of a JSON string.
    Escaped,
}

/// Text of an output file, or a piece of it. It may have holes (see [`hole`]).
#[derive(Clone, Debug)]
pub struct Text {
    form: Form,
    pub(super) bytes: Vec<u8>,
    /// Where this text begins: what is in front of it is another's.
    pub(super) start: usize,
}

/// A piece of text in the form of the run, read-only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextRef<'t>(pub(super) &'t [u8]);

/// A literal in both forms, made at compile time by `lit!`.
#[derive(Clone, Copy)]
pub struct Lit {
    plain: &'static [u8],
    escaped: &'static [u8],
}

impl Lit {
    /// For `lit!` alone: `escaped` is made of `plain` by [`escape`].
    pub const fn new(plain: &'static str, escaped: &'static [u8]) -> Self {
        Self { plain: plain.as_bytes(), escaped }
    }
}

/// Length of a literal when quotes, backslashes and line ends are escaped.
pub const fn escaped_len(text: &str) -> usize {
    let (bytes, mut n, mut i) = (text.as_bytes(), 0, 0);
    while i < bytes.len() {
        n += if matches!(bytes[i], b'"' | b'\\' | b'\n') { 2 } else { 1 };
        i += 1;
    }
    n
}

/// A literal escaped.
pub const fn escape<const N: usize>(text: &str) -> [u8; N] {
    let (bytes, mut out, mut i, mut k) = (text.as_bytes(), [0; N], 0, 0);
    while i < bytes.len() {
        if matches!(bytes[i], b'"' | b'\\' | b'\n') {
            out[k] = b'\\';
            k += 1;
        }
        out[k] = if bytes[i] == b'\n' { b'n' } else { bytes[i] };
        i += 1;
        k += 1;
    }
    out
}

/// A [`Lit`] of a string literal. Of control characters it may have line ends only.
macro_rules! lit {
    ($text:literal) => {{
        const N: usize = $crate::convert::output::text::escaped_len($text);
        const ESCAPED: [u8; N] = $crate::convert::output::text::escape($text);
        $crate::convert::output::text::Lit::new($text, &ESCAPED)
    }};
}
pub(crate) use lit;

impl Text {
    /// Nothing yet.
    pub(super) fn new(form: Form) -> Self {
        Self { form, bytes: Vec::new(), start: 0 }
    }

    /// Another one in the same form, empty.
    pub(super) fn empty(&self) -> Self {
        Self::new(self.form)
    }

    /// Makes room for so many bytes more.
    pub fn reserve(&mut self, bytes: usize) {
        self.bytes.reserve(bytes);
    }

    /// Appends a literal.
    pub fn lit(&mut self, lit: Lit) {
        self.bytes.extend_from_slice(if self.form == Form::Plain { lit.plain } else { lit.escaped });
    }

    /// Appends one character that is the same in both forms; any other does not compile.
    pub fn byte<const B: u8>(&mut self) {
        const { assert!(B >= b' ' && B < 0x7f && B != b'"' && B != b'\\') };
        self.bytes.push(B);
    }

    /// Appends text as the file is to contain it.
    pub fn plain(&mut self, text: &str) {
        self.plain_bytes(text.as_bytes());
    }

    /// As [`Text::plain`], for UTF-8 that is at hand as bytes.
    pub fn plain_bytes(&mut self, text: &[u8]) {
        match self.form {
            Form::Plain => self.bytes.extend_from_slice(text),
            Form::Escaped => push_escaped_bytes(&mut self.bytes, text),
        }
    }

    /// As [`Text::plain_bytes`], for text that has holes, which stay.
    pub fn plain_with_holes(&mut self, text: &[u8]) {
        match self.form {
            Form::Plain => self.bytes.extend_from_slice(text),
            Form::Escaped => hole::escape(text, &mut self.bytes),
        }
    }

    /// Appends a value of a JSON file: a string with its quotes.
    pub fn json_string(&mut self, value: &str) {
        self.lit(lit!("\""));
        self.json_inside(value);
        self.lit(lit!("\""));
    }

    /// Appends the inside of a string of a JSON file, without quotes.
    pub fn json_inside(&mut self, value: &str) {
        if self.form == Form::Plain {
            return push_escaped(&mut self.bytes, value);
        }
        // Escaped twice: for the file, and for its line.
        let mut rest = value.as_bytes();
        while let Some(at) = rest.iter().position(|&b| b < b' ' || b == b'"' || b == b'\\') {
            self.bytes.extend_from_slice(&rest[..at]);
            match rest[at] {
                b'\\' => self.bytes.extend_from_slice(br"\\\\"),
                _ => {
                    let mut once = Vec::with_capacity(6);
                    push_escaped_bytes(&mut once, &rest[at..=at]);
                    push_escaped_bytes(&mut self.bytes, &once);
                }
            }
            rest = &rest[at + 1..];
        }
        self.bytes.extend_from_slice(rest);
    }

    /// Appends a whole number.
    pub fn int(&mut self, n: impl itoa::Integer) {
        push_int(&mut self.bytes, n);
    }

    /// Appends a number as [`push_float`] writes it.
    pub fn float(&mut self, n: f64) {
        push_float(&mut self.bytes, n);
    }

    /// Appends a number as [`push_number`] writes it.
    pub fn number(&mut self, n: f64) {
        push_number(&mut self.bytes, n);
    }

    /// Appends a number with six decimals.
    pub fn six(&mut self, n: f64) {
        push_six(&mut self.bytes, n);
    }

    /// Appends a hole.
    pub fn hole(&mut self, hole: Hole) {
        hole::push(&mut self.bytes, hole);
    }

    /// Appends a piece of text.
    pub fn append(&mut self, text: TextRef<'_>) {
        self.bytes.extend_from_slice(text.0);
    }

    /// Appends a piece of text, every hole replaced by what `with` appends.
    pub fn fill(&mut self, text: TextRef<'_>, mut with: impl FnMut(Hole, &mut Self)) {
        hole::split(text.0, self, |out, plain| out.bytes.extend_from_slice(plain), |out, hole| with(hole, out));
    }

    /// The text so far.
    pub fn get(&self) -> TextRef<'_> {
        TextRef(&self.bytes[self.start..])
    }

    /// Bytes so far.
    pub fn len(&self) -> usize {
        self.bytes.len() - self.start
    }

    /// Whether there is nothing yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes back everything after the first `len` bytes.
    pub fn truncate(&mut self, len: usize) {
        self.bytes.truncate(self.start + len);
    }

    /// Takes everything back.
    pub fn clear(&mut self) {
        self.truncate(0);
    }
}

impl<'t> TextRef<'t> {
    /// No text.
    pub const EMPTY: TextRef<'static> = TextRef(b"");

    /// Whether it is empty.
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Whether there is a hole in it.
    pub fn has_holes(self) -> bool {
        memchr::memchr(0, self.0).is_some()
    }

    /// Without the comma it may end with.
    pub fn without_last_comma(self) -> Self {
        Self(self.0.strip_suffix(b",").unwrap_or(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_form_reads_back_to_the_plain_one() {
        let write = |form| {
            let mut out = Text::new(form);
            out.lit(lit!("{\"k\\\n\":"));
            out.json_string("a\"b\\c\n\u{1}자");
            out.byte::<b','>();
            out.plain("[\"x\"]");
            out.int(7);
            String::from_utf8(out.bytes).unwrap()
        };
        let plain = write(Form::Plain);
        let escaped: String = serde_json::from_str(&format!("\"{}\"", write(Form::Escaped))).unwrap();
        assert_eq!(plain, escaped);
    }

    #[test]
    fn holes_are_filled_in_place() {
        let mut text = Text::new(Form::Escaped);
        text.plain("a\n");
        text.hole(Hole::Class(0x0a00));
        text.plain("b");
        text.hole(Hole::Name);
        let mut out = Text::new(Form::Escaped);
        assert!(text.get().has_holes());
        out.fill(text.get(), |hole, out| out.plain(&format!("<{hole:?}>")));
        assert_eq!(out.bytes, br"a\n<Class(2560)>b<Name>");
    }
}
