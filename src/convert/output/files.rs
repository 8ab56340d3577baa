//! File lines out: the only place of this stage that knows their syntax.

use super::parts::PartBuffer;
use super::text::{Form, Text, TextRef};
use crate::file_line::push_escaped;
use crate::stream::{StreamError, Writer};
use crate::words::Message;
use serde::{Deserialize, Serialize};

/// Writes file lines; or, for `--bare`, the text of one document only.
pub struct Files {
    writer: Writer,
    bare: Option<&'static str>,
    /// What all paths begin with: nothing, or a folder and a slash.
    folder: String,
    line: Vec<u8>,
    /// Lines written.
    pub lines: u64,
    /// Files written: lines that complete a path.
    pub files: u64,
    /// What the user should know about them, a line each.
    pub notes: Vec<Message>,
}

/// The original of a unit, to be downloaded by the sink.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Original {
    /// Where it can be had.
    pub url: String,
    /// Size, when the row says.
    pub bytes: Option<u64>,
    /// SHA-256, when the row says.
    pub sha256: Option<String>,
    /// How a new URL can be had when this one has expired, as JSON.
    pub refresh: Option<String>,
}

impl Files {
    /// Over a writer. `bare`: the path of the document to write alone.
    pub fn new(writer: Writer, bare: Option<&'static str>) -> Self {
        Self { writer, bare, folder: String::new(), line: Vec::new(), lines: 0, files: 0, notes: Vec::new() }
    }

    /// From here on paths are in this folder, which is safe in a path; empty: in none.
    pub fn enter(&mut self, folder: &str) {
        self.folder.clear();
        if !folder.is_empty() {
            self.folder.push_str(folder);
            self.folder.push('/');
        }
    }

    /// Text to be written here, empty so far, in the form that the output takes.
    pub fn new_text(&self) -> Text {
        Text::new(if self.bare.is_some() { Form::Plain } else { Form::Escaped })
    }

    /// Parts whose texts are to be written here, none so far.
    pub fn new_parts(&self) -> PartBuffer {
        PartBuffer::new(self.new_text())
    }

    /// Writes a line that is no file line: a frame. Nothing when bare.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn frame(&mut self, line: &str) -> Result<(), StreamError> {
        if self.bare.is_some() { Ok(()) } else { self.writer.line(line.as_bytes()) }
    }

    /// Writes a text file, or a part of one when `more` follows. `text` has no holes. `item` is the id of the row as JSON.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn text(&mut self, path: &str, text: TextRef<'_>, more: bool, item: Option<&str>) -> Result<(), StreamError> {
        if let Some(document) = self.bare {
            return if path == document { self.writer.put(text.0) } else { Ok(()) };
        }
        self.open(path, "text");
        // Long texts go straight to the writer instead of through the line buffer.
        self.writer.put(&self.line)?;
        self.writer.put(text.0)?;
        self.line.clear();
        self.line.push(b'"');
        self.close(more, item)
    }

    /// Writes a text file given as it is.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn plain(&mut self, path: &str, text: &str) -> Result<(), StreamError> {
        let mut whole = self.new_text();
        whole.reserve(text.len() + 64);
        whole.plain(text);
        self.text(path, whole.get(), false, None)
    }

    /// Writes a binary file.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn base64(&mut self, path: &str, encoded: &[u8], item: Option<&str>) -> Result<(), StreamError> {
        if self.bare.is_some() {
            return Ok(());
        }
        self.open(path, "base64");
        self.line.extend_from_slice(encoded);
        self.line.push(b'"');
        self.close(false, item)
    }

    /// Writes a line for a file of this machine, which the sink copies.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn file(&mut self, path: &str, file: &str) -> Result<(), StreamError> {
        self.open(path, "file");
        push_escaped(&mut self.line, file);
        self.line.push(b'"');
        self.close(false, None)
    }

    /// Writes a line for an original.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn original(&mut self, path: &str, original: &Original, item: &str) -> Result<(), StreamError> {
        if self.bare.is_some() {
            return Ok(());
        }
        self.open(path, "url");
        push_escaped(&mut self.line, &original.url);
        self.line.push(b'"');
        if let Some(n) = original.bytes {
            self.line.extend_from_slice(b",\"bytes\":");
            super::number::push_int(&mut self.line, n);
        }
        if let Some(sha) = &original.sha256 {
            self.line.extend_from_slice(b",\"sha256\":\"");
            push_escaped(&mut self.line, sha);
            self.line.push(b'"');
        }
        if let Some(refresh) = &original.refresh {
            self.line.extend_from_slice(b",\"refresh\":");
            self.line.extend_from_slice(refresh.as_bytes());
        }
        self.close(false, Some(item))
    }

    /// Hands everything on.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn flush(&mut self) -> Result<(), StreamError> {
        self.writer.flush()
    }

    /// Writes the rest and checks that it was written.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn finish(self) -> Result<(), StreamError> {
        self.writer.finish()
    }

    fn open(&mut self, path: &str, kind: &str) {
        self.line.clear();
        self.line.extend_from_slice(b"{\"path\":\"");
        push_escaped(&mut self.line, &self.folder);
        push_escaped(&mut self.line, path);
        self.line.extend_from_slice(b"\",\"");
        self.line.extend_from_slice(kind.as_bytes());
        self.line.extend_from_slice(b"\":\"");
    }

    fn close(&mut self, more: bool, item: Option<&str>) -> Result<(), StreamError> {
        if more {
            self.line.extend_from_slice(b",\"more\":true");
        } else {
            self.files += 1;
        }
        if let Some(item) = item {
            self.line.extend_from_slice(b",\"item\":");
            self.line.extend_from_slice(item.as_bytes());
        }
        self.line.extend_from_slice(b"}\n");
        self.lines += 1;
        self.writer.put(&self.line)
    }
}
