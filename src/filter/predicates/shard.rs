//! `--shard I/N`: one of several disjoint parts that together are everything. Independent of the order of rows, of the number of
//! threads and of what else is in the stream.
//!
//! Without bounds a row is in part `h mod N + 1` of N, where `h` is the first eight bytes of `sha256(utf8("shard:ID"))` as a
//! big-endian integer. With bounds (`I/N@B1,B2,…`, as a fetch writes them into its begin frame) a part is a range of ids, of
//! ground truth a range of events.

use super::sample::hash;
use super::{Item, Predicate};
use crate::selection::Shard;

impl Predicate for Shard {
    fn matches(&self, item: &Item<'_>) -> bool {
        if self.bounds.is_empty() {
            return hash(&["shard:", &item.id]) % self.of as u64 == self.index as u64;
        }
        let (low, high) = self.ends();
        // An event of ground truth goes by its own number: several have one id.
        let event = item.pgh_id.as_ref().and_then(|event| event.text().parse::<i64>().ok());
        let Some(id) = event.or_else(|| item.id.parse().ok()) else { return low.is_none() };
        low.is_none_or(|low| low <= id) && high.is_none_or(|high| id < high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::predicates::item;

    fn ids(shard: &str) -> Vec<u32> {
        let shard: Shard = shard.parse().unwrap();
        (0..2000).filter(|id| shard.matches(&item(&format!(r#"{{"id":{id}}}"#)))).collect()
    }

    #[test]
    fn shards_are_disjoint_complete_and_balanced() {
        let mut all: Vec<u32> = Vec::new();
        for i in 1..=3 {
            let part = ids(&format!("{i}/3"));
            assert!((550..780).contains(&part.len()), "{}", part.len());
            all.extend(part);
        }
        all.sort_unstable();
        assert!(all.into_iter().eq(0..2000));
    }

    #[test]
    fn bounds_make_ranges() {
        assert!(ids("1/3@5,1900").into_iter().eq(0..5));
        assert!(ids("2/3@5,1900").into_iter().eq(5..1900));
        assert!(ids("3/3@5,1900").into_iter().eq(1900..2000));
        let parts = |line: &str| ["1/2@5", "2/2@5"].map(|shard| shard.parse::<Shard>().unwrap().matches(&item(line)));
        assert_eq!(parts(r#"{"id":7,"pgh_id":4}"#), [true, false]);
        assert_eq!(parts(r#"{"id":1,"pgh_id":5}"#), [false, true]);
        assert_eq!(parts(r#"{"id":"a"}"#), [true, false]);
    }
}
