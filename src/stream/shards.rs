//! Streams that are parts of one export, as their begin frames say (`"shard":{"index":2,"of":3}`): when several follow each other, each
//! part has to be there once.

use super::checkpoint;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// How the parts of an export do not fit together. Parts are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShardProblem {
    /// Parts did not come.
    Missing {
        /// The first of them.
        first: u64,
        /// How many did not come.
        missing: u64,
        /// Parts of the whole export.
        of: u64,
    },
    /// A part came more than once.
    Twice {
        /// Which.
        index: u64,
        /// Parts of the whole export.
        of: u64,
    },
    /// The parts were cut at different ids, so that rows may be in two of them or in none.
    Bounds {
        /// Parts of the whole export.
        of: u64,
    },
}

impl fmt::Display for ShardProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { first, missing: 1, of } => {
                write!(f, "shard {first}/{of} is not in the input, but others of its export are")
            }
            Self::Missing { first, missing, of } => {
                write!(
                    f,
                    "{missing} of {of} shards are not in the input, {first}/{of} is one of them, but others of their export are"
                )
            }
            Self::Twice { index, of } => write!(f, "shard {index}/{of} is in the input more than once"),
            Self::Bounds { of } => {
                write!(f, "the shards N/{of} were cut at different ids: rows may be in two of them, or in none")
            }
        }
    }
}

/// The parts of one export.
#[derive(Debug, Default)]
struct Export {
    came: BTreeSet<u64>,
    bounds: BTreeSet<String>,
    twice: Option<u64>,
}

/// The parts that came, by export and number of parts.
#[derive(Debug, Default)]
pub(super) struct Shards {
    streams: u64,
    exports: BTreeMap<(String, u64), Export>,
}

impl Shards {
    /// A stream with this begin frame.
    pub(super) fn begin(&mut self, body: &Map<String, Value>) {
        self.streams += 1;
        let Some(shard) = body.get("shard") else { return };
        let (Some(index), Some(of)) = (shard["index"].as_u64(), shard["of"].as_u64()) else { return };
        let identity = |key| body.get(key).unwrap_or(&Value::Null);
        let export =
            Value::from_iter(["source", "host", "target", "query", "ids", "limit"].map(identity).into_iter().cloned());
        // A series may begin anew, in parts that are cut at other ids: then rows that come twice are expected.
        let series = body.contains_key(checkpoint::KEY);
        let cut = if series { shard["bounds"].to_string() } else { String::new() };
        let export = self.exports.entry((format!("{export}{cut}"), of)).or_default();
        if !export.came.insert(index) && !series {
            export.twice = export.twice.or(Some(index));
        }
        export.bounds.insert(shard["bounds"].to_string());
    }

    /// The first thing that is wrong with several streams. One part alone may be all that was asked for.
    pub(super) fn problem(&self) -> Option<ShardProblem> {
        self.exports.iter().filter(|_| self.streams > 1).find_map(|((_, of), export)| {
            let of = *of;
            if let Some(index) = export.twice {
                return Some(ShardProblem::Twice { index, of });
            }
            if export.bounds.len() > 1 {
                return Some(ShardProblem::Bounds { of });
            }
            let first = (1..=of).find(|index| !export.came.contains(index))?;
            Some(ShardProblem::Missing { first, missing: of.saturating_sub(export.came.len() as u64), of })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(streams: &[&str]) -> Option<String> {
        let mut shards = Shards::default();
        for stream in streams {
            shards.begin(&serde_json::from_str(stream).unwrap());
        }
        shards.problem().map(|problem| problem.to_string())
    }

    #[test]
    fn each_shard_comes_once() {
        let shard =
            |index: u32, of: u32| format!(r#"{{"query":"a","shard":{{"index":{index},"of":{of},"bounds":[7,9]}}}}"#);
        let (one, two, three) = (&*shard(1, 3), &*shard(2, 3), &*shard(3, 3));
        let other = &*one.replace("\"a\"", "\"b\"");
        let moved = &*three.replace("[7", "[8");
        let series = |shard: &str| shard.replacen('{', r#"{"checkpoint":[],"#, 1);
        for (streams, said) in [
            (&[one, two, three][..], None),
            (&[three, one, two], None),
            // One alone, of an export that others go on with.
            (&[two], None),
            (&["{}", "{}"], None),
            (&[one, three], Some("shard 2/3 is not in the input")),
            (&[three], None),
            (&[one, two, two], Some("shard 2/3 is in the input more than once")),
            (&[one, one], Some("shard 1/3 is in the input more than once")),
            (&[one, two, three, three], Some("shard 3/3 is in the input more than once")),
            (&[two, "{}"], Some("2 of 3 shards are not in the input, 1/3 is one of them")),
            (&[one, two, three, other], Some("2 of 3 shards are not")),
            (&[one, two, three, "{}"], None),
            (&[one, two, moved], Some("were cut at different ids")),
            (&[one, two, three, r#"{"shard":"2/3"}"#], None),
            (&[&series(one), &series(two), &series(three), &series(one)], None),
            (&[&series(one), &series(two), &series(three), &series(moved)], Some("2 of 3 shards are not")),
        ] {
            let found = of(streams);
            assert_eq!(found.is_some(), said.is_some(), "{streams:?}: {found:?}");
            assert!(found.unwrap_or_default().contains(said.unwrap_or_default()), "{streams:?}");
        }
    }
}
