//! `syn-sink` as a user meets it: the binary, its input, its destination, its exit code, what it says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "sink/again.rs"]
mod again;
#[path = "sink/archive.rs"]
mod archive;
#[path = "sink/cli.rs"]
mod cli;
#[path = "sink/faults.rs"]
mod faults;
#[path = "sink/hostile.rs"]
mod hostile;
#[path = "sink/local.rs"]
mod local;
#[path = "sink/originals.rs"]
mod originals;
#[path = "sink/packed.rs"]
mod packed;
#[path = "sink/server.rs"]
mod server;
#[path = "sink/shards.rs"]
mod shards;
#[path = "sink/util.rs"]
mod util;
