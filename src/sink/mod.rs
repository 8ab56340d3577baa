//! The last stage: file lines ([`crate::file_line`]) → a dataset at a destination, all of it or nothing.
//!
//! ```text
//! reader thread ─batches─► run: frames, names, parts ─jobs─► workers: write, download, verify ─► Destination
//!                            ▲ outcomes in input order ◄─────done──┘                               └ publish at the end frame
//! ```
//! * [`mod@run`]: frames, names and parts in input order, the workers, what is counted and reported
//! * [`destination`]: what every destination can do; [`registry`]: the list of them; [`address`]: how a DEST is written
//! * [`local`]: a folder; [`archive`]: one archive or shards, also to a pipe; `store`: object stores and file servers, with the
//!   feature `stores`; [`memory`]: for tests and for programs that use this library
//! * [`divided`]: one dataset from several runs, each of which brings a part
//! * [`lines`]: the lines themselves as one file
//! * [`dataset`]: the manifest; a published dataset, to be verified or found to be the same
//! * [`originals`]: downloads, what their content must be, new URLs for expired ones

pub(crate) mod address;
pub(crate) mod archive;
pub(crate) mod dataset;
pub(crate) mod destination;
pub(crate) mod divided;
pub(crate) mod error;
pub(crate) mod lines;
pub(crate) mod local;
pub(crate) mod memory;
pub(crate) mod originals;
pub(crate) mod registry;
pub(crate) mod run;
#[cfg(feature = "stores")]
pub(crate) mod store;

pub use crate::net::retry::RetryPolicy;
pub use archive::Archive;
pub use dataset::check::{Verdict, check};
pub use dataset::foreign::Foreign;
pub use dataset::published::{Folder, Published, Visit, is_there};
pub use dataset::unchanged::Unchanged;
pub use destination::{Destination, Existing, LocalFiles, OpenOptions, Output};
pub use error::SinkError;
pub use local::Local;
pub use memory::{Files, MemoryDataset, MemoryDestination, MemoryStore};
pub use originals::DownloadOptions;
pub use registry::{open, published};
pub use run::totals::Totals;
pub use run::{Notice, Options, Report, run};
