//! What has changed since a moment: rows are looked for by each of their dates. The server compares them itself, if it knows the date;
//! one that does not gives all rows, which is found out by asking for changes of the far future.

use crate::api::filters::Filters;
use crate::api::hold::Holding;
use crate::api::page::Page;
use crate::api::{ApiError, Client, Target};
use crate::exit::UsageError;
use crate::tr;
use crate::words::Message;
use jiff::Timestamp;

/// No row has changed after this moment.
const NEVER: &str = "2200-01-01T00:00:00Z";
/// The dates without which an increment would miss whole kinds of changes.
const NEEDED: [&str; 2] = ["created", "last_labeled"];
/// Those by which rows come that were reviewed, skipped or sent back.
const FURTHER: [&str; 3] = ["last_reviewed", "labeler_last_action_at", "reviewer_last_action_at"];
/// Filters that a row neither comes to fit nor ceases to.
const LASTING: [&str; 8] = ["project", "id", "ids", "ids_ex", "id__in", "workshop", "workshops", "tasks"];

/// The dates by which this server selects, and what the user should know of those by which it does not.
///
/// # Errors
/// [`ApiError`]: also when it knows no dates for this target, or does not select by those that matter.
pub async fn usable(
    client: &Client,
    target: Target,
    filters: &Filters,
) -> Result<(Vec<&'static str>, Vec<Message>), ApiError> {
    let by_date =
        |key: &str| key.split_once("__").is_some_and(|(date, _)| NEEDED.contains(&date) || FURTHER.contains(&date));
    if let Some((key, _)) = filters.iter().find(|(key, _)| by_date(key)) {
        return Err(UsageError::new(tr!("key-and-checkpoint", key)).into());
    }
    let mut notes = notes(target, filters);
    let (needed, further): (&[_], &[_]) = match target {
        Target::GroundTruth => {
            return Err(UsageError::new(
                "ground truth cannot be exported by what has changed: the server cannot select it by date; export the version whole, without --checkpoint",
            )
            .into());
        }
        Target::Task => (&NEEDED[..1], &[]),
        Target::Assignment => (&NEEDED, &FURTHER),
    };
    let mut dates = Vec::new();
    let mut unknown = Vec::new();
    for date in needed.iter().chain(further).copied() {
        let query = filters.with_value(&format!("{date}__gte"), NEVER.to_owned()).query().with("page_size", "1");
        let parse = |body| Page::parse(body, target, &Holding::default());
        match client.get(target.path(), &query, parse).await {
            Ok(page) if page.rows.is_empty() => dates.push(date),
            Ok(_) if needed.contains(&date) => return Err(ApiError::NoDates { host: client.host(), date }),
            Ok(_) => unknown.push(date),
            // A server that refuses the key does not know it either.
            Err(ApiError::Refused { .. }) if !needed.contains(&date) => unknown.push(date),
            Err(e) => return Err(e),
        }
    }
    if !unknown.is_empty() {
        let list = unknown.join(", ");
        notes.push(tr!("dates-unselected", list));
    }
    Ok((dates, notes))
}

/// What the user should know of any export of a series.
pub fn notes(target: Target, filters: &Filters) -> Vec<Message> {
    let mut notes = Vec::new();
    if target == Target::Task {
        notes.push(tr!("dates-tasks"));
    }
    let passing: Vec<_> = filters.iter().map(|(key, _)| key).filter(|key| !LASTING.contains(key)).collect();
    if !passing.is_empty() {
        notes.push(tr!("dates-passing", passing = passing.join(", ")));
    }
    notes
}

/// The lists of rows that changed since a moment, one for each date. A row may be in several.
pub fn changed(filters: &Filters, dates: &[&str], since: Timestamp) -> Vec<Filters> {
    dates.iter().map(|date| filters.with_value(&format!("{date}__gte"), since.to_string())).collect()
}
