//! `syn-sink` as a user meets it: the binary, its input, its destination, its exit code, what it says.

// A test that cannot go on fails by a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod address;
mod again;
mod archive;
mod cli;
#[path = "../common/mod.rs"]
mod common;
mod faults;
mod foreign;
mod hostile;
mod lines;
mod local;
mod not_the_file;
mod originals;
mod packed;
mod parts;
mod server;
mod shards;
mod util;
