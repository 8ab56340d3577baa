//! `--id`, `--ids-from`: rows named one by one.

use super::{Item, Predicate};
use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// The id is one of these. Ids are kept as hashes of 128 bits: 16 bytes each, however long they are.
#[derive(Debug, Default)]
pub struct Ids(HashSet<u128>);

impl Ids {
    /// Adds an id, as text.
    pub fn add(&mut self, id: &str) {
        self.0.insert(hash(id));
    }
}

impl Predicate for Ids {
    fn matches(&self, item: &Item<'_>) -> bool {
        self.0.contains(&hash(&item.id))
    }
}

/// The first 16 bytes of the id's SHA-256. Ids come from a server: they must not be able to collide on purpose.
fn hash(id: &str) -> u128 {
    Sha256::digest(id.as_bytes()).iter().take(16).fold(0, |hash, &byte| hash << 8 | u128::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::predicates::item;

    #[test]
    fn ids_compare_as_text() {
        let mut ids = Ids::default();
        ids.add("17");
        for (line, expected) in
            [(r#"{"id":17}"#, true), (r#"{"id":"17"}"#, true), (r#"{"id":"017"}"#, false), (r#"{"id":170}"#, false)]
        {
            assert_eq!(ids.matches(&item(line)), expected, "{line}");
        }
    }
}
