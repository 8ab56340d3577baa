//! A worker's part: the lines of a batch to ranges of its bytes. Lines that follow each other become one range, and nothing is
//! copied unless it is edited.

use super::count::{CountBy, Counts};
use super::describe::Description;
use super::edits::Edits;
use super::edits::done::Done;
use super::jq::{Guard, Rewrite};
use super::passes::Among;
use super::predicates::Item;
use super::selection::{Selection, with_id};
use crate::dm::Arena;
use crate::stream::{Batch, Buffer, StreamError};
use crate::words::Message;
use memchr::memchr_iter;
use std::ops::Range;

/// Bad lines of one batch whose messages are kept.
pub const MESSAGES: usize = 10;

/// What became of a batch.
#[derive(Debug, Default)]
pub struct Chosen {
    /// The batch's bytes, or what edits have made of its selected lines.
    bytes: Buffer,
    /// Runs of selected lines, each line with its LF.
    runs: Vec<Range<usize>>,
    /// Lines selected.
    pub selected: u64,
    /// What edits did to each of them; empty without edits.
    edited: Vec<Done>,
    /// What they did to rows of which a program has made none.
    unclaimed: Done,
    /// Lines that are not blank, up to the one that failed.
    pub lines: u64,
    /// For each bad line that was passed over, how many lines were selected before it.
    pub bad: Vec<u64>,
    /// The first [`MESSAGES`] of them.
    pub messages: Vec<StreamError>,
    /// The bad line that ends the run.
    pub failed: Option<StreamError>,
    /// What was counted of the selected lines, when that is asked for.
    pub counts: Counts,
    /// What is in them, when that is asked for.
    pub description: Description,
}

impl Chosen {
    /// Asks for each line of a batch, or only for those `among` it; edits take annotations out of the selected ones, a program makes rows
    /// of them, and what is left is counted, if that is asked for. With `skip_bad` bad lines are passed over, else the first one ends the
    /// work.
    pub fn from_batch(
        selection: &Selection,
        among: Option<&Among>,
        changes: (Option<&Edits>, Option<&Rewrite>),
        told: (Option<&CountBy>, bool),
        skip_bad: bool,
        batch: Batch,
    ) -> Self {
        let mut chosen = Self::default();
        let mut written = Vec::new();
        let mut judge = selection.judge();
        if told.0.is_some() || told.1 {
            // What is counted is read once.
            judge = judge.keeping_payloads();
        }
        let mut arena = Arena::default();
        for line in batch.lines() {
            chosen.lines += 1;
            let number = batch.ordinal(&line);
            if among.is_some_and(|among| !among.has(number)) {
                continue;
            }
            Guard::at_line(line.number);
            let is_chosen = among.is_some_and(|among| among.chose(number));
            // Whether the line is wanted, and its item where that was read to know it.
            let wanted = if is_chosen { Ok((true, None)) } else { judge.wanted(line.bytes).map(|i| (i.is_some(), i)) };
            let done = wanted.and_then(|(wanted, item)| {
                let whole = &batch.bytes[line.start..line.end];
                match changes {
                    _ if !wanted => {}
                    (None, None) => {
                        chosen.count(told, line.bytes, item)?;
                        chosen.add(line.start, line.end, &batch.bytes);
                    }
                    (Some(edits), None) => {
                        let start = written.len();
                        let done = edits.row(line.bytes, whole, &mut arena, &mut written)?;
                        chosen.count(told, written[start..].trim_ascii(), None)?;
                        chosen.edited.push(done);
                        chosen.add(start, written.len(), &written);
                    }
                    (edits, Some(rewrite)) => {
                        let start = written.len();
                        let done = match edits {
                            None => rewrite.rows(line.bytes, &mut written).map(|()| Done::default()),
                            Some(edits) => {
                                let mut row = Vec::new();
                                let done = edits.row(line.bytes, whole, &mut arena, &mut row)?;
                                rewrite.rows(row.trim_ascii(), &mut written).map(|()| done)
                            }
                        };
                        let done = done.map_err(|reason| with_id(line.bytes, reason))?;
                        chosen.made(told, start, done, &written)?;
                    }
                }
                Ok(())
            });
            match done {
                Ok(()) => {}
                Err(reason) => {
                    let error = batch.bad_line(&line, &reason);
                    if !skip_bad {
                        chosen.failed = Some(error);
                        break;
                    }
                    chosen.bad.push(chosen.selected);
                    if chosen.messages.len() < MESSAGES {
                        chosen.messages.push(error);
                    }
                }
            }
        }
        chosen.bytes = if changes.0.is_some() || changes.1.is_some() { written.into() } else { batch.bytes };
        chosen.end_lines();
        chosen
    }

    /// Adds the rows that a program has made of one, from `start` on.
    fn made(
        &mut self,
        told: (Option<&CountBy>, bool),
        start: usize,
        done: Done,
        written: &[u8],
    ) -> Result<(), Message> {
        let ends = || memchr_iter(b'\n', &written[start..]).map(|end| start + end + 1);
        if told.0.is_some() || told.1 {
            // All rows that one has become are counted, or none.
            let (mut all, mut from) = (Self::default(), start);
            for end in ends() {
                all.count(told, &written[from..end - 1], None)?;
                from = end;
            }
            self.counts.merge(all.counts);
            self.description.merge(all.description);
        }
        let mut from = start;
        self.unclaimed += done;
        for end in ends() {
            self.edited.push(std::mem::take(&mut self.unclaimed));
            self.add(from, end, written);
            from = end;
        }
        Ok(())
    }

    /// Counts a row, or takes in what is in it, if that is asked for. `item`: the row, if it was read with its payload.
    fn count(
        &mut self,
        (by, describes): (Option<&CountBy>, bool),
        row: &[u8],
        item: Option<Item<'_>>,
    ) -> Result<(), Message> {
        match (by, item) {
            (Some(by), Some(item)) => self.counts.item(by, item, row),
            (Some(by), None) => self.counts.row(by, row),
            (None, Some(item)) if describes => self.description.item(item, row),
            (None, None) if describes => self.description.row(row),
            (None, _) => Ok(()),
        }
    }

    /// Adds a line. A run ends with the byte that is, or becomes, the last line's LF.
    fn add(&mut self, start: usize, end: usize, bytes: &[u8]) {
        self.selected += 1;
        // Of CR LF, the CR becomes the LF.
        let end = if bytes[start..end].ends_with(b"\r\n") { end - 1 } else { end };
        match self.runs.last_mut() {
            Some(run) if run.end == start && bytes[start - 1] == b'\n' => run.end = end,
            _ => self.runs.push(start..end),
        }
    }

    /// Makes every run end with LF.
    fn end_lines(&mut self) {
        for run in &mut self.runs {
            match self.bytes[run.end - 1] {
                b'\n' => {}
                b'\r' => self.bytes[run.end - 1] = b'\n',
                // The input's last line, without newline.
                _ => {
                    self.bytes.push(b'\n');
                    run.end += 1;
                }
            }
        }
    }

    /// What edits did to the first `lines` selected lines.
    pub fn edited(&self, lines: u64) -> Done {
        let mut all = if lines >= self.selected { self.unclaimed } else { Done::default() };
        self.edited.iter().zip(0..lines).for_each(|(done, _)| all += *done);
        all
    }

    /// The bytes of the first `lines` selected lines, run by run.
    pub fn first(&self, lines: u64) -> impl Iterator<Item = &[u8]> {
        let mut left = if lines >= self.selected { None } else { Some(lines) };
        self.runs.iter().map_while(move |run| {
            let bytes = &self.bytes[run.clone()];
            let Some(more) = &mut left else { return Some(bytes) };
            if *more == 0 {
                return None;
            }
            let mut cut = 0;
            for newline in memchr_iter(b'\n', bytes) {
                cut = newline + 1;
                *more -= 1;
                if *more == 0 {
                    break;
                }
            }
            Some(&bytes[..cut])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::any_of::AnyOf;
    use crate::filter::predicates::status::Labelling;

    const YES: &str = r#"{"id":1, "status_label" : "completed","n":1.10}"#;
    const NO: &str = r#"{"id":2}"#;

    fn chosen(text: &str, skip_bad: bool) -> Chosen {
        let selection = Selection::default().with(Labelling(AnyOf::new(["completed".to_owned()])));
        let batch = Batch {
            bytes: text.as_bytes().to_vec().into(),
            first_line: 1,
            before: 0,
            source: "in".into(),
            is_frame: false,
        };
        Chosen::from_batch(&selection, None, (None, None), (None, false), skip_bad, batch)
    }

    fn text(chosen: &Chosen, lines: u64) -> String {
        String::from_utf8(chosen.first(lines).flatten().copied().collect()).unwrap()
    }

    #[test]
    fn lines_come_out_as_they_are_with_lf() {
        let cases = [
            (format!("{YES}\n{NO}\n{YES}\n{YES}\n"), 2, 3),
            (format!("{YES}\r\n{YES}\r\n{NO}\r\n{YES}"), 3, 3),
            (format!("{NO}\n\n  \n{YES}\r"), 1, 1),
            (format!("{YES}\n\n{YES}"), 2, 2),
            (format!("{NO}\n"), 0, 0),
        ];
        for (input, runs, lines) in cases {
            let chosen = chosen(&input, false);
            assert_eq!(text(&chosen, u64::MAX), format!("{YES}\n").repeat(lines), "{input:?}");
            assert_eq!((chosen.runs.len(), chosen.selected), (runs, lines as u64), "{input:?}");
        }
        let padded = format!("  {YES}\t \n");
        assert_eq!(text(&chosen(&padded, false), 9), padded);
    }

    #[test]
    fn a_limit_cuts_inside_a_run() {
        let chosen = chosen(&format!("{YES}\n{YES}\n{NO}\n{YES}\n{YES}\n"), false);
        for lines in 0..6 {
            assert_eq!(text(&chosen, lines as u64), format!("{YES}\n").repeat(lines.min(4)), "{lines}");
        }
    }

    #[test]
    fn bad_lines_end_the_work_or_are_counted() {
        let input = format!("{YES}\nx\n{YES}\ny\n");
        let stopped = chosen(&input, false);
        assert_eq!((stopped.selected, stopped.lines), (1, 2));
        assert!(stopped.failed.unwrap().to_string().starts_with("in:2: "));
        let skipped = chosen(&input, true);
        assert_eq!((skipped.selected, skipped.lines, skipped.bad), (2, 4, vec![1, 2]));
        assert!(skipped.messages[1].to_string().starts_with("in:4: "));
        assert_eq!(chosen(&"x\n".repeat(50), true).messages.len(), MESSAGES);
    }
}
