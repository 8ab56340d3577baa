//! What is counted over all items, for the overview and for the names that rows of the index stand for by number.

use super::facts::{ASPECTS, Facts, GRID, SIDES};
use crate::convert::output::text::{Text, lit};
use indexmap::{IndexMap, IndexSet};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What the index has of an item besides its facts.
pub struct Row<'r> {
    /// Its name without extension.
    pub stem: &'r str,
    /// The extension of its name, with the dot.
    pub extension: &'r str,
    /// Its id.
    pub item: &'r str,
    /// The part that it is in; may be empty.
    pub split: &'r str,
}

/// Upper limits of the number of objects of an item; the last place is for all above.
const PER_ITEM: [u32; 7] = [0, 1, 2, 4, 8, 16, 32];

/// Names of one kind, by their number in the index.
#[derive(Debug, Default)]
struct Names(IndexSet<String>);

impl Names {
    /// The number of a name.
    fn number(&mut self, name: &str) -> usize {
        match self.0.get_index_of(name) {
            Some(known) => known,
            None => self.0.insert_full(name.to_owned()).0,
        }
    }
}

/// Counts of one part of the dataset.
#[derive(Debug, Default)]
struct Part {
    items: u64,
    objects: u64,
    per_item: [u64; PER_ITEM.len() + 1],
    sides: [u64; SIDES.len() + 1],
    aspects: [u64; ASPECTS.len() + 1],
}

/// Items and objects.
type Both = [u64; 2];

/// All counts. Memory grows with the number of different names, not with that of items.
#[derive(Debug, Default)]
pub struct Overview {
    kinds: Names,
    splits: Names,
    statuses: Names,
    reviews: Names,
    labelers: Names,
    classes: Names,
    tools: Names,
    reasons: Names,
    parts: IndexMap<String, Part>,
    /// By class, then by the number of the part.
    by_class: Vec<BTreeMap<usize, Both>>,
    by_tool: Vec<Both>,
    by_reason: Vec<Both>,
    /// By the numbers of a labeler and a status.
    by_labeler: BTreeMap<(usize, usize), u64>,
    /// By day and the number of a labeler.
    by_day: BTreeMap<String, BTreeMap<usize, u64>>,
    grid: Vec<u64>,
}

impl Overview {
    /// Counts an item.
    pub fn add(&mut self, split: &str, facts: &Facts) {
        let at = self.splits.number(split);
        let part = self.parts.entry(split.to_owned()).or_default();
        let objects: u32 = facts.tools.iter().map(|(_, n)| n).sum();
        part.items += 1;
        part.objects += u64::from(objects);
        part.per_item[PER_ITEM.iter().take_while(|limit| objects > **limit).count()] += 1;
        self.grid.resize(GRID * GRID, 0);
        for (side, aspect, cell) in &facts.shapes {
            for (counts, place) in [(&mut part.sides[..], side), (&mut part.aspects, aspect), (&mut self.grid, cell)] {
                if let Some(n) = counts.get_mut(usize::from(*place)) {
                    *n += 1;
                }
            }
        }
        for (class, n) in &facts.classes {
            let class = self.classes.number(class);
            self.by_class.resize(self.by_class.len().max(class + 1), BTreeMap::new());
            one_more(self.by_class[class].entry(at).or_default(), *n);
        }
        for (tool, n) in &facts.tools {
            let tool = self.tools.number(tool);
            self.by_tool.resize(self.by_tool.len().max(tool + 1), [0; 2]);
            one_more(&mut self.by_tool[tool], *n);
        }
        for (reason, n) in &facts.reasons {
            let reason = self.reasons.number(reason);
            self.by_reason.resize(self.by_reason.len().max(reason + 1), [0; 2]);
            one_more(&mut self.by_reason[reason], *n);
        }
        let status = self.statuses.number(&facts.status);
        for labeler in &facts.labelers {
            let labeler = self.labelers.number(labeler);
            *self.by_labeler.entry((labeler, status)).or_default() += 1;
            if !facts.day.is_empty() {
                *self.by_day.entry(facts.day.clone()).or_default().entry(labeler).or_default() += 1;
            }
        }
    }

    /// Appends the row of an item for the index: `[name,item,kind,split,status,review,[labeler…],[class,n…],[tool,n…],[reason,n…],[small,medium,large]]`,
    /// names of the dataset by their number. The item is 0 where its id is the name without extension.
    pub fn row(&mut self, r: &Row<'_>, facts: &Facts, out: &mut Text) {
        out.lit(lit!("[\""));
        out.json_inside(r.stem);
        out.json_inside(r.extension);
        out.lit(lit!("\","));
        if r.item == r.stem && !r.extension.is_empty() {
            out.byte::<b'0'>()
        } else {
            out.json_string(r.item)
        }
        for number in [
            self.kinds.number(&facts.kind),
            self.splits.number(r.split),
            self.statuses.number(&facts.status),
            self.reviews.number(&facts.review),
        ] {
            out.byte::<b','>();
            out.int(number);
        }
        list(out, facts.labelers.iter().map(|name| self.labelers.number(name) as u64));
        list(out, counted(&facts.classes, |name| self.classes.number(name)));
        list(out, counted(&facts.tools, |name| self.tools.number(name)));
        list(out, counted(&facts.reasons, |reason| self.reasons.number(reason)));
        list(out, facts.sizes.into_iter().map(u64::from));
        out.byte::<b']'>();
    }

    /// All of it as the page reads it. Classes of the list that no object has are there with none.
    pub fn json(mut self, listed: &[String]) -> Value {
        let mut in_order: IndexSet<usize> = listed.iter().map(|class| self.classes.number(class)).collect();
        in_order.extend(0..self.classes.0.len());
        self.by_class.resize(self.classes.0.len(), BTreeMap::new());
        let parts = self.parts.values().map(|p| {
            json!({"items": p.items, "objects": p.objects, "per_item": p.per_item, "sides": p.sides, "aspects": p.aspects})
        });
        let by_class =
            self.by_class.iter().map(|parts| -> Vec<_> { parts.iter().map(|(at, n)| (at, n[0], n[1])).collect() });
        let by_labeler = self.by_labeler.iter().map(|((who, status), n)| (who, status, n));
        json!({
            "kinds": self.kinds.0, "splits": self.splits.0, "statuses": self.statuses.0, "reviews": self.reviews.0,
            "labelers": self.labelers.0, "classes": self.classes.0, "tools": self.tools.0, "reasons": self.reasons.0,
            "class_order": in_order,
            "parts": parts.collect::<Vec<_>>(),
            "by_class": by_class.collect::<Vec<_>>(),
            "by_tool": self.by_tool,
            "by_reason": self.by_reason,
            "by_labeler": by_labeler.collect::<Vec<_>>(),
            "by_day": self.by_day.iter().map(|(day, n)| (day, n.iter().collect::<Vec<_>>())).collect::<Vec<_>>(),
            "limits": {"per_item": PER_ITEM, "sides": SIDES, "aspects": ASPECTS},
            "grid": self.grid,
        })
    }
}

/// One more item, with so many objects.
fn one_more(both: &mut Both, objects: u32) {
    both[0] += 1;
    both[1] += u64::from(objects);
}

/// Names and counts as one list of numbers.
fn counted<'n, T: 'n>(
    names: impl IntoIterator<Item = (&'n T, &'n u32)>,
    mut number: impl FnMut(&T) -> usize,
) -> impl Iterator<Item = u64> {
    names.into_iter().flat_map(move |(name, n)| [number(name) as u64, u64::from(*n)])
}

/// Appends a comma and a list of numbers.
fn list(out: &mut Text, numbers: impl Iterator<Item = u64>) {
    out.lit(lit!(",["));
    for (i, n) in numbers.enumerate() {
        if i > 0 {
            out.byte::<b','>();
        }
        out.int(n);
    }
    out.byte::<b']'>();
}
