//! How many objects of which class are in which part of a dataset: counters, a row for each class, whatever the size of the dataset.

use indexmap::{IndexMap, IndexSet};

/// Objects by class and part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Objects {
    parts: IndexSet<String>,
    /// A number for each part so far; missing ones are 0.
    classes: IndexMap<String, Vec<u64>>,
}

impl Objects {
    /// A class that the dataset lists, whether an object has it or not.
    pub fn list(&mut self, class: &str) {
        if !self.classes.contains_key(class) {
            self.classes.insert(class.to_owned(), Vec::new());
        }
    }

    /// A part of the dataset, whether an object is in it or not.
    pub fn part(&mut self, part: &str) {
        let part = named(part);
        if !self.parts.contains(part) {
            self.parts.insert(part.to_owned());
        }
    }

    /// Adds so many objects.
    pub fn add(&mut self, part: &str, class: &str, number: u64) {
        self.part(part);
        self.list(class);
        let part = named(part);
        if let (Some(at), Some(counts)) = (self.parts.get_index_of(part), self.classes.get_mut(class)) {
            counts.resize(counts.len().max(at + 1), 0);
            counts[at] += number;
        }
    }

    /// Adds those of another file of the same dataset.
    pub fn join(&mut self, other: &Self) {
        other.parts.iter().for_each(|part| self.part(part));
        for (class, counts) in other.rows() {
            self.list(class);
            other.parts.iter().zip(counts).for_each(|(part, n)| self.add(part, class, n));
        }
    }

    /// The parts, in the order in which they were found.
    pub fn parts(&self) -> impl ExactSizeIterator<Item = &str> {
        self.parts.iter().map(String::as_str)
    }

    /// The classes with their number in each part.
    pub fn rows(&self) -> impl Iterator<Item = (&str, Vec<u64>)> {
        let number = |counts: &[u64]| (0..self.parts.len()).map(|at| counts.get(at).copied().unwrap_or(0)).collect();
        self.classes.iter().map(move |(class, counts)| (class.as_str(), number(counts)))
    }

    /// The classes that no object has.
    pub fn unused(&self) -> Vec<&str> {
        self.rows().filter(|(_, counts)| counts.iter().all(|n| *n == 0)).map(|(class, _)| class).collect()
    }

    /// The parts that have objects, but none of a class that another part has; with those classes.
    pub fn lacking(&self) -> Vec<(&str, Vec<&str>)> {
        let rows: Vec<(&str, Vec<u64>)> = self.rows().collect();
        let lacks = |at: usize| -> Vec<&str> {
            let missing = rows.iter().filter(|(_, counts)| counts[at] == 0 && counts.iter().any(|n| *n > 0));
            missing.map(|(class, _)| *class).collect()
        };
        let filled = |at: &usize| rows.iter().any(|(_, counts)| counts[*at] > 0);
        let parts = self.parts().enumerate().filter(|(at, _)| filled(at)).map(|(at, part)| (part, lacks(at)));
        parts.filter(|(_, classes)| !classes.is_empty()).collect()
    }

    /// Whether there is no object.
    pub fn is_empty(&self) -> bool {
        self.classes.values().flatten().all(|n| *n == 0)
    }
}

/// A dataset that is not in parts is one.
fn named(part: &str) -> &str {
    if part.is_empty() { "all" } else { part }
}

#[cfg(test)]
mod tests {
    use super::Objects;

    #[test]
    fn what_is_unused_and_what_a_part_lacks() {
        let mut all = Objects::default();
        ["car", "bus", "van"].iter().for_each(|class| all.list(class));
        all.add("train", "car", 2);
        all.add("train", "bus", 1);
        let mut more = Objects::default();
        more.add("val", "car", 3);
        more.part("test");
        all.join(&more);
        let rows: Vec<_> = all.rows().collect();
        assert_eq!(rows, [("car", vec![2, 3, 0]), ("bus", vec![1, 0, 0]), ("van", vec![0, 0, 0])]);
        assert_eq!((all.unused(), all.lacking()), (vec!["van"], vec![("val", vec!["bus"])]));
    }
}
