//! The walk through a list without ranges when only a share of it is wanted: what lies above and below is crossed by pages with ids
//! alone, many times as many rows in a request.
//!
//! Nothing is missing when as many rows were met as the server counts. So those below the share are met, too.

use super::page;
use crate::api::page::Mode;
use crate::api::{ApiError, Client, Query};
use crate::fetch::api::part::ListPart;
use crate::fetch::api::plan::{IDS_A_PAGE, Plan};
use crate::fetch::api::shard::KeyRange;
use std::collections::HashSet;

/// Query key and value that lead to a page; `None`: the first.
type Step = Option<(String, String)>;

/// A share of a list.
pub struct Share<'a> {
    client: &'a Client,
    light: Plan,
    base: Query,
    keys: KeyRange,
    /// The server counts the rows of the list.
    is_counted: bool,
}

impl<'a> Share<'a> {
    /// The share that a plan wants of a list, if not all of it.
    pub fn new(client: &'a Client, plan: &Plan, part: &ListPart) -> Option<Self> {
        let keys = plan.keys?;
        let light = Plan { light: true, page_size: Some(IDS_A_PAGE), ..plan.clone() };
        let base = light.page_query(&part.filters);
        Some(Self { client, light, base, keys, is_counted: part.count.is_some() })
    }

    /// Crosses what lies above the share, or from `below` on; gives what leads to its first page, or `None` when nothing is left. `met` is
    /// raised by the rows that were crossed.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn skip(&self, below: Option<i64>, met: &mut u64) -> Result<Option<Step>, ApiError> {
        let Some(high) = self.keys.high.into_iter().chain(below).min() else { return Ok(Some(None)) };
        let mut next: Step = None;
        let mut seen = HashSet::new();
        loop {
            let got = self.page(&next, IDS_A_PAGE).await?;
            // Where pages have numbers, a larger page leads nowhere.
            if got.mode == Mode::Number {
                *met = 0;
                return Ok(Some(None));
            }
            let above = got.rows.iter().take_while(|row| row.key.number().is_some_and(|key| key >= high)).count();
            if above < got.rows.len() {
                return self.align(next, above, met).await.map(Some);
            }
            *met += above as u64;
            match got.next {
                None => return Ok(None),
                // A server that leads in circles is told by the walk.
                Some(step) if !seen.insert(step.clone()) => return Ok(Some(next)),
                step => next = step,
            }
        }
    }

    /// What leads to the row after the first `above` of a page.
    async fn align(&self, step: Step, above: usize, met: &mut u64) -> Result<Step, ApiError> {
        if above == 0 {
            return Ok(step);
        }
        let got = self.page(&step, above).await?;
        // Rows above the share that come all the same are passed over.
        if got.rows.len() != above || got.next.is_none() {
            return Ok(step);
        }
        *met += above as u64;
        Ok(got.next)
    }

    /// Meets the rows from here on, where they are counted. `rows`: those of a page, where pages have numbers.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn count_rest(&self, mut next: Step, rows: Option<usize>, met: &mut u64) -> Result<(), ApiError> {
        let mut seen = HashSet::new();
        while self.is_counted && next.is_some() {
            let got = self.page(&next, rows.unwrap_or(IDS_A_PAGE)).await?;
            *met += got.rows.len() as u64;
            next = got.next.filter(|step| seen.insert(step.clone()));
        }
        Ok(())
    }

    async fn page(&self, step: &Step, rows: usize) -> Result<crate::api::page::Page, ApiError> {
        let step: Vec<(&str, String)> = step.iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
        page(self.client, &self.light, &self.base, &step, rows).await.map(|got| got.page)
    }
}
