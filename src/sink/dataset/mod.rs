//! A dataset as a whole: its manifest, what lies at a destination, verified or found to be the same.

pub mod check;
pub mod digest;
pub mod manifest;
pub mod published;
pub mod unchanged;
