//! The client of the Synapse backend: who we are, what we ask, how we ask again, what comes back.
//!
//! * [`credentials`]: host and tokens from options, environment and [`config`], `~/.synapse/config.json` with its profiles
//! * [`target`], [`filters`], [`filter_keys`], [`value`]: which list, and which of its rows, checked before the first request
//! * [`query`]: the parameters of a request
//! * [`client`], [`retry`], [`body`]: one request, tried until it is answered properly
//! * [`limit`], [`hold`]: not too much at once, for the server and for our memory
//! * [`page`], [`row`]: the answer of a list and its rows, kept as the bytes the server wrote
//! * [`payload`]: annotation payloads that live in an object store
//! * [`catalog`]: projects, their classes, ground-truth datasets and versions; [`lists`]: all that can be listed

pub mod body;
pub mod catalog;
pub mod client;
pub mod config;
pub mod credentials;
pub mod error;
pub mod filter_keys;
pub mod filters;
pub mod hold;
pub mod limit;
pub mod lists;
pub mod page;
pub mod payload;
pub mod query;
mod redirects;
pub mod retry;
pub mod row;
pub mod target;
pub mod value;

pub(crate) use catalog::segment;
pub use client::Client;
pub use error::ApiError;
pub use query::Query;
pub use row::{Id, Row};
pub use target::Target;
