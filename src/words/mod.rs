//! The words that people read, in every language that we speak: one catalogue, `LANGUAGE/TOPIC.ftl`, in the format of
//! [Fluent](https://projectfluent.org).
//!
//! [`tr!`](crate::tr) makes a [`Message`] of an entry and its arguments. A message knows its English, which is what programs get (JSON
//! lines, error frames, reports), and what people get: the words of the [`Language`] of the process. How an entry is added:
//! CONTRIBUTING.md, "Words".

mod argument;
mod catalogue;
mod language;
mod message;
mod particle;
mod quantity;
#[cfg(test)]
mod tests;

pub use argument::{Argument, DisplaySlot, NumberSlot, Slot, WordedSlot};
pub use language::{Language, speak, spoken};
pub use message::{Message, Worded};
pub use quantity::{Many, Size, Time};

/// A [`Message`]: the id of an entry of the catalogue, and its arguments.
///
/// ```
/// # use synpipe::{tr, words::Message};
/// let (path, reason) = ("a.json", "it is a folder");
/// let message: Message = tr!("cannot-write", path, reason = reason);
/// assert_eq!(message.to_string(), "cannot write a.json: it is a folder");
/// ```
///
/// An argument is an expression (`name = expression`) or a variable of its name (`name`). Whole numbers choose between singular and
/// plural; what is [`Worded`] is told in the language of the message around it; all else is its `Display`, or its `Debug` when there is
/// a `?` before it. What is in an argument is never read as a part of the entry.
#[macro_export]
macro_rules! tr {
    ($id:literal $(, $($argument:tt)*)?) => {
        $crate::words::Message::of($id, &$crate::tr_arguments!([] $($($argument)*)?))
    };
}

/// The arguments of [`tr!`](crate::tr), one after the other.
#[doc(hidden)]
#[macro_export]
macro_rules! tr_arguments {
    ([$($done:expr,)*]) => { [$($done,)*] as [(&'static str, $crate::words::Argument); _] };
    ([$($done:expr,)*] ? $name:ident $(, $($rest:tt)*)?) => {
        $crate::tr_arguments!([$($done,)* (stringify!($name), $crate::words::Argument::debug(&$name)),] $($($rest)*)?)
    };
    ([$($done:expr,)*] $name:ident = ? $value:expr $(, $($rest:tt)*)?) => {
        $crate::tr_arguments!([$($done,)* (stringify!($name), $crate::words::Argument::debug(&$value)),] $($($rest)*)?)
    };
    ([$($done:expr,)*] $name:ident = $value:expr $(, $($rest:tt)*)?) => {
        $crate::tr_arguments!([$($done,)* (stringify!($name), $crate::tr_argument!($value)),] $($($rest)*)?)
    };
    ([$($done:expr,)*] $name:ident $(, $($rest:tt)*)?) => {
        $crate::tr_arguments!([$($done,)* (stringify!($name), $crate::tr_argument!($name)),] $($($rest)*)?)
    };
}

/// An argument as what it is: see [`Slot`](crate::words::Slot).
#[doc(hidden)]
#[macro_export]
macro_rules! tr_argument {
    ($value:expr) => {{
        #[allow(unused_imports)]
        use $crate::words::{DisplaySlot as _, NumberSlot as _, WordedSlot as _};
        (&&&$crate::words::Slot(&$value)).argument()
    }};
}
