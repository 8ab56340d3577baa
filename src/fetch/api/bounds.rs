//! The ids at which the parts of an export end, asked of the server: by counts and by lists of ids where it knows ranges of ids, else by
//! one walk through all ids.

use super::part::ListPart;
use super::plan::{IDS_A_PAGE, Plan};
use super::walk;
use super::walk::segments::Range;
use crate::api::hold::Holding;
use crate::api::page::Page;
use crate::api::{ApiError, Client, Target};
use crate::exit::UsageError;
use crate::fetch::bounds::{self, Answer, Bounds, Question};
use crate::tr;
use futures_util::future::try_join_all;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Questions that are asked before what they bring is looked at.
const TOGETHER: usize = 64;

/// The bounds between `of` shares of a list with this span and so many rows, ascending.
///
/// # Errors
/// [`ApiError`].
pub async fn find(
    client: &Client,
    target: Target,
    part: &ListPart,
    span: Range,
    count: u64,
    of: usize,
) -> Result<Vec<i64>, ApiError> {
    let mut bounds = Bounds::new((span.low, span.high), count, of, IDS_A_PAGE);
    loop {
        let questions = bounds.questions(TOGETHER);
        if questions.is_empty() {
            return Ok(bounds.found());
        }
        for answer in try_join_all(questions.into_iter().map(|q| ask(client, target, part, q))).await? {
            bounds.learn(answer);
        }
    }
}

async fn ask(client: &Client, target: Target, part: &ListPart, question: Question) -> Result<Answer, ApiError> {
    match question {
        Question::Count { from, id } => {
            let rows = client.count(target, &part.within(Range { low: from, high: id })).await?;
            Ok(Answer::Count { from, id, rows: rows.unwrap_or(0) })
        }
        Question::List { low, high } => {
            let query = part.within(Range { low, high }).with("page_size", IDS_A_PAGE.to_string());
            let query = query.with("ordering", "id").with("pagination", "cursor");
            let page = client.get(target.path(), &query, |body| Page::parse(body, target, &Holding::default())).await?;
            let mut ids: Vec<i64> = page.rows.iter().filter_map(|row| row.key.number()).collect();
            ids.sort_unstable();
            ids.dedup();
            Ok(Answer::List { low, high, ids, whole: page.next.is_none() })
        }
    }
}

/// The bounds between `of` shares of all rows of a plan, by a walk through their keys.
///
/// # Errors
/// [`ApiError`]; [`ApiError::Usage`] for keys that are no whole numbers.
pub async fn walked(client: &Client, plan: &Plan, of: usize) -> Result<Vec<i64>, ApiError> {
    let count = plan.parts.iter().map(|part| part.count).sum::<Option<u64>>();
    let stride = bounds::stride(count.unwrap_or(0), of);
    let light = Plan { light: true, page_size: Some(IDS_A_PAGE), limit: None, arrival: true, ..plan.clone() };
    let (batches_in, mut batches) = mpsc::channel(2);
    let walking = tokio::spawn(walk::run(client.clone(), Arc::new(light), None, batches_in));
    // From the highest key down; of very many rows not all are kept.
    let (mut kept, mut rows, mut numbers) = (Vec::new(), 0u64, true);
    while let Some(batch) = batches.recv().await {
        for row in &batch.rows {
            match row.key.number() {
                Some(key) if rows.is_multiple_of(stride) => kept.push((key, rows)),
                key => numbers &= key.is_some(),
            }
            rows += 1;
        }
    }
    crate::fetch::join(walking.await)??;
    if !numbers {
        return Err(UsageError::new(tr!("list-undivided")).into());
    }
    let mut kept: Vec<(i64, u64)> = kept.into_iter().map(|(key, above)| (key, rows - 1 - above)).collect();
    kept.sort_unstable();
    Ok(bounds::of_rows(&kept, rows, of))
}
