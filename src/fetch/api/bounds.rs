//! The ids at which the parts of an export end, found with few requests.
//!
//! A bound is searched from the top of a binary tree over all ids down to the first number that is near enough: so machines that do
//! not talk find the same ones, although a few rows come and go meanwhile. All bounds are searched at once, level by level, and
//! what one has found out serves the others. Where few rows are left between two numbers that were counted, they are listed.

use super::part::ListPart;
use super::walk::segments::Range;
use crate::api::hold::Holding;
use crate::api::page::Page;
use crate::api::{ApiError, Client, Target};
use futures_util::future::try_join_all;
use std::collections::{BTreeMap, BTreeSet};

/// A share may differ from the others by this much.
const TOLERANCE: f64 = 0.05;
/// So few rows are listed, in one page, and not counted again and again.
const FEW: u64 = 100;

/// The bounds between `of` shares of a list with this span and so many rows, ascending.
///
/// # Errors
/// [`ApiError`].
pub async fn find(
    client: &Client,
    target: Target,
    part: &ListPart,
    span: Range,
    count: u64,
    of: usize,
) -> Result<Vec<i64>, ApiError> {
    let share = count as f64 / of as f64;
    let mut searches: Vec<_> = (1..of).map(|n| Search::new(share * n as f64, span)).collect();
    let mut known = Known::new(span, count);
    loop {
        searches.iter_mut().for_each(|search| search.advance(&known, share * TOLERANCE / 2.0));
        let open: BTreeSet<_> = searches.iter().filter(|s| s.found.is_none()).map(Search::middle).collect();
        if open.is_empty() {
            return Ok(searches.iter().filter_map(|search| search.found).collect());
        }
        let questions: BTreeSet<_> = open.iter().map(|id| known.question(*id)).collect();
        for answer in try_join_all(questions.into_iter().map(|q| ask(client, target, part, span, q))).await? {
            known.learn(answer);
        }
    }
}

/// The search for one bound.
#[derive(Debug)]
struct Search {
    /// Rows that are to lie below it.
    goal: f64,
    low: i64,
    step: i64,
    found: Option<i64>,
}

impl Search {
    fn new(goal: f64, span: Range) -> Self {
        let step = 1i64 << 62;
        Self { goal, low: if span.low < 0 { -step } else { 0 }, step, found: None }
    }

    /// The number that is tried next.
    fn middle(&self) -> i64 {
        self.low.saturating_add((self.step / 2).max(1))
    }

    /// Goes as far down as is known. `near`: by so many rows a bound may miss its goal.
    fn advance(&mut self, known: &Known, near: f64) {
        while self.found.is_none() {
            let middle = self.middle();
            let step = (self.step / 2).max(1);
            if step == 1 {
                self.found = Some(middle);
                return;
            }
            let Some(below) = known.below(middle) else { return };
            let off = below as f64 - self.goal;
            if off.abs() <= near {
                self.found = Some(middle);
            } else if off < 0.0 {
                self.low = middle;
            }
            self.step = step;
        }
    }
}

/// What to ask the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Question {
    /// How many rows lie below an id.
    Count(i64),
    /// Which rows lie from an id on and below another.
    List { low: i64, high: i64 },
}

/// What the server has answered.
#[derive(Debug)]
enum Answer {
    Count(i64, u64),
    /// The ids from `low` on, ascending, and whether they are all below `high`.
    List {
        low: i64,
        high: i64,
        ids: Vec<i64>,
        whole: bool,
    },
}

async fn ask(
    client: &Client,
    target: Target,
    part: &ListPart,
    span: Range,
    question: Question,
) -> Result<Answer, ApiError> {
    match question {
        Question::Count(id) => {
            let below = client.count(target, &part.within(Range { low: span.low, high: id })).await?;
            Ok(Answer::Count(id, below.unwrap_or(0)))
        }
        Question::List { low, high } => {
            let query = part.within(Range { low, high }).with("page_size", FEW.to_string()).with("ordering", "id");
            let page = client.get(target.path(), &query, |body| Page::parse(body, target, &Holding::default())).await?;
            let mut ids: Vec<i64> = page.rows.iter().filter_map(|row| row.key.number()).collect();
            ids.sort_unstable();
            Ok(Answer::List { low, high, ids, whole: page.next.is_none() })
        }
    }
}

/// An id, and how many rows lie below it.
type Point = (i64, u64);

/// How many rows lie below some ids.
#[derive(Debug)]
struct Known(BTreeMap<i64, u64>);

impl Known {
    fn new(span: Range, count: u64) -> Self {
        Self(BTreeMap::from([(span.low, 0), (span.high, count)]))
    }

    /// The nearest ids that are known, at or below `id` and above it; `None` beyond the ends.
    fn around(&self, id: i64) -> (Option<Point>, Option<Point>) {
        let pair = |(id, below): (&i64, &u64)| (*id, *below);
        (self.0.range(..=id).next_back().map(pair), self.0.range(id..).next().map(pair))
    }

    /// The rows below an id, when they follow from what is known: nothing lies between two ids with equal counts, and every number
    /// is an id where there are as many rows as numbers.
    fn below(&self, id: i64) -> Option<u64> {
        match self.around(id) {
            (Some((_, rows)), None) => Some(rows),
            (None, _) => Some(0),
            (Some((low, before)), Some((high, rows))) => match rows.saturating_sub(before) {
                0 => Some(before),
                // More rows than numbers: they came after the count.
                between if i128::from(between) >= i128::from(high) - i128::from(low) => {
                    Some(before + id.abs_diff(low).min(between))
                }
                _ => None,
            },
        }
    }

    /// What tells the rows below an id.
    fn question(&self, id: i64) -> Question {
        match self.around(id) {
            (Some((low, before)), Some((high, rows))) if rows.saturating_sub(before) <= FEW => {
                Question::List { low, high }
            }
            _ => Question::Count(id),
        }
    }

    fn learn(&mut self, answer: Answer) {
        let (low, high, ids, whole) = match answer {
            Answer::Count(id, below) => {
                self.0.insert(id, below);
                return;
            }
            Answer::List { low, high, ids, whole } => (low, high, ids, whole),
        };
        let mut below = self.below(low).unwrap_or(0);
        let nothing = ids.is_empty();
        for id in ids {
            self.0.insert(id, below);
            below += 1;
            self.0.insert(id + 1, below);
        }
        // Nothing is between the last row and the end, whatever was counted before: a row may have gone since.
        if whole || nothing {
            self.0.entry(high - 1).or_insert(below);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bounds for rows with these ids, and how many questions they took.
    fn find(ids: &[i64], of: usize, page: usize) -> (Vec<i64>, usize) {
        let (low, high) = (ids[0], ids[ids.len() - 1] + 1);
        let span = Range { low, high };
        let share = ids.len() as f64 / of as f64;
        let mut searches: Vec<_> = (1..of).map(|n| Search::new(share * n as f64, span)).collect();
        let mut known = Known::new(span, ids.len() as u64);
        let mut questions = 0;
        loop {
            searches.iter_mut().for_each(|search| search.advance(&known, share * TOLERANCE / 2.0));
            let Some(open) = searches.iter().find(|s| s.found.is_none()) else {
                return (searches.iter().filter_map(|s| s.found).collect(), questions);
            };
            questions += 1;
            known.learn(match known.question(open.middle()) {
                Question::Count(id) => Answer::Count(id, ids.iter().filter(|i| **i < id).count() as u64),
                Question::List { low, high } => {
                    let all: Vec<i64> = ids.iter().copied().filter(|id| (low..high).contains(id)).collect();
                    Answer::List { low, high, whole: all.len() <= page, ids: all.into_iter().take(page).collect() }
                }
            });
        }
    }

    /// The bounds as each of them is found by counting alone.
    fn counted(ids: &[i64], of: usize) -> Vec<i64> {
        let share = ids.len() as f64 / of as f64;
        let one = |n: usize| {
            let (mut step, mut low) = (1i64 << 62, if ids[0] < 0 { -(1i64 << 62) } else { 0 });
            loop {
                step = (step / 2).max(1);
                let middle = low + step;
                let off = ids.iter().filter(|id| **id < middle).count() as f64 - share * n as f64;
                if step == 1 || off.abs() <= share * TOLERANCE / 2.0 {
                    return middle;
                }
                low = if off < 0.0 { middle } else { low };
            }
        };
        (1..of).map(one).collect()
    }

    #[test]
    fn few_questions_find_what_counting_finds() {
        let lists: [Vec<i64>; 7] = [
            (1000..1300).collect(),
            (0..300).map(|n| n * n * 7 + 5).collect(),
            (1..300).chain(5_000_000..5_000_100).chain([9_000_000_000]).collect(),
            (-150..150).map(|n| n * 1001).collect(),
            vec![42],
            (0..5000).map(|n| n * 13).collect(),
            vec![1, i64::MAX - 2],
        ];
        for ids in lists {
            for (of, page) in [(2, 100), (3, 100), (8, 100), (8, 10), (1000, 100), (1000, 7)] {
                let (bounds, questions) = find(&ids, of, page);
                assert_eq!(bounds, counted(&ids, of), "{of} of {} rows", ids.len());
                let most = 60 + 2 * ids.len() / page + if ids.len() > 1000 { 8 * of.min(200) } else { 0 };
                assert!(questions <= most, "{questions} questions for {of} of {} rows", ids.len());
            }
        }
    }

    #[test]
    fn rows_that_come_and_go_do_not_keep_it_from_ending() {
        let mut known = Known::new(Range { low: 0, high: 1000 }, 50);
        assert_eq!(known.question(500), Question::List { low: 0, high: 1000 });
        known.learn(Answer::List { low: 0, high: 1000, ids: vec![], whole: false });
        assert_eq!(known.below(500), Some(0));
        let mut known = Known::new(Range { low: 0, high: 1000 }, 50);
        known.learn(Answer::List { low: 0, high: 1000, ids: (0..60).collect(), whole: true });
        assert_eq!((known.below(30), known.below(500), known.below(1000)), (Some(30), Some(60), Some(50)));
    }
}
