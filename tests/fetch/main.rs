//! `syn-fetch` as a user meets it: against the stand-in backend, hostile servers and PostgreSQL; the stand-in itself.

// A test that cannot go on fails by a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod asking;
mod checkpoint;
#[path = "../common/mod.rs"]
mod common;
mod dimensions;
mod doctor;
mod export;
mod faults;
mod hostile;
mod lists;
mod login;
mod networks;
mod parts;
mod postgres;
mod precedence;
mod refusals;
mod resume;
mod retries;
mod scale;
mod select;
mod stand_in;
mod way;
