//! Values by which rows are selected, wherever that is done: `syn-fetch` asks the server for the rows, `syn-filter` takes them out of
//! a stream. Both read a value with the same parser, so the same option means the same rows.
//!
//! * [`list`]: `a,b`, one or more values; [`words`]: the values that a status and a category can have
//! * [`time`]: dates, times and what is said relative to the present day
//! * [`sought`]: names that are asked for, and the nearest ones that the input has
//! * [`choose`]: what a stage asks of single items
//! * [`field`]: a field of a row; [`coverage`]: how many rows have it
//! * [`named`]: what names a person, a tag or another thing
//! * [`ids`]: lists of ids in files; [`shard`]: one of several parts of an export

#[cfg(feature = "net")]
pub mod choose;
pub mod coverage;
pub mod field;
pub mod ids;
pub mod list;
pub mod named;
pub mod scheduler;
pub mod shard;
pub mod sought;
pub mod time;
pub mod words;

pub use list::List;
pub use shard::Shard;
pub use time::Period;
