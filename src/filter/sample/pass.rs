//! The first pass: what is to be known of each selected row.

use crate::filter::jq::{Guard, on_deep_stack};
use crate::filter::newest::pick::Lines;
use crate::filter::predicates::Item;
use crate::filter::selection::Selection;
use crate::stream::parallel::{Event, ordered};
use crate::stream::{Batch, Reader, StreamError};
use crate::words::Message;
use roaring::RoaringTreemap;
use std::ops::ControlFlow;
use std::sync::Arc;

/// What is read.
pub struct Source {
    /// The lines.
    pub reader: Reader,
    /// Worker threads.
    pub threads: usize,
    /// The lines that count, of all; `None`: each of them.
    pub among: Option<Lines>,
    /// The rows that count, of these.
    pub selection: Arc<Selection>,
}

/// A row that is selected.
pub struct Row<'r, 'l> {
    /// The row, with its payload.
    pub item: &'r Item<'l>,
    /// Its line, as it came.
    pub line: &'l [u8],
    /// Number of the line in all inputs together.
    pub number: u64,
}

/// What a pass has seen besides the rows.
#[derive(Debug, Default)]
pub struct Seen {
    /// Lines that cannot be read; a later pass will say what is wrong with them.
    pub bad: RoaringTreemap,
    /// The highest number of a line.
    pub last: u64,
}

/// A worker's part of a pass.
struct Part<T> {
    made: T,
    bad: Vec<u64>,
    last: u64,
}

/// Calls `of_row` for each selected row with what is gathered of its batch, and `take` with each batch, in input order.
///
/// # Errors
/// Those of the reader and of `take`.
pub fn pass<T, W>(
    source: Source,
    make_worker: impl Fn() -> W,
    mut take: impl FnMut(T) -> Result<(), StreamError>,
) -> Result<Seen, StreamError>
where
    T: Default + Send + 'static,
    W: FnMut(Row<'_, '_>, &mut T) -> Result<(), Message> + Send + 'static,
{
    let Source { reader, threads, among, selection } = source;
    let mut seen = Seen::default();
    let make_worker = || {
        let (among, selection, mut of_row) = (among.clone(), selection.clone(), make_worker());
        on_deep_stack(selection.limits(), move |(): &(), batch: Batch| {
            Ok(part(among.as_deref(), &selection, &batch, &mut of_row))
        })
    };
    ordered(
        reader,
        threads,
        (),
        |(), _| Ok(()),
        make_worker,
        |event| {
            if let Event::Output(part) = event {
                take(part.made)?;
                seen.bad.extend(part.bad);
                seen.last = seen.last.max(part.last);
            }
            Ok(ControlFlow::Continue(()))
        },
    )?;
    Ok(seen)
}

fn part<T: Default>(
    among: Option<&RoaringTreemap>,
    selection: &Selection,
    batch: &Batch,
    of_row: &mut impl FnMut(Row<'_, '_>, &mut T) -> Result<(), Message>,
) -> Part<T> {
    let mut part = Part { made: T::default(), bad: Vec::new(), last: 0 };
    let mut judge = selection.judge().keeping_payloads();
    for line in batch.lines() {
        let number = batch.ordinal(&line);
        part.last = number;
        if among.is_some_and(|lines| !lines.contains(number)) {
            continue;
        }
        Guard::at_line(line.number);
        let done = match judge.wanted(line.bytes) {
            Ok(Some(item)) => of_row(Row { item: &item, line: line.bytes, number }, &mut part.made),
            Ok(None) => Ok(()),
            Err(reason) => Err(reason),
        };
        if done.is_err() {
            part.bad.push(number);
        }
    }
    part
}
