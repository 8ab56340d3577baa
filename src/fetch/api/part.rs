//! The parts of an export: usually one list; several when a list of ids is too long for one query, or when rows are looked for by
//! more than one date ([`super::dates`]). Parts are walked one after the other.

use super::walk::segments::Range;
use crate::api::filters::Filters;
use crate::api::hold::Holding;
use crate::api::page::Page;
use crate::api::query::LONGEST;
use crate::api::{ApiError, Client, Id, Query, Target};
use crate::exit::UsageError;
use crate::tr;
use futures_util::stream::{self, StreamExt, TryStreamExt};

/// Bytes of a query kept free for what a walk adds to it.
const ROOM: usize = 300;

/// One list to walk.
#[derive(Clone, Debug, PartialEq)]
pub struct ListPart {
    /// All its filters, the scope among them.
    pub filters: Query,
    /// The same without limits of the id: what a walk over id ranges adds its own to.
    pub without_ids: Query,
    /// Rows that the server counted; `None` when it does not say.
    pub count: Option<u64>,
    /// From the lowest id of the list to the highest, if ids are whole numbers and ranges of them can be asked for.
    pub span: Option<Range>,
}

/// The filters without a list of ids that is too long for one query, and that list.
///
/// # Errors
/// [`UsageError`] when a query is too long and cannot be split.
pub fn listed(filters: &Filters, ids: &[String]) -> Result<(Filters, Vec<String>), UsageError> {
    let length = filters.query().encoded().len() + ROOM;
    if !ids.is_empty() || length <= LONGEST {
        return Ok((filters.clone(), ids.to_vec()));
    }
    let mut rest = filters.clone();
    let Some(inline) = rest.take("ids") else {
        return Err(UsageError::new(tr!("query-too-long", length, most = LONGEST)));
    };
    Ok((rest, inline.split(',').map(str::to_owned).collect()))
}

/// The filters of each part.
///
/// # Errors
/// [`UsageError`] when a query is too long and cannot be split.
pub fn split(filters: &Filters, ids: &[String]) -> Result<Vec<Filters>, UsageError> {
    let (filters, ids) = listed(filters, ids)?;
    if ids.is_empty() {
        return Ok(vec![filters]);
    }
    let mut sorted = ids.to_vec();
    // Descending by number, as the rows come, so that all parts together are in order too.
    sorted.sort_by_key(|id| std::cmp::Reverse(id.parse::<i64>().unwrap_or(i64::MIN)));
    sorted.dedup();
    let base = filters.query().encoded().len() + "&ids=".len() + ROOM;
    let mut parts = Vec::new();
    let mut list = String::new();
    let mut length = base;
    for id in &sorted {
        let more = url::form_urlencoded::byte_serialize(id.as_bytes()).map(str::len).sum::<usize>() + 3;
        if length + more > LONGEST && !list.is_empty() {
            parts.push(filters.with_value("ids", std::mem::take(&mut list)));
            length = base;
        }
        if length + more > LONGEST {
            return Err(UsageError::new(tr!("query-no-room")));
        }
        length += more;
        if !list.is_empty() {
            list.push(',');
        }
        list.push_str(id);
    }
    parts.push(filters.with_value("ids", list));
    Ok(parts)
}

/// Asks how many rows each part has and where they lie.
///
/// # Errors
/// [`ApiError`].
pub async fn probe(client: &Client, target: Target, parts: Vec<Filters>) -> Result<Vec<ListPart>, ApiError> {
    let each = parts.into_iter().map(|filters| async move { one(client, target, &filters).await });
    stream::iter(each).buffered(client.concurrency().1).try_collect().await
}

async fn one(client: &Client, target: Target, filters: &Filters) -> Result<ListPart, ApiError> {
    let query = filters.query();
    let edge = |ordering: &'static str, pagination: Option<&str>| {
        let query = query.clone().with("page_size", "1").with("ordering", ordering);
        let query = pagination.iter().fold(query, |q, mode| q.with("pagination", *mode));
        async move { client.get(target.path(), &query, |body| Page::parse(body, target, &Holding::default())).await }
    };
    let mut part =
        ListPart { without_ids: filters.without_ranges().query(), filters: query.clone(), count: None, span: None };
    if target == Target::GroundTruth {
        part.count = client.count(target, &query).await?;
        return Ok(part);
    }
    let (highest, lowest) = match tokio::try_join!(edge("-id", None), edge("id", None)) {
        // Counting a large list can take the server longer than its edge allows; with a cursor it does not count.
        Err(ApiError::GaveUp { .. }) => tokio::try_join!(edge("-id", Some("cursor")), edge("id", Some("cursor")))?,
        other => other?,
    };
    part.count = highest.count;
    let id = |page: &Page| page.rows.first().map(|row| row.key.clone());
    part.span = match (id(&lowest), id(&highest)) {
        (Some(Id::Number(low)), Some(Id::Number(high))) if low <= high && high < i64::MAX => {
            Some(Range { low, high: high + 1 })
        }
        (None, None) if part.count == Some(0) => Some(Range { low: 0, high: 0 }),
        _ => None,
    };
    Ok(part)
}

impl ListPart {
    /// Ids per row to expect.
    pub fn ids_per_row(&self) -> f64 {
        let span = self.span.map_or(1.0, Range::width);
        (span / self.count.unwrap_or(1).max(1) as f64).max(1.0)
    }

    /// The ids to walk: those below the last row that was written before.
    pub fn below(&self, below: Option<i64>) -> Option<Range> {
        let span = self.span?;
        Some(Range { high: below.map_or(span.high, |b| span.high.min(b)), ..span })
    }

    /// The query of a range of its ids.
    pub fn within(&self, range: Range) -> Query {
        self.without_ids.clone().with("id__gte", range.low.to_string()).with("id__lt", range.high.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;

    fn filters(texts: &[&str]) -> Filters {
        let mut f = Filters::default();
        texts.iter().for_each(|t| f.add_text(Target::Assignment, t, &TimeZone::UTC).unwrap());
        f
    }

    #[test]
    fn long_lists_of_ids_are_split_and_stay_in_order() {
        let ids: Vec<String> = (0..5000).map(|n| (n * 7 % 5000 + 1_000_000).to_string()).collect();
        let parts = split(&filters(&["project=1"]), &ids).unwrap();
        let lists: Vec<&str> = parts.iter().map(|p| p.get("ids").unwrap()).collect();
        assert!(parts.len() > 4 && parts.iter().all(|p| p.query().encoded().len() + 200 < LONGEST));
        let all: Vec<i64> = lists.join(",").split(',').map(|id| id.parse().unwrap()).collect();
        assert!(all.len() == 5000 && all.is_sorted_by(|a, b| a > b));
        let inline = filters(&["project=1", &format!("ids={}", ids.join(","))]);
        assert_eq!(split(&inline, &[]).unwrap(), parts);
    }

    #[test]
    fn what_cannot_be_split_is_refused() {
        let long = filters(&["project=1", &format!("users={}", vec!["123456"; 2000].join(","))]);
        assert!(split(&long, &[]).is_err());
        assert!(split(&long, &["1".into()]).is_err());
    }
}
