//! Requests to where rows point: originals and images. Their URLs come from a server's rows, so they are hostile, and they are asked
//! for without any credentials (docs/security.md).
//!
//! * [`addresses`]: which network addresses may be reached
//! * [`http`]: clients that reach no others

pub mod addresses;
pub mod http;
