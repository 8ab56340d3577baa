//! What can go wrong between two stages.

use super::elsewhere::Unreadable;
use super::form::Form;
use super::frame::{Kind, StageError};
use super::shards::ShardProblem;
use super::whole_file::PlaceError;
use crate::exit::{Advice, Classified, Exit};
use crate::words::Message;
use std::{fmt, io};

/// A failure to read, understand or write a stream.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// An input file could not be opened or read.
    #[error("cannot read {name}")]
    Read {
        /// File name, or `stdin`.
        name: String,
        /// The system's reason.
        source: io::Error,
    },
    /// An input on another machine could not be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// A line that cannot be used.
    #[error("{place}: {reason}")]
    Line {
        /// `FILE:LINE`.
        place: String,
        /// What is wrong and what to do about it.
        reason: Message,
    },
    /// An input that is not lines of JSON.
    #[error("{place}: the input is {form}")]
    Form {
        /// The file, and the line when it could be read so far.
        place: String,
        /// What it is.
        form: Form,
    },
    /// A line that is longer than is accepted.
    #[error("{place}: the line is longer than {cap} bytes")]
    LongLine {
        /// `FILE:LINE`.
        place: String,
        /// The longest line accepted, bytes.
        cap: usize,
    },
    /// The input is not a whole stream: a begin frame without its end frame, compressed data that stops, or nothing that could be
    /// used.
    #[error("{0}")]
    Cut(Message),
    /// The input stopped between its begin frame and its end frame.
    #[error(
        "the input was cut after {lines} {} (no end frame): a stage before this one was stopped, or `head` was used",
        kind.word()
    )]
    NoEnd {
        /// What its lines are.
        kind: Kind,
        /// Lines that came since the begin frame.
        lines: u64,
    },
    /// Lines came from a program, and no begin frame before them.
    #[error(
        "{name} has no begin frame ({}): a program in between has dropped it, so a failure before would not be noticed either",
        r#"{"@stream":"begin"…}"#
    )]
    Unframed {
        /// What its lines are taken for.
        kind: Kind,
        /// The input's name.
        name: String,
    },
    /// Lines stand outside of the frames of a framed input.
    #[error("{}", stray(place, *lines, *more, *after))]
    Stray {
        /// What the lines are.
        kind: Kind,
        /// `FILE:LINE` of the first of them.
        place: String,
        /// How many of them were seen.
        lines: u64,
        /// Whether more may follow.
        more: bool,
        /// Whether they stand after an end frame, and not before a begin frame.
        after: bool,
    },
    /// Fewer lines came than the end frame counts, and no program has selected them.
    #[error(
        "the end frame counts {counted} {0}, and only {came} came: a part of the stream is missing, or lines were taken out",
        kind.word()
    )]
    Lost {
        /// What the lines are.
        kind: Kind,
        /// Lines that came.
        came: u64,
        /// Lines that the end frame counts.
        counted: u64,
    },
    /// More lines came than the end frame counts.
    #[error("the end frame counts {counted} {0}, and {came} came: a part came twice, or a program has added lines", kind.word())]
    Added {
        /// What the lines are.
        kind: Kind,
        /// Lines that came.
        came: u64,
        /// Lines that the end frame counts.
        counted: u64,
    },
    /// The parts of an export do not fit together.
    #[error("{0}")]
    Shards(ShardProblem),
    /// The input has no line at all.
    #[error("the input is empty, not even a begin frame came: the stage before this one failed or selected nothing")]
    Empty,
    /// The input is a stream of the other kind.
    #[error("the input holds {}, not {}", .0.noun(), .0.other().noun())]
    WrongKind(Kind),
    /// A name that was asked for and that nothing in the input has.
    #[error("{0}")]
    UnknownName(Box<UnknownName>),
    /// Nothing of the input could be written, because the output format has no place for it.
    #[error("{0}")]
    NothingHeld(Box<NothingHeld>),
    /// A stage upstream failed and said so in an error frame.
    #[error("{0}; nothing is published")]
    Upstream(StageError),
    /// The output could not be written.
    #[error("cannot write {name}: {source}; what was written is incomplete")]
    Write {
        /// File name, or `stdout`.
        name: Message,
        /// The system's reason.
        source: io::Error,
    },
    /// Standard input is closed.
    #[error("standard input is closed, or is /dev/null opened for reading and writing")]
    NoStdin,
    /// Standard output is closed.
    #[error("standard output is closed, or is /dev/null opened for reading and writing: the output would be lost")]
    NoStdout,
    /// A file cannot be written; one of that name is as it was.
    #[error("cannot write {name}: {reason}")]
    Place {
        /// File name.
        name: String,
        /// What stands in the way.
        reason: PlaceError,
    },
    /// The system gives no thread.
    #[error("cannot start a thread: {0}")]
    Thread(io::Error),
    /// A defect of this program.
    #[error("internal error: {0}; please report it")]
    Internal(&'static str),
    /// The reader of our standard output went away. Not a failure: the run stops quietly.
    #[error("the reader of the output went away")]
    Closed,
}

/// The message of [`StreamError::Stray`].
fn stray(place: &str, lines: u64, more: bool, after: bool) -> String {
    let stand = match lines {
        1 if !more => "1 line stands".to_owned(),
        n => format!("{n}{} lines stand", if more { " or more" } else { "" }),
    };
    let cause = if after {
        "the stream was sorted, parts of it are out of order, or something was appended to it"
    } else {
        "the stream was sorted, its first part is missing, or something was put before it"
    };
    let side = if after { "after the end frame" } else { "before the begin frame" };
    format!("{place}: {stand} {side}: {cause}")
}

/// A name that was asked for and that nothing in the input has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    /// What it is the name of, with its article: `the class`.
    pub what: &'static str,
    /// The name.
    pub name: String,
    /// What was probably meant.
    pub near: Option<String>,
    /// The first names that the input has; empty when it has none.
    pub others: Vec<String>,
    /// When there were more names than are compared: how many are.
    pub capped: Option<usize>,
    /// What else may have been meant.
    pub hint: Option<Message>,
}

impl UnknownName {
    /// How many of [`UnknownName::others`] are listed at most.
    pub const LISTED: usize = 5;
}

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nothing in the input has {} {:?}", self.what, self.name)?;
        match (&self.near, &self.others[..]) {
            (Some(near), _) => write!(f, "; did you mean {near:?}?")?,
            (None, []) => f.write_str(", or any other")?,
            (None, others) => {
                let list: Vec<_> = others.iter().map(|other| format!("{other:?}")).collect();
                let more = if others.len() == Self::LISTED { ", …" } else { "" };
                write!(f, "; there is {}{more}", list.join(", "))?;
            }
        }
        if let Some(names) = self.capped {
            write!(f, " (compared with {names} names only, there are more)")?;
        }
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, " ({hint})"))
    }
}

/// What an input consists of when an output format has no place for any of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NothingHeld {
    /// The format.
    pub format: &'static str,
    /// Annotations by their tool, where the media would have a place.
    pub tools: Vec<(String, u64)>,
    /// Media by their kind.
    pub media: Vec<(&'static str, u64)>,
}

impl fmt::Display for NothingHeld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tools = self.tools.iter().map(|(tool, n)| format!("{tool} {n}"));
        let things: Vec<_> = tools.chain(self.media.iter().map(|(kind, n)| format!("{kind} {n}"))).collect();
        write!(f, "nothing is written: {} has no place for anything in the input: {}", self.format, things.join(", "))
    }
}

impl StreamError {
    /// Whether it is the output that cannot be written, so that no frame can be, either.
    pub fn is_of_output(&self) -> bool {
        match self {
            Self::Closed | Self::Place { .. } | Self::NoStdout => true,
            Self::Write { name, .. } => name.english() == "stdout",
            _ => false,
        }
    }
}

impl Classified for StreamError {
    fn exit(&self) -> Exit {
        match self {
            Self::Read { .. }
            | Self::Line { .. }
            | Self::LongLine { .. }
            | Self::Form { .. }
            | Self::NoStdin
            | Self::Cut(_)
            | Self::NoEnd { .. }
            | Self::Unframed { .. }
            | Self::Stray { .. }
            | Self::Lost { .. }
            | Self::Added { .. }
            | Self::Shards(_)
            | Self::Empty
            | Self::WrongKind(_)
            | Self::UnknownName(_) => Exit::Input,
            Self::Unreadable(e) => e.exit,
            Self::NothingHeld(_) => Exit::Partial,
            Self::Upstream(first) => first.exit,
            Self::Place { reason: PlaceError::Compression(_), .. } => Exit::Usage,
            Self::Write { .. } | Self::Place { .. } | Self::NoStdout => Exit::Output,
            Self::Thread(_) | Self::Internal(_) => Exit::Other,
            Self::Closed => Exit::Ok,
        }
    }

    fn advice(&self) -> Option<Advice> {
        match self {
            Self::LongLine { .. } => Some(Advice::LongerLines),
            Self::Form { form, .. } => Some(Advice::OtherForm(*form)),
            Self::NoEnd { lines, .. } => Some(Advice::LimitUpstream(*lines)),
            Self::Unframed { kind: Kind::Items, .. } => Some(Advice::KeepFrames),
            Self::Unframed { kind: Kind::Files, .. } => Some(Advice::VouchForList),
            Self::Stray { .. } => Some(Advice::OneStream),
            Self::Lost { kind: Kind::Items, .. } => Some(Advice::SelectWithFrames),
            Self::Lost { kind: Kind::Files, .. } => Some(Advice::AllParts),
            Self::Added { .. } => Some(Advice::EachPartOnce),
            Self::Shards(ShardProblem::Missing { .. }) => Some(Advice::AllParts),
            Self::Shards(ShardProblem::Twice { .. }) => Some(Advice::EachPartOnce),
            Self::Shards(ShardProblem::Bounds { .. }) => Some(Advice::SameBounds),
            Self::Empty => Some(Advice::AcceptEmpty),
            Self::WrongKind(Kind::Items) => Some(Advice::ConvertFirst),
            Self::WrongKind(Kind::Files) => Some(Advice::SinkNext),
            Self::NoStdin => Some(Advice::NameInput),
            Self::NoStdout => Some(Advice::NameOutput),
            Self::Thread(_) => Some(Advice::FewerThreads),
            Self::Unreadable(e) => e.advice,
            _ => None,
        }
    }

    fn told_in(&self) -> Option<&str> {
        if let Self::Upstream(first) = self { first.run.as_deref() } else { None }
    }
}
