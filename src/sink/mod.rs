//! The last stage: file lines ([`crate::files`]) → a dataset at a destination, all of it or nothing.
//!
//! ```text
//! reader thread ─batches─► run: frames, names, parts ─jobs─► workers: write, download, verify ─► Destination
//!                            ▲ ledger (input order) ◄──done──┘                                    └ publish at the end frame
//! ```
//! * [`input`]: one line, understood; [`names`]: no path twice; [`parts`]: files that come in parts
//! * [`destination`]: what every destination can do; [`registry`]: which there are; [`local`] (with [`staging`]): a folder
//! * [`originals`] (with [`verify`], [`crate::net`]): downloads
//! * [`pool`], [`ledger`], [`summary`], [`manifest`], [`mod@run`]: who does it, what was done, what is told about it

pub mod destination;
pub mod error;
pub mod input;
pub mod ledger;
pub mod local;
pub mod manifest;
pub mod names;
pub mod originals;
pub mod parts;
pub mod pool;
pub mod registry;
pub mod run;
pub mod staging;
pub mod summary;
pub mod verify;

pub use destination::{Destination, Output};
pub use error::SinkError;
pub use local::Local;
pub use run::{Options, Report, run};
