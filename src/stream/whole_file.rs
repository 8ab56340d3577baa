//! Files that are written by name: the old one stays until the new one is whole.
//!
//! What is written goes to `.NAME.partial` beside the file, which is locked, brought to the disk and renamed into place at the end.
//! A run that is killed leaves the partial file; the next run of the same name takes it over. Only regular files are replaced:
//! a pipe or a character device is written into, and everything else is refused.

use sha2::{Digest, Sha256};
use std::ffi::{OsStr, OsString};
#[cfg(feature = "net")]
use std::fs::Permissions;
use std::fs::{File, Metadata, TryLockError};
use std::io::{self, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
#[cfg(feature = "net")]
use std::os::unix::fs::PermissionsExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt, fchown};
use std::path::{Path, PathBuf};

/// The longest name of a file on the file systems in use, bytes.
const LONGEST_NAME: usize = 255;
/// How often a partial file may be taken away between opening and locking it.
const TRIES: usize = 10;
/// Permissions of a new file; the umask takes from them.
const ORDINARY: u32 = 0o666;
/// Permissions of a file that holds a secret.
#[cfg(feature = "net")]
const PRIVATE: u32 = 0o600;

/// What stands where no file does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Special {
    /// Nothing.
    #[error("nothing")]
    Nothing,
    /// A folder.
    #[error("a folder")]
    Folder,
    /// A device or a pipe.
    #[error("a device or pipe")]
    DeviceOrPipe,
    /// A block device.
    #[error("a block device")]
    BlockDevice,
    /// A socket.
    #[error("a socket")]
    Socket,
}

/// Why nothing can be written under a name.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// The name of a folder.
    #[error("it is a folder: name a file in it")]
    Folder,
    /// The folder of the file is not there.
    #[error("there is no folder {}: make it first", .0.display())]
    NoFolder(PathBuf),
    /// A name in the home folder that no shell has seen.
    #[error("the shell has not replaced the ~: write it without quotes, or as $HOME")]
    Tilde,
    /// A block device or a socket.
    #[error("it is {0}: only files, pipes and character devices are written to")]
    Device(Special),
    /// Something that is not a file, where one is to be replaced.
    #[error("it is not a regular file, and nothing else is replaced: give another name")]
    NotRegular,
    /// A symbolic link that leads to no file.
    #[error("it is a link to {0}: only links to files are followed")]
    Link(Special),
    /// A name that promises a form that is not written.
    #[error("its name ends in .{0}: files are compressed as .gz or .zst, or not at all")]
    Compression(String),
    /// Another run has the partial file.
    #[error("another run is writing it: wait for its end")]
    Busy,
    /// Any other failure.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// What a name stands for.
#[derive(Debug, PartialEq, Eq)]
pub enum Place {
    /// A file that is there, or can be made: the file itself, where the name is a link to it.
    File(PathBuf),
    /// A pipe or a device, to be written into.
    Stream,
}

impl Place {
    /// Looks at what is there.
    ///
    /// # Errors
    /// [`PlaceError`] for what can be neither replaced nor written into.
    pub fn of(path: &Path) -> Result<Self, PlaceError> {
        if path.as_os_str().as_bytes().ends_with(b"/") {
            return Err(PlaceError::Folder);
        }
        let here = match path.symlink_metadata() {
            Ok(here) => here,
            Err(e) if e.kind() == io::ErrorKind::NotFound && path.file_name().is_some() => {
                let folder = folder_of(path);
                return if folder.is_dir() {
                    Ok(Self::File(path.to_owned()))
                } else {
                    Err(if folder.starts_with("~") { PlaceError::Tilde } else { PlaceError::NoFolder(folder) })
                };
            }
            Err(e) => return Err(e.into()),
        };
        // Links there stand for open streams: `/dev/stdout`, `/dev/fd/63`.
        if path.starts_with("/dev") || path.starts_with("/proc") {
            return if path.metadata()?.is_dir() { Err(PlaceError::Folder) } else { block(&path.metadata()?) };
        }
        if here.is_symlink() {
            let real = path.canonicalize().map_err(|_| PlaceError::Link(Special::Nothing))?;
            let there = real.metadata()?;
            return match there.is_file() {
                true => Ok(Self::File(real)),
                false if there.is_dir() => Err(PlaceError::Link(Special::Folder)),
                false => Err(PlaceError::Link(Special::DeviceOrPipe)),
            };
        }
        match here.is_file() {
            true => Ok(Self::File(path.to_owned())),
            false if here.is_dir() => Err(PlaceError::Folder),
            false => block(&here),
        }
    }

    /// The file that is there, or can be made, and that may be replaced.
    ///
    /// # Errors
    /// [`PlaceError`], also for pipes and devices.
    pub fn file(path: &Path) -> Result<PathBuf, PlaceError> {
        match Self::of(path)? {
            Self::File(file) => Ok(file),
            Self::Stream => Err(PlaceError::NotRegular),
        }
    }
}

/// A stream, unless it is one that nobody means to write to.
fn block(there: &Metadata) -> Result<Place, PlaceError> {
    match there.file_type() {
        kind if kind.is_block_device() => Err(PlaceError::Device(Special::BlockDevice)),
        kind if kind.is_socket() => Err(PlaceError::Device(Special::Socket)),
        _ => Ok(Place::Stream),
    }
}

/// Whether two names stand for one file, which need not be there yet.
pub fn is_same(a: &Path, b: &Path) -> bool {
    let id = |path: &Path| path.metadata().ok().map(|m| (m.dev(), m.ino()));
    let place = |path: &Path| Some((folder_of(path).canonicalize().ok()?, path.file_name()?.to_owned()));
    match (id(a), id(b)) {
        (Some(a), Some(b)) => a == b,
        (None, None) => place(a).is_some_and(|a| Some(a) == place(b)),
        _ => false,
    }
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

/// The file that holds what is written to `path` until it is whole.
pub fn partial(path: &Path) -> PathBuf {
    beside(path, ".partial")
}

/// A hidden file beside `path`, named after it.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().as_bytes();
    let mut hidden = OsString::from(".");
    if name.len() + suffix.len() < LONGEST_NAME {
        hidden.push(OsStr::from_bytes(name));
    } else {
        // Cut, and told apart by a hash.
        let hash: Vec<u8> = Sha256::digest(name).iter().take(8).flat_map(|b| format!("{b:02x}").into_bytes()).collect();
        hidden.push(OsString::from_vec([&name[..LONGEST_NAME - 40], b"-", &hash].concat()));
    }
    hidden.push(suffix);
    path.with_file_name(hidden)
}

/// A file on its way. Dropping it removes what was written, unless that is kept for a later run.
#[derive(Debug)]
pub struct WholeFile {
    file: File,
    /// `None` once it is in its place.
    partial: Option<PathBuf>,
    path: PathBuf,
    keep: bool,
}

impl WholeFile {
    /// Begins a file that will stand at `path`, which [`Place::file`] has looked at.
    ///
    /// # Errors
    /// [`PlaceError`].
    pub fn create(path: PathBuf) -> Result<Self, PlaceError> {
        Self::open(path, 0, false)
    }

    /// As [`WholeFile::create`], for a secret: nobody but the owner can read it at any time.
    ///
    /// # Errors
    /// [`PlaceError`].
    #[cfg(feature = "net")]
    pub fn private(path: PathBuf) -> Result<Self, PlaceError> {
        let partial = partial(&path);
        let file = lock(&partial, PRIVATE)?;
        let whole = Self { file, partial: Some(partial), path, keep: false };
        if let Ok(old) = whole.path.metadata() {
            // Run by another user (`sudo`), it stays with the one whose it is.
            let _ = fchown(&whole.file, Some(old.uid()), Some(old.gid()));
        }
        // What a killed run left may have been made otherwise.
        whole.file.set_permissions(Permissions::from_mode(PRIVATE))?;
        whole.file.set_len(0)?;
        Ok(whole)
    }

    /// As [`WholeFile::create`], from the first `at` bytes of what an earlier run left. What this run leaves is kept, too.
    ///
    /// # Errors
    /// [`PlaceError`].
    pub fn resume(path: PathBuf, at: u64) -> Result<Self, PlaceError> {
        Self::open(path, at, true)
    }

    fn open(path: PathBuf, at: u64, keep: bool) -> Result<Self, PlaceError> {
        let partial = partial(&path);
        let file = lock(&partial, ORDINARY)?;
        // From here on the partial file is ours to remove.
        let mut whole = Self { file, partial: Some(partial), path, keep };
        if let Ok(old) = whole.path.metadata() {
            // Before the first byte: what only some may read stays so. Another owner can be set by few; without, the file is ours.
            let _ = fchown(&whole.file, Some(old.uid()), Some(old.gid()));
            whole.file.set_permissions(old.permissions())?;
        }
        whole.file.set_len(at)?;
        io::Seek::seek(&mut whole.file, io::SeekFrom::End(0))?;
        Ok(whole)
    }

    /// Brings the file to the disk and to its place.
    ///
    /// # Errors
    /// The system's reason; the old file is there then.
    pub fn finish(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        if let Some(partial) = &self.partial {
            std::fs::rename(partial, &self.path)?;
        }
        self.partial = None;
        // Some file systems cannot; the name then reaches the disk a little later.
        let _ = File::open(folder_of(&self.path)).and_then(|folder| folder.sync_all());
        Ok(())
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        if let Some(partial) = self.partial.take().filter(|_| !self.keep) {
            let _ = std::fs::remove_file(partial);
        }
    }
}

/// Replaces a small file, or makes it.
///
/// # Errors
/// [`PlaceError`]; the old file is there then.
#[cfg(feature = "net")]
pub fn replace(path: &Path, content: &[u8]) -> Result<(), PlaceError> {
    let mut file = WholeFile::create(Place::file(path)?)?;
    file.write_all(content)?;
    Ok(file.finish()?)
}

/// Opens a partial file for this run alone. `mode`: the permissions of one that is made.
fn lock(partial: &Path, mode: u32) -> Result<File, PlaceError> {
    for _ in 0..TRIES {
        let file = File::options().read(true).write(true).create(true).truncate(false).mode(mode).open(partial)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(PlaceError::Busy),
            // Not every file system has locks.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        let (ours, there) = (file.metadata()?, partial.symlink_metadata());
        match there {
            Ok(there) if !there.is_file() => return Err(PlaceError::NotRegular),
            Ok(there) if (there.dev(), there.ino()) == (ours.dev(), ours.ino()) => return Ok(file),
            // Another run has brought it to its place meanwhile.
            _ => {}
        }
    }
    Err(PlaceError::Busy)
}
