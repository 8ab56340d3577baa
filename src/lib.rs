//! Export annotations from the Synapse labelling platform as training sets.
//!
//! synpipe is four filters on a pipe, and this library is what they are made of:
//!
//! ```text
//!  Synapse ──► syn-fetch ──items──► syn-filter ──items──► syn-convert ──files──► syn-sink ──► a dataset
//! ```
//!
//! # The stream
//!
//! Every arrow is NDJSON. Between a *begin* and an *end* frame stand data lines of one kind:
//!
//! ```json
//! {"@stream":"begin","kind":"items","version":1,"project":{"id":42,"title":"Roads"},"classes":["car","road"],"count":1}
//! {"id":7,"data":{"annotations":{"image_1":[]}},"file":{"url":"https://…","file_name_original":"a.jpg"}}
//! {"@stream":"end","count":1}
//! ```
//!
//! * an **item line** is one row of the backend as it came ([`item`]); its `data` is the annotation payload ([`dm`]);
//! * a **file line** is one output file, or a part of one ([`file_line`]);
//! * a **frame** ([`stream::frame`]) says where a stream begins, ends or broke.
//!
//! A stage that saw the begin frame and not the end frame knows that its input was cut: it ends with exit code 3, and nothing is
//! published. A stage that fails writes an error frame instead of the end frame, with the same effect further down. Without any
//! frame (a program in between dropped them, a file made by hand) the end of the input is the end.
//!
//! # The rooms
//!
//! | module | what |
//! |---|---|
//! | [`stream`] | lines in and out, frames, compression, worker threads that keep the order |
//! | [`item`], [`file_line`], [`dm`] | the two kinds of line, and the payload in all its dialects |
//! | [`selection`] | the values by which rows are selected, in every stage alike |
//! | [`api`] | the backend: credentials, pages, retries, payloads |
//! | [`postgres`] | the database behind an installation |
//! | [`net`] | requests to URLs that come from rows |
//! | [`fetch`], [`filter`], [`convert`], [`sink`], [`check`] | the stages; none knows another |
//! | [`cli`] | command lines and messages |
//! | [`exit`], [`path`], [`image`], [`presigned`] | exit codes; names and paths from outside made safe; sizes of images; URLs that are secrets |
//!
//! Memory is bounded by the longest line times the number of threads, and the output of a run does not depend on the number of
//! threads.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

#[cfg(feature = "net")]
pub mod api;
pub mod check;
pub mod cli;
pub mod convert;
pub mod dm;
pub mod exit;
#[cfg(feature = "net")]
pub mod fetch;
pub mod file_line;
pub mod filter;
pub mod image;
pub mod item;
#[cfg(feature = "net")]
pub mod net;
pub mod path;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod presigned;
pub mod selection;
#[cfg(feature = "net")]
pub mod sink;
pub mod stream;
