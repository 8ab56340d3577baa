//! `--dry-run`: the plan of a run, with a look at a few rows, and nothing exported.

use crate::api::hold::Holding;
use crate::api::page::Page;
use crate::api::payload::{Payload, Payloads};
use crate::api::{ApiError, Client};
use crate::fetch::api::plan::Plan;
use serde_json::{Map, Value, json};
use std::time::{Duration, Instant};

/// Rows looked at.
const ROWS: usize = 10;

/// Asks for a few rows and describes what a run would do.
///
/// # Errors
/// [`ApiError`].
pub async fn describe(client: &Client, plan: &Plan) -> Result<Value, ApiError> {
    let filters = plan.parts.first().map(|part| part.filters.clone()).unwrap_or_default();
    let query = plan.page_query(&filters).with("page_size", ROWS.to_string());
    let began = Instant::now();
    let page =
        client.get(plan.target.path(), &query, |body| Page::parse(body, plan.target, &Holding::default())).await?;
    let seconds = (began.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
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
        "sample": {"rows": rows, "bytes_per_row": bytes.checked_div(rows), "seconds": seconds, "tools": tools, "classes": classes},
    }))
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
