//! NDJSON in and out.
//!
//! * [`reader`]: bytes (plain, gzip or zstd; files or stdin) → [`reader::Batch`]es of whole lines
//! * `buffer`: the memory that their bytes are in, used again
//! * `readable`: inputs that are read under a name, also elsewhere; [`elsewhere`]: why they cannot be
//! * [`form`]: what an input is that is not lines of JSON
//! * [`frame`]: the `{"@stream": …}` lines; [`progress`]: what tells a whole stream from a cut one; `shards`: parts of one export
//! * [`framing`]: where lines may stand; [`run_mark`]: whether an error frame was written in this very pipe
//! * [`checkpoint`]: how far a series of exports has come, in frames and in a file
//! * [`parallel`]: batches through worker threads, results in input order
//! * [`sort`]: records in order, on the disk when they are many
//! * [`writer`]: lines out, flushed when idle, finished with a check; [`whole_file`]: files that appear when they are whole

mod buffer;
pub(crate) mod checkpoint;
pub(crate) mod elsewhere;
pub(crate) mod error;
pub(crate) mod form;
pub(crate) mod frame;
pub(crate) mod framing;
pub(crate) mod json;
pub(crate) mod parallel;
mod parser;
pub(crate) mod progress;
#[cfg(feature = "net")]
pub(crate) mod readable;
pub(crate) mod reader;
pub(crate) mod run_mark;
mod shards;
pub(crate) mod sort;
mod source;
pub(crate) mod standard;
pub(crate) mod whole_file;
pub(crate) mod writer;

pub use buffer::Buffer;
pub use error::{StreamError, UnknownName};
pub use form::{Form, Packer};
pub use frame::{Begin, Frame, Kind, StageError, begin_line, end_line};
pub use json::{Raw, Str, parse as parse_json};
pub use progress::{Came, Progress};
pub use reader::{Batch, LINE_CAP, Line, Place, Reader};
pub use shards::ShardProblem;
pub use whole_file::PlaceError;
pub use writer::Writer;
