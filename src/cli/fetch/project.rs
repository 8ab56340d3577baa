//! `syn-fetch project ID`: what a project is, and how far its work has come.

use super::args::Fetch;
use crate::api::catalog::Project;
use crate::api::{ApiError, Client, Query, Target};
use crate::exit::{Exit, Failure};
use crate::selection::words::{LABELLING, REVIEW};
use crate::table::Table;
use crate::tr;
use futures_util::future::try_join_all;
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;

/// Writes what is known of a project: an object in JSON, or a table for people.
///
/// # Errors
/// Those of asking the server and of the output.
pub(super) fn describe(id: &str, args: &Fetch, runtime: &Runtime, client: &Client) -> Result<Exit, Failure> {
    let told = runtime.block_on(async { object(&client.project(id).await?, id, client).await })?;
    let mut writer = args.common.writer()?;
    if args.at_terminal() {
        writer.put(sheet(&told).as_bytes())?;
    } else {
        writer.line(told.to_string().as_bytes())?;
    }
    writer.finish()?;
    Ok(Exit::Ok)
}

/// `{"id","title","category","description","data_collection","tasks","assignments","status_label":{},"status_review":{},"tools":{},
/// "classes":[]}`; a number that the server does not give is null.
async fn object(project: &Project, id: &str, client: &Client) -> Result<Value, ApiError> {
    let mut questions = vec![(Target::Task, None), (Target::Assignment, None)];
    questions.extend(LABELLING.iter().map(|word| (Target::Assignment, Some(("status_label", *word)))));
    questions.extend(REVIEW.iter().map(|word| (Target::Assignment, Some(("status_review", *word)))));
    let counts = try_join_all(questions.iter().map(|(target, status)| count(*target, id, *status, client))).await?;
    let (mut labelling, mut review) = (Map::new(), Map::new());
    for ((_, status), n) in questions.iter().zip(&counts) {
        match status {
            Some(("status_label", word)) => drop(labelling.insert((*word).to_owned(), json!(n))),
            Some((_, word)) => drop(review.insert((*word).to_owned(), json!(n))),
            None => {}
        }
    }
    let tools: Map<String, Value> =
        project.tools.iter().map(|(tool, classes)| (tool.clone(), json!(classes))).collect();
    Ok(json!({
        "id": project.id,
        "title": project.title,
        "category": project.category,
        "description": project.description,
        "data_collection": project.data_collection,
        "tasks": counts.first(),
        "assignments": counts.get(1),
        "status_label": labelling,
        "status_review": review,
        "tools": tools,
        "classes": project.classes(),
    }))
}

/// How many rows a list has; nothing when the server does not say, or has no such list.
async fn count(
    target: Target,
    project: &str,
    status: Option<(&'static str, &'static str)>,
    client: &Client,
) -> Result<Option<u64>, ApiError> {
    let query = Query::new().with(target.scope(), project);
    let query = status.into_iter().fold(query, |query, (key, word)| query.with(key, word));
    match client.count(target, &query).await {
        Err(ApiError::NotFound { .. } | ApiError::Forbidden { .. } | ApiError::Refused { .. }) => Ok(None),
        other => other,
    }
}

fn sheet(told: &Value) -> String {
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut table = Table::new(&["", ""]).without_heads().wrapping();
    let mut row = |name: String, value: String| {
        if !value.is_empty() {
            table.row(vec![name, value]);
        }
    };
    let known = |key: &str| if told[key].is_null() { String::new() } else { plain(&told[key]) };
    let counts = |key: &str| {
        let parts = told[key].as_object().into_iter().flatten().filter(|(_, n)| n.as_u64() > Some(0));
        parts.map(|(word, n)| format!("{word} {n}")).collect::<Vec<_>>().join(", ")
    };
    row(tr!("project-id").spoken().to_owned(), known("id"));
    row(tr!("project-title").spoken().to_owned(), known("title"));
    row(tr!("project-category").spoken().to_owned(), known("category"));
    row(tr!("project-description").spoken().to_owned(), known("description"));
    row(tr!("project-collection").spoken().to_owned(), known("data_collection"));
    row(tr!("project-tasks").spoken().to_owned(), known("tasks"));
    row(tr!("project-assignments").spoken().to_owned(), known("assignments"));
    row(tr!("project-labelling").spoken().to_owned(), counts("status_label"));
    row(tr!("project-review").spoken().to_owned(), counts("status_review"));
    for (tool, classes) in told["tools"].as_object().into_iter().flatten() {
        let list: Vec<String> = classes.as_array().into_iter().flatten().map(plain).collect();
        row(tool.clone(), list.join(", "));
    }
    table.render()
}
