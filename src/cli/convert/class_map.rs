//! `--class-map`: new names of classes.

use crate::convert::options::Renaming;
use crate::exit::Failure;
use crate::path::nfc;
use crate::selection::list::divided;
use crate::tr;
use crate::words::Message;
use std::collections::HashMap;

/// New names of classes by their old ones, from `OLD=NEW` pairs, or files of such lines. `\=` is a `=` within a name.
///
/// # Errors
/// A usage failure: neither a pair nor a readable file, a `=` too many, a name that is empty, or two new names for one class.
pub fn class_map(specs: &[String]) -> Result<HashMap<String, Renaming>, Failure> {
    let mut map: HashMap<String, Renaming> = HashMap::new();
    let mut add = |(old, to): (String, String), typed: bool| match map.get(&old) {
        Some(other) if other.to != to => {
            let other = &other.to;
            Err(Failure::usage(tr!("class-map-twice", ?old, ?other, ?to)))
        }
        _ if to.is_empty() => Err(Failure::usage(tr!("class-map-empty"))),
        _ if old.is_empty() => Err(Failure::usage(tr!("class-map-which", to))),
        _ => {
            map.insert(old, Renaming { to, typed });
            Ok(())
        }
    };
    for spec in specs {
        if let Some(pair) = pair(spec).map_err(|why| Failure::usage(tr!("class-map-why", spec, why)))? {
            add(pair, true)?;
            continue;
        }
        let text =
            std::fs::read_to_string(spec).map_err(|e| Failure::usage(tr!("class-map-unreadable", spec, reason = e)))?;
        let lines = text.trim_start_matches('\u{feff}').lines();
        for (i, line) in lines.enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let told = |why: Message| Failure::usage(tr!("class-map-line", spec, line = i + 1, why));
            add(pair(line).map_err(told)?.ok_or_else(|| told(tr!("class-map-expected")))?, false)?;
        }
    }
    Ok(map)
}

/// The two names of `OLD=NEW`, in NFC and without blanks around them; `None` without a `=` that divides.
///
/// # Errors
/// A text when it is not clear which `=` divides.
fn pair(text: &str) -> Result<Option<(String, String)>, Message> {
    let clean = |name: &String| nfc(name.trim()).into_owned();
    match &divided(text, '=')[..] {
        [old, new] => Ok(Some((clean(old), clean(new)))),
        [_] => Ok(None),
        _ => Err(tr!("class-map-signs")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_sign_divides_and_others_are_escaped() {
        for (text, old, new) in [
            ("a=b", "a", "b"),
            (" a = b ", "a", "b"),
            (r"a\=b=zz", "a=b", "zz"),
            (r"zz=a\=b", "zz", "a=b"),
            (r"\==\=", "=", "="),
            (r"a\b=c", r"a\b", "c"),
            ("차=e\u{301}", "차", "\u{e9}"),
        ] {
            assert_eq!(pair(text), Ok(Some((old.to_owned(), new.to_owned()))), "{text}");
        }
        for slip in ["a=b=zz", "a==b", "a=b=", "=a=b", r"a\=b=c=d"] {
            assert!(pair(slip).is_err(), "{slip}");
        }
        assert_eq!(pair(r"a\=b"), Ok(None));
    }

    #[test]
    fn slips_are_usage_errors() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("map.txt");
        std::fs::write(&file, "\u{feff}car=auto\n\na\\=b=zz\n").unwrap();
        let map = class_map(&[file.display().to_string(), "road=way".to_owned()]).unwrap();
        let mut pairs: Vec<_> = map.iter().map(|(old, new)| (&**old, &*new.to, new.typed)).collect();
        pairs.sort_unstable();
        assert_eq!(pairs, [("a=b", "zz", false), ("car", "auto", false), ("road", "way", true)]);
        for bad in ["a=b=c", "=b", "a=", "/no/such/file"] {
            assert!(class_map(&[bad.to_owned()]).is_err(), "{bad}");
        }
        std::fs::write(&file, "car=auto\na=b=zz\n").unwrap();
        assert!(class_map(&[file.display().to_string()]).is_err());
    }
}
