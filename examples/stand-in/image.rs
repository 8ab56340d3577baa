//! Plain images of one colour, made on request.
//!
//! The JPEG is written by hand (ITU-T T.81, baseline): one colour needs no transform, so a file is its headers and a
//! few bits per block, and no encoder crate has to be carried along.

use std::io;

/// A PNG, `width` x `height` px, 8-bit RGB.
pub fn png(width: u32, height: u32, colour: [u8; 3]) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().map_err(io::Error::other)?;
    let pixels = colour.repeat(width as usize * height as usize);
    writer.write_image_data(&pixels).map_err(io::Error::other)?;
    writer.finish().map_err(io::Error::other)?;
    Ok(out)
}

/// A baseline JPEG, `width` x `height` px (65,535 at most), three components, no subsampling. `colour` is YCbCr.
pub fn jpeg(width: u32, height: u32, colour: [u8; 3]) -> io::Result<Vec<u8>> {
    let too_large = |_| io::Error::other("a JPEG has at most 65,535 px a side");
    let [w, h] = [u16::try_from(width).map_err(too_large)?, u16::try_from(height).map_err(too_large)?];
    let mut out = vec![0xff, 0xd8];
    segment(&mut out, 0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    // Every quantiser is 8: the DC coefficient of a flat block, 8 x (value - 128), becomes value - 128.
    segment(&mut out, 0xdb, &[&[0][..], &[8; 64]].concat());
    let [[w1, w2], [h1, h2]] = [w.to_be_bytes(), h.to_be_bytes()];
    segment(&mut out, 0xc0, &[8, h1, h2, w1, w2, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]);
    // DC: the nine categories 0..=8 as 4-bit codes, in order. AC: end-of-block is the one symbol, code `0`.
    segment(&mut out, 0xc4, &[&[0, 0, 0, 0, 9][..], &[0; 12], &[0, 1, 2, 3, 4, 5, 6, 7, 8]].concat());
    segment(&mut out, 0xc4, &[&[0x10, 1][..], &[0; 15], &[0]].concat());
    segment(&mut out, 0xda, &[3, 1, 0, 2, 0, 3, 0, 0, 63, 0]);
    let mut bits = Bits { out, held: 0, count: 0 };
    for value in colour {
        let level = i32::from(value) - 128;
        let category = u32::BITS - level.unsigned_abs().leading_zeros();
        bits.put(category, 4);
        // A negative value is written as the ones' complement of its size.
        let code = if level < 0 { level - 1 } else { level };
        bits.put(code as u32 & ((1 << category) - 1), category);
        bits.put(0, 1);
    }
    // All other blocks differ by nothing from the first: category 0 and end-of-block, 5 bits a component.
    let blocks = width.div_ceil(8) * height.div_ceil(8);
    for _ in 1..blocks {
        bits.put(0, 15);
    }
    // The last byte is filled up with ones.
    let fill = (8 - bits.count % 8) % 8;
    bits.put((1 << fill) - 1, fill);
    bits.out.extend([0xff, 0xd9]);
    Ok(bits.out)
}

fn segment(out: &mut Vec<u8>, marker: u8, body: &[u8]) {
    out.extend([0xff, marker]);
    out.extend((body.len() as u16 + 2).to_be_bytes());
    out.extend(body);
}

/// Entropy-coded bits, most significant first.
struct Bits {
    out: Vec<u8>,
    held: u32,
    count: u32,
}

impl Bits {
    fn put(&mut self, value: u32, width: u32) {
        self.held = self.held << width | value;
        self.count += width;
        while self.count >= 8 {
            self.count -= 8;
            let byte = (self.held >> self.count) as u8;
            self.out.push(byte);
            if byte == 0xff {
                // A zero tells the data byte from a marker.
                self.out.push(0);
            }
        }
        self.held &= (1 << self.count) - 1;
    }
}
