//! The archive formats, by the ending of a name: tar, plain or compressed, and zip.

use super::stdout::Stdout;
use super::tar_writer::TarWriter;
use super::zip_writer::ZipWriter;
use crate::stream::writer::Compression;
use flate2::write::GzEncoder;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};

/// What a name says about the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArchiveFormat {
    /// `.tar`
    Tar,
    /// `.tar.gz`, `.tgz`
    Gzip,
    /// `.tar.zst`
    Zstd,
    /// `.zip`
    Zip,
}

/// Endings and what they stand for; the longer ones first.
const ENDINGS: &[(&str, ArchiveFormat)] = &[
    (".tar.gz", ArchiveFormat::Gzip),
    (".tar.zst", ArchiveFormat::Zstd),
    (".tgz", ArchiveFormat::Gzip),
    (".tar", ArchiveFormat::Tar),
    (".zip", ArchiveFormat::Zip),
];

impl ArchiveFormat {
    /// The format of a name, and the name without its ending.
    pub fn of(name: &str) -> Option<(&str, Self)> {
        ENDINGS.iter().find_map(|(ending, format)| {
            let at = name.len().checked_sub(ending.len())?;
            let (stem, end) = name.split_at_checked(at)?;
            (end.eq_ignore_ascii_case(ending) && !stem.is_empty() && !stem.ends_with('/')).then_some((stem, *format))
        })
    }

    /// How it is compressed as a whole.
    pub fn compression(self) -> Compression {
        match self {
            Self::Gzip => Compression::Gzip,
            Self::Zstd => Compression::Zstd,
            Self::Tar | Self::Zip => Compression::None,
        }
    }

    /// The ending of a name of this format.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Tar => ".tar",
            Self::Gzip => ".tar.gz",
            Self::Zstd => ".tar.zst",
            Self::Zip => ".zip",
        }
    }
}

/// An archive under way.
pub enum ArchiveWriter {
    /// A tar in a file, compressed or not.
    Tar(TarWriter<Compressor<BufWriter<File>>>),
    /// A zip in a file.
    Zip(Box<ZipWriter>),
    /// A plain tar to standard output.
    Pipe(TarWriter<Stdout>),
}

impl ArchiveWriter {
    /// An archive of this format in an empty file.
    ///
    /// # Errors
    /// When the compressor cannot be set up.
    pub fn new(format: ArchiveFormat, file: File) -> io::Result<Self> {
        Ok(match format {
            ArchiveFormat::Zip => Self::Zip(Box::new(ZipWriter::new(file))),
            tar => {
                let out = BufWriter::with_capacity(256 * 1024, file);
                Self::Tar(TarWriter::new(Compressor::new(tar.compression(), out)?))
            }
        })
    }

    /// Adds a file of this size.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn add(&mut self, path: &str, size: u64, content: &mut dyn Read) -> io::Result<()> {
        match self {
            Self::Tar(tar) => tar.add(path, size, content),
            Self::Zip(zip) => zip.add(path, size, content),
            Self::Pipe(tar) => tar.add(path, size, content),
        }
    }

    /// Completes the archive, durably when it is a file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(self) -> io::Result<()> {
        match self {
            Self::Tar(tar) => tar.finish()?.finish()?.into_inner()?.sync_all(),
            Self::Zip(zip) => zip.finish()?.sync_all(),
            Self::Pipe(tar) => tar.finish()?.finish(),
        }
    }
}

/// A compressor with fixed settings, so that the same content always gives the same bytes.
pub enum Compressor<W: Write> {
    /// No compression.
    Plain(W),
    /// gzip, without name and date.
    Gzip(GzEncoder<W>),
    /// Zstandard, with a checksum.
    Zstd(zstd::Encoder<'static, W>),
}

impl<W: Write> Compressor<W> {
    /// A compressor.
    ///
    /// # Errors
    /// When it cannot be set up.
    pub fn new(compression: Compression, out: W) -> io::Result<Self> {
        Ok(match compression {
            Compression::Gzip => Self::Gzip(GzEncoder::new(out, flate2::Compression::default())),
            Compression::Zstd => {
                let mut zstd = zstd::Encoder::new(out, zstd::DEFAULT_COMPRESSION_LEVEL)?;
                zstd.include_checksum(true)?;
                Self::Zstd(zstd)
            }
            Compression::None => Self::Plain(out),
        })
    }

    /// Writes the compressor's end.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(self) -> io::Result<W> {
        match self {
            Self::Plain(out) => Ok(out),
            Self::Gzip(gzip) => gzip.finish(),
            Self::Zstd(zstd) => zstd.finish(),
        }
    }
}

impl<W: Write> Write for Compressor<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(out) => out.write(bytes),
            Self::Gzip(gzip) => gzip.write(bytes),
            Self::Zstd(zstd) => zstd.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(out) => out.flush(),
            Self::Gzip(gzip) => gzip.flush(),
            Self::Zstd(zstd) => zstd.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_says_the_format() {
        for (name, stem, format) in [
            ("out.tar", "out", ArchiveFormat::Tar),
            ("a/b.c.tar.gz", "a/b.c", ArchiveFormat::Gzip),
            ("x.TGZ", "x", ArchiveFormat::Gzip),
            ("자연.tar.zst", "자연", ArchiveFormat::Zstd),
            ("out.tar.zip", "out.tar", ArchiveFormat::Zip),
        ] {
            assert_eq!(ArchiveFormat::of(name), Some((stem, format)), "{name}");
        }
        for name in ["out", "out.tar/", "tar", ".tar", "a/.zip", "x.gz", "é"] {
            assert_eq!(ArchiveFormat::of(name), None, "{name}");
        }
    }
}
