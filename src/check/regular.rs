//! Opens files and nothing else: a pipe with the name of a label would be waited for without end.

use crate::tr;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// A regular file and its length.
///
/// # Errors
/// It is not there, cannot be opened, or is no regular file ([`io::ErrorKind::InvalidInput`]).
pub fn open(path: &Path) -> io::Result<(File, u64)> {
    let file = open_at_once(path)?;
    let meta = file.metadata()?;
    if meta.is_file() { Ok((file, meta.len())) } else { Err(no_file()) }
}

/// The bytes of a regular file.
///
/// # Errors
/// As [`open`], and those of reading it.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let (mut file, length) = open(path)?;
    // Of a small file that is as long as it says, one call reads all; nobody asks for its end.
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let mut bytes = vec![0; length.min(AT_ONCE)];
    let mut n = 0;
    while n < bytes.len() {
        match file.read(&mut bytes[n..]) {
            Ok(0) => break,
            Ok(more) => n += more,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    bytes.truncate(n);
    // Some systems have files of length 0 that are not empty.
    if n >= AT_ONCE || length == 0 {
        file.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// Longer files are read until nothing comes, bytes.
const AT_ONCE: usize = 1 << 16;

fn no_file() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, tr!("check-not-regular"))
}

/// Opens without waiting for somebody to write into a pipe.
#[cfg(feature = "net")]
fn open_at_once(path: &Path) -> io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;
    File::options().read(true).custom_flags(OFlags::NONBLOCK.bits() as i32).open(path)
}

#[cfg(not(feature = "net"))]
fn open_at_once(path: &Path) -> io::Result<File> {
    if std::fs::metadata(path)?.is_file() { File::open(path) } else { Err(no_file()) }
}
