//! How far a series of exports has come: what a stream says of it, and the file that remembers it.
//!
//! An export with `--checkpoint` brings what has changed from one moment to another. Its frames say so:
//!
//! ```json
//! {"@stream":"begin", …, "checkpoint":[{"export":{"host":"https://h","target":"assignment","query":{"project":"42"}},"from":"2026-01-01T01:00:00Z","to":"2026-01-02T01:00:00Z"}]}
//! {"@stream":"end","count":12, …, "checkpoint":[ the same ]}
//! ```
//! An end frame without it, after a begin frame with it, ends a stream that is not all of that: a limit, or lines that were passed
//! over. Whoever has made sure that the rows are safe moves the file to the end of what it got ([`Spans::reach`]).
//!
//! * [`mod@file`]: the file; [`span`]: what frames say, and where the file belongs then

mod file;
mod span;

pub use file::{Checkpoint, CheckpointError, Series};
pub use span::{Reach, Span, Spans, Why};

/// The key in frames.
pub const KEY: &str = "checkpoint";
/// Keys of an identity that decide which rows an export has.
const SAME: [&str; 7] = ["host", "target", "query", "ids", "dimensions", "shard", "selection"];
