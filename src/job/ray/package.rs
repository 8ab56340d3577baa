//! A package: files that become the working directory of a job. Its name is a hash of what is in it, so that a cluster which has it is
//! not sent it again.

use super::super::JobError;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Mode of a program: everybody may run it.
const PROGRAM: u32 = 0o755;
/// Mode of any other file.
const PLAIN: u32 = 0o644;
/// Bytes read at once.
const BUFFER: usize = 256 * 1024;

/// A file of a package.
#[derive(Clone, Debug)]
pub enum Content {
    /// A program on this machine.
    Program(PathBuf),
    /// A text of ours.
    Text(&'static str),
}

/// Files with their names, and the hash of all.
#[derive(Debug)]
pub struct Package {
    files: Vec<(String, Content)>,
    hash: String,
}

impl Package {
    /// A package of these files.
    ///
    /// # Errors
    /// [`JobError::Pack`] for one that cannot be read.
    pub fn new(mut files: Vec<(String, Content)>) -> Result<Self, JobError> {
        files.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut hash = Sha256::new();
        for (name, content) in &files {
            // Names hold no NUL.
            hash.update(format!("{name}\0{:o}\0", content.mode()));
            let length = content.read(|part| {
                hash.update(part);
                Ok(())
            })?;
            hash.update(length.to_le_bytes());
        }
        let hash = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { files, hash })
    }

    /// Its name, as Ray wants it: `_ray_pkg_` and 16 digits.
    pub fn name(&self) -> String {
        format!("_ray_pkg_{}.zip", self.hash)
    }

    /// Writes the zip to a temporary file: the same bytes each time.
    ///
    /// # Errors
    /// [`JobError::Pack`].
    pub fn pack(&self) -> Result<NamedTempFile, JobError> {
        let file = NamedTempFile::new().map_err(|e| failed(Path::new(&self.name()), e))?;
        let mut zip = ZipWriter::new(BufWriter::new(file));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).large_file(false);
        for (name, content) in &self.files {
            let place = Path::new(name);
            // Without a time of its own a file has the earliest that a zip knows.
            let options = options.unix_permissions(content.mode()).last_modified_time(zip::DateTime::default());
            zip.start_file(name.as_str(), options).map_err(|e| failed(place, e.into()))?;
            content.read(|part| zip.write_all(part))?;
        }
        let written = zip.finish().map_err(io::Error::from).and_then(|out| out.into_inner().map_err(io::Error::from));
        let mut file = written.map_err(|e| failed(Path::new(&self.name()), e))?;
        file.rewind().map_err(|e| failed(Path::new(&self.name()), e))?;
        Ok(file)
    }
}

impl Content {
    fn mode(&self) -> u32 {
        if matches!(self, Self::Program(_)) { PROGRAM } else { PLAIN }
    }

    /// Gives the content a part at a time; its length.
    fn read(&self, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> Result<u64, JobError> {
        let path = match self {
            Self::Text(text) => {
                each(text.as_bytes()).map_err(|e| failed(Path::new("export.py"), e))?;
                return Ok(text.len() as u64);
            }
            Self::Program(path) => path,
        };
        let mut file = File::open(path).map_err(|e| failed(path, e))?;
        let (mut buffer, mut length) = (vec![0; BUFFER], 0);
        loop {
            match file.read(&mut buffer).and_then(|n| each(&buffer[..n]).map(|()| n)).map_err(|e| failed(path, e))? {
                0 => return Ok(length),
                n => length += n as u64,
            }
        }
    }
}

fn failed(path: &Path, reason: io::Error) -> JobError {
    JobError::Pack { path: path.to_owned(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(dir: &Path, program: &[u8], text: &'static str) -> Package {
        let path = dir.join("syn-fetch");
        std::fs::write(&path, program).unwrap();
        let files =
            vec![("syn-fetch".to_owned(), Content::Program(path)), ("export.py".to_owned(), Content::Text(text))];
        Package::new(files).unwrap()
    }

    #[test]
    fn the_same_files_are_the_same_package() {
        let dir = tempfile::tempdir().unwrap();
        let a = package(dir.path(), b"one", "print()");
        let bytes = std::fs::read(a.pack().unwrap().path()).unwrap();
        let b = package(dir.path(), b"one", "print()");
        assert_eq!((b.name(), std::fs::read(b.pack().unwrap().path()).unwrap()), (a.name(), bytes));
        for other in [package(dir.path(), b"two", "print()"), package(dir.path(), b"one", "print(1)")] {
            assert_ne!(other.name(), a.name());
        }
        let name = a.name();
        let hash = name.strip_prefix("_ray_pkg_").and_then(|rest| rest.strip_suffix(".zip")).unwrap();
        assert!(hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");
    }

    #[test]
    fn programs_can_be_run_where_they_are_unpacked() {
        let dir = tempfile::tempdir().unwrap();
        let file = package(dir.path(), b"one", "print()").pack().unwrap();
        let mut zip = zip::ZipArchive::new(File::open(file.path()).unwrap()).unwrap();
        for (name, mode) in [("syn-fetch", 0o755), ("export.py", 0o644)] {
            assert_eq!(zip.by_name(name).unwrap().unix_mode().map(|m| m & 0o777), Some(mode), "{name}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let files = vec![("syn-fetch".to_owned(), Content::Program("/no/such/syn-fetch".into()))];
        assert!(Package::new(files).unwrap_err().to_string().contains("/no/such/syn-fetch"));
    }
}
