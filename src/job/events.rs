//! The platform's stream of a log: Server-Sent Events, of which only `data:` matters, with the text wrapped twice:
//!
//! ```text
//! data: {"type": "connected"}
//! data: {"type": "log", "data": "data: {\"type\": \"log\", \"message\": \"line\\n\"}\n\n"}
//! data: {"type": "complete"}
//! ```
//!
//! What is not JSON, inside or outside, is text of the log; a line that begins with `:` is a heartbeat.

use serde_json::Value;

/// Longest line of a stream, bytes. Of a longer one the rest is left out, and the log says so.
pub const LONGEST: usize = 16 << 20;

/// What a line of a stream says.
#[derive(Debug, PartialEq, Eq)]
pub enum Event {
    /// Nothing, but that the stream is alive.
    Nothing,
    /// Text of the log, with or without line ends.
    Text(String),
    /// The log is complete.
    Complete,
}

impl Event {
    /// Reads a line.
    pub fn of(line: &str) -> Self {
        if line.trim().is_empty() || line.starts_with(':') {
            return Self::Nothing;
        }
        if let Some(data) = line.strip_prefix("data:") {
            return Self::outer(data.strip_prefix(' ').unwrap_or(data));
        }
        // The other fields of an event; `event: complete` may stand for the data.
        match line.split_once(':') {
            Some(("event" | "id" | "retry", _)) => Self::Nothing,
            _ => Self::Text(format!("{line}\n")),
        }
    }

    fn outer(data: &str) -> Self {
        let Ok(Value::Object(event)) = serde_json::from_str::<Value>(data) else {
            return Self::Text(format!("{data}\n"));
        };
        match event.get("type").and_then(Value::as_str) {
            Some("connected" | "heartbeat" | "ping") => Self::Nothing,
            Some("complete") => Self::Complete,
            Some("log") => match event.get("data").or(event.get("message")).and_then(Value::as_str) {
                Some(inner) => Self::inner(inner),
                None => Self::Nothing,
            },
            _ => Self::Text(format!("{data}\n")),
        }
    }

    fn inner(inner: &str) -> Self {
        let Some(data) = inner.strip_prefix("data:") else { return Self::Text(ended(inner)) };
        match serde_json::from_str::<Value>(data.trim()) {
            Ok(Value::Object(event)) => match event.get("type").and_then(Value::as_str) {
                Some("complete") => Self::Complete,
                // The message has its own line ends.
                Some("log") => Self::Text(event.get("message").and_then(Value::as_str).unwrap_or_default().to_owned()),
                Some("connected" | "heartbeat" | "ping") => Self::Nothing,
                _ => Self::Text(ended(data.trim())),
            },
            _ => Self::Text(ended(inner)),
        }
    }
}

fn ended(text: &str) -> String {
    format!("{}\n", text.trim_end_matches('\n'))
}

/// Bytes as they come, to lines.
#[derive(Debug, Default)]
pub struct Lines {
    line: Vec<u8>,
    cut: bool,
}

impl Lines {
    /// Takes bytes, and gives every line that they end to `each`.
    ///
    /// # Errors
    /// Those of `each`.
    pub fn push<E>(&mut self, mut bytes: &[u8], mut each: impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        while let Some(end) = memchr::memchr(b'\n', bytes) {
            self.add(&bytes[..end]);
            bytes = &bytes[end + 1..];
            let line = self.take();
            each(&line)?;
        }
        self.add(bytes);
        Ok(())
    }

    /// The line without an end, if there is one.
    pub fn take(&mut self) -> String {
        let mut line = String::from_utf8_lossy(&self.line).trim_end_matches('\r').to_owned();
        self.line.clear();
        if std::mem::take(&mut self.cut) {
            line.push_str(" … (the line is longer than 16 MiB; the rest is left out)");
        }
        line
    }

    fn add(&mut self, bytes: &[u8]) {
        let room = LONGEST.saturating_sub(self.line.len());
        self.cut |= bytes.len() > room;
        self.line.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_text_is_wrapped_twice_or_less() {
        let text = |text: &str| Event::Text(text.to_owned());
        for (line, event) in [
            (r#"data: {"type": "connected"}"#, Event::Nothing),
            (r#"data: {"type": "complete"}"#, Event::Complete),
            (r#"data:{"type":"complete"}"#, Event::Complete),
            (r#"data: {"type": "log", "data": "data: {\"type\": \"complete\"}\n\n"}"#, Event::Complete),
            (r#"data: {"type": "log", "data": "data: {\"type\": \"log\", \"message\": \"a\\n\"}\n\n"}"#, text("a\n")),
            (r#"data: {"type": "log", "data": "data: {\"type\": \"log\", \"message\": \"part\"}\n\n"}"#, text("part")),
            (r#"data: {"type": "log", "data": "data: {\"type\": \"log\"}\n\n"}"#, text("")),
            (r#"data: {"type": "log", "data": "plain"}"#, text("plain\n")),
            (r#"data: {"type": "log", "data": "data: not json\n"}"#, text("data: not json\n")),
            (r#"data: {"type": "log", "data": 7}"#, Event::Nothing),
            (r#"data: {"type": "other", "x": 1}"#, text("{\"type\": \"other\", \"x\": 1}\n")),
            ("data: not json", text("not json\n")),
            ("data: [1]", text("[1]\n")),
            ("plain line", text("plain line\n")),
            ("  indented: yes", text("  indented: yes\n")),
            (": heartbeat", Event::Nothing),
            ("", Event::Nothing),
            ("event: message", Event::Nothing),
            ("id: 7", Event::Nothing),
        ] {
            assert_eq!(Event::of(line), event, "{line}");
        }
    }

    fn keep(got: &mut Vec<String>, line: &str) -> Result<(), ()> {
        got.push(line.to_owned());
        Ok(())
    }

    #[test]
    fn lines_come_whole_however_they_are_cut() {
        let text = "a\r\n도로\n\nlast";
        for size in 1..text.len() {
            let (mut lines, mut got) = (Lines::default(), Vec::new());
            for part in text.as_bytes().chunks(size) {
                lines.push(part, |line| keep(&mut got, line)).unwrap();
            }
            assert_eq!((got, lines.take()), (vec!["a".to_owned(), "도로".into(), String::new()], "last".to_owned()));
        }
    }

    #[test]
    fn a_line_without_end_does_not_fill_the_memory() {
        let (mut lines, mut got) = (Lines::default(), Vec::new());
        let part = vec![b'x'; 1 << 20];
        for _ in 0..40 {
            lines.push(&part, |_| Ok::<_, ()>(())).unwrap();
        }
        lines.push(b"\nnext\n", |line| keep(&mut got, line)).unwrap();
        assert!(got[0].len() < LONGEST + 100 && got[0].contains("left out"), "{}", got[0].len());
        assert_eq!(got[1], "next");
    }
}
