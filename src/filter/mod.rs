//! `syn-filter`: selects items of a stream. Selected lines come out byte for byte, in input order.
//!
//! * [`predicates`]: questions about an item, one file each; [`any_of`]: how values of an item are compared with those asked for
//! * [`selection`]: all questions together, one answer per line
//! * [`batch`]: a worker's part, lines to ranges; [`mod@run`]: the merging part, ranges and frames to the output

pub mod any_of;
pub mod batch;
pub mod end;
pub mod predicates;
pub mod run;
pub mod selection;

pub use any_of::AnyOf;
pub use run::{Options, OutputForm, Summary, run};
pub use selection::Selection;
