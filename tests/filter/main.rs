//! `syn-filter` as a user meets it.

#[path = "../common/mod.rs"]
mod common;
mod selection;
