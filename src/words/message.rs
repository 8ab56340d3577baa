//! A message in English and in the language of the process.

use super::argument::Argument;
use super::catalogue;
use super::language::{Language, spoken};
use std::borrow::Cow;
use std::error::Error;
use std::fmt;

/// What has words in every language.
pub trait Worded {
    /// Its words.
    fn words(&self) -> Message;
}

impl<T: Worded + ?Sized> Worded for &T {
    fn words(&self) -> Message {
        (**self).words()
    }
}

impl<T: Worded + ?Sized> Worded for Box<T> {
    fn words(&self) -> Message {
        (**self).words()
    }
}

/// One message. Its `Display` is the English, as programs, files and other stages get it; [`Message::spoken`] is for people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Message {
    english: String,
    /// Nothing: the English.
    spoken: Option<String>,
}

impl Message {
    /// The entry of the catalogue with this id. [`tr!`](crate::tr) is the way to call it: a test compares ids and arguments with the
    /// catalogue.
    pub fn of(id: &'static str, arguments: &[(&'static str, Argument)]) -> Self {
        let english = catalogue::text(Language::English, id, arguments).unwrap_or_else(|| id.to_owned());
        let spoken = match spoken() {
            Language::English => None,
            other => catalogue::text(other, id, arguments),
        };
        Self { english, spoken }
    }

    /// The words of an error that has its English itself; `words` are those of the catalogue.
    pub fn told(english: String, words: Self) -> Self {
        Self { english, spoken: words.spoken }
    }

    /// In English.
    pub fn english(&self) -> &str {
        &self.english
    }

    /// In the language of the process.
    pub fn spoken(&self) -> &str {
        self.spoken.as_deref().unwrap_or(&self.english)
    }

    /// Whether it has words of the language of the process, if that is not English.
    pub fn is_spoken(&self) -> bool {
        self.spoken.is_some()
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.english.is_empty()
    }

    /// This message and another, with these signs between them.
    #[must_use]
    pub fn then(self, glue: &str, next: impl Into<Self>) -> Self {
        let next = next.into();
        let spoken =
            (self.is_spoken() || next.is_spoken()).then(|| format!("{}{glue}{}", self.spoken(), next.spoken()));
        Self { english: format!("{}{glue}{}", self.english, next.english), spoken }
    }

    /// Several messages, with these signs between them.
    pub fn list(messages: impl IntoIterator<Item = Self>, glue: &str) -> Self {
        messages.into_iter().reduce(|all, next| all.then(glue, next)).unwrap_or_default()
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.english)
    }
}

impl Error for Message {}

impl Worded for Message {
    fn words(&self) -> Message {
        self.clone()
    }
}

impl From<String> for Message {
    fn from(english: String) -> Self {
        Self { english, spoken: None }
    }
}

impl From<&String> for Message {
    fn from(english: &String) -> Self {
        english.clone().into()
    }
}

impl From<&str> for Message {
    fn from(english: &str) -> Self {
        english.to_owned().into()
    }
}

impl From<Cow<'_, str>> for Message {
    fn from(english: Cow<'_, str>) -> Self {
        english.into_owned().into()
    }
}

/// In English.
impl From<Message> for String {
    fn from(message: Message) -> Self {
        message.english
    }
}

impl From<&Self> for Message {
    fn from(message: &Self) -> Self {
        message.clone()
    }
}
