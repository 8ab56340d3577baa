//! What `syn-fetch` asks: which export, when the command line does not say; and the rest of what one may want to choose when it says
//! nothing at all.

use super::args::Fetch;
use super::lacking::{self, Lacking};
use super::lists::{Entry, Lists};
use super::scope;
use crate::api::Target;
use crate::cli::ask::command::Answers;
use crate::cli::ask::{Ask, Choice};
use crate::exit::Failure;
use crate::selection::List;
use crate::selection::words::{CATEGORY, LABELLING, REVIEW};
use crate::tr;
use crate::words::Message;

/// The kinds of export, as they are offered.
const TARGETS: [Target; 3] = [Target::Assignment, Target::Task, Target::GroundTruth];

fn target_choice(target: Target) -> Choice {
    match target {
        Target::Assignment => Choice::new(tr!("ask-target-assignment"), tr!("ask-target-assignment-note")),
        Target::Task => Choice::new(tr!("ask-target-task"), tr!("ask-target-task-note")),
        Target::GroundTruth => Choice::new(tr!("ask-target-ground-truth"), tr!("ask-target-ground-truth-note")),
    }
}

/// A status or category, which is typed as the server has it, with what it means.
fn word_choice(word: &str) -> Choice {
    Choice::new(
        word,
        match word {
            "stand_by" => tr!("ask-stand-by"),
            "in_progress" => tr!("ask-in-progress"),
            "completed" => tr!("ask-completed"),
            "skipped" => tr!("ask-skipped"),
            "rejected" => tr!("ask-rejected"),
            _ => Message::default(),
        },
    )
}

/// What to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Nothing: the command line says which export.
    Nothing,
    /// Which project or version.
    Scope,
    /// All that one may want to choose: nothing was chosen at all.
    All,
}

/// What is to be asked for an export. `typed` are the options on the command line, without dashes.
pub fn extent(args: &Fetch, typed: &[String]) -> Extent {
    if scope::is_named(args) {
        return Extent::Nothing;
    }
    let chooses = Fetch::choosing();
    if typed.iter().any(|option| chooses.contains(option)) { Extent::Scope } else { Extent::All }
}

/// Asks for what is missing of an export, puts it into the arguments, and gives it as it would have been typed. `rows` tells how many
/// rows arguments select.
///
/// # Errors
/// Those of [`Ask`], and of asking the server; a usage failure when the server has nothing to choose from.
pub fn export(
    extent: Extent,
    args: &mut Fetch,
    person: &mut dyn Ask,
    server: &dyn Lists,
    rows: &dyn Fn(&Fetch) -> Result<Option<u64>, Failure>,
) -> Result<Answers, Failure> {
    if extent == Extent::Scope {
        let target = args.scope.target.unwrap_or_default();
        return scope(target, args, person, server);
    }
    loop {
        let mut answers = everything(args, person, server)?;
        let rows = rows(args)?;
        person.tell(&rows.map_or_else(|| tr!("ask-rows-unknown"), |rows| tr!("ask-rows", rows)));
        let (yes, no) = (Choice::new(tr!("ask-yes"), ""), Choice::new(tr!("ask-no"), tr!("ask-no-note")));
        // Of nothing, another choice is what is probably wanted.
        let (starts, start) = if rows == Some(0) { ([no, yes], 1) } else { ([yes, no], 0) };
        if person.one(&tr!("ask-start"), &starts)? == start {
            return Ok(std::mem::take(&mut answers));
        }
        args.scope.target = None;
        args.scope.project = None;
        args.scope.gt_version = None;
        args.select.status.clear();
        args.select.review.clear();
        args.select.category.clear();
    }
}

fn everything(args: &mut Fetch, person: &mut dyn Ask, server: &dyn Lists) -> Result<Answers, Failure> {
    let target = TARGETS[person.one(&tr!("ask-target"), &TARGETS.map(target_choice))?];
    let mut answers = Answers::new();
    if target == Target::Task {
        args.scope.target = Some(target);
        answers.extend(["--target".to_owned(), target.word().to_owned()]);
    }
    answers.extend(scope(target, args, person, server)?);
    let mut several = |question: Message, option: &str, words: &[&str], into: &mut Vec<List>| -> Result<(), Failure> {
        let choices: Vec<_> = words.iter().map(|word| word_choice(word)).collect();
        let chosen: Vec<String> = person.several(&question, &choices)?.iter().map(|n| words[*n].to_owned()).collect();
        if !chosen.is_empty() {
            answers.extend([format!("--{option}"), chosen.join(",")]);
            into.push(List(chosen));
        }
        Ok(())
    };
    if target == Target::GroundTruth {
        several(tr!("ask-category"), "category", CATEGORY, &mut args.select.category)?;
    } else {
        several(tr!("ask-status"), "status", LABELLING, &mut args.select.status)?;
        several(tr!("ask-review"), "review", REVIEW, &mut args.select.review)?;
    }
    Ok(answers)
}

/// Asks for the project, or for the dataset and its version.
fn scope(target: Target, args: &mut Fetch, person: &mut dyn Ask, server: &dyn Lists) -> Result<Answers, Failure> {
    if target == Target::GroundTruth {
        let dataset = dataset(person, server)?;
        let version = one(person, &tr!("ask-version"), server.versions(&dataset)?, Lacking::Version)?;
        args.scope.gt_version = Some(version.clone());
        return Ok(vec!["--gt-version".to_owned(), version]);
    }
    let project = project(person, server)?;
    args.scope.project = Some(project.clone());
    Ok(vec!["--project".to_owned(), project])
}

/// Asks for a project; gives its id.
///
/// # Errors
/// As [`export`].
pub fn project(person: &mut dyn Ask, server: &dyn Lists) -> Result<String, Failure> {
    one(person, &tr!("ask-project"), server.projects()?, Lacking::Project)
}

/// Asks for a ground-truth dataset; gives its id.
///
/// # Errors
/// As [`export`].
pub fn dataset(person: &mut dyn Ask, server: &dyn Lists) -> Result<String, Failure> {
    one(person, &tr!("ask-dataset"), server.datasets()?, Lacking::Dataset)
}

/// Asks for a data collection; gives its id.
///
/// # Errors
/// As [`export`].
pub fn collection(person: &mut dyn Ask, server: &dyn Lists) -> Result<String, Failure> {
    one(person, &tr!("ask-collection"), server.collections()?, Lacking::Collection)
}

fn one(person: &mut dyn Ask, question: &Message, entries: Vec<Entry>, lacking: Lacking) -> Result<String, Failure> {
    let choices: Vec<_> = entries.iter().map(Entry::choice).collect();
    if choices.is_empty() {
        return Err(lacking::none(lacking));
    }
    let n = person.one(question, &choices)?;
    entries.into_iter().nth(n).map(|entry| entry.id).ok_or_else(|| lacking::none(lacking))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::ask::prepared::Prepared;
    use clap::Parser;

    struct Server;

    fn entries(of: &[(&str, &str)]) -> Result<Vec<Entry>, Failure> {
        Ok(of
            .iter()
            .map(|(id, title)| Entry { id: (*id).to_owned(), title: (*title).to_owned(), note: String::new() })
            .collect())
    }

    impl Lists for Server {
        fn projects(&self) -> Result<Vec<Entry>, Failure> {
            entries(&[("7", "Roads"), ("42", "도로 표지판")])
        }
        fn datasets(&self) -> Result<Vec<Entry>, Failure> {
            entries(&[("3", "Truth")])
        }
        fn collections(&self) -> Result<Vec<Entry>, Failure> {
            entries(&[("5", "Photos")])
        }
        fn versions(&self, dataset: &str) -> Result<Vec<Entry>, Failure> {
            assert_eq!(dataset, "3");
            entries(&[("15", "v1"), ("16", "v2")])
        }
    }

    #[test]
    fn only_what_is_missing_is_asked() {
        for (typed, answers, becomes) in [
            ("", &["assignments", "도로", "completed", "", "yes"][..], "--project 42 --status completed"),
            (
                "-v --rps 5",
                &["tasks", "Roads", "", "completed,rejected", "yes"],
                "--target task --project 7 --review completed,rejected",
            ),
            ("", &["ground", "Truth", "v2", "train", "yes"], "--gt-version 16 --category train"),
            ("", &["ground", "Truth", "v2", "", "no", "assign", "Roads", "", "", "yes"], "--project 7"),
            ("--limit 5", &["Roads"], "--project 7"),
            ("--target task", &["Roads"], "--project 7"),
            ("--target ground_truth", &["Truth", "v1"], "--gt-version 15"),
            ("--status completed", &["Roads"], "--project 7"),
            ("--project 42", &[], ""),
            ("--gt-version 15", &[], ""),
            ("-f project=42", &[], ""),
            ("-f {\"ground_truth_dataset_version\":15}", &[], ""),
        ] {
            let words: Vec<String> = typed.split_whitespace().map(str::to_owned).collect();
            let mut args = Fetch::parse_from(std::iter::once("syn-fetch".to_owned()).chain(words.iter().cloned()));
            let options: Vec<_> = words.iter().filter_map(|w| w.strip_prefix("--")).map(str::to_owned).collect();
            let extent = extent(&args, &options);
            let mut person = Prepared::new(answers);
            let told = match extent {
                Extent::Nothing => Answers::new(),
                _ => export(extent, &mut args, &mut person, &Server, &|_| Ok(Some(3))).unwrap(),
            };
            assert_eq!(told.join(" "), becomes, "{typed}");
            assert!(person.answers.is_empty(), "{typed}: {:?}", person.answers);
            assert!(scope::is_named(&args), "{typed}");
        }
    }

    #[test]
    fn who_stops_has_chosen_nothing() {
        let mut args = Fetch::parse_from(["syn-fetch"]);
        for answers in [&[][..], &["assignments"], &["tasks", "Roads"], &["ground", "Truth"]] {
            let mut person = Prepared::new(answers);
            let e = export(Extent::All, &mut args, &mut person, &Server, &|_| Ok(None)).unwrap_err();
            assert_eq!((e.exit.code(), e.message.english()), (130, ""));
        }
    }
}
