//! Frames: the lines that say where a stream begins, ends or broke.
//!
//! ```json
//! {"@stream":"begin","kind":"items","version":1,"project":{"id":42,"title":"Roads"},"classes":["car"],"count":100}
//! {"@stream":"end","count":100}
//! {"@stream":"error","stage":"fetch","code":"remote","message":"…","exit":5}
//! ```
//! A frame is recognised by its FIRST key being `@stream`. Streams may follow each other (`cat a b`); values of `@stream` that
//! are not listed here pass through.

use super::error::StreamError;
use crate::exit::{Classified, Exit};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt;

/// The version of the stream format that this crate writes.
pub const VERSION: u64 = 1;

/// The kind of the lines between begin and end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Rows of the backend ([`crate::item`]).
    Items,
    /// Output files ([`crate::file_line`]).
    Files,
}

impl Kind {
    /// The word used in frames.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Items => "items",
            Kind::Files => "files",
        }
    }

    /// The word for a person.
    pub fn noun(self) -> &'static str {
        match self {
            Kind::Items => "items",
            Kind::Files => "output files",
        }
    }

    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Kind::Items => Kind::Files,
            Kind::Files => Kind::Items,
        }
    }
}

/// A begin frame.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Begin {
    /// `items` or `files`; `None` when the frame does not say.
    pub kind: Option<Kind>,
    /// The project's classes in order (`classes`); empty when the frame has none.
    pub classes: Vec<String>,
    /// The whole frame.
    pub body: Map<String, Value>,
}

/// One frame line.
#[derive(Clone, Debug, PartialEq)]
pub enum Frame {
    /// A stream begins.
    Begin(Begin),
    /// A stream is complete.
    End {
        /// Lines between begin and end, when the frame says.
        count: Option<u64>,
        /// The whole frame.
        body: Map<String, Value>,
    },
    /// A stage before failed.
    Error(StageError),
    /// A kind of frame that this version does not know; passed through.
    Other,
}

/// The `code` of an error frame about an input that was cut: a stage that accepts such inputs accepts this one, too.
const CUT: &str = "cut";

/// A failure as an error frame carries it down the pipe, so that it is told once and all stages end with the same exit code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageError {
    /// The stage that failed: `fetch`, `filter`, `convert`, `sink`; empty when the frame does not say.
    pub stage: String,
    /// The class of the failure, a word.
    pub code: String,
    /// What happened, without what to do about it.
    pub message: String,
    /// The exit code of that stage; [`Exit::Input`] when the frame does not say.
    pub exit: Exit,
}

impl StageError {
    /// What an error means to the stages behind `stage`: itself, or what came from the stage that failed first.
    pub fn of(stage: &str, error: &StreamError) -> Self {
        match error {
            StreamError::Upstream(first) => first.clone(),
            StreamError::NoEnd { .. } => {
                Self { code: CUT.to_owned(), ..Self::new(stage, error.exit(), error.to_string()) }
            }
            _ => Self::new(stage, error.exit(), error.to_string()),
        }
    }

    /// A failure of `stage`.
    pub fn new(stage: &str, exit: Exit, message: impl Into<String>) -> Self {
        Self { stage: stage.to_owned(), code: exit.word().to_owned(), message: message.into(), exit }
    }

    /// The error frame line, without newline.
    pub fn line(&self) -> String {
        let Self { stage, code, message, exit } = self;
        serde_json::json!({"@stream": "error", "stage": stage, "code": code, "message": message, "exit": exit.code()})
            .to_string()
    }

    fn from_body(body: &Map<String, Value>) -> Self {
        let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        // An error frame is a failure, whatever its number says.
        let exit = body.get("exit").and_then(Value::as_u64).and_then(Exit::of_code).filter(|e| *e != Exit::Ok);
        Self { stage: text("stage"), code: text("code"), message: text("message"), exit: exit.unwrap_or(Exit::Input) }
    }
}

impl fmt::Display for StageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = if self.stage.is_empty() { "an earlier stage" } else { &self.stage };
        write!(f, "{stage} failed: {}", self.message)
    }
}

/// Whether a line (without leading white space) is a frame: an object whose first key is `@stream`.
pub fn is_frame(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"{") else { return false };
    rest.trim_ascii_start().starts_with(b"\"@stream\"")
}

impl Frame {
    /// Reads a frame line.
    ///
    /// # Errors
    /// A text without file and line when the line is not a JSON object, is of a later version, or has a wrong type.
    pub fn parse(line: &[u8]) -> Result<Self, String> {
        let body: Map<String, Value> =
            serde_json::from_slice(line).map_err(|e| format!("not a valid frame line: {e}"))?;
        let word = body.get("@stream").and_then(Value::as_str).unwrap_or_default();
        Ok(match word {
            "begin" => Frame::Begin(Begin::from_body(body)?),
            "end" => Frame::End { count: body.get("count").and_then(Value::as_u64), body },
            "error" => Frame::Error(StageError::from_body(&body)),
            _ => Frame::Other,
        })
    }
}

impl Begin {
    fn from_body(body: Map<String, Value>) -> Result<Self, String> {
        let version = body.get("version").and_then(Value::as_u64).unwrap_or(VERSION);
        if version > VERSION {
            return Err(format!(
                "the stream is of version {version}, this program reads version {VERSION}: use the same release for all stages"
            ));
        }
        let kind = match body.get("kind").and_then(Value::as_str) {
            None => None,
            Some("items") => Some(Kind::Items),
            Some("files") => Some(Kind::Files),
            Some(other) => return Err(format!("unknown stream kind {other:?}: expected items or files")),
        };
        let classes = match body.get("classes") {
            None | Some(Value::Null) => Vec::new(),
            Some(list) => Vec::<String>::deserialize(list)
                .map_err(|_| "`classes` of the begin frame is not a list of names".to_owned())?,
        };
        Ok(Self { kind, classes, body })
    }
}

/// A begin frame line of this crate, without newline. `extra` follows the fixed keys.
pub fn begin_line(kind: Kind, extra: &Map<String, Value>) -> String {
    let mut body = Map::new();
    body.insert("@stream".into(), "begin".into());
    body.insert("kind".into(), kind.word().into());
    body.insert("version".into(), VERSION.into());
    body.insert("tool".into(), concat!("synpipe ", env!("CARGO_PKG_VERSION")).into());
    body.extend(extra.clone());
    Value::Object(body).to_string()
}

/// An end frame line, without newline.
pub fn end_line(count: u64, extra: &Map<String, Value>) -> String {
    let mut body = Map::new();
    body.insert("@stream".into(), "end".into());
    body.insert("count".into(), count.into());
    body.extend(extra.clone());
    body.insert("count".into(), count.into());
    Value::Object(body).to_string()
}

/// Follows the frames of a stream and decides at its end whether it was whole.
#[derive(Debug)]
pub struct Progress {
    expected: Kind,
    open: bool,
    seen_begin: bool,
    lines: u64,
    lines_in_stream: u64,
    /// What a stage upstream said of its input, which was cut.
    cut: Option<StageError>,
    /// Notes for the user about end frames whose count disagrees with what came.
    pub notes: Vec<String>,
}

impl Progress {
    /// For a stage that reads streams of this kind.
    pub fn new(expected: Kind) -> Self {
        Self { expected, open: false, seen_begin: false, lines: 0, lines_in_stream: 0, cut: None, notes: Vec::new() }
    }

    /// Counts data lines.
    pub fn data(&mut self, lines: u64) {
        self.lines += lines;
        self.lines_in_stream += lines;
    }

    /// All data lines so far.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Whether any begin frame came.
    pub fn framed(&self) -> bool {
        self.seen_begin
    }

    /// Takes the next frame in order.
    ///
    /// # Errors
    /// [`StreamError::Upstream`] for an error frame; [`StreamError::Cut`] when a begin frame comes before the end of the last
    /// stream; [`StreamError::WrongKind`].
    pub fn frame(&mut self, frame: &Frame) -> Result<(), StreamError> {
        match frame {
            Frame::Begin(begin) => {
                if self.open {
                    return Err(cut("a stream stops in the middle: the next one begins before its end frame"));
                }
                if let Some(kind) = begin.kind
                    && kind != self.expected
                {
                    return Err(StreamError::WrongKind(kind));
                }
                self.open = true;
                self.seen_begin = true;
                self.lines_in_stream = 0;
            }
            Frame::End { count, .. } => {
                if let Some(count) = count
                    && *count != self.lines_in_stream
                {
                    self.notes.push(format!(
                        "the end frame counts {count} lines, {} came: a program in between added or removed some",
                        self.lines_in_stream
                    ));
                }
                self.open = false;
                // A stage upstream has accepted the cut, and ended the stream.
                self.cut = None;
                self.lines_in_stream = 0;
            }
            // The stream stays cut, which may be accepted at its end.
            Frame::Error(error) if error.code == CUT && self.open => self.cut = Some(error.clone()),
            Frame::Error(error) => return Err(StreamError::Upstream(error.clone())),
            Frame::Other => {}
        }
        Ok(())
    }

    /// For the stages that publish: an input without a single line is no dataset, it is a stage before that failed to start.
    ///
    /// # Errors
    /// [`StreamError::Empty`] when neither a frame nor a data line came, unless `allow_partial`.
    pub fn require_some(&self, allow_partial: bool) -> Result<(), StreamError> {
        if self.seen_begin || self.lines > 0 || allow_partial {
            return Ok(());
        }
        Err(StreamError::Empty)
    }

    /// The end of the input: was the stream whole?
    ///
    /// # Errors
    /// [`StreamError::NoEnd`] when a begin frame has no end frame, unless `allow_partial`.
    pub fn finish(&self, allow_partial: bool) -> Result<(), StreamError> {
        match &self.cut {
            _ if !self.open || allow_partial => Ok(()),
            Some(first) => Err(StreamError::Upstream(first.clone())),
            None => Err(StreamError::NoEnd { kind: self.expected, lines: self.lines_in_stream }),
        }
    }
}

fn cut(text: &str) -> StreamError {
    StreamError::Cut(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(text: &str) -> Frame {
        Frame::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn recognises_frames_by_their_first_key() {
        assert!(is_frame(br#"{"@stream":"end"}"#));
        assert!(is_frame(br#"{ "@stream": "begin"}"#));
        assert!(!is_frame(br#"{"id":1,"@stream":"end"}"#));
        assert!(!is_frame(br#"["@stream"]"#));
    }

    #[test]
    fn whole_and_concatenated_streams_pass() {
        let mut p = Progress::new(Kind::Items);
        for _ in 0..2 {
            p.frame(&frame(&begin_line(Kind::Items, &Map::new()))).unwrap();
            p.data(3);
            p.frame(&frame(&end_line(3, &Map::new()))).unwrap();
        }
        assert!(p.finish(false).is_ok() && p.notes.is_empty() && p.lines() == 6);
    }

    #[test]
    fn cut_streams_do_not() {
        let mut p = Progress::new(Kind::Items);
        p.frame(&frame(r#"{"@stream":"begin","kind":"items"}"#)).unwrap();
        assert!(matches!(p.finish(false), Err(StreamError::NoEnd { lines: 0, .. })));
        assert!(p.finish(true).is_ok());
        assert!(matches!(p.frame(&frame(r#"{"@stream":"begin"}"#)), Err(StreamError::Cut(_))));
    }

    #[test]
    fn errors_wrong_kinds_and_later_versions_are_refused() {
        let mut p = Progress::new(Kind::Files);
        let gone = StageError::new("fetch", Exit::Remote, "gone");
        let Err(StreamError::Upstream(error)) = p.frame(&frame(&gone.line())) else { panic!("it passes") };
        assert_eq!((&error, StageError::of("filter", &StreamError::Upstream(gone.clone()))), (&gone, gone.clone()));
        assert!(matches!(
            p.frame(&frame(r#"{"@stream":"begin","kind":"items"}"#)),
            Err(StreamError::WrongKind(Kind::Items))
        ));
        assert!(Frame::parse(br#"{"@stream":"begin","version":2}"#).is_err());
        assert_eq!(frame(r#"{"@stream":"note"}"#), Frame::Other);
    }

    #[test]
    fn error_frames_of_any_form_are_failures() {
        let nameless = "an earlier stage failed: ";
        for (fields, stage, exit, shown) in [
            (r#""stage":"fetch","code":"refused","message":"no","exit":4"#, "fetch", 4, "fetch failed: no"),
            (r#""code":"remote","message":"no""#, "", 3, "an earlier stage failed: no"),
            (r#""code":5"#, "", 3, nameless),
            (r#""exit":0"#, "", 3, nameless),
            (r#""exit":99"#, "", 3, nameless),
            (r#""exit":-1"#, "", 3, nameless),
            (r#""exit":"4","stage":5"#, "", 3, nameless),
            (r#""exit":143,"stage":"filter""#, "filter", 143, "filter failed: "),
            (r#""exit":7,"message":null"#, "", 7, nameless),
        ] {
            let line = format!("{{\"@stream\":\"error\",{fields}}}");
            let Frame::Error(error) = frame(&line) else { panic!("{line}") };
            assert_eq!((&*error.stage, error.exit.code(), &*error.to_string()), (stage, exit, shown), "{line}");
        }
    }

    #[test]
    fn a_cut_that_was_accepted_upstream_says_nothing_of_the_next_stream() {
        let begin = frame(&begin_line(Kind::Items, &Map::new()));
        let cut = StageError::of("filter", &StreamError::NoEnd { kind: Kind::Items, lines: 0 });
        let mut p = Progress::new(Kind::Items);
        for f in [&begin, &frame(&cut.line())] {
            p.frame(f).unwrap();
        }
        assert!(matches!(p.finish(false), Err(StreamError::Upstream(first)) if first == cut));
        assert!(p.finish(true).is_ok());
        p.frame(&frame(&end_line(0, &Map::new()))).unwrap();
        assert!(p.finish(false).is_ok());
        p.frame(&begin).unwrap();
        assert!(matches!(p.finish(false), Err(StreamError::NoEnd { .. })));
    }

    #[test]
    fn nothing_at_all_is_no_dataset() {
        let mut p = Progress::new(Kind::Items);
        assert!(matches!(p.require_some(false), Err(StreamError::Empty)));
        assert!(p.require_some(true).is_ok());
        p.frame(&frame(r#"{"@stream":"begin"}"#)).unwrap();
        assert!(p.require_some(false).is_ok());
    }

    #[test]
    fn a_count_that_disagrees_is_noted() {
        let mut p = Progress::new(Kind::Items);
        p.frame(&frame(r#"{"@stream":"begin"}"#)).unwrap();
        p.data(1);
        p.frame(&frame(r#"{"@stream":"end","count":2}"#)).unwrap();
        assert_eq!(p.notes.len(), 1);
    }
}
