//! Records in a temporary file, in chains: each has the place of the one before it.

use crate::stream::StreamError;
use crate::tr;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::os::unix::fs::FileExt;

/// What stands before a record: the place of the one before it, and its length.
const HEAD: usize = 12;
/// What is read of a record at first, bytes: most are shorter.
const FRONT: usize = 512;

/// The file.
pub struct Spool {
    file: BufWriter<File>,
    length: u64,
    record: Vec<u8>,
}

fn failed(source: std::io::Error) -> StreamError {
    StreamError::Write { name: tr!("temporary-file-alone"), source }
}

impl Spool {
    /// The place before the first record.
    pub const NONE: u64 = u64::MAX;

    /// An empty one, which goes with the process.
    ///
    /// # Errors
    /// [`StreamError::Write`] when there is no room.
    pub fn new() -> Result<Self, StreamError> {
        let file = tempfile::tempfile().map_err(failed)?;
        Ok(Self { file: BufWriter::with_capacity(1 << 18, file), length: 0, record: Vec::new() })
    }

    /// Appends a record behind another one of its chain, or [`Spool::NONE`]; gives its place.
    ///
    /// # Errors
    /// [`StreamError::Write`].
    pub fn push(&mut self, before: u64, record: &impl Serialize) -> Result<u64, StreamError> {
        self.record.clear();
        serde_json::to_writer(&mut self.record, record).map_err(|_| StreamError::Internal("a record of the check"))?;
        let length = u32::try_from(self.record.len()).map_err(|_| StreamError::Internal("a record of the check"))?;
        let mut write = |bytes: &[u8]| self.file.write_all(bytes).map_err(failed);
        write(&before.to_le_bytes())?;
        write(&length.to_le_bytes())?;
        write(&self.record)?;
        let at = self.length;
        self.length += (HEAD + self.record.len()) as u64;
        Ok(at)
    }

    /// Writes what is in memory: from here on the file is read.
    ///
    /// # Errors
    /// [`StreamError::Write`].
    pub fn turn(&mut self) -> Result<(), StreamError> {
        self.file.flush().map_err(failed)
    }

    /// The records of the chain that ends at a place, from the first.
    ///
    /// # Errors
    /// [`StreamError::Read`].
    pub fn chain<T: DeserializeOwned>(&self, last: u64) -> Result<Vec<T>, StreamError> {
        let wrong = |source| StreamError::Read { name: tr!("temporary-file-alone").to_string(), source };
        let (mut at, mut records, mut bytes) = (last, Vec::new(), Vec::new());
        while at != Self::NONE {
            let front = FRONT.min((self.length - at) as usize);
            bytes.resize(front, 0);
            self.file.get_ref().read_exact_at(&mut bytes, at).map_err(wrong)?;
            let Some((head, _)) = bytes.split_first_chunk::<HEAD>() else { break };
            let [a, b, c, d, e, f, g, h, rest @ ..] = *head;
            let length = HEAD + u32::from_le_bytes(rest) as usize;
            if length > front {
                bytes.resize(length, 0);
                self.file.get_ref().read_exact_at(&mut bytes, at).map_err(wrong)?;
            }
            let record = serde_json::from_slice(&bytes[HEAD..length]);
            records.push(record.map_err(|_| StreamError::Internal("a record of the check"))?);
            at = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
        }
        records.reverse();
        Ok(records)
    }
}
