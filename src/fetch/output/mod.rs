//! What a fetch leaves behind: item lines, where an export stands, a dump to resume from, progress.

pub mod emit;
pub mod keys;
pub mod progress;
pub mod resume;
pub mod state;
