//! What a run of `syn-filter` says at its end.

use crate::filter::Summary;
use crate::filter::edits::Kinds;
use crate::filter::edits::done::{Done, Why};
use crate::text::{count, number};
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
    let Summary { selected, edited, made, lines, bad, latest, one_per, .. } = *summary;
    let latest = latest.map(|found| {
        let older = found.left_out();
        let left_out = if older > 0 { format!(", {} left out", count(older, "older row")) } else { String::new() };
        format!("{}, {}{left_out}; ", count(found.rows, "row"), count(found.keys, "id"))
    });
    let one_per = one_per.map(|found| {
        let some = |n: u64, what: &str| if n > 0 { format!(", {} {what}", number(n)) } else { String::new() };
        let (left_out, without) = (some(found.left_out(), "left out"), some(found.without, "without the field kept"));
        format!("{} of {}{left_out}{without}; ", count(found.rows, "row"), count(found.keys, "value"))
    });
    let picked = format!("{}{}", latest.unwrap_or_default(), one_per.unwrap_or_default());
    let edited = edited.as_ref().map(of_edits).unwrap_or_default();
    let bad = if bad > 0 { format!("; {} skipped", count(bad, "bad line")) } else { String::new() };
    match lines {
        Some(lines) if made => {
            format!("{picked}{} made of {}{edited}{bad}", count(selected, "row"), count(lines, "item"))
        }
        None if made => format!("{picked}{} made, stopped there (--limit){edited}{bad}", count(selected, "row")),
        Some(lines) => format!("{picked}{} of {} selected{edited}{bad}", number(selected), count(lines, "item")),
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
