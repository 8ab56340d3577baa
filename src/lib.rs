//! Export annotations from the Synapse labelling platform as training sets.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod api;
pub mod cli;
pub mod convert;
pub mod dm;
pub mod exit;
pub mod fetch;
pub mod files;
pub mod filter;
pub mod item;
pub mod path;
pub mod sink;
pub mod stream;
