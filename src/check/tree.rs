//! The dataset that is checked: a folder, a document, or the file lines of `syn-convert`.

use crate::file_line::{Content, FileLine};
use crate::image;
use crate::image::Seen;
use crate::path::RelPath;
use crate::stream::json;
use crate::stream::{Frame, Kind, Progress, Reader, StreamError};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::fs::{self, File, OpenOptions};
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use walkdir::WalkDir;

/// An image, as far as its first bytes tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Image {
    /// In the dataset, and readable.
    Here(Seen),
    /// Not downloaded: a file line has its URL.
    Elsewhere,
    /// Not in the dataset.
    Missing,
    /// In the dataset, but not an image that can be read; says why.
    Unreadable(String),
}

/// The files of a dataset.
pub struct Tree {
    root: PathBuf,
    /// The one document to look at, when it is not a folder.
    pub only: Option<String>,
    /// The files came as lines; originals are links to nowhere.
    lines: Option<TempDir>,
}

impl Tree {
    /// A folder or a single document.
    ///
    /// # Errors
    /// [`StreamError::Read`] when there is no such file or folder.
    pub fn open(path: &Path) -> Result<Self, StreamError> {
        let failed = |source| StreamError::Read { name: path.display().to_string(), source };
        let root = fs::canonicalize(path).map_err(failed)?;
        if root.is_dir() {
            return Ok(Self { root, only: None, lines: None });
        }
        let name = root.file_name().and_then(|n| n.to_str()).map(str::to_owned);
        let (Some(parent), Some(name)) = (root.parent(), name) else {
            return Err(failed(std::io::Error::other("its name is not UTF-8")));
        };
        Ok(Self { root: parent.to_owned(), only: Some(name), lines: None })
    }

    /// The files of a stream, unpacked into a temporary folder. Originals stay where they are.
    ///
    /// # Errors
    /// As for the sink: the stream was cut, a line is not a file line, or a path leaves the dataset.
    pub fn unpack(mut reader: Reader, allow_partial: bool) -> Result<Self, StreamError> {
        let folder = tempfile::Builder::new().prefix("syn-check-").tempdir();
        let folder = folder.map_err(|source| StreamError::Write { name: "temporary folder".into(), source })?;
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
                    PutError::Line(reason) => next.bad_line(&line, &reason),
                    PutError::Write(source) => StreamError::Write { name: "temporary file".into(), source },
                })?;
            }
        }
        progress.require_some(allow_partial)?;
        progress.finish(allow_partial)?;
        Ok(Self { root: folder.path().to_owned(), only: None, lines: Some(folder) })
    }

    /// The folder, for paths that readers derive from the whole path of a file.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether the files came as lines.
    pub fn is_stream(&self) -> bool {
        self.lines.is_some()
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

    /// Opens a file.
    ///
    /// # Errors
    /// [`StreamError::Read`].
    pub fn open_file(&self, relative: &str) -> Result<BufReader<File>, StreamError> {
        let open = File::open(self.path(relative));
        open.map(|f| BufReader::with_capacity(1 << 16, f)).map_err(|source| self.unreadable(relative, source))
    }

    /// Reads a whole file.
    ///
    /// # Errors
    /// [`StreamError::Read`].
    pub fn read(&self, relative: &str) -> Result<Vec<u8>, StreamError> {
        fs::read(self.path(relative)).map_err(|source| self.unreadable(relative, source))
    }

    fn unreadable(&self, relative: &str, source: std::io::Error) -> StreamError {
        StreamError::Read { name: relative.to_owned(), source }
    }

    /// The files below a folder, at any depth unless `flat`, by name; hidden ones and names that are not UTF-8 are left out, as
    /// readers leave them out.
    pub fn files(&self, folder: &str, flat: bool) -> impl Iterator<Item = String> + '_ {
        let walk = WalkDir::new(self.path(folder)).min_depth(1).max_depth(if flat { 1 } else { usize::MAX });
        // Links are followed, as the readers follow them; loops end in an error that is passed over.
        let walk = walk.follow_links(!self.is_stream()).sort_by_file_name().into_iter();
        let hidden = |e: &walkdir::DirEntry| e.file_name().to_str().is_none_or(|name| name.starts_with('.'));
        let entries = walk.filter_entry(move |e| e.depth() == 0 || !hidden(e)).filter_map(Result::ok);
        let files = entries.filter(|e| !e.file_type().is_dir());
        files.filter_map(|e| e.path().strip_prefix(&self.root).ok().and_then(Path::to_str).map(str::to_owned))
    }

    /// The folders directly below the root, by name.
    pub fn folders(&self) -> Vec<String> {
        let walk = WalkDir::new(&self.root).min_depth(1).max_depth(1).follow_links(true).sort_by_file_name();
        let folders = walk.into_iter().filter_map(Result::ok).filter(|e| e.file_type().is_dir());
        folders.filter_map(|e| e.file_name().to_str().map(str::to_owned)).collect()
    }

    /// The folders directly below a folder, as paths from the root, by name.
    pub fn folders_below(&self, folder: &str) -> Vec<String> {
        let walk = WalkDir::new(self.path(folder)).min_depth(1).max_depth(1).sort_by_file_name();
        let folders = walk.into_iter().filter_map(Result::ok).filter(|e| e.file_type().is_dir());
        folders.filter_map(|e| e.file_name().to_str().map(|name| format!("{folder}/{name}"))).collect()
    }

    /// Looks at an image's first bytes.
    pub fn image(&self, relative: &str) -> Image {
        let path = self.path(relative);
        if self.is_stream() && path.is_symlink() {
            return Image::Elsewhere;
        }
        if !path.is_file() {
            return Image::Missing;
        }
        match image::of_file(&path) {
            Ok(seen) => Image::Here(seen),
            Err(e) => Image::Unreadable(e.to_string()),
        }
    }
}

enum PutError {
    Line(String),
    Write(std::io::Error),
}

/// Writes what a line gives.
fn put(root: &Path, line: &[u8]) -> Result<(), PutError> {
    let line: FileLine<'_> = json::parse(line).map_err(PutError::Line)?;
    let path = RelPath::new(&line.path).map_err(|e| PutError::Line(e.to_string()))?;
    let path = root.join(path.as_str());
    let content = line.content().map_err(PutError::Line)?;
    let bytes = match content {
        Content::Text(text) => text.as_bytes().into(),
        Content::Base64(text) => {
            BASE64_STANDARD.decode(text).map_err(|e| PutError::Line(format!("not valid base64: {e}")))?
        }
        Content::Url(_) | Content::File(_) => {
            fs::create_dir_all(path.parent().unwrap_or(root)).map_err(PutError::Write)?;
            return std::os::unix::fs::symlink("elsewhere", &path).map_err(|e| match e.kind() {
                std::io::ErrorKind::AlreadyExists => PutError::Line("the same path twice".into()),
                _ => PutError::Write(e),
            });
        }
    };
    if path.is_symlink() {
        return Err(PutError::Line("the same path twice".into()));
    }
    fs::create_dir_all(path.parent().unwrap_or(root)).map_err(PutError::Write)?;
    let mut file = OpenOptions::new().create(true).append(true).open(&path).map_err(PutError::Write)?;
    file.write_all(&bytes).map_err(PutError::Write)
}
