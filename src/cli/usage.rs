//! A mistake on the command line as one line, like every other message.

use super::slips;
use crate::exit::{Failure, UsageError};
use crate::tr;
use crate::words::{Message, Worded};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use serde_json::{Map, json};
use std::borrow::Cow;
use std::error::Error;
use std::num::ParseIntError;

/// What is wrong and what to do about it, on one line; `None` for help and version, which are no mistakes.
pub fn one_line(tool: &str, error: &clap::Error) -> Option<Message> {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return None;
    }
    if let Some(meant) = slip(tool, error) {
        return Some(tr!("usage-see-help", mistake = meant, tool));
    }
    let english = in_english(tool, error);
    let mistake = catalogued(error).unwrap_or_else(|| tr!("usage-other", mistake = &english));
    Some(Message::told(english, tr!("usage-see-help", mistake, tool)))
}

/// A mistake with words of our own, for the parser of a value.
pub fn mistake(kind: ErrorKind, message: &Message) -> clap::Error {
    let mut error = clap::Error::raw(kind, message.english());
    error.insert(ContextKind::Custom, ContextValue::String(message.spoken().to_owned()));
    error
}

/// What was meant, where the parser of the command line cannot know.
fn slip(tool: &str, error: &clap::Error) -> Option<Message> {
    let of = |kind| error.get(kind).map(text);
    match error.kind() {
        ErrorKind::UnknownArgument => slips::of_another(tool, &of(ContextKind::InvalidArg)?),
        ErrorKind::InvalidSubcommand => slips::of_command(&of(ContextKind::InvalidSubcommand)?),
        _ => None,
    }
}

/// The same as a failure, which tells programs what is missing and what there is to choose from.
pub fn failure(message: Message, error: &clap::Error) -> Failure {
    let mut failure = Failure::usage(message);
    let argument = error.get(ContextKind::InvalidArg).map(text).unwrap_or_default();
    let is_missing = match error.kind() {
        ErrorKind::MissingRequiredArgument => true,
        ErrorKind::InvalidValue => error.get(ContextKind::InvalidValue).map(text).is_some_and(|text| text.is_empty()),
        _ => false,
    };
    // `--to <FORMAT>`, of several the first.
    if let Some(option) = argument.split([' ', ',']).next().filter(|name| is_missing && name.starts_with("--")) {
        let give = argument.split(", ").next().unwrap_or_default().replace(['<', '>'], "");
        let mut details =
            Map::from_iter([("missing".to_owned(), option.into()), ("give".to_owned(), vec![give].into())]);
        if let Some(ContextValue::Strings(values)) = error.get(ContextKind::ValidValue) {
            let choices =
                values.iter().filter(|value| !value.is_empty()).map(|value| json!({"value": value})).collect();
            details.insert("choices".to_owned(), choices);
        }
        failure.details = Some(Box::new(details));
    }
    failure
}

/// The words of the parser of the command line.
fn in_english(tool: &str, error: &clap::Error) -> String {
    let text = error.render().to_string();
    let said = text.strip_prefix("error: ").unwrap_or(&text);
    let mut line = String::new();
    // The usage summary and what follows it say nothing about this mistake.
    for part in said.lines().map(str::trim).take_while(|l| !l.starts_with("Usage:") && !l.starts_with("For more")) {
        let part = in_words(part.strip_prefix("tip: ").unwrap_or(part));
        let part = part.as_ref();
        let meant = part.strip_prefix("a similar value exists: ").map(|value| value.trim_matches('\''));
        let part = &*meant.map_or(Cow::Borrowed(part), |value| Cow::Owned(format!("did you mean {value}?")));
        let glue = match line.as_bytes().last() {
            None => "",
            Some(_) if part.is_empty() => continue,
            Some(b':') => " ",
            Some(_) if part.starts_with('[') => " ",
            Some(_) => "; ",
        };
        line.push_str(glue);
        line.push_str(part);
    }
    line + &format!(" (see {tool} --help)")
}

/// The mistake as an entry of the catalogue; `None` for those that have none.
fn catalogued(error: &clap::Error) -> Option<Message> {
    let of = |kind| error.get(kind).map(text);
    let argument = || of(ContextKind::InvalidArg);
    if let Some(own) = of(ContextKind::Custom) {
        return Some(own.into());
    }
    Some(match error.kind() {
        ErrorKind::UnknownArgument => {
            let mistake = match of(ContextKind::SuggestedArg) {
                Some(near) => tr!("usage-unknown-near", argument = argument()?, near),
                None => tr!("usage-unknown", argument = argument()?),
            };
            match of(ContextKind::Suggested).as_deref().and_then(as_value) {
                Some(written) => tr!("usage-as-value", mistake, written),
                None => mistake,
            }
        }
        ErrorKind::InvalidSubcommand => match of(ContextKind::SuggestedSubcommand) {
            Some(near) => tr!("usage-no-command-near", command = of(ContextKind::InvalidSubcommand)?, near),
            None => tr!("usage-no-command", command = of(ContextKind::InvalidSubcommand)?),
        },
        ErrorKind::MissingSubcommand => {
            tr!("usage-missing-command", commands = of(ContextKind::ValidSubcommand).unwrap_or_default())
        }
        ErrorKind::TooManyValues => {
            tr!("usage-too-many", argument = argument()?, value = of(ContextKind::InvalidValue)?)
        }
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            let wanted = of(ContextKind::MinValues).or_else(|| of(ContextKind::ExpectedNumValues))?;
            tr!("usage-number-of-values", argument = argument()?, wanted, given = of(ContextKind::ActualNumValues)?)
        }
        ErrorKind::NoEquals => tr!("usage-no-equals", argument = argument()?),
        ErrorKind::InvalidUtf8 => tr!("usage-not-utf8"),
        ErrorKind::InvalidValue => {
            let (argument, value) = (argument()?, of(ContextKind::InvalidValue)?);
            let choices = of(ContextKind::ValidValue).unwrap_or_default();
            match (&*value, of(ContextKind::SuggestedValue)) {
                ("", _) if choices.is_empty() => tr!("usage-no-value", argument),
                ("", _) => tr!("usage-no-value-of", argument, choices),
                (_, Some(near)) => tr!("usage-value-near", argument, value, choices, near),
                (_, None) => tr!("usage-value-of", argument, value, choices),
            }
        }
        ErrorKind::ValueValidation => {
            let why = error.source().map(why)?;
            tr!("usage-value", argument = argument()?, value = of(ContextKind::InvalidValue)?, why)
        }
        ErrorKind::ArgumentConflict => match of(ContextKind::PriorArg) {
            Some(prior) if Some(&prior) == argument().as_ref() => tr!("usage-twice", argument = prior),
            Some(prior) => tr!("usage-conflict", argument = argument()?, prior),
            None => tr!("usage-conflict-other", argument = argument()?),
        },
        ErrorKind::MissingRequiredArgument => tr!("usage-missing", arguments = argument()?),
        _ => return None,
    })
}

/// How something that begins like an option is written as a value, out of the hint of the parser: `to pass '-x' as a value, use '-- -x'`.
fn as_value(hint: &str) -> Option<&str> {
    hint.contains(" as a value").then(|| hint.rsplit('\'').nth(1)).flatten()
}

/// One or several names, in one text.
fn text(value: &ContextValue) -> String {
    match value {
        ContextValue::String(one) => one.clone(),
        ContextValue::Strings(all) => all.join(", "),
        other => other.to_string(),
    }
}

/// What is wrong with a value.
fn why(error: &(dyn Error + 'static)) -> Message {
    if let Some(told) = error.downcast_ref::<UsageError>() {
        return told.words();
    }
    if let Some(told) = error.downcast_ref::<Message>() {
        return told.clone();
    }
    if error.is::<ParseIntError>() {
        return tr!("usage-whole-number");
    }
    let english = error.to_string();
    match english.split_once(" is not in ") {
        Some((_, range)) => tr!("usage-range", range),
        None => english.into(),
    }
}

/// What the standard library says of a text that is no whole number, as someone who types it would.
fn in_words(part: &str) -> Cow<'_, str> {
    const UNHELPFUL: [&str; 4] = [
        "invalid digit found in string",
        "cannot parse integer from empty string",
        "number too large to fit in target type",
        "number too small to fit in target type",
    ];
    match UNHELPFUL.iter().find_map(|text| part.strip_suffix(text)) {
        Some(before) => Cow::Owned(format!("{before}expected a whole number that is not negative and not too large")),
        None => Cow::Borrowed(part),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Arg, Command};

    fn said(args: &[&str]) -> Option<String> {
        let size = Arg::new("size").long("size").value_name("SIZE").value_parser(["small", "large"]).required(true);
        let tool = Command::new("tool").version("1").arg(size).arg(Arg::new("file").required(true));
        one_line("tool", &tool.try_get_matches_from(args).unwrap_err()).map(|line| line.to_string())
    }

    #[test]
    fn mistakes_take_one_line() {
        let cases: [(&[&str], &[&str]); 4] = [
            (&["tool", "--size", "smal"], &["'smal' for '--size <SIZE>'", "small, large", "did you mean small?"]),
            (&["tool", "--siz", "small"], &["unexpected argument '--siz'", "similar argument exists: '--size'"]),
            (&["tool"], &["required", "--size <SIZE>", "<file>"]),
            (&["tool", "--size"], &["a value is required for '--size <SIZE>'"]),
        ];
        for (args, parts) in cases {
            let line = said(args).unwrap();
            assert!(!line.contains('\n') && line.ends_with("(see tool --help)"), "{line}");
            assert!(!line.contains("Usage") && !line.starts_with("error"), "{line}");
            for part in parts {
                assert!(line.contains(part), "{line:?} lacks {part:?}");
            }
        }
    }

    #[test]
    fn a_text_that_is_no_number_is_told_in_words() {
        let tool = || Command::new("tool").arg(Arg::new("n").long("n").value_parser(clap::value_parser!(u64)));
        for text in ["-1", "", "x", "1.5", "18446744073709551616"] {
            let error = tool().try_get_matches_from(["tool", &format!("--n={text}")]).unwrap_err();
            let line = one_line("tool", &error).unwrap().to_string();
            assert!(text.is_empty() || line.contains("expected a whole number"), "{line}");
            assert!(!line.contains("digit") && !line.contains("target type") && !line.contains("parse"), "{line}");
        }
    }

    #[test]
    fn help_and_version_are_no_mistakes() {
        assert_eq!(said(&["tool", "--help"]), None);
        assert_eq!(said(&["tool", "--version"]), None);
    }
}
