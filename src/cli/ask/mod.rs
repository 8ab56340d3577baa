//! Questions to the person at the terminal, when an argument is missing.
//!
//! What is asked stands beside the stage that asks it: `src/cli/{fetch,convert,sink}/ask.rs`. Here is how: the controlling terminal
//! ([`terminal`]), so that standard input and output stay what they are; and the command line that would have asked nothing
//! ([`command`]).
//!
//! The stages of a pipe ask one after the other, in the order of the pipe: the first one before it writes its begin frame, the others
//! when they have read the begin frame of the stage before.

pub mod command;
pub mod input;
mod prompts;
mod signals;
pub mod terminal;

use crate::exit::{Exit, Failure};
use crate::path::nfc;
use crate::text::visible;
use crate::words::Message;
use clap::Args;
use clap::builder::FalseyValueParser;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// The option that switches questions off.
#[derive(Clone, Copy, Debug, Default, Args)]
#[group(skip)]
pub struct Asking {
    /// Ask nothing, also on a terminal: an argument that is missing ends the run
    #[arg(long, env = "SYNPIPE_NO_INPUT", hide_env_values = true, value_parser = FalseyValueParser::new(), global = true, hide_short_help = true, help_heading = "Common options")]
    pub no_input: bool,
}

/// One of several answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// What it is called.
    pub name: String,
    /// What there is to know of it; may be empty.
    pub note: String,
}

impl Choice {
    /// A choice with a note.
    pub fn new(name: impl Into<Message>, note: impl Into<Message>) -> Self {
        // Both may come from a server.
        Self { name: visible(name.into().spoken()), note: visible(note.into().spoken()) }
    }

    /// Its place among the choices that have every word of what was typed, in capitals or not, composed or not; the higher the earlier.
    /// Names come before notes. `at`: its place among all.
    fn rank(&self, typed: &str, at: usize) -> Option<i64> {
        let plain = |text: &str| nfc(&text.to_lowercase()).into_owned();
        let typed = plain(typed);
        let has = |text: String| typed.split_whitespace().all(|word| text.contains(word));
        let place = -i64::try_from(at).unwrap_or(i64::MAX);
        match (has(plain(&self.name)), has(plain(&format!("{} {}", self.name, self.note)))) {
            (true, _) => Some(place),
            (false, true) => Some(place - i64::from(u32::MAX)),
            (false, false) => None,
        }
    }
}

/// Checks a text that was typed; says what is wrong with it.
pub type Check<'c> = &'c dyn Fn(&str) -> Result<(), Message>;

/// Somebody who answers. Every question can end in [`stopped`].
pub trait Ask {
    /// One of the choices, by its number.
    ///
    /// # Errors
    /// [`stopped`]; a failure of the terminal.
    fn one(&mut self, question: &Message, choices: &[Choice]) -> Result<usize, Failure>;

    /// Any number of the choices, by their numbers; none of them is any of them.
    ///
    /// # Errors
    /// As [`Ask::one`].
    #[cfg_attr(not(feature = "net"), expect(dead_code, reason = "syn-fetch alone asks so"))]
    fn several(&mut self, question: &Message, choices: &[Choice]) -> Result<Vec<usize>, Failure>;

    /// A text that passes the check. `offered` is taken when nothing is typed.
    ///
    /// # Errors
    /// As [`Ask::one`].
    fn text(&mut self, question: &Message, offered: &str, check: Check<'_>) -> Result<String, Failure>;

    /// A secret, which is not shown while it is typed. One that is empty is asked for again.
    ///
    /// # Errors
    /// As [`Ask::one`].
    #[cfg_attr(not(feature = "net"), expect(dead_code, reason = "syn-fetch alone asks so"))]
    fn secret(&mut self, question: &Message) -> Result<String, Failure>;

    /// Says something between two questions.
    fn tell(&mut self, line: &Message);
}

/// When the last question was answered that this process had to wait for, its own or one of a stage before it: the work began then.
static ANSWERED: Mutex<Option<Instant>> = Mutex::new(None);

/// The questions were over at this time.
pub fn answered(at: Instant) {
    let mut answered = ANSWERED.lock().unwrap_or_else(PoisonError::into_inner);
    *answered = Some(answered.map_or(at, |before| before.max(at)));
}

/// When the last question was answered, if there was one.
pub fn answered_at() -> Option<Instant> {
    *ANSWERED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The end of a run that the person has stopped: nothing more is to be said.
pub fn stopped() -> Failure {
    Failure::new(Exit::Interrupted, "")
}

/// Answers that were prepared, for tests.
#[cfg(test)]
pub mod prepared {
    use super::{Ask, Check, Choice, stopped};
    use crate::exit::Failure;
    use crate::words::Message;
    use std::collections::VecDeque;

    /// Gives the answers in turn; writes down what it was asked.
    #[derive(Debug, Default)]
    pub struct Prepared {
        /// What is chosen, by the beginning of its name; several with commas; or what is typed. When there are no more it stops.
        pub answers: VecDeque<&'static str>,
        /// The questions, with their choices.
        pub asked: Vec<String>,
    }

    impl Prepared {
        /// With these answers.
        pub fn new(answers: &[&'static str]) -> Self {
            Self { answers: answers.iter().copied().collect(), asked: Vec::new() }
        }

        fn next(&mut self, question: &Message, choices: &[Choice]) -> Result<&'static str, Failure> {
            let names: Vec<_> = choices.iter().map(|c| format!("{} {}", c.name, c.note).trim().to_owned()).collect();
            self.asked.push(format!("{question}: {}", names.join(" | ")));
            self.answers.pop_front().ok_or_else(stopped)
        }
    }

    fn find(choices: &[Choice], name: &str) -> usize {
        choices.iter().position(|c| c.name.starts_with(name)).unwrap_or_else(|| panic!("no {name} in {choices:?}"))
    }

    impl Ask for Prepared {
        fn one(&mut self, question: &Message, choices: &[Choice]) -> Result<usize, Failure> {
            self.next(question, choices).map(|name| find(choices, name))
        }

        fn several(&mut self, question: &Message, choices: &[Choice]) -> Result<Vec<usize>, Failure> {
            let names = self.next(question, choices)?;
            Ok(names.split(',').filter(|name| !name.is_empty()).map(|name| find(choices, name)).collect())
        }

        fn text(&mut self, question: &Message, offered: &str, check: Check<'_>) -> Result<String, Failure> {
            loop {
                let typed = self.next(question, &[Choice::new(offered, "")])?;
                let answer = if typed.is_empty() { offered } else { typed };
                match check(answer) {
                    Ok(()) => return Ok(answer.to_owned()),
                    Err(why) => self.tell(&why),
                }
            }
        }

        fn secret(&mut self, question: &Message) -> Result<String, Failure> {
            self.next(question, &[]).map(str::to_owned)
        }

        fn tell(&mut self, line: &Message) {
            self.asked.push(line.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_found_by_their_words() {
        let roads = Choice::new("도로 표지판 2026", "id 42");
        for (typed, fits) in [
            ("", true),
            ("도로", true),
            ("표지판 도로", true),
            // As some input methods and file systems write it.
            ("\u{1103}\u{1169}\u{1105}\u{1169}", true),
            ("42", true),
            ("ID 42", true),
            ("신호등", false),
            ("도로 신호등", false),
        ] {
            assert_eq!(roads.rank(typed, 3).is_some(), fits, "{typed}");
        }
        assert!(Choice::new("Café", "").rank("cafe\u{301}", 0).is_some());
        let noted = Choice::new("as it is", "loses segmentation");
        assert!(noted.rank("segment", 0) < Choice::new("--task segment", "").rank("segment", 1));
        assert!(roads.rank("", 1) < roads.rank("", 0));
    }
}
