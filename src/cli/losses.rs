//! What each format would lose of annotations, by the tools that made them, and which way to run a format keeps them.

use crate::convert::declaration::Declaration;
use crate::convert::formats::FORMATS;
use crate::dm::Tool;
use crate::table::Table;
use crate::tr;
use crate::words::Message;
use serde_json::{Value, json};

/// For each format `{"to","kept","lost":[{"tool","annotations","keep":[…]}]}`. `tools`: an object of tools with their annotations.
pub fn all(tools: &Value) -> Value {
    FORMATS.iter().map(|format| of(format, tools)).collect()
}

/// What a format would lose of annotations made with these tools when it is given no options, and the ways to run a format that keep them.
fn of(format: &Declaration, tools: &Value) -> Value {
    let (mut kept, mut lost) = (0, Vec::new());
    for (name, n) in tools.as_object().into_iter().flatten() {
        let (tool, n) = (Tool::from_name(name), n.as_u64().unwrap_or(0));
        let ways = format.carrying(tool);
        if ways.iter().any(|way| way == format.name) {
            kept += n;
        } else {
            let others = FORMATS.iter().filter(|other| other.name != format.name);
            let keep: Vec<String> = if ways.is_empty() {
                others.flat_map(|o| o.carrying(tool).into_iter().take(1)).collect()
            } else {
                ways
            };
            lost.push(json!({"tool": name, "annotations": n, "keep": keep}));
        }
    }
    json!({"to": format.name, "kept": kept, "lost": lost})
}

/// [`all`] as a table; `what` is what is lost of.
pub fn table(formats: &Value, what: &Message) -> String {
    let mut table = Table::new(&["format", "writes"]).with_last(&tr!("column-losses", what));
    for format in formats.as_array().into_iter().flatten() {
        let lost = format["lost"].as_array().into_iter().flatten().map(|lost| {
            let keep: Vec<&str> =
                lost["keep"].as_array().into_iter().flatten().filter_map(Value::as_str).take(2).collect();
            let keep = if keep.is_empty() { String::new() } else { format!(" ({})", keep.join(", ")) };
            format!("{} {}{keep}", lost["annotations"], lost["tool"].as_str().unwrap_or_default())
        });
        let lost: Vec<String> = lost.collect();
        let lost = if lost.is_empty() { tr!("losses-nothing").spoken().to_owned() } else { lost.join("; ") };
        table.row(vec![format["to"].as_str().unwrap_or_default().into(), format["kept"].to_string(), lost]);
    }
    table.render()
}
