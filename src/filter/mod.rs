//! `syn-filter`: selects items of a stream. Selected lines come out byte for byte, in input order.
//!
//! * [`predicates`]: questions about an item, one file each; [`any_of`]: how values of an item are compared with those asked for
//! * [`selection`]: all questions together, one answer per line
//! * [`batch`]: a worker's part, lines to ranges; [`mod@run`]: the merging part, ranges and frames to the output

pub(crate) mod any_of;
pub(crate) mod batch;
pub(crate) mod end;
pub(crate) mod predicates;
pub(crate) mod run;
pub(crate) mod selection;

pub use any_of::AnyOf;
pub use run::{Options, OutputForm, Summary, run};
pub use selection::Selection;
