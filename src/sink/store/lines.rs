//! A file of lines in a store or on a server. It waits on this machine until the stream has ended well.
//!
//! An object appears whole, and is created only if there is none, unless it is to replace one. On a server of files it goes to a name of its
//! own, `.NAME.partial-RANDOM`, and is renamed. Of two attempts at the same lines, the second finds what the first has made.

use super::client::Io;
use super::error::{self, failed};
use super::list::{self, StoredFile};
use super::location::{Class, Location};
use super::upload::StoreFile;
use super::work;
use crate::net::retry::RetryPolicy;
use crate::sink::dataset::digest::Meter;
use crate::sink::dataset::foreign::Foreign;
use crate::sink::destination::Output;
use crate::sink::error::SinkError;
use crate::sink::lines::{LinesPlace, is_lines, measure};
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read, Seek};
use std::sync::Arc;

/// Bytes handed over at once.
const BLOCK: usize = 256 * 1024;

/// A file of lines under way.
pub struct StoredLines {
    io: Arc<Io>,
    location: Location,
    overwrite: bool,
}

impl StoredLines {
    /// Looks at what is there. The location is the file itself.
    ///
    /// # Errors
    /// [`SinkError::Foreign`], [`SinkError::Store`].
    pub fn new(location: Location, overwrite: bool, retry: &RetryPolicy) -> Result<Self, SinkError> {
        let io = Arc::new(location.io(retry)?);
        let lines = Self { io, location, overwrite };
        lines.check()?;
        Ok(lines)
    }

    fn key(&self) -> &str {
        &self.location.prefix
    }

    /// What is at the key, if anything.
    fn there(&self) -> Result<Option<StoredFile>, SinkError> {
        StoredFile::open(self.io.clone(), self.key())
    }

    fn check(&self) -> Result<(), SinkError> {
        let dest = || self.location.name.clone();
        match self.there()? {
            Some(there) => match is_lines(Box::new(there)) {
                true => Ok(()),
                false => Err(SinkError::Foreign { dest: dest(), foreign: Foreign::NotLines }),
            },
            None if list::any(&self.io, &self.location.folder())? => {
                Err(SinkError::Foreign { dest: dest(), foreign: Foreign::NotFile })
            }
            None => Ok(()),
        }
    }

    /// Whether the same bytes are there; an error when others are, and they are not to be replaced.
    fn is_there(&self, file: &mut File) -> Result<bool, SinkError> {
        let Some(mut there) = self.there()? else { return Ok(false) };
        let size = file.metadata().map_err(|e| SinkError::write(self.name(), e))?.len();
        let same = there.size() == size && {
            let found = Meter::read(&mut there).map_err(|e| SinkError::store(self.name(), e.to_string()))?;
            found == measure(file, &self.location.name)?
        };
        match (same, self.overwrite) {
            (false, false) => Err(SinkError::Exists { dest: self.name() }),
            (same, _) => Ok(same),
        }
    }

    /// Sends the file to a key. `only_new`: the store's own answer, when something is there.
    fn send(&self, file: &mut File, key: &str, only_new: bool) -> Result<opendal::Result<()>, SinkError> {
        let fail = |e: io::Error| SinkError::write(self.name(), e);
        let mut out = StoreFile::new(self.io.clone(), key.to_owned(), self.name(), None);
        if only_new {
            out.open(true)?;
        }
        file.rewind().map_err(fail)?;
        let mut block = vec![0; BLOCK];
        loop {
            match file.read(&mut block) {
                Ok(0) => break,
                Ok(n) => out.write(&block[..n])?,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(fail(e)),
            }
        }
        if self.location.class == Class::FileServer {
            return Box::new(out).finish().map(Ok);
        }
        out.close()
    }

    /// Creates the object, or replaces it.
    fn put_object(&self, file: &mut File) -> Result<bool, SinkError> {
        if self.overwrite {
            self.send(file, self.key(), false)?.map_err(|e| failed(&self.location.name, &e))?;
            return Ok(false);
        }
        match self.send(file, self.key(), true)? {
            Ok(()) => Ok(false),
            Err(e) if work::is_there(&e) => self.is_there(file),
            Err(e) if error::lacks_conditions(&e) => {
                self.send(file, self.key(), false)?.map_err(|e| failed(&self.location.name, &e))?;
                Ok(false)
            }
            Err(e) => Err(failed(&self.location.name, &e)),
        }
    }

    /// What attempts are called on a server of files before they are whole.
    fn partial(&self) -> String {
        let (folder, name) = self.key().rsplit_once('/').unwrap_or(("", self.key()));
        let slash = if folder.is_empty() { "" } else { "/" };
        format!("{folder}{slash}.{name}.partial-")
    }

    fn put_file(&self, file: &mut File) -> Result<(), SinkError> {
        let growing = format!("{}{:016x}", self.partial(), RandomState::new().hash_one(0));
        self.send(file, &growing, false)?.map_err(|e| failed(&self.location.name, &e))?;
        let renamed = self.io.wait(self.io.op().rename(&growing, self.key()))?;
        if renamed.is_err() && self.overwrite {
            // Some servers rename to free names only.
            self.io.wait(self.io.op().delete(self.key()))?.map_err(|e| failed(&self.location.name, &e))?;
            return self
                .io
                .wait(self.io.op().rename(&growing, self.key()))?
                .map_err(|e| failed(&self.location.name, &e));
        }
        renamed.map_err(|e| {
            self.io.clean(self.io.once().delete(&growing));
            failed(&self.location.name, &e)
        })
    }

    /// Removes what attempts that were killed have left, now that the file is there.
    fn tidy(&self, bytes: u64) {
        if self.location.class == Class::ObjectStore {
            if bytes > super::upload::PART as u64 {
                let _ = self.location.unfinished_uploads(self.key()).abort_of_file(&self.io);
            }
            return;
        }
        let partial = self.partial();
        let folder = partial.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        let top = if folder.is_empty() { "/" } else { &folder };
        let Some(Ok(entries)) = self.io.clean(self.io.once().list(top)) else { return };
        for entry in entries.iter().filter(|entry| entry.path().starts_with(&partial)) {
            self.io.clean(self.io.once().delete(entry.path()));
        }
    }
}

impl LinesPlace for StoredLines {
    fn begin(&self) -> Result<File, SinkError> {
        tempfile::tempfile().map_err(|e| SinkError::write(std::env::temp_dir().display().to_string(), e))
    }

    fn publish(&self, file: &mut File) -> Result<bool, SinkError> {
        let bytes = file.metadata().map_err(|e| SinkError::write(self.name(), e))?.len();
        self.check()?;
        let put = match self.is_there(file)? {
            true => Ok(true),
            false if self.location.class == Class::ObjectStore => self.put_object(file),
            false => self.put_file(file).map(|()| false),
        };
        // Another attempt may have been faster, and have removed what this one was writing.
        let unchanged = match put {
            Err(e) if !matches!(e, SinkError::Exists { .. } | SinkError::Stopped(_)) => match self.is_there(file) {
                Ok(true) => true,
                _ => return Err(e),
            },
            done => done?,
        };
        self.tidy(bytes);
        Ok(unchanged)
    }

    fn stop(&self) {
        self.io.stop();
    }

    fn name(&self) -> String {
        self.location.name.clone()
    }
}
