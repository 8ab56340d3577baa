//! One file on its way into a store: bounded parts, an explicit abort, a look at what arrived.

use super::client::Io;
use super::error::failed;
use crate::sink::destination::Output;
use crate::sink::error::SinkError;
use crate::tr;
use opendal::Writer;
use std::fs::File;
use std::io::Write;
use std::sync::Arc;

/// Size of one part, bytes: the least that S3 takes; with 10,000 parts a file may have 48 GiB.
pub const PART: usize = 5 * 1024 * 1024;

/// The largest file that waits in memory for a server that takes it as one request, bytes; a larger one waits on disk.
const SMALL: usize = 4 * 1024 * 1024;
/// The largest where there is no other way.
const ONE_REQUEST: usize = 64 * 1024 * 1024;
/// The type of every object: what a browser would make of it is not for us to say.
pub const CONTENT_TYPE: &str = "application/octet-stream";

/// A file under way.
pub struct StoreFile {
    io: Arc<Io>,
    key: String,
    /// The path as the user knows it.
    shown: String,
    /// The [mark](super::mark) that it gets.
    mark: Option<(String, String)>,
    writer: Option<Writer>,
    /// What has come so far, where a file is one request.
    gathered: Vec<u8>,
    /// The same when it is large: a file without a name.
    spool: Option<File>,
    bytes: u64,
    /// It is created only if nothing is at its key.
    only_new: bool,
    done: bool,
}

impl StoreFile {
    /// `mark`: [`mark::of`](super::mark::of). Nothing is asked of the store before the first byte, or the end.
    pub fn new(io: Arc<Io>, key: String, shown: String, mark: Option<(String, String)>) -> Self {
        let (writer, gathered, spool) = (None, Vec::new(), None);
        Self { io, key, shown, mark, writer, gathered, spool, bytes: 0, only_new: false, done: false }
    }

    /// The same file, which is created only if nothing is at its key yet: then [`close`](Self::close) gives the store's answer.
    #[must_use]
    pub fn only_new(mut self) -> Self {
        self.only_new = true;
        self
    }

    /// Complete, if nothing is at this key yet.
    ///
    /// # Errors
    /// [`SinkError::Exists`] without a path when something is.
    pub fn open(&mut self, only_new: bool) -> Result<&mut Writer, SinkError> {
        if self.writer.is_none() {
            let can = self.io.op().info().capability();
            let parts = can.write_can_multi && can.write_multi_min_size.is_some();
            let mut make = self.io.op().writer_with(&self.key);
            if parts {
                make = make.chunk(PART);
            }
            if can.write_with_content_type {
                make = make.content_type(CONTENT_TYPE);
            }
            if let Some(mark) = self.mark.clone() {
                make = make.user_metadata([mark]);
            }
            if (only_new || self.only_new) && can.write_with_if_not_exists {
                make = make.if_not_exists(true);
            }
            let writer = self.io.wait(make)?.map_err(|e| failed(&self.shown, &e))?;
            self.writer = Some(writer);
        }
        self.writer.as_mut().ok_or(SinkError::Internal("a writer is gone"))
    }

    fn send(&mut self, bytes: Vec<u8>) -> Result<(), SinkError> {
        let (io, shown) = (self.io.clone(), self.shown.clone());
        let writer = self.open(false)?;
        io.wait(writer.write(bytes))?.map_err(|e| failed(&shown, &e))
    }

    /// Adds to what waits on disk.
    fn spool(&mut self, bytes: &[u8]) -> Result<(), SinkError> {
        let fail = |e| SinkError::write(format!("{} ({})", self.shown, std::env::temp_dir().display()), e);
        let file = match &mut self.spool {
            Some(file) => file,
            None => self.spool.insert(tempfile::tempfile().map_err(fail)?),
        };
        file.write_all(&std::mem::take(&mut self.gathered)).and_then(|()| file.write_all(bytes)).map_err(fail)
    }

    /// Ends what is under way; nothing of it may stay.
    fn abort(&mut self) {
        let Some(mut writer) = self.writer.take() else { return };
        let aborted = self.io.clean(writer.abort());
        if !matches!(aborted, Some(Ok(()))) {
            // A server that cannot abort has a piece of the file.
            drop(writer);
            self.io.clean(self.io.once().delete(&self.key));
        }
    }

    /// Writes the last bytes; returns the store's own error, for who can make sense of it.
    ///
    /// # Errors
    /// [`SinkError`] outside, the store's error inside.
    pub fn close(&mut self) -> Result<Result<(), opendal::Error>, SinkError> {
        if let Some(spool) = self.spool.take() {
            let put = self.io.put(&self.key, &spool, self.bytes)?;
            self.done = put.is_ok();
            return Ok(put);
        }
        let gathered = std::mem::take(&mut self.gathered);
        if !gathered.is_empty() {
            self.send(gathered)?;
        }
        self.open(false)?;
        let Some(writer) = self.writer.as_mut() else { return Err(SinkError::Internal("a writer is gone")) };
        let closed = self.io.wait(writer.close())?;
        if closed.is_ok() {
            self.done = true;
        }
        Ok(closed.map(drop))
    }

    /// Whether all of it arrived.
    fn check(&self) -> Result<(), SinkError> {
        if self.io.op().info().capability().write_multi_min_size.is_some() {
            // An object appears whole or not at all.
            return Ok(());
        }
        let there = self.io.wait(self.io.op().stat(&self.key))?.map_err(|e| failed(&self.shown, &e))?.content_length();
        if there == self.bytes {
            return Ok(());
        }
        self.io.clean(self.io.once().delete(&self.key));
        let reason = tr!("store-part", there, bytes = self.bytes);
        Err(SinkError::store(self.shown.clone(), reason))
    }
}

impl Output for StoreFile {
    fn write(&mut self, bytes: &[u8]) -> Result<(), SinkError> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.bytes += bytes.len() as u64;
        if self.io.op().info().capability().write_can_multi {
            return self.send(bytes.to_vec());
        }
        if self.spool.is_some() || self.io.can_put() && self.gathered.len() + bytes.len() > SMALL {
            return self.spool(bytes);
        }
        if self.gathered.len() + bytes.len() > ONE_REQUEST {
            let reason = tr!("store-one-request");
            return Err(SinkError::store(self.shown.clone(), reason));
        }
        self.gathered.extend_from_slice(bytes);
        Ok(())
    }

    fn restart(&mut self) -> Result<(), SinkError> {
        self.abort();
        self.gathered.clear();
        self.spool = None;
        self.bytes = 0;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), SinkError> {
        self.close()?.map_err(|e| failed(&self.shown, &e))?;
        self.check()
    }
}

impl Drop for StoreFile {
    fn drop(&mut self) {
        if !self.done {
            self.abort();
        }
    }
}
