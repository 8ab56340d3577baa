//! Single files in stores and on servers, as inputs: found by their address or a pattern, and read through the client of the sink.

use crate::exit::{Classified, Exit, Failure};
use crate::net::retry::RetryPolicy;
use crate::sink::SinkError;
use crate::sink::dataset::published::Published;
use crate::sink::registry;
use crate::sink::store::list::{StoredDataset, StoredFile};
use crate::stream::StreamError;
use crate::stream::elsewhere::Unreadable;
use crate::stream::readable::Readable;
use crate::words::{Message, Worded};
use std::io::{self, Read};
use std::sync::Arc;

/// A file in a store.
pub struct Object {
    store: Arc<StoredDataset>,
    /// Its path below the place of the store.
    path: String,
    /// Its address.
    name: String,
}

impl Object {
    /// The file at an address. Whether it is there shows when it is opened.
    ///
    /// # Errors
    /// A usage failure for an address that no store takes.
    pub fn at(address: &str, retry: &RetryPolicy) -> Result<Self, Failure> {
        let store = Arc::new(registry::stored(address, retry).map_err(failure)?);
        Ok(Self { store, path: String::new(), name: address.to_owned() })
    }

    /// The files below an address whose path there is wanted, by name; and how many are not.
    ///
    /// # Errors
    /// A usage failure for an address that no store takes; those of the store.
    pub fn below(
        address: &str,
        retry: &RetryPolicy,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Result<(Vec<Self>, u64), Failure> {
        let store = Arc::new(registry::stored(address, retry).map_err(failure)?);
        let (mut paths, mut others) = (Vec::new(), 0);
        store
            .list(&mut |path, _| {
                match is_wanted(path) {
                    true => paths.push(path.to_owned()),
                    false => others += 1,
                }
                Ok(())
            })
            .map_err(failure)?;
        paths.sort_unstable();
        let name = |path: &str| format!("{}/{path}", address.trim_end_matches('/'));
        let object = |path: String| Self { store: store.clone(), name: name(&path), path };
        Ok((paths.into_iter().map(object).collect(), others))
    }
}

impl Readable for Object {
    fn name(&self) -> &str {
        &self.name
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, StreamError> {
        match self.store.open(&self.path).map_err(unreadable)? {
            Some(file) => Ok(Box::new(Blocks { file, block: Vec::new(), used: 0 })),
            None => {
                let source = io::Error::new(io::ErrorKind::NotFound, "nothing is there under this name");
                Err(StreamError::Read { name: self.name.clone(), source })
            }
        }
    }

    fn is_far(&self) -> bool {
        true
    }
}

/// What a store says, as an input tells it.
fn unreadable(e: SinkError) -> Unreadable {
    Unreadable { message: Message::told(e.to_string(), e.words()), exit: exit(&e), advice: e.advice() }
}

/// A store that does not give what is to be read has refused it: no output has failed.
fn exit(e: &SinkError) -> Exit {
    match e.exit() {
        Exit::Output => Exit::Refused,
        exit => exit,
    }
}

fn failure(e: SinkError) -> Failure {
    let exit = exit(&e);
    Failure { exit, ..Failure::from(e) }
}

/// A file of a store as it is read.
struct Blocks {
    file: StoredFile,
    block: Vec<u8>,
    used: usize,
}

impl Read for Blocks {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.used == self.block.len() {
            match self.file.block().map_err(unreadable)? {
                Some(block) => (self.block, self.used) = (block, 0),
                None => return Ok(0),
            }
        }
        let n = (self.block.len() - self.used).min(out.len());
        out[..n].copy_from_slice(&self.block[self.used..self.used + n]);
        self.used += n;
        Ok(n)
    }
}
