//! `syn-convert --check` as a user meets it.

#[path = "../common/mod.rs"]
mod common;
mod problems;
