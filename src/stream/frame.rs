//! Frames: the lines that say where a stream begins, ends or broke.
//!
//! ```json
//! {"@stream":"begin","kind":"items","version":1,"project":{"id":42,"title":"Roads"},"classes":["car"],"count":100}
//! {"@stream":"end","count":100 }
//! {"@stream":"error","stage":"fetch","code":"remote","message":"…","exit":5,"run":"…"}
//! ```
//! A frame is recognised by its FIRST key being `@stream`. Streams may follow each other (`cat a b`); values of `@stream` that
//! are not listed here pass through.
//!
//! The end frame has a blank before its closing brace. Programs that copy bytes (`cat`, `split`, `grep`, `sort`) keep it; those that
//! read JSON and write it anew (jq, Python) do not. So when fewer lines came than an end frame counts, the blank says which it was:
//! lines that were lost on the way, or rows that somebody selected.

use super::error::StreamError;
use super::run_mark;
use crate::exit::{Classified, Exit};
use crate::tr;
use crate::words::Message;
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
        /// Whether the line is as a stage has written it: see the module.
        untouched: bool,
        /// The whole frame.
        body: Map<String, Value>,
    },
    /// A stage before failed.
    Error(StageError),
    /// A kind of frame that this version does not know; passed through.
    Other,
}

/// The `code` of an error frame about an input that was cut: a stage that accepts such inputs accepts this one, too.
pub(super) const CUT: &str = "cut";

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
    /// The mark of the run in which it was told, as a frame has it; `None` for a failure of our own.
    pub run: Option<String>,
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
        Self { stage: stage.to_owned(), code: exit.word().to_owned(), message: message.into(), exit, run: None }
    }

    /// The error frame line, without newline. It bears the mark of this run: whoever writes it has told the failure, or knows that it
    /// was told.
    pub fn line(&self) -> String {
        let Self { stage, code, message, exit, run: _ } = self;
        let mut frame = serde_json::json!({"@stream": "error", "stage": stage, "code": code, "message": message, "exit": exit.code()});
        if let (Some(mark), Some(frame)) = (run_mark::own(), frame.as_object_mut()) {
            frame.insert("run".into(), mark.into());
        }
        frame.to_string()
    }

    fn from_body(body: &Map<String, Value>) -> Self {
        let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        // An error frame is a failure, whatever its number says.
        let exit = body.get("exit").and_then(Value::as_u64).and_then(Exit::of_code).filter(|e| *e != Exit::Ok);
        let run = body.get("run").and_then(Value::as_str).map(str::to_owned);
        Self {
            stage: text("stage"),
            code: text("code"),
            message: text("message"),
            exit: exit.unwrap_or(Exit::Input),
            run,
        }
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
    pub fn parse(line: &[u8]) -> Result<Self, Message> {
        let body: Map<String, Value> = serde_json::from_slice(line).map_err(|reason| tr!("frame-invalid", reason))?;
        let word = body.get("@stream").and_then(Value::as_str).unwrap_or_default();
        Ok(match word {
            "begin" => Frame::Begin(Begin::from_body(body)?),
            "end" => {
                let untouched = line.trim_ascii_end().ends_with(b" }");
                Frame::End { count: body.get("count").and_then(Value::as_u64), untouched, body }
            }
            "error" => Frame::Error(StageError::from_body(&body)),
            _ => Frame::Other,
        })
    }
}

impl Begin {
    fn from_body(body: Map<String, Value>) -> Result<Self, Message> {
        let version = body.get("version").and_then(Value::as_u64).unwrap_or(VERSION);
        if version > VERSION {
            return Err(tr!("frame-version", version, own = VERSION));
        }
        let kind = match body.get("kind").and_then(Value::as_str) {
            None => None,
            Some("items") => Some(Kind::Items),
            Some("files") => Some(Kind::Files),
            Some(other) => return Err(tr!("frame-kind", kind = ?other)),
        };
        let classes = match body.get("classes") {
            None | Some(Value::Null) => Vec::new(),
            Some(list) => Vec::<String>::deserialize(list).map_err(|_| tr!("frame-classes"))?,
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

/// An end frame line of this crate, without newline.
pub fn end_line(count: u64, extra: &Map<String, Value>) -> String {
    let mut body = Map::new();
    body.insert("@stream".into(), "end".into());
    body.insert("count".into(), count.into());
    body.extend(extra.clone());
    body.insert("count".into(), count.into());
    let mut line = Value::Object(body).to_string();
    line.insert(line.len() - 1, ' ');
    line
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
}
