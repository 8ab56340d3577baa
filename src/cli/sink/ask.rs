//! What `syn-sink` asks: where the dataset goes, when a stage before it has asked, too; and what becomes of a dataset of ours that is
//! there. What is not ours is never offered for replacement.
//!
//! Off a terminal, or when nobody was asked before, a DEST that is missing is `export_output/`: a line that has worked goes on to work.

use super::args::{Args, DEFAULT_DEST, Lacks};
use super::open::{self, Leads};
use super::problem::Problem;
use crate::cli::ask::command::Answers;
use crate::cli::ask::{Ask, Choice};
use crate::exit::{Failure, Missing};
use crate::net::retry::RetryPolicy;
use crate::path::RelPath;
use crate::sink::dataset::manifest;
use crate::sink::dataset::published::Published;
use crate::sink::destination::{Existing, OpenOptions};
#[cfg(feature = "stores")]
use crate::sink::store;
use crate::sink::{SinkError, registry};
use crate::tr;
#[cfg(feature = "stores")]
use serde_json::Value;
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;

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

/// A storage of the platform, as it can be chosen.
pub(super) struct Storage {
    pub(super) id: u64,
    pub(super) choice: Choice,
}

impl Storage {
    /// From the list of the server; `None` for one without an id.
    #[cfg(feature = "stores")]
    pub(super) fn of(entry: &Value) -> Option<Self> {
        let text = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        let id = entry["id"].as_u64()?;
        let name = Some(text("name")).filter(|name| !name.is_empty()).unwrap_or_else(|| id.to_string());
        Some(Self { id, choice: Choice::new(name, format!("id {id}  {}", text("provider"))) })
    }
}

/// Says which half of a storage and its path is missing. `storages`: what there is to choose from, for programs.
pub(super) fn lacking(lacks: Lacks, storages: Option<Vec<Storage>>) -> Failure {
    match lacks {
        Lacks::Path => {
            let missing = Missing { option: "--path", ways: &["--path PATH"] };
            Failure::lacks(tr!("lacking-path"), missing)
        }
        Lacks::Storage => {
            let missing = Missing { option: "--storage", ways: &["--storage ID"] };
            let mut failure = Failure::lacks(tr!("lacking-storage"), missing);
            if let Some(storages) = storages {
                let shown = |s: &Storage| json!({"value": s.id.to_string(), "title": s.choice.name});
                let choices = storages.iter().map(shown).collect();
                failure.details.get_or_insert_default().insert("choices".into(), choices);
            }
            failure
        }
    }
}

/// Asks for the half of a storage and its path that is missing; puts it into the arguments, and gives it as it would have been typed.
///
/// # Errors
/// Those of [`Ask`] and of asking the server.
pub(super) fn storage(
    args: &mut Args,
    person: &mut dyn Ask,
    storages: &dyn Fn() -> Result<Vec<Storage>, Problem>,
) -> Result<Answers, Failure> {
    match args.lacks_of_storage() {
        None => Ok(Answers::new()),
        Some(Lacks::Path) => {
            let check = |text: &str| {
                let slips = text.is_empty() || RelPath::new(text.trim_matches('/')).is_err();
                if slips { Err(tr!("ask-path-again")) } else { Ok(()) }
            };
            let path = person.text(&tr!("ask-path"), DEFAULT_DEST, &check)?;
            args.path = Some(path.clone());
            Ok(vec!["--path".to_owned(), path])
        }
        Some(Lacks::Storage) => {
            let all = storages()?;
            let choices: Vec<_> = all.iter().map(|storage| storage.choice.clone()).collect();
            if choices.is_empty() {
                return Err(Failure::usage(tr!("none-storage")));
            }
            let id = all[person.one(&tr!("ask-storage"), &choices)?].id;
            args.storage = Some(id);
            Ok(vec!["--storage".to_owned(), id.to_string()])
        }
    }
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
    Ok(of_store(registry::published(options)))
}

/// What a store has. One that cannot be read says so when it is opened.
fn of_store(published: Result<Arc<dyn Published>, SinkError>) -> There {
    let listed = published.and_then(|there| Ok(there.read(manifest::PATH)?.is_some()));
    if listed.unwrap_or(false) { There::Ours { local: false } } else { There::Free }
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
        options if options.existing != Existing::Refused || args.resume => Ok(There::Free),
        options => match open::place_of_storage(args)? {
            Some(Leads::Folder(folder)) => look(&OpenOptions { dest: folder.as_os_str(), ..options }),
            #[cfg(feature = "stores")]
            Some(Leads::Store(location)) => Ok(of_store(store::open::published(*location, &options))),
            None => look(&options),
        },
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
