//! `syn-convert --check` as a user meets it.

// A test that cannot go on fails by a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;
mod documentation;
mod gallery;
mod kinds;
mod layouts;
mod problems;
mod reports;
mod sets;
mod unread;
