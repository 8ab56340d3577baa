//! The destinations there are, one line each: which DEST belongs to which, how it is opened for a new dataset, and how one that is
//! there is read.

use super::archive;
use super::archive::Archive;
use super::archive::format::Format;
use super::archive::reader::Packed;
use super::archive::shards::{Cut, Shards};
use super::dataset::published;
use super::dataset::published::{Folder, Published};
use super::dataset::unchanged::{Tidy, Unchanged};
use super::destination::{Destination, Existing};
use super::error::SinkError;
use super::local;
use super::local::Local;
use super::local::staging::Staging;
use super::patience::Patience;
use super::store;
use super::store::list::StoredDataset;
use super::store::platform::Target;
use super::store::scheme::{azblob, ftp, gcs, s3, sftp, webdav};
use super::store::{How, Place, Store};
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
    /// Take up what an earlier run has left.
    pub resume: bool,
    /// Leave what was done when the run fails.
    pub keep_staging: bool,
    /// Where files of a store wait.
    pub staging_prefix: Option<&'a str>,
    /// How failing servers are treated.
    pub patience: &'a Patience,
}

type New = fn(&Wanted<'_>) -> Result<Arc<dyn Destination>, SinkError>;
type There = fn(&Wanted<'_>) -> Result<Arc<dyn Published>, SinkError>;

/// One kind of destination.
pub struct Kind {
    /// How a DEST of this kind looks, for `--help` and errors.
    pub form: &'static str,
    /// Whether a DEST without scheme is of this kind.
    is: fn(&str) -> bool,
    how: Access,
}

enum Access {
    /// A store, by the place that a DEST names.
    Store(fn(&str) -> Result<Place, SinkError>),
    /// Anything else.
    Own { new: New, there: There },
}

const fn in_store(form: &'static str, place: fn(&str) -> Result<Place, SinkError>) -> Kind {
    Kind { form, is: |_| false, how: Access::Store(place) }
}

const fn own(form: &'static str, is: fn(&str) -> bool, new: New, there: There) -> Kind {
    Kind { form, is, how: Access::Own { new, there } }
}

/// All kinds; the first that takes a DEST has it.
pub const KINDS: &[Kind] = &[
    in_store("s3://BUCKET/PREFIX", s3::place),
    in_store("gs://BUCKET/PREFIX", gcs::place),
    in_store("az://CONTAINER/PREFIX", azblob::place),
    in_store("sftp://HOST/FOLDER", sftp::place),
    in_store("ftp://HOST/FOLDER", ftp::place),
    in_store("ftps://HOST/FOLDER", ftp::place),
    in_store("webdav://HOST/FOLDER", webdav::place),
    in_store("webdavs://HOST/FOLDER", webdav::place),
    own("-", |d| d == "-", |_| Ok(Arc::new(Archive::stdout()?)), unread),
    own("FILE.tar[.gz|.zst], FILE.zip", |d| Format::of(d).is_some(), new_archive, archived),
    own("FOLDER/", |_| true, new_folder, folder),
];

/// What an earlier run has left of an archive is of no use: it is begun anew.
fn new_archive(wanted: &Wanted<'_>) -> Result<Arc<dyn Destination>, SinkError> {
    if wanted.keep_staging {
        return Err(SinkError::Usage(format!(
            "{}: an archive is begun anew every time: --keep-staging is for folders, stores and servers",
            wanted.dest.display()
        )));
    }
    Ok(Arc::new(Archive::file(Path::new(wanted.dest), format(wanted), wanted.existing)?))
}

fn archived(wanted: &Wanted<'_>) -> Result<Arc<dyn Published>, SinkError> {
    Ok(Arc::new(Packed::new(Path::new(wanted.dest), format(wanted))))
}

fn format(wanted: &Wanted<'_>) -> Format {
    Format::of(&wanted.dest.to_string_lossy()).map_or(Format::Tar, |(_, format)| format)
}

/// What is not there any more when it is written.
fn unread(_: &Wanted<'_>) -> Result<Arc<dyn Published>, SinkError> {
    Err(SinkError::Usage("--verify and --resume are not for standard output: name a file".to_owned()))
}

/// Opens the destination for a new dataset.
///
/// # Errors
/// [`SinkError::Usage`] when no kind takes it, and what the kind says.
pub fn open(wanted: &Wanted<'_>) -> Result<Arc<dyn Destination>, SinkError> {
    if wanted.existing == Existing::Numbered && !is_local(wanted.dest) {
        return Err(SinkError::Usage("--auto-number is for folders and archives of this machine".to_owned()));
    }
    if let Some(size) = wanted.shard_size {
        if wanted.resume || wanted.keep_staging {
            return Err(SinkError::Usage("--resume and --keep-staging are not for shards".to_owned()));
        }
        return shards(wanted, size);
    }
    let kind = kind_of(wanted.dest)?;
    match &kind.how {
        Access::Store(place) => open_store(place(text(wanted.dest)?)?, wanted),
        Access::Own { new, there } => {
            let dest = PathBuf::from(wanted.dest);
            let tidy = Box::new(move || {
                Staging::new(&dest, false)?.remove();
                Ok(())
            });
            match unchanged(wanted, || there(wanted), tidy) {
                Ok(Some(same)) => Ok(same),
                // A file that is no archive is not the same; that it is there is for whoever would write to say.
                Err(SinkError::Read { .. }) if Format::of(&wanted.dest.to_string_lossy()).is_some() => new(wanted),
                Ok(None) => new(wanted),
                Err(e) => Err(e),
            }
        }
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
    Ok(Arc::new(Shards::new(Arc::new(Local::new(&folder, wanted.existing, false, false)?), cut)))
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

/// Opens a storage of the platform for a new dataset.
///
/// # Errors
/// As [`open`].
pub fn open_storage(target: Target, wanted: &Wanted<'_>) -> Result<Arc<dyn Destination>, SinkError> {
    match target {
        Target::Folder(folder) => open(&Wanted { dest: folder.as_os_str(), ..*wanted }),
        Target::Store(_) if wanted.existing == Existing::Numbered || wanted.shard_size.is_some() => {
            Err(SinkError::Usage("--auto-number and --shard-size are for this machine".to_owned()))
        }
        Target::Store(place) => open_store(*place, wanted),
    }
}

/// Opens what is in a storage of the platform for reading.
///
/// # Errors
/// As [`published()`].
pub fn published_storage(target: Target, wanted: &Wanted<'_>) -> Result<Arc<dyn Published>, SinkError> {
    match target {
        Target::Folder(folder) => Ok(Arc::new(Folder::new(&folder))),
        Target::Store(place) => stored(*place, wanted),
    }
}

/// The dataset that is there, if it is to be found the same.
fn unchanged(
    wanted: &Wanted<'_>,
    there: impl FnOnce() -> Result<Arc<dyn Published>, SinkError>,
    tidy: Box<Tidy>,
) -> Result<Option<Arc<dyn Destination>>, SinkError> {
    if !wanted.resume || wanted.existing == Existing::Replaced {
        return Ok(None);
    }
    let there = there()?;
    Ok(if published::is_there(&*there)? { Some(Arc::new(Unchanged::new(there, tidy)?)) } else { None })
}

fn stored(place: Place, wanted: &Wanted<'_>) -> Result<Arc<dyn Published>, SinkError> {
    Ok(Arc::new(StoredDataset::new(place, wanted.patience)?))
}

/// Opens a place in a store for a new dataset.
///
/// # Errors
/// What [`Store::new`] says.
fn open_store(place: Place, wanted: &Wanted<'_>) -> Result<Arc<dyn Destination>, SinkError> {
    let Wanted { resume, keep_staging, staging_prefix, patience, .. } = *wanted;
    let (left, prefix, kept) = (place.clone(), staging_prefix.map(str::to_owned), patience.clone());
    let tidy = Box::new(move || store::remove_rest(&left, prefix.as_deref(), &kept));
    if let Some(same) = unchanged(wanted, || stored(place.clone(), wanted), tidy)? {
        return Ok(same);
    }
    let overwrite = wanted.existing == Existing::Replaced;
    Ok(Arc::new(Store::new(place, &How { overwrite, resume, keep_staging, staging_prefix, patience })?))
}

/// Opens what is at the destination for reading.
///
/// # Errors
/// [`SinkError::Usage`] when no kind takes it, and what the kind says.
pub fn published(wanted: &Wanted<'_>) -> Result<Arc<dyn Published>, SinkError> {
    if let Some(size) = wanted.shard_size {
        return Ok(Arc::new(Folder::new(&cut(wanted, size)?.0)));
    }
    match &kind_of(wanted.dest)?.how {
        Access::Store(place) => stored(place(text(wanted.dest)?)?, wanted),
        Access::Own { there, .. } => there(wanted),
    }
}

fn new_folder(wanted: &Wanted<'_>) -> Result<Arc<dyn Destination>, SinkError> {
    let Wanted { existing, resume, keep_staging, .. } = *wanted;
    Ok(Arc::new(Local::new(Path::new(wanted.dest), existing, resume, resume || keep_staging)?))
}

fn folder(wanted: &Wanted<'_>) -> Result<Arc<dyn Published>, SinkError> {
    Ok(Arc::new(Folder::new(Path::new(wanted.dest))))
}

fn text(dest: &OsStr) -> Result<&str, SinkError> {
    dest.to_str().ok_or_else(|| SinkError::Usage("an address must be UTF-8".to_owned()))
}

fn kind_of(dest: &OsStr) -> Result<&'static Kind, SinkError> {
    // A name that is not UTF-8 can only be that of a folder; its scheme or its ending is still to be seen.
    let text = dest.to_string_lossy();
    let known = match scheme(&text) {
        Some(scheme) => KINDS.iter().find(|k| k.form.split_once("://").is_some_and(|(known, _)| known == scheme)),
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
        for (dest, form) in [
            ("out", "FOLDER/"),
            ("out/", "FOLDER/"),
            ("a:/b", "FOLDER/"),
            ("./s3:/x", "FOLDER/"),
            ("://x", "FOLDER/"),
            ("s3://b/x", "s3://BUCKET/PREFIX"),
            ("webdavs://h/x", "webdavs://HOST/FOLDER"),
        ] {
            assert_eq!(kind_of(OsStr::new(dest)).map(|k| k.form).unwrap_or("none"), form, "{dest}");
        }
        let Err(e) = kind_of(OsStr::new("gopher://user:secret@host/x")) else { panic!("gopher is known") };
        let e = e.to_string();
        assert!(e.contains("gopher://") && e.contains("FOLDER/") && !e.contains("secret"), "{e}");
    }
}
