//! `--order descending`: the rows of all streams as one stream, in the order in which `syn-fetch` writes them. Lines wait in a temporary
//! file; what is sorted is where they are.

use super::newest::record::id_of;
use crate::stream::checkpoint::{self, Spans};
use crate::stream::frame::{Kind, begin_line, end_line};
use crate::stream::sort::{SIZE, Sorter};
use crate::stream::{Begin, Frame, StreamError, Writer};
use crate::tr;
use serde_json::{Map, Value};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::FileExt;

/// Bytes of a record that the id takes.
const ID: usize = 16;

/// Lines that wait for their order.
pub struct Ordered {
    file: BufWriter<File>,
    /// Bytes written.
    at: u64,
    lines: u64,
    sorter: Sorter,
    begin: Option<Begin>,
    spans: Spans,
}

fn failed(source: io::Error) -> StreamError {
    StreamError::Write { name: format!("a temporary file in {}", std::env::temp_dir().display()), source }
}

impl Ordered {
    /// Nothing yet.
    ///
    /// # Errors
    /// [`StreamError::Write`] when there can be no temporary file.
    pub fn new() -> Result<Self, StreamError> {
        let file = BufWriter::with_capacity(1 << 18, tempfile::tempfile().map_err(failed)?);
        Ok(Self { file, at: 0, lines: 0, sorter: Sorter::default(), begin: None, spans: Spans::default() })
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
            return Err(StreamError::Cut(tr!("order-mixed")));
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
        self.file.write_all(lines).map_err(failed)?;
        for line in lines.split_inclusive(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()) {
            let mut record = [0; SIZE];
            let id = id_of(line).unwrap_or_default();
            match id.parse::<i64>() {
                // Higher numbers come first.
                Ok(number) => record[1..9].copy_from_slice(&(!((number as u64) ^ (1 << 63))).to_be_bytes()),
                Err(_) => {
                    record[0] = 1;
                    let head = &id.as_bytes()[..id.len().min(ID - 1)];
                    record[1..=head.len()].copy_from_slice(head);
                }
            }
            for (place, number) in [(ID, self.lines), (ID + 8, self.at), (ID + 16, line.len() as u64)] {
                record[place..place + 8].copy_from_slice(&number.to_be_bytes());
            }
            self.sorter.push(record)?;
            self.lines += 1;
            self.at += line.len() as u64;
        }
        Ok(())
    }

    /// Writes everything: with frames, unless `bare`; `whole`: all rows of the input are there.
    ///
    /// # Errors
    /// [`StreamError`] of the temporary file and of the output.
    pub fn write(self, out: &mut Writer, bare: bool, whole: bool) -> Result<(), StreamError> {
        let Self { file, lines, sorter, begin, mut spans, .. } = self;
        let file = file.into_inner().map_err(|e| failed(e.into_error()))?;
        if !whole {
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
        sorter.each(|record| {
            if done.is_ok() {
                line.resize(number(record, ID + 16) as usize, 0);
                let read = file.read_exact_at(&mut line, number(record, ID + 8)).map_err(failed);
                done = read.and_then(|()| out.put(&line));
            }
        })?;
        done?;
        if begin.is_some() {
            let extra: Map<String, Value> = spans.into_iter().collect();
            out.line(end_line(lines, &extra).as_bytes())?;
        }
        Ok(())
    }
}
