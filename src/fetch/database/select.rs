//! The query: which rows, in the words of the user's filters, and which of their columns.

use super::tables::{ASSIGNMENT, TASK, Tables, UNIT};
use crate::api::Target;
use crate::api::filter_keys::ASSIGNMENT_DATES;
use crate::exit::UsageError;
use crate::fetch::Request;
use crate::fetch::bounds;
use crate::postgres::DatabaseError;
use crate::tr;
use crate::words::Message;
use std::time::SystemTime;
use tokio_postgres::Transaction;
use tokio_postgres::types::ToSql;

/// A value of a query.
type Value = Box<dyn ToSql + Sync + Send>;

/// A column of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The row's id.
    Id,
    /// The id of an assignment's task.
    Task,
    /// A text under this key.
    Text(&'static str),
    /// A point in time under this key.
    Moment(&'static str),
    /// The id of the data unit.
    UnitId,
    /// JSON of the data unit under this key.
    Unit(&'static str),
    /// The payload.
    Data,
}

/// A query on the tables.
pub struct Select {
    target: Target,
    project: i64,
    conditions: Vec<String>,
    values: Vec<Value>,
    /// The columns in their order, with their SQL.
    columns: Vec<(Field, String)>,
}

/// Refuses what no database can do, before one is asked.
///
/// # Errors
/// [`DatabaseError::NotHere`], [`DatabaseError::NoFilter`], [`DatabaseError::Usage`].
pub fn refuse(request: &Request) -> Result<(), DatabaseError> {
    if request.target == Target::GroundTruth {
        return Err(DatabaseError::NotHere(tr!("database-no-truth")));
    }
    let (mut values, mut conditions) = (Vec::new(), Vec::new());
    for (key, value) in request.filters.iter() {
        let Some(filter) = Filter::of(request.target, key) else {
            return Err(DatabaseError::NoFilter(tr!("database-no-filter", key)));
        };
        filter.add(key, value, &mut values, &mut conditions)?;
    }
    numbers(tr!("database-ids"), request.ids.iter().map(String::as_str))?;
    Ok(())
}

/// What a filter compares.
enum Filter {
    /// A column with a list of numbers; `false`: none of them.
    In(String, bool),
    /// A column with a number.
    Number(String, &'static str),
    /// A column with a list of words.
    Words(String),
    /// A column with a point in time.
    Moment(String, &'static str),
}

impl Filter {
    /// The filter of a key in the API's spelling; `None` for one whose column is not known.
    fn of(target: Target, key: &str) -> Option<Self> {
        let main = if target == Target::Task { "t" } else { "a" };
        let (field, end) = key.split_once("__").unwrap_or((key, ""));
        let operator = match end {
            "gt" => ">",
            "gte" => ">=",
            "lt" => "<",
            "lte" => "<=",
            _ => "",
        };
        Some(match (field, key) {
            (_, "project") => Self::In("t.project_id".into(), true),
            (_, "id" | "ids" | "id__in") => Self::In(format!("{main}.id"), true),
            (_, "ids_ex") => Self::In(format!("{main}.id"), false),
            ("id", _) if !operator.is_empty() => Self::Number(format!("{main}.id"), operator),
            (_, "workshop" | "workshops") => Self::In("t.workshop_id".into(), true),
            (_, "tasks") => Self::In("a.task_id".into(), true),
            (_, "status_label" | "status_review") => Self::Words(format!("{main}.{key}")),
            ("created" | "label_submitted" | "last_labeled" | "last_reviewed", _) if !operator.is_empty() => {
                Self::Moment(format!("{main}.{field}"), operator)
            }
            _ => return None,
        })
    }

    /// Table and column, and whether the column has to be a point in time.
    fn column(&self) -> (&'static str, &str, bool) {
        let (Self::In(name, _) | Self::Number(name, _) | Self::Words(name) | Self::Moment(name, _)) = self;
        let (alias, column) = name.split_once('.').unwrap_or(("", name));
        (if alias == "a" { ASSIGNMENT } else { TASK }, column, matches!(self, Self::Moment(..)))
    }

    fn add(
        &self,
        key: &str,
        value: &str,
        values: &mut Vec<Value>,
        conditions: &mut Vec<String>,
    ) -> Result<(), DatabaseError> {
        let n = values.len() + 1;
        let (condition, value): (String, Value) = match self {
            Self::In(column, is) => {
                let list = numbers(tr!("database-filter", key), value.split(','))?;
                (
                    if *is {
                        format!("{column} = ANY(${n}::bigint[])")
                    } else {
                        format!("{column} <> ALL(${n}::bigint[])")
                    },
                    Box::new(list),
                )
            }
            Self::Number(column, operator) => {
                let number = numbers(tr!("database-filter", key), std::iter::once(value))?[0];
                (format!("{column} {operator} ${n}::bigint"), Box::new(number))
            }
            Self::Words(column) => {
                let words: Vec<String> = value.split(',').map(str::to_owned).collect();
                (format!("{column}::text = ANY(${n}::text[])"), Box::new(words))
            }
            Self::Moment(column, operator) => {
                let at = value.parse::<jiff::Timestamp>().and_then(SystemTime::try_from);
                let at = at.map_err(|e| UsageError::new(tr!("database-filter-why", key, why = e)))?;
                (format!("{column} {operator} ${n}::timestamptz"), Box::new(at))
            }
        };
        conditions.push(condition);
        values.push(value);
        Ok(())
    }
}

impl Select {
    /// The query for a request that [`refuse`] let pass.
    ///
    /// # Errors
    /// [`DatabaseError::NoFilter`] when a filter's column is not there.
    pub fn new(request: &Request, tables: &Tables) -> Result<Self, DatabaseError> {
        let target = request.target;
        let (main, table) = if target == Target::Task { ("t", TASK) } else { ("a", ASSIGNMENT) };
        let (mut values, mut conditions) = (Vec::new(), Vec::new());
        for (key, value) in request.filters.iter() {
            let Some(filter) = Filter::of(target, key) else { continue };
            let (table, column, moment) = filter.column();
            let there = if moment { tables.has_moment(table, column) } else { tables.has(table, column) };
            if !there {
                return Err(DatabaseError::NoFilter(tr!("database-no-such-column", key, table, column)));
            }
            filter.add(key, value, &mut values, &mut conditions)?;
        }
        if let Some(since) = request.changed_since() {
            conditions.push(changed(main, table, tables, target)?);
            let since =
                SystemTime::try_from(since).map_err(|e| UsageError::new(tr!("database-checkpoint-why", why = e)))?;
            values.push(Box::new(since));
            let n = values.len();
            if let Some(condition) = conditions.last_mut() {
                *condition = condition.replace("$since", &format!("${n}::timestamptz"));
            }
        }
        if !request.ids.is_empty() {
            let ids = numbers(tr!("database-ids"), request.ids.iter().map(String::as_str))?;
            values.push(Box::new(ids));
            conditions.push(format!("{main}.id = ANY(${}::bigint[])", values.len()));
        }
        let mut columns = vec![(Field::Id, format!("{main}.id::bigint"))];
        if target == Target::Assignment {
            columns.push((Field::Task, "t.id::bigint".into()));
        }
        for key in ["status_label", "status_review"] {
            if tables.has(table, key) {
                columns.push((Field::Text(key), format!("{main}.{key}::text")));
            }
        }
        for key in ASSIGNMENT_DATES {
            if tables.has_moment(table, key) {
                columns.push((Field::Moment(key), format!("{main}.{key}")));
            }
        }
        columns.extend([
            (Field::UnitId, "u.id::bigint".into()),
            (Field::Unit("meta"), "u.meta".into()),
            (Field::Unit("files"), "u.files".into()),
            (Field::Data, format!("{main}.data")),
        ]);
        let project = numbers(tr!("database-filter", key = "project"), request.filters.get("project").into_iter())?;
        let [project] = project[..] else {
            return Err(UsageError::new(tr!("database-no-project")).into());
        };
        Ok(Self { target, project, conditions, values, columns })
    }

    /// The project.
    pub fn project(&self) -> i64 {
        self.project
    }

    /// Which rows.
    pub fn target(&self) -> Target {
        self.target
    }

    /// The columns in their order.
    pub fn fields(&self) -> impl Iterator<Item = Field> + '_ {
        self.columns.iter().map(|(field, _)| *field)
    }

    /// The values of the query.
    pub fn values(&self) -> Vec<&(dyn ToSql + Sync)> {
        self.values.iter().map(|value| &**value as &(dyn ToSql + Sync)).collect()
    }

    /// The rows from the highest id down: those below an id, if one is given, and not more than so many.
    pub fn rows(&self, below: Option<i64>, limit: u64) -> String {
        let columns: Vec<&str> = self.columns.iter().map(|(_, sql)| sql.as_str()).collect();
        format!(
            "SELECT {} {} LEFT JOIN {UNIT} u ON u.id = t.data_unit_id {} ORDER BY {}.id DESC LIMIT {limit}",
            columns.join(", "),
            self.from(),
            self.filter(below),
            self.main()
        )
    }

    /// The number of rows, below an id if one is given.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn count(
        &self,
        snapshot: &Transaction<'_>,
        below: Option<i64>,
        place: &str,
    ) -> Result<u64, DatabaseError> {
        let sql = format!("SELECT count(*) {} {}", self.from(), self.filter(below));
        let of = |e: tokio_postgres::Error| DatabaseError::of(&e, place);
        let count: i64 = snapshot.query_one(&sql, &self.values()).await.map_err(of)?.try_get(0).map_err(of)?;
        Ok(count.unsigned_abs())
    }

    /// Only rows with ids from one number on and below another, where they are given.
    pub fn narrow(&mut self, (low, high): (Option<i64>, Option<i64>)) {
        let id = format!("{}.id", self.main());
        self.conditions.extend(low.map(|low| format!("{id} >= {low}")));
        self.conditions.extend(high.map(|high| format!("{id} < {high}")));
    }

    /// The ids at which the parts of the rows begin when they are divided by `of`, but for the lowest part.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn bounds(&self, snapshot: &Transaction<'_>, of: usize, place: &str) -> Result<Vec<i64>, DatabaseError> {
        let failed = |e: tokio_postgres::Error| DatabaseError::of(&e, place);
        let count = self.count(snapshot, None, place).await?;
        // One pass over all ids; of very many not all are sent.
        let id = format!("{}.id", self.main());
        let sql = format!(
            "SELECT id, below FROM (SELECT {id}::bigint AS id, row_number() OVER (ORDER BY {id}) - 1 AS below {} {}) AS rows \
             WHERE below % {} = 0 ORDER BY id",
            self.from(),
            self.filter(None),
            bounds::stride(count, of)
        );
        let mut kept = Vec::new();
        for row in snapshot.query(&sql, &self.values()).await.map_err(failed)? {
            let below: i64 = row.try_get(1).map_err(failed)?;
            kept.push((row.try_get(0).map_err(failed)?, below.unsigned_abs()));
        }
        Ok(bounds::of_rows(&kept, count, of))
    }

    /// Whether any task is of this project.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn project_is_known(&self, snapshot: &Transaction<'_>, place: &str) -> Result<bool, DatabaseError> {
        let sql = format!("SELECT EXISTS (SELECT FROM {TASK} WHERE project_id = $1::bigint)");
        let of = |e: tokio_postgres::Error| DatabaseError::of(&e, place);
        snapshot.query_one(&sql, &[&self.project]).await.map_err(of)?.try_get(0).map_err(of)
    }

    fn main(&self) -> &'static str {
        if self.target == Target::Task { "t" } else { "a" }
    }

    fn from(&self) -> String {
        match self.target {
            Target::Task => format!("FROM {TASK} t"),
            _ => format!("FROM {ASSIGNMENT} a JOIN {TASK} t ON t.id = a.task_id"),
        }
    }

    fn filter(&self, below: Option<i64>) -> String {
        let below = below.map(|id| format!("{}.id < {id}", self.main()));
        let all: Vec<String> = self.conditions.iter().cloned().chain(below).collect();
        format!("WHERE {}", all.join(" AND "))
    }
}

/// That a row has changed since `$since`.
fn changed(main: &str, table: &str, tables: &Tables, target: Target) -> Result<String, DatabaseError> {
    let needed: &[_] = if target == Target::Task { &["created"] } else { &["created", "last_labeled"] };
    if let Some(column) = needed.iter().find(|column| !tables.has_moment(table, column)) {
        return Err(DatabaseError::NotHere(match *column {
            "created" => tr!("database-no-created"),
            _ => tr!("database-no-labelled"),
        }));
    }
    let there = ASSIGNMENT_DATES.iter().filter(|column| tables.has_moment(table, column));
    let each: Vec<String> = there.map(|column| format!("{main}.{column} >= $since")).collect();
    Ok(format!("({})", each.join(" OR ")))
}

/// Ids as numbers.
fn numbers<'a>(what: Message, texts: impl Iterator<Item = &'a str>) -> Result<Vec<i64>, UsageError> {
    let bad = |text: &str| UsageError::new(tr!("database-whole-ids", what, ?text));
    texts.map(|text| text.trim().parse().map_err(|_| bad(text))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::filters::Filters;
    use jiff::tz::TimeZone;

    fn refused(target: Target, texts: &[&str]) -> Result<(), String> {
        let mut filters = Filters::default();
        texts.iter().for_each(|text| filters.add_text(target, text, &TimeZone::UTC).unwrap());
        refuse(&Request { target, filters, ..Request::default() }).map_err(|e| e.to_string())
    }

    #[test]
    fn what_no_column_can_answer_is_refused_by_name() {
        for text in ["users=1", "tags=1", "search=x", "is_discarded=true"] {
            let told = refused(Target::Assignment, &["project=1", text]).unwrap_err();
            assert!(told.contains(&format!("`{}`", text.split('=').next().unwrap())), "{told}");
        }
        assert!(refused(Target::Assignment, &["ids=abc"]).unwrap_err().contains("whole numbers"));
        assert!(refused(Target::Assignment, &["project=abc"]).unwrap_err().contains("whole numbers"));
        assert!(refused(Target::GroundTruth, &[]).unwrap_err().contains("ground truth"));
    }

    #[test]
    fn filters_with_a_column_pass() {
        let all = ["project=1", "ids=1,2", "ids_ex=3", "id__gte=4", "workshop=5", "tasks=6", "status_label=completed"];
        assert_eq!(refused(Target::Assignment, &all), Ok(()));
        assert_eq!(refused(Target::Task, &["project=1", "workshops=5", "created__gte=2026-01-01"]), Ok(()));
    }
}
