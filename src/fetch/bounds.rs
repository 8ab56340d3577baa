//! The ids at which the parts of an export end, from counts of the rows below some ids.
//!
//! A bound is searched from the top of a binary tree over all ids down to the first number that is near enough: so machines that do
//! not talk find the same ones, although a few rows come and go meanwhile. All bounds are searched at once, and what one has found
//! out serves the others. Rows between two numbers that were counted are listed where that takes fewer requests than counting on:
//! a page of a list is a thousand counts. Only what an open search can still need is kept.

use std::collections::{BTreeMap, BTreeSet};

/// A share may differ from the others by this much.
const TOLERANCE: f64 = 0.05;
/// Rows are listed when there are no more than so many pages of them: pages of a list come one after the other, counts all at once.
const PAGES_IN_TURN: u64 = 8;

/// What to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// How many rows lie from an id on, of which it is known how many lie below it, and below another.
    Count {
        /// The lowest id.
        from: i64,
        /// The first id above.
        id: i64,
    },
    /// Which rows lie from an id on and below another: as many as fit a page.
    List {
        /// The lowest id.
        low: i64,
        /// The first id above.
        high: i64,
    },
}

/// What the answer was.
#[derive(Debug)]
pub enum Answer {
    /// So many rows lie there.
    Count {
        /// As it was asked.
        from: i64,
        /// As it was asked.
        id: i64,
        /// The rows.
        rows: u64,
    },
    /// The ids of a list.
    List {
        /// As it was asked.
        low: i64,
        /// As it was asked.
        high: i64,
        /// The ids from `low` on, ascending.
        ids: Vec<i64>,
        /// Whether they are all below `high`.
        whole: bool,
    },
}

/// The search for all bounds between the parts of a list.
#[derive(Debug)]
pub struct Bounds {
    searches: Vec<Search>,
    known: Known,
    /// By so many rows a bound may miss its goal.
    near: f64,
    /// Rows of a page.
    page: u64,
}

impl Bounds {
    /// For `of` parts of a list of `count` rows with ids from `low` on and below `high`. `page`: rows of a page of a list; 0: only
    /// counts are asked for.
    pub fn new((low, high): (i64, i64), count: u64, of: usize, page: usize) -> Self {
        let share = count as f64 / of.max(1) as f64;
        let searches = (1..of).map(|n| Search::new(share * n as f64, low)).collect();
        let known = Known(BTreeMap::from([(low, 0), (high, count)]));
        Self { searches, known, near: share * TOLERANCE / 2.0, page: page as u64 }
    }

    /// What has to be known next, at most so many questions; none: all bounds are found.
    pub fn questions(&mut self, most: usize) -> Vec<Question> {
        for search in &mut self.searches {
            search.advance(&self.known, self.near);
        }
        self.known.forget(self.searches.iter().filter(|search| search.found.is_none()));
        // How many bounds each stretch between two numbers that were counted still has to give.
        let mut stretches: BTreeMap<(i64, i64), (u64, BTreeSet<i64>)> = BTreeMap::new();
        for search in self.searches.iter().filter(|search| search.found.is_none()) {
            let (low, high) = self.known.around(search.middle());
            let stretch = stretches.entry((low.0, high.0)).or_default();
            stretch.0 += 1;
            stretch.1.insert(search.middle());
        }
        let mut questions = Vec::new();
        for ((low, high), (bounds, middles)) in stretches {
            let rows = self.known.below_of(high).saturating_sub(self.known.below_of(low));
            let pages = rows.checked_div(self.page).map_or(u64::MAX, |pages| pages + 1);
            let halvings = (rows as f64 / (2.0 * self.near + 1.0)).log2().max(1.0);
            if pages <= PAGES_IN_TURN && pages as f64 <= bounds as f64 * halvings {
                questions.push(Question::List { low, high });
            } else {
                questions.extend(middles.into_iter().map(|id| Question::Count { from: low, id }));
            }
        }
        questions.truncate(most.max(1));
        questions
    }

    /// Takes an answer.
    pub fn learn(&mut self, answer: Answer) {
        if let Answer::List { ids, whole: false, .. } = &answer
            && !ids.is_empty()
        {
            // Servers may give fewer rows than they are asked for.
            self.page = self.page.min(ids.len() as u64).max(1);
        }
        self.known.learn(answer);
    }

    /// The bounds, ascending, when there are no more questions.
    pub fn found(self) -> Vec<i64> {
        let mut bounds: Vec<i64> = self.searches.iter().filter_map(|search| search.found).collect();
        // Counts that were made while rows came and went may contradict each other.
        let mut most = i64::MIN;
        for bound in &mut bounds {
            most = most.max(*bound);
            *bound = most;
        }
        bounds
    }
}

/// How many rows lie between two that are looked at, where all are read to find `of` bounds among `count` of them.
pub fn stride(count: u64, of: usize) -> u64 {
    let near = count as f64 / of.max(1) as f64 * TOLERANCE / 2.0;
    (near / 2.0).max(1.0) as u64
}

/// The bounds between `of` parts of `count` rows of which some are known: ascending ids, each with the number of rows below it.
pub fn of_rows(rows: &[(i64, u64)], count: u64, of: usize) -> Vec<i64> {
    let (low, high) = match (rows.first(), rows.last()) {
        (Some(first), Some(last)) => (first.0, last.0.saturating_add(1)),
        _ => (0, 0),
    };
    let mut bounds = Bounds::new((low, high), count, of, 0);
    let below = |id: i64| rows.get(rows.partition_point(|row| row.0 < id)).map_or(count, |row| row.1);
    loop {
        let questions = bounds.questions(usize::MAX);
        if questions.is_empty() {
            return bounds.found();
        }
        for question in questions {
            if let Question::Count { from, id } = question {
                bounds.learn(Answer::Count { from, id, rows: below(id).saturating_sub(below(from)) });
            }
        }
    }
}

/// The search for one bound.
#[derive(Debug)]
struct Search {
    /// Rows that are to lie below it.
    goal: f64,
    low: i64,
    step: u64,
    found: Option<i64>,
}

impl Search {
    fn new(goal: f64, low: i64) -> Self {
        // Ids below zero are rare: without any, the tree over the others is a level less deep.
        let (low, step) = if low < 0 { (-(1 << 62), 1 << 63) } else { (0, 1 << 62) };
        Self { goal, low, step, found: None }
    }

    /// The number that is tried next.
    fn middle(&self) -> i64 {
        self.low.saturating_add_unsigned((self.step / 2).max(1))
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
            let (least, most) = known.below(middle);
            let (least, most) = (least as f64 - self.goal, most as f64 - self.goal);
            if least > near {
                // Too many, however the rows lie.
            } else if most < -near {
                self.low = middle;
            } else if least < most {
                return;
            } else if least.abs() <= near {
                self.found = Some(middle);
            } else if least < 0.0 {
                self.low = middle;
            }
            self.step = step;
        }
    }
}

/// How many rows lie below some ids.
#[derive(Debug)]
struct Known(BTreeMap<i64, u64>);

/// An id, and how many rows lie below it.
type Point = (i64, u64);

impl Known {
    /// The nearest ids that are known, at or below `id` and above it. Beyond the ends nothing lies.
    fn around(&self, id: i64) -> (Point, Point) {
        let pair = |(id, below): (&i64, &u64)| (*id, *below);
        let last = self.0.last_key_value().map_or(0, |(_, below)| *below);
        let low = self.0.range(..=id).next_back().map_or((i64::MIN, 0), pair);
        (low, self.0.range(id..).next().map_or((i64::MAX, last), pair))
    }

    fn below_of(&self, id: i64) -> u64 {
        let ((_, before), (high, rows)) = self.around(id);
        if high == id { rows } else { before }
    }

    /// The fewest and the most rows that may lie below an id. There cannot be more than there are numbers, and every number is an id
    /// where there are as many rows as numbers.
    fn below(&self, id: i64) -> (u64, u64) {
        let ((low, before), (high, rows)) = self.around(id);
        if high == id {
            return (rows, rows);
        }
        let between = rows.saturating_sub(before);
        let (under, over) = (id.abs_diff(low), high.abs_diff(id));
        let least = between.saturating_sub(over).min(under);
        (before + least, before + between.min(under).max(least))
    }

    fn learn(&mut self, answer: Answer) {
        let (low, high, ids, whole) = match answer {
            Answer::Count { from, id, rows } => {
                let below = self.below_of(from) + rows;
                self.0.insert(id, below);
                return;
            }
            Answer::List { low, high, ids, whole } => (low, high, ids, whole),
        };
        let mut below = self.below_of(low);
        let nothing = ids.is_empty();
        for id in ids {
            self.0.insert(id, below);
            below += 1;
            self.0.insert(id.saturating_add(1), below);
        }
        // Nothing is between the last row and the end, whatever was counted before: a row may have gone since.
        if whole || nothing {
            self.0.entry(high - 1).or_insert(below);
        }
    }

    /// Forgets what no open search can need.
    fn forget<'a>(&mut self, open: impl Iterator<Item = &'a Search>) {
        let mut needed = BTreeMap::new();
        for search in open {
            let (low, high) = (search.low, search.low.saturating_add_unsigned(search.step));
            let (below, above) = (self.around(low).0, self.around(high).1);
            let inside = self.0.range(low..=high).map(|(id, below)| (*id, *below));
            needed.extend(inside.chain([below, above]).filter(|(id, _)| self.0.contains_key(id)));
        }
        if !needed.is_empty() {
            self.0 = needed;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bounds for rows with these ids, and how many questions they took.
    fn find(ids: &[i64], of: usize, page: usize) -> (Vec<i64>, usize) {
        let mut bounds = Bounds::new((ids[0], ids[ids.len() - 1] + 1), ids.len() as u64, of, page);
        let mut asked = 0;
        loop {
            let questions = bounds.questions(64);
            if questions.is_empty() {
                return (bounds.found(), asked);
            }
            asked += questions.len();
            for question in questions {
                bounds.learn(answer(ids, question, page));
            }
        }
    }

    fn answer(ids: &[i64], question: Question, page: usize) -> Answer {
        let within =
            |low: i64, high: i64| &ids[ids.partition_point(|id| *id < low)..ids.partition_point(|id| *id < high)];
        match question {
            Question::Count { from, id } => Answer::Count { from, id, rows: within(from, id).len() as u64 },
            Question::List { low, high } => {
                let all = within(low, high);
                Answer::List { low, high, whole: all.len() <= page, ids: all[..all.len().min(page)].to_vec() }
            }
        }
    }

    /// The bounds as each of them is found by counting alone.
    fn counted(ids: &[i64], of: usize) -> Vec<i64> {
        let share = ids.len() as f64 / of as f64;
        let one = |n: usize| {
            let (mut low, mut step) = if ids[0] < 0 { (-(1i64 << 62), 1u64 << 63) } else { (0, 1 << 62) };
            loop {
                step = (step / 2).max(1);
                let middle = low.saturating_add_unsigned(step);
                let off = ids.partition_point(|id| *id < middle) as f64 - share * n as f64;
                if step == 1 || off.abs() <= share * TOLERANCE / 2.0 {
                    return middle;
                }
                low = if off < 0.0 { middle } else { low };
            }
        };
        (1..of).map(one).collect()
    }

    fn lists() -> Vec<Vec<i64>> {
        vec![
            (1000..1300).collect(),
            (0..300).map(|n| n * n * 7 + 5).collect(),
            (1..300).chain(5_000_000..5_000_100).chain([9_000_000_000]).collect(),
            (-150..150).map(|n| n * 1001).collect(),
            vec![42],
            (0..5000).map(|n| n * 13).collect(),
            vec![1, i64::MAX - 2],
        ]
    }

    #[test]
    fn few_questions_find_what_counting_finds() {
        for ids in lists() {
            for (of, page) in [(1, 100), (2, 100), (3, 100), (8, 100), (8, 10), (1000, 100), (1000, 7)] {
                let (bounds, questions) = find(&ids, of, page);
                assert_eq!(bounds, counted(&ids, of), "{of} of {} rows", ids.len());
                let most = 70 + 2 * ids.len() / page;
                assert!(questions <= most, "{questions} questions for {of} of {} rows, {page} a page", ids.len());
            }
        }
    }

    #[test]
    fn many_shards_cost_as_many_questions_as_there_are_pages() {
        // 300,000 rows with uneven gaps: 1,000 parts of 300.
        let mut seed = 1u64;
        let mut id = 1_000_000;
        let ids: Vec<i64> = (0..300_000)
            .map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                id += 1 + (seed >> 33) as i64 % 40;
                id
            })
            .collect();
        let (bounds, questions) = find(&ids, 1000, 1000);
        assert_eq!(bounds, counted(&ids, 1000));
        assert!(questions < 450, "{questions} questions");
        let (bounds, questions) = find(&ids, 8, 1000);
        assert_eq!(bounds, counted(&ids, 8));
        assert!(questions < 60, "{questions} questions");
    }

    #[test]
    fn rows_that_are_known_give_the_same_bounds() {
        for ids in lists() {
            let rows: Vec<(i64, u64)> = ids.iter().enumerate().map(|(n, id)| (*id, n as u64)).collect();
            for of in [1, 2, 7, 1000] {
                assert_eq!(of_rows(&rows, ids.len() as u64, of), counted(&ids, of), "{of} of {} rows", ids.len());
            }
        }
        let (count, of) = (50_000, 10);
        let every = usize::try_from(stride(count, of)).unwrap();
        let rows: Vec<(i64, u64)> = (0..count).step_by(every).map(|n| (n as i64 * 3, n)).collect();
        let bounds = of_rows(&rows, count, of);
        let shares: Vec<i64> = bounds.windows(2).map(|w| (w[1] - w[0]) / 3).collect();
        assert!(every > 10 && shares.iter().all(|share| (4700..5300).contains(share)), "{shares:?}");
        assert_eq!(of_rows(&[], 0, 3).len(), 2);
    }

    #[test]
    fn rows_that_come_and_go_do_not_keep_it_from_ending() {
        let ids: Vec<i64> = (0..3000).map(|n| n * n % 100_003 * 10).collect::<BTreeSet<_>>().into_iter().collect();
        let mut seed = 7u64;
        for _ in 0..20 {
            let mut bounds = Bounds::new((ids[0], ids[ids.len() - 1] + 1), ids.len() as u64, 50, 20);
            let mut asked = 0;
            loop {
                let questions = bounds.questions(64);
                if questions.is_empty() {
                    break;
                }
                asked += questions.len();
                assert!(asked < 5000);
                for question in questions {
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    // A tenth of the rows is there or not.
                    let now: Vec<i64> =
                        ids.iter().copied().filter(|id| !(*id as u64 ^ seed >> 40).is_multiple_of(10)).collect();
                    bounds.learn(answer(&now, question, 20));
                }
            }
            let bounds = bounds.found();
            assert!(bounds.len() == 49 && bounds.is_sorted());
        }
    }
}
