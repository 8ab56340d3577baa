//! Errors of the sink, of single file lines and of originals. What an option could have prevented is worded in `src/cli/sink/problem.rs`.

use crate::sink::SinkError;
use crate::sink::dataset::digest::{Mismatch, to_hex};
use crate::sink::dataset::foreign::Foreign;
use crate::sink::divided::Difference;
use crate::sink::divided::error::DividedError;
use crate::sink::originals::reason::Reason;
use crate::sink::originals::sniff::{Found, Kind};
use crate::sink::run::line_error::LineError;
use crate::sink::run::names::NameError;
use crate::tr;
use crate::words::{Message, Worded};

impl Worded for SinkError {
    fn words(&self) -> Message {
        match self {
            Self::Stream(e) => e.words(),
            Self::Line { shown, .. } => shown.words(),
            Self::Usage(e) => e.words(),
            // All of these are worded with the options of the command line.
            Self::Unsupported { .. } => self.to_string().into(),
            Self::Exists { dest } => tr!("dest-exists", dest),
            Self::Foreign { dest, foreign } => tr!("dest-foreign", dest, foreign),
            Self::Differs { dest, path } => tr!("dest-differs", dest, path),
            Self::Unfinished { dest } => tr!("dest-unfinished", dest),
            Self::Overtaken { dest } => tr!("dest-overtaken", dest),
            Self::Store { path, reason, .. } => tr!("stream-line", place = path, reason),
            Self::Network { path, fault } => tr!("stream-line", place = path, reason = fault),
            Self::Write { path, source } => tr!("cannot-write", path, reason = source),
            Self::Read { path, source } => tr!("stream-read", name = path, source),
            Self::Original { path, url, reason } => tr!("original-failed", path, reason, url),
            Self::TooMuch { limit } => tr!("originals-too-much", limit),
            Self::Checkpoint(e) => tr!("nothing-published", error = e),
            Self::Stopped(_) => tr!("sink-stopped"),
            Self::Manifest(reason) => tr!("manifest-unusable", reason),
            Self::Divided(e) => e.words(),
            Self::Internal(what) => tr!("internal-error", what),
        }
    }
}

impl Worded for DividedError {
    fn words(&self) -> Message {
        match self {
            Self::Other { dest, difference } => {
                let there = match difference {
                    Difference::Of(of) => tr!("divided-other-of", of),
                    Difference::List => tr!("divided-other-list"),
                    Difference::Options => tr!("divided-other-options"),
                };
                tr!("divided-other", dest, there)
            }
            Self::Leftover { dest } => tr!("divided-leftover", dest),
            Self::Missing { dest, missing, first, of } => {
                tr!("divided-missing", count = missing.len().to_string(), of, dest, first)
            }
            Self::Damaged { dest, part, reason } => tr!("divided-damaged", part, dest, reason),
            Self::Differs { part, path } => tr!("divided-differs", path = ?path, part),
            Self::Lost { dest, path } => tr!("divided-lost", path = ?path, dest),
            Self::NoPlace { dest } => tr!("divided-no-place", dest),
            Self::NoRename { dest } => tr!("divided-no-rename", dest),
        }
    }
}

impl Worded for LineError {
    fn words(&self) -> Message {
        match self {
            Self::Malformed(reason) => reason.into(),
            Self::LocalFile { path } => tr!("line-local-file", path = ?path),
            Self::InDestination { path, file } => tr!("line-in-destination", path = ?path, file = ?file),
            Self::RelativeUrl { path } => tr!("line-relative-url", path = ?path),
            Self::Name(e) => e.words(),
            Self::Mismatch { path, mismatch } => tr!("line-mismatch", path = ?path, mismatch),
            Self::MixedParts { path } => tr!("line-mixed-parts", path = ?path),
            Self::Host(_) => tr!("line-bad-host"),
        }
    }
}

impl Worded for NameError {
    fn words(&self) -> Message {
        match self {
            Self::Folder(path) => tr!("name-file-and-folder", path = ?path),
            Self::File { folder, path } => tr!("name-folder-and-file", folder = ?folder, path = ?path),
            Self::Twice(path) => tr!("name-twice", path = ?path),
            Self::Spelling { folder, path } => tr!("name-spelling", folder = ?folder, path = ?path),
            Self::Manifest(path) => tr!("name-manifest", path = ?path),
        }
    }
}

impl Worded for Mismatch {
    fn words(&self) -> Message {
        match self {
            Self::Bytes { found, promised } => tr!("mismatch-bytes", found, promised),
            Self::Sha256 { found, promised } => {
                tr!("mismatch-sha256", found = to_hex(found), promised = to_hex(promised))
            }
        }
    }
}

impl Worded for Foreign {
    fn words(&self) -> Message {
        match self {
            Self::Files { dataset, first, count } => {
                let named: Vec<_> = first.iter().map(|path| format!("{path:?}")).collect();
                let named = named.join(", ");
                let named = match count.saturating_sub(first.len() as u64) {
                    0 => named.into(),
                    more => tr!("foreign-and-more", named, more),
                };
                if *dataset { tr!("foreign-unlisted", named) } else { tr!("foreign-no-dataset", named) }
            }
            Self::NotFolder => tr!("foreign-no-folder"),
            Self::NotFile => tr!("foreign-no-file"),
            Self::NotArchive => tr!("foreign-no-archive"),
            Self::NotLines => tr!("foreign-no-lines"),
        }
    }
}

impl Worded for Reason {
    fn words(&self) -> Message {
        match self {
            Self::TooLarge { limit } => tr!("original-over-limit", limit),
            Self::Url(e) => e.words(),
            Self::Network(fault) => fault.words(),
            Self::NotTheFile { kind, found } => tr!("original-not-the-file", kind, found),
            Self::Cut => tr!("original-cut"),
            Self::Other(told) => told.into(),
        }
    }
}

impl Worded for Kind {
    fn words(&self) -> Message {
        match self {
            Self::Image => tr!("kind-image"),
            Self::Video => tr!("kind-video"),
            Self::Audio => tr!("kind-audio"),
            Self::Pdf => tr!("kind-pdf"),
            Self::PointCloud => tr!("kind-point-cloud"),
            Self::Markup | Self::Other => tr!("kind-file"),
        }
    }
}

impl Worded for Found {
    fn words(&self) -> Message {
        match self {
            Self::Nothing => tr!("found-nothing"),
            Self::Html => tr!("found-html"),
            Self::Text => tr!("found-text"),
            Self::Unknown => tr!("found-unknown"),
            Self::Xml(_) | Self::Json | Self::Known(_) => self.to_string().into(),
        }
    }
}
