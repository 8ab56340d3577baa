//! The numbers of the overview as tables, a CSV file each.

use super::facts::GRID;
use crate::convert::output::csv_cell::Style;
use crate::convert::output::files::Files;
use crate::stream::StreamError;
use serde_json::Value;
use std::borrow::Cow;

/// A table: its cells are texts, which are made safe for spreadsheets, or numbers.
struct Table {
    path: &'static str,
    head: Vec<String>,
    rows: Vec<Vec<Value>>,
}

/// Writes `overview/*.csv` of the facts of a page ([`super::overview::Overview::json`]).
///
/// # Errors
/// When the output cannot be written.
pub fn write(facts: &Value, out: &mut Files) -> Result<(), StreamError> {
    let style = Style::default();
    for Table { path, head, rows } in tables(facts).into_iter().filter(|table| !table.rows.is_empty()) {
        let mut text = style.header(head.into_iter());
        for row in rows {
            for (i, cell) in row.iter().enumerate() {
                if i > 0 {
                    text.push(b',');
                }
                match cell {
                    Value::String(cell) => style.push_text(&mut text, cell),
                    number => text.extend_from_slice(number.to_string().as_bytes()),
                }
            }
            text.push(b'\n');
        }
        let text: Cow<'_, str> = String::from_utf8_lossy(&text);
        out.plain(&format!("overview/{path}.csv"), &text)?;
    }
    Ok(())
}

/// The names of one kind.
fn names<'f>(facts: &'f Value, kind: &str) -> Vec<&'f str> {
    list(&facts[kind]).iter().filter_map(Value::as_str).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn number(value: &Value) -> usize {
    value.as_u64().unwrap_or_default() as usize
}

fn tables(facts: &Value) -> Vec<Table> {
    let table = |path, head: &[&str], rows| Table { path, head: head.iter().map(|h| (*h).to_owned()).collect(), rows };
    let parts = names(facts, "splits");
    let (classes, labelers) = (names(facts, "classes"), names(facts, "labelers"));
    let name = |names: &[&str], at: &Value| Value::from(names.get(number(at)).copied().unwrap_or_default());
    let in_parts = parts.iter().zip(list(&facts["parts"]));
    let of_parts = in_parts.map(|(part, n)| vec![(*part).into(), n["items"].clone(), n["objects"].clone()]).collect();
    let of_classes = list(&facts["class_order"]).iter().flat_map(|class| {
        let counts = list(&facts["by_class"][number(class)]);
        let none = [Value::from(""), 0.into(), 0.into()];
        let one = move |part: Value, n: &Value| vec![part, n[1].clone(), n[2].clone()];
        let rows: Vec<Vec<Value>> = match counts {
            [] => vec![none.to_vec()],
            counts => counts.iter().map(|n| one(name(&parts, &n[0]), n)).collect(),
        };
        let class = name(&classes, class);
        rows.into_iter()
            .map(move |row| std::iter::once(class.clone()).chain(row).collect::<Vec<_>>())
            .collect::<Vec<_>>()
    });
    let both = |kind: &str, by: &str| -> Vec<Vec<Value>> {
        let counts = names(facts, kind).into_iter().zip(list(&facts[by]));
        counts.map(|(name, n)| vec![name.into(), n[0].clone(), n[1].clone()]).collect()
    };
    let of_labelers = list(&facts["by_labeler"])
        .iter()
        .map(|n| vec![name(&labelers, &n[0]), name(&names(facts, "statuses"), &n[1]), n[2].clone()]);
    let of_days = list(&facts["by_day"]).iter().flat_map(|day| {
        let one = |n: &Value| vec![day[0].clone(), name(&labelers, &n[0]), n[1].clone()];
        list(&day[1]).iter().map(one).collect::<Vec<_>>()
    });
    let places = list(&facts["grid"]).iter().enumerate().filter(|(_, n)| n.as_u64() != Some(0));
    let of_places = places.map(|(at, n)| vec![(at % GRID + 1).into(), (at / GRID + 1).into(), n.clone()]);
    let ranged = |path, key: &str| {
        let mut head = vec!["from".to_owned(), "to".to_owned()];
        head.extend(parts.iter().map(|part| if part.is_empty() { "all".to_owned() } else { (*part).to_owned() }));
        Table { path, head, rows: ranges(facts, key) }
    };
    vec![
        table("parts", &["part", "items", "objects"], of_parts),
        table("classes", &["class", "part", "items", "objects"], of_classes.collect()),
        ranged("objects_per_item", "per_item"),
        ranged("sizes", "sides"),
        ranged("aspects", "aspects"),
        table("places", &["column", "row", "objects"], of_places.collect()),
        table("tools", &["tool", "items", "objects"], both("tools", "by_tool")),
        table("problems", &["problem", "items", "annotations"], both("reasons", "by_reason")),
        table("labelers", &["labeler", "status", "items"], of_labelers.collect()),
        table("days", &["day", "labeler", "items"], of_days.collect()),
    ]
}

/// Rows of numbers between limits: from one limit to the next, of whole numbers both included; the last row has no end. A column for
/// each part.
fn ranges(facts: &Value, key: &str) -> Vec<Vec<Value>> {
    let limits = list(&facts["limits"][key]);
    let whole = limits.iter().all(Value::is_u64);
    let from = |at: usize| match (at.checked_sub(1).and_then(|before| limits.get(before)), whole) {
        (None, _) => 0.into(),
        (Some(limit), true) => (limit.as_u64().unwrap_or_default() + 1).into(),
        (Some(limit), false) => limit.clone(),
    };
    let row = |at: usize| {
        let ends = [from(at), limits.get(at).cloned().unwrap_or_else(|| "".into())];
        ends.into_iter().chain(list(&facts["parts"]).iter().map(|part| part[key][at].clone())).collect()
    };
    (0..=limits.len()).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn tables_have_the_numbers_of_the_page() {
        let facts = json!({
            "splits": ["train", "val"], "classes": ["car", "버스", "=1+1"], "class_order": [1, 0, 2], "labelers": ["a", "b"],
            "statuses": ["done"], "tools": ["bounding_box"], "reasons": [],
            "parts": [{"items": 2, "objects": 5, "sides": [1, 4]}, {"items": 1, "objects": 0, "sides": [0, 0]}],
            "by_class": [[[0, 2, 5]], [], [[0, 1, 1], [1, 1, 2]]], "by_tool": [[2, 5]], "by_reason": [],
            "by_labeler": [[1, 0, 3]], "by_day": [["2026-03-01", [[0, 1], [1, 2]]]],
            "limits": {"sides": [0.01], "per_item": [0, 1, 2, 4]}, "grid": [0, 7],
        });
        let of = |path: &str| {
            let table = tables(&facts).into_iter().find(|table| table.path == path).unwrap();
            (table.head.join(","), json!(table.rows))
        };
        assert_eq!(of("parts"), ("part,items,objects".into(), json!([["train", 2, 5], ["val", 1, 0]])));
        let classes =
            json!([["버스", "", 0, 0], ["car", "train", 2, 5], ["=1+1", "train", 1, 1], ["=1+1", "val", 1, 2]]);
        assert_eq!(of("classes").1, classes);
        assert_eq!(of("sizes"), ("from,to,train,val".into(), json!([[0, 0.01, 1, 0], [0.01, "", 4, 0]])));
        assert_eq!(of("places").1, json!([[2, 1, 7]]));
        assert_eq!(of("labelers").1, json!([["b", "done", 3]]));
        assert_eq!(of("days").1, json!([["2026-03-01", "a", 1], ["2026-03-01", "b", 2]]));
        let limits: Vec<_> = ranges(&facts, "per_item").iter().map(|row| json!([row[0], row[1]])).collect();
        assert_eq!(json!(limits), json!([[0, 0], [1, 1], [2, 2], [3, 4], [5, ""]]));
    }
}
