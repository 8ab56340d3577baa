//! The last stage: file lines ([`crate::files`]) → a dataset at a destination, all of it or nothing.
//!
//! ```text
//! reader thread ─batches─► run: frames, names, parts ─jobs─► workers: write, download, verify ─► Destination
//!                            ▲ ledger (input order) ◄──done──┘                                    └ publish at the end frame
//! ```
//! * [`input`]: one line, understood; [`names`]: no path twice; [`parts`]: files that come in parts
//! * [`destination`]: what every destination can do; [`registry`]: which there are; [`local`] (with [`staging`], [`earlier`]): a folder
//! * [`archive`]: one archive ([`pack`]: [`tar`], [`zip`]), filled in input order ([`in_order`], [`held`]), also to a pipe ([`piped`]); [`shards`]: many tars in a folder
//! * [`memory`]: for tests and for those who use this library
//! * [`store`]: object stores and file servers; [`storage`]: those that the platform has configured
//! * [`published`] ([`packed`]: in an archive), [`check`], [`unchanged`]: a dataset that is there, verified, or found to be the same
//! * [`originals`] (with [`verify`], [`etag`], [`renew`], [`origin`], [`crate::net`]): downloads
//! * [`mod@dry_run`]: what a run would do
//! * [`pool`], [`ledger`], [`summary`], [`manifest`], [`mod@run`]: who does it, what was done, what is told about it

pub mod archive;
pub mod check;
pub mod destination;
pub mod dry_run;
pub mod earlier;
pub mod error;
pub mod etag;
pub mod held;
pub mod in_order;
pub mod input;
pub mod ledger;
pub mod local;
pub mod manifest;
pub mod memory;
pub mod names;
pub mod origin;
pub mod originals;
pub mod pack;
pub mod packed;
pub mod parts;
pub mod patience;
pub mod piped;
pub mod pool;
pub mod published;
pub mod registry;
pub mod renew;
pub mod run;
pub mod shards;
pub mod staging;
pub mod storage;
pub mod store;
pub mod summary;
pub mod tar;
pub mod unchanged;
pub mod verify;
pub mod zip;

pub use destination::{Destination, Output};
pub use error::SinkError;
pub use local::Local;
pub use run::{Options, Report, run};
