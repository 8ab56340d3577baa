//! The first pass: which lines stay.

use super::record::{KEY, Rule, Scope};
use crate::filter::jq::{Guard, on_deep_stack};
use crate::filter::selection::Selection;
use crate::selection::coverage::Coverage;
use crate::stream::parallel::{Event, ordered};
use crate::stream::sort::{Record, Sorter};
use crate::stream::{Batch, Frame, Reader, StreamError};
use jiff::tz::TimeZone;
use roaring::RoaringTreemap;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Numbers of lines, counted over all inputs.
pub type Lines = Arc<RoaringTreemap>;

/// What a pass has found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Picked {
    /// Rows that were compared.
    pub rows: u64,
    /// Different keys among them.
    pub keys: u64,
    /// Rows that have no rivals: they lack the field.
    pub without: u64,
}

impl Picked {
    /// Rows that are left out.
    pub fn left_out(&self) -> u64 {
        self.rows - self.keys
    }
}

/// A worker's part of a pass.
#[derive(Default)]
struct Part {
    records: Vec<Record>,
    /// Lines that stay whatever the others are.
    alone: Vec<u64>,
    coverage: Coverage,
}

/// Reads everything and chooses: among the lines of `among`, if given, and the rows that `selection` wants.
///
/// # Errors
/// Those of the reader and of the temporary files; a field that no row has.
pub fn pick(
    reader: Reader,
    threads: usize,
    rule: &Rule,
    among: Option<Lines>,
    selection: Arc<Selection>,
) -> Result<(Lines, Picked), StreamError> {
    let mut sorter = Sorter::default();
    let (mut lines, mut picked, mut coverage) = (RoaringTreemap::new(), Picked::default(), Coverage::default());
    let on_frame = |scope: &mut Scope, frame: &Frame| {
        scope.frame(frame);
        Ok(())
    };
    let make_worker = || {
        let (rule, among, selection) = (rule.clone(), among.clone(), selection.clone());
        let (zone, limits) = (TimeZone::system(), selection.limits());
        on_deep_stack(limits, move |scope: &Scope, batch: Batch| {
            Ok(part(&rule, among.as_deref(), &selection, scope, &batch, &zone))
        })
    };
    ordered(reader, threads, Scope::default(), on_frame, make_worker, |event| {
        if let Event::Output(part) = event {
            picked.rows += part.records.len() as u64;
            part.records.into_iter().try_for_each(|record| sorter.push(record))?;
            lines.extend(part.alone);
            coverage.merge(part.coverage);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    if let Rule::OnePer(field, _) = rule
        && let Some(unknown) = coverage.unknown(field)
    {
        return Err(StreamError::UnknownName(Box::new(unknown)));
    }
    picked.without = coverage.without;
    let mut best: Option<Record> = None;
    sorter.each(|record| {
        // The last of a key is the best of it.
        if let Some(last) = best.replace(*record).filter(|last| last[..KEY] != record[..KEY]) {
            lines.insert(rule.line(&last));
            picked.keys += 1;
        }
    })?;
    if let Some(last) = best {
        lines.insert(rule.line(&last));
        picked.keys += 1;
    }
    Ok((Arc::new(lines), picked))
}

fn part(
    rule: &Rule,
    among: Option<&RoaringTreemap>,
    selection: &Selection,
    scope: &Scope,
    batch: &Batch,
    zone: &TimeZone,
) -> Part {
    let mut part = Part::default();
    let mut judge = selection.judge();
    for line in batch.lines() {
        let number = batch.ordinal(&line);
        if among.is_some_and(|lines| !lines.contains(number)) {
            continue;
        }
        Guard::at_line(line.number);
        match judge.wants(line.bytes) {
            Ok(true) => {}
            Ok(false) => continue,
            // The second pass will say what is wrong with it.
            Err(_) => {
                part.alone.push(number);
                continue;
            }
        }
        let record = rule.record(scope, line.bytes, number, zone);
        if let Rule::OnePer(field, _) = rule {
            part.coverage.count(field, line.bytes, record.is_some());
        }
        match record {
            Some(record) => part.records.push(record),
            None => part.alone.push(number),
        }
    }
    part
}
