//! Names that differ by case only: often one thing, spelled in two ways, and one folder where file systems have no case.

use super::naming::fold;
use crate::stream::StreamError;
use crate::tr;
use crate::words::Message;
use std::collections::{BTreeMap, BTreeSet};

/// How many groups of classes are named.
const SHOWN: usize = 3;

/// What the user should know of these classes, a line for each group.
pub fn notes<'n>(classes: impl Iterator<Item = &'n String>) -> Vec<Message> {
    let mut by_fold: BTreeMap<String, BTreeSet<&String>> = BTreeMap::new();
    for class in classes {
        by_fold.entry(fold(class)).or_default().insert(class);
    }
    let twins: Vec<_> = by_fold.values().filter(|names| names.len() > 1).collect();
    let mut notes: Vec<Message> = twins.iter().take(SHOWN).filter_map(|names| note(names)).collect();
    if let Some(more) = twins.len().checked_sub(SHOWN).filter(|n| *n > 0) {
        notes.push(tr!("twins-more", more));
    }
    notes
}

fn note(names: &BTreeSet<&String>) -> Option<Message> {
    let last = names.last()?;
    let cures: Vec<_> = names.iter().filter(|name| *name != last).map(|old| typed(old, last)).collect();
    let all: Vec<_> = names.iter().map(|name| format!("{name:?}")).collect();
    Some(tr!("twins", all = all.join(" and "), cures = cures.join(" ")))
}

/// `--class-map` as it is typed in a shell.
fn typed(old: &str, new: &str) -> String {
    let pair = format!("{}={}", old.replace('=', "\\="), new.replace('=', "\\="));
    let plain = pair.chars().all(|c| c.is_alphanumeric() || "=_-.".contains(c));
    if plain { format!("--class-map {pair}") } else { format!("--class-map '{}'", pair.replace('\'', "'\\''")) }
}

/// That an item is in a split whose folder is that of another split.
pub fn splits(id: &str, split: &str, other: &str) -> StreamError {
    StreamError::Cut(tr!("split-case-differs", id, ?split, ?other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_names_are_told_with_the_cure() {
        let told = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
            notes(names.iter())
        };
        assert!(told(&["cat", "dog", "cat"]).is_empty());
        for (names, cure) in [
            (
                &["cat", "Cat"][..],
                "\"Cat\" and \"cat\" differ by case only: if they are one, --class-map Cat=cat makes",
            ),
            (&["CAT", "cat", "Cat"], "--class-map CAT=cat --class-map Cat=cat makes"),
            (&["Big Cat", "big cat"], "--class-map 'Big Cat=big cat'"),
            (&["A=b", "a=b"], "--class-map 'A\\=b=a\\=b'"),
            (&["O'x", "o'x"], r"'O'\''x=o'\''x'"),
            (&["Ä", "ä"], "--class-map Ä=ä"),
        ] {
            let told = told(names);
            assert!(told.len() == 1 && told[0].english().contains(cure), "{told:?}");
        }
        let many = told(&["a", "A", "b", "B", "c", "C", "d", "D", "e", "E"]);
        assert!(many.len() == 4 && many[3].english().ends_with(": 2 more"), "{many:?}");
    }
}
