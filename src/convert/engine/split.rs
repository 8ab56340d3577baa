//! Which split an item belongs to: a stable hash of its picture's id or of a field, its ground-truth category, or a field of the row.

pub use crate::selection::field::{FieldPath, scalar};
use crate::tr;
use crate::words::Message;
use sha2::{Digest, Sha256};

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

impl Split {
    /// Reads the value of `--split`.
    ///
    /// # Errors
    /// One line saying what is accepted.
    pub fn parse(text: &str) -> Result<Self, Message> {
        match text {
            "none" | "" => return Ok(Self::None),
            "category" => return Ok(Self::Category),
            _ => {}
        }
        let bad = |why: Message| tr!("split-why", text, why);
        let Some(shares) = shares(text).map_err(bad)? else {
            return FieldPath::new(text).map(Self::Field).map_err(|_| bad(tr!("split-neither")));
        };
        let whole = |n: f64, m: f64| (n * m - (n * m).round()).abs() < 1e-6;
        let modulus: u32 = if shares.iter().all(|(_, share)| whole(*share, 100.0)) { 100 } else { 1_000_000 };
        let mut bound = 0.0;
        let mut parts = Vec::new();
        // A share of 0 makes no part: it would be empty whatever the input.
        for (name, share) in shares.into_iter().filter(|(_, share)| *share > 0.0) {
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

    /// The share of a part in percent; `None` for a part that no share makes.
    pub fn percent(&self, part: &str) -> Option<f64> {
        let Self::Ratio { modulus, parts } = self else { return None };
        let at = parts.iter().position(|(name, _)| *name == part)?;
        let from = at.checked_sub(1).map_or(0, |before| parts[before].1);
        Some((parts[at].1 - from) as f64 * 100.0 / *modulus as f64)
    }

    /// Whether items are split at all.
    pub fn is_some(&self) -> bool {
        *self != Self::None
    }
}

/// The parts of a split by shares, in their order.
const PARTS: [&str; 3] = ["train", "val", "test"];

/// The names of the parts and their shares, which add up to 1; `None` when the text is none of the forms of shares. With `/` and `,`
/// shares add up to 1 or to 100; with `:` they are a ratio.
fn shares(text: &str) -> Result<Option<Vec<(&'static str, f64)>>, Message> {
    let Some(separator) = [':', '/', ','].into_iter().find(|&c| text.contains(c)) else {
        let numeric = !text.contains(char::is_alphabetic) || text.parse::<f64>().is_ok();
        return if numeric || text.contains('=') { Err(tr!("split-share-each")) } else { Ok(None) };
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
                let name = role(name.trim());
                let known = PARTS.iter().position(|part| *part == name);
                (known.ok_or_else(|| tr!("split-no-part", name = ?name))?, share)
            }
            None if with_names => return Err(tr!("split-name-all")),
            None => (i, *piece),
        };
        let share = number(share).ok_or_else(|| tr!("split-numbers"))?;
        if named.iter().any(|(other, _)| *other == part) {
            return Err(tr!("split-part-twice", part = PARTS.get(part).unwrap_or(&"a part")));
        }
        named.push((part, share));
    }
    if !(2..=3).contains(&named.len()) {
        return Err(tr!("split-two-or-three"));
    }
    named.sort_by_key(|(part, _)| *part);
    let sum: f64 = named.iter().map(|(_, share)| share).sum();
    let is = |whole: f64| (sum - whole).abs() < 1e-9 * whole;
    let whole = match separator {
        _ if is(1.0) => 1.0,
        _ if is(100.0) => 100.0,
        ':' if sum > 0.0 && sum.is_finite() => sum,
        _ => return Err(tr!("split-sum")),
    };
    Ok(Some(named.iter().filter_map(|(part, share)| Some((*PARTS.get(*part)?, share / whole))).collect()))
}

/// The part of a ratio split that a key falls into: `sha256(key) mod modulus`, big-endian. The platform computes it so for 80/20, of the
/// item's id.
pub fn by_hash(key: &str, modulus: u64, parts: &[(&'static str, u64)]) -> &'static str {
    let digest = Sha256::digest(key.as_bytes());
    let bucket = digest.iter().fold(0, |rest, &byte| (rest * 256 + u64::from(byte)) % modulus);
    parts.iter().find(|(_, bound)| bucket < *bound).or(parts.last()).map_or("train", |(name, _)| *name)
}

/// What a part of a dataset is for, by the names that datasets and their readers have for it: `train`, `val` or `test`; of another part its
/// own name.
pub fn role(part: &str) -> &str {
    const NAMES: [(&str, &[&str]); 3] = [
        ("train", &["train", "training"]),
        ("val", &["val", "valid", "validation", "dev", "devel", "development", "eval", "evaluation"]),
        ("test", &["test", "testing"]),
    ];
    let role = NAMES.iter().find(|(_, names)| names.iter().any(|name| name.eq_ignore_ascii_case(part)));
    role.map_or(part, |(role, _)| role)
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
            assert!(told.english().contains("0.8/0.1/0.1") && told.english().contains("field path"), "{bad}: {told}");
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
            "Training=8:dev=1:testing=1",
        ] {
            assert_eq!(thirds(same), expected, "{same}");
        }
        for same in ["0.8,0.2", "80/20", "4:1", "train=0.8,val=0.2", "val=20%,train=80%"] {
            assert_eq!(thirds(same), thirds("0.8/0.2"), "{same}");
        }
        assert_eq!(thirds("train=0.9,test=0.1").fixed_names(), ["train", "test"]);
        for (text, parts) in [
            ("0.8/0.2/0", &["train", "val"][..]),
            ("8:0:2", &["train", "test"]),
            ("1/0/0", &["train"]),
            ("0/0,1", &[]),
            ("train=0,val=100%", &["val"]),
        ] {
            let split = Split::parse(text).unwrap_or_default();
            assert_eq!(split.fixed_names(), parts, "{text}");
        }
        assert_eq!(thirds("0.855/0.145").percent("val"), Some(14.5));
        assert_eq!((thirds("80/10/10").percent("test"), thirds("1/0").percent("val")), (Some(10.0), None));
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
}
