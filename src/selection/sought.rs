//! Names that are asked for, and whether the input has them: a name that nothing has is a slip, not an empty answer.

use super::words::nearest;
use crate::stream::error::UnknownName;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Names that are kept to find the nearest one.
pub const MAX_NAMES: usize = 10_000;

/// A name that nothing has, with what is found of it among those that the input has.
pub fn unknown(what: &'static str, name: &str, has: &BTreeSet<String>) -> UnknownName {
    // Numbers are ids, and no id is like another.
    let number = name.bytes().all(|byte| byte.is_ascii_digit());
    let caseless = || has.iter().find(|other| other.to_lowercase() == name.to_lowercase()).map(String::as_str);
    // In a short name one slip changes much: `bsu` for `bus`.
    let one_slip = |other: &&String| name.chars().count() > 2 && strsim::damerau_levenshtein(name, other) == 1;
    let near = || caseless().or_else(|| nearest(name, has.iter().map(String::as_str)));
    let near = || near().or_else(|| has.iter().find(one_slip).map(String::as_str));
    UnknownName {
        what,
        name: name.to_owned(),
        near: if number { None } else { near().map(str::to_owned) },
        others: has.iter().take(UnknownName::LISTED).cloned().collect(),
        capped: (has.len() >= MAX_NAMES).then_some(MAX_NAMES),
        hint: None,
    }
}

/// Names of one kind that are asked for, with those that were met. Threads share it.
#[derive(Debug)]
pub struct Sought {
    what: &'static str,
    wanted: Vec<(String, AtomicBool)>,
    /// How many of `wanted` were not met yet.
    missing: AtomicUsize,
    met: Mutex<BTreeSet<String>>,
}

impl Sought {
    /// Names in the spelling in which they will be met. `what`: what they are, with its article.
    pub fn new(what: &'static str, names: impl IntoIterator<Item = String>) -> Self {
        let names: BTreeSet<String> = names.into_iter().collect();
        let missing = AtomicUsize::new(names.len());
        let wanted = names.into_iter().map(|name| (name, AtomicBool::new(false))).collect();
        Self { what, wanted, missing, met: Mutex::default() }
    }

    /// What the names are of.
    pub fn what(&self) -> &'static str {
        self.what
    }

    /// Whether some of the names were not met yet. Afterwards nobody needs to look.
    pub fn is_open(&self) -> bool {
        self.missing.load(Ordering::Relaxed) > 0
    }

    /// The input has this name.
    pub fn meet(&self, name: &str) {
        for (wanted, met) in &self.wanted {
            if wanted == name && !met.swap(true, Ordering::Relaxed) {
                self.missing.fetch_sub(1, Ordering::Relaxed);
            }
        }
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        if !name.is_empty() && met.len() < MAX_NAMES && !met.contains(name) {
            met.insert(name.to_owned());
        }
    }

    /// The first of the names that was never met, when the whole input was read.
    pub fn unknown(&self) -> Option<UnknownName> {
        let (name, _) = self.wanted.iter().find(|(_, met)| !met.load(Ordering::Relaxed))?;
        let met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        Some(unknown(self.what, name, &met))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_never_met_is_told_with_what_is_near() {
        let told = |wanted: &[&str], has: &[&str]| {
            let sought = Sought::new("the class", wanted.iter().map(|&n| n.to_owned()));
            has.iter().for_each(|name| sought.meet(name));
            assert_eq!(sought.is_open(), sought.unknown().is_some());
            sought.unknown().map(|unknown| unknown.to_string())
        };
        assert_eq!(told(&["car"], &["bus", "car"]), None);
        assert_eq!(told(&[], &["bus"]), None);
        for (wanted, has, words) in [
            (&["carr"][..], &["bus", "car"][..], "the class \"carr\"; did you mean \"car\"?"),
            (&["car", "bsu"], &["bus", "car"], "\"bsu\"; did you mean \"bus\"?"),
            (&["CAR"], &["bus", "car"], "did you mean \"car\"?"),
            (&["wolf"], &["bus", "car"], "there is \"bus\", \"car\""),
            (&["wolf"], &["a", "b", "c", "d", "e", "g"], "\"e\", …"),
            (&["wolf"], &[], "\"wolf\", or any other"),
        ] {
            let told = told(wanted, has).unwrap();
            assert!(told.ends_with(words), "{told}");
        }
    }

    #[test]
    fn memory_is_bounded_and_that_is_said() {
        let sought = Sought::new("the user", ["x".to_owned()]);
        (0..MAX_NAMES + 5).for_each(|n| sought.meet(&format!("u{n}")));
        assert!(sought.unknown().unwrap().to_string().ends_with("(compared with 10000 names only, there are more)"));
        sought.meet("x");
        assert_eq!(sought.unknown(), None);
    }
}
