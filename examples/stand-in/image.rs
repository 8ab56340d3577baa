//! Plain images of one colour, made on request.

use std::io;

use jpeg_encoder::{ColorType, Encoder};

/// A baseline JPEG, `width` x `height` px.
pub fn jpeg(width: u32, height: u32, colour: [u8; 3]) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let encoder = Encoder::new(&mut out, 80);
    // 65,535 px is the format's limit; sizes come from `Fields::size`, which stops at 20,000.
    let (w, h) = (width as u16, height as u16);
    encoder.encode(&pixels(width, height, colour), w, h, ColorType::Rgb).map_err(io::Error::other)?;
    Ok(out)
}

/// A PNG, `width` x `height` px, 8-bit RGB.
pub fn png(width: u32, height: u32, colour: [u8; 3]) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().map_err(io::Error::other)?;
    writer.write_image_data(&pixels(width, height, colour)).map_err(io::Error::other)?;
    writer.finish().map_err(io::Error::other)?;
    Ok(out)
}

fn pixels(width: u32, height: u32, colour: [u8; 3]) -> Vec<u8> {
    colour.repeat(width as usize * height as usize)
}
