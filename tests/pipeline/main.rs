//! The four stages in a real pipe, against the stand-in backend. `cargo build --bins --example stand-in` comes first when only
//! this binary is tested.

// A test that cannot go on fails by a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod checkpoint;
#[path = "../common/mod.rs"]
mod common;
mod documents;
mod frames;
mod killed;
mod logs;
mod messages;
mod place;
mod refusals;
mod secrets;
mod whole;
