//! How a rendered image travels from its worker to the collector: in the record's body the objects' XML, then the planes.

use super::mosaic::Mosaic;
use super::plane::encode_both;
use crate::convert::engine::classes::ClassRef;

/// Workers encode planes of images up to this size, pixels, as long as what their batch has made is not more than
/// [`PARALLEL_BYTES`]. All others travel as mosaics, which are small, and the collector encodes them one at a time: so a batch of
/// short rows with large images stays small too.
const PARALLEL_PIXELS: u64 = 1 << 26;
const PARALLEL_BYTES: usize = 1 << 20;

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

/// Appends the planes of a mosaic to a batch's bytes, encoded if all of its classes have their numbers and there is room.
pub fn push_planes(body: &mut Vec<u8>, mosaic: &Mosaic) {
    let listed = |class| if let ClassRef::Listed(place) = class { u8::try_from(place + 1).ok() } else { None };
    let pixels = u64::from(mosaic.size.w) * u64::from(mosaic.size.h);
    let small = pixels <= PARALLEL_PIXELS && body.len() <= PARALLEL_BYTES;
    let classes: Option<Vec<u8>> =
        std::iter::once(Some(0)).chain(mosaic.tiles.iter().map(|t| listed(t.class))).collect();
    // An encoder that fails here fails again in the collector, which can say so.
    let ready = classes.filter(|_| small).and_then(|classes| encode_both(mosaic, &classes).ok());
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
    use super::*;
    use crate::convert::formats::voc::area::Area;
    use crate::convert::formats::voc::fill::Scratch;
    use crate::convert::formats::voc::mosaic::Tile;
    use crate::convert::geometry::Size;
    use crate::dm::mask::Run;

    fn mosaic(class: ClassRef, object: u8, size: Size) -> Mosaic {
        let layer = (Tile { class, object }, Area::Runs(vec![Run { start: 1, length: 2 }]));
        Mosaic::paint(size, vec![layer], &mut Scratch::default())
    }

    const SMALL: Size = Size { w: 3, h: 2 };

    #[test]
    fn objects_and_planes_come_back() {
        let mut body = Vec::new();
        push_part(&mut body, b"<object>");
        assert_eq!(read(&body), Some((&b"<object>"[..], Planes::None)));
        push_planes(&mut body, &mosaic(ClassRef::Listed(253), 0, SMALL));
        let Some((_, Planes::Ready { class, object })) = read(&body) else { panic!("not ready") };
        assert!(class.starts_with(b"iVBOR") && object.is_empty());
        assert_eq!(read(&body[..body.len() - 1]), None);
    }

    #[test]
    fn a_full_batch_is_encoded_later() {
        let mut body = vec![0; PARALLEL_BYTES];
        push_part(&mut body, b"");
        push_planes(&mut body, &mosaic(ClassRef::Listed(0), 1, SMALL));
        assert!(matches!(read(&body[PARALLEL_BYTES..]), Some((_, Planes::Later(_)))));
    }

    #[test]
    fn unnumbered_classes_and_large_images_wait() {
        let large = Size { w: 1 << 20, h: 65 };
        for waiting in [mosaic(ClassRef::Unlisted(0), 1, SMALL), mosaic(ClassRef::Listed(0), 1, large)] {
            let mut body = Vec::new();
            push_part(&mut body, b"");
            push_planes(&mut body, &waiting);
            let Some((_, Planes::Later(bytes))) = read(&body) else { panic!("not later") };
            assert_eq!(Mosaic::read(bytes), Some(waiting));
        }
    }
}
