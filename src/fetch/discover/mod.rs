//! What a user may ask before an export: listings, a diagnosis, a sample.

pub mod doctor;
pub mod listing;
pub mod sample;
