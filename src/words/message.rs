//! A message in English and in the language of the process.

use super::argument::Argument;
use super::catalogue;
use super::language::{Language, spoken};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::hash::{Hash, Hasher};

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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    english: Box<str>,
    /// What else there is to it. In a box: errors have messages, and should be small.
    more: Option<Box<More>>,
}

/// The other words of a message, and what it was made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct More {
    /// Nothing: the English.
    spoken: Option<String>,
    /// Its entry in the catalogue; empty: none.
    id: &'static str,
    /// For programs.
    arguments: Map<String, Value>,
}

/// By its English: equal messages have the same.
impl Hash for Message {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.english.hash(state);
    }
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
        let arguments = arguments.iter().map(|(name, argument)| ((*name).to_owned(), argument.field())).collect();
        Self { english: english.into(), more: Some(Box::new(More { spoken, id, arguments })) }
    }

    /// This message with a further field for programs, which is not in its text, or in another form.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.get_or_insert_default().arguments.insert(name.to_owned(), value.into());
        self
    }

    /// The id of its entry in the catalogue, if it is one, and the arguments of it: what programs need not read out of its text.
    pub fn fields(&self) -> impl Iterator<Item = (&str, Value)> {
        let id = self.more.iter().filter(|more| !more.id.is_empty()).map(|more| ("id", more.id.into()));
        id.chain(self.more.iter().flat_map(|more| &more.arguments).map(|(name, value)| (&**name, value.clone())))
    }

    /// The words of an error that has its English itself; `words` are those of the catalogue.
    pub fn told(english: String, words: Self) -> Self {
        Self { english: english.into(), more: words.more }
    }

    /// In English.
    pub fn english(&self) -> &str {
        &self.english
    }

    /// In the language of the process.
    pub fn spoken(&self) -> &str {
        self.more.as_ref().and_then(|more| more.spoken.as_deref()).unwrap_or(&self.english)
    }

    /// Whether it has words of the language of the process, if that is not English.
    pub fn is_spoken(&self) -> bool {
        self.more.as_ref().is_some_and(|more| more.spoken.is_some())
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
        let english = format!("{}{glue}{}", self.english, next.english);
        let mut more = match (self.more, next.more) {
            (Some(mut all), Some(next)) => {
                for (name, value) in next.arguments {
                    all.arguments.entry(name).or_insert(value);
                }
                Some(all)
            }
            (all, next) => all.or(next),
        };
        if let Some(more) = &mut more {
            more.spoken = spoken;
        }
        Self { english: english.into(), more }
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
        Self { english: english.into(), more: None }
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
        message.english.into_string()
    }
}

impl From<&Self> for Message {
    fn from(message: &Self) -> Self {
        message.clone()
    }
}
