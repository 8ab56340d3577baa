//! Strings: borrowed from the text unless they have escapes.

use super::{Fault, Parser, Result};

/// Marks quotes, backslashes and control characters by the top bits of their bytes. The lowest mark is exact, those above may be off by a
/// borrow.
#[inline(always)]
pub(super) fn special_bytes(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let under = |word: u64, bound: u64| word.wrapping_sub(ONES * bound) & !word;
    let quote = under(word ^ (ONES * u64::from(b'"')), 1);
    let backslash = under(word ^ (ONES * u64::from(b'\\')), 1);
    (under(word, 0x20) | quote | backslash) & (ONES << 7)
}

impl<'de> Parser<'de> {
    /// From inside a string to the next quote, backslash or control character.
    #[inline(always)]
    pub(super) fn plain(&mut self) -> u8 {
        // In a local, so that it stays in a register.
        let (bytes, mut at) = (self.text.as_bytes(), self.at);
        while let Some(eight) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
            let word = u64::from_le_bytes(*eight);
            let special = special_bytes(word);
            if special != 0 {
                let k = special.trailing_zeros() / 8;
                self.at = at + k as usize;
                return (word >> (8 * k)) as u8;
            }
            at += 8;
        }
        self.at = at;
        loop {
            match self.byte(self.at) {
                special @ (b'"' | b'\\' | 0..0x20) => return special,
                _ => self.at += 1,
            }
        }
    }

    /// Behind the quote that opens a string, to behind the one that closes it. `None` when it has escapes: it is then in
    /// `scratch`.
    #[inline(always)]
    pub(super) fn string(&mut self) -> Result<Option<&'de str>> {
        let start = self.at;
        if self.plain() == b'"' {
            self.at += 1;
            return self.slice(start, self.at - 1).map(Some);
        }
        self.escaped(start).map(|()| None)
    }

    #[inline(never)]
    pub(super) fn escaped(&mut self, mut start: usize) -> Result<()> {
        self.scratch.clear();
        loop {
            let special = self.plain();
            let piece = self.slice(start, self.at)?;
            self.scratch.push_str(piece);
            match special {
                b'"' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => {
                    let c = self.escape()?;
                    self.scratch.push(c);
                    start = self.at;
                }
                _ => return Err(self.wrong(Fault::String)),
            }
        }
    }

    /// One escape, from its backslash.
    pub(super) fn escape(&mut self) -> Result<char> {
        let c = match self.byte(self.at + 1) {
            c @ (b'"' | b'\\' | b'/') => char::from(c),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let high = self.hex(self.at + 2)?;
                let paired = (0xd800..0xdc00).contains(&high) && self.byte(self.at + 6) == b'\\';
                let unit = if paired && self.byte(self.at + 7) == b'u' {
                    let low = self.hex(self.at + 8)?;
                    self.at += 6;
                    let low = low.checked_sub(0xdc00).filter(|low| *low < 0x400);
                    low.map_or(high, |low| 0x10000 + ((high - 0xd800) << 10) + low)
                } else {
                    high
                };
                self.at += 4;
                char::from_u32(unit).ok_or_else(|| self.wrong(Fault::Surrogate))?
            }
            _ => return Err(self.wrong(Fault::Escape)),
        };
        self.at += 2;
        Ok(c)
    }

    /// Reads past an escape. Half of a surrogate pair is an error only where the text is wanted.
    pub(super) fn skip_escape(&mut self) -> Result<()> {
        self.at += match self.byte(self.at + 1) {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => 2,
            b'u' => self.hex(self.at + 2).map(|_| 6)?,
            _ => return Err(self.wrong(Fault::Escape)),
        };
        Ok(())
    }

    pub(super) fn hex(&self, at: usize) -> Result<u32> {
        let digits = self.text.as_bytes().get(at..at + 4).filter(|d| d.iter().all(u8::is_ascii_hexdigit));
        let digits = digits.and_then(|d| std::str::from_utf8(d).ok()).and_then(|d| u32::from_str_radix(d, 16).ok());
        digits.ok_or_else(|| self.wrong(Fault::Digits))
    }

    #[inline(always)]
    pub(super) fn skip_string(&mut self) -> Result<()> {
        self.at += 1;
        loop {
            match self.plain() {
                b'"' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => self.skip_escape()?,
                _ => return Err(self.wrong(Fault::String)),
            }
        }
    }
}
