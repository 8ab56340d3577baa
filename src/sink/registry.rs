//! The destinations there are, one line each: which DEST belongs to which, and how it is opened.

use super::archive::{self, Archive};
use super::destination::{Destination, Existing};
use super::error::SinkError;
use super::local::{self, Local};
use super::pack::Format;
use super::shards::{Cut, Shards};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the user asks for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// DEST as it was given.
    pub dest: &'a OsStr,
    /// What becomes of what is there.
    pub existing: Existing,
    /// Cut into shards of this size, bytes.
    pub shard_size: Option<u64>,
}

/// One kind of destination.
pub struct Kind {
    /// How a DEST of this kind looks, for `--help` and errors.
    pub form: &'static str,
    /// Whether a DEST is of this kind.
    is: fn(&str) -> bool,
    open: fn(&Wanted<'_>) -> Result<Arc<dyn Destination>, SinkError>,
}

/// All kinds; the first that takes a DEST has it.
pub const KINDS: &[Kind] = &[
    Kind { form: "-", is: |d| d == "-", open: |_| Ok(Arc::new(Archive::stdout()?)) },
    Kind { form: "FILE.tar[.gz|.zst], FILE.zip", is: |d| Format::of(d).is_some(), open: new_archive },
    Kind { form: "FOLDER/", is: |_| true, open: |w| Ok(Arc::new(Local::new(Path::new(w.dest), w.existing)?)) },
];

fn new_archive(wanted: &Wanted<'_>) -> Result<Arc<dyn Destination>, SinkError> {
    let format = Format::of(&wanted.dest.to_string_lossy()).map_or(Format::Tar, |(_, format)| format);
    Ok(Arc::new(Archive::file(Path::new(wanted.dest), format, wanted.existing)?))
}

/// Opens the destination for a new dataset.
///
/// # Errors
/// [`SinkError::Usage`] when no kind takes it, and what the kind says.
pub fn open(wanted: &Wanted<'_>) -> Result<Arc<dyn Destination>, SinkError> {
    if wanted.existing == Existing::Numbered && !is_local(wanted.dest) {
        return Err(SinkError::Usage("--auto-number is for folders and archives of this machine".to_owned()));
    }
    match wanted.shard_size {
        Some(size) => shards(wanted, size),
        None => (kind_of(wanted.dest)?.open)(wanted),
    }
}

/// Says whether what is there would keep a run from being published, as far as that can be seen from this machine.
///
/// # Errors
/// What [`open`] would say.
pub fn check(wanted: &Wanted<'_>) -> Result<(), SinkError> {
    kind_of(wanted.dest)?;
    match (wanted.shard_size, wanted.dest.to_str()) {
        _ if !is_local(wanted.dest) => Ok(()),
        (Some(size), _) => local::check(&cut(wanted, size)?.0, wanted.existing),
        (None, Some(dest)) if Format::of(dest).is_some() => archive::check(Path::new(dest), wanted.existing),
        (None, _) => local::check(Path::new(wanted.dest), wanted.existing),
    }
}

/// Whether it is a folder or a file of this machine.
fn is_local(dest: &OsStr) -> bool {
    dest != "-" && scheme(&dest.to_string_lossy()).is_none()
}

fn shards(wanted: &Wanted<'_>, size: u64) -> Result<Arc<dyn Destination>, SinkError> {
    let (folder, cut) = cut(wanted, size)?;
    Ok(Arc::new(Shards::new(Arc::new(Local::new(&folder, wanted.existing)?), cut)))
}

/// The folder that shards go to, and how they are cut: `a/train.tar.zst` means `a/train/train-000000.tar.zst`, and so on; a folder
/// gets plain tars.
fn cut(wanted: &Wanted<'_>, size: u64) -> Result<(PathBuf, Cut), SinkError> {
    let usage = |reason: &str| Err(SinkError::Usage(format!("--shard-size {reason}")));
    let Some(dest) = wanted.dest.to_str().filter(|_| is_local(wanted.dest)) else {
        return usage("is for a folder of this machine, named in UTF-8");
    };
    let (folder, format) = Format::of(dest).unwrap_or((dest, Format::Tar));
    let folder: PathBuf = Path::new(folder).components().collect();
    let stem = folder.file_name().and_then(OsStr::to_str).map(str::to_owned);
    match (format, stem) {
        (Format::Zip, _) => usage("makes tars: a zip cannot be read as a stream"),
        (_, None) => usage("needs a folder with a name"),
        (format, Some(stem)) => Ok((folder, Cut { stem, format, size })),
    }
}

fn kind_of(dest: &OsStr) -> Result<&'static Kind, SinkError> {
    // A name that is not UTF-8 can only be that of a folder; its scheme or its ending is still to be seen.
    let text = dest.to_string_lossy();
    let known = match scheme(&text) {
        Some(scheme) => KINDS.iter().find(|k| k.form.split("://").next() == Some(scheme)),
        None => KINDS.iter().find(|k| (k.is)(&text)),
    };
    known.ok_or_else(|| {
        let forms: Vec<_> = KINDS.iter().map(|k| k.form).collect();
        let shown = text.split("://").next().unwrap_or_default();
        SinkError::Usage(format!("no destination is known for {shown}://; known are {}", forms.join(", ")))
    })
}

/// What stands before `://`, if DEST has it.
pub fn scheme(dest: &str) -> Option<&str> {
    let (scheme, _) = dest.split_once("://")?;
    let word = scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    (word && !scheme.is_empty()).then_some(scheme)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dest_has_one_kind_and_an_unknown_scheme_none() {
        for dest in ["out", "out/", "a:/b", "./s3:/x", "://x"] {
            assert_eq!(kind_of(OsStr::new(dest)).map(|k| k.form).unwrap_or("none"), "FOLDER/", "{dest}");
        }
        let Err(e) = kind_of(OsStr::new("gopher://user:secret@host/x")) else { panic!("gopher is known") };
        let e = e.to_string();
        assert!(e.contains("gopher://") && e.contains("FOLDER/") && !e.contains("secret"), "{e}");
    }
}
