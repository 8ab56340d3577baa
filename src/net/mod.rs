//! Requests to where rows point: originals and images. Their URLs come from a server's rows, so they are hostile, and they are
//! requested without any credentials (docs/security.md).
//!
//! * [`addresses`]: which network addresses may be reached
//! * [`http`]: clients that reach no others
//! * [`mod@quote`]: what a server says, made fit for a message
//! * [`retry`]: how long a failing server is tried again, and when the user hears of it

pub mod addresses;
pub mod http;
pub mod quote;
pub mod retry;

pub use quote::quote;
