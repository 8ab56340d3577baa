//! Command lines: the options of each binary, the options all share, and the way a run ends.

mod check;
pub mod common;
#[cfg(feature = "net")]
pub mod connect;
pub mod convert;
#[cfg(feature = "net")]
pub mod fetch;
pub mod filter;
#[cfg(feature = "net")]
mod progress;
#[cfg(feature = "net")]
pub mod sink;
#[cfg(feature = "net")]
mod size;
pub mod usage;

pub use common::{Common, Console, main, main_typed};
