//! Which of several rows stays: the newest of an id (`--latest`), the best of a value (`--one-per`).
//!
//! ```text
//! inputs ──first pass──► a record a row: key, rank, line ──sorted by key──► the lines that stay ──second pass──► those lines, as they are
//! ```
//! Memory is bounded whatever the input: records are sorted in runs on the disk, and the lines that stay are a compressed set of numbers.
//!
//! * [`inputs`]: inputs that can be read twice; [`record`]: key and rank of a row; [`pick`]: the first pass

pub mod inputs;
pub mod pick;
pub mod record;
