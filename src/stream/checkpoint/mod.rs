//! How far a series of exports has come: what a stream says of it, and the file that remembers it.
//!
//! An export with `--checkpoint` brings what has changed from one moment to another. Its frames say so:
//!
//! ```json
//! {"@stream":"begin", …, "checkpoint":[{"export":{"host":"https://h","target":"assignment","query":{"project":"42"}},"from":"2026-01-01T01:00:00Z","to":"2026-01-02T01:00:00Z"}]}
//! {"@stream":"end","count":12, …, "checkpoint":[ the same ]}
//! ```
//! An end frame without it, after a begin frame with it, ends a stream that is not all of that: a limit, or lines that were passed
//! over. Whoever has made sure that the rows are safe moves the file to the end of what it got (`reach`).
//!
//! * [`span`]: what frames say; `file`: the file; `reach`: where the file belongs then

#[cfg(feature = "net")]
mod file;
#[cfg(feature = "net")]
mod reach;
mod span;

#[cfg(feature = "net")]
pub use file::{Checkpoint, CheckpointError, Series};
#[cfg(feature = "net")]
pub use reach::{Reach, Why, whole_of_shards};
#[cfg(feature = "net")]
pub use span::Span;
pub use span::Spans;

/// The key in frames.
pub const KEY: &str = "checkpoint";
