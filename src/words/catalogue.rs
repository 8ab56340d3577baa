//! The entries of the catalogue: a topic is read when the first of its entries is needed.

use super::argument::{self, Argument};
use super::language::Language;
use super::particle::josa;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use memchr::memmem::find_iter;
use std::sync::OnceLock;
use unic_langid::LanguageIdentifier;

macro_rules! topics {
    ($($topic:literal),* $(,)?) => {
        /// The files of the catalogue: a topic each, with its text in English and in Korean.
        pub(super) const TOPICS: &[(&str, &str, &str)] = &[
            $(($topic, include_str!(concat!("en/", $topic, ".ftl")), include_str!(concat!("ko/", $topic, ".ftl"))),)*
        ];
    };
}

topics![
    "advice",
    "api",
    "ask",
    "check",
    "check-coco",
    "check-ndjson",
    "check-voc",
    "check-yolo",
    "cli-convert",
    "cli-fetch",
    "cli-filter",
    "cli-sink",
    "common",
    "convert",
    "convert-notes",
    "cure",
    "database",
    "describe",
    "dest",
    "doctor",
    "filter-pick",
    "filter-run",
    "filter-tell",
    "formats",
    "input",
    "job",
    "jq",
    "json",
    "lists",
    "login",
    "plan",
    "progress",
    "reasons",
    "rows",
    "selection",
    "settings",
    "sink",
    "sink-run",
    "store",
    "stream",
    "summaries",
    "tables",
    "usage"
];

type Bundle = FluentBundle<FluentResource>;

/// The topics that were read, in English and in Korean. A run needs few of them, and to read all takes longer than many a run.
static READ: [[OnceLock<Bundle>; 2]; TOPICS.len()] = [const { [const { OnceLock::new() }; 2] }; TOPICS.len()];

fn load(language: Language, source: &str) -> Bundle {
    let id = if language == Language::English { "en" } else { "ko" };
    let mut bundle = Bundle::new_concurrent(vec![id.parse::<LanguageIdentifier>().unwrap_or_default()]);
    // The marks around arguments would be seen in terminals, and copied with paths.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(|value, _| argument::number(value)));
    // A test finds what is wrong in the files; in a run, the good entries are used.
    let _ = bundle.add_function("JOSA", josa);
    let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(good, _)| good);
    let _ = bundle.add_resource(resource);
    bundle
}

/// Whether a file of the catalogue has an entry: a line that begins with its id.
fn has(source: &str, id: &str) -> bool {
    let source = source.as_bytes();
    find_iter(source, id).any(|at| (at == 0 || source[at - 1] == b'\n') && source[at + id.len()..].starts_with(b" ="))
}

/// An entry with its arguments, in a language; `None` when there is no such entry. Entries refer to none of another topic.
pub(super) fn text(language: Language, id: &str, arguments: &[(&'static str, Argument)]) -> Option<String> {
    let at = TOPICS.iter().position(|(_, english, _)| has(english, id))?;
    let ((_, english, korean), read) = (TOPICS[at], &READ[at]);
    let bundle = match language {
        Language::English => read[0].get_or_init(|| load(language, english)),
        Language::Korean => read[1].get_or_init(|| load(language, korean)),
    };
    let pattern = bundle.get_message(id)?.value()?;
    let mut values = FluentArgs::with_capacity(arguments.len());
    for (name, argument) in arguments {
        values.set(*name, argument.value(language == Language::English));
    }
    let mut errors = Vec::new();
    Some(bundle.format_pattern(pattern, Some(&values), &mut errors).into_owned())
}
