//! A file of lines on this machine: it grows in a hidden folder beside its place, as an archive does, and takes its name by one rename.

use super::{LinesPlace, is_lines, measure, of};
use crate::sink::dataset::foreign::Foreign;
use crate::sink::destination::Existing;
use crate::sink::error::{SinkError, Unsupported};
use crate::sink::local::staging::{self, Staging};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// A file of lines under way.
pub struct LocalLines {
    dest: PathBuf,
    existing: Existing,
    staging: Staging,
    growing: PathBuf,
    /// The name that it got, which may have a number.
    got: OnceLock<PathBuf>,
}

impl LocalLines {
    /// Makes the hidden folder, after a look at what is there.
    ///
    /// # Errors
    /// [`SinkError::Foreign`], [`SinkError::Unsupported`], [`SinkError::Write`].
    pub fn new(dest: &Path, existing: Existing) -> Result<Self, SinkError> {
        check(dest, existing)?;
        let staging = Staging::new(dest, false, false)?;
        let growing = staging.path().join("lines");
        Ok(Self { dest: dest.to_owned(), existing, staging, growing, got: OnceLock::new() })
    }

    fn fail(&self, e: io::Error) -> SinkError {
        SinkError::write(self.dest.display().to_string(), e)
    }

    /// Whether the file that is there has the same bytes.
    fn is_there(&self, file: &mut File) -> Result<bool, SinkError> {
        let shown = self.dest.display().to_string();
        let read = |source| SinkError::Read { path: shown.clone(), source };
        let mut there = match File::open(&self.dest) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(false),
            there => there.map_err(read)?,
        };
        let same_size = there.metadata().map_err(read)?.len() == file.metadata().map_err(|e| self.fail(e))?.len();
        Ok(same_size && measure(&mut there, &shown)? == measure(file, &shown)?)
    }

    fn take_name(&self) -> Result<bool, SinkError> {
        let numbered = self.existing == Existing::Numbered;
        let name = self.dest.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let ending = of(&name).map_or("", |(_, ending, _)| ending);
        match staging::rename_to_free(&self.growing, &self.dest, numbered, ending) {
            Ok(got) => {
                self.got.get_or_init(|| got);
                Ok(true)
            }
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(e) => Err(self.fail(e)),
        }
    }
}

impl LinesPlace for LocalLines {
    fn begin(&self) -> Result<File, SinkError> {
        File::options().read(true).write(true).create_new(true).open(&self.growing).map_err(|e| self.fail(e))
    }

    fn publish(&self, file: &mut File) -> Result<bool, SinkError> {
        file.sync_all().map_err(|e| self.fail(e))?;
        let same = if self.take_name()? {
            false
        } else if self.is_there(file)? {
            true
        } else if self.existing == Existing::Replaced {
            check(&self.dest, self.existing)?;
            fs::rename(&self.growing, &self.dest).map_err(|e| self.fail(e))?;
            false
        } else {
            return Err(SinkError::Exists { dest: self.name() });
        };
        File::open(staging::parent_of(&self.dest)).and_then(|f| f.sync_all()).map_err(|e| self.fail(e))?;
        self.staging.remove();
        Ok(same)
    }

    fn discard(&self) {
        self.staging.remove();
    }

    fn replaces(&self, file: &Path) -> bool {
        let real = |path: &Path| path.canonicalize().ok();
        self.existing == Existing::Replaced && real(file).is_some() && real(file) == real(&self.dest)
    }

    fn name(&self) -> String {
        self.got.get().unwrap_or(&self.dest).display().to_string()
    }
}

/// Checks that a file of lines may be written under this name, as far as that can be known before its content is.
///
/// # Errors
/// [`SinkError::Foreign`], [`SinkError::Unsupported`].
pub fn check(dest: &Path, existing: Existing) -> Result<(), SinkError> {
    let Ok(meta) = dest.symlink_metadata() else { return Ok(()) };
    let shown = dest.display().to_string();
    match existing {
        Existing::Numbered => Ok(()),
        Existing::Replaced if !meta.is_file() => Err(SinkError::unsupported(shown, Unsupported::ReplaceNonFile)),
        _ if !meta.is_file() => Err(SinkError::Foreign { dest: shown, foreign: Foreign::NotFile }),
        _ => match File::open(dest) {
            Ok(file) => match is_lines(Box::new(file)) {
                true => Ok(()),
                false => Err(SinkError::Foreign { dest: shown, foreign: Foreign::NotLines }),
            },
            Err(source) => Err(SinkError::Read { path: shown, source }),
        },
    }
}
