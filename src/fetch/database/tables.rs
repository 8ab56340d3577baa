//! What the database has: the tables of backend.md §9 as far as they are there, since installations differ.

use crate::api::Target;
use crate::postgres::DatabaseError;
use crate::tr;
use std::collections::HashMap;
use tokio_postgres::Transaction;

/// Assignments.
pub const ASSIGNMENT: &str = "hitl_assignment";
/// Tasks.
pub const TASK: &str = "annotation_task";
/// Data units: the files and what is known of them.
pub const UNIT: &str = "data_collection_dataunit";

/// Where ids are whole numbers.
const WHOLE: &[&str] = &["smallint", "integer", "bigint"];
/// What can hold JSON.
const JSON: &[&str] = &["jsonb", "json", "text", "character varying"];
/// A point in time.
const MOMENT: &[&str] = &["timestamp with time zone"];

/// The columns that can be read, with their types.
#[derive(Debug)]
pub struct Tables(HashMap<(String, String), String>);

impl Tables {
    /// Looks, and checks that everything is there that a target needs.
    ///
    /// # Errors
    /// [`DatabaseError::Refused`] naming what is missing or may not be read.
    pub async fn look(snapshot: &Transaction<'_>, target: Target, place: &str) -> Result<Self, DatabaseError> {
        let of = |e: tokio_postgres::Error| DatabaseError::of(&e, place);
        let needed = needed(target);
        let mut names: Vec<&str> = needed.iter().map(|(table, ..)| *table).collect();
        names.dedup();
        let sql = "SELECT c.relname::text, a.attname::text, a.atttypid::regtype::text, \
                   has_column_privilege(c.oid, a.attnum, 'SELECT'), current_user::text \
                   FROM unnest($1::text[]) AS wanted(name) JOIN pg_class c ON c.oid = to_regclass(wanted.name) \
                   JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped";
        let mut found = HashMap::new();
        let mut hidden = HashMap::new();
        let mut user = String::new();
        for row in snapshot.query(sql, &[&names]).await.map_err(of)? {
            let key: (String, String) = (row.try_get(0).map_err(of)?, row.try_get(1).map_err(of)?);
            let kind: String = row.try_get(2).map_err(of)?;
            user = row.try_get(4).map_err(of)?;
            if row.try_get(3).map_err(of)? {
                found.insert(key, kind)
            } else {
                hidden.insert(key, kind)
            };
        }
        for (table, column, kinds) in needed {
            let key = (table.to_owned(), column.to_owned());
            let why = match found.get(&key) {
                Some(kind) if kinds.contains(&kind.as_str()) => continue,
                Some(kind) => tr!("database-wrong-type", table, column, kind, kinds = kinds.join(" or ")),
                None if hidden.contains_key(&key) => {
                    tr!("database-hidden", user, table, column, names = names.join(", "))
                }
                None if found.keys().chain(hidden.keys()).any(|(name, _)| name == table) => {
                    tr!("database-no-column", table, column)
                }
                None => tr!("database-no-table", table),
            };
            return Err(DatabaseError::Refused(tr!("stream-line", place, reason = why)));
        }
        Ok(Self(found))
    }

    /// Whether a column can be read.
    pub fn has(&self, table: &str, column: &str) -> bool {
        self.0.contains_key(&(table.to_owned(), column.to_owned()))
    }

    /// Whether a column can be read and is a point in time.
    pub fn has_moment(&self, table: &str, column: &str) -> bool {
        self.0.get(&(table.to_owned(), column.to_owned())).is_some_and(|kind| MOMENT.contains(&kind.as_str()))
    }
}

/// Table, column and possible types.
fn needed(target: Target) -> Vec<(&'static str, &'static str, &'static [&'static str])> {
    let mut out = vec![(TASK, "id", WHOLE), (TASK, "project_id", WHOLE), (TASK, "data_unit_id", WHOLE)];
    if target == Target::Task {
        out.push((TASK, "data", JSON));
    } else {
        out.extend([(ASSIGNMENT, "id", WHOLE), (ASSIGNMENT, "task_id", WHOLE), (ASSIGNMENT, "data", JSON)]);
    }
    out.extend([(UNIT, "id", WHOLE), (UNIT, "meta", JSON), (UNIT, "files", JSON)]);
    out
}
