//! Errors of streams, files and checkpoints.

#[cfg(feature = "net")]
use crate::stream::checkpoint::{CheckpointError, Why};
use crate::stream::whole_file::Special;
use crate::stream::{Form, Packer, PlaceError, ShardProblem, StageError, StreamError, UnknownName};
use crate::tr;
use crate::words::{Message, Worded};

impl Worded for StreamError {
    fn words(&self) -> Message {
        match self {
            Self::Read { name, source } => tr!("stream-read", name, source),
            Self::Unreadable(e) => e.message.clone(),
            Self::Line { place, reason } => tr!("stream-line", place, reason),
            Self::Form { place, form } => tr!("stream-form", place, form),
            Self::LongLine { place, cap } => tr!("stream-long-line", place, cap),
            Self::Cut(reason) => reason.into(),
            Self::NoEnd { kind, lines } => tr!("stream-no-end", kind = kind.word(), lines),
            Self::Unframed { name, .. } => tr!("stream-unframed", name),
            Self::Stray { place, lines, more, after, .. } => stray(place, *lines, *more, *after),
            Self::Lost { kind, came, counted } => tr!("stream-lost", kind = kind.word(), came, counted),
            Self::Added { kind, came, counted } => tr!("stream-added", kind = kind.word(), came, counted),
            Self::Shards(problem) => problem.words(),
            Self::Empty => tr!("stream-empty"),
            Self::WrongKind(kind) => tr!("stream-wrong-kind", kind = kind.word()),
            Self::UnknownName(unknown) => unknown.words(),
            Self::NothingHeld(nothing) => {
                let tools = nothing.tools.iter().map(|(tool, n)| format!("{tool} {n}"));
                let things: Vec<_> = tools.chain(nothing.media.iter().map(|(kind, n)| format!("{kind} {n}"))).collect();
                tr!("stream-nothing-held", format = nothing.format, things = things.join(", "))
            }
            Self::Upstream(error) => tr!("stream-upstream", error),
            Self::Write { name, source } => tr!("stream-write", name, source),
            Self::NoStdin => tr!("stream-no-stdin"),
            Self::NoStdout => tr!("stream-no-stdout"),
            Self::Place { name, reason } => tr!("cannot-write", path = name, reason),
            Self::Thread(source) => tr!("stream-thread", source),
            Self::Internal(what) => tr!("internal-error", what),
            Self::Closed => tr!("stream-closed"),
        }
    }
}

fn stray(place: &str, lines: u64, more: bool, after: bool) -> Message {
    let stand = if more { tr!("stray-lines-or-more", lines) } else { tr!("stray-lines", lines) };
    if after { tr!("stray-after", place, stand) } else { tr!("stray-before", place, stand) }
}

impl Worded for StageError {
    fn words(&self) -> Message {
        match &*self.stage {
            "" => tr!("stage-failed-earlier", message = self.message),
            stage => tr!("stage-failed", stage, message = self.message),
        }
    }
}

impl Worded for ShardProblem {
    fn words(&self) -> Message {
        match self {
            Self::Missing { first, missing: 1, of } => tr!("shard-missing", first, of),
            Self::Missing { first, missing, of } => tr!("shards-missing", first, missing, of),
            Self::Twice { index, of } => tr!("shard-twice", index, of),
            Self::Bounds { of } => tr!("shard-bounds", of),
        }
    }
}

impl Worded for UnknownName {
    fn words(&self) -> Message {
        let message = tr!("unknown-name", what = thing(self.what), name = ?self.name);
        let message = match (&self.near, &self.others[..]) {
            (Some(near), _) => tr!("unknown-name-near", message, near = ?near),
            (None, []) => tr!("unknown-name-none", message),
            (None, others) => {
                let list: Vec<_> = others.iter().map(|other| format!("{other:?}")).collect();
                let more = if others.len() == Self::LISTED { ", …" } else { "" };
                tr!("unknown-name-others", message, names = list.join(", ") + more)
            }
        };
        let message = match self.capped {
            Some(names) => tr!("unknown-name-capped", message, names),
            None => message,
        };
        self.hint.as_ref().map_or(message.clone(), |hint| tr!("unknown-name-hint", message, hint))
    }
}

/// What a name is the name of.
fn thing(what: &'static str) -> Message {
    match what {
        "the class" => tr!("thing-class"),
        "the tool" => tr!("thing-tool"),
        "the attribute" => tr!("thing-attribute"),
        "the labelling status" => tr!("thing-status"),
        "the review status" => tr!("thing-review"),
        "the user" => tr!("thing-user"),
        "the project" => tr!("thing-project"),
        "the tag" => tr!("thing-tag"),
        "the task tag" => tr!("thing-task-tag"),
        "the category" => tr!("thing-category"),
        "a value at the field" => tr!("thing-field"),
        other => other.into(),
    }
}

impl Worded for Form {
    fn words(&self) -> Message {
        match self {
            Self::Packed(packer) => packer.words(),
            Self::WideWindow => tr!("form-wide-window"),
            Self::PackedTwice => tr!("form-packed-twice"),
            Self::PackedInside => tr!("form-packed-inside"),
            Self::Encoded(encoding) => tr!("form-encoded", encoding),
            Self::CrLines => tr!("form-cr-lines"),
            Self::Pretty => tr!("form-pretty"),
            Self::Joined => tr!("form-joined"),
            Self::Array => tr!("form-array"),
            Self::Sequence => tr!("form-sequence"),
            Self::Quoted => tr!("form-quoted"),
            Self::Page => tr!("form-page"),
            Self::FileLine => tr!("form-file-line"),
            Self::Coco => tr!("form-coco"),
            Self::Ultralytics => tr!("form-ultralytics"),
            Self::Manifest => tr!("form-manifest"),
            Self::Report => tr!("form-report"),
            Self::Document => tr!("form-document"),
            Self::Table => tr!("form-table"),
            Self::Markup => tr!("form-markup"),
            Self::Yaml => tr!("form-yaml"),
            Self::Binary => tr!("form-binary"),
            Self::Folder => tr!("form-folder"),
        }
    }
}

impl Worded for Packer {
    fn words(&self) -> Message {
        match self {
            Self::Xz => tr!("packer-xz"),
            Self::Bzip2 => tr!("packer-bzip2"),
            Self::Lz4 => tr!("packer-lz4"),
            Self::Lzip => tr!("packer-lzip"),
            Self::Compress => tr!("packer-compress"),
            Self::Zip => tr!("packer-zip"),
            Self::SevenZip => tr!("packer-7z"),
            Self::Rar => tr!("packer-rar"),
            Self::Tar => tr!("packer-tar"),
        }
    }
}

impl Worded for PlaceError {
    fn words(&self) -> Message {
        match self {
            Self::Folder => tr!("place-folder"),
            Self::NoFolder(folder) => tr!("place-no-folder", folder = folder.display()),
            Self::Tilde => tr!("place-tilde"),
            Self::Device(what) => tr!("place-device", what),
            Self::NotRegular => tr!("place-not-regular"),
            Self::Link(to) => tr!("place-link", to),
            Self::Compression(ending) => tr!("place-compression", ending),
            Self::Busy => tr!("place-busy"),
            Self::Io(error) => error.words(),
        }
    }
}

#[cfg(feature = "net")]
impl Worded for CheckpointError {
    fn words(&self) -> Message {
        match self {
            Self::Read { path, source } => tr!("checkpoint-read", path = path.display(), source),
            Self::Write { path, reason } => tr!("checkpoint-write", path = path.display(), reason),
            Self::Foreign(path) => tr!("checkpoint-foreign", path = path.display()),
            Self::Unfinished(path) => tr!("checkpoint-unfinished", path = path.display()),
            Self::Differs { path, key, was, is } => tr!("checkpoint-differs", path = path.display(), key, was, is),
            Self::Silent(path) => tr!("checkpoint-silent", path = path.display()),
            Self::Gap { from, to } => tr!("checkpoint-gap", from, to),
            Self::Several { path, exports } => tr!("checkpoint-several", path = path.display(), exports),
        }
    }
}

#[cfg(feature = "net")]
impl Worded for Why {
    fn words(&self) -> Message {
        match self {
            Self::NotWhole => tr!("stays-not-whole"),
            Self::Shard(part, of) => tr!("stays-shard", part, of),
            Self::Gap(None, to) => tr!("stays-first-gap", to),
            Self::Gap(Some(from), to) => tr!("stays-gap", from, to),
            Self::Behind(at) => tr!("stays-behind", at),
        }
    }
}

impl Worded for Special {
    fn words(&self) -> Message {
        match self {
            Self::Nothing => tr!("special-nothing"),
            Self::Folder => tr!("special-folder"),
            Self::DeviceOrPipe => tr!("special-device-or-pipe"),
            Self::BlockDevice => tr!("special-block-device"),
            Self::Socket => tr!("special-socket"),
        }
    }
}
