//! What stands in the places of a message.

use super::message::{Message, Worded};
use fluent_bundle::FluentValue;
use fluent_bundle::types::{FluentNumber, FluentNumberOptions};
use indicatif::HumanCount;
use std::fmt::{Debug, Display};

/// Above this, a `f64` does not hold every whole number.
const EXACT: u64 = 1 << f64::MANTISSA_DIGITS;

/// A value in a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// Words, which may have another form in another language.
    Text(Message),
    /// A number of things, which may ask for a singular; with `,` between groups of digits or without.
    Number {
        /// How many.
        n: u64,
        /// `1,200` instead of `1200`.
        grouped: bool,
    },
}

impl Argument {
    /// A text with quotation marks and escapes.
    pub fn debug(value: &impl Debug) -> Self {
        Self::Text(format!("{value:?}").into())
    }

    /// As a field of a line of JSON.
    pub(super) fn field(&self) -> serde_json::Value {
        match self {
            Self::Text(message) => message.english().into(),
            Self::Number { n, .. } => (*n).into(),
        }
    }

    /// As Fluent takes it: `english`, or what people read.
    pub(super) fn value(&self, english: bool) -> FluentValue<'_> {
        match self {
            Self::Text(message) if english => message.english().into(),
            Self::Text(message) => message.spoken().into(),
            Self::Number { n, .. } if *n > EXACT => n.to_string().into(),
            &Self::Number { n, grouped } => {
                let options = FluentNumberOptions { use_grouping: grouped, ..Default::default() };
                FluentValue::Number(FluentNumber::new(n as f64, options))
            }
        }
    }
}

/// The text of a number.
pub(super) fn number(value: &FluentValue<'_>) -> Option<String> {
    let FluentValue::Number(number) = value else { return None };
    let n = number.value as u64;
    Some(if number.options.use_grouping { HumanCount(n).to_string() } else { n.to_string() })
}

/// A value on its way to an [`Argument`]. Which of the traits below is used follows from how many references their implementations ask
/// for: the compiler takes the first that fits, [`WordedSlot`], then [`NumberSlot`], then [`DisplaySlot`].
pub struct Slot<'a, T: ?Sized>(pub &'a T);

/// What has words in several languages.
pub trait WordedSlot {
    /// The argument.
    fn argument(&self) -> Argument;
}

impl<T: Worded + ?Sized> WordedSlot for &&Slot<'_, T> {
    fn argument(&self) -> Argument {
        Argument::Text(self.0.words())
    }
}

/// A whole number that is not negative.
pub trait NumberSlot {
    /// The argument.
    fn argument(&self) -> Argument;
}

macro_rules! numbers {
    ($($t:ty),*) => {$(
        impl NumberSlot for &Slot<'_, $t> {
            fn argument(&self) -> Argument {
                Argument::Number { n: *self.0 as u64, grouped: false }
            }
        }

        impl NumberSlot for &Slot<'_, &$t> {
            fn argument(&self) -> Argument {
                Argument::Number { n: **self.0 as u64, grouped: false }
            }
        }
    )*};
}

numbers!(u8, u16, u32, u64, usize);

/// Anything else that has a text.
pub trait DisplaySlot {
    /// The argument.
    fn argument(&self) -> Argument;
}

impl<T: Display + ?Sized> DisplaySlot for Slot<'_, T> {
    fn argument(&self) -> Argument {
        Argument::Text(self.0.to_string().into())
    }
}
