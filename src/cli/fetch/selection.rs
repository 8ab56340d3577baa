//! Which options the server selects by, and which are asked of each row here.

use super::args::Fetch;
use crate::api::Target;
use crate::api::filters::Filters;
use crate::exit::Failure;
use crate::fetch::request::Chooser;
use crate::filter::predicates::sample::Amount;
use crate::selection::List;
use crate::selection::words::{CATEGORY, nearest};
use crate::tr;
use crate::words::Message;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};
use std::sync::Arc;

/// Who selects by an option.
enum By {
    /// The server, under this key.
    Server(&'static str),
    /// We, row by row.
    Row,
    /// Nobody: rows of the target have nothing of the kind.
    Nobody,
}
use By::{Nobody, Row, Server};

/// Adds to the filters what the server can select by, in its spelling for the target, and gives the rest.
///
/// # Errors
/// A usage failure for what rows of the target do not have, and for values that cannot be meant.
pub(super) fn divide(
    args: &Fetch,
    target: Target,
    filters: &mut Filters,
    zone: &TimeZone,
) -> Result<Option<Chooser>, Failure> {
    let (select, server) = (&args.select, &args.server_select);
    let id = if select.ids_from.is_empty() { List::all(&select.id) } else { Vec::new() };
    let sample = &select.predicates.sample;
    match sample.sample {
        Some(Amount::Rows(rows)) => {
            return Err(Failure::usage(tr!("sample-rows-fetch", rows = rows.to_string())));
        }
        None if sample.seed.is_some() => return Err(Failure::usage(tr!("seed-alone-fetch"))),
        Some(Amount::Share(_)) | None => {}
    }
    let (category, class) = (List::all(&select.category), List::all(&select.class));
    // A server of ground truth knows three categories, and takes classes as a list with commas.
    let by_category = if known_categories(target, &category)? { Server("category") } else { Row };
    let by_class = if class.iter().any(|name| name.contains(',')) { Row } else { Server("classes") };
    // An option, who selects by it for assignments, tasks and ground truth, and what was given.
    let lists = [
        ("status", [Server("status_label"), Server("status_label"), Nobody], List::all(&select.status)),
        ("review", [Server("status_review"), Server("status_review"), Nobody], List::all(&select.review)),
        ("user", [Server("users"), Server("labelers"), Nobody], List::all(&select.user)),
        ("tag", [Server("tags"), Server("tags"), Nobody], List::all(&select.tag)),
        ("task-tag", [Server("task_tags"), Server("tags"), Nobody], List::all(&select.task_tag)),
        ("category", [Row, Row, by_category], category),
        ("class", [Row, Row, by_class], class),
        ("id", [Server("ids"), Server("ids"), Server("ids")], id),
        ("reviewer", [Server("reviewers"), Server("reviewers"), Nobody], List::all(&server.reviewer)),
        ("group", [Server("groups"), Server("groups"), Nobody], server.group.clone()),
        ("workshop", [Server("workshop"), Server("workshops"), Nobody], server.workshop.clone()),
        ("stage", [Server("stages"), Server("stages"), Nobody], server.stage.clone()),
        ("task", [Server("tasks"), Nobody, Server("task")], server.task.clone()),
        (
            "discarded",
            [Server("is_discarded"), Server("is_discarded"), Nobody],
            server.discarded.iter().cloned().collect(),
        ),
        ("search", [Server("search"), Server("search"), Server("search")], server.search.iter().cloned().collect()),
    ];
    let (mut elsewhere, mut asked) = (Vec::new(), Map::new());
    for (option, by, given) in lists {
        match by[target as usize] {
            _ if given.is_empty() => {}
            Nobody => return Err(Failure::usage(lacks(target, option))),
            Row => {
                asked.insert(option.to_owned(), given.into());
            }
            Server(key) => {
                elsewhere.push(option);
                given.iter().try_for_each(|value| filters.add(target, key, value, zone))?;
            }
        }
    }
    let (since, before) = select.created()?;
    for (option, key, at) in [("since", "created__gte", since), ("until", "created__lt", before)] {
        let Some(at) = at else { continue };
        if target == Target::GroundTruth {
            asked.insert(option.to_owned(), at.to_string().into());
        } else {
            elsewhere.push("since");
            filters.add(target, key, &at.to_string(), zone)?;
        }
    }
    let predicates = serde_json::to_value(&select.predicates).unwrap_or_default();
    let given = |value: &Value| !(value.is_null() || value.as_array().is_some_and(Vec::is_empty));
    for (name, value) in predicates.as_object().into_iter().flatten().filter(|(_, value)| given(value)) {
        asked.insert(name.replace('_', "-"), value.clone());
    }
    let question = select.question(&elsewhere)?;
    #[cfg(feature = "jq")]
    if select.predicates.program.is_time_idle() {
        return Err(Failure::usage(tr!("no-question")));
    }
    Ok((!question.is_empty()).then(|| Chooser { asked, by: Arc::new(question) }))
}

/// Whether these are categories that the server of ground truth knows.
///
/// # Errors
/// A usage failure for a slip of the pen.
fn known_categories(target: Target, given: &[String]) -> Result<bool, Failure> {
    let unknown = given.iter().find(|word| !CATEGORY.contains(&word.as_str()));
    match unknown.map(|word| (word, nearest(word, CATEGORY.iter().copied()))) {
        Some((word, Some(near))) if target == Target::GroundTruth => {
            Err(Failure::usage(tr!("category-unknown", word, near)))
        }
        unknown => Ok(unknown.is_none()),
    }
}

/// What to do about an option that asks for what rows of a target do not have.
fn lacks(target: Target, option: &str) -> Message {
    match (target, option) {
        (Target::Task, "task") => tr!("task-is-row"),
        _ => tr!("nothing-to-select-by", target = target.word(), option),
    }
}
