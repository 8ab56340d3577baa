//! The entries of the catalogue, parsed when the first of them is needed.

use super::argument::{self, Argument};
use super::language::Language;
use super::particle::josa;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use std::sync::LazyLock;
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
    "cli-convert",
    "cli-fetch",
    "cli-filter",
    "cli-sink",
    "common",
    "convert",
    "convert-notes",
    "dest",
    "doctor",
    "filter-pick",
    "filter-run",
    "filter-tell",
    "input",
    "lists",
    "login",
    "reasons",
    "rows",
    "selection",
    "settings",
    "sink",
    "sink-run",
    "stream",
    "summaries",
    "tables",
    "usage"
];

type Bundle = FluentBundle<FluentResource>;

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::English, "en"));
static KOREAN: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::Korean, "ko"));

fn bundle(language: Language, id: &str) -> Bundle {
    let mut bundle = Bundle::new_concurrent(vec![id.parse::<LanguageIdentifier>().unwrap_or_default()]);
    // The marks around arguments would be seen in terminals, and copied with paths.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(|value, _| argument::number(value)));
    // A test finds what is wrong in the files; in a run, the good entries are used.
    let _ = bundle.add_function("JOSA", josa);
    for (_, english, korean) in TOPICS {
        let source = if language == Language::English { english } else { korean };
        let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(good, _)| good);
        let _ = bundle.add_resource(resource);
    }
    bundle
}

/// An entry with its arguments, in a language; `None` when there is no such entry.
pub(super) fn text(language: Language, id: &str, arguments: &[(&'static str, Argument)]) -> Option<String> {
    let bundle = match language {
        Language::English => &*ENGLISH,
        Language::Korean => &*KOREAN,
    };
    let pattern = bundle.get_message(id)?.value()?;
    let mut values = FluentArgs::with_capacity(arguments.len());
    for (name, argument) in arguments {
        values.set(*name, argument.value(language == Language::English));
    }
    let mut errors = Vec::new();
    Some(bundle.format_pattern(pattern, Some(&values), &mut errors).into_owned())
}
