//! How a rendered image travels from its worker to the collector: in the record's body the objects' XML, then the planes.

use super::devkit::encode;
use super::mosaic::Mosaic;
use crate::convert::classes::ClassRef;

/// Planes of larger images (in pixels) are encoded one after the other by the collector: a batch of them would be too much memory.
const PARALLEL_PIXELS: u64 = 1 << 26;

const READY: u8 = b'p';
const LATER: u8 = b'm';

/// The planes of an image.
#[derive(Debug, PartialEq, Eq)]
pub enum Planes<'r> {
    /// Nothing to paint.
    None,
    /// PNG in base64; `object` is empty when there is none.
    Ready {
        /// The class plane.
        class: &'r [u8],
        /// The object plane.
        object: &'r [u8],
    },
    /// A mosaic for the collector to encode.
    Later(&'r [u8]),
}

/// Appends a part and its length.
pub fn push_part(body: &mut Vec<u8>, part: &[u8]) {
    body.extend_from_slice(&(part.len() as u64).to_le_bytes());
    body.extend_from_slice(part);
}

fn take_part<'r>(body: &mut &'r [u8]) -> Option<&'r [u8]> {
    let (length, rest) = body.split_first_chunk::<8>()?;
    let (part, rest) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    *body = rest;
    Some(part)
}

/// Appends the planes of a mosaic, encoded if all of its classes have their numbers and it is not too large.
pub fn push_planes(body: &mut Vec<u8>, mosaic: &Mosaic) {
    let listed = |class| if let ClassRef::Listed(place) = class { u8::try_from(place + 1).ok() } else { None };
    let small = u64::from(mosaic.size.w) * u64::from(mosaic.size.h) <= PARALLEL_PIXELS;
    let classes: Option<Vec<u8>> =
        std::iter::once(Some(0)).chain(mosaic.tiles.iter().map(|t| listed(t.class))).collect();
    // An encoder that fails here fails again in the collector, which can say so.
    let ready = classes.filter(|_| small).and_then(|classes| encode(mosaic, &classes).ok());
    match ready {
        Some((class, object)) => {
            body.push(READY);
            push_part(body, &class);
            push_part(body, &object);
        }
        None => {
            body.push(LATER);
            mosaic.write(body);
        }
    }
}

/// A body as objects and planes; `None` when it is not one.
pub fn read(mut body: &[u8]) -> Option<(&[u8], Planes<'_>)> {
    let objects = take_part(&mut body)?;
    let planes = match body.split_first() {
        None => Planes::None,
        Some((&READY, mut rest)) => Planes::Ready { class: take_part(&mut rest)?, object: take_part(&mut rest)? },
        Some((&LATER, rest)) => Planes::Later(rest),
        Some(_) => return None,
    };
    Some((objects, planes))
}

#[cfg(test)]
mod tests {
    use super::super::fill::Scratch;
    use super::super::mosaic::{Area, Tile};
    use super::*;
    use crate::convert::geometry::Size;
    use crate::dm::mask::Run;

    fn mosaic(class: ClassRef, object: u8) -> Mosaic {
        let layer = (Tile { class, object }, Area::Runs(vec![Run { start: 1, length: 2 }]));
        Mosaic::paint(Size { w: 3, h: 2 }, vec![layer], &mut Scratch::default())
    }

    #[test]
    fn objects_and_planes_come_back() {
        let mut body = Vec::new();
        push_part(&mut body, b"<object>");
        assert_eq!(read(&body), Some((&b"<object>"[..], Planes::None)));
        push_planes(&mut body, &mosaic(ClassRef::Listed(253), 0));
        let Some((_, Planes::Ready { class, object })) = read(&body) else { panic!("not ready") };
        assert!(class.starts_with(b"iVBOR") && object.is_empty());
        assert_eq!(read(&body[..body.len() - 1]), None);
    }

    #[test]
    fn classes_without_a_number_wait() {
        let mut body = Vec::new();
        push_part(&mut body, b"");
        let waiting = mosaic(ClassRef::Unlisted(0), 1);
        push_planes(&mut body, &waiting);
        let Some((_, Planes::Later(bytes))) = read(&body) else { panic!("not later") };
        assert_eq!(Mosaic::read(bytes), Some(waiting));
    }
}
