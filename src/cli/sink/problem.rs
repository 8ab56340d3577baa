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
    pub(super) fn new(exit: Exit, message: impl Into<String>) -> Self {
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
                Some(message) => Self::new(e.exit(), message),
                None => e.into(),
            },
        }
    }
}

/// The message for an error that an option could have prevented.
fn words(e: &SinkError) -> Option<String> {
    Some(match e {
        SinkError::Line { problem, .. } => match **problem {
            LineError::LocalFile { .. } => {
                format!("{e}: give --allow-file-refs if you trust where the lines come from")
            }
            LineError::InDestination { .. } => format!("{e}: it would be replaced; move it, or choose another DEST"),
            LineError::RelativeUrl { .. } => format!("{e}: give the server with --base-url or SYNAPSE_HOST"),
            _ => return None,
        },
        SinkError::Unsupported { dest, what } => unsupported(dest, what),
        SinkError::Exists { .. } => format!("{e}: choose another name, or give --overwrite to replace it as a whole"),
        SinkError::Foreign { dest, foreign } => foreign_words(dest, foreign),
        SinkError::Differs { .. } => format!("{e}: give --overwrite to replace it, or choose another name"),
        SinkError::Unfinished { .. } => format!(
            "{e}: if you know that it is gone, --resume continues with what it left, and --overwrite starts over"
        ),
        SinkError::Overtaken { .. } => format!("{e}; let one run at a time write to a destination"),
        SinkError::Store { temporary: true, .. } => {
            format!("{e}; --retry-for waits longer, --resume keeps what has arrived")
        }
        SinkError::Original { path, url, reason } => format!(
            "{path}: {} ({url}); without --strict it would be skipped and listed in the summary",
            reason_words(reason)
        ),
        SinkError::TooMuch { limit } => {
            format!("the originals have more than --max-total-bytes {limit}: nothing was published")
        }
        _ => return None,
    })
}

fn foreign_words(dest: &str, foreign: &Foreign) -> String {
    let advice = match foreign {
        Foreign::Files { dataset: true, .. } => {
            "only what a manifest lists is ever replaced: move the rest, or choose another name"
        }
        Foreign::Files { dataset: false, .. } => "choose another name",
        Foreign::NotFolder => "choose another name; lists of files go after DEST",
        Foreign::NotFile | Foreign::NotArchive => "choose another name",
    };
    match foreign {
        Foreign::Files { .. } => format!("{dest} holds {foreign}: {advice}; nothing was touched"),
        Foreign::NotFolder => format!("{dest} exists already, and is not a folder: {advice}"),
        Foreign::NotFile => format!("{dest} exists already, and is not a file: {advice}"),
        Foreign::NotArchive => format!("{dest} exists already, and is {foreign}: {advice}"),
    }
}

fn unsupported(dest: &str, what: &Unsupported) -> String {
    match what {
        Unsupported::KeepArchive => {
            format!("{dest}: an archive always starts over: --keep-staging is for folders, stores and servers")
        }
        Unsupported::KeepShards => "--resume and --keep-staging are not for shards".to_owned(),
        Unsupported::ReadStdout => "--verify and --resume are not for standard output: name a file".to_owned(),
        Unsupported::KeepStdout => {
            "--overwrite and --keep-staging are not for standard output: name a file, or leave them out".to_owned()
        }
        Unsupported::LocalPrefix => "--staging-prefix is for stores and servers: leave it out".to_owned(),
        Unsupported::Numbers => "--auto-number is for folders and archives of this machine".to_owned(),
        Unsupported::RemoteShards => "--shard-size is for a folder of this machine, named in UTF-8".to_owned(),
        Unsupported::ZipShards => "--shard-size makes tars: a zip cannot be read as a stream".to_owned(),
        Unsupported::NamelessShards => "--shard-size needs a folder with a name".to_owned(),
        Unsupported::Link { path } => {
            format!("{path} cannot be a link in {dest}: links are for folders of this machine; use --local-files copy")
        }
        Unsupported::ReplaceNonFolder => format!("{dest} is not a folder: --overwrite replaces folders only"),
        Unsupported::ReplaceNonFile => {
            format!("{dest} is not a file: --overwrite replaces an archive by an archive only")
        }
    }
}

/// A notice of the run, with the option that would have helped.
pub(super) fn notice_words(notice: &Notice) -> String {
    match notice {
        Notice::Original { path, url, reason } => format!("{path}: {} ({url})", reason_words(reason)),
        Notice::Text(text) => text.clone(),
    }
}

fn reason_words(reason: &Reason) -> String {
    match reason {
        Reason::TooLarge { limit } => format!("it is larger than --max-file-bytes {limit}"),
        Reason::Url(UrlError::Private(_)) => format!("{reason}; give --allow-private-urls if that is right"),
        Reason::Url(_) => format!("{reason}; the URL must be changed in Synapse"),
        Reason::Network(fault) => advice::join(reason.to_string(), Some(fault.advice())),
        Reason::NotTheFile { .. } | Reason::Cut => {
            format!("{reason}; if it is so in Synapse, too, the file must be uploaded there again")
        }
        // What the server said, in its words.
        Reason::Other(told) => told.clone(),
    }
}
