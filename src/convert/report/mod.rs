//! What is counted, and the files of `metadata/` that say it.

pub mod files;
pub mod tally;
