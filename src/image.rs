//! The size of an image, as it is shown, from its first bytes.
//!
//! A JPEG can say that it is to be turned (EXIF orientation 1 to 8; with 5 to 8 width and height change places). Sizes here
//! are those of the turned picture, because coordinates refer to it: browsers, in which annotators draw, show it turned (CSS
//! `image-orientation: from-image`), and `cv2.imread`, by which Ultralytics, supervision and most trainers load it, turns it as well.
//! Pillow and torchvision do so only on request (`ImageOps.exif_transpose`); pycocotools reads no images.
//! `scripts/check_exif.py` asks them.

use std::io::{self, BufRead, Read, Seek, SeekFrom};

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

/// Looks at an image from its beginning.
///
/// # Errors
/// What is wrong with it, or that it cannot be read. An EXIF that cannot be read says nothing.
pub fn look<R: BufRead + Seek>(reader: &mut R) -> Result<Seen, ImageError> {
    let mut front = [0; 2];
    let start = reader.read_exact(&mut front).and_then(|()| reader.seek(SeekFrom::Start(0)));
    if start.is_ok() && front == [0xff, 0xd8] {
        return jpeg(reader);
    }
    reader.seek(SeekFrom::Start(0)).map_err(ImageError::IoError)?;
    let size = imagesize::reader_size(&mut *reader)?;
    Ok(Seen { width: size.width as u64, height: size.height as u64, orientation: 1 })
}

/// A JPEG: the size of its frame, turned as its EXIF says.
fn jpeg(reader: &mut (impl BufRead + Seek)) -> Result<Seen, ImageError> {
    let mut orientation = None;
    reader.seek(SeekFrom::Start(2)).map_err(ImageError::IoError)?;
    loop {
        let mut byte = [0];
        reader.read_exact(&mut byte)?;
        if byte != [0xff] {
            return Err(ImageError::CorruptedImage);
        }
        // Any number of fill bytes may stand before a marker (ISO 10918-1, B.1.1.2).
        while byte == [0xff] {
            reader.read_exact(&mut byte)?;
        }
        let mut length = [0; 2];
        match byte[0] {
            // Markers without a segment.
            0x01 | 0xd0..=0xd8 => continue,
            0xd9 | 0xda => return Err(ImageError::CorruptedImage),
            _ => reader.read_exact(&mut length)?,
        }
        let body = reader.stream_position()?;
        match byte[0] {
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                let mut frame = [0; 5];
                reader.read_exact(&mut frame)?;
                let [height, width] =
                    [[frame[1], frame[2]], [frame[3], frame[4]]].map(|n| u64::from(u16::from_be_bytes(n)));
                return Ok(match orientation.unwrap_or(1) {
                    orientation @ 2..=4 => Seen { width, height, orientation },
                    orientation @ 5..=8 => Seen { width: height, height: width, orientation },
                    _ => Seen { width, height, orientation: 1 },
                });
            }
            0xe1 if orientation.is_none() => orientation = exif(reader).ok().flatten(),
            _ => {}
        }
        let length = u64::from(u16::from_be_bytes(length)).checked_sub(2).ok_or(ImageError::CorruptedImage)?;
        reader.seek(SeekFrom::Start(body + length))?;
    }
}

/// The orientation of an APP1 segment; `None` when it is no EXIF.
fn exif(reader: &mut (impl Read + Seek)) -> io::Result<Option<u16>> {
    let mut name = [0; 6];
    reader.read_exact(&mut name)?;
    if &name == b"Exif\0\0" { orientation(reader).map(Some) } else { Ok(None) }
}

/// Tag 0x0112 of the first directory of a TIFF header; 1 (upright) when it has none.
///
/// # Errors
/// The header breaks off.
pub fn orientation(reader: &mut (impl Read + Seek)) -> io::Result<u16> {
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
    fn fill_bytes_before_a_marker_are_passed_over() {
        let plain = jpeg(Some(6), true, 1);
        for (marker, fill) in [(0xe2, 1), (0xe1, 3), (0xc0, 1), (0xc0, 200)] {
            let at = plain.windows(2).position(|w| w == [0xff, marker]).unwrap();
            let filled = [&plain[..at], &vec![0xff; fill], &plain[at..]].concat();
            assert_eq!(look(&mut Cursor::new(&filled)).unwrap(), look(&mut Cursor::new(&plain)).unwrap());
        }
        for broken in [&plain[..100], &plain[..2], b"\xff\xd8\xff\xd9", b"\xff\xd8\0\0", b"\xff\xd8\xff\xe1\0\0\0\0"] {
            assert!(look(&mut Cursor::new(broken)).is_err(), "{broken:?}");
        }
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
