//! The side that serde sees.

use super::number::Number;
use super::{BOTH, Error, Fault, POINT, Parser, RAW, Result};
use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

impl<'de> Parser<'de> {
    /// A list or an object, from its opening bracket: `visit` reads what is inside.
    #[inline(always)]
    fn inside<T>(&mut self, close: u8, visit: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.at += 1;
        self.levels = self.levels.checked_sub(1).ok_or_else(|| self.wrong(Fault::Depth))?;
        let value = visit(self)?;
        self.levels += 1;
        self.expect(close, Fault::NoComma)?;
        Ok(value)
    }
}

impl<'de> Deserializer<'de> for &mut Parser<'de> {
    type Error = Error;

    #[inline(always)]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.peek() {
            b'"' => {
                self.at += 1;
                match self.string()? {
                    Some(text) => visitor.visit_borrowed_str(text),
                    None => visitor.visit_str(&self.scratch),
                }
            }
            b'-' | b'0'..=b'9' => match self.number()? {
                Number::Unsigned(n) => visitor.visit_u64(n),
                Number::Signed(n) => visitor.visit_i64(n),
                Number::Float(n) => visitor.visit_f64(n),
            },
            b'{' => self.inside(b'}', |parser| visitor.visit_map(Entries { parser, first: true })),
            b'[' => self.inside(b']', |parser| visitor.visit_seq(Elements { parser, first: true })),
            b't' => self.literal("true").and_then(|()| visitor.visit_bool(true)),
            b'f' => self.literal("false").and_then(|()| visitor.visit_bool(false)),
            b'n' => self.literal("null").and_then(|()| visitor.visit_unit()),
            _ => Err(self.wrong(Fault::NoValue)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.peek() == b'n' {
            self.literal("null").and_then(|()| visitor.visit_none())
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.skip()?;
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        self.peek();
        let start = self.at;
        match name {
            RAW => {
                self.skip()?;
                visitor.visit_borrowed_str(self.slice(start, self.at)?)
            }
            POINT => match self.point() {
                Some(xy) => visitor.visit_seq(Coordinates(xy.into_iter())),
                None => self.deserialize_any(visitor),
            },
            BOTH => visitor.visit_seq(Both { parser: self, start }),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct enum identifier
    }
}

/// What is inside a list.
struct Elements<'p, 'de> {
    parser: &'p mut Parser<'de>,
    first: bool,
}

impl<'de> SeqAccess<'de> for Elements<'_, 'de> {
    type Error = Error;

    #[inline(always)]
    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        if self.parser.peek() == b']' {
            return Ok(None);
        }
        if !std::mem::take(&mut self.first) {
            self.parser.expect(b',', Fault::NoComma)?;
        }
        seed.deserialize(&mut *self.parser).map(Some)
    }
}

/// What is inside an object.
struct Entries<'p, 'de> {
    parser: &'p mut Parser<'de>,
    first: bool,
}

impl<'de> MapAccess<'de> for Entries<'_, 'de> {
    type Error = Error;

    #[inline(always)]
    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        if self.parser.peek() == b'}' {
            return Ok(None);
        }
        if !std::mem::take(&mut self.first) {
            self.parser.expect(b',', Fault::NoComma)?;
        }
        self.parser.expect(b'"', Fault::NoKey)?;
        match self.parser.string()? {
            Some(key) => seed.deserialize(BorrowedStrDeserializer::new(key)).map(Some),
            None => seed.deserialize(StrDeserializer::new(&self.parser.scratch)).map(Some),
        }
    }

    #[inline(always)]
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value> {
        self.parser.expect(b':', Fault::NoColon)?;
        seed.deserialize(&mut *self.parser)
    }
}

/// A value, then its text.
struct Both<'p, 'de> {
    parser: &'p mut Parser<'de>,
    start: usize,
}

impl<'de> SeqAccess<'de> for Both<'_, 'de> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        if self.parser.at == self.start {
            return seed.deserialize(&mut *self.parser).map(Some);
        }
        let text = self.parser.slice(self.start, self.parser.at)?;
        seed.deserialize(BorrowedStrDeserializer::new(text)).map(Some)
    }
}

/// The coordinates of a point.
struct Coordinates(std::array::IntoIter<f64, 2>);

impl<'de> SeqAccess<'de> for Coordinates {
    type Error = Error;

    #[inline(always)]
    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        self.0.next().map(|n| seed.deserialize(n.into_deserializer())).transpose()
    }
}
