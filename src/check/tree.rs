//! The dataset that is checked: a folder, a document, an archive, the file lines of `syn-convert`, or what a source elsewhere has.

use super::archive;
use super::picture::{self, Picture};
use super::regular;
use super::scratch::Scratch;
use super::source::{self, Source};
use crate::file_line::{Content, FileLine};
use crate::image::ImageError;
use crate::path::RelPath;
use crate::stream::json;
use crate::stream::{Came, Frame, Kind, Progress, Reader, StreamError};
use crate::tr;
use crate::words::{Message, Worded};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::fs::{self, File, OpenOptions};
use std::io::{BufReader, ErrorKind, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};
use tempfile::TempDir;
use walkdir::WalkDir;

/// An image, as far as its first and last bytes tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Image {
    /// In the dataset, and readable.
    Here(Picture),
    /// Not downloaded: a file line has its URL.
    Elsewhere,
    /// Not in the dataset.
    Missing,
    /// In the dataset, but not an image that can be read; says why.
    Unreadable(Message),
}

impl Image {
    /// Width and height as it is seen, when it can be read.
    pub fn size(&self) -> Option<[u64; 2]> {
        if let Self::Here(picture) = self { Some([picture.seen.width, picture.seen.height]) } else { None }
    }
}

/// The files of a dataset.
pub struct Tree {
    root: PathBuf,
    /// The one document to look at, when it is not a folder.
    pub only: Option<String>,
    unpacked: Option<Unpacked>,
    /// Threads that look at files.
    pub threads: usize,
}

/// A dataset that came in another form, in a temporary folder.
struct Unpacked {
    /// Keeps the folder.
    _folder: TempDir,
    /// The files came as lines; originals are links to nowhere.
    lines: bool,
    /// Its files are here with all of their bytes.
    whole: bool,
}

impl Tree {
    /// A folder, a single document, or an archive, which is unpacked into a temporary folder. Gives what of an archive cannot be read, too.
    ///
    /// # Errors
    /// [`StreamError::Read`] when there is no such file or folder, or an archive is damaged.
    pub fn open(path: &Path, scratch: &Scratch) -> Result<(Self, Vec<Message>), StreamError> {
        let failed = |source| StreamError::Read { name: path.display().to_string(), source };
        let root = fs::canonicalize(path).map_err(failed)?;
        if root.is_dir() {
            return Ok((Self { root, only: None, unpacked: None, threads: 1 }, Vec::new()));
        }
        if let Some(kind) = archive::kind(&root).map_err(failed)? {
            let folder = scratch.folder()?;
            // As it is named by the system: it is compared with paths that are.
            let inside = fs::canonicalize(folder.path()).map_err(failed)?;
            let (only, unread) = archive::unpack(&root, kind, &inside).map_err(failed)?;
            let unpacked = Some(Unpacked { _folder: folder, lines: false, whole: true });
            return Ok((Self { root: inside, only, unpacked, threads: 1 }, unread));
        }
        let name = root.file_name().and_then(|n| n.to_str()).map(str::to_owned);
        let (Some(parent), Some(name)) = (root.parent(), name) else {
            return Err(failed(std::io::Error::other(tr!("check-name-not-utf8"))));
        };
        // The images of annotations/instances.json are beside its folder.
        let (root, only) = match (parent.parent(), parent.file_name().and_then(|n| n.to_str())) {
            (Some(above), Some(folder)) if is_annotations(folder) => (above, format!("{folder}/{name}")),
            _ => (parent, name),
        };
        Ok((Self { root: root.to_owned(), only: Some(only), unpacked: None, threads: 1 }, Vec::new()))
    }

    /// A dataset elsewhere, as far as a check reads it, in a temporary folder; and what of it cannot be read. `only`: the one document to
    /// look at.
    ///
    /// # Errors
    /// Those of the source; [`StreamError::Write`] when there is no room.
    pub fn of_source<S: Source>(
        source: &S,
        only: Option<String>,
        scratch: &Scratch,
    ) -> Result<(Self, Vec<Message>), S::Error> {
        let folder = scratch.folder()?;
        let failed = |source| StreamError::Write { name: tr!("temporary-folder"), source };
        let root = fs::canonicalize(folder.path()).map_err(failed)?;
        let unread = source::bring(source, &root)?;
        let unpacked = Some(Unpacked { _folder: folder, lines: false, whole: false });
        Ok((Self { root, only, unpacked, threads: 1 }, unread))
    }

    /// The files of a stream, unpacked into a temporary folder, and what came beside them. Originals stay where they are.
    ///
    /// # Errors
    /// As for the sink: the stream was cut, a line is not a file line, or a path leaves the dataset.
    pub fn unpack(mut reader: Reader, allow_partial: bool, scratch: &Scratch) -> Result<(Self, Came), StreamError> {
        let folder = scratch.folder()?;
        let mut progress = Progress::new(Kind::Files);
        while let Some(next) = reader.next_batch()? {
            for line in next.lines() {
                if next.is_frame {
                    let frame = Frame::parse(line.bytes).map_err(|e| next.bad_line(&line, &e))?;
                    progress.frame(&frame)?;
                    continue;
                }
                progress.data(1);
                put(folder.path(), line.bytes).map_err(|e| match e {
                    PutError::Line(reason) => next.refused_line(&line, &reason),
                    PutError::Write(source) => StreamError::Write { name: tr!("temporary-file-alone"), source },
                })?;
            }
        }
        progress.require_some(allow_partial)?;
        progress.finish(allow_partial)?;
        let root = folder.path().to_owned();
        let unpacked = Some(Unpacked { _folder: folder, lines: true, whole: false });
        Ok((Self { root, only: None, unpacked, threads: 1 }, progress.came()))
    }

    /// The folder, for paths that readers derive from the whole path of a file.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether the files came as lines.
    pub fn is_stream(&self) -> bool {
        self.unpacked.as_ref().is_some_and(|u| u.lines)
    }

    /// Whether it lies in a temporary folder, whose path says nothing.
    pub fn is_unpacked(&self) -> bool {
        self.unpacked.is_some()
    }

    /// Whether it lies in a temporary folder with all of its files.
    pub fn is_archive(&self) -> bool {
        self.unpacked.as_ref().is_some_and(|u| u.whole)
    }

    /// A place that a file of the folder `base` names, without `.` and `..`: relative to the root, or absolute where it is outside. `None`
    /// when it leaves an archive or a stream.
    pub fn resolve(&self, base: &str, place: &str) -> Option<String> {
        let whole = self.root.join(base).join(place);
        let mut path = PathBuf::from("/");
        for part in whole.components() {
            match part {
                Component::Normal(name) => path.push(name),
                Component::ParentDir => drop(path.pop()),
                Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
            }
        }
        if self.unpacked.is_some() && !path.starts_with(&self.root) {
            return None;
        }
        Some(self.relative(&path)?.to_owned())
    }

    /// A path as findings show it: relative to the root where it is inside.
    pub fn relative<'p>(&self, path: &'p Path) -> Option<&'p str> {
        // By bytes: of every file of the dataset, and none has a `.` or two slashes in its path.
        let (whole, root) = (path.as_os_str().as_bytes(), self.root.as_os_str().as_bytes());
        let inside = whole.strip_prefix(root).filter(|rest| root.ends_with(b"/") || matches!(rest, [] | [b'/', ..]));
        str::from_utf8(inside.map_or(whole, |rest| rest.strip_prefix(b"/").unwrap_or(rest))).ok()
    }

    /// The place of a file on disk.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Whether there is such a file.
    pub fn has(&self, relative: &str) -> bool {
        let path = self.path(relative);
        path.is_file() || (self.is_stream() && path.is_symlink())
    }

    /// Whether there is such a folder.
    pub fn has_folder(&self, relative: &str) -> bool {
        self.path(relative).is_dir()
    }

    /// The address of an original that a file line has in place of its content.
    pub fn link(&self, relative: &str) -> Option<String> {
        let link = self.is_stream().then(|| fs::read_link(self.path(relative)).ok())??;
        link.into_os_string().into_string().ok().filter(|link| link != ELSEWHERE)
    }

    /// Opens a file.
    ///
    /// # Errors
    /// [`StreamError::Read`].
    pub fn open_file(&self, relative: &str) -> Result<BufReader<File>, StreamError> {
        let open = regular::open(&self.path(relative));
        open.map(|(f, _)| BufReader::with_capacity(1 << 16, f)).map_err(|source| self.unreadable(relative, source))
    }

    /// Reads a whole file.
    ///
    /// # Errors
    /// [`StreamError::Read`].
    pub fn read(&self, relative: &str) -> Result<Vec<u8>, StreamError> {
        regular::read(&self.path(relative)).map_err(|source| self.unreadable(relative, source))
    }

    /// Reads a whole file; `None` when there is none, or something that is no file.
    ///
    /// # Errors
    /// [`StreamError::Read`].
    pub fn read_if_there(&self, relative: &str) -> Result<Option<Vec<u8>>, StreamError> {
        match regular::read(&self.path(relative)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if is_absent(e.kind()) => Ok(None),
            Err(source) => Err(self.unreadable(relative, source)),
        }
    }

    fn unreadable(&self, relative: &str, source: std::io::Error) -> StreamError {
        StreamError::Read { name: relative.to_owned(), source }
    }

    /// The files below a folder, at any depth unless `flat`, by name; hidden ones and names that are not UTF-8 are left out, as
    /// readers leave them out.
    pub fn files(&self, folder: &str, flat: bool) -> impl Iterator<Item = String> + '_ {
        let walk = WalkDir::new(self.path(folder)).min_depth(1).max_depth(if flat { 1 } else { usize::MAX });
        // Links are followed, as the readers follow them; loops end in an error that is passed over.
        let by_name = |a: &walkdir::DirEntry, b: &walkdir::DirEntry| a.path().as_os_str().cmp(b.path().as_os_str());
        let walk = walk.follow_links(!self.is_stream()).sort_by(by_name).into_iter();
        let hidden = |e: &walkdir::DirEntry| str::from_utf8(name_of(e)).is_err() || name_of(e).starts_with(b".");
        let entries = walk.filter_entry(move |e| e.depth() == 0 || !hidden(e)).filter_map(Result::ok);
        let files = entries.filter(|e| self.is_file(e));
        files.filter_map(|e| self.relative(e.path()).map(str::to_owned))
    }

    /// Everything below the root, in no order, hidden files too but no hidden folders. Links are followed.
    pub fn walk(&self) -> impl Iterator<Item = walkdir::DirEntry> {
        let walk = WalkDir::new(&self.root).min_depth(1).follow_links(!self.is_stream()).into_iter();
        let hidden = |e: &walkdir::DirEntry| {
            e.file_type().is_dir() && (str::from_utf8(name_of(e)).is_err() || name_of(e).starts_with(b"."))
        };
        walk.filter_entry(move |e| !hidden(e)).filter_map(Result::ok).filter(|e| self.is_file(e))
    }

    /// Whether an entry of a walk is a file, or stands for one that is elsewhere. A pipe is neither.
    fn is_file(&self, entry: &walkdir::DirEntry) -> bool {
        let kind = entry.file_type();
        kind.is_file() || (self.is_stream() && kind.is_symlink())
    }

    /// Looks at an image: its first bytes and its last.
    pub fn image(&self, relative: &str) -> Image {
        let path = self.path(relative);
        if self.is_stream() && path.is_symlink() {
            return Image::Elsewhere;
        }
        match picture::look(&path) {
            Ok(picture) => Image::Here(picture),
            Err(ImageError::IoError(e)) if is_absent(e.kind()) => Image::Missing,
            Err(ImageError::IoError(e)) => Image::Unreadable(e.words()),
            Err(e) => Image::Unreadable(e.to_string().into()),
        }
    }
}

/// The name of an entry.
fn name_of(entry: &walkdir::DirEntry) -> &[u8] {
    let path = entry.path().as_os_str().as_bytes();
    memchr::memrchr(b'/', path).map_or(path, |at| &path[at + 1..])
}

/// Whether there is no file under a name.
fn is_absent(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidInput)
}

/// Whether a folder is one of documents: their images are beside it.
pub fn is_annotations(folder: &str) -> bool {
    folder.eq_ignore_ascii_case("annotations")
}

/// So many bytes tell whether a file is packed.
#[cfg(feature = "stores")]
pub const PACKED_FRONT: u64 = archive::FRONT as u64;

/// Whether a file with this beginning ([`PACKED_FRONT`] bytes) is packed: [`Tree::open`] unpacks it.
#[cfg(feature = "stores")]
pub fn is_packed(front: &[u8]) -> bool {
    archive::kind_of(front).is_some()
}

/// Where the original of a line is whose address is too long for a link.
const ELSEWHERE: &str = "elsewhere";

enum PutError {
    Line(Message),
    Write(std::io::Error),
}

/// Writes what a line gives.
fn put(root: &Path, line: &[u8]) -> Result<(), PutError> {
    let line: FileLine<'_> = json::parse(line).map_err(|e| PutError::Line(e.into()))?;
    let path = RelPath::new(&line.path).map_err(|e| PutError::Line(e.words()))?;
    let path = root.join(path.as_str());
    let content = line.content().map_err(PutError::Line)?;
    let bytes = match content {
        Content::Text(text) => text.as_bytes().into(),
        Content::Base64(text) => {
            BASE64_STANDARD.decode(text).map_err(|e| PutError::Line(tr!("line-no-base64", reason = e)))?
        }
        Content::Url(_) | Content::File(_) => {
            fs::create_dir_all(path.parent().unwrap_or(root)).map_err(PutError::Write)?;
            // A link to nowhere, which has the address where that can be a name.
            let link = |to: &str| std::os::unix::fs::symlink(to, &path);
            let address = if let Content::Url(url) = content { url } else { ELSEWHERE };
            let made = link(address).or_else(|e| match e.kind() {
                std::io::ErrorKind::AlreadyExists => Err(e),
                _ => link(ELSEWHERE),
            });
            return made.map_err(|e| match e.kind() {
                std::io::ErrorKind::AlreadyExists => PutError::Line(tr!("check-path-twice")),
                _ => PutError::Write(e),
            });
        }
    };
    if path.is_symlink() {
        return Err(PutError::Line(tr!("check-path-twice")));
    }
    fs::create_dir_all(path.parent().unwrap_or(root)).map_err(PutError::Write)?;
    let mut file = OpenOptions::new().create(true).append(true).open(&path).map_err(PutError::Write)?;
    file.write_all(&bytes).map_err(PutError::Write)
}
