//! Command lines: the options of each binary, the options all share, and the way a run ends.

pub mod common;
pub mod connect;
pub mod convert;
pub mod fetch;
pub mod filter;
mod progress;
pub mod sink;
mod size;
pub mod usage;

pub use common::{Common, Console, main};
