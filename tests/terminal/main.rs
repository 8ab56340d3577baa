//! Questions and progress on a terminal, as a person sees them: the binaries in a pane of tmux, with keys sent and the screen read.

// A test that cannot go on fails by a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;
mod lacking;
mod login;
mod nobody;
mod pipe;
mod progress;
mod screen;
mod slips;
mod stops;
