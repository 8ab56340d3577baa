//! The forms in which findings are written.

mod junit;
mod lines;
mod sarif;

pub use junit::Junit;
pub use lines::{Form, Lines};
pub use sarif::Sarif;

use super::finding::{Place, Rule, Severity};
use crate::stream::StreamError;
use crate::text::visible;
use crate::words::Message;
use std::collections::BTreeMap;

/// How often each rule was broken, by code.
pub type Counts = BTreeMap<&'static str, (Severity, u64)>;

/// Takes findings as they are found.
pub trait Report: Send {
    /// Writes one. `number`: how often its rule was broken so far, this time included.
    ///
    /// # Errors
    /// [`StreamError::Write`] and [`StreamError::Closed`] of the output.
    fn finding(
        &mut self,
        rule: &'static Rule,
        place: Place<'_>,
        message: &Message,
        number: u64,
    ) -> Result<(), StreamError>;

    /// Writes what comes after the last one; a file is there from then on. `unread`: what could not be read, a line each.
    ///
    /// # Errors
    /// As [`Report::finding`].
    fn finish(self: Box<Self>, counts: &Counts, unread: &[Message]) -> Result<(), StreamError>;
}

/// The longest message, characters.
const MESSAGE: usize = 400;

/// The beginning of a message: they quote the data, which can be of any length.
pub fn shortened(message: &str) -> &str {
    message.char_indices().nth(MESSAGE).map_or(message, |(end, _)| &message[..end])
}

/// A finding in one line, without its severity and code: `FILE:LINE AT: message`.
fn sentence(place: Place<'_>, middle: &str, message: &str) -> String {
    let Place { path, line, at } = place;
    let line = line.map_or(String::new(), |line| format!(":{line}"));
    let at = if at.is_empty() { String::new() } else { format!(" {at}") };
    visible(&format!("{path}{line}{at}: {middle}{}", shortened(message)))
}
