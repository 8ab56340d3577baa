//! Objects by class and part, as a check tells them: a table for people, an object of JSON for programs.

use crate::check::objects::Objects;
use crate::check::{Dataset, joined};
use crate::text;
use crate::tr;
use crate::words::Message;
use serde_json::{Map, Value, json};

/// Classes in a table; the others are counted. JSON has all.
const ROWS: usize = 40;
/// Columns of a name in a table.
const NAME: usize = 40;
/// Names in a sentence.
const NAMES: usize = 5;

/// Parts in the order in which they are used; others keep theirs.
const ORDER: [&str; 4] = ["train", "valid", "val", "test"];

/// For each dataset its format, where it is, objects by part and class, classes without an object, and classes that a part lacks.
pub fn numbers(datasets: &[Dataset]) -> Value {
    let one = |(dataset, objects): &(&Dataset, Objects)| {
        let parts = objects.parts().enumerate().map(|(at, part)| {
            let classes = objects.rows().map(|(class, counts)| (class.to_owned(), json!(counts[at])));
            (part.to_owned(), Value::Object(classes.collect()))
        });
        let parts: Map<String, Value> = parts.collect();
        let lacking: Map<String, Value> =
            objects.lacking().into_iter().map(|(p, c)| (p.to_owned(), json!(c))).collect();
        json!({"format": dataset.format, "dataset": dataset.place, "parts": parts, "unused": objects.unused(), "lacking": lacking})
    };
    joined(datasets).iter().filter(|(_, objects)| !objects.is_empty()).map(one).collect()
}

/// The lines of a table for each dataset that has objects.
pub fn tables(datasets: &[Dataset]) -> Vec<String> {
    let with_objects = joined(datasets).into_iter().filter(|(_, objects)| !objects.is_empty());
    with_objects.flat_map(|(dataset, objects)| table(&dataset.place, &objects)).collect()
}

fn table(place: &str, objects: &Objects) -> Vec<String> {
    let parts: Vec<&str> = objects.parts().collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|at| ORDER.iter().position(|name| *name == parts[*at]).unwrap_or(ORDER.len()));
    let mut classes: Vec<(&str, Vec<u64>)> = objects.rows().collect();
    // The many first: the list may be cut.
    classes.sort_by_key(|(_, counts)| std::cmp::Reverse(counts.iter().sum::<u64>()));
    let cells = |counts: &[u64]| order.iter().map(|at| counts[*at].to_string()).collect::<Vec<_>>();
    let head = order.iter().map(|at| text::cut(&text::visible(parts[*at]), NAME)).collect();
    let mut rows = vec![(tr!("check-class").spoken().to_owned(), head)];
    rows.extend(classes.iter().take(ROWS).map(|(class, c)| (text::cut(&text::visible(class), NAME), cells(c))));
    let left = rows.iter().map(|(name, _)| text::width(name)).max().unwrap_or_default();
    let columns =
        (0..order.len()).map(|i| rows.iter().map(|(_, cells)| text::width(&cells[i])).max().unwrap_or_default());
    let columns: Vec<usize> = columns.collect();
    let pad = |text: &str, columns: usize| " ".repeat(columns.saturating_sub(text::width(text)));
    let line = |(name, cells): &(String, Vec<String>)| {
        let numbers = cells.iter().zip(&columns).map(|(cell, width)| format!("  {}{cell}", pad(cell, *width)));
        format!("  {name}{}{}", pad(name, left), numbers.collect::<String>())
    };
    let mut lines = vec![tr!("check-objects-in", place).spoken().to_owned()];
    lines.extend(rows.iter().map(line));
    if classes.len() > ROWS {
        lines.push(format!("  {}", tr!("check-more-classes", classes = classes.len() - ROWS).spoken()));
    }
    lines.extend(
        objects
            .lacking()
            .iter()
            .map(|(part, classes)| format!("  {}", tr!("check-part-lacks", part, classes = some(classes)).spoken())),
    );
    let unused = objects.unused();
    if !unused.is_empty() {
        lines.push(format!("  {}", tr!("check-no-part-has", classes = some(&unused)).spoken()));
    }
    lines
}

/// The first of some names: `"car", "bus" and 3 more`.
fn some(names: &[&str]) -> Message {
    let first: Vec<String> = names.iter().take(NAMES).map(|name| format!("{name:?}")).collect();
    match names.len().saturating_sub(NAMES) {
        0 => first.join(", ").into(),
        more => tr!("names-and-more", names = first.join(", "), more),
    }
}

#[cfg(test)]
mod tests {
    use super::{Objects, table};

    #[test]
    fn a_table_is_aligned_cut_and_says_what_is_missing() {
        let mut objects = Objects::default();
        ["차", "car\u{1b}[31m", "van"].iter().for_each(|class| objects.list(class));
        objects.add("val", "차", 12);
        objects.add("train", "차", 3);
        objects.add("train", "car\u{1b}[31m", 4);
        let lines = [
            "objects in x:",
            "  class     train  val",
            "  차            3   12",
            "  car [31m      4    0",
            "  van           0    0",
            "  val has no object of \"car\\u{1b}[31m\"",
            "  no part has an object of \"van\"",
        ];
        assert_eq!(table("x", &objects), lines);
        (0..50).for_each(|n| objects.add("train", &format!("c{n}"), 1));
        let lines = table("x", &objects);
        assert!(lines.iter().any(|line| line == "  … and 13 more classes: --log-format json has all"), "{lines:?}");
    }
}
