//! Which pages: the walk over a list from its first row to its last.

use super::plan::Plan;
use crate::api::page::{Mode, Page};
use crate::api::{ApiError, Client, Id, Row};
use std::collections::HashSet;
use std::sync::Arc;
use tokio::sync::mpsc::Sender;

/// What a walk met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Walked {
    /// Rows handed on.
    pub rows: u64,
    /// Rows met a second time and dropped, because the list changed during the walk.
    pub duplicates: u64,
    /// Whether the server divides the list by numbered pages.
    pub numbered: bool,
}

/// Walks the list page after page, following the server's `next`. Rows come in descending order of their key; one that does not
/// was met before (rows were added in front and shifted the rest) and is dropped.
///
/// # Errors
/// [`ApiError`]. When the receiver goes away the walk ends early without one.
pub async fn serial(client: Client, plan: Arc<Plan>, out: Sender<Vec<Row>>) -> Result<Walked, ApiError> {
    let path = plan.target.path();
    let mut walked = Walked::default();
    let mut seen = HashSet::new();
    let mut keys = Keys::default();
    let mut next: Option<(String, String)> = None;
    loop {
        let left = plan.limit.map_or(u64::MAX, |limit| limit - walked.rows);
        if left == 0 {
            return Ok(walked);
        }
        let mut query = plan.page_query(plan.page_size.min(usize::try_from(left).unwrap_or(usize::MAX)));
        if let Some((key, value)) = &next {
            query = query.with(key, value.clone());
        }
        let page = match client.get(path, &query, |body| Page::parse(body, plan.target, &plan.holding)).await {
            Ok(page) => page,
            // Rows were removed and there are fewer pages now.
            Err(ApiError::NotFound { .. }) if walked.numbered && next.is_some() => return Ok(walked),
            Err(error) => return Err(error),
        };
        walked.numbered = page.mode == Mode::Number;
        let came = page.rows.len();
        let mut rows: Vec<Row> = page.rows.into_iter().filter(|row| keys.is_new(&row.key)).collect();
        walked.duplicates += (came - rows.len()) as u64;
        rows.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        walked.rows += rows.len() as u64;
        if !rows.is_empty() && out.send(rows).await.is_err() {
            return Ok(walked);
        }
        let Some(step) = page.next else { return Ok(walked) };
        if !seen.insert(step.clone()) {
            let reason = format!("its `next` leads back to a page seen before ({}={})", step.0, step.1);
            return Err(ApiError::Protocol { what: path.into(), reason });
        }
        next = Some(step);
    }
}

/// Tells rows that were met before, for a list in descending order of whole numbers in no memory, for other keys by a set.
#[derive(Debug, Default)]
struct Keys {
    last: Option<i64>,
    others: HashSet<Id>,
}

impl Keys {
    fn is_new(&mut self, key: &Id) -> bool {
        match key.number() {
            Some(n) if self.last.is_none_or(|last| n < last) => {
                self.last = Some(n);
                true
            }
            Some(_) => false,
            None => self.others.insert(key.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_met_before_are_told() {
        let mut keys = Keys::default();
        let news: Vec<bool> = [9, 8, 8, 9, 5, 6, 4].map(|n| keys.is_new(&Id::Number(n))).to_vec();
        assert_eq!(news, [true, true, false, false, true, false, true]);
        let text = Id::Other("\"a\"".into());
        assert!(keys.is_new(&text) && !keys.is_new(&text));
    }
}
