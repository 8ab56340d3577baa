//! `--rename`: classes under another name.

use crate::exit::UsageError;
use crate::item::Pairs;
use crate::path::nfc;
use crate::selection::List;
use crate::selection::list::divided;
use crate::stream::json::{Raw, Str};
use crate::tr;
use std::collections::BTreeMap;
use std::str::FromStr;

/// Pairs of one option: a comma list of `OLD=NEW`. A backslash before a comma or an equals sign makes it part of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names(Vec<(String, String)>);

impl FromStr for Names {
    type Err = UsageError;

    fn from_str(text: &str) -> Result<Self, UsageError> {
        let List(pairs) = text.parse()?;
        pairs.iter().map(|pair| names(pair)).collect::<Result<_, _>>().map(Self)
    }
}

/// The two names of a pair, as classes are read: without blanks around them, composed to NFC.
fn names(pair: &str) -> Result<(String, String), UsageError> {
    let names: Vec<String> = divided(pair, '=').iter().map(|name| nfc(name.trim()).into_owned()).collect();
    match names.as_slice() {
        [old, new] if old.is_empty() || new.is_empty() => Err(UsageError::new(tr!("rename-two-names", pair))),
        [old, new] if old == new => Err(UsageError::new(tr!("rename-same", pair))),
        [old, new] => Ok((old.clone(), new.clone())),
        [_] => Err(UsageError::new(tr!("rename-form", pair))),
        _ => Err(UsageError::new(tr!("rename-one-sign", pair))),
    }
}

/// New names of classes.
#[derive(Debug)]
pub struct Rename(BTreeMap<String, String>);

impl Rename {
    /// All pairs; `None` without any.
    ///
    /// # Errors
    /// A class that is to have two names.
    pub fn new(given: &[Names]) -> Result<Option<Self>, UsageError> {
        let mut all = BTreeMap::new();
        for (old, new) in given.iter().flat_map(|Names(pairs)| pairs) {
            if let Some(other) = all.insert(old.clone(), new.clone()).filter(|other| other != new) {
                return Err(UsageError::new(tr!("rename-twice", old, one = other, other = new)));
            }
        }
        Ok((!all.is_empty()).then_some(Self(all)))
    }

    /// The names that go, each with the one that comes.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(old, new)| (old.as_str(), new.as_str()))
    }

    /// The new name of a class, which is trimmed and in NFC; `None`: it keeps its own. A new name is not renamed again.
    pub fn of(&self, class: &str) -> Option<&str> {
        self.0.get(class).map(String::as_str)
    }
}

/// The strings in which an annotation says that it is of this class.
pub fn written<'a>(annotation: &Raw<'a>, class: &str) -> Vec<Raw<'a>> {
    let mut all = Vec::new();
    for (key, value) in entries(annotation) {
        match &*key {
            "classification" => {
                all.extend(entries(&value).into_iter().filter(|(key, _)| &**key == "class").map(|(_, class)| class));
                all.push(value);
            }
            // What the annotator shows.
            "label" => {
                all.extend(value.read_borrowed::<Vec<Raw<'a>>>().unwrap_or_default());
                all.push(value);
            }
            _ => {}
        }
    }
    all.retain(|raw| name(raw).is_some_and(|name| name == class));
    all
}

/// The class that a string names.
pub fn name(raw: &Raw<'_>) -> Option<String> {
    let text = raw.text().starts_with('"').then(|| raw.read::<Str<'_>>()).flatten()?;
    Some(nfc(text.trim()).into_owned())
}

fn entries<'a>(raw: &Raw<'a>) -> Vec<(Str<'a>, Raw<'a>)> {
    raw.read_borrowed::<Pairs<'a>>().map(|Pairs(entries)| entries).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_read_or_refused() {
        let read = |text: &str| text.parse::<Names>().map(|Names(pairs)| pairs).map_err(|e| e.0);
        let pair = |old: &str, new: &str| (old.to_owned(), new.to_owned());
        for (text, expected) in [
            ("van=car", vec![pair("van", "car")]),
            (" van = car , bus=truck ", vec![pair("van", "car"), pair("bus", "truck")]),
            (r"a\=b=c", vec![pair("a=b", "c")]),
            (r"a=b\=c", vec![pair("a", "b=c")]),
            (r"a\,b=c", vec![pair("a,b", "c")]),
            (r"C:\x=y", vec![pair(r"C:\x", "y")]),
            ("e\u{301}t\u{e9}=x", vec![pair("\u{e9}t\u{e9}", "x")]),
        ] {
            assert_eq!(read(text), Ok(expected), "{text}");
        }
        for (text, told) in [
            ("van", "expected OLD=NEW, such as van=car"),
            ("van=", "two names"),
            ("=car", "two names"),
            ("a=b=c", r"write \="),
            ("a=a", "changes nothing"),
            ("", "needs a value"),
        ] {
            assert!(read(text).unwrap_err().english().contains(told), "{text}");
        }
        let all = |texts: &[&str]| Rename::new(&texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<_>>());
        assert!(all(&["a=b", "a=c"]).unwrap_err().0.english().contains("two names for a, b and c"));
        let swap = all(&["a=b", "b=a", "a=b"]).unwrap().unwrap();
        assert_eq!([swap.of("a"), swap.of("b"), swap.of("c")], [Some("b"), Some("a"), None]);
    }
}
