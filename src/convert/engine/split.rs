//! Which split an item belongs to: a stable hash of its id, its ground-truth category, or a field of the row.

use crate::dm::shape::otherwise;
use crate::item::{Pairs, text};
use crate::selection::sought;
use crate::stream::error::UnknownName;
use crate::stream::json;
use crate::stream::json::{Raw, Str};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

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
    /// A text when a part is empty, and when it looks like shares: a sign that divides them, or no letter.
    pub fn new(path: &str) -> Result<Self, String> {
        let parts: Vec<String> = path.split('.').map(str::to_owned).collect();
        let like_shares = path.contains(['/', ',', ':', ';', '=', '%', '|']) || !path.contains(char::is_alphabetic);
        if like_shares || parts.iter().any(|part| part.is_empty() || part.trim() != part) {
            return Err(format!("{path:?} is not a field path such as data_unit.meta.category"));
        }
        Ok(Self(parts))
    }

    /// Where a data unit has its category.
    pub fn of_category() -> Self {
        Self(["data_unit", "meta", "category"].map(str::to_owned).to_vec())
    }

    /// How many parts of the path a row has, and the keys beside the first part that is missing; those of the value itself when none
    /// is and it is an object. `line` must be valid JSON.
    pub fn reach(&self, line: &[u8]) -> (usize, Vec<String>) {
        let mut object = json::parse::<Pairs<'_>>(line).ok();
        for (depth, part) in self.0.iter().enumerate() {
            let Some(Pairs(entries)) = object else { return (depth, Vec::new()) };
            match entries.iter().find(|(key, _)| **key == **part) {
                Some((_, value)) => object = value.read_borrowed(),
                None => return (depth, entries.into_iter().map(|(key, _)| key.0.into_owned()).collect()),
            }
        }
        let keys = object.into_iter().flat_map(|Pairs(entries)| entries).map(|(key, _)| key.0.into_owned());
        (self.0.len(), keys.collect())
    }

    /// Whether so many parts are the whole path.
    pub fn ends_at(&self, depth: usize) -> bool {
        depth == self.0.len()
    }

    /// That nothing has a value there, although some rows have `depth` parts of the path and then these keys.
    pub fn unknown(&self, depth: usize, keys: &BTreeSet<String>) -> UnknownName {
        let whole = |key: &String| [&self.0[..depth], std::slice::from_ref(key)].concat().join(".");
        let word = self.0.get(depth).map_or("", String::as_str);
        let found = sought::unknown("a value at the field", word, keys);
        UnknownName {
            name: self.to_string(),
            near: found.near.as_ref().map(whole),
            others: found.others.iter().map(whole).collect(),
            ..found
        }
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

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
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
        let bad = |why: &str| format!("--split {text}: {why}; {FORMS}");
        let Some(shares) = shares(text).map_err(|why| bad(&why))? else {
            return FieldPath::new(text).map(Self::Field).map_err(|_| bad("neither shares nor a field path"));
        };
        let whole = |n: f64, m: f64| (n * m - (n * m).round()).abs() < 1e-6;
        let modulus: u32 = if shares.iter().all(|(_, share)| whole(*share, 100.0)) { 100 } else { 1_000_000 };
        let mut bound = 0.0;
        let mut parts = Vec::new();
        for (name, share) in shares {
            bound += share * f64::from(modulus);
            parts.push((name, bound.round() as u64));
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

/// What `--split` can be.
const FORMS: &str = "write shares as 0.8/0.1/0.1, 80/10/10, 8:1:1 or train=0.8,val=0.2 (parts: train, val, test), \
                     or give `category` or a field path such as data_unit.meta.weather";
/// The parts of a split by shares, in their order.
const PARTS: [&str; 3] = ["train", "val", "test"];

/// The names of the parts and their shares, which add up to 1; `None` when the text is none of the forms of shares. With `/` and `,`
/// shares add up to 1 or to 100; with `:` they are a ratio.
fn shares(text: &str) -> Result<Option<Vec<(&'static str, f64)>>, String> {
    let Some(separator) = [':', '/', ','].into_iter().find(|&c| text.contains(c)) else {
        let numeric = !text.contains(char::is_alphabetic) || text.parse::<f64>().is_ok();
        return if numeric || text.contains('=') { Err("give a share for each part".to_owned()) } else { Ok(None) };
    };
    let number = |text: &str| {
        let text = text.trim();
        text.strip_suffix('%').unwrap_or(text).trim().parse().ok().filter(|n: &f64| n.is_finite() && *n >= 0.0)
    };
    let mut named: Vec<(usize, f64)> = Vec::new();
    let pieces: Vec<&str> = text.split(separator).collect();
    let with_names = text.contains('=');
    for (i, piece) in pieces.iter().enumerate() {
        let (part, share) = match piece.split_once('=') {
            Some((name, share)) => {
                let name = of_category(name.trim());
                let known = PARTS.iter().position(|part| *part == name);
                (known.ok_or_else(|| format!("{name:?} is no part"))?, share)
            }
            None if with_names => return Err("name every part or none".to_owned()),
            None => (i, *piece),
        };
        let share = number(share).ok_or_else(|| "shares are numbers".to_owned())?;
        if named.iter().any(|(other, _)| *other == part) {
            return Err(format!("{} is given twice", PARTS.get(part).unwrap_or(&"a part")));
        }
        named.push((part, share));
    }
    if !(2..=3).contains(&named.len()) {
        return Err("give two shares (train/val) or three (train/val/test)".to_owned());
    }
    named.sort_by_key(|(part, _)| *part);
    let sum: f64 = named.iter().map(|(_, share)| share).sum();
    let is = |whole: f64| (sum - whole).abs() < 1e-9 * whole;
    let whole = match separator {
        _ if is(1.0) => 1.0,
        _ if is(100.0) => 100.0,
        ':' if sum > 0.0 && sum.is_finite() => sum,
        _ => return Err("the shares must add up to 1 or to 100".to_owned()),
    };
    Ok(Some(named.iter().filter_map(|(part, share)| Some((*PARTS.get(*part)?, share / whole))).collect()))
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
        for bad in [
            "0.8",
            "80",
            "0.8/0.3",
            "a/b",
            "0.2/0.2/0.2/0.4",
            "a..b",
            "-0.2/1.2",
            "0.8 0.2",
            "0.8;0.2",
            "0.8-0.2",
            "0.8|0.1|0.1",
            "80/10/20",
            "8/1/1",
            "0:0",
            "train=0.8",
            "train=0.8,0.2",
            "train=0.8,train=0.2",
            "dev=0.8,val=0.2",
            "train:0.8,val:0.2",
            "0.8,",
            "nan/1",
            "inf:1",
            "train/val",
            "a,b",
            ".a",
            "a.",
            " a",
            "%",
            "0.8,0.1,x",
            "train=80,val=30",
            "a b ",
        ] {
            let told = Split::parse(bad).unwrap_err();
            assert!(told.contains("0.8/0.1/0.1") && told.contains("field path"), "{bad}: {told}");
        }
    }

    #[test]
    fn shares_have_several_spellings() {
        let thirds = |text: &str| Split::parse(text).unwrap();
        let expected = thirds("0.8/0.1/0.1");
        for same in [
            "80/10/10",
            "8:1:1",
            "0.8,0.1,0.1",
            "80,10,10",
            "80%/10%/10%",
            "16:2:2",
            "0.8:0.1:0.1",
            "0.8 / 0.1 / 0.1",
            "train=0.8,val=0.1,test=0.1",
            "test=10,train=80,val=10",
            "train=0.8/validation=0.1/test=0.1",
            "train=8:val=1:test=1",
        ] {
            assert_eq!(thirds(same), expected, "{same}");
        }
        for same in ["0.8,0.2", "80/20", "4:1", "train=0.8,val=0.2", "val=20%,train=80%"] {
            assert_eq!(thirds(same), thirds("0.8/0.2"), "{same}");
        }
        assert_eq!(thirds("train=0.9,test=0.1").fixed_names(), ["train", "test"]);
        let Split::Ratio { modulus, parts } = thirds("1:1:1") else { panic!() };
        assert_eq!((modulus, parts), (1_000_000, vec![("train", 333_333), ("val", 666_667), ("test", 1_000_000)]));
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
