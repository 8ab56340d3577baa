//! What a run ends with: the exit codes all binaries share, and the one-line failure a user sees.

use crate::stream::Form;
use crate::words::{Message, Worded};
use serde_json::{Map, Value};
use std::error::Error;
use std::fmt;

/// The exit codes, the same for every binary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything asked for was done (also when the reader of our output went away early).
    Ok,
    /// A failure that no other code describes.
    Other,
    /// The command line asks for something impossible or unclear.
    Usage,
    /// The input is malformed, or was cut off before its end.
    Input,
    /// The server refused: bad token, no permission, no such project, a filter it would ignore.
    Refused,
    /// The server or the network failed in a way that may pass; also a walk that came up short.
    Remote,
    /// The output could not be written.
    Output,
    /// Finished, but some items were skipped or some originals could not be had.
    Partial,
    /// Stopped by SIGHUP.
    HungUp,
    /// Stopped by SIGINT.
    Interrupted,
    /// Stopped by SIGQUIT.
    Quit,
    /// Stopped by SIGTERM.
    Terminated,
    /// A job on another machine ended with this code, which is none of the others (`syn-job`).
    Job(u8),
}

impl Exit {
    /// All of them.
    const ALL: [Self; 12] = [
        Self::Ok,
        Self::Other,
        Self::Usage,
        Self::Input,
        Self::Refused,
        Self::Remote,
        Self::Output,
        Self::Partial,
        Self::HungUp,
        Self::Interrupted,
        Self::Quit,
        Self::Terminated,
    ];

    /// The number given to the operating system.
    pub fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Other => 1,
            Self::Usage => 2,
            Self::Input => 3,
            Self::Refused => 4,
            Self::Remote => 5,
            Self::Output => 6,
            Self::Partial => 7,
            Self::HungUp => 129,
            Self::Interrupted => 130,
            Self::Quit => 131,
            Self::Terminated => 143,
            Self::Job(code) => code,
        }
    }

    /// That of a job which ended with this number.
    pub fn of_job(code: u8) -> Self {
        Self::of_code(code.into()).unwrap_or(Self::Job(code))
    }

    /// The exit code with this number.
    pub fn of_code(code: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|exit| u64::from(exit.code()) == code)
    }

    /// The word for the `code` of an error frame.
    pub fn word(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Input => "input",
            Self::Refused => "refused",
            Self::Remote => "remote",
            Self::Output => "output",
            _ => "other",
        }
    }
}

/// An error that knows which exit code it leads to.
pub trait Classified: Error {
    /// The exit code of a run that ends with this error.
    fn exit(&self) -> Exit;

    /// What can be done about it, when that is done on the command line.
    fn advice(&self) -> Option<Advice> {
        None
    }

    /// When a stage before this one has said it: the mark of the run in which it did.
    fn told_in(&self) -> Option<&str> {
        None
    }

    /// What is missing, when the error is that something is.
    fn missing(&self) -> Option<Missing> {
        None
    }
}

/// Something that is needed and was not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The option that gives it, with its dashes.
    pub option: &'static str,
    /// All that gives it: options, variables, commands.
    pub ways: &'static [&'static str],
}

impl Missing {
    /// As fields of a message for programs.
    pub fn fields(self) -> Map<String, Value> {
        Map::from_iter([("missing".to_owned(), self.option.into()), ("give".to_owned(), self.ways.into())])
    }
}

/// What a user can do on the command line about an error. A library knows no options: an error names the cure, and
/// `src/cli/advice.rs` has the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// Make a new access token and give it.
    NewToken,
    /// Give another host.
    GiveHost,
    /// Give an access token.
    GiveToken,
    /// Log in to the profile that lacks something.
    LogInToProfile,
    /// Make a profile by logging in to it.
    NewProfile,
    /// Give the tenant of a user token.
    GiveTenant,
    /// Ask for access, or check the tenant.
    AskForAccess,
    /// Check the host and the network.
    CheckHost,
    /// Trust the authority that has signed a certificate.
    TrustAuthority,
    /// Trust exactly one certificate.
    TrustCertificate,
    /// Have a certificate renewed.
    RenewCertificate,
    /// Ask by a name that the certificate holds.
    CheckCertificate,
    /// Give the host's address without TLS, or the port that has it.
    GivePlainHost,
    /// Give the host's address with TLS.
    GiveSecureHost,
    /// Ask the operator of the host.
    AskOperator,
    /// Set this machine's clock.
    CheckClock,
    /// Correct the variable that names a proxy.
    CheckProxy,
    /// Give the proxy's user name and password.
    LogInToProxy,
    /// Allow private addresses.
    AllowPrivate,
    /// Name the host that the old one redirects to, if it is trusted.
    NameNewHost,
    /// Try again later, or keep trying for longer.
    WaitLonger,
    /// Look up the id of a project.
    ListProjects,
    /// Look up the id of a ground-truth dataset or version.
    ListGroundTruth,
    /// Look up the id of a ground-truth dataset.
    ListDatasets,
    /// Look up the id of a storage.
    ListStorages,
    /// Look up the id of a job.
    ListJobs,
    /// Look up the code of a plugin.
    ListPlugins,
    /// Write rows in the order in which they arrive.
    OrderOfArrival,
    /// Continue what a run left.
    Resume,
    /// Start over, without what an earlier run left.
    StartOver,
    /// Repeat the options of the earlier run, or start over.
    SameOptions,
    /// Begin a series of exports anew, with another checkpoint.
    NewSeries,
    /// Give the checkpoint to the fetch, too, and keep its frames.
    FetchCheckpoint,
    /// Give one export and one checkpoint to a run.
    OneExport,
    /// Fetch everything once more.
    FetchAll,
    /// Export everything each time.
    WholeExport,
    /// Name an increment by its time.
    NameByTime,
    /// Give another name for the checkpoint.
    OtherCheckpoint,
    /// Leave out the filter, or export over the API.
    FilterOverApi,
    /// Export over the API.
    ExportOverApi,
    /// Allow longer lines.
    LongerLines,
    /// Ask for fewer threads.
    FewerThreads,
    /// Convert between fetch and sink.
    ConvertFirst,
    /// Give converted files to the sink.
    SinkNext,
    /// Take so many lines by a limit upstream, or accept a stream that was cut.
    LimitUpstream(u64),
    /// Accept an empty input.
    AcceptEmpty,
    /// Name a file to read.
    NameInput,
    /// Name a file to write.
    NameOutput,
    /// Make lines of JSON of an input that is something else.
    OtherForm(Form),
    /// Let programs in between keep the frames of items, or vouch for the input.
    KeepFrames,
    /// Vouch for a list of files without frames.
    VouchForList,
    /// Give streams one after the other, each as it was written.
    OneStream,
    /// Select rows in a way that tells selected ones from lost ones, or accept what came.
    SelectWithFrames,
    /// Give each part once.
    EachPartOnce,
    /// Give all parts, or accept what came.
    AllParts,
    /// Cut all shards of an export at the same ids, or accept them as they are.
    SameBounds,
    /// Save dumps with their frames.
    DumpWithFrames,
    /// Fetch a part again.
    FetchPart,
    /// Fetch a part again, or accept what came of it.
    FetchCutPart,
    /// Fetch the parts that are missing, or accept what is there.
    FetchMissing,
    /// Fetch all parts again, cut at the same ids.
    FetchWithBounds,
    /// Give the parts of one export only.
    PartsOfOneExport,
    /// Leave out one of two dumps of a part.
    OneAttempt,
    /// Give each dump in a file of its own.
    EachDumpItself,
    /// Wait until nobody writes there, and start again.
    AgainAlone,
}

/// A request that cannot be followed as it stands: an option, a value, a name or a file that does not fit. It is the one type for
/// such mistakes in all stages; their own error types hold it by `From`, so that they end with [`Exit::Usage`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageError(pub Message);

impl UsageError {
    /// A mistake, told in one line that says what to do instead.
    pub fn new(message: impl Into<Message>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.english())
    }
}

impl Error for UsageError {}

impl Worded for UsageError {
    fn words(&self) -> Message {
        self.0.clone()
    }
}

impl Classified for UsageError {
    fn exit(&self) -> Exit {
        Exit::Usage
    }
}

/// The end of a run that did not succeed, as the user sees it: an exit code and one line saying what happened and what to do.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// One line, without the `syn-NAME: error:` prefix. Empty: say nothing.
    pub message: Message,
    /// What can be done about it on the command line.
    pub advice: Option<Advice>,
    /// When a stage before this one has said it: the mark of the run in which it did.
    pub told_in: Option<String>,
    /// Further fields of the message for programs.
    pub details: Option<Box<Map<String, Value>>>,
}

impl Failure {
    /// A failure with this code and text.
    pub fn new(exit: Exit, message: impl Into<Message>) -> Self {
        Self { exit, message: message.into(), advice: None, told_in: None, details: None }
    }

    /// Something is missing on the command line. What there is to choose from is added to `details`.
    pub fn lacks(message: impl Into<Message>, missing: Missing) -> Self {
        Self { details: Some(Box::new(missing.fields())), ..Self::usage(message) }
    }

    /// A mistake on the command line.
    pub fn usage(message: impl Into<Message>) -> Self {
        Self::new(Exit::Usage, message)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message.english())
    }
}

impl<E: Classified + Worded> From<E> for Failure {
    fn from(e: E) -> Self {
        let mut message = e.to_string();
        let mut cause = e.source();
        while let Some(c) = cause {
            let text = c.to_string();
            if !message.contains(&text) {
                message = format!("{message}: {text}");
            }
            cause = c.source();
        }
        let message = Message::told(message, e.words());
        let details = e.missing().map(|missing| Box::new(missing.fields()));
        Self { exit: e.exit(), advice: e.advice(), told_in: e.told_in().map(str::to_owned), message, details }
    }
}
