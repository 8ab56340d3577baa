//! The id space of a walk as segments in order: to do, under way, or done and waiting for their turn.
//!
//! The walk goes from the highest id down. The topmost segment to do is cut to the size of a page by what is known of the density
//! of ids there; a page that did not reach the end of its segment leaves the rest to do, with the density it found. So dense
//! places are cut again and empty ones are crossed in ever longer steps.

use std::collections::BTreeMap;

/// A half-open range of ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The lowest id in it.
    pub low: i64,
    /// The first id above it.
    pub high: i64,
}

impl Range {
    /// How many ids it could hold.
    pub fn width(self) -> f64 {
        self.high as f64 - self.low as f64
    }

    /// Whether it holds no id at all.
    pub fn is_empty(self) -> bool {
        self.high <= self.low
    }
}

#[derive(Debug)]
enum State<T> {
    /// With the number of ids per row to expect.
    Todo(f64),
    Busy,
    Done(T),
}

/// Pages that overflow more often than this are asked for with room to spare.
const OVERFLOWS: f64 = 0.1;
const ROOM: f64 = 0.85;
/// An empty range counts as this many rows when density is estimated.
const NOTHING: f64 = 0.25;

/// Segments by their upper end; `T` is what a finished one holds.
#[derive(Debug)]
pub struct Segments<T> {
    all: BTreeMap<i64, (i64, State<T>)>,
    pages: f64,
    overflows: f64,
}

impl<T> Segments<T> {
    /// These ranges, disjoint, expecting a row every `ids_per_row` ids.
    pub fn new(ranges: impl IntoIterator<Item = Range>, ids_per_row: f64) -> Self {
        let todo = |r: Range| (r.high, (r.low, State::Todo(ids_per_row.max(1.0))));
        Self { all: ranges.into_iter().filter(|r| !r.is_empty()).map(todo).collect(), pages: 0.0, overflows: 0.0 }
    }

    /// Whether everything was handed out.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether nothing above the next segment to do is missing: what it brings can go out at once.
    pub fn next_is_front(&self) -> bool {
        self.all.last_key_value().is_some_and(|(_, (_, state))| matches!(state, State::Todo(_)))
    }

    /// Takes the next range for a page of so many rows, if it lies above `floor`.
    pub fn begin(&mut self, rows: usize, floor: i64) -> Option<Range> {
        let (high, low, density) = self.all.iter().rev().find_map(|(high, (low, state))| match state {
            State::Todo(density) => Some((*high, *low, *density)),
            _ => None,
        })?;
        if high <= floor {
            return None;
        }
        let room = if self.overflows > OVERFLOWS * self.pages { ROOM } else { 1.0 };
        let width = (rows as f64 * density * room).max(1.0);
        let cut = if width >= (Range { low, high }).width() { low } else { (high - width as i64).max(low) };
        self.all.insert(high, (cut, State::Busy));
        if cut > low {
            self.all.insert(cut, (low, State::Todo(density)));
        }
        Some(Range { low: cut, high })
    }

    /// A page for `range` came: `rows` rows down to `reached` (exclusive end of what is left), or to the end of the range.
    pub fn finish(&mut self, range: Range, rows: usize, reached: Option<i64>, result: T) {
        let covered = Range { low: reached.unwrap_or(range.low), high: range.high };
        let density = (covered.width() / (rows as f64).max(NOTHING)).max(1.0);
        self.pages += 1.0;
        self.all.insert(range.high, (covered.low, State::Done(result)));
        if let Some(reached) = reached {
            self.overflows += 1.0;
            if reached > range.low {
                self.all.insert(reached, (range.low, State::Todo(density)));
            }
        } else if let Some((_, State::Todo(below))) = self.all.get_mut(&range.low) {
            // What lies below is probably like this, but one page is not all: half way, on the scale of ratios.
            *below = (*below * density).sqrt().max(1.0);
        }
    }

    /// Whether [`Segments::take_done`] has something.
    pub fn has_done(&self, any: bool) -> bool {
        let done = |state: &State<T>| matches!(state, State::Done(_));
        if any {
            self.all.values().any(|(_, state)| done(state))
        } else {
            self.all.last_key_value().is_some_and(|(_, (_, state))| done(state))
        }
    }

    /// The topmost segment, when it is done; or, in no particular order, any that is.
    pub fn take_done(&mut self, any: bool) -> Option<(Range, T)> {
        let high = if any {
            self.all.iter().rev().find(|(_, (_, state))| matches!(state, State::Done(_))).map(|(high, _)| *high)?
        } else {
            *self.all.last_key_value().filter(|(_, (_, state))| matches!(state, State::Done(_)))?.0
        };
        match self.all.remove(&high) {
            Some((low, State::Done(result))) => Some((Range { low, high }, result)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Walks ids with pages of `size`, `busy` at once, answers coming in the order that `pick` says; gives what came and the
    /// number of pages.
    fn walk(ids: &[i64], size: usize, busy: usize, mut pick: impl FnMut(usize) -> usize) -> (Vec<i64>, usize) {
        let (low, high) = (ids[0], ids[ids.len() - 1] + 1);
        let mut segments = Segments::new([Range { low, high }], (high - low) as f64 / ids.len() as f64);
        let (mut open, mut out, mut pages) = (Vec::new(), Vec::new(), 0);
        while !segments.is_empty() {
            while open.len() < busy
                && let Some(range) = segments.begin(size, i64::MIN)
            {
                assert!(!range.is_empty());
                open.push(range);
            }
            let range = open.swap_remove(pick(open.len()));
            let inside: Vec<i64> = ids.iter().rev().copied().filter(|i| (range.low..range.high).contains(i)).collect();
            let rows = inside[..inside.len().min(size)].to_vec();
            let reached = (inside.len() > size).then(|| rows[size - 1]);
            pages += 1;
            segments.finish(range, rows.len(), reached, rows);
            while let Some((_, rows)) = segments.take_done(false) {
                out.extend(rows);
            }
        }
        (out, pages)
    }

    #[test]
    fn even_ids_take_no_more_pages_than_needed() {
        for step in [1, 3, 1000] {
            let ids: Vec<i64> = (0..10_000).map(|n| 7 + n * step).collect();
            let (out, pages) = walk(&ids, 100, 8, |_| 0);
            assert!(out.len() == 10_000 && pages <= 101, "step {step}: {pages} pages");
        }
    }

    #[test]
    fn a_dense_end_and_a_far_straggler_cost_few_pages_more() {
        let ids: Vec<i64> = std::iter::once(1).chain(1_000_000_000..1_000_010_000).collect();
        let (out, pages) = walk(&ids, 100, 8, |n| n - 1);
        assert_eq!(out.len(), 10_001);
        assert!(pages < 200, "{pages} pages");
    }

    proptest! {
        #[test]
        fn every_id_comes_once_and_in_order(
            ids in prop::collection::btree_set(-1000i64..100_000, 1..400),
            size in 1usize..50,
            busy in 1usize..10,
            picks in prop::collection::vec(0usize..100, 50),
        ) {
            let ids: Vec<i64> = ids.into_iter().collect();
            let mut n = 0;
            let (out, _) = walk(&ids, size, busy, |open| { n += 1; picks[n % picks.len()] % open });
            prop_assert!(out.iter().rev().eq(ids.iter()));
        }
    }
}
