//! What a user may ask before an export: listings, a sample.

pub mod listing;
pub mod sample;
pub mod stem;
