//! `syn-filter`: selects rows of an item stream. Selected lines come out byte for byte, in input order.
//!
//! * [`predicate`]: what a question about a row is; [`value`]: how values of rows are compared with what the user asked for
//! * one file per family of questions: [`status`], [`tag`], [`category`], [`user`], [`id`], [`created`], [`sample`],
//!   [`content`] (which looks into the payload, heads only)
//! * [`selection`]: all of them together, one answer per line
//! * [`batch`]: a worker's part, lines to ranges; [`mod@run`]: the merging part, ranges and frames to the output

pub mod batch;
pub mod category;
pub mod content;
pub mod created;
pub mod end;
pub mod id;
pub mod predicate;
pub mod run;
pub mod sample;
pub mod selection;
pub mod status;
pub mod tag;
pub mod user;
pub mod value;

pub use predicate::{Predicate, Row};
pub use run::{Options, Output, Summary, run};
pub use selection::Selection;
