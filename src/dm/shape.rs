//! Coordinates as they are written, into flat arrays.
//!
//! One reader serves every tool and dialect: `{x,y,width,height}`, `{x,y}`, `[x,y,w,h]`, `[{x,y},…]`, `[[x,y],…]`,
//! `[[[x,y],…],…]`, `[i,…]`, `[[start,length],…]`. What the numbers mean, the tool decides later. A value of the wrong
//! type becomes [`Shape::Bad`] and never fails the line.

use crate::stream::json::POINT;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;
use std::ops::Range;

/// Flat storage for the coordinates of one item, reused from item to item.
#[derive(Debug, Default)]
pub struct Coordinates {
    /// Bare numbers: boxes of dialects F and 2, mask indices.
    pub numbers: Vec<f64>,
    /// Pairs: points in pixels, or mask runs.
    pub pairs: Vec<[f64; 2]>,
    /// Ranges of `pairs` that form one ring each, for nested lists.
    pub rings: Vec<Range<usize>>,
}

impl Coordinates {
    /// Empties it and keeps the memory, except what only a huge mask needs.
    pub fn clear(&mut self) {
        const KEPT: usize = 64 * 1024;
        self.numbers.clear();
        self.pairs.clear();
        self.rings.clear();
        self.numbers.shrink_to(KEPT);
        self.pairs.shrink_to(KEPT);
    }
}

/// The fields of a coordinate object; `None` when absent, NaN when not a finite number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Fields {
    /// Pixels from the left.
    pub x: Option<f64>,
    /// Pixels from the top.
    pub y: Option<f64>,
    /// Pixels.
    pub width: Option<f64>,
    /// Pixels.
    pub height: Option<f64>,
    /// Radians, clockwise.
    pub rotation: Option<f64>,
}

/// One coordinate value.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Shape {
    /// Not there, or null.
    #[default]
    Absent,
    /// An object.
    Fields(Fields),
    /// A list of numbers: a range of [`Coordinates::numbers`].
    Numbers(Range<usize>),
    /// A list of pairs: a range of [`Coordinates::pairs`].
    Pairs(Range<usize>),
    /// A list of lists of pairs: a range of [`Coordinates::rings`].
    Rings(Range<usize>),
    /// An empty list.
    Empty,
    /// Anything else.
    Bad,
}

/// A number that is finite and not a boolean; anything else reads as NaN.
#[derive(Clone, Copy, Debug)]
pub struct Number(pub f64);

/// Visitor methods for the JSON types a visitor does not want: read past the value, give `$otherwise`.
macro_rules! otherwise {
    ($value:expr; $($kind:ident)*) => { $(otherwise!(@$kind $value);)* };
    (@bool $value:expr) => { fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> { Ok($value) } };
    (@number $value:expr) => {
        fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> { Ok($value) }
        fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> { Ok($value) }
        fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> { Ok($value) }
    };
    (@text $value:expr) => { fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> { Ok($value) } };
    (@null $value:expr) => { fn visit_unit<E: Error>(self) -> Result<Self::Value, E> { Ok($value) } };
    (@list $value:expr) => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            Ok($value)
        }
    };
    (@object $value:expr) => {
        fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
            while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok($value)
        }
    };
}
pub(crate) use otherwise;

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Number;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }
            fn visit_f64<E: Error>(self, n: f64) -> Result<Number, E> {
                Ok(Number(n))
            }
            fn visit_u64<E: Error>(self, n: u64) -> Result<Number, E> {
                Ok(Number(n as f64))
            }
            fn visit_i64<E: Error>(self, n: i64) -> Result<Number, E> {
                Ok(Number(n as f64))
            }
            otherwise!(Number(f64::NAN); bool text null list object);
        }
        deserializer.deserialize_any(Visit)
    }
}

enum Key {
    X,
    Y,
    Width,
    Height,
    Rotation,
    Other,
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl Visitor<'_> for Visit {
            type Value = Key;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }
            fn visit_str<E: Error>(self, key: &str) -> Result<Key, E> {
                // The keys of points, of which there are most, without a call to compare them.
                Ok(match key.as_bytes() {
                    [b'x'] => Key::X,
                    [b'y'] => Key::Y,
                    [b'i', b'd'] => Key::Other,
                    b"width" => Key::Width,
                    b"height" => Key::Height,
                    b"rotation" => Key::Rotation,
                    _ => Key::Other,
                })
            }
        }
        deserializer.deserialize_identifier(Visit)
    }
}

fn read_fields<'de, A: MapAccess<'de>>(mut object: A) -> Result<Fields, A::Error> {
    let mut f = Fields::default();
    while let Some(key) = object.next_key::<Key>()? {
        let slot = match key {
            Key::X => &mut f.x,
            Key::Y => &mut f.y,
            Key::Width => &mut f.width,
            Key::Height => &mut f.height,
            Key::Rotation => &mut f.rotation,
            Key::Other => {
                object.next_value::<IgnoredAny>()?;
                continue;
            }
        };
        *slot = Some(object.next_value::<Number>()?.0);
    }
    Ok(f)
}

/// Reads one coordinate value into the given storage.
pub struct ShapeSeed<'s>(pub &'s mut Coordinates);

impl<'de> DeserializeSeed<'de> for ShapeSeed<'_> {
    type Value = Shape;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Shape, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ShapeSeed<'_> {
    type Value = Shape;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("coordinates")
    }
    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Shape, A::Error> {
        read_fields(object).map(Shape::Fields)
    }
    fn visit_unit<E: Error>(self) -> Result<Shape, E> {
        Ok(Shape::Absent)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Shape, A::Error> {
        let to = self.0;
        let from = (to.numbers.len(), to.pairs.len(), to.rings.len());
        let (mut numbers, mut pairs, mut rings, mut bad) = (0usize, 0usize, 0usize, false);
        while let Some(element) = list.next_element_seed(ElementSeed { to, nested: true })? {
            match element {
                Element::Number(n) => {
                    to.numbers.push(n);
                    numbers += 1;
                }
                Element::Pair(p) => {
                    to.pairs.push(p);
                    pairs += 1;
                }
                Element::Ring => rings += 1,
                Element::Bad => bad = true,
            }
        }
        Ok(match (numbers, pairs, rings) {
            _ if bad => Shape::Bad,
            (0, 0, 0) => Shape::Empty,
            (_, 0, 0) => Shape::Numbers(from.0..to.numbers.len()),
            (0, _, 0) => Shape::Pairs(from.1..to.pairs.len()),
            (0, 0, _) => Shape::Rings(from.2..to.rings.len()),
            _ => Shape::Bad,
        })
    }
    otherwise!(Shape::Bad; bool number text);
}

enum Element {
    Number(f64),
    Pair([f64; 2]),
    /// Stored already.
    Ring,
    Bad,
}

/// One element of a list: a number, a pair, or (once) a list of pairs.
struct ElementSeed<'s> {
    to: &'s mut Coordinates,
    nested: bool,
}

impl<'de> DeserializeSeed<'de> for ElementSeed<'_> {
    type Value = Element;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Element, D::Error> {
        deserializer.deserialize_newtype_struct(POINT, self)
    }
}

impl<'de> Visitor<'de> for ElementSeed<'_> {
    type Value = Element;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number or a point")
    }
    fn visit_f64<E: Error>(self, n: f64) -> Result<Element, E> {
        Ok(Element::Number(n))
    }
    fn visit_u64<E: Error>(self, n: u64) -> Result<Element, E> {
        Ok(Element::Number(n as f64))
    }
    fn visit_i64<E: Error>(self, n: i64) -> Result<Element, E> {
        Ok(Element::Number(n as f64))
    }
    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Element, A::Error> {
        let f = read_fields(object)?;
        Ok(Element::Pair([f.x.unwrap_or(f64::NAN), f.y.unwrap_or(f64::NAN)]))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Element, A::Error> {
        let Self { to, nested } = self;
        let start = to.pairs.len();
        let (mut xy, mut numbers, mut pairs, mut bad) = ([f64::NAN; 2], 0usize, 0usize, false);
        if !nested {
            // A list inside a list inside a list holds numbers only.
            while let Some(Number(n)) = list.next_element()? {
                if let Some(slot) = xy.get_mut(numbers) {
                    *slot = n;
                }
                numbers += 1;
            }
            return Ok(if numbers == 2 { Element::Pair(xy) } else { Element::Bad });
        }
        while let Some(element) = list.next_element_seed(ElementSeed { to, nested: false })? {
            match element {
                Element::Number(n) => {
                    if let Some(slot) = xy.get_mut(numbers) {
                        *slot = n;
                    }
                    numbers += 1;
                }
                Element::Pair(p) => {
                    to.pairs.push(p);
                    pairs += 1;
                }
                Element::Ring | Element::Bad => bad = true,
            }
        }
        Ok(match (numbers, pairs) {
            _ if bad => Element::Bad,
            (2, 0) => Element::Pair(xy),
            (0, 1..) => {
                to.rings.push(start..to.pairs.len());
                Element::Ring
            }
            _ => Element::Bad,
        })
    }
    otherwise!(Element::Bad; bool text null);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::json::{parse, parse_with};
    use proptest::prelude::*;

    fn read(text: &str) -> (Shape, Coordinates) {
        let mut c = Coordinates::default();
        let shape = parse_with(text.as_bytes(), ShapeSeed(&mut c)).unwrap();
        (shape, c)
    }

    #[test]
    fn every_way_coordinates_are_written() {
        let fields = |x, y, width, height, rotation| Shape::Fields(Fields { x, y, width, height, rotation });
        assert_eq!(read(r#"{"x":1,"y":-2.5,"id":"p"}"#).0, fields(Some(1.0), Some(-2.5), None, None, None));
        assert_eq!(read("[1,2,3,4]").0, Shape::Numbers(0..4));
        let (shape, c) = read(r#"[{"x":1,"y":2,"id":"a"},[3,4.5]]"#);
        assert_eq!((shape, c.pairs), (Shape::Pairs(0..2), vec![[1.0, 2.0], [3.0, 4.5]]));
        let (shape, c) = read("[[[0,0],[1,0],[1,1]],[[5,5],[6,5],[6,6],[5,6]]]");
        assert_eq!((shape, c.rings), (Shape::Rings(0..2), vec![0..3, 3..7]));
        assert_eq!(read("null").0, Shape::Absent);
        assert_eq!(read("[]").0, Shape::Empty);
    }

    proptest! {
        // Two spaces are what the quick reader of points leaves to the general one, and so is the end of the text.
        #[test]
        fn points_read_the_same_however_they_are_spaced(points in prop::collection::vec(point(), 0..5)) {
            let spaced = |comma: &str, colon: &str| {
                let object = |p: &Vec<(&str, String)>| {
                    let entries: Vec<String> = p.iter().map(|(k, v)| format!("\"{k}\"{colon}{v}")).collect();
                    format!("{{{}}}", entries.join(comma))
                };
                format!("[{}]{:300}", points.iter().map(object).collect::<Vec<_>>().join(comma), "")
            };
            let [compact, usual, wide] = [(",", ":"), (", ", ": "), (",  ", ":  ")].map(|(comma, colon)| {
                let text = spaced(comma, colon);
                let skipped = parse::<IgnoredAny>(text.as_bytes()).is_ok();
                let mut to = Coordinates::default();
                let shape = parse_with(text.as_bytes(), ShapeSeed(&mut to)).ok();
                // As text, since NaN is not equal to itself.
                (skipped, shape.map(|shape| format!("{shape:?} {:?}", to.pairs)))
            });
            prop_assert_eq!(&compact, &wide, "compact {}", spaced(",", ":").trim());
            prop_assert_eq!(&usual, &wide, "usual {}", spaced(",", ":").trim());
        }
    }

    fn point() -> impl Strategy<Value = Vec<(&'static str, String)>> {
        let value = prop_oneof![
            6 => "-?(0|[1-9][0-9]{0,18})(\\.[0-9]{1,20})?",
            1 => "-?[0-9.eE+-]{1,9}",
            1 => "\"[a-z0-9]{0,20}\"",
            1 => "(\"a\\\\u0062\"|null|true|1e999|-|\\[1\\]|\"\\t\"|\"a)",
        ];
        let id = "(\"[a-zA-Z0-9_-]{0,20}\"|\"가\\\\n\"|7|null|\"a)";
        prop_oneof![
            4 => (value.clone(), value.clone(), prop::option::of(id)).prop_map(|(x, y, id)| {
                let id = id.map(|id| ("id", id));
                [("x", x), ("y", y)].into_iter().chain(id).collect()
            }),
            1 => prop::collection::vec((prop::sample::select(vec!["x", "y", "id", "z"]), value), 0..5),
        ]
    }

    #[test]
    fn wrong_types_are_bad_shapes_or_nan_never_errors() {
        for bad in [
            "\"12\"",
            "true",
            "7",
            "[1,[2,3]]",
            "[[1,2,3]]",
            "[[]]",
            "[null]",
            "[\"1\"]",
            "[[1,true]]",
            "[[[1,2],3]]",
            "[[[[1,2]]]]",
        ] {
            assert_eq!(read(bad).0, Shape::Bad, "{bad}");
        }
        let (Shape::Fields(f), _) = read(r#"{"x":true,"y":"1","width":null,"height":{}}"#) else {
            panic!("not fields")
        };
        assert!([f.x, f.y, f.width, f.height].iter().all(|v| v.unwrap().is_nan()));
        let (shape, c) = read("[[1,2],{\"x\":1}]");
        assert!(shape == Shape::Pairs(0..2) && c.pairs[1][1].is_nan());
    }
}
