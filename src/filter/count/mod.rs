//! `--count-by`: how many rows and annotations have each combination of values.
//!
//! * [`key`]: what is counted by; [`value`]: one value of it, and the order of values
//! * [`counts`]: combinations with their counts, a batch at a time; [`mod@write`]: as a table, CSV or NDJSON

pub mod counts;
pub mod key;
pub mod value;
pub mod write;

pub use counts::Counts;
pub use key::CountBy;
pub use write::{Form, Style};
