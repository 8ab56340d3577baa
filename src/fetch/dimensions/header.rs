//! The size of an image ([`crate::image`]) from as little of it as will do.

use crate::image::{ImageError, look};
use crate::tr;
use crate::words::Message;
use std::io::{self, BufRead, Read, Seek, SeekFrom};

/// What is known of a file: stretches of its bytes.
#[derive(Debug, Default)]
pub struct Known {
    /// Offset and bytes of each stretch, ascending; no two touch.
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
    None(Message),
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
        let found = look(&mut reader);
        if let Some(at) = reader.missing {
            return Look::Need(at);
        }
        let seen = match found {
            Ok(seen) => seen,
            Err(ImageError::NotSupported) => return Look::None(tr!("size-unknown-format")),
            Err(ImageError::CorruptedImage | ImageError::IoError(_)) => return Look::None(tr!("size-damaged")),
        };
        let pixels = |n: u64| u32::try_from(n).ok().filter(|n| *n > 0);
        match pixels(seen.width).zip(pixels(seen.height)) {
            Some((w, h)) => Look::Size(w, h),
            None => Look::None(tr!("size-damaged")),
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

#[cfg(test)]
mod tests {
    use super::{Known, Look};
    use crate::image::tests::jpeg;

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
    fn a_turned_image_in_pieces() {
        for (orientation, expected) in [(Some(6), Look::Size(200, 300)), (None, Look::Size(300, 200))] {
            assert_eq!(look(&jpeg(orientation, true, 0), 16).0, expected);
        }
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
        let Look::None(told) = look(b"<html><body>Not here</body></html>", 8).0 else { panic!("an image") };
        assert_eq!(told.english(), "not an image of a known format");
    }
}
