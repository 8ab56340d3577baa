//! A dataset as a whole: its manifest, a published one as readers see it, and the log that lets a later run continue.

pub mod caches;
pub mod check;
pub mod digest;
pub mod foreign;
pub mod manifest;
pub mod published;
pub mod resume_log;
pub mod unchanged;
