//! The JSON parser of the hot path: a serde deserializer over a line that is in memory whole. It borrows whatever it can, checks
//! what it skips, and does not recurse into values that are skipped.
//!
//! Rows are short tokens: keys of one letter, numbers of six digits. What counts is the work per token, so strings are looked at
//! eight bytes at a time in a register, numbers are added up as they are read, and every step is one the compiler can inline
//! into the visitor it serves.
//!
//! * [`mod@text`]: strings; [`number`]: numbers; [`point`]: points as most rows have them; [`skip`]: values that nobody wants; [`visit`]: the side that serde sees; [`fault`]: what is wrong with a line

mod fault;
mod number;
mod point;
mod skip;
#[cfg(test)]
mod tests;
mod text;
mod visit;

pub use fault::{Error, Fault};

/// Asks for a value as it is written: the name of a newtype whose visitor is given the text of the value.
pub const RAW: &str = "$synpipe::raw";
/// Asks for a value and how it is written: a sequence of the value and its text.
pub const BOTH: &str = "$synpipe::both";

/// Asks for anything; a point `{"x":…,"y":…,"id":…}` may be given as the sequence of its coordinates instead.
pub const POINT: &str = "$synpipe::point";

/// Levels of lists and objects that a visitor may open, each of which recurses.
const MAX_VISITED: u8 = 128;

type Result<T> = std::result::Result<T, Error>;

/// Reads one JSON value from a text.
pub struct Parser<'de> {
    text: &'de str,
    at: usize,
    /// Levels that visitors may still open.
    levels: u8,
    /// A string with escapes, without them.
    scratch: String,
    /// Closing brackets that a skipped value still needs.
    open: Vec<u8>,
}

impl<'de> Parser<'de> {
    /// At the front of a text.
    pub fn new(text: &'de str) -> Self {
        Self { text, at: 0, levels: MAX_VISITED, scratch: String::new(), open: Vec::new() }
    }

    /// How much of the text was read, bytes.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Nothing but white space may follow.
    ///
    /// # Errors
    /// When something does.
    pub fn end(&mut self) -> Result<()> {
        match self.peek() {
            0 if self.at >= self.text.len() => Ok(()),
            _ => Err(self.wrong(Fault::Trailing)),
        }
    }

    /// The byte at an offset; 0, which JSON has no place for, behind the end.
    #[inline(always)]
    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    /// The next byte that is not white space.
    #[inline(always)]
    fn peek(&mut self) -> u8 {
        let mut at = self.at;
        let byte = loop {
            match self.byte(at) {
                b' ' | b'\n' | b'\t' | b'\r' => at += 1,
                other => break other,
            }
        };
        self.at = at;
        byte
    }

    #[cold]
    fn wrong(&self, fault: Fault) -> Error {
        Error::json(fault, self.at >= self.text.len(), self.at)
    }

    #[inline(always)]
    fn expect(&mut self, byte: u8, fault: Fault) -> Result<()> {
        if self.peek() != byte {
            return Err(self.wrong(fault));
        }
        self.at += 1;
        Ok(())
    }

    #[inline(always)]
    fn literal(&mut self, word: &str) -> Result<()> {
        if !self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            return Err(self.wrong(Fault::NoValue));
        }
        self.at += word.len();
        Ok(())
    }

    /// The text between two offsets, which are those of ASCII characters or of the ends of values.
    #[inline(always)]
    fn slice(&self, from: usize, to: usize) -> Result<&'de str> {
        self.text.get(from..to).ok_or_else(|| self.wrong(Fault::CutCharacter))
    }
}
