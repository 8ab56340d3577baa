//! What is known of an image without decoding it: its size, whether it ends where it should, and what tells it from others.

use super::regular;
use crate::image::{ImageError, Seen, look as look_at};
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// An image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its size.
    pub seen: Seen,
    /// It breaks off: a JPEG or PNG without its end.
    pub cut: bool,
    /// Equal images have the same. Length, first and last bytes are in it: of compressed images nothing else is as good as different.
    pub key: u64,
}

/// What is read of every image, bytes.
const FRONT: usize = 4096;
/// What is read of its end.
const BACK: usize = 64;

/// The bytes of a file, wherever it is.
pub trait Bytes {
    /// How many there are.
    ///
    /// # Errors
    /// That cannot be known.
    fn length(&self) -> io::Result<u64>;

    /// Reads some from an offset on; 0 at the end.
    ///
    /// # Errors
    /// They cannot be read.
    fn read_at(&self, to: &mut [u8], at: u64) -> io::Result<usize>;
}

/// A file whose length is known.
struct Opened {
    file: File,
    length: u64,
}

impl Bytes for Opened {
    fn length(&self) -> io::Result<u64> {
        Ok(self.length)
    }

    fn read_at(&self, to: &mut [u8], at: u64) -> io::Result<usize> {
        self.file.read_at(to, at)
    }
}

/// [`Bytes`] whose front was read already.
struct Behind<'b, B> {
    front: &'b [u8],
    length: u64,
    bytes: &'b B,
}

impl<B: Bytes> Bytes for Behind<'_, B> {
    fn length(&self) -> io::Result<u64> {
        Ok(self.length)
    }

    fn read_at(&self, to: &mut [u8], at: u64) -> io::Result<usize> {
        let whole = self.front.len() as u64 == self.length;
        let rest = usize::try_from(at).ok().and_then(|at| self.front.get(at..)).unwrap_or_default();
        if !whole && rest.len() < to.len() {
            return self.bytes.read_at(to, at);
        }
        let n = rest.len().min(to.len());
        to[..n].copy_from_slice(&rest[..n]);
        Ok(n)
    }
}

/// [`Bytes`] from the first to the last.
struct Reading<'b, B> {
    bytes: &'b B,
    at: u64,
}

impl<B: Bytes> Read for Reading<'_, B> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let n = self.bytes.read_at(to, self.at)?;
        self.at += n as u64;
        Ok(n)
    }
}

impl<B: Bytes> Seek for Reading<'_, B> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.bytes.length()?.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// Looks at a file.
///
/// # Errors
/// The file cannot be read, or is not an image of a known format.
pub fn look(path: &Path) -> Result<Picture, ImageError> {
    let (file, length) = regular::open(path)?;
    look_into(&Opened { file, length })
}

/// Looks at an image, and reads no more of it than that takes.
///
/// # Errors
/// As [`look`].
pub fn look_into(file: &impl Bytes) -> Result<Picture, ImageError> {
    let length = file.length()?;
    let mut front = [0; FRONT];
    let whole = usize::try_from(length).unwrap_or(FRONT).min(FRONT);
    let n = fill(file, &mut front[..whole], 0)?;
    let front = &front[..n];
    // Of a small image the front is all there is.
    let mut apart = [0; BACK];
    let back = if length <= FRONT as u64 {
        &front[n.saturating_sub(BACK)..]
    } else {
        let n = fill(file, &mut apart, length - BACK as u64)?;
        &apart[..n]
    };
    let key = mixed(mixed(length, front), back);
    // Most headers are in the front; those of photographs with a preview are not.
    let mut seen = match (jpeg_2000(front), look_at(&mut Cursor::new(front))) {
        (Some(seen), _) | (None, Ok(seen)) => seen,
        (None, Err(e)) if length <= FRONT as u64 => return Err(e),
        _ => look_at(&mut BufReader::with_capacity(FRONT, Reading { bytes: file, at: 0 }))?,
    };
    let file = &Behind { front, length, bytes: file };
    let exif = match front {
        [0x89, b'P', b'N', b'G', ..] => chunk(file, 8, *b"eXIf", u32::from_be_bytes, 4),
        [b'R', b'I', b'F', b'F', ..] => chunk(file, 12, *b"EXIF", u32::from_le_bytes, 0),
        _ => None,
    };
    // OpenCV and browsers turn these as they turn JPEGs.
    if let Some(orientation @ 2..=8) = exif.and_then(|at| exif_at(file, at)) {
        let Seen { width, height, .. } = seen;
        let (width, height) = if orientation >= 5 { (height, width) } else { (width, height) };
        seen = Seen { width, height, orientation };
    }
    let cut = match front {
        [0xff, 0xd8, ..] => !back.ends_with(&[0xff, 0xd9]) && !jpeg_ends(file)?,
        [0x89, b'P', b'N', b'G', ..] => !back.ends_with(b"IEND\xaeB\x60\x82") && !png_ends(file, length)?,
        _ => false,
    };
    Ok(Picture { seen, cut, key })
}

/// A hash of bytes and of one before: eight at a time, each multiplied into all bits. Nobody gains by two images with the same one.
fn mixed(seed: u64, bytes: &[u8]) -> u64 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let add = |hash: u64, word: u64| {
        let product = u128::from(hash ^ word) * u128::from(ODD);
        (product as u64) ^ ((product >> 64) as u64)
    };
    let (words, rest) = bytes.as_chunks::<8>();
    let hash = words.iter().fold(seed ^ ODD, |hash, word| add(hash, u64::from_le_bytes(*word)).rotate_left(23));
    let last = rest.iter().fold(bytes.len() as u64, |last, byte| (last << 8) | u64::from(*byte));
    add(hash.wrapping_add(ODD), last)
}

/// The size of a JPEG 2000, as a file or as its codestream alone.
fn jpeg_2000(front: &[u8]) -> Option<Seen> {
    let four = |at: usize| Some(u64::from(u32::from_be_bytes(*front.get(at..)?.first_chunk()?)));
    let (width, height) = match front {
        [0, 0, 0, 12, b'j', b'P', ..] => {
            let header = memchr::memmem::find(front, b"ihdr")? + 4;
            (four(header + 4)?, four(header)?)
        }
        [0xff, 0x4f, 0xff, 0x51, ..] => (four(8)?.checked_sub(four(16)?)?, four(12)?.checked_sub(four(20)?)?),
        _ => return None,
    };
    Some(Seen { width, height, orientation: 1 })
}

/// Where the content of a chunk begins. PNG has the length before the name and `behind` bytes of a checksum; RIFF has it after the name.
fn chunk(file: &impl Bytes, from: u64, name: [u8; 4], number: fn([u8; 4]) -> u32, behind: u64) -> Option<u64> {
    let (mut at, mut head) = (from, [0; 8]);
    for _ in 0..1000 {
        if fill(file, &mut head, at).ok()? < 8 {
            return None;
        }
        let [a, b, c, d, e, f, g, h] = head;
        let (first, second) = ([a, b, c, d], [e, f, g, h]);
        let (length, found) = if behind > 0 { (first, second) } else { (second, first) };
        if found == name {
            return Some(at + 8);
        }
        let length = u64::from(number(length));
        // RIFF pads to even lengths.
        at += 8 + length + if behind > 0 { behind } else { length % 2 };
    }
    None
}

/// The orientation of an EXIF that is there in a file.
fn exif_at(file: &impl Bytes, at: u64) -> Option<u16> {
    let mut bytes = [0; 1024];
    let n = fill(file, &mut bytes, at).ok()?;
    let bytes = bytes[..n].strip_prefix(b"Exif\0\0").unwrap_or(&bytes[..n]);
    crate::image::orientation(&mut Cursor::new(bytes)).ok()
}

fn fill(file: &impl Bytes, to: &mut [u8], at: u64) -> io::Result<usize> {
    let mut n = 0;
    while n < to.len() {
        match file.read_at(&mut to[n..], at + n as u64)? {
            0 => break,
            more => n += more,
        }
    }
    Ok(n)
}

/// Whether a JPEG that ends in other bytes has its end marker before them: cameras append more pictures, programs a line feed.
fn jpeg_ends(file: &impl Bytes) -> io::Result<bool> {
    let mut bytes = Vec::new();
    Reading { bytes: file, at: 0 }.take(1 << 30).read_to_end(&mut bytes)?;
    let mut at = 2;
    while let Some(found) = memchr::memchr(0xff, bytes.get(at..).unwrap_or_default()) {
        at += found;
        match bytes.get(at + 1) {
            None => return Ok(false),
            Some(0xd9) => return Ok(true),
            // Fill bytes; an FF of the data; restart markers.
            Some(0xff) => at += 1,
            Some(0 | 1 | 0xd0..=0xd8) => at += 2,
            // A segment, which may hold a preview with an end of its own.
            Some(_) => {
                let Some(&[high, low]) = bytes.get(at + 2..at + 4).and_then(|l| l.first_chunk()) else {
                    return Ok(false);
                };
                at += 2 + usize::from(u16::from_be_bytes([high, low]));
            }
        }
    }
    Ok(false)
}

/// Whether the chunks of a PNG lead to its last.
fn png_ends(file: &impl Bytes, length: u64) -> io::Result<bool> {
    let mut at = 8;
    let mut head = [0; 8];
    while fill(file, &mut head, at)? == 8 {
        at += 12 + u64::from(u32::from_be_bytes([head[0], head[1], head[2], head[3]]));
        if at > length {
            return Ok(false);
        }
        if &head[4..] == b"IEND" {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::tests::jpeg;

    fn is_cut(bytes: &[u8]) -> bool {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        look(file.path()).unwrap().cut
    }

    #[test]
    fn what_breaks_off_is_told_from_what_has_more_behind_it() {
        let data = [0x12, 0xff, 0, 0x34, 0xff, 0xd0, 0x56];
        let whole = [&jpeg(Some(6), true, 1)[..], &data, &[0xff, 0xd9]].concat();
        assert!(!is_cut(&whole));
        assert!(!is_cut(&[&whole[..], b"\n"].concat()), "a line feed behind it");
        assert!(!is_cut(&[&whole[..], &[0; 5000]].concat()), "zeros behind it");
        assert!(is_cut(&whole[..whole.len() - 2]));
        assert!(is_cut(&[&whole[..whole.len() - 2], &[0; 5000]].concat()), "zeros in the place of its end");
        let mut png = Vec::new();
        let mut encoder = png::Encoder::new(&mut png, 30, 20);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.write_header().unwrap().write_image_data(&[7; 600]).unwrap();
        assert!(!is_cut(&png) && !is_cut(&[&png[..], b"more"].concat()));
        assert!(is_cut(&png[..png.len() - 12]) && is_cut(&png[..png.len() / 2]));
    }

    #[test]
    fn equal_images_have_one_key() {
        let key = |bytes: &[u8]| {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), bytes).unwrap();
            look(file.path()).unwrap().key
        };
        let (a, b) = (jpeg(None, true, 0), jpeg(None, true, 1));
        assert_eq!(key(&a), key(&a.clone()));
        assert_ne!(key(&a), key(&b));
    }
}
