//! Why an original could not be downloaded.

use crate::net::addresses::UrlError;

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
    /// What the server or the network said.
    #[error("{0}")]
    Other(String),
}
