//! What `syn-sink` asks: where the dataset goes, when a stage before it has asked, too; and what becomes of a dataset of ours that is
//! there. What is not ours is never offered for replacement.
//!
//! Off a terminal, or when nobody was asked before, a DEST that is missing is `export_output/`: a line that has worked goes on to work.

use super::args::{Args, DEFAULT_DEST};
use super::problem::Problem;
use crate::cli::ask::command::Answers;
use crate::cli::ask::{Ask, Choice};
use crate::exit::Failure;
use crate::net::retry::RetryPolicy;
use crate::sink::dataset::manifest;
use crate::sink::destination::{Existing, OpenOptions};
use crate::sink::{SinkError, registry};
use crate::tr;
use std::path::PathBuf;

/// What stands at a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum There {
    /// Nothing in the way, or something that cannot be told yet.
    Free,
    /// A dataset of ours.
    Ours {
        /// Whether the new one can get a number.
        local: bool,
    },
}

/// Looks at a destination.
///
/// # Errors
/// What keeps a dataset from being published there.
pub(super) fn look(options: &OpenOptions<'_>) -> Result<There, Problem> {
    let is_local = !options.dest.to_string_lossy().contains("://");
    match registry::check(options) {
        Err(SinkError::Exists { .. }) => return Ok(There::Ours { local: true }),
        Err(e) => return Err(e.into()),
        Ok(()) if is_local => return Ok(There::Free),
        Ok(()) => {}
    }
    // A store that cannot be read says so when it is opened.
    let listed = registry::published(options).and_then(|there| Ok(there.read(manifest::PATH)?.is_some()));
    Ok(if listed.unwrap_or(false) { There::Ours { local: false } } else { There::Free })
}

/// Asks for a DEST that is missing, and what becomes of a dataset that is there; puts it into the arguments, and gives it as it would
/// have been typed. `look` tells what stands at a place.
///
/// # Errors
/// Those of [`Ask`].
pub(super) fn destination(
    args: &mut Args,
    person: &mut dyn Ask,
    look: &dyn Fn(&Args) -> Result<There, Problem>,
) -> Result<Answers, Failure> {
    let is_missing = args.names_no_dest();
    loop {
        let mut answers = Answers::new();
        if is_missing {
            let check = |text: &str| {
                let mut at = args.clone();
                at.dest = Some(PathBuf::from(text));
                look(&at).map(drop).map_err(|problem| Failure::from(problem).message)
            };
            let dest = person.text(&tr!("ask-where"), DEFAULT_DEST, &check)?;
            // What begins with a dash is read as an option.
            let dest = if dest.starts_with('-') && dest != "-" { format!("./{dest}") } else { dest };
            answers.push(dest.clone());
            args.dest = Some(PathBuf::from(dest));
        }
        let There::Ours { local } = look(args)? else { return Ok(answers) };
        let mut choices = vec![(Existing::Replaced, Choice::new(tr!("ask-replace"), tr!("ask-replace-note")))];
        if local {
            choices.push((Existing::Numbered, Choice::new(tr!("ask-keep"), tr!("ask-keep-note"))));
        }
        if is_missing {
            choices.push((Existing::Refused, Choice::new(tr!("ask-elsewhere"), tr!("ask-elsewhere-note"))));
        }
        let shown: Vec<_> = choices.iter().map(|(_, choice)| choice.clone()).collect();
        match choices[person.one(&tr!("ask-there"), &shown)?].0 {
            Existing::Replaced => {
                args.overwrite = true;
                answers.push("--overwrite".to_owned());
            }
            Existing::Numbered => {
                args.auto_number = true;
                answers.push("--auto-number".to_owned());
            }
            Existing::Refused => continue,
        }
        return Ok(answers);
    }
}

/// Looks at where the arguments lead.
///
/// # Errors
/// As [`look`].
pub(super) fn look_at(args: &Args, retry: &RetryPolicy) -> Result<There, Problem> {
    match args.open_options(retry)? {
        options if args.storage.is_some() || options.existing != Existing::Refused || args.resume => Ok(There::Free),
        options => look(&options),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::ask::prepared::Prepared;
    use clap::Parser;

    #[test]
    fn only_what_is_missing_is_asked() {
        let look = |args: &Args| match args.dest.as_ref().and_then(|dest| dest.to_str()) {
            _ if args.overwrite || args.auto_number => Ok(There::Free),
            Some("ours") => Ok(There::Ours { local: true }),
            Some("s3://b/ours") => Ok(There::Ours { local: false }),
            Some("foreign") => Err(Problem::new(crate::exit::Exit::Output, "it holds something else")),
            _ => Ok(There::Free),
        };
        for (typed, answers, becomes) in [
            ("", &[""][..], "export_output"),
            ("", &["out"], "out"),
            ("", &["-x"], "./-x"),
            ("", &["foreign", "out"], "out"),
            ("", &["ours", "replace"], "ours --overwrite"),
            ("", &["ours", "keep"], "ours --auto-number"),
            ("", &["ours", "elsewhere", "out"], "out"),
            ("", &["s3://b/ours", "replace"], "s3://b/ours --overwrite"),
            ("out", &[], ""),
            ("ours", &["replace"], "--overwrite"),
            ("ours --overwrite", &[], ""),
        ] {
            let mut args = Args::parse_from(std::iter::once("syn-sink").chain(typed.split_whitespace()));
            let mut person = Prepared::new(answers);
            let told = destination(&mut args, &mut person, &look).unwrap();
            assert_eq!(told.join(" "), becomes, "{typed}");
            assert!(person.answers.is_empty(), "{typed}: {:?}", person.asked);
            assert!(
                !person.asked.iter().any(|q| q.contains("s3://b/ours") && q.contains("NAME(1)")),
                "{:?}",
                person.asked
            );
        }
    }
}
