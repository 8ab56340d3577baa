//! The class list of a run: listed classes keep their place, classes that are only seen follow in lexical order.
//!
//! Workers look classes up while the list may still grow, so a class that is not listed has a provisional number; what is
//! written with one goes through a [`crate::convert::output::spool`] and is resolved when the run is over.

use crate::convert::options::Renaming;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A class as a worker knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClassRef {
    /// Its place in the list, from 0; final.
    Listed(u32),
    /// A provisional number, resolved by [`Final::index`].
    Unlisted(u32),
}

/// The listed classes at one point of the stream, and the shared register of the others.
#[derive(Clone, Debug, Default)]
pub struct Classes {
    names: Arc<Vec<String>>,
    index: Arc<HashMap<String, u32>>,
    /// New names, and whether the old one was met.
    renamed: Arc<HashMap<String, (String, AtomicBool)>>,
    unlisted: Arc<Mutex<Register>>,
    /// Classes outside the list are refused.
    pub closed: bool,
}

#[derive(Debug, Default)]
struct Register {
    names: Vec<String>,
    index: HashMap<String, u32>,
}

impl Classes {
    /// An empty list with `--class-map` and whether the list is closed.
    pub fn new(renamed: &HashMap<String, Renaming>, closed: bool) -> Self {
        let unmet = |(old, new): (&String, &Renaming)| (old.clone(), (new.to.clone(), AtomicBool::new(false)));
        Self { renamed: Arc::new(renamed.iter().map(unmet).collect()), closed, ..Self::default() }
    }

    /// Appends names that are not in the list yet. Names are renamed by the class map, trimmed, NFC.
    pub fn extend<S: AsRef<str>>(&mut self, names: impl IntoIterator<Item = S>) {
        let mut list = (*self.names).clone();
        let mut index = (*self.index).clone();
        for name in names {
            let name = crate::path::nfc(name.as_ref().trim()).into_owned();
            let name = self.rename(&name).to_owned();
            if !name.is_empty() && !index.contains_key(&name) {
                index.insert(name.clone(), list.len() as u32);
                list.push(name);
            }
        }
        self.names = Arc::new(list);
        self.index = Arc::new(index);
    }

    /// The listed names in order.
    pub fn listed(&self) -> &[String] {
        &self.names
    }

    /// Whether some classes are listed.
    pub fn is_listed(&self) -> bool {
        !self.names.is_empty()
    }

    /// The name a class is written under.
    pub fn rename<'n>(&'n self, name: &'n str) -> &'n str {
        let Some((new, met)) = self.renamed.get(name) else { return name };
        if !met.load(Ordering::Relaxed) {
            met.store(true, Ordering::Relaxed);
        }
        new
    }

    /// The classes of the class map that were neither listed nor seen, in lexical order.
    pub fn unmatched(&self) -> Vec<&String> {
        let unmet = self.renamed.iter().filter(|(_, (_, met))| !met.load(Ordering::Relaxed));
        let mut names: Vec<_> = unmet.map(|(old, _)| old).collect();
        names.sort();
        names
    }

    /// Looks a (renamed) class up, registering it when it is new. `None` when the list is closed and does not have it.
    pub fn look_up(&self, name: &str, cache: &mut HashMap<String, u32>) -> Option<ClassRef> {
        if let Some(&i) = self.index.get(name) {
            return Some(ClassRef::Listed(i));
        }
        if self.closed {
            return None;
        }
        if let Some(&i) = cache.get(name) {
            return Some(ClassRef::Unlisted(i));
        }
        let mut register = self.unlisted.lock().unwrap_or_else(PoisonError::into_inner);
        let next = register.names.len() as u32;
        let i = *register.index.entry(name.to_owned()).or_insert(next);
        if i == next {
            register.names.push(name.to_owned());
        }
        cache.insert(name.to_owned(), i);
        Some(ClassRef::Unlisted(i))
    }

    /// The whole list, when the run is over.
    pub fn finish(&self) -> Final {
        let register = self.unlisted.lock().unwrap_or_else(PoisonError::into_inner);
        let mut names = (*self.names).clone();
        let mut rest: Vec<&String> = register.names.iter().filter(|n| !self.index.contains_key(*n)).collect();
        rest.sort();
        names.extend(rest.into_iter().cloned());
        let index: HashMap<&String, u32> = names.iter().enumerate().map(|(i, n)| (n, i as u32)).collect();
        let unlisted = register.names.iter().map(|n| index[n]).collect();
        Final { listed: self.names.len(), names, unlisted }
    }
}

/// The class list of a finished run.
#[derive(Clone, Debug, Default)]
pub struct Final {
    /// All names in order.
    pub names: Vec<String>,
    /// How many of them were listed beforehand.
    pub listed: usize,
    unlisted: Vec<u32>,
}

impl Final {
    /// The place of a class in [`Final::names`], from 0.
    pub fn index(&self, class: ClassRef) -> u32 {
        match class {
            ClassRef::Listed(i) => i,
            ClassRef::Unlisted(i) => self.unlisted[i as usize],
        }
    }

    /// The place of a class known by its provisional number.
    pub fn resolve(&self, provisional: u32) -> u32 {
        self.unlisted[provisional as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listed_first_then_lexical_whatever_came_first() {
        let to_car = Renaming { to: "car".into(), typed: true };
        let mut classes = Classes::new(&HashMap::from([("auto".into(), to_car)]), false);
        classes.extend(["road", " car ", "road", ""]);
        let mut cache = HashMap::new();
        assert_eq!(classes.look_up(classes.rename("auto"), &mut cache), Some(ClassRef::Listed(1)));
        let zebra = classes.look_up("zebra", &mut cache).unwrap();
        let bike = classes.look_up("bike", &mut HashMap::new()).unwrap();
        assert_eq!(classes.look_up("zebra", &mut cache), Some(zebra));
        // A later begin frame may list what was only seen so far.
        let mut later = classes.clone();
        later.extend(["zebra"]);
        let done = classes.finish();
        assert_eq!(done.names, ["road", "car", "bike", "zebra"]);
        assert_eq!((done.index(zebra), done.index(bike)), (3, 2));
        let done = later.finish();
        assert_eq!(done.names, ["road", "car", "zebra", "bike"]);
        assert_eq!((done.index(zebra), done.index(bike)), (2, 3));
    }

    #[test]
    fn a_closed_list_refuses() {
        let mut classes = Classes::new(&HashMap::new(), true);
        classes.extend(["a"]);
        assert_eq!(classes.look_up("b", &mut HashMap::new()), None);
    }
}
