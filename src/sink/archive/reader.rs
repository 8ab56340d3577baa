//! A dataset in an archive, as its readers see it: read from one end to the other, whatever its size, and never unpacked.

use super::format::ArchiveFormat;
use crate::sink::dataset::published::{Published, Visit};
use crate::sink::error::SinkError;
use crate::tr;
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use zip::ZipArchive;

/// Bytes read at once.
const BLOCK: usize = 256 * 1024;

/// Looks at one file: its path, its size, and its content or why it has none.
type Each<'a> = dyn FnMut(&str, u64, io::Result<&mut dyn Read>) -> Result<(), SinkError> + 'a;

/// The dataset in an archive, or not.
#[derive(Debug)]
pub struct ArchiveReader {
    file: PathBuf,
    format: ArchiveFormat,
}

impl ArchiveReader {
    /// The dataset in this archive, or not.
    pub fn new(file: &Path, format: ArchiveFormat) -> Self {
        Self { file: file.to_owned(), format }
    }

    fn fail(&self, source: io::Error) -> SinkError {
        SinkError::Read { path: self.name(), source }
    }

    /// All files in their order; none when there is no archive.
    fn walk(&self, each: &mut Each<'_>) -> Result<(), SinkError> {
        let file = match File::open(&self.file) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
            other => BufReader::with_capacity(BLOCK, other.map_err(|e| self.fail(e))?),
        };
        match self.format {
            ArchiveFormat::Tar => self.walk_tar(::tar::Archive::new(file).entries_with_seek(), each),
            ArchiveFormat::Gzip => self.walk_compressed(MultiGzDecoder::new(file), each),
            ArchiveFormat::Zstd => {
                self.walk_compressed(zstd::Decoder::with_buffer(file).map_err(|e| self.fail(e))?, each)
            }
            ArchiveFormat::Zip => self.walk_zip(file, each),
        }
    }

    fn walk_compressed(&self, plain: impl Read, each: &mut Each<'_>) -> Result<(), SinkError> {
        let mut tar = ::tar::Archive::new(plain);
        self.walk_tar(tar.entries(), each)?;
        // Behind the end of the tar the compressor's checksum is still to come.
        io::copy(&mut tar.into_inner(), &mut io::sink()).map(drop).map_err(|e| self.fail(e))
    }

    fn walk_tar<R: Read>(
        &self,
        entries: io::Result<::tar::Entries<'_, R>>,
        each: &mut Each<'_>,
    ) -> Result<(), SinkError> {
        for entry in entries.map_err(|e| self.fail(e))? {
            let mut entry = entry.map_err(|e| self.fail(e))?;
            let kind = entry.header().entry_type();
            if kind.is_dir() || kind.is_pax_global_extensions() {
                continue;
            }
            let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let size = entry.size();
            each(below(&path), size, if kind.is_file() { Ok(&mut entry) } else { Err(no_file()) })?;
        }
        Ok(())
    }

    fn walk_zip(&self, file: BufReader<File>, each: &mut Each<'_>) -> Result<(), SinkError> {
        let mut zip = ZipArchive::new(file).map_err(|e| self.fail(e.into()))?;
        for i in 0..zip.len() {
            let mut entry = zip.by_index(i).map_err(|e| self.fail(e.into()))?;
            if entry.is_dir() {
                continue;
            }
            let path = String::from_utf8_lossy(entry.name_raw()).into_owned();
            let (size, is_link) = (entry.size(), entry.is_symlink());
            each(below(&path), size, if is_link { Err(no_file()) } else { Ok(&mut entry) })?;
        }
        Ok(())
    }
}

/// Archives of a folder have its name, a dot, in front of every other.
fn below(path: &str) -> &str {
    path.strip_prefix("./").unwrap_or(path)
}

fn no_file() -> io::Error {
    io::Error::other(tr!("file-link"))
}

impl Published for ArchiveReader {
    fn name(&self) -> String {
        self.file.display().to_string()
    }

    /// Of several with the same name the last counts, as for whoever unpacks the archive.
    fn read(&self, path: &str) -> Result<Option<Box<dyn Read + Send>>, SinkError> {
        let mut found = None;
        self.walk(&mut |name, _, content| {
            if name == path {
                let copied = content.and_then(|content| {
                    let mut copy = tempfile::tempfile()?;
                    io::copy(content, &mut copy)?;
                    copy.rewind()?;
                    Ok(copy)
                });
                found = Some(copied.map_err(|e| self.fail(e))?);
            }
            Ok(())
        })?;
        Ok(found.map(|copy| Box::new(copy) as Box<dyn Read + Send>))
    }

    fn list(&self, each: &mut dyn FnMut(&str, u64) -> Result<(), SinkError>) -> Result<(), SinkError> {
        self.walk(&mut |path, size, _| each(path, size))
    }

    /// One after the other: an archive has one beginning.
    fn visit(&self, _threads: usize, visit: &Visit<'_>) -> Result<(), SinkError> {
        self.walk(&mut |path, _, content| visit(path, content))
    }
}
