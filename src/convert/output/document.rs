//! A long text file, written in parts so that it is never in memory whole.

use super::files::Files;
use super::text::Text;
use crate::stream::StreamError;

/// How much text one file line holds, bytes.
const PART: usize = 256 * 1024;

/// A document being written: append to [`Document::text`], [`Document::spill`] now and then, [`Document::finish`].
pub struct Document {
    path: String,
    text: Text,
}

impl Document {
    /// A document at a path, empty so far.
    pub fn new(path: impl Into<String>, out: &Files) -> Self {
        Self { path: path.into(), text: out.new_text() }
    }

    /// What comes next in it.
    pub fn text(&mut self) -> &mut Text {
        &mut self.text
    }

    /// Writes a part when there is enough for one.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn spill(&mut self, out: &mut Files) -> Result<(), StreamError> {
        if self.text.len() >= PART {
            out.text(&self.path, self.text.get(), true, None)?;
            self.text.clear();
        }
        Ok(())
    }

    /// Writes the last part.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn finish(self, out: &mut Files) -> Result<(), StreamError> {
        out.text(&self.path, self.text.get(), false, None)
    }
}
