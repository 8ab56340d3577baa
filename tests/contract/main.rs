//! What every binary promises: streams, exit codes, signals.

// A test that cannot go on fails by a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;
mod help;
mod inputs;
mod messages;
mod numbers;
mod output;
mod promises;
mod settings;
mod shells;
mod standard;
