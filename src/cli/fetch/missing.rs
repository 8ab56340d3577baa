//! What is missing: the person at the terminal is asked; without one a line says what to give.

use super::args::Fetch;
use super::ask::{self, Extent};
use super::lacking::{self, Lacking};
use super::lists::{Lists, Server};
use crate::api::{Client, Target};
use crate::cli::ask::Ask;
use crate::cli::ask::command::{Answers, Before};
use crate::cli::ask::terminal::somebody;
use crate::cli::common::Console;
use crate::exit::Failure;
use std::time::Duration;
use tokio::runtime::Runtime;

/// How long a server is waited for that is asked only to say what there is to choose from.
const PATIENCE: Duration = Duration::from_secs(5);

/// Gets what is missing.
pub struct Missing<'a> {
    /// What requests run on.
    pub runtime: &'a Runtime,
    /// The server.
    pub client: &'a Client,
    /// Where to say something.
    pub console: &'a Console,
    /// The options on the command line, without dashes.
    pub typed: &'a [String],
}

impl Missing<'_> {
    /// Completes the arguments of an export; gives what was asked as it would have been typed.
    ///
    /// # Errors
    /// A usage failure when something is missing and there is nobody to ask; those of asking.
    pub fn export(&self, args: &mut Fetch) -> Result<Answers, Failure> {
        let extent = ask::extent(args, self.typed);
        if extent == Extent::Nothing {
            return Ok(Answers::new());
        }
        let Some(person) = somebody(args.asking, self.console) else {
            return Err(self.lacking(of_target(args.scope.target.unwrap_or_default()), extent == Extent::All));
        };
        let rows = |args: &Fetch| -> Result<Option<u64>, Failure> {
            let request = args.request(self.typed, self.console, |target| self.failure(target))?;
            Ok(self.runtime.block_on(self.client.count(request.target, &request.filters.query()))?)
        };
        ask::export(extent, args, &mut person.talk(), &self.server(None), &rows)
    }

    /// The project of a list of classes.
    ///
    /// # Errors
    /// As [`Missing::export`].
    pub fn project(&self, args: &Fetch) -> Result<String, Failure> {
        self.one(args, Lacking::Project, "--project", ask::project)
    }

    /// The ground-truth dataset of a list of versions.
    ///
    /// # Errors
    /// As [`Missing::export`].
    pub fn dataset(&self, args: &Fetch) -> Result<String, Failure> {
        self.one(args, Lacking::Dataset, "--gt-dataset", ask::dataset)
    }

    /// The data collection of a list of units.
    ///
    /// # Errors
    /// As [`Missing::export`].
    pub fn collection(&self, args: &Fetch) -> Result<String, Failure> {
        self.one(args, Lacking::Collection, "--data-collection", ask::collection)
    }

    fn one(
        &self,
        args: &Fetch,
        lacking: Lacking,
        option: &str,
        ask: impl FnOnce(&mut dyn Ask, &dyn Lists) -> Result<String, Failure>,
    ) -> Result<String, Failure> {
        let Some(person) = somebody(args.asking, self.console) else { return Err(self.lacking(lacking, false)) };
        let answer = ask(&mut person.talk(), &self.server(None))?;
        Before::default().tell(&vec![option.to_owned(), answer.clone()], false, self.console);
        Ok(answer)
    }

    /// Says that there is no project or version.
    pub fn failure(&self, target: Target) -> Failure {
        self.lacking(of_target(target), false)
    }

    fn lacking(&self, lacking: Lacking, all: bool) -> Failure {
        let server = self.server(Some(PATIENCE));
        lacking::failure(lacking, all, self.console.is_json().then_some(&server as &dyn Lists))
    }

    fn server(&self, patience: Option<Duration>) -> Server<'_> {
        Server { runtime: self.runtime, client: self.client, patience, console: self.console }
    }
}

fn of_target(target: Target) -> Lacking {
    if target == Target::GroundTruth { Lacking::Version } else { Lacking::Project }
}
