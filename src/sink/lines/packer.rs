//! Bytes into a file, compressed or not. A compressor gets blocks of one size, however the bytes come: the same bytes give the same
//! file.

use crate::sink::archive::format::Compressor;
use crate::stream::writer::Compression;
use std::fs::File;
use std::io::{self, Write};

/// Bytes given to the compressor at once.
const BLOCK: usize = 256 * 1024;

/// A file under way.
pub struct Packer {
    out: Compressor<File>,
    block: Vec<u8>,
}

impl Packer {
    /// Begins the file.
    ///
    /// # Errors
    /// When the compressor cannot be set up.
    pub fn new(file: File, compression: Compression) -> io::Result<Self> {
        Ok(Self { out: Compressor::new(compression, file)?, block: Vec::with_capacity(BLOCK) })
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// The system's.
    pub fn put(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(BLOCK - self.block.len()));
            self.block.extend_from_slice(now);
            bytes = later;
            if self.block.len() == BLOCK {
                self.write()?;
            }
        }
        Ok(())
    }

    fn write(&mut self) -> io::Result<()> {
        self.out.write_all(&self.block)?;
        self.block.clear();
        Ok(())
    }

    /// Writes the rest, and gives the file back.
    ///
    /// # Errors
    /// The system's.
    pub fn finish(mut self) -> io::Result<File> {
        self.write()?;
        self.out.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Seek};

    fn packed(compression: Compression, pieces: usize, bytes: &[u8]) -> Vec<u8> {
        let mut packer = Packer::new(tempfile::tempfile().unwrap(), compression).unwrap();
        bytes.chunks(pieces).for_each(|piece| packer.put(piece).unwrap());
        let mut file = packer.finish().unwrap();
        let mut out = Vec::new();
        file.rewind().unwrap();
        file.read_to_end(&mut out).unwrap();
        out
    }

    #[test]
    fn the_same_bytes_give_the_same_file_however_they_come() {
        let bytes: Vec<u8> =
            (0..700_000_u32).flat_map(|i| (i.wrapping_mul(2_654_435_761) >> 24).to_le_bytes()).collect();
        for compression in [Compression::None, Compression::Gzip, Compression::Zstd] {
            let whole = packed(compression, bytes.len(), &bytes);
            for pieces in [1013, 65_536, BLOCK, BLOCK + 1] {
                assert!(packed(compression, pieces, &bytes) == whole, "{compression:?} {pieces}");
            }
        }
    }
}
