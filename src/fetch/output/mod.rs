//! What a fetch leaves behind: item lines, a checkpoint, a dump to resume from, progress.

pub mod checkpoint;
pub mod emit;
pub mod keys;
pub mod progress;
pub mod resume;
