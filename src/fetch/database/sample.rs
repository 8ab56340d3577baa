//! `--dry-run` with a database: what would be read, with a look at a few rows.

use super::select;
use super::select::Select;
use super::tables::Tables;
use super::{Database, rows};
use crate::fetch::Request;
use crate::fetch::discover::sample;
use crate::postgres::{DatabaseError, Session};
use serde_json::{Map, Value, json};

/// Rows looked at.
const ROWS: u64 = 10;

/// Reads a few rows and describes what a run would do.
///
/// # Errors
/// [`DatabaseError`].
pub async fn describe(database: &Database, request: &Request) -> Result<Value, DatabaseError> {
    select::refuse(request)?;
    let mut session = Session::open(&database.dsn).await?;
    let place = session.place.clone();
    let of = |e: tokio_postgres::Error| DatabaseError::of(&e, &place);
    let snapshot = session.snapshot().await?;
    let tables = Tables::look(&snapshot, request.target, &place).await?;
    let select = Select::new(request, &tables)?;
    let count = select.count(&snapshot, None, &place).await?;
    let count = request.source_limit().map_or(count, |limit| count.min(limit));
    let fields: Vec<_> = select.fields().collect();
    let found = snapshot.query(&select.rows(None, ROWS.min(count)), &select.values()).await.map_err(of)?;
    let (mut tools, mut classes, mut bytes) = (Map::new(), Map::new(), 0);
    for row in &found {
        let mut json = Vec::new();
        rows::write(row, &fields, select.project(), &mut json).map_err(of)?;
        bytes += json.len();
        let filled = rows::fill(json, request.target)?;
        let data = filled.data.as_deref().or(filled.row.data()).unwrap_or(b"null");
        sample::tally(&serde_json::from_slice(data).unwrap_or_default(), &mut tools, &mut classes);
    }
    Ok(json!({
        "postgres": place,
        "target": request.target.word(),
        "query": request.filters.query().to_json(),
        "count": count,
        "sample": {"rows": found.len(), "bytes_per_row": bytes.checked_div(found.len()), "tools": tools, "classes": classes},
    }))
}
