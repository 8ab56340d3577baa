//! The stores and file servers, one file each: how an address of that scheme becomes a client.
//!
//! A new one is its file with a [`Scheme`], and its name in this file.

pub mod azblob;
pub mod ftp;
pub mod gcs;
pub mod s3;
pub mod sftp;
pub mod webdav;

use super::location::Location;
use crate::sink::error::SinkError;

/// What a store or server says of itself.
pub struct Scheme {
    /// How a DEST of this scheme is written, for help and errors: `NAME://…`.
    pub form: &'static str,
    /// The location that a DEST names, with credentials from the environment.
    ///
    /// Returns [`SinkError::Usage`] when DEST or the environment lack something.
    pub location: fn(&str) -> Result<Location, SinkError>,
}

impl Scheme {
    /// What stands before `://`.
    pub fn name(&self) -> &'static str {
        self.form.split("://").next().unwrap_or_default()
    }
}

/// All stores and servers, in the order of help.
pub const SCHEMES: &[Scheme] =
    &[s3::SCHEME, gcs::SCHEME, azblob::SCHEME, sftp::SCHEME, ftp::FTP, ftp::FTPS, webdav::WEBDAV, webdav::WEBDAVS];
