//! Command lines: the options of each binary, the options all share, and the way a run ends.

mod ask;
pub mod common;
pub mod connect;
pub mod fetch;
mod progress;

pub use common::{Common, Console, main};
