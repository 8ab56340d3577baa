//! Which split an item belongs to: a stable hash of its id, its ground-truth category, or a field of the row.

use crate::dm::shape::otherwise;
use crate::item::text;
use crate::stream::json;
use crate::stream::json::{Raw, Str};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// Splits a run may have at most; each costs open spool files.
pub const MAX_SPLITS: usize = 64;
/// Where items go whose field has no value.
pub const UNASSIGNED: &str = "unassigned";

/// How items are split.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Split {
    /// Not at all.
    #[default]
    None,
    /// By hash: cumulated shares of `modulus`, with the names of the parts.
    Ratio {
        /// 100 when all shares are whole percents, else a million.
        modulus: u64,
        /// Name and upper bound (exclusive) of each part, rising to `modulus`.
        parts: Vec<(&'static str, u64)>,
    },
    /// By the row's ground-truth category: train, validation → val, test; other values verbatim.
    Category,
    /// By the value of a field: a dotted path into the row.
    Field(FieldPath),
}

/// A dotted path into the row, `data_unit.meta.weather`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldPath(Vec<String>);

impl FieldPath {
    /// Reads `a.b.c`.
    ///
    /// # Errors
    /// A text when a part is empty.
    pub fn new(path: &str) -> Result<Self, String> {
        let parts: Vec<String> = path.split('.').map(str::to_owned).collect();
        if parts.iter().any(String::is_empty) {
            return Err(format!("{path:?} is not a field path such as data_unit.meta.category"));
        }
        Ok(Self(parts))
    }

    /// The value as text: the content of a string, the JSON text of a number or boolean; `None` for anything else.
    /// `line` must be valid JSON.
    pub fn value<'a>(&self, line: &'a [u8]) -> Option<Cow<'a, str>> {
        let mut value = None;
        // Stopping there is an error to the parser only.
        let _ = json::parse_with(line, Find { path: &self.0, value: &mut value });
        scalar(value?)
    }
}

/// Looks for the value at the end of a path, and stops there.
struct Find<'p, 'a> {
    path: &'p [String],
    value: &'p mut Option<Raw<'a>>,
}

impl<'de> DeserializeSeed<'de> for Find<'_, 'de> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.path.is_empty() {
            *self.value = Some(Raw::deserialize(deserializer)?);
            return Err(D::Error::custom("found"));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Find<'_, 'de> {
    type Value = ();
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let Some((first, rest)) = self.path.split_first() else { return Ok(()) };
        while let Some(key) = object.next_key::<Str<'de>>()? {
            if *key == **first {
                return object.next_value_seed(Find { path: rest, value: self.value });
            }
            object.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
    otherwise!((); bool number text null list);
}

/// The text of a scalar value.
pub fn scalar(raw: Raw<'_>) -> Option<Cow<'_, str>> {
    match raw.text().as_bytes().first()? {
        b'"' => text(&raw).map(|s| s.0),
        b'{' | b'[' | b'n' => None,
        _ => Some(raw.0),
    }
}

impl Split {
    /// Reads the value of `--split`.
    ///
    /// # Errors
    /// One line saying what is accepted.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "none" | "" => return Ok(Self::None),
            "category" => return Ok(Self::Category),
            _ => {}
        }
        if !text.contains('/') {
            if text.parse::<f64>().is_ok() {
                return Err(format!("--split {text}: give a share for each part, such as 0.8/0.2 or 0.8/0.1/0.1"));
            }
            return FieldPath::new(text).map(Self::Field);
        }
        let shares: Vec<f64> = text
            .split('/')
            .map(|p| p.trim().parse().ok().filter(|n: &f64| n.is_finite() && *n >= 0.0))
            .collect::<Option<_>>()
            .ok_or_else(|| format!("--split {text}: shares are numbers, such as 0.8/0.1/0.1"))?;
        let names: &[&str] = match shares.len() {
            2 => &["train", "val"],
            3 => &["train", "val", "test"],
            _ => return Err(format!("--split {text}: give two shares (train/val) or three (train/val/test)")),
        };
        if (shares.iter().sum::<f64>() - 1.0).abs() > 1e-9 {
            return Err(format!("--split {text}: the shares must add up to 1"));
        }
        let whole = |n: f64, m: f64| (n * m - (n * m).round()).abs() < 1e-6;
        let modulus: u32 = if shares.iter().all(|&s| whole(s, 100.0)) { 100 } else { 1_000_000 };
        let mut bound = 0.0;
        let mut parts = Vec::new();
        for (name, share) in names.iter().zip(&shares) {
            bound += share * f64::from(modulus);
            parts.push((*name, bound.round() as u64));
        }
        Ok(Self::Ratio { modulus: u64::from(modulus), parts })
    }

    /// Names of the parts that exist even when they stay empty.
    pub fn fixed_names(&self) -> Vec<&'static str> {
        match self {
            Self::Ratio { parts, .. } => parts.iter().map(|(name, _)| *name).collect(),
            Self::None | Self::Category | Self::Field(_) => Vec::new(),
        }
    }

    /// Whether items are split at all.
    pub fn is_some(&self) -> bool {
        *self != Self::None
    }
}

/// The part of a ratio split that a key (the item's id, or the value of `--split-group`) falls into:
/// `sha256(key) mod modulus`, big-endian, as the platform computes it for 80/20.
pub fn by_hash(key: &str, modulus: u64, parts: &[(&'static str, u64)]) -> &'static str {
    let digest = Sha256::digest(key.as_bytes());
    let bucket = digest.iter().fold(0, |rest, &byte| (rest * 256 + u64::from(byte)) % modulus);
    parts.iter().find(|(_, bound)| bucket < *bound).or(parts.last()).map_or("train", |(name, _)| *name)
}

/// The split that a category stands for.
pub fn of_category(category: &str) -> &str {
    match category {
        "validation" => "val",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_ratios_categories_and_fields() {
        let Split::Ratio { modulus, parts } = Split::parse("0.8/0.1/0.1").unwrap() else { panic!() };
        assert_eq!((modulus, parts), (100, vec![("train", 80), ("val", 90), ("test", 100)]));
        let Split::Ratio { modulus, .. } = Split::parse("0.855/0.145").unwrap() else { panic!() };
        assert_eq!(modulus, 1_000_000);
        assert_eq!(Split::parse("category"), Ok(Split::Category));
        assert!(matches!(Split::parse("data_unit.meta.weather"), Ok(Split::Field(_))));
        for bad in ["0.8", "0.8/0.3", "a/b", "0.2/0.2/0.2/0.4", "a..b", "-0.2/1.2"] {
            assert!(Split::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn hash_is_the_platforms() {
        // Values computed with `int.from_bytes(sha256(id).digest(), "big") % 100 < 80`.
        let Split::Ratio { modulus, parts } = Split::parse("0.8/0.2").unwrap() else { panic!() };
        let got: Vec<_> = (1..=12).map(|n: u32| by_hash(&n.to_string(), modulus, &parts)).collect();
        let mut expected = ["train"; 12];
        expected[8] = "val";
        assert_eq!(got, expected);
    }

    #[test]
    fn fields_are_found_at_any_depth() {
        let line = br#"{"id":1,"a":{"b":{"c":"x\u00e9"},"n":1.10,"z":null}}"#;
        let get = |p: &str| FieldPath::new(p).unwrap().value(line).map(Cow::into_owned);
        assert_eq!(get("a.b.c").as_deref(), Some("xé"));
        assert_eq!(get("a.n").as_deref(), Some("1.10"));
        assert_eq!((get("a.z"), get("a.b"), get("q")), (None, None, None));
    }
}
