//! `syn-filter`: selects items of a stream, and takes annotations out of them. What stays comes out byte for byte, in input order.
//!
//! * [`predicates`]: questions about an item, one file each; [`any_of`]: how values of an item are compared with those asked for
//! * [`selection`]: all questions together, one answer per line
//! * `jq`: programs that select and edit (feature `jq`)
//! * [`edits`]: annotations that go out of selected rows
//! * [`newest`]: which of several rows stays; [`sample`]: so many rows; [`passes`]: these one after the other
//! * [`order`]: all streams as one, in another order
//! * [`count`]: counts of rows and annotations in place of the rows
//! * [`describe`]: what is in the rows, in place of the rows
//! * [`batch`]: a worker's part, lines to ranges; [`mod@run`]: the merging part, ranges and frames to the output

pub(crate) mod any_of;
pub(crate) mod batch;
pub(crate) mod count;
pub(crate) mod describe;
pub(crate) mod edits;
pub(crate) mod end;
#[cfg_attr(not(feature = "jq"), path = "no_jq.rs")]
pub(crate) mod jq;
pub(crate) mod newest;
pub(crate) mod order;
pub(crate) mod passes;
pub(crate) mod predicates;
pub(crate) mod run;
pub(crate) mod sample;
pub(crate) mod selection;

pub use any_of::AnyOf;
pub use count::{CountBy, Form, Style};
pub use describe::Description;
pub use newest::inputs::{Framed, Inputs};
pub use newest::record::{Prefer, Rule};
pub use order::Order;
pub use passes::Passes;
pub use run::{Input, Options, OutputForm, Summary, run};
pub use sample::Few;
pub use selection::Selection;
