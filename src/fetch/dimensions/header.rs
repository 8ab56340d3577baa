//! The size of an image from as little of it as will do.
//!
//! A JPEG can say that it is to be turned (EXIF orientation 5 to 8: width and height change places). It is turned here too, because
//! coordinates refer to the turned picture: browsers, in which annotators draw, show it turned (CSS `image-orientation:
//! from-image`), and `cv2.imread`, by which Ultralytics and most trainers load it, turns it as well. Pillow and torchvision do not
//! unless they are told to (`ImageOps.exif_transpose`); pycocotools reads no images.

use imagesize::ImageError;
use std::io::{self, BufRead, Read, Seek, SeekFrom};

/// What is known of a file: stretches of its bytes.
#[derive(Debug, Default)]
pub struct Known {
    /// From where, and what; none touches another.
    parts: Vec<(u64, Vec<u8>)>,
    /// Where the file ends, if that is known.
    pub end: Option<u64>,
}

/// What a look at the known bytes gives.
#[derive(Debug, PartialEq, Eq)]
pub enum Look {
    /// Width and height in pixels.
    Size(u32, u32),
    /// The bytes from here on are needed.
    Need(u64),
    /// There is nothing to find, for this reason.
    None(&'static str),
}

impl Known {
    /// Adds bytes.
    pub fn add(&mut self, from: u64, bytes: &[u8]) {
        match self.parts.iter_mut().find(|(start, part)| *start + part.len() as u64 == from) {
            Some((_, part)) => part.extend_from_slice(bytes),
            None => self.parts.push((from, bytes.to_vec())),
        }
    }

    /// Looks for the size.
    pub fn look(&self) -> Look {
        let mut reader = Reader { known: self, at: 0, missing: None };
        let found = imagesize::reader_size(&mut reader);
        if let Some(at) = reader.missing {
            return Look::Need(at);
        }
        let size = match found {
            Ok(size) => size,
            Err(ImageError::NotSupported) => return Look::None("not an image of a known format"),
            Err(ImageError::CorruptedImage | ImageError::IoError(_)) => return Look::None("a damaged image"),
        };
        let mut reader = Reader { known: self, at: 0, missing: None };
        let turned = is_turned(&mut reader);
        if let Some(at) = reader.missing {
            return Look::Need(at);
        }
        let pixels = |n: usize| u32::try_from(n).ok().filter(|n| *n > 0);
        match (pixels(size.width), pixels(size.height), turned.unwrap_or(false)) {
            (Some(w), Some(h), false) => Look::Size(w, h),
            (Some(w), Some(h), true) => Look::Size(h, w),
            _ => Look::None("a damaged image"),
        }
    }
}

/// Reads what is known, and notes the first place that is not.
struct Reader<'a> {
    known: &'a Known,
    at: u64,
    missing: Option<u64>,
}

impl BufRead for Reader<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.known.end.is_some_and(|end| self.at >= end) {
            return Ok(&[]);
        }
        for (start, part) in &self.known.parts {
            if let Some(rest) = self.at.checked_sub(*start).and_then(|n| part.get(usize::try_from(n).ok()?..))
                && !rest.is_empty()
            {
                return Ok(rest);
            }
        }
        self.missing.get_or_insert(self.at);
        Err(io::ErrorKind::WouldBlock.into())
    }

    fn consume(&mut self, amount: usize) {
        self.at += amount as u64;
    }
}

impl Read for Reader<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(to)?;
        self.consume(n);
        Ok(n)
    }
}

impl Seek for Reader<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.known.end.and_then(|end| end.checked_add_signed(by)),
        };
        self.at = target.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// Whether a JPEG's EXIF says that width and height change places. What cannot be read says nothing.
fn is_turned(reader: &mut Reader<'_>) -> io::Result<bool> {
    let mut marker = [0; 4];
    reader.read_exact(&mut marker[..2])?;
    if marker[..2] != [0xff, 0xd8] {
        return Ok(false);
    }
    loop {
        reader.read_exact(&mut marker)?;
        let length = u64::from(u16::from_be_bytes([marker[2], marker[3]]));
        let body = reader.at;
        match marker[1] {
            // The picture begins: no EXIF comes after it.
            0xc0..=0xc3 | 0xda => return Ok(false),
            0xe1 => {
                let mut name = [0; 6];
                reader.read_exact(&mut name)?;
                if &name == b"Exif\0\0" {
                    return orientation(reader).map(|o| (5..=8).contains(&o));
                }
            }
            _ => {}
        }
        if marker[0] != 0xff || length < 2 {
            return Ok(false);
        }
        reader.at = body + length - 2;
    }
}

/// Tag 0x0112 of the first directory of a TIFF header; 1 (upright) when it has none.
fn orientation(reader: &mut Reader<'_>) -> io::Result<u16> {
    let start = reader.at;
    let mut head = [0; 8];
    reader.read_exact(&mut head)?;
    let big = match &head[..4] {
        b"MM\0*" => true,
        b"II*\0" => false,
        _ => return Ok(1),
    };
    let short = |b: &[u8]| if big { u16::from_be_bytes([b[0], b[1]]) } else { u16::from_le_bytes([b[0], b[1]]) };
    let long = |b: [u8; 4]| if big { u32::from_be_bytes(b) } else { u32::from_le_bytes(b) };
    reader.at = start + u64::from(long([head[4], head[5], head[6], head[7]]));
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
mod tests {
    use super::*;

    fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
        let length = (body.len() as u16 + 2).to_be_bytes();
        [&[0xff, marker][..], &length, body].concat()
    }

    /// A JPEG of 300 x 200 px with an EXIF segment of this orientation, preceded by others.
    fn jpeg(orientation: Option<u16>, big: bool, before: usize) -> Vec<u8> {
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

    /// Looks at a file in pieces, as a server would send it; also how many it took.
    fn look(file: &[u8], piece: usize) -> (Look, usize) {
        let mut known = Known { end: Some(file.len() as u64), ..Known::default() };
        for pieces in 0.. {
            match known.look() {
                Look::Need(at) => {
                    let from = at as usize;
                    known.add(at, &file[from..file.len().min(from + piece)]);
                }
                other => return (other, pieces),
            }
        }
        unreachable!()
    }

    #[test]
    fn orientation_turns_by_its_number() {
        for big in [true, false] {
            for o in 0..=9 {
                let expected = if (5..=8).contains(&o) { Look::Size(200, 300) } else { Look::Size(300, 200) };
                assert_eq!(look(&jpeg(Some(o), big, 0), 16).0, expected, "{o} {big}");
            }
        }
        assert_eq!(look(&jpeg(None, true, 0), 1000).0, Look::Size(300, 200));
    }

    #[test]
    fn long_headers_are_jumped_over() {
        let (found, pieces) = look(&jpeg(Some(6), true, 20), 1024);
        assert_eq!(found, Look::Size(200, 300));
        assert!(pieces <= 22, "{pieces}");
    }

    #[test]
    fn what_is_no_image_or_half_of_one() {
        let whole = jpeg(Some(6), true, 0);
        // Width and height are complete 24 bytes before the end.
        for cut in 0..whole.len() - 24 {
            let found = look(&whole[..cut], 7).0;
            assert!(matches!(found, Look::None(_)), "{cut}: {found:?}");
        }
        assert_eq!(look(b"<html><body>Not here</body></html>", 8).0, Look::None("not an image of a known format"));
    }
}
