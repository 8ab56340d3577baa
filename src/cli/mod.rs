//! Command lines: the options of each binary, the options all share, and the way a run ends.

pub mod common;
pub mod filter;
pub mod usage;

pub use common::{Common, Console, main};
