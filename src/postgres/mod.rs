//! A connection to the database behind an installation, for its operators (backend.md §9, docs/postgres.md).
//!
//! * [`dsn`]: where it is; [`password`]: where the password comes from; [`tls`]: whom to trust
//! * [`session`] is a connection, [`error`] what can go wrong, in words that hold no password

pub mod dsn;
pub mod error;
pub mod password;
pub mod session;
pub mod tls;

pub use dsn::Dsn;
pub use error::DatabaseError;
pub use session::Session;
