//! Where the checkpoint of a series belongs when all that an input brings is safe.

use super::file::{Checkpoint, CheckpointError, Series};
use super::span::{Span, Spans};
use indexmap::IndexMap;
use jiff::Timestamp;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fmt;

/// Keys of an identity that decide which rows an export has.
pub(super) const SAME: [&str; 7] = ["host", "target", "query", "ids", "dimensions", "shard", "selection"];

impl Span {
    /// The span of an export with this identity.
    pub fn new(identity: &Map<String, Value>, from: Option<Timestamp>, to: Option<Timestamp>) -> Self {
        let of = |key: &&str| identity.get(*key).map(|value| ((*key).to_owned(), value.clone()));
        Self { export: SAME.iter().filter_map(of).collect(), from, to }
    }

    /// The export without what tells its shards apart.
    fn series(&self) -> Map<String, Value> {
        let mut export = self.export.clone();
        export.shift_remove("shard");
        export
    }

    /// How the export is cut into shards.
    fn cut(&self) -> Option<Map<String, Value>> {
        let mut shard = self.export.get("shard")?.as_object()?.clone();
        shard.shift_remove("index");
        Some(shard)
    }

    /// Which of how many shards.
    fn shard(&self) -> Option<(u64, u64)> {
        let shard = self.export.get("shard")?;
        Some((shard.get("index")?.as_u64()?, shard.get("of")?.as_u64()?))
    }
}

/// Where a checkpoint belongs after a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Reach {
    /// To this position.
    Move(Checkpoint),
    /// It stays.
    Stay(Why),
}

/// Why a checkpoint stays where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Not all rows came.
    NotWhole,
    /// One of several shards is missing.
    Shard(u64, u64),
    /// What changed between two moments is in no part of the input; the first is unknown when there was no checkpoint.
    Gap(Option<Timestamp>, Timestamp),
    /// It has come further already.
    Behind(Timestamp),
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotWhole => f.write_str("the input has not all rows: a limit, a cut, or lines that were passed over"),
            Self::Shard(part, of) => write!(f, "part {part} of {of} is not in the input"),
            Self::Gap(None, to) => write!(f, "the input has only what changed since {to}, and there was no checkpoint"),
            Self::Gap(Some(from), to) => write!(f, "no part of the input has what changed from {from} to {to}"),
            Self::Behind(at) => write!(f, "the input comes to {at} only, where it has been before"),
        }
    }
}

impl Spans {
    /// Where the checkpoint of a series belongs when all of this is safe.
    ///
    /// # Errors
    /// [`CheckpointError`] when that cannot be said, whatever came.
    pub fn reach(&self, of: &Series) -> Result<Reach, CheckpointError> {
        let mut spans = Self::default();
        let mut missing = None;
        for series in self.series() {
            let parts = self.whole.iter().filter(|span| span.series() == series);
            let (whole, gone) = shards(parts);
            whole.into_iter().for_each(|span| spans.add(Span { export: series.clone(), ..span }));
            missing = missing.or(gone);
        }
        let path = || of.file.clone();
        let export = match &self.series()[..] {
            [] => return Err(CheckpointError::Silent(path())),
            [one] => one.clone(),
            several => return Err(CheckpointError::Several { path: path(), exports: several.len() }),
        };
        if let Some(earlier) = &of.earlier {
            earlier.check(&of.file, &export)?;
        }
        let whole = spans.whole.iter().any(|span| span.from.is_none());
        match chain(&spans.whole, of.position()) {
            Ok(to) => Ok(Reach::Move(Checkpoint::new(export, to))),
            // Rows that a whole dataset should have are nowhere.
            Err(Why::Gap(Some(from), to)) if whole && missing.is_none() => Err(CheckpointError::Gap { from, to }),
            Err(why) => Ok(Reach::Stay(missing.unwrap_or(why))),
        }
    }

    /// The exports, each once.
    fn series(&self) -> Vec<Map<String, Value>> {
        let mut all: Vec<Map<String, Value>> = Vec::new();
        for series in self.whole.iter().chain(&self.open).map(Span::series) {
            if !all.contains(&series) {
                all.push(series);
            }
        }
        all
    }
}

/// With one span in place of those of all shards of an export.
pub fn whole_of_shards(spans: Vec<Span>) -> Vec<Span> {
    let all = Spans { whole: spans, ..Spans::default() };
    let mut joined = Spans::default();
    for series in all.series() {
        let parts = || all.whole.iter().filter(|span| span.series() == series);
        match shards(parts()) {
            (whole, None) => whole.into_iter().for_each(|span| joined.add(Span { export: series.clone(), ..span })),
            (_, Some(_)) => joined.whole.extend(parts().cloned()),
        }
    }
    joined.whole
}

/// The spans of one series, with one in place of shards that are whole together; and the first shard that is missing of others.
fn shards<'a>(spans: impl Iterator<Item = &'a Span>) -> (Vec<Span>, Option<Why>) {
    let (parts, mut all): (Vec<&Span>, Vec<&Span>) = spans.partition(|span| span.shard().is_some());
    let mut missing = None;
    let mut sisters: IndexMap<_, Vec<&Span>> = IndexMap::new();
    for part in parts {
        let cut = part.cut().map(|cut| Value::Object(cut).to_string());
        sisters.entry((part.from, cut)).or_default().push(part);
    }
    let mut whole = Vec::new();
    for parts in sisters.into_values() {
        let came: BTreeSet<u64> = parts.iter().filter_map(|span| Some(span.shard()?.0)).collect();
        let of = parts.first().and_then(|span| span.shard()).map_or(0, |(_, of)| of);
        match (1..=of).find(|index| !came.contains(index)) {
            Some(index) => missing = missing.or(Some(Why::Shard(index, of))),
            // What all shards have in common ends with the earliest of them.
            None => {
                let to = parts.iter().map(|span| span.to).min().flatten();
                whole.extend(parts.first().map(|first| Span { to, ..(*first).clone() }));
            }
        }
    }
    (all.drain(..).cloned().chain(whole).collect(), missing)
}

/// How far spans reach without a gap: from the beginning, or else from where the checkpoint is.
fn chain(spans: &[Span], at: Option<Timestamp>) -> Result<Timestamp, Why> {
    if spans.iter().any(|span| span.to.is_none()) {
        return Err(Why::NotWhole);
    }
    let mut sorted: Vec<(Option<Timestamp>, Timestamp)> =
        spans.iter().filter_map(|span| Some((span.from, span.to?))).collect();
    sorted.sort();
    let whole = sorted.first().is_some_and(|(from, _)| from.is_none());
    let mut reached = if whole { None } else { at };
    for (from, to) in sorted {
        if from > reached && from.is_some() {
            return from.map_or(Ok(to), |from| Err(Why::Gap(reached, from)));
        }
        reached = reached.max(Some(to));
    }
    match (reached, at) {
        (Some(reached), Some(at)) if reached <= at => Err(Why::Behind(reached)),
        (Some(reached), _) => Ok(reached),
        (None, _) => Err(Why::NotWhole),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::Frame;
    use crate::stream::checkpoint::KEY;
    use crate::stream::frame::{Kind, begin_line, end_line};
    use serde_json::json;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(1_767_225_600 + hour * 3600).unwrap()
    }

    fn span(project: u64, from: Option<i64>, to: Option<i64>, shard: Option<(u64, u64)>) -> Span {
        let mut identity = json!({"host": "h", "target": "assignment", "query": {"project": project}, "limit": 5});
        if let Some((index, of)) = shard {
            identity["shard"] = json!({"index": index, "of": of});
        }
        Span::new(identity.as_object().unwrap(), from.map(at), to.map(at))
    }

    fn stream(spans: &mut Spans, begin: &[Span], end: &[Span]) {
        let extra = |spans: &[Span]| match spans {
            [] => Map::new(),
            _ => Map::from_iter([(KEY.to_owned(), serde_json::to_value(spans).unwrap())]),
        };
        for line in [begin_line(Kind::Items, &extra(begin)), end_line(0, &extra(end))] {
            spans.frame(&Frame::parse(line.as_bytes()).unwrap());
        }
    }

    fn reach(whole: &[Span], position: Option<i64>) -> String {
        let mut spans = Spans::default();
        whole.iter().for_each(|one| stream(&mut spans, std::slice::from_ref(one), std::slice::from_ref(one)));
        told(&spans, position)
    }

    fn told(spans: &Spans, position: Option<i64>) -> String {
        let now = position.map(|hour| Checkpoint::new(span(1, None, None, None).export, at(hour)));
        match spans.reach(&Series { file: "c".into(), earlier: now }) {
            Ok(Reach::Move(to)) => format!("to {}", (to.position.as_second() - at(0).as_second()) / 3600),
            Ok(Reach::Stay(why)) => format!("stays: {why}"),
            Err(e) => format!("error: {e}"),
        }
    }

    #[test]
    fn a_checkpoint_moves_to_where_all_is_there() {
        let one = |from, to| span(1, from, Some(to), None);
        let part = |from, to, index| span(1, from, Some(to), Some((index, 3)));
        for (spans, position, expected) in [
            (vec![one(None, 5)], None, "to 5"),
            (vec![one(None, 5)], Some(3), "to 5"),
            (vec![one(None, 5)], Some(5), "stays: the input comes to"),
            (vec![one(None, 5)], Some(9), "stays: the input comes to"),
            (vec![one(Some(5), 6)], Some(5), "to 6"),
            (vec![one(Some(5), 6)], Some(4), "stays: no part of the input"),
            (vec![one(Some(5), 6)], None, "stays: the input has only what changed since"),
            (vec![one(Some(5), 6), one(None, 5), one(Some(6), 8)], Some(6), "to 8"),
            (vec![one(None, 5), one(Some(6), 8)], Some(6), "error: the input has all rows up to"),
            (vec![one(None, 5), one(Some(3), 4), one(Some(3), 7)], None, "to 7"),
            (vec![span(1, None, None, None)], None, "stays: the input has not all rows"),
            (vec![one(None, 5), span(1, Some(5), None, None)], Some(2), "stays: the input has not all rows"),
            (vec![one(None, 5), span(2, None, Some(5), None)], None, "error: the input is of 2 exports"),
            (vec![span(2, None, Some(5), None)], Some(1), "error: c belongs to another export: query was"),
            (vec![], Some(1), "error: the input does not say"),
            (vec![part(None, 5, 1), part(None, 4, 2), part(None, 6, 3)], None, "to 4"),
            (vec![part(None, 5, 1), part(None, 6, 3)], None, "stays: part 2 of 3"),
            (vec![part(None, 5, 1), part(None, 4, 2), part(None, 6, 3), part(Some(4), 8, 2)], Some(4), "to 5"),
            (vec![part(None, 5, 1), part(None, 5, 2), part(None, 5, 3), one(Some(5), 9)], Some(5), "to 9"),
            (vec![part(None, 5, 1), part(None, 5, 2), part(None, 5, 3), part(Some(6), 9, 1)], Some(3), "to 5"),
        ] {
            let told = reach(&spans, position);
            assert!(told.starts_with(expected), "{spans:?} {position:?}: {told}");
        }
    }

    #[test]
    fn a_stream_that_does_not_end_as_it_began_is_not_whole() {
        let (whole, held) = (span(1, None, Some(5), None), span(1, None, None, None));
        for (begin, end, expected) in [
            (vec![whole.clone()], vec![whole.clone()], "to 5"),
            (vec![whole.clone()], vec![], "stays: the input has not all rows"),
            (vec![], vec![whole.clone()], "to 5"),
            (vec![], vec![held], "stays: the input has not all rows"),
            (vec![], vec![], "error: the input does not say"),
        ] {
            let mut spans = Spans::default();
            stream(&mut spans, &begin, &end);
            assert!(told(&spans, None).starts_with(expected), "{begin:?} {end:?}");
            // A stage between says the same as all that it has read.
            let mut behind = Spans::default();
            let all: Vec<Span> = spans.to_json().map_or(Vec::new(), |json| serde_json::from_value(json).unwrap());
            stream(&mut behind, &[], &all);
            assert_eq!(told(&behind, None), told(&spans, None));
            spans.hold();
            assert!(!told(&spans, None).starts_with("to"));
        }
        let mut cut = Spans::default();
        cut.frame(
            &Frame::parse(begin_line(Kind::Items, &Map::from_iter([(KEY.to_owned(), json!([whole]))])).as_bytes())
                .unwrap(),
        );
        assert_eq!(cut.to_json().unwrap()[0]["to"], Value::Null);
    }
}
