//! NDJSON in and out.
//!
//! * [`reader`]: bytes (plain, gzip or zstd; files or stdin) → [`reader::Batch`]es of whole lines
//! * `buffer`: the memory that their bytes are in, used again
//! * [`form`]: what an input is that is not lines of JSON
//! * [`frame`]: the `{"@stream": …}` lines and the state machine that tells a whole stream from a cut one
//! * [`parallel`]: batches through worker threads, results in input order
//! * [`writer`]: lines out, flushed when idle, finished with a check

mod buffer;
pub(crate) mod error;
pub(crate) mod form;
pub(crate) mod frame;
pub(crate) mod json;
pub(crate) mod parallel;
mod parser;
pub(crate) mod reader;
pub(crate) mod standard;
pub(crate) mod writer;

pub use buffer::Buffer;
pub use error::StreamError;
pub use form::{Form, Packer};
pub use frame::{Begin, Frame, Kind, Progress, StageError, begin_line, end_line};
pub use json::{Raw, Str, parse as parse_json};
pub use reader::{Batch, LINE_CAP, Line, Place, Reader};
pub use writer::Writer;
