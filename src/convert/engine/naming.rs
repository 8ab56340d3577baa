//! Output stems: from original names, unique without regard to case.

use crate::path;
use crate::path::{leaf, nfc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// A file name cut into stem and extension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    /// What comes before the last dot.
    pub stem: String,
    /// The extension with its dot; empty without one.
    pub ext: String,
}

/// Longest stem, bytes: leaves room for `__id`, an extension and the name of a temporary file within 255 bytes.
pub const MAX_STEM: usize = 200;

/// Longest extension with its dot, bytes; what is longer belongs to the stem.
const MAX_EXT: usize = 16;

impl Name {
    /// From an original name: what its leaf gives. The stem is `None` when it cannot be a file's name here; the extension stays. A stem
    /// that is too long is cut, and ends in its hash.
    pub fn of_original(name: &str) -> (Option<String>, String) {
        let leaf = nfc(name.rsplit(['/', '\\']).next().unwrap_or(name));
        let (stem, ext) = match leaf.rfind('.') {
            Some(dot) if dot > 0 && leaf.len() - dot <= MAX_EXT => leaf.split_at(dot),
            _ => (&*leaf, ""),
        };
        let stem = if stem.len() > MAX_STEM { shortened(stem) } else { stem.to_owned() };
        if !matches!(&*stem, "." | "..") && path::leaf(&format!("{stem}{ext}")).is_ok() {
            return (Some(stem), ext.to_owned());
        }
        let plain = ext.get(1..).is_some_and(is_plain_extension);
        (None, if plain { ext.to_owned() } else { String::new() })
    }

    /// From an id, which may be any text.
    pub fn of_id(id: &str) -> Self {
        Self { stem: safe(id), ext: String::new() }
    }
}

/// Whether a text can be an extension, without its dot: ASCII letters and digits.
pub fn is_plain_extension(text: &str) -> bool {
    (1..MAX_EXT).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// A long stem, cut at a character, with the hash of the whole at its end: stems that begin alike stay different.
fn shortened(stem: &str) -> String {
    let hash = hashed(stem);
    let mut end = MAX_STEM - hash.len() - 1;
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}_{hash}", &stem[..end])
}

/// An id as a file name: characters that have no place in one become `_`; a long id ends in its hash.
pub fn safe(id: &str) -> String {
    let clean: String = id.chars().map(|c| if c.is_control() || "/\\:*?\"<>|".contains(c) { '_' } else { c }).collect();
    let clean = nfc(&clean).into_owned();
    if clean.len() > 64 || matches!(clean.as_str(), "" | "." | "..") || leaf(&clean).is_err() {
        return hashed(id);
    }
    clean
}

/// An id as the end of a name: [`safe`] and without white space, at which readers of lists of names cut.
pub fn suffix(id: &str) -> String {
    safe(id).replace(char::is_whitespace, "_")
}

/// A name made of the hash of a text.
pub fn hashed(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let hex: String = digest.iter().take(8).map(|b| format!("{b:02x}")).collect();
    format!("id_{hex}")
}

/// A stem that readers of folders see: they pass over names with a leading dot.
pub fn seen(stem: &str) -> Cow<'_, str> {
    match stem.strip_prefix('.') {
        Some(rest) => format!("_{rest}").into(),
        None => stem.into(),
    }
}

/// Any value as one component of a path: the exact value where it can be one, else [`safe`].
pub fn component(value: &str) -> String {
    if value.contains(['/', '\\']) { safe(value) } else { leaf(value).unwrap_or_else(|_| safe(value)) }
}

/// A value as a folder: its exact text where that can be a folder's name, else one that no other value has. A name with a leading dot
/// would be hidden from readers.
pub fn folder(value: &str) -> String {
    let name = component(value);
    if name == value && !name.starts_with('.') { name } else { format!("{}_{}", name.trim_matches('.'), hashed(value)) }
}

/// The stems taken so far. Keeps 8 bytes a stem: a false alarm (one in billions) costs a rename, never a loss.
#[derive(Debug, Default)]
pub struct Taken {
    hashes: HashSet<u64>,
}

impl Taken {
    /// Takes `name` if it is free; gives whether it was.
    pub fn free(&mut self, name: &str) -> bool {
        self.hashes.insert(hash(name))
    }

    /// Takes `stem` if it is free, else `{stem}__{id}`, else that with a number. Gives the stem taken and whether it is another.
    pub fn take(&mut self, stem: &str, id: &str) -> (String, bool) {
        if self.hashes.insert(hash(stem)) {
            return (stem.to_owned(), false);
        }
        let base = format!("{stem}__{}", suffix(id));
        let mut name = base.clone();
        let mut n = 2;
        while !self.hashes.insert(hash(&name)) {
            name = format!("{base}_{n}");
            n += 1;
        }
        (name, true)
    }
}

/// Folders named with values: each value has its own on file systems without case, too. To be asked in input order.
#[derive(Debug, Default)]
pub struct Folders {
    /// The first name of each kind, by its [`fold`].
    first: HashMap<String, String>,
}

impl Folders {
    /// The folder of a name that is safe in a path: the name, or with a hash when another has it in another case.
    pub fn of<'n>(&mut self, name: &'n str) -> Cow<'n, str> {
        match self.first.get(&fold(name)) {
            Some(first) if first != name => format!("{name}_{}", hashed(name)).into(),
            Some(_) => name.into(),
            None => {
                self.first.insert(fold(name), name.to_owned());
                name.into()
            }
        }
    }
}

/// The folders of paths, as [`Folders`]: any number of them, for 16 bytes each.
#[derive(Debug, Default)]
pub struct FolderTree {
    /// The first folder of each kind, by the hash of what it is without regard to case.
    first: HashMap<u64, u64>,
}

impl FolderTree {
    /// The path with its folders' own names: those of the path, or with a hash where another folder has one in another case.
    pub fn of<'p>(&mut self, path: &'p str) -> Cow<'p, str> {
        let mut own = Cow::Borrowed("");
        let mut from = 0;
        for (end, _) in path.match_indices('/') {
            let wanted = &path[from..end];
            let exact = exact_hash(&format!("{own}{wanted}"));
            let is_first = *self.first.entry(hash(&format!("{own}{wanted}"))).or_insert(exact) == exact;
            own = match own {
                Cow::Borrowed(_) if is_first => Cow::Borrowed(&path[..=end]),
                own if is_first => format!("{own}{wanted}/").into(),
                own => format!("{own}{wanted}_{}/", hashed(wanted)).into(),
            };
            from = end + 1;
        }
        match own {
            Cow::Borrowed(_) => path.into(),
            Cow::Owned(own) => (own + &path[from..]).into(),
        }
    }
}

/// A stem without regard to case.
pub fn fold(stem: &str) -> String {
    if stem.is_ascii() { stem.to_ascii_lowercase() } else { stem.to_lowercase() }
}

/// Without regard to case, because common file systems have none; in NFC already.
fn hash(stem: &str) -> u64 {
    exact_hash(&fold(stem))
}

/// Eight bytes of a text's hash.
fn exact_hash(text: &str) -> u64 {
    let bytes = Sha256::digest(text.as_bytes());
    u64::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn original_names_become_stem_and_extension() {
        let long = "그".repeat(100);
        for (name, stem, ext) in [
            ("dir\\a/b.tar.jpg", Some("b.tar"), ".jpg"),
            ("그림 1.JPG", Some("그림 1"), ".JPG"),
            ("noext", Some("noext"), ""),
            (".hidden", Some(".hidden"), ""),
            ("a:b.jpg", None, ".jpg"),
            ("a\u{1}.png", None, ".png"),
            ("x\u{202e}y.WebP", None, ".WebP"),
            ("...jpg", None, ".jpg"),
            ("a/..", None, ""),
            ("a:b.j\u{1}g", None, ""),
            ("", None, ""),
            ("dir/", None, ""),
        ] {
            assert_eq!(Name::of_original(name), (stem.map(str::to_owned), ext.to_owned()), "{name:?}");
        }
        let (stem, ext) = Name::of_original(&format!("{long}.jpg"));
        let stem = stem.unwrap();
        assert!(stem.len() <= MAX_STEM && stem.starts_with("그그") && ext == ".jpg", "{stem}");
        assert_ne!(Name::of_original(&format!("{long}a.jpg")).0.unwrap(), stem);
        assert_eq!(Name::of_original(&"x".repeat(300)).1, "");
    }

    #[test]
    fn collisions_ignore_case_and_are_never_lost() {
        let mut taken = Taken::default();
        let got: Vec<_> = [("a", "1"), ("A", "2"), ("a", "2"), ("a__2", "9"), ("a", "x y")]
            .iter()
            .map(|(s, i)| taken.take(s, i).0)
            .collect();
        assert_eq!(got, ["a", "A__2", "a__2_2", "a__2__9", "a__x_y"]);
    }

    #[test]
    fn folders_differ_by_more_than_case() {
        let mut folders = Folders::default();
        let names = ["Cat", "cat", "Cat", "dog", "CAT", "cat"];
        let got: Vec<_> = names.iter().map(|name| folders.of(name).into_owned()).collect();
        assert_eq!((&*got[0], &*got[2], &*got[3]), ("Cat", "Cat", "dog"));
        assert!(got[1].starts_with("cat_id_") && got[1] == got[5], "{got:?}");
        assert_ne!(fold(&got[4]), fold(&got[1]));
    }

    #[test]
    fn folders_of_paths_differ_by_more_than_case() {
        let mut tree = FolderTree::default();
        let cat = hashed("cat");
        let (dog, inner) = (hashed("DOG"), hashed("A"));
        for (path, own) in [
            ("Cat/a.txt", "Cat/a.txt".to_owned()),
            ("cat/b.txt", format!("cat_{cat}/b.txt")),
            ("Cat/dog/a", "Cat/dog/a".to_owned()),
            // Below another folder it is another folder.
            ("cat/DOG/a", format!("cat_{cat}/DOG/a")),
            ("Cat/DOG/a", format!("Cat/DOG_{dog}/a")),
            ("Cat/CAT", "Cat/CAT".to_owned()),
            ("CAT.txt", "CAT.txt".to_owned()),
            ("a/b/c/d", "a/b/c/d".to_owned()),
            ("A/b/c/d", format!("A_{inner}/b/c/d")),
        ] {
            assert_eq!(tree.of(path), own, "{path}");
            assert_eq!(tree.of(path), own, "{path} again");
        }
    }

    #[test]
    fn folders_of_values_are_their_own() {
        assert_eq!(folder("1. 자연"), "1. 자연");
        assert_ne!(folder("a/b"), folder("a_b"));
        assert_ne!(folder("a/b"), folder("a\\b"));
        for hostile in ["..", ".", ".git", "a\u{0}b", &"x".repeat(400), "../../x"] {
            let name = folder(hostile);
            assert!(crate::path::RelPath::new(&name).is_ok() && !name.starts_with('.'), "{name}");
        }
    }

    #[test]
    fn any_id_gives_a_safe_name() {
        for id in ["", "..", "a/b", "x\u{0}y", "C:\\x", &"9".repeat(400), "a\u{202e}b"] {
            assert!(crate::path::RelPath::new(&safe(id)).is_ok(), "{id:?}");
        }
        assert_eq!(safe("12345"), "12345");
    }
}
