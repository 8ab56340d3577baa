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
//! # What a program can do with it
//!
//! | module | for |
//! |---|---|
//! | [`stream`] | reading and writing streams: batches of lines, frames, compression by content |
//! | [`item`], [`dm`] | one row of the backend, and its annotation payload in any dialect |
//! | [`convert`] | items to file lines in any format, also one of your own |
//! | [`file_line`] | one output file as a line |
//! | [`check`] | what training tools would reject, drop or misread in a finished dataset |
//! | [`sink`] (feature `net`) | file lines to a dataset: a folder, an archive, memory, a store |
//! | [`exit`] | how errors become exit codes |
//!
//! Read a stream, and count polygons:
//!
//! ```
//! use synpipe::dm::{Arena, Seed, Tool};
//! use synpipe::item;
//! use synpipe::stream::{Frame, Kind, LINE_CAP, Progress, Reader};
//!
//! let mut reader = Reader::open(&["tests/data/sample.ndjson".into()], LINE_CAP);
//! let (mut progress, mut arena, mut polygons) = (Progress::new(Kind::Items), Arena::default(), 0);
//! while let Some(batch) = reader.next_batch()? {
//!     for line in batch.lines() {
//!         if batch.is_frame {
//!             progress.frame(&Frame::parse(line.bytes)?)?;
//!             continue;
//!         }
//!         progress.data(1);
//!         let (_item, payload) = item::parse(line.bytes, Seed { arena: &mut arena })?.split();
//!         let media = payload.map(|p| p.media).unwrap_or_default();
//!         polygons += media.iter().flat_map(|m| &m.annotations).filter(|a| a.tool == Tool::Polygon).count();
//!     }
//! }
//! progress.finish(false)?; // an error when the stream was cut
//! assert_eq!((progress.lines(), polygons > 100), (24, true));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Convert a saved stream to COCO, one document without file lines:
//!
//! ```
//! use synpipe::convert::{self, Images, Options};
//! use synpipe::stream::{LINE_CAP, Reader, Writer};
//!
//! let options = Options { bare: true, images: Images::Omit, ..Options::default() };
//! let (name, format) = convert::build("coco", &options)?;
//! let reader = Reader::open(&["tests/data/sample.ndjson".into()], LINE_CAP);
//! let writer = Writer::to(Box::new(std::io::sink())); // or Writer::file(path)
//! let summary = convert::run(name, format, options, reader, writer, 2)?;
//! assert_eq!((summary.tally.items, summary.tally.total.failed), (24, 0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A format of one's own is `examples/own_format.rs`; a whole export into memory is `examples/in_memory.rs`.
//!
//! # Features
//!
//! | feature | what |
//! |---|---|
//! | `net` | `syn-fetch` and `syn-sink`: the platform's API, downloads of originals |
//! | `stores` | object stores and file servers as destinations |
//! | `postgres` | rows from the database of an installation |
//! | `jq` | `--where` and `--jq`: jq programs |
//!
//! All are on by default. Without them [`stream`], [`convert`] and [`check`] build without network crates, and so do `syn-filter` and
//! `syn-convert`.
//!
//! Memory is bounded by the longest line times the number of threads, and the output of a run does not depend on the number of
//! threads.

#[cfg(feature = "net")]
pub(crate) mod api;
pub mod check;
#[doc(hidden)]
pub mod cli;
pub mod convert;
pub(crate) mod delimiter;
pub mod dm;
pub mod exit;
#[cfg(feature = "net")]
pub(crate) mod fetch;
pub mod file_line;
pub(crate) mod filter;
pub(crate) mod image;
pub mod item;
#[cfg(feature = "net")]
pub(crate) mod job;
#[cfg(feature = "net")]
pub(crate) mod net;
pub(crate) mod path;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
pub(crate) mod presigned;
pub(crate) mod selection;
#[cfg(feature = "net")]
pub mod sink;
pub mod stream;
pub(crate) mod table;
pub(crate) mod text;
pub mod words;
