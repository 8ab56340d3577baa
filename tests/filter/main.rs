//! `syn-filter` as a user meets it.

// A test that cannot go on fails by a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;
mod count_by;
mod describe;
mod edits;
mod edits_classes;
#[cfg(feature = "jq")]
mod jq;
mod names;
mod newest;
mod pick;
mod selection;
