//! Places in a record whose bytes are not known yet: a NUL byte (which no text format contains), a letter and four bytes.

use crate::file_line::push_escaped_bytes;
use memchr::memchr;

/// What a hole stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hole {
    /// A class that is not listed, by its provisional number.
    Class(u32),
    /// The next annotation number.
    Annotation,
    /// The number of the image of the current record.
    Image,
    /// The output name of the current record.
    Name,
}

/// Bytes of a hole.
const LENGTH: usize = 6;

/// Appends a hole.
pub fn push(out: &mut Vec<u8>, hole: Hole) {
    let (letter, value) = match hole {
        Hole::Class(n) => (b'c', n),
        Hole::Annotation => (b'a', 0),
        Hole::Image => (b'i', 0),
        Hole::Name => (b'n', 0),
    };
    out.extend_from_slice(&[0, letter]);
    out.extend_from_slice(&value.to_le_bytes());
}

/// Copies `bytes` to `out`, every hole replaced by what `with` appends.
pub fn fill(bytes: &[u8], out: &mut Vec<u8>, mut with: impl FnMut(Hole, &mut Vec<u8>)) {
    split(bytes, out, |out, plain| out.extend_from_slice(plain), |out, hole| with(hole, out));
}

/// Calls `plain` with the bytes between holes and `hole` with each hole, in order.
pub(super) fn split<T>(bytes: &[u8], to: &mut T, plain: impl Fn(&mut T, &[u8]), mut hole: impl FnMut(&mut T, Hole)) {
    let mut rest = bytes;
    while let Some(at) = memchr(0, rest) {
        plain(to, &rest[..at]);
        let Some(found) = rest.get(at..at + LENGTH) else { return };
        let value = u32::from_le_bytes([found[2], found[3], found[4], found[5]]);
        let kind = match found[1] {
            b'c' => Hole::Class(value),
            b'a' => Hole::Annotation,
            b'i' => Hole::Image,
            _ => Hole::Name,
        };
        hole(to, kind);
        rest = &rest[at + LENGTH..];
    }
    plain(to, rest);
}

/// Appends `bytes`, which are UTF-8 but for their holes, as the inside of a JSON string; holes stay holes.
pub(super) fn escape(bytes: &[u8], out: &mut Vec<u8>) {
    let mut rest = bytes;
    loop {
        let at = memchr(0, rest).unwrap_or(rest.len());
        push_escaped_bytes(out, &rest[..at]);
        let Some(hole) = rest.get(at..at + LENGTH) else { return };
        out.extend_from_slice(hole);
        rest = &rest[at + LENGTH..];
    }
}
