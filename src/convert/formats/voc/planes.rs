//! How the planes of an image travel from its worker to the collector: class plane and object plane, encoded, or one mosaic.

use super::mosaic::Mosaic;
use super::plane::encode_both;
use crate::convert::engine::classes::ClassRef;
use crate::convert::output::parts::{PartBuffer, Parts};
use crate::stream::StreamError;

/// Workers encode planes of images up to this size, pixels, as long as what their batch has made is not more than
/// [`PARALLEL_BYTES`]. All others travel as mosaics, which are small, and the collector encodes them one at a time: so a batch of
/// short rows with large images stays small too.
const PARALLEL_PIXELS: u64 = 1 << 26;
const PARALLEL_BYTES: usize = 1 << 20;

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

/// Pushes the planes of a mosaic, encoded if all of its classes have their numbers and there is room.
pub fn push(parts: &mut PartBuffer, mosaic: &Mosaic) {
    let listed = |class| if let ClassRef::Listed(place) = class { u8::try_from(place + 1).ok() } else { None };
    let pixels = u64::from(mosaic.size.w) * u64::from(mosaic.size.h);
    let small = pixels <= PARALLEL_PIXELS && parts.size() <= PARALLEL_BYTES;
    let classes: Option<Vec<u8>> =
        std::iter::once(Some(0)).chain(mosaic.tiles.iter().map(|t| listed(t.class))).collect();
    // An encoder that fails here fails again in the collector, which can say so.
    let ready = classes.filter(|_| small).and_then(|classes| encode_both(mosaic, &classes).ok());
    match ready {
        Some((class, object)) => {
            parts.push_bytes(&class);
            parts.push_bytes(&object);
        }
        None => parts.make_bytes(|out| mosaic.write(out)),
    }
}

impl<'r> Planes<'r> {
    /// Takes what [`push`] has pushed, the last of a record's parts.
    ///
    /// # Errors
    /// As [`Parts::text`].
    pub fn take(parts: &mut Parts<'r>) -> Result<Self, StreamError> {
        if parts.is_empty() {
            return Ok(Self::None);
        }
        let first = parts.bytes_part()?;
        Ok(if parts.is_empty() {
            Self::Later(first)
        } else {
            Self::Ready { class: first, object: parts.bytes_part()? }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::formats::voc::area::Area;
    use crate::convert::formats::voc::fill::Scratch;
    use crate::convert::formats::voc::mosaic::Tile;
    use crate::convert::geometry::Size;
    use crate::convert::output::files::Files;
    use crate::dm::mask::Run;
    use crate::stream::Writer;

    fn mosaic(class: ClassRef, object: u8, size: Size) -> Mosaic {
        let layer = (Tile { class, object }, Area::Runs(vec![Run { start: 1, length: 2 }]));
        Mosaic::paint(size, vec![layer], &mut Scratch::default())
    }

    const SMALL: Size = Size { w: 3, h: 2 };

    fn parts() -> PartBuffer {
        Files::new(Writer::to(Box::new(std::io::sink())), None).new_parts()
    }

    #[test]
    fn planes_come_back() {
        let mut buffer = parts();
        assert_eq!(Planes::take(&mut Parts::of(buffer.bytes())).unwrap(), Planes::None);
        push(&mut buffer, &mosaic(ClassRef::Listed(253), 0, SMALL));
        let Planes::Ready { class, object } = Planes::take(&mut Parts::of(buffer.bytes())).unwrap() else {
            panic!("not ready")
        };
        assert!(class.starts_with(b"iVBOR") && object.is_empty());
    }

    #[test]
    fn a_full_batch_is_encoded_later() {
        let mut buffer = parts();
        buffer.push_bytes(&vec![0; PARALLEL_BYTES]);
        let start = buffer.end();
        push(&mut buffer, &mosaic(ClassRef::Listed(0), 1, SMALL));
        let range = start..buffer.end();
        assert!(matches!(Planes::take(&mut buffer.parts(range)), Ok(Planes::Later(_))));
    }

    #[test]
    fn unnumbered_classes_and_large_images_wait() {
        let large = Size { w: 1 << 20, h: 65 };
        for waiting in [mosaic(ClassRef::Unlisted(0), 1, SMALL), mosaic(ClassRef::Listed(0), 1, large)] {
            let mut buffer = parts();
            push(&mut buffer, &waiting);
            let Ok(Planes::Later(bytes)) = Planes::take(&mut Parts::of(buffer.bytes())) else { panic!("not later") };
            assert_eq!(Mosaic::read(bytes), Some(waiting));
        }
    }
}
