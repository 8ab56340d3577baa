//! Where the content of one file is: what a line says, what the parts of a file add up to, and what a worker writes from.

use crate::sink::dataset::digest::Digest;
use crate::sink::originals::Source;
use crate::sink::originals::reason::Reason;
use std::path::PathBuf;
use url::Url;

/// Where the content of a file is.
#[derive(Debug)]
pub enum Content {
    /// In memory: the text of a line, or of several.
    Bytes(Vec<u8>),
    /// In this scratch file, gathered from several lines; size and hash were measured on the way.
    Scratch(PathBuf, Digest),
    /// In this local file, which a line names.
    File(PathBuf),
    /// At a URL, to be downloaded.
    Original(Source),
    /// At a URL that is never requested, for this reason.
    Unfetchable(Url, Reason),
}

impl Content {
    /// The URL of an original.
    pub fn url(&self) -> Option<&Url> {
        match self {
            Self::Original(source) => Some(&source.url),
            Self::Unfetchable(url, _) => Some(url),
            Self::Bytes(_) | Self::Scratch(..) | Self::File(_) => None,
        }
    }
}
