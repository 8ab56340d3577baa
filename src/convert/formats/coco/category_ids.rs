//! `--category-ids`: the numbers of the categories, for models and datasets that have them already.

use crate::path::nfc;
use crate::selection::list::List;
use crate::tr;
use crate::words::Message;
use serde_json::Value;
use std::collections::HashMap;
use std::path::Path;

/// Categories with their numbers; neither a name nor a number twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CategoryIds {
    by_name: HashMap<String, u32>,
    /// Number and name, by number.
    list: Vec<(u32, String)>,
}

impl CategoryIds {
    /// Reads `NAME=NUMBER` pairs with commas between them, or a file that has them: a COCO document (`categories`), JSON or YAML with
    /// numbers by name, names by number or a list of `{id, name}`, a table with the columns `id` and `name`, or a pair a line.
    /// `\=` and `\,` are signs within a name.
    ///
    /// # Errors
    /// One line: no such file, none of these, a name or a number twice, or a number that COCO has not.
    pub fn load(given: &str) -> Result<Self, Message> {
        let told = |why: Message| tr!("category-ids-why", given, why);
        let path = Path::new(given);
        let inline = given.contains('=') && !path.exists();
        let pairs = if inline {
            let list = given.parse::<List>().map_err(|_| told(tr!("category-ids-none")))?;
            list.0.iter().map(|text| pair(text)).collect::<Result<_, _>>()
        } else {
            let text = std::fs::read_to_string(path).map_err(|e| told(tr!("category-ids-unreadable", reason = e)))?;
            pairs(text.trim_start_matches('\u{feff}'))
        };
        Self::new(pairs.map_err(told)?).map_err(told)
    }

    fn new(pairs: Vec<(String, u32)>) -> Result<Self, Message> {
        let mut ids = Self::default();
        let mut names: HashMap<u32, String> = HashMap::new();
        for (name, number) in pairs {
            let name = nfc(name.trim()).into_owned();
            if name.is_empty() {
                return Err(tr!("category-name-empty", number));
            }
            if ids.by_name.insert(name.clone(), number).is_some() {
                return Err(tr!("category-name-twice", ?name));
            }
            if let Some(other) = names.insert(number, name.clone()) {
                return Err(tr!("category-number-twice", ?other, ?name, number));
            }
            ids.list.push((number, name));
        }
        if ids.list.is_empty() {
            return Err(tr!("category-ids-none"));
        }
        ids.list.sort_unstable();
        Ok(ids)
    }

    /// The number of a category.
    pub fn get(&self, name: &str) -> Option<u32> {
        self.by_name.get(name).copied()
    }

    /// All categories in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &str)> {
        self.list.iter().map(|(number, name)| (*number, name.as_str()))
    }
}

type Pairs = Result<Vec<(String, u32)>, Message>;

/// The pairs in the text of a file.
fn pairs(text: &str) -> Pairs {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    if text.trim_start().starts_with(['{', '[']) {
        // JSON is YAML, but its own parser gives the better messages.
        let value: Value = serde_json::from_str(text).map_err(|e| format!("JSON: {e}"))?;
        return of_value(&value);
    }
    if lines().next().is_some_and(|line| line.contains('=')) {
        return lines().map(pair).collect();
    }
    if let Some(pairs) = of_table(text) {
        return pairs;
    }
    let value: Value = serde_saphyr::from_str(text)
        .map_err(|e| format!("YAML: {}", e.to_string().lines().next().unwrap_or_default().trim_end_matches(':')))?;
    of_value(&value)
}

/// `NAME=NUMBER`; the last `=` divides, one within the name may be written `\=`.
fn pair(text: &str) -> Result<(String, u32), Message> {
    let (name, number) = text.rsplit_once('=').ok_or_else(|| tr!("category-no-pair", ?text))?;
    let number = number.trim().parse().map_err(|_| tr!("category-number-range", name = ?name, most = u32::MAX))?;
    Ok((name.replace("\\=", "="), number))
}

/// A document with `categories` or `names`, a list of objects, or a mapping one way or the other.
fn of_value(value: &Value) -> Pairs {
    match value {
        Value::Object(map) => match ["categories", "names"].into_iter().find_map(|key| map.get(key)) {
            Some(list @ (Value::Array(_) | Value::Object(_))) => of_value(list),
            _ => map.iter().map(|(key, value)| of_member(key, value)).collect(),
        },
        Value::Array(list) => list.iter().map(of_object).collect(),
        _ => Err(tr!("category-ids-form")),
    }
}

fn of_object(value: &Value) -> Result<(String, u32), Message> {
    let name = value.get("name").and_then(Value::as_str);
    let name = name.ok_or_else(|| tr!("category-incomplete", value))?;
    Ok((name.to_owned(), number(name, value.get("id").unwrap_or(&Value::Null))?))
}

fn of_member(key: &str, value: &Value) -> Result<(String, u32), Message> {
    match (key.parse::<u32>(), value) {
        (Ok(id), Value::String(name)) => Ok((name.clone(), id)),
        _ => Ok((key.to_owned(), number(key, value)?)),
    }
}

fn number(name: &str, value: &Value) -> Result<u32, Message> {
    let number = value.as_u64().and_then(|n| u32::try_from(n).ok());
    number.ok_or_else(|| tr!("category-number-is", name = ?name, value, most = u32::MAX))
}

/// The columns `id` and `name` of a table; `None` when the text is no such table.
fn of_table(text: &str) -> Option<Pairs> {
    let first = text.lines().next()?;
    let delimiter = [';', '\t', ','].into_iter().find(|c| first.contains(*c))? as u8;
    let mut table = csv::ReaderBuilder::new().delimiter(delimiter).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = table.headers().ok()?.clone();
    let column = |of: &[&str]| of.iter().find_map(|name| header.iter().position(|h| h.eq_ignore_ascii_case(name)));
    let (id, name) = (column(&["id", "category_id", "number"])?, column(&["name", "category", "class", "label"])?);
    let rows = table.records().map(|row| {
        let row = row.map_err(|e| tr!("category-no-table", e))?;
        let cell = |at| row.get(at).unwrap_or_default().to_owned();
        let number = cell(id).parse().map_err(|_| tr!("category-number-of", name = ?cell(name), number = ?cell(id)))?;
        Ok((cell(name), number))
    });
    Some(rows.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, Message> {
        let ids = pairs(text).and_then(CategoryIds::new)?;
        Ok(ids.iter().map(|(number, name)| format!("{number} {name}")).collect::<Vec<_>>().join("|"))
    }

    #[test]
    fn numbers_are_read_from_what_has_them() {
        for (text, expected) in [
            (r#"{"images":[],"categories":[{"id":7,"name":"b"},{"id":2,"name":"a"}]}"#, "2 a|7 b"),
            (r#"[{"id":18,"name":"dog","supercategory":"animal"}]"#, "18 dog"),
            (r#"{"car":3,"1. 자연":0}"#, "0 1. 자연|3 car"),
            (r#"{"3":"car","1":"7"}"#, "1 7|3 car"),
            ("car: 3\nbus: 6\n", "3 car|6 bus"),
            ("names:\n  3: car\n  6: bus\n", "3 car|6 bus"),
            ("- id: 1\n  name: car\n", "1 car"),
            ("car=3\n\na\\=b = 4\r\n", "3 car|4 a=b"),
            ("id,name\n3,car\n6,\"a,b\"\n", "3 car|6 a,b"),
            ("Name;ID\ncar;3\n", "3 car"),
            ("car=4294967295", "4294967295 car"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_not_clear_is_refused() {
        for (text, why) in [
            (r#"{"categories":[{"id":1,"name":"a"},{"id":1,"name":"b"}]}"#, "\"a\" and \"b\" have the same number, 1"),
            (r#"[{"id":1,"name":"a"},{"id":2,"name":"a"}]"#, "\"a\" stands there twice"),
            (r#"[{"id":1}]"#, "without a name"),
            (r#"[{"name":"a"}]"#, "the number of \"a\" is null"),
            (r#"["car"]"#, "without a name"),
            ("[]", "has no category"),
            ("{", "JSON"),
            ("car=-1", "\"car\" is not 0"),
            ("car=1.5", "\"car\" is not 0"),
            ("car=1\nbus", "\"bus\" is not NAME=NUMBER"),
            ("car: x\n", "is \"x\", not 0"),
            ("=1", "the name of category 1 is empty"),
            ("car\nbus\n", "neither pairs"),
            ("id,name\nx,car\n", "the number of \"car\" is \"x\""),
            ("car=4294967296", "is not 0"),
        ] {
            let told = read(text).unwrap_err();
            assert!(told.english().contains(why), "{text}: {told}");
        }
        assert_eq!(CategoryIds::load(r"car=3, a\,b=4").map(|ids| ids.list.len()), Ok(2));
        assert!(CategoryIds::load("/no/such/file").is_err_and(|told| told.english().contains("car=1,bus=3")));
    }
}
