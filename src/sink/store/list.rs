//! What is in a store: looking, listing, reading, removing.

use super::client::Io;
use super::location::Location;
use crate::net::retry::RetryPolicy;
use crate::sink::dataset::published::Published;
use crate::sink::error::SinkError;
use crate::tr;
use futures_util::TryStreamExt;
use opendal::{Buffer, ErrorKind, Operator};
use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

/// Bytes read at once.
const BLOCK: u64 = 4 * 1024 * 1024;
/// Bytes read first: of many files only the beginning is wanted.
const FIRST_BLOCK: u64 = 64 * 1024;
/// What is said of a file that ends before its size.
const LESS: &str = "the store sent less than it said";

/// Whether a file is there.
///
/// # Errors
/// [`SinkError::Store`].
pub fn exists(io: &Io, path: &str) -> Result<bool, SinkError> {
    io.wait(io.op().exists(path))?.map_err(|e| io.failed(path, &e))
}

/// Whether any file is in a folder.
///
/// # Errors
/// [`SinkError::Store`].
pub fn any(io: &Io, folder: &str) -> Result<bool, SinkError> {
    let found = each(io, folder, &mut |_, _| Err(SinkError::Internal("one is enough")));
    match found {
        Err(SinkError::Internal(_)) => Ok(true),
        other => other.map(|()| false),
    }
}

/// Calls `each` with the path below `folder` and the size of every file in it, at any depth.
///
/// # Errors
/// [`SinkError::Store`]; what `each` returns.
pub fn each(io: &Io, folder: &str, each: &mut dyn FnMut(&str, u64) -> Result<(), SinkError>) -> Result<(), SinkError> {
    let fail = |e| io.failed(folder, &e);
    let mut lister = match io.wait(io.op().lister_with(top(folder)).recursive(true))? {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
        other => other.map_err(fail)?,
    };
    loop {
        let entry = match io.wait(lister.try_next())? {
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
            other => other.map_err(fail)?,
        };
        let Some(entry) = entry else { return Ok(()) };
        let Some(path) = entry.path().strip_prefix(folder).filter(|p| !p.is_empty() && !p.ends_with('/')) else {
            continue;
        };
        if !entry.metadata().is_dir() {
            each(path, entry.metadata().content_length())?;
        }
    }
}

/// Removes everything in a folder, and the folder.
///
/// # Errors
/// [`SinkError::Store`].
pub fn remove_all(io: &Io, folder: &str) -> Result<(), SinkError> {
    io.wait_long(remove_folder(io.op(), folder))?.map_err(|e| io.failed(folder, &e))
}

/// The same on a client of one's choice. A folder that is not there is removed.
///
/// # Errors
/// The store's.
pub async fn remove_folder(op: &Operator, folder: &str) -> opendal::Result<()> {
    match op.delete_with(folder).recursive(true).await {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn top(folder: &str) -> &str {
    if folder.is_empty() { "/" } else { folder }
}

/// A published dataset in a store.
pub struct StoredDataset {
    io: Arc<Io>,
    location: Location,
}

impl StoredDataset {
    /// The same with a client that is there already.
    pub fn of(io: Arc<Io>, location: Location) -> Self {
        Self { io, location }
    }

    /// Looks at what is there, or not.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn new(location: Location, retry: &RetryPolicy) -> Result<Self, SinkError> {
        Ok(Self { io: Arc::new(location.io(retry)?), location })
    }
}

/// Reading of what others may have written.
impl StoredDataset {
    /// The size of a file below the location; `None` when there is none. An empty path is the location itself.
    ///
    /// # Errors
    /// [`SinkError::Store`].
    pub fn size(&self, path: &str) -> Result<Option<u64>, SinkError> {
        let key = self.key(path);
        match self.io.wait(self.io.op().stat(&key))? {
            Ok(meta) => Ok(Some(meta.content_length()).filter(|_| !meta.is_dir())),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(self.io.failed(&key, &e)),
        }
    }

    /// The location itself, when it is a file.
    ///
    /// # Errors
    /// [`SinkError::Store`].
    pub fn content(&self) -> Result<Option<Box<dyn Read + Send>>, SinkError> {
        let file = StoredFile::open(self.io.clone(), &self.location.prefix)?;
        Ok(file.map(|file| Box::new(file) as Box<dyn Read + Send>))
    }

    /// Bytes of a file, all of this range. An empty path is the location itself.
    ///
    /// # Errors
    /// [`SinkError::Store`], also when the file has changed and is shorter.
    pub fn read_range(&self, path: &str, range: Range<u64>) -> Result<Vec<u8>, SinkError> {
        let key = self.key(path);
        let wanted = range.end - range.start;
        let read = self.io.wait(self.io.op().read_with(&key).range(range))?;
        let bytes = read.map_err(|e| self.io.failed(&key, &e))?.to_vec();
        if bytes.len() as u64 == wanted {
            return Ok(bytes);
        }
        Err(SinkError::store(format!("{}/{path}", self.location.name), tr!("store-changes")))
    }

    /// A file below the location, to be read from its beginning; `None` when there is none. An empty path is the location itself.
    ///
    /// # Errors
    /// [`SinkError::Store`].
    pub fn open(&self, path: &str) -> Result<Option<StoredFile>, SinkError> {
        StoredFile::open(self.io.clone(), &self.key(path))
    }

    /// The same store, one folder further up.
    #[must_use]
    pub fn parent(&self) -> Self {
        let up = |path: &str| path.rsplit_once('/').map_or(String::new(), |(parent, _)| parent.to_owned());
        let mut location = self.location.clone();
        location.prefix = up(&location.prefix);
        location.name = up(&location.name);
        Self { io: self.io.clone(), location }
    }

    fn key(&self, path: &str) -> String {
        if path.is_empty() { self.location.prefix.clone() } else { self.location.file(path) }
    }
}

impl Published for StoredDataset {
    fn name(&self) -> String {
        self.location.name.clone()
    }

    fn read(&self, path: &str) -> Result<Option<Box<dyn Read + Send>>, SinkError> {
        Ok(self.open(path)?.map(|file| Box::new(file) as Box<dyn Read + Send>))
    }

    fn list(&self, each_file: &mut dyn FnMut(&str, u64) -> Result<(), SinkError>) -> Result<(), SinkError> {
        each(&self.io, &self.location.folder(), each_file)
    }

    /// Some servers of files list no names with a dot in front.
    fn unlisted(&self, path: &str) -> Result<Option<u64>, SinkError> {
        if !self.location.is_file_server() {
            return Ok(None);
        }
        let key = self.location.file(path);
        match self.io.wait(self.io.op().stat(&key))? {
            Ok(meta) => Ok(Some(meta.content_length())),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(self.io.failed(&key, &e)),
        }
    }
}

/// Reads a file block by block.
pub struct StoredFile {
    io: Arc<Io>,
    key: String,
    at: u64,
    size: u64,
    /// Bytes of the next block.
    next: u64,
    /// What [`Read`] has not handed out of the last block.
    rest: Buffer,
}

impl StoredFile {
    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    /// [`SinkError::Store`], also when the file has become shorter.
    pub fn block(&mut self) -> Result<Option<Vec<u8>>, SinkError> {
        let block = self.ask()?.map_err(|e| self.io.failed(&self.key, &e))?;
        match block {
            Some(block) if block.is_empty() => Err(SinkError::store(&*self.key, LESS)),
            block => Ok(block.map(|block| block.to_vec())),
        }
    }

    fn ask(&mut self) -> Result<opendal::Result<Option<Buffer>>, SinkError> {
        if self.at >= self.size {
            return Ok(Ok(None));
        }
        let end = (self.at + self.next).min(self.size);
        let read = self.io.wait(self.io.op().read_with(&self.key).range(self.at..end))?;
        if let Ok(block) = &read {
            self.at += block.len() as u64;
            self.next = (self.next * 4).min(BLOCK);
        }
        Ok(read.map(Some))
    }
}

impl StoredFile {
    /// The file at a key; `None` when there is none.
    ///
    /// # Errors
    /// [`SinkError::Store`].
    pub fn open(io: Arc<Io>, key: &str) -> Result<Option<Self>, SinkError> {
        match io.wait(io.op().stat(key))? {
            Ok(meta) if meta.is_dir() => Ok(None),
            Ok(meta) => Ok(Some(Self {
                io,
                key: key.to_owned(),
                at: 0,
                size: meta.content_length(),
                next: FIRST_BLOCK,
                rest: Buffer::new(),
            })),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(io.failed(key, &e)),
        }
    }

    /// Its size, bytes.
    pub fn size(&self) -> u64 {
        self.size
    }
}

impl Read for StoredFile {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            let block = self.ask().map_err(io::Error::other)?;
            match block.map_err(|e| io::Error::other(super::error::reason(&e)))? {
                None => return Ok(0),
                Some(block) if block.is_empty() => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, LESS)),
                Some(block) => self.rest = block,
            }
        }
        Read::read(&mut self.rest, out)
    }
}
