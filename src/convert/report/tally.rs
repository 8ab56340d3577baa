//! What became of every annotation: counted per batch by the workers, summed in order, written as the export report.
//!
//! Invariant, checked when the run ends: seen = written + skipped + failed, and lossy ⊆ written.

use crate::convert::engine::classes::Final;
use crate::dm::payload::MediaKind;
use crate::dm::reason::Outcome;
use crate::dm::{Annotation, Reason};
use crate::stream::error::NothingHeld;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Counts of annotations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// In the input.
    pub seen: u64,
    /// In the output.
    pub written: u64,
    /// Left out because format or options have no place for them.
    pub skipped: u64,
    /// Left out because they are wrong.
    pub failed: u64,
    /// Written, but not everything of them.
    pub lossy: u64,
}

impl Counts {
    fn add(&mut self, o: &Counts) {
        self.seen += o.seen;
        self.written += o.written;
        self.skipped += o.skipped;
        self.failed += o.failed;
        self.lossy += o.lossy;
    }

    /// The counts under their names, in the order of the reports.
    pub fn named(&self) -> [(&'static str, u64); 5] {
        let Self { seen, written, skipped, failed, lossy } = *self;
        [("seen", seen), ("written", written), ("skipped", skipped), ("failed", failed), ("lossy", lossy)]
    }

    fn json(&self) -> Value {
        self.named().into_iter().map(|(name, n)| (name.to_owned(), n.into())).collect::<Map<_, _>>().into()
    }
}

/// What became of one annotation.
#[derive(Clone, Copy, Debug)]
pub enum Fate<'r> {
    /// Written; with what was lost of it.
    Written(&'r [Reason]),
    /// Not written.
    Lost(Reason),
}

/// The counts of one batch, and in the end of the run.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Items seen.
    pub items: u64,
    /// Images (or other media) written.
    pub images: u64,
    /// Units given to the format, whatever became of them.
    pub units: u64,
    /// Media that the format has no place for, by kind.
    pub unheld: BTreeMap<MediaKind, u64>,
    /// All annotations.
    pub total: Counts,
    by_tool: IndexMap<String, Counts>,
    by_class: IndexMap<String, Counts>,
    by_split: IndexMap<String, (u64, Counts)>,
    /// Items of which something was written, by split.
    items_by_split: IndexMap<String, u64>,
    reasons: BTreeMap<Reason, u64>,
    item_reasons: BTreeMap<Reason, u64>,
    /// Units that have annotations, none of which is written: those left out themselves, and those written as if they had none.
    pub emptied: [u64; 2],
    /// Annotations of tools that the format has no place for, in media for which it has one, by tool.
    pub unheld_tools: BTreeMap<String, u64>,
    /// Items of which nothing could be written because they are wrong.
    pub items_failed: u64,
    /// Why the first annotation or item was left out.
    pub first_loss: Option<Reason>,
}

/// The counts of one item, for its line in the report.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ItemCounts {
    /// Its annotations.
    pub counts: Counts,
    /// Reasons with their number, in order of first appearance.
    pub reasons: Vec<(Reason, u32)>,
}

impl ItemCounts {
    /// The outcome named in the report.
    pub fn outcome(&self) -> &'static str {
        let lost = self.counts.skipped + self.counts.failed;
        match (self.counts.written, lost) {
            (_, 0) => "ok",
            (0, _) if self.counts.failed == 0 => "not_applicable",
            (0, _) => "failed",
            _ => "partial_skip",
        }
    }

    fn note(&mut self, reason: Reason) {
        match self.reasons.iter_mut().find(|(r, _)| *r == reason) {
            Some((_, n)) => *n += 1,
            None => self.reasons.push((reason, 1)),
        }
    }
}

impl Tally {
    /// Counts one annotation. `dropped` is one more loss, if it is written.
    pub fn annotation(
        &mut self,
        a: &Annotation<'_>,
        class: &str,
        split: &str,
        fate: Fate<'_>,
        dropped: Option<Reason>,
        item: &mut ItemCounts,
    ) {
        let mut one = Counts { seen: 1, ..Counts::default() };
        match fate {
            Fate::Written(losses) => {
                one.written = 1;
                one.lossy = u64::from(!losses.is_empty() || dropped.is_some());
                for loss in losses.iter().copied().chain(dropped) {
                    *self.reasons.entry(loss).or_default() += 1;
                    item.note(loss);
                }
            }
            Fate::Lost(reason) => {
                match reason.outcome() {
                    Outcome::Failed => one.failed = 1,
                    Outcome::Skipped | Outcome::Lossy => one.skipped = 1,
                }
                *self.reasons.entry(reason).or_default() += 1;
                item.note(reason);
                self.first_loss.get_or_insert(reason);
            }
        }
        self.total.add(&one);
        item.counts.add(&one);
        slot(&mut self.by_tool, a.tool_label()).add(&one);
        slot(&mut self.by_class, class).add(&one);
        slot_pair(&mut self.by_split, split).1.add(&one);
    }

    /// Counts an annotation whose tool the format has no place for.
    pub fn unheld_tool(&mut self, a: &Annotation<'_>) {
        match self.unheld_tools.get_mut(a.tool_label()) {
            Some(n) => *n += 1,
            None => drop(self.unheld_tools.insert(a.tool_label().to_owned(), 1)),
        }
    }

    /// What the input consists of, when nothing of it could be written because this format has no place for it: such a dataset
    /// is never published.
    pub fn nothing_held(&self, format: &'static str) -> Option<NothingHeld> {
        let nothing = if self.units == 0 { self.images == 0 } else { self.total.seen > 0 && self.total.written == 0 };
        let unheld = !self.unheld.is_empty() || !self.unheld_tools.is_empty();
        (nothing && unheld).then(|| NothingHeld {
            format,
            tools: self.unheld_tools.clone().into_iter().collect(),
            media: self.unheld.iter().map(|(kind, n)| (kind.name(), *n)).collect(),
        })
    }

    /// Counts a unit that has annotations, none of which is written.
    pub fn emptied(&mut self, written: bool) {
        self.emptied[usize::from(written)] += 1;
    }

    /// Counts things that are not annotations but should have been: each as one failed annotation.
    pub fn malformed(&mut self, n: usize, split: &str, item: &mut ItemCounts) {
        let n = n as u64;
        if n == 0 {
            return;
        }
        let counts = Counts { seen: n, failed: n, ..Counts::default() };
        self.total.add(&counts);
        item.counts.add(&counts);
        for _ in 0..n {
            item.note(Reason::MalformedAnnotation);
        }
        *self.reasons.entry(Reason::MalformedAnnotation).or_default() += n;
        self.first_loss.get_or_insert(Reason::MalformedAnnotation);
        slot(&mut self.by_tool, "").add(&counts);
        slot(&mut self.by_class, "").add(&counts);
        slot_pair(&mut self.by_split, split).1.add(&counts);
    }

    /// Counts a reason that concerns the item, not one annotation.
    pub fn item_reason(&mut self, reason: Reason, item: &mut ItemCounts) {
        *self.item_reasons.entry(reason).or_default() += 1;
        item.note(reason);
    }

    /// Counts an item of which nothing can be written.
    pub fn item_failed(&mut self, reason: Reason, item: &mut ItemCounts) {
        self.items_failed += 1;
        self.first_loss.get_or_insert(reason);
        self.item_reason(reason, item);
    }

    /// Counts an image (or other media) of a split.
    pub fn image(&mut self, split: &str) {
        self.images += 1;
        slot_pair(&mut self.by_split, split).0 += 1;
    }

    /// Counts an item of which something was written.
    pub fn item_in(&mut self, split: &str) {
        let at = place(&mut self.items_by_split, split);
        self.items_by_split[at] += 1;
    }

    /// Items of which something was written, in this split.
    pub fn items_in(&self, split: &str) -> u64 {
        self.items_by_split.get(split).copied().unwrap_or(0)
    }

    /// Adds the counts of a later batch.
    pub fn merge(&mut self, later: Tally) {
        self.items += later.items;
        self.images += later.images;
        self.units += later.units;
        for (kind, n) in later.unheld {
            *self.unheld.entry(kind).or_default() += n;
        }
        self.total.add(&later.total);
        for (tool, counts) in later.by_tool {
            self.by_tool.entry(tool).or_default().add(&counts);
        }
        for (class, counts) in later.by_class {
            self.by_class.entry(class).or_default().add(&counts);
        }
        for (split, (images, counts)) in later.by_split {
            let slot = self.by_split.entry(split).or_default();
            slot.0 += images;
            slot.1.add(&counts);
        }
        for (tool, n) in later.unheld_tools {
            *self.unheld_tools.entry(tool).or_default() += n;
        }
        for (split, n) in later.items_by_split {
            *self.items_by_split.entry(split).or_default() += n;
        }
        for (reason, n) in later.reasons {
            *self.reasons.entry(reason).or_default() += n;
        }
        for (reason, n) in later.item_reasons {
            *self.item_reasons.entry(reason).or_default() += n;
        }
        for (n, more) in self.emptied.iter_mut().zip(later.emptied) {
            *n += more;
        }
        self.items_failed += later.items_failed;
        self.first_loss = self.first_loss.or(later.first_loss);
    }

    /// Reasons that concern items, not single annotations, with their numbers.
    pub fn item_reasons(&self) -> impl Iterator<Item = (Reason, u64)> + '_ {
        self.item_reasons.iter().map(|(reason, n)| (*reason, *n))
    }

    /// The classes of annotations, under their new names.
    pub fn classes(&self) -> impl Iterator<Item = &String> {
        self.by_class.keys().filter(|name| !name.is_empty())
    }

    /// Annotations seen of each tool, by name.
    pub fn tools(&self) -> Vec<(&str, u64)> {
        let mut list: Vec<_> = self.by_tool.iter().map(|(tool, c)| (tool.as_str(), c.seen)).collect();
        list.sort_unstable();
        list
    }

    /// Whether every annotation seen is accounted for.
    pub fn balances(&self) -> bool {
        let t = &self.total;
        t.seen == t.written + t.skipped + t.failed && t.lossy <= t.written
    }

    /// Reasons of one kind with their numbers.
    pub fn reasons(&self, outcome: Outcome) -> impl Iterator<Item = (Reason, u64)> + '_ {
        self.reasons.iter().filter(move |(r, _)| r.outcome() == outcome).map(|(r, n)| (*r, *n))
    }

    /// The summary document: `metadata/export_summary.json`. Everything in a fixed order.
    pub fn summary(
        &self,
        format: &str,
        classes: &Final,
        files: u64,
        renamed: u64,
        extra: &Map<String, Value>,
    ) -> Value {
        let by_reason =
            |outcome| self.reasons(outcome).map(|(r, n)| (r.code().to_owned(), n.into())).collect::<Map<_, _>>();
        let mut tools: Vec<_> = self.by_tool.iter().collect();
        tools.sort_by(|a, b| a.0.cmp(b.0));
        let mut splits: Vec<_> = self.by_split.iter().filter(|(name, _)| !name.is_empty()).collect();
        splits.sort_by(|a, b| a.0.cmp(b.0));
        let mut list: Vec<Value> = Vec::new();
        for (id, name) in classes.names.iter().enumerate() {
            let source = if id < classes.listed { "schema" } else { "observed" };
            let counts = self.by_class.get(name).copied().unwrap_or_default();
            list.push(json!({"index": id, "name": name, "source": source, "annotations": counts.json()}));
        }
        // Classes of annotations that the format has no place for, keypoint names, and annotations without a class.
        let mut others: Vec<_> = self.by_class.iter().filter(|(name, _)| !classes.names.contains(name)).collect();
        others.sort_by(|a, b| a.0.cmp(b.0));
        let mut body = Map::new();
        body.insert("format".into(), format.into());
        body.insert("items".into(), self.items.into());
        body.insert("images".into(), self.images.into());
        body.insert("files".into(), files.into());
        body.insert("renamed".into(), renamed.into());
        body.insert("annotations".into(), self.total.json());
        body.insert(
            "by_tool".into(),
            tools.iter().map(|(t, c)| ((*t).clone(), c.json())).collect::<Map<_, _>>().into(),
        );
        body.insert(
            "by_split".into(),
            splits
                .iter()
                .map(|(s, (n, c))| ((*s).clone(), json!({"images": n, "annotations": c.json()})))
                .collect::<Map<_, _>>()
                .into(),
        );
        body.insert("skipped".into(), by_reason(Outcome::Skipped).into());
        body.insert("failed".into(), by_reason(Outcome::Failed).into());
        body.insert("lossy".into(), by_reason(Outcome::Lossy).into());
        let of_items = self.item_reasons.iter().map(|(r, n)| (r.code().to_owned(), Value::from(*n)));
        if self.emptied != [0, 0] {
            let [left_out, written] = self.emptied;
            body.insert("images_emptied".into(), json!({"written": written, "left_out": left_out}));
        }
        body.insert("items_failed".into(), self.items_failed.into());
        body.insert("item_reasons".into(), of_items.collect::<Map<_, _>>().into());
        body.insert("classes".into(), list.into());
        if !others.is_empty() {
            let others = others.iter().map(|(name, c)| ((*name).clone(), c.json()));
            body.insert("not_in_class_list".into(), others.collect::<Map<_, _>>().into());
        }
        body.extend(extra.clone());
        Value::Object(body)
    }
}

fn slot<'m>(map: &'m mut IndexMap<String, Counts>, key: &str) -> &'m mut Counts {
    let at = place(map, key);
    &mut map[at]
}

fn slot_pair<'m>(map: &'m mut IndexMap<String, (u64, Counts)>, key: &str) -> &'m mut (u64, Counts) {
    let at = place(map, key);
    &mut map[at]
}

/// The index of a key, added when it is new. Tools, classes and splits are few: comparing a handful is quicker than hashing.
fn place<V: Default>(map: &mut IndexMap<String, V>, key: &str) -> usize {
    const FEW: usize = 8;
    let near = map.keys().take(FEW).position(|k| k == key);
    let at = near.or_else(|| if map.len() > FEW { map.get_index_of(key) } else { None });
    at.unwrap_or_else(|| map.insert_full(key.to_owned(), V::default()).0)
}
