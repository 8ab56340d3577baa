//! Planes as 8-bit indexed PNG with the standard palette.

use super::mosaic::Mosaic;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::io::Write;

/// The highest index of a class or an object; 255 is the palette's mark for pixels that do not count.
pub const MAX_INDEX: u32 = 254;

/// The colour of an index in the standard palette: its bits dealt out to red, green and blue, highest first.
pub fn palette_colour(index: u8) -> [u8; 3] {
    let mut rgb = [0u8; 3];
    for bit in 0..8 {
        rgb[bit % 3] |= ((index >> bit) & 1) << (7 - bit / 3);
    }
    rgb
}

/// The plane of a mosaic whose tile number `n` has the index `indices[n]`; `indices[0]` is the background. PNG in base64.
///
/// # Errors
/// Of the encoder, for a size that PNG cannot hold.
pub fn encode(mosaic: &Mosaic, indices: &[u8]) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, mosaic.size.w, mosaic.size.h);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette((0..=255).flat_map(palette_colour).collect::<Vec<u8>>());
    // Of regions of one index a row is mostly the row above, so that nearly all is zeros, which the fast encoder is made for: 15
    // times as fast as the balanced one and a few kilobytes larger. Setting the compression sets a filter of its own.
    encoder.set_compression(png::Compression::Fast);
    encoder.set_filter(png::Filter::Up);
    let mut writer = encoder.write_header()?;
    let mut rows = writer.stream_writer()?;
    let mut written = Ok(());
    mosaic.each_run(|number, length| {
        let index = indices.get(number as usize).copied().unwrap_or_default();
        let block = [index; 4096];
        let mut left = length;
        while left > 0 && written.is_ok() {
            let n = left.min(block.len() as u64);
            written = rows.write_all(&block[..n as usize]);
            left -= n;
        }
    });
    written?;
    rows.finish()?;
    writer.finish()?;
    Ok(STANDARD.encode(bytes).into_bytes())
}

/// Class plane and object plane; the second is empty when the mosaic has no objects. `classes` as in [`encode`].
///
/// # Errors
/// As [`encode`].
pub fn encode_both(mosaic: &Mosaic, classes: &[u8]) -> Result<(Vec<u8>, Vec<u8>), png::EncodingError> {
    let objects: Vec<u8> = std::iter::once(0).chain(mosaic.tiles.iter().map(|t| t.object)).collect();
    let object = if objects.iter().all(|o| *o == 0) { Vec::new() } else { encode(mosaic, &objects)? };
    Ok((encode(mosaic, classes)?, object))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::engine::classes::ClassRef;
    use crate::convert::formats::voc::area::Area;
    use crate::convert::formats::voc::fill::Scratch;
    use crate::convert::formats::voc::mosaic::Tile;
    use crate::convert::geometry::Size;
    use crate::dm::mask::Run;

    #[test]
    fn palette_is_the_standard_one() {
        assert_eq!(
            [0, 1, 2, 3, 15, 255].map(palette_colour),
            [[0, 0, 0], [128, 0, 0], [0, 128, 0], [128, 128, 0], [192, 128, 128], [224, 224, 192]]
        );
    }

    #[test]
    fn a_plane_decodes_to_its_indices() {
        let size = Size { w: 5000, h: 3 };
        let tile = Tile { class: ClassRef::Listed(0), object: 1 };
        let area = Area::Runs(vec![Run { start: 4999, length: 5001 }]);
        let mosaic = Mosaic::paint(size, vec![(tile, area)], &mut Scratch::default());
        let bytes = STANDARD.decode(encode(&mosaic, &[0, 254]).unwrap()).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        assert_eq!(reader.info().palette.as_deref().map(<[u8]>::len), Some(768));
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height, info.color_type), (5000, 3, png::ColorType::Indexed));
        let want: Vec<u8> = (0..15000).map(|i| if (4999..10000).contains(&i) { 254 } else { 0 }).collect();
        assert!(pixels == want);
    }
}
