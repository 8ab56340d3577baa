//! Names and paths that come from a server or a file line, made safe: [`RelPath`] for a path below the destination,
//! [`leaf`] for the last part of an original file name.

use std::fmt;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// The longest name of one path component, bytes; the limit of every common file system.
pub const MAX_NAME: usize = 255;
/// The longest whole relative path, bytes.
pub const MAX_PATH: usize = 1024;

/// A path that stays below the destination whatever it is joined to: relative, `/`-separated UTF-8 in NFC, no empty, `.` or `..`
/// component, no backslash, no control character, no drive letter, components of at most [`MAX_NAME`] bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RelPath(String);

/// Why a path or a name was refused; the text quotes it with control characters escaped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unsafe path {path:?}: {reason}")]
pub struct UnsafePath {
    /// The path as it came.
    pub path: String,
    /// The rule that it breaks.
    pub reason: Unsafe,
}

/// What makes a path unsafe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsafe {
    /// Nothing in it.
    #[error("it is empty")]
    Empty,
    /// More than [`MAX_PATH`] bytes.
    #[error("it is longer than {MAX_PATH} bytes")]
    Long,
    /// A slash at its beginning.
    #[error("it is absolute")]
    Absolute,
    /// Two slashes in a row, or one at its end.
    #[error("it has an empty component")]
    EmptyComponent,
    /// A component that leads elsewhere.
    #[error("it has a . or .. component")]
    Dots,
    /// A component of more than [`MAX_NAME`] bytes.
    #[error("a component is longer than {MAX_NAME} bytes")]
    LongComponent,
    /// A drive of Windows.
    #[error("it starts with a drive letter")]
    Drive,
    /// A separator of Windows.
    #[error("it has a backslash")]
    Backslash,
    /// A control character.
    #[error("it has a control character")]
    Control,
    /// A character that is not seen and changes how others are.
    #[error("it has an invisible formatting character")]
    Invisible,
}

impl RelPath {
    /// Checks a path.
    ///
    /// # Errors
    /// [`UnsafePath`] naming the first rule it breaks.
    pub fn new(path: &str) -> Result<Self, UnsafePath> {
        let bad = |reason| UnsafePath { path: path.chars().take(200).collect(), reason };
        if path.is_empty() {
            return Err(bad(Unsafe::Empty));
        }
        if path.len() > MAX_PATH {
            return Err(bad(Unsafe::Long));
        }
        if path.starts_with('/') {
            return Err(bad(Unsafe::Absolute));
        }
        for part in path.split('/') {
            check_name(part).map_err(bad)?;
        }
        Ok(Self(nfc(path).into_owned()))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The components of the path, first to last.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }
}

impl From<RelPath> for String {
    fn from(path: RelPath) -> Self {
        path.0
    }
}

impl fmt::Display for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The rules for one component.
fn check_name(name: &str) -> Result<(), Unsafe> {
    match name {
        "" => return Err(Unsafe::EmptyComponent),
        "." | ".." => return Err(Unsafe::Dots),
        _ => {}
    }
    if name.len() > MAX_NAME {
        return Err(Unsafe::LongComponent);
    }
    let mut chars = name.chars();
    if let (Some(drive), Some(':')) = (chars.next(), chars.next())
        && drive.is_ascii_alphabetic()
    {
        return Err(Unsafe::Drive);
    }
    for c in name.chars() {
        match c {
            '\\' => return Err(Unsafe::Backslash),
            c if c.is_control() => return Err(Unsafe::Control),
            // Line and paragraph separators, and the marks that reorder text: invisible in a listing.
            '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                return Err(Unsafe::Invisible);
            }
            _ => {}
        }
    }
    Ok(())
}

/// The leaf of an original file name: what follows the last `/` or `\`, in NFC.
///
/// # Errors
/// [`UnsafePath`] when the leaf could not be one component of a [`RelPath`].
pub fn leaf(name: &str) -> Result<String, UnsafePath> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    check_name(last).map_err(|reason| UnsafePath { path: name.chars().take(200).collect(), reason })?;
    Ok(nfc(last).into_owned())
}

/// The text in Unicode NFC, borrowed when it already is.
pub fn nfc(text: &str) -> std::borrow::Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        text.into()
    } else {
        text.nfc().collect::<String>().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_ordinary_and_korean_paths() {
        for p in ["a", "labels/train/0001.txt", "1. 자연/그림 1.json", "a..b/...c", "%2e%2e/x"] {
            assert_eq!(RelPath::new(p).unwrap().as_str(), p);
        }
    }

    #[test]
    fn rejects_every_way_out() {
        let long = "x".repeat(256);
        for p in [
            "",
            "/",
            "/etc/passwd",
            "..",
            "../x",
            "a/../b",
            "a/..",
            "./a",
            "a/./b",
            "a//b",
            "a/",
            "a\\b",
            "..\\x",
            "C:x",
            "c:/x",
            "a\0b",
            "a\nb",
            "a\u{7f}",
            "a\u{202e}gpj.exe",
            long.as_str(),
        ] {
            assert!(RelPath::new(p).is_err(), "{p:?} was accepted");
        }
    }

    #[test]
    fn composes_to_nfc() {
        assert_eq!(RelPath::new("e\u{301}.txt").unwrap(), RelPath::new("\u{e9}.txt").unwrap());
    }

    #[test]
    fn leaf_drops_folders_of_both_kinds() {
        assert_eq!(leaf("a/b\\c.jpg").unwrap(), "c.jpg");
        for bad in ["", "a/", "..", "a/..", "x/\u{1}.jpg"] {
            assert!(leaf(bad).is_err(), "{bad:?}");
        }
    }
}
