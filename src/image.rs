//! The size of an image, as it is shown, from its first bytes.
//!
//! A JPEG can say that it is to be turned (EXIF orientation 1 to 8; with 5 to 8 width and height change places). Sizes here
//! are those of the turned picture, because coordinates refer to it: browsers, in which annotators draw, show it turned (CSS
//! `image-orientation: from-image`), and `cv2.imread`, by which Ultralytics, supervision and most trainers load it, turns it as well.
//! Pillow and torchvision do so only on request (`ImageOps.exif_transpose`); pycocotools reads no images.
//! `scripts/check_exif.py` asks them.

use std::fs::File;
use std::io::{self, BufRead, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::path::Path;

pub use imagesize::ImageError;

/// An image as it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Width in pixels, after turning.
    pub width: u64,
    /// Height in pixels, after turning.
    pub height: u64,
    /// EXIF orientation of a JPEG: 1 is upright, 2 to 8 is mirrored, turned, or both.
    pub orientation: u16,
}

/// Looks at a file.
///
/// # Errors
/// The file cannot be read, or is not an image of a known format.
pub fn of_file(path: &Path) -> Result<Seen, ImageError> {
    let file = File::open(path).map_err(ImageError::IoError)?;
    look(&mut Window { file, start: 0, bytes: Vec::new(), at: 0 })
}

/// Reads a file a few kilobytes at a time and keeps the last ones, since readers of image headers step back and forth a lot.
struct Window {
    file: File,
    /// Where `bytes` stand in the file.
    start: u64,
    bytes: Vec<u8>,
    at: u64,
}

impl BufRead for Window {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        const STEP: usize = 4096;
        let inside = self.start..self.start + self.bytes.len() as u64;
        if !inside.contains(&self.at) {
            self.bytes.resize(STEP, 0);
            let read = self.file.read_at(&mut self.bytes, self.at);
            self.bytes.truncate(*read.as_ref().unwrap_or(&0));
            self.start = self.at;
            read?;
        }
        // Inside, or at the end of the file, where nothing is left.
        Ok(self.bytes.get((self.at - self.start) as usize..).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.at += amount as u64;
    }
}

impl Read for Window {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(to)?;
        self.consume(n);
        Ok(n)
    }
}

impl Seek for Window {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.file.metadata()?.len().checked_add_signed(by),
        };
        self.at = target.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// Looks at an image from its beginning.
///
/// # Errors
/// What is wrong with it, or that it cannot be read. An EXIF that cannot be read says nothing.
pub fn look<R: BufRead + Seek>(reader: &mut R) -> Result<Seen, ImageError> {
    let size = imagesize::reader_size(&mut *reader)?;
    let (width, height) = (size.width as u64, size.height as u64);
    let upright = Seen { width, height, orientation: 1 };
    reader.seek(SeekFrom::Start(0)).map_err(ImageError::IoError)?;
    Ok(match jpeg_orientation(reader).unwrap_or(1) {
        orientation @ 2..=4 => Seen { orientation, ..upright },
        orientation @ 5..=8 => Seen { width: height, height: width, orientation },
        _ => upright,
    })
}

/// The orientation that a JPEG's EXIF gives; 1 without, and for other files.
fn jpeg_orientation(reader: &mut (impl Read + Seek)) -> io::Result<u16> {
    let mut marker = [0; 4];
    reader.read_exact(&mut marker[..2])?;
    if marker[..2] != [0xff, 0xd8] {
        return Ok(1);
    }
    loop {
        reader.read_exact(&mut marker)?;
        let length = u64::from(u16::from_be_bytes([marker[2], marker[3]]));
        let body = reader.stream_position()?;
        match marker[1] {
            // The picture begins: no EXIF comes after it.
            0xc0..=0xc3 | 0xda => return Ok(1),
            0xe1 => {
                let mut name = [0; 6];
                reader.read_exact(&mut name)?;
                if &name == b"Exif\0\0" {
                    return orientation(reader);
                }
            }
            _ => {}
        }
        if marker[0] != 0xff || length < 2 {
            return Ok(1);
        }
        reader.seek(SeekFrom::Start(body + length - 2))?;
    }
}

/// Tag 0x0112 of the first directory of a TIFF header; 1 (upright) when it has none.
fn orientation(reader: &mut (impl Read + Seek)) -> io::Result<u16> {
    let start = reader.stream_position()?;
    let mut head = [0; 8];
    reader.read_exact(&mut head)?;
    let big = match &head[..4] {
        b"MM\0*" => true,
        b"II*\0" => false,
        _ => return Ok(1),
    };
    let short = |b: &[u8]| if big { u16::from_be_bytes([b[0], b[1]]) } else { u16::from_le_bytes([b[0], b[1]]) };
    let long = |b: [u8; 4]| if big { u32::from_be_bytes(b) } else { u32::from_le_bytes(b) };
    let directory = u64::from(long([head[4], head[5], head[6], head[7]]));
    reader.seek(SeekFrom::Start(start + directory))?;
    let mut count = [0; 2];
    reader.read_exact(&mut count)?;
    for _ in 0..short(&count) {
        let mut entry = [0; 12];
        reader.read_exact(&mut entry)?;
        if short(&entry) == 0x0112 {
            return Ok(short(&entry[8..]));
        }
    }
    Ok(1)
}

#[cfg(test)]
/// Also what other tests make images with.
pub mod tests {
    use super::*;
    use std::io::Cursor;

    fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
        let length = (body.len() as u16 + 2).to_be_bytes();
        [&[0xff, marker][..], &length, body].concat()
    }

    /// A JPEG of 300 x 200 px with an EXIF segment of this orientation, preceded by others.
    pub fn jpeg(orientation: Option<u16>, big: bool, before: usize) -> Vec<u8> {
        let mut out = vec![0xff, 0xd8];
        (0..before).for_each(|_| out.extend(segment(0xe2, &[7; 60_000])));
        if let Some(o) = orientation {
            let (mark, o) = if big {
                (b"MM\0*\0\0\0\x08\0\x02", o.to_be_bytes())
            } else {
                (b"II*\0\x08\0\0\0\x02\0", o.to_le_bytes())
            };
            let entry = |tag: [u8; 2], value: [u8; 2]| [&tag[..], &[0; 6], &value, &[0; 2]].concat();
            let (make, tag) = if big { ([1, 0x0f], [1, 0x12]) } else { ([0x0f, 1], [0x12, 1]) };
            out.extend(segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0 other"));
            out.extend(segment(0xe1, &[&b"Exif\0\0"[..], mark, &entry(make, [9, 9]), &entry(tag, o)].concat()));
        }
        out.extend(segment(0xc0, &[8, 0, 200, 1, 44, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]));
        out.extend(segment(0xda, &[3, 1, 0, 2, 0, 3, 0, 0, 63, 0]));
        out
    }

    #[test]
    fn orientation_turns_by_its_number() {
        for big in [true, false] {
            for o in 0..=9 {
                let (width, height) = if (5..=8).contains(&o) { (200, 300) } else { (300, 200) };
                let orientation = if (1..=8).contains(&o) { o } else { 1 };
                let seen = look(&mut Cursor::new(jpeg(Some(o), big, 1))).unwrap();
                assert_eq!(seen, Seen { width, height, orientation }, "{o} {big}");
            }
        }
        let seen = look(&mut Cursor::new(jpeg(None, true, 0))).unwrap();
        assert_eq!(seen, Seen { width: 300, height: 200, orientation: 1 });
    }

    #[test]
    fn a_file_is_seen_like_its_bytes() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for (orientation, before) in [(None, 0), (Some(6), 0), (Some(8), 3)] {
            let bytes = jpeg(orientation, true, before);
            std::fs::write(file.path(), &bytes).unwrap();
            assert_eq!(of_file(file.path()).unwrap(), look(&mut Cursor::new(bytes)).unwrap());
        }
        std::fs::write(file.path(), b"").unwrap();
        assert!(of_file(file.path()).is_err());
    }

    #[test]
    fn an_exif_that_is_cut_or_points_nowhere_says_nothing() {
        let whole = jpeg(Some(6), true, 0);
        let at = whole.windows(4).position(|w| w == b"MM\0*").unwrap() + 4;
        for pointer in [[0xff; 4], [0, 0, 0xff, 0xff]] {
            let mut bytes = whole.clone();
            bytes[at..at + 4].copy_from_slice(&pointer);
            assert_eq!(look(&mut Cursor::new(bytes)).unwrap(), Seen { width: 300, height: 200, orientation: 1 });
        }
    }
}
