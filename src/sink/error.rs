//! What can go wrong between the file lines and the published dataset.
//!
//! Messages here say what happened and hold the facts as fields. Which option of a command line would help is for whoever has a
//! command line to say.

use super::dataset::foreign::Foreign;
use super::divided::error::DividedError;
use super::originals::reason::Reason;
use super::run::line_error::LineError;
use crate::exit::{Advice, Classified, Exit, Missing, UsageError};
use crate::net::fault::Fault;
use crate::stream::checkpoint::CheckpointError;
use crate::stream::{Batch, Form, Line, Place, StreamError};
use crate::words::{Message, Worded};
use crossbeam_channel::Receiver;
use std::io;
use std::time::Duration;

/// How long after the end of a cut input a signal still counts as its reason.
const SIGNALS_LATE: Duration = Duration::from_millis(200);

/// A failure that ends a run. Nothing is published when one is returned.
#[derive(Debug, thiserror::Error)]
pub enum SinkError {
    /// The input could not be read, was cut, or has a bad line.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// A line of the input cannot be used.
    #[error("{shown}")]
    Line {
        /// The message, with the place of the line.
        shown: Message,
        /// What is wrong with it.
        problem: Box<LineError>,
    },
    /// The request cannot be followed as it stands.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// The request asks a destination for what it cannot do.
    #[error("{dest}: {what}")]
    Unsupported {
        /// The destination.
        dest: String,
        /// What it cannot do.
        what: Unsupported,
    },
    /// The destination exists, and is not to be replaced.
    #[error("{dest} exists already")]
    Exists {
        /// The destination.
        dest: String,
    },
    /// What is at the destination is not ours, or not all of it: it stays as it is.
    #[error("{dest} has {foreign}")]
    Foreign {
        /// The destination.
        dest: String,
        /// What is there.
        foreign: Foreign,
    },
    /// A run was to be resumed, and the dataset that is at the destination is another one.
    #[error("{dest} exists already, and {path} is not the same in it")]
    Differs {
        /// The destination.
        dest: String,
        /// The first file found to differ.
        path: String,
    },
    /// Another run has the destination, or was killed there.
    #[error("another run is writing to {dest}, or was killed")]
    Unfinished {
        /// The destination.
        dest: String,
    },
    /// Another run has claimed the destination since, and nothing of this one was published.
    #[error("another run has written to {dest} in the meantime: nothing of this one was published")]
    Overtaken {
        /// The destination.
        dest: String,
    },
    /// The parts of a dataset do not become one.
    #[error(transparent)]
    Divided(#[from] DividedError),
    /// A store or server refused, or could not be reached.
    #[error("{path}: {reason}")]
    Store {
        /// The path as the user knows it.
        path: String,
        /// What the store said, without secrets, and what to do about it.
        reason: Message,
        /// Whether the same request may succeed later.
        temporary: bool,
    },
    /// The proxy on the way to a store, or the store's certificate.
    #[error("{path}: {fault}")]
    Network {
        /// The path as the user knows it.
        path: String,
        /// What is wrong.
        fault: Fault,
    },
    /// A file or folder of the output could not be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// The path as the user knows it.
        path: String,
        /// The system's reason.
        source: io::Error,
    },
    /// A local file that a `file` line names, or a file of a published dataset, could not be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The path as the line gives it.
        path: String,
        /// The system's reason.
        source: io::Error,
    },
    /// An original could not be downloaded, and the run was to be strict about it.
    #[error("{path}: {reason} ({url})")]
    Original {
        /// Path in the dataset.
        path: String,
        /// The URL without its query.
        url: String,
        /// Why not.
        reason: Reason,
    },
    /// The originals are larger than the user allows.
    #[error("the originals have more than {limit} bytes: nothing was published")]
    TooMuch {
        /// Largest size of all originals together, bytes.
        limit: u64,
    },
    /// The checkpoint cannot be moved to where the input comes.
    #[error("{0}; nothing was published")]
    Checkpoint(#[source] CheckpointError),
    /// Stopped by a signal.
    #[error("stopped by a signal; nothing was published")]
    Stopped(Exit),
    /// A manifest is not what this program writes.
    #[error("the manifest cannot be used: {0}")]
    Manifest(Message),
    /// A defect of this program.
    #[error("internal error: {0}; please report it")]
    Internal(&'static str),
}

/// What a destination cannot do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsupported {
    /// Keep what a failed run has written, in an archive.
    #[error("an archive always starts over: nothing of a failed run is kept")]
    KeepArchive,
    /// Keep or resume shards.
    #[error("shards always start over: nothing of a failed run is kept")]
    KeepShards,
    /// Read standard output.
    #[error("what was written to standard output cannot be read")]
    ReadStdout,
    /// Replace or keep something on standard output.
    #[error("nothing on standard output is replaced or kept")]
    KeepStdout,
    /// Let files wait under another prefix, on this machine.
    #[error("a prefix where files wait is for stores and servers")]
    LocalPrefix,
    /// Take the first free number, outside of this machine.
    #[error("only folders and archives of this machine get numbers")]
    Numbers,
    /// Cut into shards, outside of this machine.
    #[error("shards are for a folder of this machine, named in UTF-8")]
    RemoteShards,
    /// Cut into zip archives.
    #[error("shards are tars: a zip cannot be read as a stream")]
    ZipShards,
    /// Cut into shards in a folder without a name.
    #[error("shards need a folder with a name")]
    NamelessShards,
    /// Hold a link to a local file.
    #[error("{path} cannot be a link: links are for folders of this machine")]
    Link {
        /// Path in the dataset.
        path: String,
    },
    /// Replace something else than a folder by a folder.
    #[error("it is not a folder, and only a folder is replaced by a folder")]
    ReplaceNonFolder,
    /// Replace something else than a file by an archive.
    #[error("it is not a file, and only a file is replaced by an archive")]
    ReplaceNonFile,
}

impl SinkError {
    /// A write failure at the path as the user knows it.
    pub fn write(path: impl Into<String>, source: io::Error) -> Self {
        Self::Write { path: path.into(), source }
    }

    /// The reason why a run fails: the signal that ended it, if there was one. Ctrl-C ends the stage before as well, and its end may be seen
    /// before the signal is.
    pub fn or_stopped(self, stop: &Receiver<Exit>) -> Self {
        let is_cut = matches!(self, Self::Stream(StreamError::Cut(_) | StreamError::NoEnd { .. } | StreamError::Empty));
        let signal = if is_cut { stop.recv_timeout(SIGNALS_LATE).ok() } else { stop.try_recv().ok() };
        signal.map_or(self, Self::Stopped)
    }

    /// A request that cannot be followed; `message` says what to do instead.
    pub fn usage(message: impl Into<Message>) -> Self {
        Self::Usage(UsageError::new(message))
    }

    /// A store's refusal that would come again.
    pub fn store(path: impl Into<String>, reason: impl Into<Message>) -> Self {
        Self::Store { path: path.into(), reason: reason.into(), temporary: false }
    }

    /// What `dest` cannot do.
    pub fn unsupported(dest: impl Into<String>, what: Unsupported) -> Self {
        Self::Unsupported { dest: dest.into(), what }
    }

    /// A line of a batch that cannot be used.
    pub fn line(batch: &Batch, line: &Line<'_>, problem: impl Into<LineError>) -> Self {
        let problem = problem.into();
        // A line that cannot be read may be of an input of another form; one of output files is what the sink reads.
        if let (LineError::Malformed(_), Some(form)) = (&problem, batch.form(line).filter(|f| *f != Form::FileLine)) {
            return Self::Stream(StreamError::Form { place: batch.place(line).to_string(), form });
        }
        let shown = batch.refused_line(line, problem.words()).words();
        Self::Line { shown, problem: Box::new(problem) }
    }

    /// The same for a line of which only the place is left.
    pub fn line_at(place: &Place, problem: impl Into<LineError>) -> Self {
        let problem = problem.into();
        let shown = StreamError::Line { place: place.to_string(), reason: problem.words() }.words();
        Self::Line { shown, problem: Box::new(problem) }
    }
}

impl Classified for SinkError {
    fn missing(&self) -> Option<Missing> {
        // What becomes of the dataset that is there is for a person to say.
        let is_there = matches!(self, Self::Exists { .. });
        is_there.then_some(Missing { option: "--overwrite", ways: &["--overwrite", "DEST"] })
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Stream(e) => e.exit(),
            Self::Usage(_) | Self::Unsupported { .. } => Exit::Usage,
            Self::Exists { .. }
            | Self::Foreign { .. }
            | Self::Differs { .. }
            | Self::Unfinished { .. }
            | Self::Overtaken { .. }
            | Self::Store { .. }
            | Self::Network { .. }
            | Self::Write { .. } => Exit::Output,
            Self::Line { .. } | Self::Read { .. } | Self::TooMuch { .. } | Self::Manifest(_) => Exit::Input,
            Self::Original { .. } => Exit::Remote,
            Self::Divided(e) => e.exit(),
            Self::Checkpoint(e) => e.exit(),
            Self::Stopped(exit) => *exit,
            Self::Internal(_) => Exit::Other,
        }
    }

    fn told_in(&self) -> Option<&str> {
        if let Self::Stream(e) = self { e.told_in() } else { None }
    }

    fn advice(&self) -> Option<Advice> {
        match self {
            Self::Stream(e) => e.advice(),
            Self::Network { fault, .. } => Some(fault.advice()),
            Self::Checkpoint(e) => e.advice(),
            _ => None,
        }
    }
}
