//! Values that nobody wants: checked, not kept. No recursion, so depth of nesting costs a byte a level.

use super::{Fault, Parser, Result};

impl Parser<'_> {
    /// Reads past a value, checking it.
    pub(super) fn skip(&mut self) -> Result<()> {
        let level = self.open.len();
        loop {
            match self.peek() {
                b'"' => self.skip_string()?,
                b'-' | b'0'..=b'9' => self.skip_number()?,
                b'{' | b'[' if self.skip_points() => {}
                b'{' => {
                    self.at += 1;
                    if self.peek() != b'}' {
                        self.open.push(b'}');
                        self.skip_key()?;
                        continue;
                    }
                    self.at += 1;
                }
                b'[' => {
                    self.at += 1;
                    if self.peek() != b']' {
                        self.open.push(b']');
                        continue;
                    }
                    self.at += 1;
                }
                b't' => self.literal("true")?,
                b'f' => self.literal("false")?,
                b'n' => self.literal("null")?,
                _ => return Err(self.wrong(Fault::NoValue)),
            }
            // Behind a value.
            loop {
                if self.open.len() == level {
                    return Ok(());
                }
                let close = self.open.last().copied().unwrap_or_default();
                match self.peek() {
                    b',' => {
                        self.at += 1;
                        if close == b'}' {
                            self.skip_key()?;
                        }
                        break;
                    }
                    byte if byte == close => {
                        self.at += 1;
                        self.open.pop();
                    }
                    _ => return Err(self.wrong(Fault::NoComma)),
                }
            }
        }
    }

    #[inline(always)]
    pub(super) fn skip_key(&mut self) -> Result<()> {
        if self.peek() != b'"' {
            return Err(self.wrong(Fault::NoKey));
        }
        self.skip_string()?;
        self.expect(b':', Fault::NoColon)
    }
}
