//! The failures of a run in the words of the command line: what happened, and which option would help.

use crate::cli::advice;
use crate::exit::{Classified, Exit, Failure, UsageError};
use crate::net::addresses::UrlError;
use crate::sink::SinkError;
use crate::sink::dataset::foreign::Foreign;
use crate::sink::error::Unsupported;
use crate::sink::originals::reason::Reason;
use crate::sink::run::Notice;
use crate::sink::run::line_error::LineError;
use crate::stream::StreamError;
use crate::tr;
use crate::words::Message;

/// Why `syn-sink` ends without success.
#[derive(Debug)]
pub(super) enum Problem {
    /// The library says.
    Sink(SinkError),
    /// Anything else, in its final words.
    Other(Failure),
}

impl Problem {
    /// A failure with this code and text.
    pub(super) fn new(exit: Exit, message: impl Into<Message>) -> Self {
        Self::Other(Failure::new(exit, message))
    }
}

impl From<SinkError> for Problem {
    fn from(e: SinkError) -> Self {
        Self::Sink(e)
    }
}

impl From<StreamError> for Problem {
    fn from(e: StreamError) -> Self {
        Self::Sink(e.into())
    }
}

impl From<UsageError> for Problem {
    fn from(e: UsageError) -> Self {
        Self::Sink(e.into())
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::Other(failure) => failure,
            Problem::Sink(e) => match words(&e) {
                Some(message) => {
                    let details = e.missing().map(|missing| Box::new(missing.fields()));
                    Self { details, ..Self::new(e.exit(), message) }
                }
                None => e.into(),
            },
        }
    }
}

/// The message for an error that an option could have prevented.
fn words(e: &SinkError) -> Option<Message> {
    Some(match e {
        SinkError::Line { problem, .. } => match **problem {
            LineError::LocalFile { .. } => {
                tr!("sink-local-file", reason = e)
            }
            LineError::InDestination { .. } => tr!("sink-in-destination", reason = e),
            LineError::RelativeUrl { .. } => tr!("sink-relative-url", reason = e),
            _ => return None,
        },
        SinkError::Unsupported { dest, what } => unsupported(dest, what),
        SinkError::Exists { .. } => tr!("sink-exists", reason = e),
        SinkError::Foreign { dest, foreign } => foreign_words(dest, foreign),
        SinkError::Differs { .. } => tr!("sink-differs", reason = e),
        SinkError::Unfinished { .. } => tr!("sink-unfinished", reason = e),
        SinkError::Overtaken { .. } => tr!("sink-overtaken", reason = e),
        SinkError::Store { temporary: true, .. } => {
            tr!("sink-store-temporary", reason = e)
        }
        SinkError::Original { path, url, reason } => {
            tr!("sink-original-strict", path, reason = reason_words(reason), url)
        }
        SinkError::TooMuch { limit } => {
            tr!("sink-too-much", limit)
        }
        _ => return None,
    })
}

fn foreign_words(dest: &str, foreign: &Foreign) -> Message {
    let advice = match foreign {
        Foreign::Files { dataset: true, .. } => {
            tr!("foreign-move-rest")
        }
        Foreign::Files { dataset: false, .. } => tr!("foreign-other-name"),
        Foreign::NotFolder => tr!("foreign-lists-after"),
        Foreign::NotFile | Foreign::NotArchive | Foreign::NotLines => tr!("foreign-other-name"),
    };
    match foreign {
        Foreign::Files { .. } => tr!("foreign-holds", dest, foreign, advice),
        Foreign::NotFolder => tr!("foreign-not-folder", dest, advice),
        Foreign::NotFile => tr!("foreign-not-file", dest, advice),
        Foreign::NotArchive | Foreign::NotLines => tr!("foreign-is", dest, foreign, advice),
    }
}

fn unsupported(dest: &str, what: &Unsupported) -> Message {
    match what {
        Unsupported::KeepArchive => {
            tr!("unsupported-keep-archive", dest)
        }
        Unsupported::KeepShards => tr!("unsupported-keep-shards"),
        Unsupported::ReadStdout => tr!("unsupported-read-stdout"),
        Unsupported::KeepStdout => {
            tr!("unsupported-keep-stdout")
        }
        Unsupported::LocalPrefix => tr!("unsupported-local-prefix"),
        Unsupported::Numbers => tr!("unsupported-numbers"),
        Unsupported::RemoteShards => tr!("unsupported-remote-shards"),
        Unsupported::ZipShards => tr!("unsupported-zip-shards"),
        Unsupported::NamelessShards => tr!("unsupported-nameless-shards"),
        Unsupported::Link { path } => {
            tr!("unsupported-link", path, dest)
        }
        Unsupported::ReplaceNonFolder => tr!("unsupported-non-folder", dest),
        Unsupported::ReplaceNonFile => {
            tr!("unsupported-non-file", dest)
        }
    }
}

/// A notice of the run, with the option that would have helped.
pub(super) fn notice_words(notice: &Notice) -> Message {
    match notice {
        Notice::Original { path, url, reason } => tr!("original-failed", path, reason = reason_words(reason), url),
        Notice::Text(text) => text.clone(),
    }
}

fn reason_words(reason: &Reason) -> Message {
    match reason {
        Reason::TooLarge { limit } => tr!("original-too-large", limit),
        Reason::Url(UrlError::Private(_)) => tr!("original-private", reason),
        Reason::Url(_) => tr!("original-url", reason),
        Reason::Network(fault) => advice::join(reason.to_string(), Some(fault.advice())),
        Reason::NotTheFile { .. } | Reason::Cut => {
            tr!("original-broken", reason)
        }
        // What the server said, in its words.
        Reason::Other(told) => told.into(),
    }
}
