//! What a run of `syn-filter` says at its end.

use crate::filter::Summary;
use crate::filter::edits::Kinds;
use crate::filter::edits::done::{Done, Why};
use crate::filter::passes::Found;
use crate::filter::sample::rows::Sampled;
use crate::text::visible;
use crate::tr;
use crate::words::{Many, Message};
use serde_json::{Map, Value, json};

/// The summary as fields of the log.
pub fn fields(summary: &Summary) -> Value {
    let Summary { selected, edited, lines, bad, .. } = *summary;
    let mut fields = json!({"selected": selected, "items": lines, "bad_lines": bad});
    if let Some((done, edits)) = edited {
        if edits.remove {
            fields["annotations_removed"] = done.removed().into();
            let by = Why::ALL.iter().map(|why| (key(*why).to_owned(), done.gone(*why).into()));
            fields["annotations_removed_by"] = by.filter(|(_, n)| *n != 0).collect::<Map<_, _>>().into();
            fields["annotations_unmeasured"] = done.unmeasured.into();
        }
        if edits.rename {
            fields["annotations_renamed"] = done.renamed.into();
        }
    }
    fields
}

/// The summary as a line.
pub fn words(summary: &Summary) -> Message {
    let Summary { selected, written, edited, made, lines, bad, .. } = *summary;
    let Found { latest, one_per, sample, per_class } = &summary.found;
    let mut told = Vec::new();
    if let Some(found) = latest {
        told.push(tr!("filter-latest", rows = Many(found.rows), ids = Many(found.keys)));
        if found.left_out() > 0 {
            told.push(tr!("filter-older", rows = Many(found.left_out())));
        }
        told.push("; ".into());
    }
    if let Some(found) = one_per {
        told.push(tr!("filter-one-per", rows = Many(found.rows), values = Many(found.keys)));
        if found.left_out() > 0 {
            told.push(tr!("filter-left-out", rows = Many(found.left_out())));
        }
        if found.without > 0 {
            told.push(tr!("filter-without", rows = Many(found.without)));
        }
        told.push("; ".into());
    }
    if let Some(found) = sample {
        told.push(tr!("filter-drawn", taken = Many(found.taken()), rows = Many(found.of)));
    }
    if let Some(found) = per_class {
        let (taken, rows, classes) = (Many(found.taken), Many(found.of), Many(found.classes));
        told.push(tr!("filter-drawn-for", taken, rows, classes));
    }
    let limited = lines.is_none();
    let selected = Many(selected);
    told.push(match lines.map(Many) {
        Some(items) if made => tr!("filter-made", rows = selected, items),
        None if made => tr!("filter-made-limit", rows = selected),
        Some(items) => tr!("filter-selected", selected, items),
        None => tr!("filter-selected-limit", selected),
    });
    told.extend(edited.as_ref().map(of_edits));
    if let Some(first) = written.filter(|_| !limited) {
        told.push(tr!("filter-first", first = Many(first)));
    }
    if bad > 0 {
        told.push(tr!("filter-bad-lines", lines = Many(bad)));
    }
    Message::list(told, "")
}

/// What edits have done.
fn of_edits((done, edits): &(Done, Kinds)) -> Message {
    let mut told = Vec::new();
    if edits.remove {
        told.push(match done.removed() {
            0 => tr!("filter-none-removed"),
            n => tr!("filter-removed", annotations = Many(n)),
        });
        let by: Vec<_> =
            Why::ALL.iter().filter(|why| done.gone(**why) > 0).map(|why| part(*why, done.gone(*why))).collect();
        if by.len() > 1 {
            told.push(tr!("in-brackets", what = Message::list(by, ", ")));
        }
    }
    if edits.rename {
        told.push(match done.renamed {
            0 => tr!("filter-none-renamed"),
            n => tr!("filter-renamed", annotations = Many(n)),
        });
    }
    if done.unmeasured > 0 {
        told.push(tr!("filter-unmeasured", masks = Many(done.unmeasured)));
    }
    Message::list(told, "")
}

fn part(why: Why, n: u64) -> Message {
    let n = Many(n);
    match why {
        Why::Class => tr!("filter-by-class", n),
        Why::Tool => tr!("filter-by-tool", n),
        Why::Size => tr!("filter-by-size", n),
        Why::Area => tr!("filter-by-area", n),
        Why::End => tr!("filter-by-end", n),
    }
}

fn key(why: Why) -> &'static str {
    match why {
        Why::Class => "class",
        Why::Tool => "tool",
        Why::Size => "min_size",
        Why::Area => "min_area",
        Why::End => "end",
    }
}

/// What the user should know of the rows that were chosen.
pub fn warnings(found: &Found) -> Vec<Message> {
    const NAMED: usize = 10;
    let mut told = Vec::new();
    if let Some(Sampled { wanted, of }) = found.sample.as_ref().filter(|sample| sample.of < sample.wanted) {
        told.push(tr!("sample-fewer", wanted = wanted.to_string(), of));
    }
    let Some(balanced) = &found.per_class else { return told };
    let (wanted, fewer) = (balanced.wanted.to_string(), &balanced.fewer);
    let named: Vec<String> =
        fewer.iter().take(NAMED).map(|(class, rows)| format!("{} {rows}", visible(class))).collect();
    let named = named.join(", ");
    match fewer.len().saturating_sub(NAMED) {
        0 if fewer.is_empty() => {}
        0 => told.push(tr!("per-class-fewer", wanted, named)),
        more => told.push(tr!("per-class-fewer-more", wanted, named, more)),
    }
    if balanced.classes == 0 && balanced.of > 0 {
        told.push(tr!("per-class-none"));
    }
    told
}
