//! NDJSON in and out.
//!
//! * [`reader`]: bytes (plain, gzip or zstd; files or stdin) → [`reader::Batch`]es of whole lines
//! * `buffer`: the memory that their bytes are in, used again
//! * [`frame`]: the `{"@stream": …}` lines and the state machine that tells a whole stream from a cut one
//! * [`parallel`]: batches through worker threads, results in input order
//! * [`writer`]: lines out, flushed when idle, finished with a check

mod buffer;
pub mod error;
pub mod frame;
pub mod json;
pub mod parallel;
mod parser;
pub mod reader;
pub mod writer;

pub use buffer::Buffer;
pub use error::StreamError;
pub use frame::{Begin, Frame, Kind, Progress};
pub use reader::{Batch, Line, Place, Reader};
pub use writer::Writer;
