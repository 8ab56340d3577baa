//! One file for each kind of store or file server: how an address of that scheme becomes a client.

pub mod azblob;
pub mod ftp;
pub mod gcs;
pub mod s3;
pub mod sftp;
pub mod webdav;
