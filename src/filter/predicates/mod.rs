//! Questions about an item: one file each, with what it matches and a table test.
//!
//! There are two kinds. A [`Predicate`] is answered by the keys of the row around the payload. An [`AnnotationPredicate`] is answered
//! by the annotations of the payload; all of them share one pass, which reads tools and classes and no geometry.
//!
//! Questions that a server can answer, too, get their values from `cli/select.rs`. All others have their command-line options in their own
//! file, and are in the list at the end of this one. Both stages have all of them: what its server cannot select by, `syn-fetch` asks of
//! each row.

use super::selection::Selection;
use crate::dm::heads::Head;
use crate::item;
use crate::item::{KeepRaw, Skip};
use crate::stream::json::Raw;
use serde::de::{DeserializeSeed, Deserializer};
use std::ops::RangeInclusive;

pub mod category;
pub mod class;
pub mod created;
pub mod id;
pub mod shard;
pub mod status;
pub mod tag;
pub mod user;

/// An item with its payload as written; without the payload when nothing asks for it.
pub type Item<'a> = item::Item<'a, Option<Raw<'a>>>;

/// A question that the row around the payload answers. It keeps no state: the answer depends on the item alone, whatever the order of
/// the items and the number of threads.
pub trait Predicate: Send + Sync {
    /// Whether the item is wanted. An item that lacks what is asked about is not.
    fn matches(&self, item: &Item<'_>) -> bool;

    /// The names that the item has of what is asked for, when they are names that a person types: one that no item has is a slip
    /// ([`Selection::with_names`]).
    fn names(&self, _: &Item<'_>, _: &mut dyn FnMut(&str)) {}
}

/// A question that the annotations of an item answer, by the number of those that count.
pub trait AnnotationPredicate: Send + Sync {
    /// Whether this annotation counts.
    fn counts(&self, annotation: &Head<'_>) -> bool;

    /// The name that the annotation has of what is asked for, as [`Predicate::names`]; empty without.
    fn name<'h>(&self, _: &'h Head<'_>) -> &'h str {
        ""
    }

    /// The item is wanted when so many of its annotations count. A range that is open upwards ends at [`u64::MAX`]: then the rest of
    /// the payload need not be read once the lower end is reached.
    fn wanted(&self) -> RangeInclusive<u64> {
        1..=u64::MAX
    }
}

/// Keeps the payload as written, or reads past it.
pub struct Payload {
    /// Whether to keep it.
    pub keep: bool,
}

impl<'de> DeserializeSeed<'de> for Payload {
    type Value = Option<Raw<'de>>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        if self.keep {
            KeepRaw.deserialize(deserializer).map(Some)
        } else {
            Skip.deserialize(deserializer).map(|()| None)
        }
    }
}

/// Declares the predicates that have their own options: their files, one struct with all their options, and how they join a selection.
/// The file `NAME.rs` has a `pub struct Args` (of `clap::Args` and `serde::Serialize`, with `#[group(skip)]`, since group names have to
/// differ). Its method
/// `fn join(&self, selection: Selection) -> Selection` returns the selection unchanged when its options are not given.
macro_rules! predicates {
    ($($(#[$feature:meta])? $name:ident,)+) => {
        $($(#[$feature])? pub mod $name;)+

        /// The options of all predicates that have their own.
        #[derive(Clone, Debug, Default, clap::Args, serde::Serialize)]
        #[group(skip)]
        pub struct Args {
            $(
                $(#[$feature])?
                #[doc = concat!("The options of `", stringify!($name), "`.")]
                #[command(flatten)]
                #[serde(flatten)]
                pub $name: $name::Args,
            )+
        }

        impl Args {
            /// The selection with every predicate whose options are given.
            pub fn join(&self, selection: Selection) -> Selection {
                $(
                    $(#[$feature])?
                    let selection = self.$name.join(selection);
                )+
                selection
            }
        }
    };
}

predicates! {
    has_annotations,
    min_annotations,
    #[cfg(feature = "jq")]
    program,
    sample,
    tool,
}

/// An item from its line, for the tables of tests.
#[cfg(test)]
pub(crate) fn item(line: &str) -> Item<'_> {
    item::parse(line.as_bytes(), Payload { keep: true }).unwrap()
}
