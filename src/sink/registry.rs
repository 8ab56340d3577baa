//! The list of destinations: which DEST belongs to which, how it is opened for a new dataset, and how a published one is read.
//!
//! [`KINDS`] are those of this machine. A DEST with a scheme is a store or a server: each declares itself in a file of the folder
//! `store/scheme`, and is listed in its `mod.rs`.

use super::address;
use super::address::scheme;
use super::archive;
use super::archive::Archive;
use super::archive::format::ArchiveFormat;
use super::archive::reader::ArchiveReader;
use super::archive::shards::{ShardOptions, Shards};
use super::dataset::published::{Folder, Published};
use super::dataset::unchanged;
use super::destination::{Destination, Existing, OpenOptions};
use super::divided::error::DividedError;
use super::divided::place::Place;
use super::error::{SinkError, Unsupported};
use super::lines;
use super::lines::LinesPlace;
use super::lines::local::LocalLines;
use super::local;
use super::local::Local;
use super::local::parts::LocalParts;
use super::local::staging::Staging;
#[cfg(feature = "stores")]
use super::store;
#[cfg(feature = "stores")]
use super::store::list::StoredDataset;
#[cfg(feature = "stores")]
use super::store::parts::StoredParts;
#[cfg(feature = "stores")]
use super::store::scheme::{SCHEMES, Scheme};
#[cfg(feature = "stores")]
use crate::net::retry::RetryPolicy;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

type OpenNew = fn(&OpenOptions<'_>) -> Result<Arc<dyn Destination>, SinkError>;
type OpenPublished = fn(&OpenOptions<'_>) -> Result<Arc<dyn Published>, SinkError>;

/// A kind of destination on this machine.
pub struct LocalKind {
    /// How a DEST of this kind is written, for help and errors.
    pub form: &'static str,
    matches: fn(&str) -> bool,
    new: OpenNew,
    published: OpenPublished,
}

/// The kinds on this machine. A DEST without scheme belongs to the first that matches.
pub const KINDS: &[LocalKind] = &[
    LocalKind { form: "-", matches: |dest| dest == "-", new: new_stdout, published: published_stdout },
    LocalKind {
        form: "FILE.tar[.gz|.zst], FILE.zip",
        matches: |dest| ArchiveFormat::of(dest).is_some(),
        new: new_archive,
        published: published_archive,
    },
    LocalKind { form: "FOLDER/", matches: |_| true, new: new_folder, published: published_folder },
];

/// What a DEST is.
enum Kind {
    Local(&'static LocalKind),
    #[cfg(feature = "stores")]
    Store(&'static Scheme),
}

/// How every DEST is written that this build can open, for help and errors: stores and servers first.
pub fn forms() -> Vec<&'static str> {
    let local = KINDS.iter().map(|kind| kind.form);
    #[cfg(feature = "stores")]
    let all = SCHEMES.iter().map(|scheme| scheme.form).chain(local);
    #[cfg(not(feature = "stores"))]
    let all = local;
    all.collect()
}

/// Opens the destination for a new dataset.
///
/// # Errors
/// [`SinkError::Usage`] when no kind takes it, [`SinkError::Unsupported`], and what the kind itself returns.
pub fn open(options: &OpenOptions<'_>) -> Result<Arc<dyn Destination>, SinkError> {
    address::check(&options.dest.to_string_lossy())?;
    if options.existing == Existing::Numbered && !is_local(options.dest) {
        return Err(unsupported(options, Unsupported::Numbers));
    }
    if options.staging_prefix.is_some() && (options.dest == "-" || is_local(options.dest)) {
        return Err(unsupported(options, Unsupported::LocalPrefix));
    }
    if let Some(size) = options.shard_size {
        if options.resume || options.keep_staging {
            return Err(unsupported(options, Unsupported::KeepShards));
        }
        return new_shards(options, size);
    }
    match kind_of(options.dest)? {
        Kind::Local(kind) => open_local(kind, options),
        #[cfg(feature = "stores")]
        Kind::Store(scheme) => store::open::new((scheme.location)(text(options.dest)?)?, options),
    }
}

fn open_local(kind: &LocalKind, options: &OpenOptions<'_>) -> Result<Arc<dyn Destination>, SinkError> {
    let dest = PathBuf::from(options.dest);
    let tidy = Box::new(move || {
        Staging::new(&dest, local::inside::is_needed(&dest), false)?.remove();
        Ok(())
    });
    match unchanged::find(options, || (kind.published)(options), tidy) {
        Ok(Some(same)) => Ok(same),
        Ok(None) => (kind.new)(options),
        // A file that is no archive is not the same dataset; whether it may be replaced is for the writer to say.
        Err(SinkError::Read { .. }) if ArchiveFormat::of(&options.dest.to_string_lossy()).is_some() => {
            (kind.new)(options)
        }
        Err(e) => Err(e),
    }
}

/// Opens the destination for a file of lines.
///
/// # Errors
/// [`SinkError::Usage`] when no kind takes it, [`SinkError::Unsupported`], and what the kind itself returns.
pub fn lines(options: &OpenOptions<'_>) -> Result<Arc<dyn LinesPlace>, SinkError> {
    address::check(&options.dest.to_string_lossy())?;
    match kind_of(options.dest)? {
        Kind::Local(_) => Ok(Arc::new(LocalLines::new(Path::new(options.dest), options.existing)?)),
        #[cfg(feature = "stores")]
        Kind::Store(scheme) => store::open::lines((scheme.location)(text(options.dest)?)?, options),
    }
}

/// Opens the destination for parts of a dataset.
///
/// # Errors
/// [`SinkError::Divided`] where parts cannot go, [`SinkError::Usage`].
pub fn parts(options: &OpenOptions<'_>) -> Result<Arc<dyn Place>, SinkError> {
    let dest = options.dest.to_string_lossy();
    address::check(&dest)?;
    if dest == "-" || ArchiveFormat::of(&dest).is_some() || lines::is_dest(&dest) {
        return Err(DividedError::NoPlace { dest: dest.into_owned() }.into());
    }
    match kind_of(options.dest)? {
        Kind::Local(_) => Ok(Arc::new(LocalParts::new(Path::new(options.dest))?)),
        #[cfg(feature = "stores")]
        Kind::Store(scheme) => Ok(Arc::new(StoredParts::new((scheme.location)(text(options.dest)?)?, options.retry)?)),
    }
}

/// Opens what is at the destination for reading.
///
/// # Errors
/// [`SinkError::Usage`] when no kind takes it, [`SinkError::Unsupported`], and what the kind itself returns.
pub fn published(options: &OpenOptions<'_>) -> Result<Arc<dyn Published>, SinkError> {
    address::check(&options.dest.to_string_lossy())?;
    if let Some(size) = options.shard_size {
        return Ok(Arc::new(Folder::new(&shard_options(options, size)?.0)));
    }
    match kind_of(options.dest)? {
        Kind::Local(kind) => (kind.published)(options),
        #[cfg(feature = "stores")]
        Kind::Store(scheme) => store::open::published((scheme.location)(text(options.dest)?)?, options),
    }
}

/// What a store has at an address, whoever wrote it, for reading.
///
/// # Errors
/// [`SinkError::Usage`] when no store takes it, [`SinkError::Write`] when the system gives no threads.
#[cfg(feature = "stores")]
pub fn stored(place: &str, retry: &RetryPolicy) -> Result<StoredDataset, SinkError> {
    address::check_stored(place)?;
    match kind_of(OsStr::new(place))? {
        Kind::Store(scheme) => StoredDataset::new((scheme.location)(place)?, retry),
        Kind::Local(_) => Err(SinkError::Internal("an address of a store that is none")),
    }
}

/// Checks whether something at the destination would keep a dataset from being published, as far as this machine can tell without
/// asking a server.
///
/// # Errors
/// As [`open`].
pub fn check(options: &OpenOptions<'_>) -> Result<(), SinkError> {
    address::check(&options.dest.to_string_lossy())?;
    kind_of(options.dest)?;
    match (options.shard_size, options.dest.to_str()) {
        _ if !is_local(options.dest) => Ok(()),
        (Some(size), _) => local::check(&shard_options(options, size)?.0, options.existing).map(drop),
        (None, Some("-")) => Ok(()),
        (None, Some(dest)) if let Some((_, format)) = ArchiveFormat::of(dest) => {
            archive::check(Path::new(dest), format, options.existing).map(drop)
        }
        (None, _) => local::check(Path::new(options.dest), options.existing).map(drop),
    }
}

fn new_stdout(options: &OpenOptions<'_>) -> Result<Arc<dyn Destination>, SinkError> {
    if options.existing == Existing::Replaced || options.keep_staging {
        return Err(unsupported(options, Unsupported::KeepStdout));
    }
    Ok(Arc::new(Archive::stdout()?))
}

fn published_stdout(options: &OpenOptions<'_>) -> Result<Arc<dyn Published>, SinkError> {
    Err(unsupported(options, Unsupported::ReadStdout))
}

fn new_archive(options: &OpenOptions<'_>) -> Result<Arc<dyn Destination>, SinkError> {
    if options.keep_staging {
        return Err(unsupported(options, Unsupported::KeepArchive));
    }
    Ok(Arc::new(Archive::file(Path::new(options.dest), format(options), options.existing)?))
}

fn published_archive(options: &OpenOptions<'_>) -> Result<Arc<dyn Published>, SinkError> {
    Ok(Arc::new(ArchiveReader::new(Path::new(options.dest), format(options))))
}

fn new_folder(options: &OpenOptions<'_>) -> Result<Arc<dyn Destination>, SinkError> {
    let OpenOptions { existing, resume, keep_staging, .. } = *options;
    Ok(Arc::new(Local::new(Path::new(options.dest), existing, resume, resume || keep_staging)?))
}

fn published_folder(options: &OpenOptions<'_>) -> Result<Arc<dyn Published>, SinkError> {
    Ok(Arc::new(Folder::new(Path::new(options.dest))))
}

fn new_shards(options: &OpenOptions<'_>, size: u64) -> Result<Arc<dyn Destination>, SinkError> {
    let (folder, shards) = shard_options(options, size)?;
    Ok(Arc::new(Shards::new(Arc::new(Local::new(&folder, options.existing, false, false)?), shards)))
}

/// The folder of the shards, and how they are named and cut: `a/train.tar.zst` means `a/train/train-000000.tar.zst` and so on; in
/// a folder without such an ending they are plain tars.
fn shard_options(options: &OpenOptions<'_>, size: u64) -> Result<(PathBuf, ShardOptions), SinkError> {
    let Some(dest) = options.dest.to_str().filter(|_| is_local(options.dest)) else {
        return Err(unsupported(options, Unsupported::RemoteShards));
    };
    let (folder, format) = ArchiveFormat::of(dest).unwrap_or((dest, ArchiveFormat::Tar));
    let folder: PathBuf = Path::new(folder).components().collect();
    let stem = folder.file_name().and_then(OsStr::to_str).map(str::to_owned);
    match (format, stem) {
        (ArchiveFormat::Zip, _) => Err(unsupported(options, Unsupported::ZipShards)),
        (_, None) => Err(unsupported(options, Unsupported::NamelessShards)),
        (format, Some(stem)) => Ok((folder, ShardOptions { stem, format, size })),
    }
}

fn format(options: &OpenOptions<'_>) -> ArchiveFormat {
    ArchiveFormat::of(&options.dest.to_string_lossy()).map_or(ArchiveFormat::Tar, |(_, format)| format)
}

/// Whether it is a folder or a file of this machine.
fn is_local(dest: &OsStr) -> bool {
    dest != "-" && scheme(&dest.to_string_lossy()).is_none()
}

fn unsupported(options: &OpenOptions<'_>, what: Unsupported) -> SinkError {
    SinkError::unsupported(options.dest.display().to_string(), what)
}

#[cfg(feature = "stores")]
fn text(dest: &OsStr) -> Result<&str, SinkError> {
    dest.to_str().ok_or_else(|| SinkError::usage(crate::tr!("dest-utf8")))
}

fn kind_of(dest: &OsStr) -> Result<Kind, SinkError> {
    // A name that is not UTF-8 can only be that of a folder; its scheme or its ending can still be read.
    let text = dest.to_string_lossy();
    let known = match scheme(&text) {
        #[cfg(feature = "stores")]
        Some(name) => SCHEMES.iter().find(|scheme| scheme.name() == name).map(Kind::Store),
        #[cfg(not(feature = "stores"))]
        Some(_) => None,
        None => KINDS.iter().find(|kind| (kind.matches)(&text)).map(Kind::Local),
    };
    known.ok_or_else(|| {
        let shown = text.split("://").next().unwrap_or_default();
        SinkError::usage(format!("no destination is known for {shown}://; known are {}", forms().join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dest_has_one_kind_and_an_unknown_scheme_none() {
        for (dest, form) in [
            ("out", "FOLDER/"),
            ("out/", "FOLDER/"),
            ("./s3:/x", "FOLDER/"),
            ("://x", "FOLDER/"),
            ("-", "-"),
            ("x.tar.zst", "FILE.tar[.gz|.zst], FILE.zip"),
            #[cfg(feature = "stores")]
            ("s3://b/x", "s3://BUCKET/PREFIX"),
            #[cfg(feature = "stores")]
            ("webdavs://h/x", "webdavs://HOST/FOLDER"),
        ] {
            let found = match kind_of(OsStr::new(dest)) {
                Ok(Kind::Local(kind)) => kind.form,
                #[cfg(feature = "stores")]
                Ok(Kind::Store(scheme)) => scheme.form,
                Err(_) => "none",
            };
            assert_eq!(found, form, "{dest}");
        }
        let Err(e) = kind_of(OsStr::new("gopher://user:secret@host/x")) else { panic!("gopher is known") };
        let e = e.to_string();
        assert!(e.contains("gopher://") && e.contains("FOLDER/") && !e.contains("secret"), "{e}");
    }

    /// The documents list what this build can open, and nothing else.
    #[cfg(feature = "stores")]
    #[test]
    fn the_tables_of_the_documents_list_every_scheme() {
        let known: std::collections::BTreeSet<_> = SCHEMES.iter().map(|scheme| scheme.name()).collect();
        let table = include_str!("../../docs/destinations.md");
        let first_cells = table.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
        let listed = first_cells.flat_map(|cell| cell.split('`')).filter_map(scheme).collect();
        assert_eq!(known, listed, "docs/destinations.md");
        let readme = include_str!("../../README.md");
        for name in known {
            assert!(readme.contains(&format!("{name}://")), "README.md lacks {name}://");
        }
    }
}
