//! Rows from the API: which requests, in which order, and what becomes of them.

pub mod fill;
pub mod ids;
pub mod keys;
pub mod pace;
pub mod part;
pub mod plan;
pub mod settle;
pub mod shard;
pub mod walk;
