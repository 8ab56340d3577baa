//! Whether an image is there up to its end, for servers that do not announce how long it is: one that breaks off looks like a success.
//!
//! JPEG, PNG and WebP say where they end, and are followed to that place while they arrive. What comes after it is not
//! looked at: cameras put more there. Of other files the end is unknown.

/// Follows an image to its end.
#[derive(Clone, Debug, Default)]
pub struct Ending {
    state: State,
    /// Bytes that say how to go on, gathered over the pieces in which they arrive.
    gathered: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// The first bytes, by which the format is known.
    #[default]
    Start,
    /// A format that is not followed.
    Unknown,
    /// At the end, or after it.
    Whole,
    /// A JPEG's marker, and the length of its segment, are next.
    Marker,
    /// So many bytes of a segment are next, then a marker.
    Segment(u64),
    /// As `Segment`; compressed data follows.
    Scan(u64),
    /// Compressed data, up to the next marker.
    Entropy,
    /// A chunk of a PNG is next.
    Chunk,
    /// So many bytes of a chunk are next.
    Body(u64),
    /// So many bytes are left.
    Rest(u64),
}

impl Ending {
    /// Takes the next bytes.
    pub fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            bytes = match self.state {
                State::Unknown | State::Whole => return,
                State::Start => self.gather(bytes, 12, Self::start),
                State::Marker => self.marker(bytes),
                State::Segment(left) => self.skip(bytes, left, State::Segment, State::Marker),
                State::Scan(left) => self.skip(bytes, left, State::Scan, State::Entropy),
                State::Entropy => self.entropy(bytes),
                State::Chunk => self.gather(bytes, 8, Self::chunk),
                State::Body(left) => self.skip(bytes, left, State::Body, State::Chunk),
                State::Rest(left) => self.skip(bytes, left, State::Rest, State::Whole),
            };
        }
    }

    /// Whether the image breaks off before its end.
    pub fn is_cut(&self) -> bool {
        match self.state {
            State::Unknown | State::Whole => false,
            State::Start => [&b"\xff\xd8\xff"[..], b"\x89PNG"].iter().any(|b| self.gathered.starts_with(b)),
            _ => true,
        }
    }

    /// Gathers as many bytes as `decide` needs, which returns the next state and how many of them are taken.
    fn gather<'a>(&mut self, bytes: &'a [u8], need: usize, decide: fn(&[u8]) -> (State, usize)) -> &'a [u8] {
        let had = self.gathered.len();
        let more = bytes.len().min(need - had);
        self.gathered.extend_from_slice(&bytes[..more]);
        if self.gathered.len() < need {
            return &[];
        }
        let (next, taken) = decide(&self.gathered);
        // Bytes that are not taken are looked at again; those of an earlier piece among them are in `gathered` alone.
        let again: Vec<u8> = self.gathered.drain(..).skip(taken).collect();
        self.state = next;
        self.update(&again);
        &bytes[more..]
    }

    fn start(head: &[u8]) -> (State, usize) {
        let size = |at: usize| u64::from(u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]));
        match head {
            [0xff, 0xd8, 0xff, ..] => (State::Marker, 2),
            [0x89, b'P', b'N', b'G', ..] => (State::Chunk, 8),
            [b'R', b'I', b'F', b'F', .., b'W', b'E', b'B', b'P'] => (State::Rest(size(4).saturating_sub(4)), 12),
            _ => (State::Unknown, 0),
        }
    }

    /// A marker: any number of fill bytes, its own byte, and for most a length that counts itself.
    fn marker<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let (byte, rest) = (bytes[0], &bytes[1..]);
        match self.gathered.as_slice() {
            [] if byte == 0xff => self.gathered.push(byte),
            [] => self.state = State::Unknown,
            [0xff] => match byte {
                0xff => {}
                0xd9 => self.state = State::Whole,
                0x01 | 0xd0..=0xd8 => self.gathered.clear(),
                _ => self.gathered.push(byte),
            },
            [_, _] => self.gathered.push(byte),
            &[_, marker, high, ..] => {
                let left = u64::from(u16::from_be_bytes([high, byte])).saturating_sub(2);
                self.gathered.clear();
                self.state = match (marker, left) {
                    (0xda, 0) => State::Entropy,
                    (0xda, _) => State::Scan(left),
                    (_, 0) => State::Marker,
                    _ => State::Segment(left),
                };
            }
            [_] => self.state = State::Unknown,
        }
        rest
    }

    /// Compressed data: `FF 00` is data, `FF D0` to `FF D7` are inside it.
    fn entropy<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        if self.gathered.is_empty() {
            let Some(at) = memchr::memchr(0xff, bytes) else { return &[] };
            self.gathered.push(0xff);
            return &bytes[at + 1..];
        }
        match bytes[0] {
            0x00 | 0xd0..=0xd7 => self.gathered.clear(),
            0xff => {}
            _ => {
                self.state = State::Marker;
                return bytes;
            }
        }
        &bytes[1..]
    }

    fn chunk(head: &[u8]) -> (State, usize) {
        let length = u64::from(u32::from_be_bytes([head[0], head[1], head[2], head[3]]));
        match &head[4..8] {
            b"IEND" => (State::Rest(4), 8),
            _ => (State::Body(length + 4), 8),
        }
    }

    fn skip<'a>(&mut self, bytes: &'a [u8], left: u64, stay: fn(u64) -> State, then: State) -> &'a [u8] {
        let n = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let left = left - n as u64;
        self.state = if left == 0 { then } else { stay(left) };
        &bytes[n..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::tests::jpeg;

    fn is_cut(bytes: &[u8], piece: usize) -> bool {
        let mut ending = Ending::default();
        bytes.chunks(piece).for_each(|b| ending.update(b));
        ending.is_cut()
    }

    fn png() -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, 40, 30);
        encoder.set_color(png::ColorType::Grayscale);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&(0..1200u32).map(|n| (n * n) as u8).collect::<Vec<_>>()).unwrap();
        writer.finish().unwrap();
        out
    }

    #[test]
    fn an_image_is_cut_wherever_it_breaks_off_and_whole_whatever_follows() {
        // Data with stuffed and restart markers, a second scan, fill bytes, and a thumbnail with an end of its own.
        let scan = [&[1, 0xff, 0, 2, 0xff, 0xd3, 3, 0xff, 0xff, 0xc4, 0, 4, 9, 9, 0xff, 0xda, 0, 2, 7][..]].concat();
        let thumbnail = [0xff, 0xe1, 0, 6, 0xff, 0xd9, 0xff, 0xd9];
        let start = jpeg(Some(6), true, 0);
        let jpeg = [&start[..2], &thumbnail, &start[2..], &scan, &[0xff, 0xff, 0xd9]].concat();
        let webp = b"RIFF\x10\0\0\0WEBPVP8 \x04\0\0\0abcd".to_vec();
        for (name, image) in [("jpeg", jpeg), ("png", png()), ("webp", webp)] {
            for piece in [1, 2, 3, 7, 64, 100_000] {
                assert!(!is_cut(&image, piece), "{name} by {piece}");
                assert!(!is_cut(&[&image[..], b"\xff\xd8 more of the camera's"].concat(), piece), "{name} by {piece}");
                for end in (12..image.len()).step_by(5).chain([image.len() - 1]) {
                    assert!(is_cut(&image[..end], piece), "{name} up to {end} of {} by {piece}", image.len());
                }
            }
        }
        assert!(is_cut(b"\xff\xd8\xff", 4));
        for other in [&b""[..], b"GIF89a and so on", b"GIF", b"any other data at all"] {
            assert!(!is_cut(other, 4), "{other:?}");
        }
    }
}
