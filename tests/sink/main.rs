//! `syn-sink` as a user meets it: the binary, its input, its destination, its exit code, what it says.

mod again;
mod archive;
mod cli;
mod faults;
mod hostile;
mod local;
mod originals;
mod packed;
mod server;
mod shards;
mod util;
