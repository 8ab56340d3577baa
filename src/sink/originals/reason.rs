//! Why an original could not be downloaded.

use super::sniff::{Found, Kind};
use crate::net::addresses::UrlError;
use crate::net::fault::Fault;
use crate::words::Message;

/// Why an original could not be downloaded; the URL is not part of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// It is larger than the largest original that the user allows.
    #[error("it is larger than the limit of {limit} bytes")]
    TooLarge {
        /// The limit, bytes.
        limit: u64,
    },
    /// Its URL is refused, before or while connecting.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// The proxy, or the server's certificate.
    #[error("{0}")]
    Network(Fault),
    /// A success that is not the file.
    #[error("the server sent {found} instead of {kind}")]
    NotTheFile {
        /// What the path promises.
        kind: Kind,
        /// What came.
        found: Found,
    },
    /// The image breaks off, and no length says that this is all of it.
    #[error("the image breaks off before its end, and the server announced no length")]
    Cut,
    /// What the server or the network said.
    #[error("{0}")]
    Other(Message),
}
