//! `syn-fetch` as a user meets it: against the stand-in backend, hostile servers and PostgreSQL; the stand-in itself.

#[path = "../common/mod.rs"]
mod common;
mod dimensions;
mod export;
mod faults;
mod hostile;
mod postgres;
mod refusals;
mod resume;
mod scale;
mod stand_in;
