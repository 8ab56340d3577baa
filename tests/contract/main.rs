//! What every binary promises: streams, exit codes, signals.

#[path = "../common/mod.rs"]
mod common;
mod promises;
