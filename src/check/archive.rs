//! Datasets in archives: zip, and tar with gzip, zstd or nothing; and documents compressed on their own. What they are is told from their
//! first bytes.

use crate::tr;
use crate::words::Message;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// What a file is packed as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packed {
    /// A zip archive.
    Zip,
    /// A tar archive.
    Tar,
    /// Something in gzip: a tar archive or a document.
    Gzip,
    /// Something in zstd.
    Zstd,
}

/// So many bytes tell how a file is packed.
pub const FRONT: usize = 512;

/// Where tar archives have their name.
const USTAR: std::ops::Range<usize> = 257..262;

/// How a file is packed; `None` for a plain one.
///
/// # Errors
/// The file cannot be read.
pub fn kind(path: &Path) -> io::Result<Option<Packed>> {
    let mut front = Vec::new();
    File::open(path)?.take(FRONT as u64).read_to_end(&mut front)?;
    Ok(kind_of(&front))
}

/// How a file is packed that has these first [`FRONT`] bytes.
pub fn kind_of(front: &[u8]) -> Option<Packed> {
    match *front {
        [b'P', b'K', 3, 4, ..] => Some(Packed::Zip),
        [0x1f, 0x8b, ..] => Some(Packed::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Packed::Zstd),
        _ if is_tar(front) => Some(Packed::Tar),
        _ => None,
    }
}

fn is_tar(front: &[u8]) -> bool {
    front.get(USTAR) == Some(b"ustar")
}

/// Unpacks into a folder. Gives the name of the document when it is not an archive, and what cannot be unpacked, a line each.
///
/// # Errors
/// The archive is damaged, or the folder cannot be written.
pub fn unpack(path: &Path, kind: Packed, folder: &Path) -> io::Result<(Option<String>, Vec<Message>)> {
    let file = File::open(path)?;
    // What is packed a hundredfold is no dataset.
    let mut to = Unpacking { folder, room: (1 << 30) + file.metadata()?.len().saturating_mul(100), unread: Vec::new() };
    let reader: Box<dyn Read> = match kind {
        Packed::Zip => {
            to.zip(file)?;
            return Ok((None, to.unread));
        }
        Packed::Tar => Box::new(file),
        Packed::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(BufReader::new(file))),
        Packed::Zstd => Box::new(zstd::Decoder::new(file)?),
    };
    let mut reader = BufReader::with_capacity(1 << 16, reader);
    let mut front = Vec::new();
    (&mut reader).take(512).read_to_end(&mut front)?;
    let tar = is_tar(&front);
    let mut whole = io::Cursor::new(front).chain(reader);
    if tar {
        to.tar(whole)?;
        return Ok((None, to.unread));
    }
    let name = path.file_stem().and_then(|n| n.to_str()).unwrap_or("document").to_owned();
    to.file(&name, u64::MAX, &mut whole)?;
    Ok((Some(name), to.unread))
}

/// An archive that is being unpacked.
struct Unpacking<'u> {
    folder: &'u Path,
    /// Bytes that may still be written.
    room: u64,
    unread: Vec<Message>,
}

/// Of larger images the middle is left out: nobody looks at it, and the temporary folder stays small.
const WHOLE: u64 = 1 << 20;
const END: usize = 1 << 16;

impl Unpacking<'_> {
    /// Writes a file of the archive.
    fn file(&mut self, name: &str, length: u64, from: &mut dyn Read) -> io::Result<()> {
        let path = match crate::path::RelPath::new(name.trim_start_matches("./")) {
            Ok(path) => self.folder.join(path.as_str()),
            Err(e) => {
                self.unread.push(tr!("check-archive-file", ?name, e));
                return Ok(());
            }
        };
        fs::create_dir_all(path.parent().unwrap_or(self.folder))?;
        let mut file = File::create(path)?;
        let is_photograph = [".jpg", ".jpeg", ".JPG", ".JPEG"].iter().any(|ext| name.ends_with(ext));
        let front = if is_photograph && length > WHOLE + END as u64 { WHOLE } else { self.room + 1 };
        let written = io::copy(&mut from.take(front), &mut file)?;
        self.room = self.room.checked_sub(written).ok_or_else(|| io::Error::other(tr!("check-unpacks-large")))?;
        if front == WHOLE {
            ends(from, &mut file)?;
        }
        Ok(())
    }
}

/// Writes the last bytes of what is left at their place in the file.
fn ends(from: &mut dyn Read, file: &mut File) -> io::Result<()> {
    let (mut last, mut more, mut at) = (Vec::new(), vec![0; END], WHOLE);
    loop {
        let n = from.read(&mut more)?;
        if n == 0 {
            break;
        }
        at += n as u64;
        last.extend_from_slice(&more[..n]);
        last.drain(..last.len().saturating_sub(END));
    }
    file.seek(SeekFrom::Start(at - last.len() as u64))?;
    file.write_all(&last)
}

#[cfg(feature = "net")]
impl Unpacking<'_> {
    fn tar(&mut self, from: impl Read) -> io::Result<()> {
        for entry in tar::Archive::new(from).entries()? {
            let mut entry = entry?;
            let name = entry.path()?.to_string_lossy().into_owned();
            let kind = entry.header().entry_type();
            if kind.is_file() {
                self.file(&name, entry.size(), &mut entry)?;
            } else if !kind.is_dir() && !kind.is_pax_global_extensions() {
                self.unread.push(tr!("check-archive-link", ?name));
            }
        }
        Ok(())
    }

    fn zip(&mut self, file: File) -> io::Result<()> {
        let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(io::Error::other)?;
        for i in 0..archive.len() {
            let mut entry = archive.by_index(i).map_err(io::Error::other)?;
            if entry.is_file() {
                let (name, length) = (entry.name().map_err(io::Error::other)?.into_owned(), entry.size());
                self.file(&name, length, &mut entry)?;
            }
        }
        Ok(())
    }
}

#[cfg(not(feature = "net"))]
impl Unpacking<'_> {
    fn tar(&mut self, _: impl Read) -> io::Result<()> {
        Err(io::Error::other(tr!("check-no-archives")))
    }

    fn zip(&mut self, _: File) -> io::Result<()> {
        Err(io::Error::other(tr!("check-no-archives")))
    }
}
