//! Names with their counts.

use crate::filter::count::counts::Tally;
use std::collections::BTreeMap;

/// Names that are told apart; those beyond are counted together.
pub const MOST: usize = 10_000;

/// Names, each with the rows and annotations that have it. Some rows have the empty name: they have none.
#[derive(Clone, Debug, Default)]
pub struct Names {
    by_name: BTreeMap<String, Tally>,
    /// Of names beyond [`MOST`].
    beyond: Tally,
}

impl Names {
    /// Counts a row under a name, with its annotations.
    pub fn row(&mut self, name: &str, objects: u64) {
        self.add(name, Tally { items: 1, objects });
    }

    /// Counts the names of a row's annotations: each annotation, and the row once for each name.
    pub fn of_row<'n>(&mut self, names: impl Iterator<Item = &'n str>) {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        names.for_each(|name| *counts.entry(name).or_default() += 1);
        counts.into_iter().for_each(|(name, objects)| self.add(name, Tally { items: 1, objects }));
    }

    fn add(&mut self, name: &str, more: Tally) {
        if let Some(tally) = self.by_name.get_mut(name) {
            tally.add(more);
        } else if self.by_name.len() < MOST {
            self.by_name.insert(name.to_owned(), more);
        } else {
            self.beyond.add(more);
        }
    }

    /// Adds those of a later batch.
    pub fn merge(&mut self, later: Self) {
        later.by_name.iter().for_each(|(name, tally)| self.add(name, *tally));
        self.beyond.add(later.beyond);
    }

    /// The count of one name.
    pub fn of(&self, name: &str) -> Tally {
        self.by_name.get(name).copied().unwrap_or_default()
    }

    /// The names, those with most annotations and then most rows first; what has no name is left out.
    pub fn ranked(&self) -> Vec<(&str, Tally)> {
        let mut all: Vec<_> = self.by_name.iter().map(|(name, tally)| (name.as_str(), *tally)).collect();
        all.retain(|(name, _)| !name.is_empty());
        all.sort_by_key(|(_, tally)| std::cmp::Reverse((tally.objects, tally.items)));
        all
    }

    /// The names, those with most rows first.
    pub fn by_rows(&self) -> Vec<(&str, Tally)> {
        let mut all = self.ranked();
        all.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.items));
        all
    }

    /// What names beyond the first [`MOST`] have.
    pub fn beyond(&self) -> Tally {
        self.beyond
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ranked_and_bounded() {
        let mut names = Names::default();
        names.of_row(["a", "b", "b", ""].into_iter());
        names.of_row(["a", "a", "c"].into_iter());
        let told: Vec<_> = names.ranked().into_iter().map(|(name, t)| (name, t.items, t.objects)).collect();
        assert_eq!(told, [("a", 2, 3), ("b", 1, 2), ("c", 1, 1)]);
        assert_eq!(names.of(""), Tally { items: 1, objects: 1 });
        let mut many = Names::default();
        (0..MOST + 5).for_each(|n| many.row(&n.to_string(), 2));
        many.merge(many.clone());
        assert_eq!((many.ranked().len(), many.beyond()), (MOST, Tally { items: 10, objects: 20 }));
    }
}
