//! Rows chosen by a hash of their ids, out of all that are selected: so many (`--sample N`), or so many of each class (`--per-class N`).
//!
//! ```text
//! inputs ──first pass──► a record a row, or a row and class ──sorted──► the lines that are taken ──second pass──► those lines, as they are
//! ```
//! Memory is bounded whatever the input: records are sorted in runs on the disk, and the lines that are taken are a compressed set of
//! numbers.
//!
//! * [`rows`]: `--sample N`; [`per_class`]: `--per-class N`; [`pass`]: the first pass of both

pub mod pass;
pub mod per_class;
pub mod rows;

/// So many, with this seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Few {
    /// Rows, of each class or in all.
    pub rows: u64,
    /// Another seed, another choice.
    pub seed: u64,
}
