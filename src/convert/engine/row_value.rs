//! A row as a template sees it: `item`.

use crate::stream::json;
use crate::stream::json::nests_deeper_than;
use crate::tr;
use minijinja::value::{Enumerator, Object};
use minijinja::{Error, ErrorKind, Value};
use std::sync::{Arc, OnceLock};

/// Levels of nesting that a value of a template may have: values are built by recursion.
pub const MAX_DEPTH: usize = 100;

/// The row, parsed when it is asked for.
#[derive(Debug)]
struct Row {
    text: Box<str>,
    value: OnceLock<Value>,
}

/// A row as a value, parsed when it is asked for; one that nests too deeply is an error when it is used.
pub fn row_value(line: &str) -> Value {
    if nests_deeper_than(line.as_bytes(), MAX_DEPTH) {
        let reason = tr!("template-deep-row", max_depth = MAX_DEPTH);
        return Error::new(ErrorKind::BadSerialization, reason.spoken().to_owned()).into();
    }
    Value::from_object(Row { text: line.into(), value: OnceLock::new() })
}

impl Row {
    fn value(&self) -> &Value {
        self.value.get_or_init(|| {
            let failed = |e: json::ParseError| Value::from(Error::new(ErrorKind::BadSerialization, e.to_string()));
            json::parse(self.text.as_bytes()).unwrap_or_else(failed)
        })
    }
}

impl Object for Row {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.value().get_item(key).ok().filter(|v| !v.is_undefined())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Iter(Box::new(self.value().try_iter().into_iter().flatten().collect::<Vec<_>>().into_iter()))
    }
}
