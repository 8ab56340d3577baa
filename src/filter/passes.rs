//! The passes before the last: which lines it looks at. Each pass looks at those that the one before has left.

use super::edits::Edits;
use super::newest::inputs::{Framed, Inputs};
use super::newest::pick::{Lines, Picked, pick};
use super::newest::record::Rule;
use super::sample::pass::{Seen, Source};
use super::sample::per_class::Balanced;
use super::sample::rows::Sampled;
use super::sample::{Few, per_class, rows};
use super::selection::Selection;
use crate::stream::StreamError;
use roaring::RoaringTreemap;
use std::sync::Arc;

/// What needs a pass of its own, in the order in which it acts.
#[derive(Clone, Debug, Default)]
pub struct Passes {
    /// Which of several rows stays, before any other question.
    pub latest: Option<Rule>,
    /// Which of several rows stays, of those that are selected.
    pub one_per: Option<Rule>,
    /// So many rows, of those.
    pub sample: Option<Few>,
    /// So many rows of each class, of those.
    pub per_class: Option<Few>,
    /// Of the rows that `latest` leaves, all but those that `sample` and `per_class` choose.
    pub rest: bool,
}

/// What the passes have found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Of the newest rows.
    pub latest: Option<Picked>,
    /// Of one row of a value.
    pub one_per: Option<Picked>,
    /// Of so many rows.
    pub sample: Option<Sampled>,
    /// Of so many rows of each class.
    pub per_class: Option<Balanced>,
}

/// The lines that the last pass looks at.
#[derive(Clone, Debug)]
pub struct Among {
    lines: Lines,
    /// When they were chosen: those among them that could not be read, and so are none.
    chosen_but: Option<Lines>,
}

impl Among {
    /// Whether the last pass looks at the line of this number.
    pub fn has(&self, line: u64) -> bool {
        self.lines.contains(line)
    }

    /// Whether the line of this number was read and chosen, so that nothing is left to ask.
    pub fn chose(&self, line: u64) -> bool {
        self.chosen_but.as_ref().is_some_and(|bad| !bad.contains(line))
    }
}

impl Passes {
    /// Whether rows have to be read before it is known which come out.
    pub fn any(&self) -> bool {
        self.latest.is_some() || self.one_per.is_some() || self.chooses()
    }

    /// Whether rows are chosen of all that are selected.
    pub fn chooses(&self) -> bool {
        self.sample.is_some() || self.per_class.is_some()
    }

    /// The lines that the last pass looks at, `None` for all, and what was found.
    ///
    /// # Errors
    /// Those of reading the inputs and of temporary files; a field that no row has.
    pub fn lines(
        &self,
        (inputs, framed): (&Inputs, Framed),
        threads: usize,
        selection: &Arc<Selection>,
        edits: Option<&Arc<Edits>>,
    ) -> Result<(Option<Among>, Found), StreamError> {
        let reader = || inputs.reader(framed);
        let mut found = Found::default();
        let mut among = None;
        if let Some(rule) = &self.latest {
            let (lines, picked) = pick(reader(), threads, rule, None, Arc::default())?;
            (among, found.latest) = (Some(lines), Some(picked));
        }
        let all = among.clone();
        if let Some(rule) = &self.one_per {
            let (lines, picked) = pick(reader(), threads, rule, among, selection.clone())?;
            (among, found.one_per) = (Some(lines), Some(picked));
        }
        let source = |among: &Option<Lines>| {
            let selection = selection.clone();
            Source { reader: reader(), threads, among: among.clone(), selection }
        };
        let mut seen = Seen::default();
        if let Some(few) = self.sample {
            let (taken, now, sampled) = rows::choose(source(&among), few)?;
            (among, found.sample) = (Some(Arc::new(taken)), Some(sampled));
            seen.merge(now);
        }
        if let Some(few) = self.per_class {
            let (taken, now, balanced) = per_class::choose(source(&among), few, edits)?;
            (among, found.per_class) = (Some(Arc::new(taken)), Some(balanced));
            seen.merge(now);
        }
        if !self.chooses() {
            return Ok((among.map(|lines| Among { lines, chosen_but: None }), found));
        }
        let mut lines = among.map(Arc::unwrap_or_clone).unwrap_or_default();
        if self.rest {
            let mut rest = all.map_or_else(RoaringTreemap::new, Arc::unwrap_or_clone);
            if self.latest.is_none() {
                rest.insert_range(1..=seen.last);
            }
            rest -= lines;
            lines = rest;
        }
        lines |= &seen.bad;
        Ok((Some(Among { lines: Arc::new(lines), chosen_but: Some(Arc::new(seen.bad)) }), found))
    }
}

impl Seen {
    fn merge(&mut self, later: Self) {
        self.bad |= later.bad;
        self.last = self.last.max(later.last);
    }
}
