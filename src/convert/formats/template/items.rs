//! `items` of a template over a dataset or a class: read from disk one by one, as often as the template loops.

use super::shelf::Books;
use super::values::{Classes, Names, Values};
use crate::convert::engine::classes::ClassRef;
use crate::convert::output::parts::Parts;
use crate::words::Message;
use minijinja::value::{Enumerator, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, Value};
use std::io;
use std::sync::Arc;

/// Units of one split, all or those of a class.
#[derive(Debug)]
pub struct Items {
    /// The units, each its stem and its bytes.
    pub units: Arc<Books>,
    /// The class, and the places of its units.
    pub class: Option<(ClassRef, Places)>,
    /// The class list.
    pub classes: Classes,
}

/// Places in a shelf, kept on another one.
#[derive(Clone, Debug)]
pub struct Places {
    /// One place a record.
    pub all: Arc<Books>,
    /// Where the first one is.
    pub first: u64,
    /// Number of them.
    pub count: usize,
}

/// Bytes of a place on its shelf, with its length.
pub const PLACE: u64 = 12;

impl Places {
    fn unit(&self, units: &Arc<Books>, i: usize) -> io::Result<Vec<u8>> {
        let place = self.all.at(self.first + i as u64 * PLACE)?;
        let place = place.try_into().map_err(|_| io::Error::other("spooled place"))?;
        units.at(u64::from_le_bytes(place))
    }
}

/// The values of a spooled unit.
fn values(record: io::Result<Vec<u8>>, classes: &Classes, only: Option<ClassRef>) -> Result<Value, Message> {
    let record = record.map_err(|e| format!("cannot read a temporary file: {e}"))?;
    let mut parts = Parts::of(&record);
    let unit = parts.str().and_then(|stem| Ok((stem, parts.bytes_part()?)));
    let (stem, bytes) = unit.map_err(|e| e.to_string())?;
    Ok(Value::from_pairs(Values::read(bytes, &Names { stem, classes }, only)?.unit))
}

impl Object for Items {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let classes = self.classes.clone();
        let only = self.class.as_ref().map(|(class, _)| *class);
        let value = move |record| {
            // An iterator cannot fail; a value that is an error fails where it is used.
            values(record, &classes, only)
                .unwrap_or_else(|e| Error::new(ErrorKind::InvalidOperation, e.to_string()).into())
        };
        match &self.class {
            None => Enumerator::Iter(Box::new(self.units.read().map(value))),
            Some((_, places)) => {
                let (units, places) = (self.units.clone(), places.clone());
                Enumerator::Iter(Box::new((0..places.count).map(move |i| value(places.unit(&units, i)))))
            }
        }
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.class.as_ref().map_or(self.units.records, |(_, places)| places.count))
    }
}
