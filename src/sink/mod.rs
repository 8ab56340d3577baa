//! The last stage: file lines ([`crate::file_line`]) → a dataset at a destination, all of it or nothing.
//!
//! ```text
//! reader thread ─batches─► run: frames, names, parts ─jobs─► workers: write, download, verify ─► Destination
//!                            ▲ outcomes in input order ◄─────done──┘                               └ publish at the end frame
//! ```
//! * [`mod@run`]: frames, names and parts in input order, the workers, what is counted and reported
//! * [`destination`]: what every destination can do; [`registry`]: the list of them
//! * [`local`]: a folder; [`archive`]: one archive or shards, also to a pipe; `store`: object stores and file servers, with the
//!   feature `stores`; [`memory`]: for tests and for programs that use this library
//! * [`dataset`]: the manifest; a published dataset, to be verified or found to be the same
//! * [`originals`]: downloads, what their content must be, new URLs for expired ones

pub mod archive;
pub mod dataset;
pub mod destination;
pub mod error;
pub mod local;
pub mod memory;
pub mod originals;
pub mod registry;
pub mod run;
#[cfg(feature = "stores")]
pub mod store;

pub use destination::{Destination, Output};
pub use error::SinkError;
pub use local::Local;
pub use run::{Options, Report, run};
