//! `--dry-run`: the plan of a run, with a look at a few rows, and nothing exported.

use crate::api::hold::Holding;
use crate::api::page::Page;
use crate::api::payload::{Payload, Payloads};
use crate::api::{ApiError, Client};
use crate::fetch::api::plan::Plan;
use crate::table::Table;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// Rows looked at.
const ROWS: usize = 10;

/// Asks for a few rows and describes what a run would do.
///
/// # Errors
/// [`ApiError`].
pub async fn describe(client: &Client, plan: &Plan) -> Result<Value, ApiError> {
    let filters = plan.parts.first().map(|part| part.filters.clone()).unwrap_or_default();
    let query = plan.page_query(&filters).with("page_size", ROWS.to_string());
    let page =
        client.get(plan.target.path(), &query, |body| Page::parse(body, plan.target, &Holding::default())).await?;
    let payloads = Payloads::new(client.clone(), plan.target, plan.scope.clone());
    let (mut tools, mut classes) = (Map::new(), Map::new());
    let mut bytes = 0;
    for row in &page.rows {
        let stored;
        let data = match Payload::of(row)? {
            Payload::Inline => row.data().unwrap_or(b"null"),
            Payload::Text(text) => {
                stored = text;
                &stored
            }
            Payload::Stored(at) => {
                stored = payloads.get(row, at).await?;
                &stored
            }
        };
        bytes += row.len().max(data.len());
        tally(&serde_json::from_slice(data).unwrap_or_default(), &mut tools, &mut classes);
    }
    let rows = page.rows.len();
    let mut size = plan.first_size();
    size.good(rows, rows, bytes, Duration::ZERO, false);
    size.good(rows, rows, bytes, Duration::ZERO, false);
    let page_size = size.rows();
    let requests = plan.expected().map(|n| n.div_ceil(page_size as u64) + 3);
    Ok(json!({
        "host": client.host(),
        "target": plan.target.word(),
        "query": plan.filters.query().to_json(),
        "project": plan.project.as_ref().map(|p| json!({"id": p.id, "title": p.title})),
        "classes": plan.classes(),
        "count": plan.expected(),
        "page_size": page_size,
        "requests": requests,
        "sample": {"rows": rows, "bytes_per_row": bytes.checked_div(rows), "tools": tools, "classes": classes},
    }))
}

/// A plan as a person reads it.
pub fn in_words(plan: &Value) -> String {
    let mut table = Table::new(&["plan", ""]);
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let list = |map: &Value, between: &str| {
        let parts = map.as_object().into_iter().flatten().map(|(key, value)| format!("{key}{between}{}", plain(value)));
        parts.collect::<Vec<_>>().join(", ")
    };
    let classes: Vec<String> = plan["classes"].as_array().into_iter().flatten().map(plain).collect();
    let mut row = |name: &str, text: String| table.row(vec![name.to_owned(), text]);
    row("host", plain(&plan["host"]));
    row("target", plain(&plan["target"]));
    row("filters", list(&plan["query"], " = "));
    if !plan["project"].is_null() {
        row("project", format!("{} {}", plain(&plan["project"]["id"]), plain(&plan["project"]["title"])));
    }
    row("classes", classes.join(", "));
    row("rows", if plan["count"].is_null() { "not known".into() } else { plain(&plan["count"]) });
    row("requests", format!("about {} of {} rows", plain(&plan["requests"]), plain(&plan["page_size"])));
    let sample = &plan["sample"];
    row("sample", format!("{} rows, {} bytes each", plain(&sample["rows"]), plain(&sample["bytes_per_row"])));
    row("  tools", list(&sample["tools"], ": "));
    row("  classes", list(&sample["classes"], ": "));
    table.render()
}

/// Counts tools and classes of a payload in any of its dialects (docs/payload.md).
pub(crate) fn tally(data: &Value, tools: &mut Map<String, Value>, classes: &mut Map<String, Value>) {
    let add = |map: &mut Map<String, Value>, key: &str| {
        let count = map.get(key).and_then(Value::as_u64).unwrap_or(0);
        map.insert(key.to_owned(), (count + 1).into());
    };
    let inner = data.get("annotation_data").unwrap_or(data);
    for annotation in
        inner["annotations"].as_object().into_iter().flat_map(Map::values).filter_map(Value::as_array).flatten()
    {
        if let Some(tool) = annotation["tool"].as_str().or(annotation["type"].as_str()) {
            add(tools, tool);
        }
        let class = &annotation["classification"];
        if let Some(class) = class["class"].as_str().or(class.as_str()) {
            add(classes, class);
        }
    }
    // Dialect 2: media by kind, each a list of objects with annotations by tool.
    for media in inner.as_object().into_iter().flat_map(Map::values).filter_map(Value::as_array).flatten() {
        for (tool, list) in media.as_object().into_iter().flatten() {
            for annotation in list.as_array().into_iter().flatten().filter(|a| a.is_object()) {
                add(tools, tool);
                if let Some(class) = annotation["classification"].as_str() {
                    add(classes, class);
                }
            }
        }
    }
}
