//! The destinations there are, one line each: which DEST belongs to which, and how it is opened.

use super::archive::Archive;
use super::destination::Destination;
use super::error::SinkError;
use super::local::Local;
use super::pack::Format;
use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;

/// What the user asks for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// DEST as it was given.
    pub dest: &'a OsStr,
    /// Replace what is there.
    pub overwrite: bool,
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
    Kind { form: "FILE.tar[.gz|.zst], FILE.zip", is: |d| Format::of(d).is_some(), open: archive },
    Kind { form: "FOLDER/", is: |_| true, open: |w| Ok(Arc::new(Local::new(Path::new(w.dest), w.overwrite)?)) },
];

fn archive(wanted: &Wanted<'_>) -> Result<Arc<dyn Destination>, SinkError> {
    let format = Format::of(&wanted.dest.to_string_lossy()).map_or(Format::Tar, |(_, format)| format);
    Ok(Arc::new(Archive::file(Path::new(wanted.dest), format, wanted.overwrite)?))
}

/// Opens the destination for a new dataset.
///
/// # Errors
/// [`SinkError::Usage`] when no kind takes it, and what the kind says.
pub fn open(wanted: &Wanted<'_>) -> Result<Arc<dyn Destination>, SinkError> {
    (kind_of(wanted.dest)?.open)(wanted)
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
