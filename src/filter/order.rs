//! `--order descending`, `--shuffle`: the rows of all streams as one stream, in another order than that of the input. Lines wait in
//! temporary files; what is sorted is where they are.

use super::newest::record::id_of;
use super::predicates::sample::{hash, salt};
use crate::stream::checkpoint::{self, Spans};
use crate::stream::frame::{Kind, begin_line, end_line};
use crate::stream::sort::{Record, SIZE, Sorter};
use crate::stream::{Begin, Frame, StreamError, Writer};
use crate::tr;
use serde_json::{Map, Value};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::FileExt;

/// Bytes of a record that decide its place.
const KEY: usize = 16;
/// Files in which shuffled lines wait, by the first bits of their place: what is read at random is one file after the other, of which
/// the system can hold much in memory.
const FILES: usize = 64;

/// In which order lines come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// By descending id, as `syn-fetch` writes them.
    Descending,
    /// By a hash of this seed and of the number of the line among those that come out.
    Shuffled(u64),
}

impl Order {
    /// The option, in messages.
    fn option(self) -> &'static str {
        match self {
            Self::Descending => "--order descending",
            Self::Shuffled(_) => "--shuffle",
        }
    }
}

/// Lines that wait for their order.
pub struct Ordered {
    order: Order,
    salt: String,
    files: Vec<Spool>,
    lines: u64,
    sorter: Sorter,
    begin: Option<Begin>,
    spans: Spans,
}

/// Lines that wait in a file.
struct Spool {
    file: BufWriter<File>,
    /// Bytes written.
    at: u64,
}

fn failed(source: io::Error) -> StreamError {
    StreamError::Write { name: tr!("temporary-in", folder = std::env::temp_dir().display()), source }
}

impl Ordered {
    /// Nothing yet.
    ///
    /// # Errors
    /// [`StreamError::Write`] when there can be no temporary file.
    pub fn new(order: Order) -> Result<Self, StreamError> {
        let (files, buffer, salt) = match order {
            Order::Descending => (1, 1 << 18, String::new()),
            Order::Shuffled(seed) => (FILES, 1 << 16, salt("shuffle", seed)),
        };
        let spool = |_| tempfile::tempfile().map(|file| Spool { file: BufWriter::with_capacity(buffer, file), at: 0 });
        let files = (0..files).map(spool).collect::<io::Result<_>>().map_err(failed)?;
        Ok(Self { order, salt, files, lines: 0, sorter: Sorter::default(), begin: None, spans: Spans::default() })
    }

    /// Takes a frame. The first begin frame stands for all; classes of later ones follow its own.
    ///
    /// # Errors
    /// [`StreamError::Cut`] for rows of another project or kind, whose ids cannot be in one order with these.
    pub fn frame(&mut self, frame: &Frame) -> Result<(), StreamError> {
        self.spans.frame(frame);
        let Frame::Begin(begin) = frame else { return Ok(()) };
        let Some(first) = &mut self.begin else {
            self.begin = Some(begin.clone());
            return Ok(());
        };
        let of = |begin: &Begin| {
            ["host", "target", "project", "ground_truth_dataset_version"].map(|key| begin.body.get(key).cloned())
        };
        if of(first) != of(begin) {
            return Err(StreamError::Cut(tr!("order-mixed", option = self.order.option())));
        }
        let new = begin.classes.iter().filter(|class| !first.classes.contains(class));
        let new: Vec<String> = new.cloned().collect();
        first.classes.extend(new);
        Ok(())
    }

    /// Takes lines, each with its LF.
    ///
    /// # Errors
    /// [`StreamError::Write`].
    pub fn lines(&mut self, lines: &[u8]) -> Result<(), StreamError> {
        for line in lines.split_inclusive(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()) {
            let mut record = [0; SIZE];
            let spool = match self.order {
                Order::Descending => {
                    record[..KEY].copy_from_slice(&descending(line));
                    0
                }
                Order::Shuffled(_) => {
                    let place = hash(&[&self.salt, &self.lines.to_string()]);
                    record[..8].copy_from_slice(&place.to_be_bytes());
                    spool_of(&record)
                }
            };
            let Some(Spool { file, at }) = self.files.get_mut(spool) else { continue };
            file.write_all(line).map_err(failed)?;
            for (place, number) in [(KEY, self.lines), (KEY + 8, *at), (KEY + 16, line.len() as u64)] {
                record[place..place + 8].copy_from_slice(&number.to_be_bytes());
            }
            self.sorter.push(record)?;
            self.lines += 1;
            *at += line.len() as u64;
        }
        Ok(())
    }

    /// Writes everything, or the first `limit` lines: with frames, unless `bare`; `whole`: all rows of the input are there. Gives the number
    /// of lines written.
    ///
    /// # Errors
    /// [`StreamError`] of the temporary files and of the output.
    pub fn write(self, out: &mut Writer, limit: Option<u64>, bare: bool, whole: bool) -> Result<u64, StreamError> {
        let Self { order, files, lines, sorter, begin, mut spans, .. } = self;
        let written = limit.map_or(lines, |limit| limit.min(lines));
        let files: Vec<File> = files
            .into_iter()
            .map(|spool| spool.file.into_inner().map_err(|e| failed(e.into_error())))
            .collect::<Result<_, _>>()?;
        if !whole || written < lines {
            spans.hold();
        }
        let spans = spans.to_json().map(|spans| (checkpoint::KEY.to_owned(), spans));
        // Lines that stand between no frames get some.
        let begin = (!bare).then(|| begin.unwrap_or_default());
        if let Some(Begin { mut body, classes, .. }) = begin.clone() {
            for key in ["@stream", "kind", "version", "tool", "count", "shard", checkpoint::KEY] {
                body.shift_remove(key);
            }
            if body.contains_key("classes") || !classes.is_empty() {
                body.insert("classes".into(), classes.into());
            }
            body.extend(spans.clone());
            out.line(begin_line(Kind::Items, &body).as_bytes())?;
        }
        let number =
            |record: &[u8], place: usize| record[place..place + 8].iter().fold(0, |n, byte| n << 8 | u64::from(*byte));
        let mut line = Vec::new();
        let mut done = Ok(());
        let mut left = written;
        sorter.each(|record| {
            let spool = if order == Order::Descending { 0 } else { spool_of(record) };
            if let (Ok(()), 1.., Some(file)) = (&done, left, files.get(spool)) {
                left -= 1;
                line.resize(number(record, KEY + 16) as usize, 0);
                let read = file.read_exact_at(&mut line, number(record, KEY + 8)).map_err(failed);
                done = read.and_then(|()| out.put(&line));
            }
        })?;
        done?;
        if begin.is_some() {
            let extra: Map<String, Value> = spans.into_iter().collect();
            out.line(end_line(written, &extra).as_bytes())?;
        }
        Ok(written)
    }
}

/// The file of a shuffled line.
fn spool_of(record: &Record) -> usize {
    usize::from(record[0]) * FILES / 256
}

/// The place of a line in descending order of ids: higher numbers come first, then ids that are none.
fn descending(line: &[u8]) -> [u8; KEY] {
    let mut key = [0; KEY];
    let id = id_of(line).unwrap_or_default();
    match id.parse::<i64>() {
        Ok(number) => key[1..9].copy_from_slice(&(!((number as u64) ^ (1 << 63))).to_be_bytes()),
        Err(_) => {
            key[0] = 1;
            let head = &id.as_bytes()[..id.len().min(KEY - 1)];
            key[1..=head.len()].copy_from_slice(head);
        }
    }
    key
}
