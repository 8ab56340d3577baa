//! Requests to where rows point: originals and images. Their URLs come from a server's rows, so they are hostile, and they are
//! requested without any credentials (docs/security.md).
//!
//! * [`addresses`]: which network addresses may be reached
//! * [`proxy`] and [`tls`]: through which proxies, and whom to trust, for all connections of a process
//! * [`http`]: clients that keep to all of these
//! * [`fault`]: failures of proxies and certificates, told apart from those of servers
//! * `probe`: what a connection to a host meets, for `syn-fetch doctor`
//! * [`mod@quote`]: what a server says, made fit for a message
//! * [`retry`]: how long a failing server is tried again, and when the user hears of it

pub mod addresses;
pub mod fault;
pub mod http;
pub mod probe;
pub mod proxy;
pub mod quote;
pub mod retry;
pub mod tls;

pub use quote::quote;
