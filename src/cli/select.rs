//! The options that select rows, one definition for `syn-fetch` and `syn-filter`: `fetch` with some of them gives the rows that
//! `fetch | filter` with the same ones gives.
//!
//! A value may be a comma list, and an option may be repeated: either way one of the values has to fit. Different options must all fit.

use super::Common;
use super::common::Console;
use super::unframed::tell_terminal;
use crate::exit::{Exit, Failure, UsageError};
use crate::filter::predicates::category::Category;
use crate::filter::predicates::class::Class;
use crate::filter::predicates::created::Created;
use crate::filter::predicates::status::{Labelling, Review};
use crate::filter::predicates::tag::{Tag, TaskTag};
use crate::filter::predicates::user::User;
use crate::filter::predicates::{self, Predicate};
use crate::filter::selection::CLASS;
use crate::filter::{AnyOf, Selection};
use crate::selection::scheduler::Task;
use crate::selection::shard::ShardOption;
use crate::selection::sought::Sought;
use crate::selection::{List, Period, Shard, ids, words};
use crate::stream::{Reader, StreamError};
use crate::tr;
use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::path::{Path, PathBuf};

/// Which rows.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Selection")]
pub struct Select {
    /// Labelling status: stand_by, in_progress, completed, skipped
    #[arg(long, visible_alias = "status-label", value_name = "STATUS", value_parser = labelling)]
    pub status: Vec<List>,
    /// Review status: stand_by, in_progress, rejected, completed, skipped
    #[arg(long, visible_alias = "status-review", value_name = "STATUS", value_parser = review)]
    pub review: Vec<List>,
    /// Labeller, by id, e-mail address or name
    #[arg(long, value_name = "USER")]
    pub user: Vec<List>,
    /// Tag of the row, by id or name
    #[arg(long, value_name = "TAG")]
    pub tag: Vec<List>,
    /// Tag of the row's task, by id or name
    #[arg(long, value_name = "TAG")]
    pub task_tag: Vec<List>,
    /// Category: of ground truth train, validation, test; else that of the data unit, which is free text
    #[arg(long, value_name = "NAME")]
    pub category: Vec<List>,
    /// At least one annotation of this class
    #[arg(long, value_name = "NAME")]
    pub class: Vec<List>,
    /// Created at or after this time: 2026-01-31, 2026-01, 2026-01-31T18:00, yesterday, 2d
    #[arg(long, value_name = "WHEN")]
    pub since: Option<Period>,
    /// Created before this time, or up to the end of this day or month
    #[arg(long, value_name = "WHEN")]
    pub until: Option<Period>,
    /// Only these ids
    #[arg(long, value_name = "ID")]
    pub id: Vec<List>,
    /// Only the ids in FILE, however many: one a line, or JSON lines with `id`; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub ids_from: Vec<PathBuf>,
    /// Only part I of N disjoint parts (1/N … N/N); I/N@B1,B2,… gives the ids between the parts; auto, auto/N, auto@B1,B2,… take the part
    /// from the variables of a scheduler
    #[arg(long, value_name = "I/N")]
    pub shard: Option<ShardOption>,
    /// The options of single predicates.
    #[command(flatten)]
    pub predicates: predicates::Args,
}

fn labelling(text: &str) -> Result<List, UsageError> {
    checked(text, words::LABELLING)
}

fn review(text: &str) -> Result<List, UsageError> {
    checked(text, words::REVIEW)
}

fn checked(text: &str, words: &[&str]) -> Result<List, UsageError> {
    let list: List = text.parse()?;
    list.0.iter().try_for_each(|word| words::check(word, words).map(drop))?;
    Ok(list)
}

impl Select {
    /// The options as one question to an item, cheap ones first: all but those of `elsewhere`, by name without dashes, and those of
    /// ids and shards, which the stages answer each in its way.
    ///
    /// # Errors
    /// When nothing can match.
    pub fn question(&self, elsewhere: &[&str]) -> Result<Selection, UsageError> {
        let asked = |option: &str, lists: &[List]| {
            let wanted = AnyOf::new(List::all(lists));
            (!wanted.is_empty() && !elsewhere.contains(&option)).then_some(wanted)
        };
        fn with<P: Predicate + 'static>(
            all: Selection,
            what: &'static str,
            wanted: Option<AnyOf>,
            predicate: impl FnOnce(AnyOf) -> P,
        ) -> Selection {
            let Some(wanted) = wanted else { return all };
            let sought = Sought::new(what, wanted.values().to_vec());
            all.with_names(predicate(wanted), sought)
        }
        let all = Selection::default();
        let all = with(all, "the labelling status", asked("status", &self.status), Labelling);
        let all = with(all, "the review status", asked("review", &self.review), Review);
        let all = with(all, "the user", asked("user", &self.user), User);
        let all = with(all, "the tag", asked("tag", &self.tag), Tag);
        let all = with(all, "the task tag", asked("task-tag", &self.task_tag), TaskTag);
        let mut all = with(all, "the category", asked("category", &self.category), Category);
        let (since, before) = self.created()?;
        if (since.is_some() || before.is_some()) && !elsewhere.contains(&"since") {
            all = all.with(Created::new(since, before, TimeZone::system()));
        }
        if !self.class.is_empty() && !elsewhere.contains(&"class") {
            let class = Class::new(&List::all(&self.class));
            let sought = Sought::new(CLASS, class.wanted());
            all = all.with_annotation_names(class, sought);
        }
        Ok(self.predicates.join(all))
    }

    /// Finds out which part is meant, if a scheduler says so.
    ///
    /// # Errors
    /// When none does, or what it says does not fit.
    pub fn settle_shard(&mut self, console: &Console) -> Result<(), UsageError> {
        let Some(typed) = &self.shard else { return Ok(()) };
        let environment = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        let (shard, task) = typed.resolve(&environment)?;
        if let Some(Task { scheduler, variable, index, of }) = task {
            console.info(tr!("scheduler-found", index = index + 1, of, variable, scheduler));
        }
        self.shard = Some(ShardOption::Given(shard));
        Ok(())
    }

    /// The part that is meant, when it is settled.
    pub fn shard(&self) -> Option<&Shard> {
        match &self.shard {
            Some(ShardOption::Given(shard)) => Some(shard),
            Some(ShardOption::Auto { .. }) | None => None,
        }
    }

    /// From when, and before when, a row was created.
    ///
    /// # Errors
    /// When no moment lies between the two.
    pub fn created(&self) -> Result<(Option<Timestamp>, Option<Timestamp>), UsageError> {
        let (since, before) = (self.since.map(|since| since.start), self.until.map(|until| until.end));
        match (since, before) {
            (Some(since), Some(before)) if since >= before => Err(UsageError::new(tr!("since-not-before"))),
            period => Ok(period),
        }
    }

    /// Gives the ids in the files of `--ids-from` to `take`. `inputs` are other files that are read.
    ///
    /// # Errors
    /// A usage failure when standard input would be read twice, or the output is one of the files; those of reading them.
    pub fn ids_in_files(
        &self,
        (common, console): (&Common, &Console),
        inputs: &[PathBuf],
        mut take: impl FnMut(&Path, &str),
    ) -> Result<(), Failure> {
        let stdin = |path: &&PathBuf| path.as_os_str() == "-";
        let times = self.ids_from.iter().chain(inputs).filter(stdin).count();
        if times > 1 {
            return Err(Failure::usage(tr!("stdin-ids-and-rows")));
        }
        common.refuse_overwriting(&self.ids_from)?;
        if self.ids_from.iter().any(|path| path.as_os_str() == "-") {
            tell_terminal(tr!("to-type-ids"), console);
        }
        for path in &self.ids_from {
            let file = Reader::open(std::slice::from_ref(path), common.max_line_bytes);
            ids::read(file, |id| take(path, id)).map_err(|e| match e {
                StreamError::Cut(_) | StreamError::NoEnd { .. } | StreamError::WrongKind(_) => {
                    Failure::new(Exit::Input, format!("{}: {e}", path.display()))
                }
                e => e.into(),
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Tool {
        #[command(flatten)]
        select: Select,
    }

    fn parse(args: &[&str]) -> Result<Select, String> {
        let tool = Tool::try_parse_from([&["tool"], args].concat());
        tool.map(|tool| tool.select).map_err(|e| e.to_string())
    }

    #[test]
    fn lists_and_repetition_add_up_under_every_spelling() {
        let select = parse(&["--status-label", "completed,skipped", "--status", "stand_by", "--class", "a,b"]).unwrap();
        assert_eq!(List::all(&select.status), ["completed", "skipped", "stand_by"]);
        assert_eq!(List::all(&select.class), ["a", "b"]);
        assert_eq!(List::all(&parse(&["--status-review", "rejected"]).unwrap().review), ["rejected"]);
        assert!(parse(&["--status", "rejected"]).unwrap_err().contains("expects one of stand_by"));
        assert!(parse(&["--review", "rejectd"]).unwrap_err().contains("did you mean rejected?"));
    }

    #[test]
    fn the_last_day_belongs_to_the_time() {
        let select = parse(&["--since", "2026-03-01T00:00Z", "--until", "2026-03-01T00:00Z"]).unwrap();
        assert!(select.created().unwrap_err().to_string().contains("nothing can match"));
        let (since, before) = parse(&["--since", "2026-03", "--until", "2026-03"]).unwrap().created().unwrap();
        assert!(before.unwrap().duration_since(since.unwrap()).as_hours() >= 30 * 24);
    }
}
