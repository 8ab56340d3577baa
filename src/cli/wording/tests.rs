//! The English of the catalogue is the English of the errors.

#[cfg(feature = "net")]
use crate::stream::checkpoint::CheckpointError;
use crate::stream::whole_file::Special;
use crate::stream::{Form, Kind, Packer, PlaceError, ShardProblem, StageError, StreamError, UnknownName};
use crate::words::Worded;
use std::error::Error;
use std::io;

/// The message of an error with those of its causes, as a failure tells them.
fn said(error: &dyn Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let text = inner.to_string();
        if !said.contains(&text) {
            said = format!("{said}: {text}");
        }
        cause = inner.source();
    }
    said
}

fn agree<E: Error + Worded>(errors: &[E]) {
    for error in errors {
        assert_eq!(error.words().english(), said(error));
    }
}

fn disk_full() -> io::Error {
    io::Error::from_raw_os_error(28)
}

#[test]
fn streams() {
    use StreamError as E;
    let unknown = |near: Option<&str>, others: &[&str], capped, hint: Option<&str>| {
        E::UnknownName(Box::new(UnknownName {
            what: "the class",
            name: "persn".into(),
            near: near.map(str::to_owned),
            others: others.iter().map(|&other| other.to_owned()).collect(),
            capped,
            hint: hint.map(Into::into),
        }))
    };
    let place = || "rows:3".to_owned();
    let mut errors = vec![
        E::Read { name: "rows".into(), source: disk_full() },
        E::Line { place: place(), reason: "no".into() },
        E::LongLine { place: place(), cap: 64 },
        E::Cut("cut".into()),
        E::Unframed { kind: Kind::Items, name: "stdin".into() },
        E::Empty,
        unknown(Some("person"), &[], None, None),
        unknown(None, &[], None, Some("a hint")),
        unknown(None, &["a", "b"], Some(100), Some("a hint")),
        unknown(None, &["a", "b", "c", "d", "e"], None, None),
        E::Write { name: "stdout".into(), source: disk_full() },
        E::NoStdin,
        E::NoStdout,
        E::Place { name: "x".into(), reason: PlaceError::Folder },
        E::Thread(disk_full()),
        E::Internal("what"),
        E::Closed,
        E::Upstream(StageError::new("fetch", crate::exit::Exit::Other, "no")),
    ];
    for kind in [Kind::Items, Kind::Files] {
        errors.push(E::NoEnd { kind, lines: 8 });
        errors.push(E::Lost { kind, came: 1, counted: 2 });
        errors.push(E::Added { kind, came: 3, counted: 2 });
        errors.push(E::WrongKind(kind));
    }
    for (lines, more, after) in [(1, false, true), (1, true, true), (2, false, false), (24, true, false)] {
        errors.push(E::Stray { kind: Kind::Items, place: place(), lines, more, after });
    }
    for problem in [
        ShardProblem::Missing { first: 2, missing: 1, of: 3 },
        ShardProblem::Missing { first: 2, missing: 2, of: 3 },
        ShardProblem::Twice { index: 2, of: 3 },
        ShardProblem::Bounds { of: 3 },
    ] {
        errors.push(E::Shards(problem));
    }
    agree(&errors);
}

#[cfg(feature = "net")]
#[test]
fn parts_of_a_dataset() {
    use crate::sink::divided::Difference;
    use crate::sink::divided::error::DividedError as E;
    let (dest, path) = (|| "s3://b/x".to_owned(), || "a \"b\"".to_owned());
    let differences = [Difference::Of(3), Difference::List, Difference::Options];
    let mut errors: Vec<_> = differences.map(|difference| E::Other { dest: dest(), difference }).into();
    errors.extend([
        E::Leftover { dest: dest() },
        E::Missing { dest: dest(), missing: vec![2, 3], first: 2, of: 8 },
        E::Damaged { dest: dest(), part: 2, reason: "it is cut".to_owned() },
        E::Differs { part: 2, path: path() },
        E::Lost { dest: dest(), path: path() },
        E::NoPlace { dest: dest() },
        E::NoRename { dest: dest() },
    ]);
    agree(&errors);
}

#[test]
fn forms() {
    let packers = [
        Packer::Xz,
        Packer::Bzip2,
        Packer::Lz4,
        Packer::Lzip,
        Packer::Compress,
        Packer::Zip,
        Packer::SevenZip,
        Packer::Rar,
        Packer::Tar,
    ];
    let forms = [
        Form::WideWindow,
        Form::PackedTwice,
        Form::PackedInside,
        Form::Encoded("UTF-16LE"),
        Form::CrLines,
        Form::Pretty,
        Form::Joined,
        Form::Array,
        Form::Sequence,
        Form::Quoted,
        Form::Page,
        Form::FileLine,
        Form::Coco,
        Form::Ultralytics,
        Form::Manifest,
        Form::Report,
        Form::Document,
        Form::Table,
        Form::Markup,
        Form::Yaml,
        Form::Binary,
        Form::Folder,
    ];
    for form in packers.map(Form::Packed).into_iter().chain(forms) {
        agree(&[StreamError::Form { place: "rows".into(), form }]);
    }
}

#[test]
fn places_and_checkpoints() {
    agree(&[
        PlaceError::NoFolder("x".into()),
        PlaceError::Device(Special::Socket),
        PlaceError::NotRegular,
        PlaceError::Link(Special::Folder),
        PlaceError::Compression("zip".into()),
        PlaceError::Busy,
        PlaceError::Io(disk_full()),
    ]);
}

#[cfg(feature = "net")]
#[test]
fn errors_of_dumps() {
    use crate::fetch::dump::DumpError as E;
    let name = || "part-1".to_owned();
    let differ = |cut: Option<String>| E::Differ { part: "1/3".into(), name: name(), other: "part-2".into(), cut };
    let missing = |missing| E::Missing { parts: "2/3".into(), missing, of: 3 };
    agree(&[
        E::NoFrame { name: name() },
        E::Empty { name: name() },
        E::Foreign { name: name(), of: "part-2".into(), key: "host", is: "1".into(), was: "2".into() },
        differ(None),
        differ(Some(name())),
        missing(1),
        missing(2),
        E::Uncut { name: name() },
        E::Cut { name: name(), lines: 5 },
        E::Several { name: name() },
        E::Changed { name: name() },
        E::Part { name: name(), error: Box::new(StreamError::Empty) },
    ]);
}

#[cfg(feature = "net")]
#[test]
fn errors_of_checkpoints() {
    let time = jiff::Timestamp::UNIX_EPOCH;
    agree(&[
        CheckpointError::Read { path: "c".into(), source: disk_full() },
        CheckpointError::Write { path: "c".into(), reason: PlaceError::Busy },
        CheckpointError::Foreign("c".into()),
        CheckpointError::Unfinished("c".into()),
        CheckpointError::Differs { path: "c".into(), key: "host", was: "1".into(), is: "2".into() },
        CheckpointError::Silent("c".into()),
        CheckpointError::Gap { from: time, to: time },
        CheckpointError::Several { path: "c".into(), exports: 2 },
    ]);
}
