//! What a template sees of a unit: `item`, `annotations`, `image`, `id`, `stem`, `split`, `media`, `classes`.

use super::wire::{Wire, class_of};
use crate::convert::engine::classes::{ClassRef, Classes as ListSoFar, Final};
use crate::convert::engine::row_value::row_value;
use crate::convert::output::layout::image_path;
use crate::stream::json;
use indexmap::IndexMap;
use minijinja::Value;
use minijinja::value::{Enumerator, Object, ObjectRepr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The class list as far as it is known, and whether a template asked for more.
#[derive(Clone, Debug)]
pub struct Classes {
    names: Arc<Vec<String>>,
    known: Option<Arc<Final>>,
    complete: bool,
    asked: Arc<AtomicBool>,
}

impl Classes {
    /// While the run goes on. Numbers of classes that are not listed are provisional; asking for one is noted.
    pub fn so_far(list: &ListSoFar) -> Self {
        let names = Arc::new(list.listed().to_vec());
        Self { names, known: None, complete: list.closed, asked: Arc::default() }
    }

    /// When the run is over.
    pub fn finished(list: &Final) -> Self {
        let names = Arc::new(list.names.clone());
        Self { names, known: Some(Arc::new(list.clone())), complete: true, asked: Arc::default() }
    }

    /// Whether what was rendered depends on something provisional.
    pub fn asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    fn id(&self, class: ClassRef) -> u32 {
        match (class, &self.known) {
            (_, Some(list)) => list.index(class),
            (ClassRef::Listed(n), None) => n,
            (ClassRef::Unlisted(n), None) => {
                self.asked.store(true, Ordering::Relaxed);
                self.names.len() as u32 + n
            }
        }
    }
}

/// The list itself: `classes`.
impl Object for Classes {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.look();
        self.names.get(key.as_usize()?).map(Value::from)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        self.look();
        Enumerator::Seq(self.names.len())
    }
}

impl Classes {
    fn look(&self) {
        if !self.complete {
            self.asked.store(true, Ordering::Relaxed);
        }
    }
}

/// What is decided outside of a unit.
pub struct Names<'n> {
    /// Its output stem.
    pub stem: &'n str,
    /// The class list.
    pub classes: &'n Classes,
}

/// A unit as values.
pub struct Values {
    /// The names a template sees.
    pub unit: IndexMap<&'static str, Value>,
    /// `annotations`.
    pub annotations: Vec<Value>,
}

impl Values {
    /// Reads a unit. `only`: just the annotations of this class.
    ///
    /// # Errors
    /// When the row cannot be read, which the worker has checked.
    pub fn read(bytes: &[u8], names: &Names<'_>, only: Option<ClassRef>) -> Result<Self, json::ParseError> {
        let wire: Wire<'_> = json::parse(bytes)?;
        let mut annotations = Vec::with_capacity(wire.annotations.len());
        for (number, fields) in wire.annotations {
            let class = class_of(number);
            if only.is_none_or(|c| c == class) {
                let one = Annotation { fields, class, classes: names.classes.clone() };
                annotations.push(Value::from_object(one));
            }
        }
        let file_name = format!("{}{}", names.stem, &*wire.ext);
        let (width, height) = wire.size.map(|[w, h]| (w, h)).unzip();
        let image = IndexMap::from([
            ("file_name", Value::from(&file_name)),
            ("stem", names.stem.into()),
            ("ext", (&*wire.ext).into()),
            ("path", image_path(&wire.split, names.stem, &wire.ext).into()),
            ("width", width.into()),
            ("height", height.into()),
        ]);
        let id = wire.id.parse::<u64>().map_or_else(|_| Value::from(&*wire.id), Value::from);
        let unit = IndexMap::from([
            ("id", id),
            ("stem", names.stem.into()),
            ("split", (&*wire.split).into()),
            ("media", (&*wire.media).into()),
            ("image", Value::from_pairs(image)),
            ("annotations", annotations.iter().cloned().collect()),
            ("item", row_value(wire.item.text())),
            ("classes", Value::from_object(names.classes.clone())),
        ]);
        Ok(Self { unit, annotations })
    }

    /// What a template about one annotation sees: also `annotation`, its `class` and `class_id`, and its place `index`.
    pub fn about(&self, annotation: &Value, index: usize) -> Value {
        let mut unit = self.unit.clone();
        unit.insert("annotation", annotation.clone());
        unit.insert("index", index.into());
        Value::from_object(About { unit, annotation: annotation.clone() })
    }
}

/// The names a template about one annotation sees.
#[derive(Debug)]
struct About {
    unit: IndexMap<&'static str, Value>,
    annotation: Value,
}

impl Object for About {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            key @ ("class" | "class_id") => self.annotation.get_attr(key).ok(),
            key => self.unit.get(key).cloned(),
        }
    }
}

/// An annotation. Its `class_id` is looked up when it is asked for.
#[derive(Debug)]
struct Annotation {
    fields: Value,
    class: ClassRef,
    classes: Classes,
}

impl Object for Annotation {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        if key.as_str() == Some("class_id") {
            return Some(self.classes.id(self.class).into());
        }
        self.fields.get_item(key).ok().filter(|v| !v.is_undefined())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Iter(Box::new(self.fields.try_iter().into_iter().flatten().collect::<Vec<_>>().into_iter()))
    }
}
