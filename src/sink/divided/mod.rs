//! One dataset from several machines: each run brings its part of one list of files (`syn-sink --part I/N LIST DEST`), and one more
//! publishes them all (`--join N`).
//!
//! * Everything that is not an original belongs to part 1; an original to the part that the hash of its path says ([`Part::of_original`]).
//! * A part ends with a manifest of its own, [`manifest`]: what it has written, and which originals it could not get. It is created only if
//!   there is none, so that of two attempts at once the first counts.
//! * The join reads the list once more, takes the result of each file from the manifest of its part, in the order of the list, and
//!   publishes what an undivided run would have published: the same summary, the same manifest.
//!
//! Until then no dataset is there: [`place`] says what a destination does for that.

pub mod attempt;
pub mod error;
pub mod join;
pub mod list;
pub mod manifest;
pub mod place;
pub mod same;
pub mod share;

use crate::sink::dataset::digest::Meter;
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// The most parts: the join reads the manifests of all at once.
pub const MOST: u32 = 500;

/// One part of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which, from 1.
    pub index: u32,
    /// Of how many.
    pub of: u32,
}

/// What is not a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("give part and number of parts as I/N, from 1/N to N/N, with an N of at most {MOST}")]
pub struct NotAPart;

impl FromStr for Part {
    type Err = NotAPart;

    fn from_str(text: &str) -> Result<Self, NotAPart> {
        let (index, of) = text.split_once('/').ok_or(NotAPart)?;
        let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()));
        let (index, of) = (number(index).ok_or(NotAPart)?, number(of).ok_or(NotAPart)?);
        if (1..=of).contains(&index) && of <= MOST { Ok(Self { index, of }) } else { Err(NotAPart) }
    }
}

impl Part {
    /// The part, from 1, that an original belongs to: the first eight bytes of the SHA-256 of its path, as a big-endian number, modulo the
    /// number of parts, plus one.
    pub fn of_original(path: &str, of: u32) -> u32 {
        let hash = Meter::of(path.as_bytes()).sha256;
        let first = hash.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        // What is left is below `of`.
        u32::try_from(first % u64::from(of.max(1))).unwrap_or_default() + 1
    }

    /// The part that a file belongs to.
    pub fn of_file(path: &str, is_original: bool, of: u32) -> u32 {
        if is_original { Self::of_original(path, of) } else { 1 }
    }

    /// Path of the part's manifest in the dataset.
    pub fn manifest(self) -> String {
        manifest::path(self.index)
    }
}

/// What all parts of one dataset have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Division {
    /// Number of parts.
    pub of: u32,
    /// SHA-256 of the lines of the list, in hexadecimal digits.
    pub list: String,
    /// The options that decide which originals are got.
    pub options: Choices,
}

/// The options that decide which originals are got: they have to be the same for all parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// The largest original, bytes.
    pub max_file_bytes: u64,
    /// Whether addresses of private networks are asked.
    pub allow_private_urls: bool,
    /// The server that relative URLs belong to, over what the list says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
}

impl Choices {
    /// The options as they are typed, each with a space after it. `most`: the largest original when nobody says.
    pub fn typed(&self, most: u64) -> String {
        let largest = (self.max_file_bytes != most).then(|| format!("--max-file-bytes {} ", self.max_file_bytes));
        let private = self.allow_private_urls.then(|| "--allow-private-urls ".to_owned());
        let base = self.base_url.as_ref().map(|url| format!("--base-url {url} "));
        [largest, private, base].into_iter().flatten().collect()
    }
}

/// What tells two divisions apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The number of parts; the one that is there has so many.
    Of(u32),
    /// The list.
    List,
    /// The options.
    Options,
}

impl Division {
    /// How another one, which is there, differs.
    pub fn difference(&self, there: &Self) -> Option<Difference> {
        match there {
            there if there.list != self.list => Some(Difference::List),
            there if there.of != self.of => Some(Difference::Of(there.of)),
            there if there.options != self.options => Some(Difference::Options),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_written_with_its_number() {
        assert_eq!("3/8".parse(), Ok(Part { index: 3, of: 8 }));
        assert_eq!("1/1".parse(), Ok(Part { index: 1, of: 1 }));
        for text in ["", "3", "0/8", "9/8", "3/0", "-1/3", "+1/3", "1/501", "a/b", "1/2/3", " 1/2"] {
            assert_eq!(text.parse::<Part>(), Err(NotAPart), "{text}");
        }
    }

    /// Other programs may compute it: it never changes.
    #[test]
    fn the_part_of_an_original_is_settled() {
        let parts = |of| ["images/1.jpg", "images/2.jpg", "자연/그림.png", "a"].map(|path| Part::of_original(path, of));
        assert_eq!(parts(1), [1, 1, 1, 1]);
        assert_eq!(parts(8), [7, 1, 8, 3]);
        assert_eq!((Part::of_file("a", false, 8), Part::of_file("a", true, 8)), (1, Part::of_original("a", 8)));
        let mut sizes = [0; 8];
        (0..8000).for_each(|i| sizes[Part::of_original(&format!("images/{i}.jpg"), 8) as usize - 1] += 1);
        assert!(sizes.iter().all(|n| (900..1100).contains(n)), "{sizes:?}");
    }
}
