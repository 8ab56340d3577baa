//! Which items are about the same picture: several assignments of one task, or several tasks of one data unit. They belong into the
//! same part of a split, else a model is tested with what it was trained on.

use roaring::RoaringTreemap;
use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// What says that two items are about the same picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The data unit.
    DataUnit,
    /// The task, when no data unit is known.
    Task,
}

impl By {
    const ALL: [Self; 2] = [Self::DataUnit, Self::Task];

    /// The field of a row that has it.
    pub fn field(self) -> &'static str {
        match self {
            Self::DataUnit => "data_unit",
            Self::Task => "task",
        }
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::DataUnit => "data unit",
            Self::Task => "task",
        }
    }
}

/// The picture of an item, in a few bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picture {
    by: By,
    key: Key,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Number(u64),
    /// The first eight bytes of the SHA-256 of an id that is no number.
    Hash(u64),
}

impl Picture {
    /// Of the id of a data unit or task.
    pub fn new(by: By, id: &str) -> Self {
        // `007` and `7` are two ids.
        let number = id.parse::<u64>().ok().filter(|_| id == "0" || !id.starts_with(['0', '+']));
        let hash = || Sha256::digest(id.as_bytes()).iter().take(8).fold(0, |h, &byte| h << 8 | u64::from(byte));
        Self { by, key: number.map_or_else(|| Key::Hash(hash()), Key::Number) }
    }
}

/// A set of pictures. Dense numbers, as a database gives them, take two bytes each.
#[derive(Debug, Default)]
struct Set {
    numbers: RoaringTreemap,
    hashes: HashSet<u64>,
}

impl Set {
    fn add(&mut self, key: Key) -> bool {
        match key {
            Key::Number(number) => self.numbers.insert(number),
            Key::Hash(hash) => self.hashes.insert(hash),
        }
    }

    fn has(&self, key: Key) -> bool {
        match key {
            Key::Number(number) => self.numbers.contains(number),
            Key::Hash(hash) => self.hashes.contains(&hash),
        }
    }
}

/// The pictures of a run.
#[derive(Debug, Default)]
pub struct Pictures {
    of_units: Shared,
    of_tasks: Shared,
    splits: Vec<String>,
}

/// The pictures that one kind of id tells apart.
#[derive(Debug, Default)]
pub struct Shared {
    /// Items that have their picture in common with another.
    pub items: u64,
    /// Pictures that are in more than one part of the split.
    pub apart: u64,
    /// The first item that is in another part than an earlier one of its picture: its id, its part, the other part.
    pub first_apart: Option<(String, String, String)>,
    /// The pictures of each part, by its place in `splits`.
    seen: Vec<Set>,
    seen_again: Set,
    seen_apart: Set,
}

impl Pictures {
    /// Notes the picture of an item that is written, with its id and the split it is in.
    pub fn note(&mut self, picture: Picture, id: &str, split: &str) {
        let at = self.splits.iter().position(|known| *known == split).unwrap_or_else(|| {
            self.splits.push(split.to_owned());
            self.splits.len() - 1
        });
        let Picture { by, key } = picture;
        let shared = match by {
            By::DataUnit => &mut self.of_units,
            By::Task => &mut self.of_tasks,
        };
        shared.seen.resize_with(self.splits.len(), Set::default);
        let other = (0..shared.seen.len()).find(|&i| i != at && shared.seen[i].has(key));
        let again = !shared.seen[at].add(key);
        if again || other.is_some() {
            // The first item of a picture is known to share it when the second comes.
            shared.items += 1 + u64::from(shared.seen_again.add(key));
        }
        let Some(other) = other else { return };
        if shared.seen_apart.add(key) {
            shared.apart += 1;
            let place = || (id.to_owned(), self.splits[at].clone(), self.splits[other].clone());
            shared.first_apart.get_or_insert_with(place);
        }
    }

    /// What items have in common.
    pub fn shared(&self) -> impl Iterator<Item = (By, &Shared)> {
        By::ALL.into_iter().map(|by| match by {
            By::DataUnit => (by, &self.of_units),
            By::Task => (by, &self.of_tasks),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_of_one_picture_are_counted_also_the_first() {
        let mut pictures = Pictures::default();
        for (by, id, split) in [
            (By::Task, "1", "train"),
            (By::Task, "1", "train"),
            (By::Task, "1", "train"),
            (By::Task, "2", "train"),
            (By::Task, "007", "train"),
            (By::Task, "7", "val"),
            (By::DataUnit, "2", "val"),
            (By::DataUnit, "a", "val"),
            (By::DataUnit, "a", "train"),
            (By::DataUnit, "a", "test"),
            (By::DataUnit, "b", "test"),
        ] {
            pictures.note(Picture::new(by, id), "9", split);
        }
        let found: Vec<_> = pictures.shared().map(|(by, s)| (by.word(), s.items, s.apart)).collect();
        assert_eq!(found, [("data unit", 3, 1), ("task", 3, 0)]);
        let (_, units) = pictures.shared().next().unwrap();
        assert_eq!(units.first_apart, Some(("9".into(), "train".into(), "val".into())));
    }
}
