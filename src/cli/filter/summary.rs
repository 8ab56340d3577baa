//! What a run of `syn-filter` says at its end.

use crate::filter::Summary;
use crate::filter::edits::Kinds;
use crate::filter::edits::done::{Done, Why};
use crate::filter::passes::Found;
use crate::filter::sample::rows::Sampled;
use crate::text::{count, number, visible};
use crate::tr;
use crate::words::Message;
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
pub fn words(summary: &Summary) -> String {
    let Summary { selected, written, edited, made, lines, bad, .. } = *summary;
    let Found { latest, one_per, sample, per_class } = &summary.found;
    let latest = latest.as_ref().map(|found| {
        let older = found.left_out();
        let left_out = if older > 0 { format!(", {} left out", count(older, "older row")) } else { String::new() };
        format!("{}, {}{left_out}; ", count(found.rows, "row"), count(found.keys, "id"))
    });
    let one_per = one_per.as_ref().map(|found| {
        let some = |n: u64, what: &str| if n > 0 { format!(", {} {what}", number(n)) } else { String::new() };
        let (left_out, without) = (some(found.left_out(), "left out"), some(found.without, "without the field kept"));
        format!("{} of {}{left_out}{without}; ", count(found.rows, "row"), count(found.keys, "value"))
    });
    let sample =
        sample.as_ref().map(|found| format!("{} of {} drawn; ", number(found.taken()), count(found.of, "row")));
    let per_class = per_class.as_ref().map(|found| {
        let classes = count(found.classes, "class");
        format!("{} of {} drawn for {classes}; ", number(found.taken), count(found.of, "row"))
    });
    let picked: String = [latest, one_per, sample, per_class].into_iter().flatten().collect();
    let first = written.map(|n| format!(", the first {} of them written (--limit)", number(n))).unwrap_or_default();
    let edited = edited.as_ref().map(of_edits).unwrap_or_default();
    let bad = if bad > 0 { format!("; {} skipped", count(bad, "bad line")) } else { String::new() };
    match lines {
        Some(lines) if made => {
            format!("{picked}{} made of {}{edited}{first}{bad}", count(selected, "row"), count(lines, "item"))
        }
        None if made => format!("{picked}{} made, stopped there (--limit){edited}{bad}", count(selected, "row")),
        Some(lines) => format!("{picked}{} of {} selected{edited}{first}{bad}", number(selected), count(lines, "item")),
        None => format!("{picked}{} selected, stopped there (--limit){edited}{bad}", number(selected)),
    }
}

/// What edits have done.
fn of_edits((done, edits): &(Done, Kinds)) -> String {
    let mut told = String::new();
    let some = |n: u64| if n > 0 { count(n, "annotation") } else { "no annotations".to_owned() };
    if edits.remove {
        told = format!(", {} removed", some(done.removed()));
        let by: Vec<String> =
            Why::ALL.iter().filter(|why| done.gone(**why) > 0).map(|why| part(*why, done.gone(*why))).collect();
        if by.len() > 1 {
            told += &format!(" ({})", by.join(", "));
        }
    }
    if edits.rename {
        told += &format!(", {} renamed", some(done.renamed));
    }
    if done.unmeasured > 0 {
        told += &format!(
            ", {} kept that --min-size cannot measure: the width of the image is not known",
            count(done.unmeasured, "mask")
        );
    }
    told
}

fn part(why: Why, n: u64) -> String {
    let by = match why {
        Why::Class => "by class",
        Why::Tool => "by tool",
        Why::Size => "by --min-size",
        Why::Area => "by --min-area",
        Why::End => "with an end of theirs",
    };
    format!("{} {by}", number(n))
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
