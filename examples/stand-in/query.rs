//! Query strings: the filters of each list, and what they let through.

use std::cmp::Ordering;
use std::collections::HashSet;

use crate::dump::{DATES, Dump, Id, Row, micros};

/// Which list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// `/sdk/assignments/`
    Assignment,
    /// `/sdk/tasks/`
    Task,
    /// `/sdk/ground_truth_events/`
    GroundTruth,
    /// `/data_units/`
    DataUnit,
}

impl Target {
    /// The value of the `id` column.
    pub fn id(self, row: &Row) -> &Id {
        match self {
            Target::Assignment => &row.id,
            Target::Task => &row.task,
            Target::GroundTruth => &row.truth,
            Target::DataUnit => &row.unit,
        }
    }

    /// The column that a cursor may rely on.
    pub fn unique(self, row: &Row) -> &Id {
        if self == Target::GroundTruth { &row.event } else { self.id(row) }
    }

    /// The facet behind a filter key; `None` for keys that this list does not know.
    fn facet(self, key: &str) -> Option<&'static str> {
        Some(match (self, key) {
            (Target::Assignment, "workshop") | (Target::Task, "workshops") => "workshop",
            (Target::Assignment, "users") | (Target::Task, "labelers") => "user",
            (Target::Assignment, "tags") => "tag",
            (Target::Assignment, "task_tags") | (Target::Task, "tags") => "task_tag",
            (Target::Assignment | Target::Task, "reviewers") => "reviewer",
            (Target::Assignment | Target::Task, "groups") => "group",
            (Target::Assignment | Target::Task, "stages") => "stage",
            (Target::Assignment | Target::Task, "status_label") => "status_label",
            (Target::Assignment | Target::Task, "status_review") => "status_review",
            (Target::Assignment | Target::Task, "is_discarded") => "is_discarded",
            (Target::Task, "assignments__is_discarded") => "is_discarded",
            (Target::Assignment, "is_discard_confirmed") => "is_discard_confirmed",
            (Target::Assignment, "is_confirmed") => "is_confirmed",
            (Target::GroundTruth, "category" | "categories") => "category",
            (Target::GroundTruth, "classes") => "class",
            _ => return None,
        })
    }
}

/// Decoded pairs, in order.
#[derive(Debug)]
pub struct Query(pub Vec<(String, String)>);

impl Query {
    /// Parses `a=1&b=2`.
    pub fn parse(raw: &str) -> Self {
        Query(url::form_urlencoded::parse(raw.as_bytes()).into_owned().collect())
    }

    /// The last value of a key, as Django takes it.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().rev().find(|(k, _)| k == key).map(|(_, value)| value.as_str())
    }

    /// Whether a comma list, or a repeated key, holds a word.
    pub fn has(&self, key: &str, word: &str) -> bool {
        self.0.iter().any(|(k, value)| k == key && value.split(',').any(|part| part.trim() == word))
    }
}

#[derive(Debug)]
enum Column {
    Id,
    Task,
    Assignment,
}

#[derive(Debug)]
enum Test {
    Nothing,
    In(Column, HashSet<Id>),
    NotIn(HashSet<Id>),
    Range(&'static str, Id),
    /// Facet, accepted values, and whether rows that say nothing pass
    Facet(u32, Vec<u32>, bool),
    Date(u32, &'static str, i64),
}

const RANGES: [&str; 4] = ["gte", "gt", "lte", "lt"];

/// All tests must hold.
#[derive(Debug, Default)]
pub struct Filter {
    tests: Vec<Test>,
    /// A file name must contain this
    pub search: Option<String>,
    /// Keys that were ignored, as the real server does
    pub ignored: Vec<String>,
}

impl Filter {
    /// Reads a query; the error is the body of a 400.
    pub fn new(target: Target, query: &Query, dump: &Dump, project: i64, version: i64) -> Result<Self, String> {
        let mut out = Filter::default();
        for (key, value) in &query.0 {
            if value.is_empty() {
                continue;
            }
            let test = match (target, key.as_str()) {
                (Target::Assignment | Target::Task, "project") => scope(&ids(key, value)?, project),
                (Target::GroundTruth, "ground_truth_dataset_versions") => scope(&ids(key, value)?, version),
                (Target::DataUnit, "search") => continue,
                (Target::DataUnit, "data_collection") => scope(&ids(key, value)?, 1),
                (_, "search") => {
                    out.search = Some(value.clone());
                    continue;
                }
                (_, "id" | "id__in" | "ids") => Some(Test::In(Column::Id, ids(key, value)?)),
                (_, "ids_ex") => Some(Test::NotIn(ids(key, value)?)),
                (Target::Assignment, "tasks") | (Target::GroundTruth, "task") => {
                    Some(Test::In(Column::Task, ids(key, value)?))
                }
                (Target::Task, "assignments") => Some(Test::In(Column::Assignment, ids(key, value)?)),
                (Target::GroundTruth, "ground_truth") => Some(Test::In(Column::Id, ids(key, value)?)),
                (Target::Task, "has_assignment") => (!truthy(value)).then_some(Test::Nothing),
                (Target::Task, "schema" | "has_reached_max_assignments" | "discarded_filter") => None,
                _ if SERVER_KEYS.contains(&key.as_str()) => None,
                _ => match ranged(target, key, value, dump)? {
                    Some(test) => Some(test),
                    None => match target.facet(key) {
                        Some(facet) => facet_test(facet, value, dump),
                        None => {
                            out.ignored.push(key.clone());
                            None
                        }
                    },
                },
            };
            out.tests.extend(test);
        }
        Ok(out)
    }

    /// Whether every row passes.
    pub fn is_empty(&self) -> bool {
        self.tests.is_empty() && self.search.is_none()
    }

    /// Whether a row's id alone shows that it is too low (`Less`) or too high (`Greater`): what passes lies between.
    pub fn place(&self, id: &Id) -> Ordering {
        for test in &self.tests {
            let (low, high) = match test {
                Test::In(Column::Id, list) => (list.iter().min(), list.iter().max()),
                Test::Range("gte" | "gt", bound) => (Some(bound), None),
                Test::Range(_, bound) => (None, Some(bound)),
                _ => continue,
            };
            if low.is_some_and(|low| id < low) {
                return Ordering::Less;
            }
            if high.is_some_and(|high| id > high) {
                return Ordering::Greater;
            }
        }
        Ordering::Equal
    }

    /// Whether a row passes (the `search` is up to the caller, who can read the row).
    pub fn accepts(&self, target: Target, row: &Row) -> bool {
        self.tests.iter().all(|test| match test {
            Test::Nothing => false,
            Test::In(Column::Id, list) => list.contains(target.id(row)),
            Test::In(Column::Task, list) => list.contains(&row.task),
            Test::In(Column::Assignment, list) => list.contains(&row.id),
            Test::NotIn(list) => !list.contains(target.id(row)),
            Test::Range(op, bound) => compare(op, target.id(row), bound),
            Test::Facet(key, values, absent) => {
                row.facets.iter().any(|(k, v)| k == key && values.contains(v))
                    || *absent && row.facets.iter().all(|(k, _)| k != key)
            }
            Test::Date(key, op, bound) => row.dates.iter().any(|(k, at)| k == key && compare(op, at, bound)),
        })
    }
}

const SERVER_KEYS: &[&str] =
    &["page", "page_size", "cursor", "ordering", "pagination", "expand", "fields", "response_mode", "url_host"];

fn ranged(target: Target, key: &str, value: &str, dump: &Dump) -> Result<Option<Test>, String> {
    let Some((field, op)) = key.split_once("__") else { return Ok(None) };
    let Some(op) = RANGES.into_iter().find(|name| *name == op) else { return Ok(None) };
    if field == "id" && target != Target::GroundTruth {
        let bound: i64 = value.parse().map_err(|_| complaint(key, "Enter a number."))?;
        return Ok(Some(Test::Range(op, Id::Int(bound))));
    }
    let known = match target {
        Target::Assignment => DATES.contains(&field),
        Target::Task => field == "created",
        Target::GroundTruth | Target::DataUnit => false,
    };
    if !known {
        return Ok(None);
    }
    let bound = micros(value).ok_or_else(|| complaint(key, "Enter a valid date/time."))?;
    Ok(Some(dump.name(field).map_or(Test::Nothing, |field| Test::Date(field, op, bound))))
}

fn facet_test(facet: &'static str, value: &str, dump: &Dump) -> Option<Test> {
    let Some(key) = dump.name(facet) else {
        // No row says anything of the kind: `false` means all of them, everything else none.
        return (!facet.starts_with("is_") || truthy(value)).then_some(Test::Nothing);
    };
    let flag = facet.starts_with("is_");
    let values = value.split(',').map(|part| part.trim());
    let values = values.map(|part| if flag { part.to_lowercase() } else { part.to_owned() });
    let values = values.filter_map(|part| dump.name(&part)).collect();
    Some(Test::Facet(key, values, flag && !truthy(value)))
}

fn scope(wanted: &HashSet<Id>, have: i64) -> Option<Test> {
    (!wanted.contains(&Id::Int(have))).then_some(Test::Nothing)
}

fn ids(key: &str, list: &str) -> Result<HashSet<Id>, String> {
    let parse = |part: &str| match part.trim() {
        "" => Err(complaint(key, "Enter a number.")),
        text => Ok(Id::parse(text)),
    };
    list.split(',').map(parse).collect()
}

fn compare<T: Ord>(op: &str, have: &T, bound: &T) -> bool {
    match op {
        "gte" => have >= bound,
        "gt" => have > bound,
        "lte" => have <= bound,
        _ => have < bound,
    }
}

fn truthy(value: &str) -> bool {
    matches!(value, "true" | "True" | "1")
}

fn complaint(key: &str, text: &str) -> String {
    format!("{{{}:[{}]}}", crate::json::quote(key), crate::json::quote(text))
}
