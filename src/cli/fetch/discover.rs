//! The subcommands of `syn-fetch`: what there is, and whether it can be reached.

use super::args::{Discover, Fetch};
use super::missing::Missing;
use super::project;
use crate::api::Client;
use crate::api::catalog::Project;
use crate::api::lists::Pages;
use crate::cli::common::Console;
use crate::cli::shell::cache;
use crate::exit::{Advice, Exit, Failure};
use crate::fetch::discover::listing::{Listing, Output};
use crate::tr;
use clap::CommandFactory;
use serde_json::value::RawValue;
use tokio::runtime::Runtime;

/// The options that say what is meant: each with the subcommands that read it, and whether an export does.
const MEANT: [(&str, &[&str], bool); 7] = [
    ("project", &["project", "classes", "tags", "data-units", "doctor"], true),
    ("gt-version", &["classes"], true),
    ("gt-dataset", &["gt-versions"], false),
    ("data-collection", &["data-units"], false),
    ("storage", &["doctor"], false),
    ("limit", &LISTS, true),
    ("allow-private-urls", &[], true),
];
/// The subcommands that list.
const LISTS: [&str; 9] = [
    "projects",
    "gt-datasets",
    "gt-versions",
    "classes",
    "users",
    "tags",
    "storages",
    "data-collections",
    "data-units",
];

/// Refuses options that a subcommand, or an export without one, does not read. `typed` are the options on the command line, without
/// dashes.
///
/// # Errors
/// A usage failure that names the option.
pub fn refuse_unread(what: Option<&Discover>, typed: &[String]) -> Result<(), Failure> {
    let is_typed = |option: &str| typed.iter().any(|name| name == option);
    for (option, readers, exports) in MEANT.into_iter().filter(|(option, ..)| is_typed(option)) {
        match what.map(Discover::name) {
            Some(name) if !readers.contains(&name) => {
                return Err(Failure::usage(tr!("command-option", name, option)));
            }
            None if !exports => {
                return Err(Failure::usage(tr!("option-of-command", option, readers = readers.concat())));
            }
            _ => {}
        }
    }
    if what.is_none() {
        return Ok(());
    }
    let command = Fetch::command();
    let of_an_export = |option: &&String| {
        command.get_arguments().any(|arg| !arg.is_global_set() && arg.get_long() == Some(option.as_str()))
    };
    match typed.iter().find(of_an_export).map(String::as_str) {
        Some(option @ ("dsn" | "dsn-file")) => Err(Failure::usage(tr!("command-no-database", option))),
        Some(option) => Err(Failure::usage(tr!("command-no-export", option))),
        None => Ok(()),
    }
}

/// Writes what a subcommand lists.
///
/// # Errors
/// Those of asking the server and of the output.
pub fn run(
    what: &Discover,
    args: &Fetch,
    runtime: &Runtime,
    client: &Client,
    missing: &Missing<'_>,
) -> Result<Exit, Failure> {
    list(what, args, runtime, client, missing).map_err(|mut failure| {
        failure.advice = failure.advice.map(|advice| instead(what, advice));
        failure
    })
}

/// What helps when a subcommand has failed. The subcommand itself does not.
fn instead(failed: &Discover, advice: Advice) -> Advice {
    match (failed, advice) {
        (Discover::GtVersions, Advice::ListGroundTruth) => Advice::ListDatasets,
        // The project or version that they were given is not there.
        (Discover::Classes | Discover::Tags | Discover::Project { .. } | Discover::DataUnits, _) => advice,
        // The others name nothing that could be missing: the host has no such list.
        (_, Advice::ListProjects | Advice::ListGroundTruth | Advice::ListStorages) => Advice::CheckHost,
        _ => advice,
    }
}

fn list(
    what: &Discover,
    args: &Fetch,
    runtime: &Runtime,
    client: &Client,
    missing: &Missing<'_>,
) -> Result<Exit, Failure> {
    let mut out = Output::new(args.common.writer()?, args.at_terminal(), args.running.limit);
    let mut copy = |pages, listing| {
        let kept = runtime.block_on(copy(pages, listing, &mut out))?;
        if let Some(lines) = kept.filter(|_| !matches!(what, Discover::DataUnits)) {
            remember(what, args, client, &lines, missing.console);
        }
        Ok::<_, Failure>(())
    };
    match what {
        Discover::Projects => copy(client.project_pages(), Listing::projects)?,
        Discover::GtDatasets => copy(client.dataset_pages(), Listing::datasets)?,
        Discover::GtVersions => {
            let dataset = args.scope.gt_dataset.clone().map_or_else(|| missing.dataset(args), Ok)?;
            copy(client.version_pages(&dataset), Listing::versions)?;
        }
        Discover::Users => copy(client.user_pages(), Listing::users)?,
        Discover::Tags => copy(client.tag_pages(args.scope.project.as_deref()), Listing::tags)?,
        Discover::Storages => copy(client.storage_pages(), Listing::storages)?,
        Discover::DataCollections => copy(client.collection_pages(), Listing::collections)?,
        Discover::DataUnits => copy(client.unit_pages(&collection(args, runtime, client, missing)?), Listing::units)?,
        Discover::Classes => {
            let classes = Listing::classes(&class_project(args, runtime, client, missing)?);
            remember(what, args, client, classes.lines(), missing.console);
            out.add(&classes)?;
        }
        Discover::Project { .. } => {
            let id = args.scope.project.clone();
            let id = id.map_or_else(|| missing.project(args), Ok)?;
            return project::describe(&id, args, runtime, client);
        }
        // They are run before a client is made.
        Discover::Login | Discover::Doctor => return Ok(Exit::Ok),
    }
    out.finish()?;
    Ok(Exit::Ok)
}

/// Writes a list as it comes. Its first lines, when the list was not cut by a limit.
async fn copy(
    mut pages: Pages<'_>,
    listing: fn(&[Box<RawValue>]) -> Listing,
    out: &mut Output,
) -> Result<Option<Vec<String>>, Failure> {
    let mut kept = Vec::new();
    while let Some(entries) = pages.next().await? {
        let listing = listing(&entries);
        if !out.add(&listing)? {
            return Ok(None);
        }
        let room = cache::ENTRIES - kept.len();
        kept.extend(listing.lines().iter().take(room).cloned());
    }
    Ok(Some(kept))
}

/// Keeps a list for the completion of the shell. A list that cannot be kept is printed all the same.
fn remember(what: &Discover, args: &Fetch, client: &Client, lines: &[String], console: &Console) {
    let name = match (what, &args.scope.project) {
        (Discover::Classes, Some(project)) => format!("classes-{project}"),
        // Those of a part of the workspace are not all that may follow.
        (Discover::Classes, None) | (Discover::Tags, Some(_)) => return,
        _ => what.name().to_owned(),
    };
    if let Err(e) = cache::keep(&client.credentials().host, &name, lines) {
        console.debug(tr!("list-not-kept", reason = e));
    }
}

/// The data collection that is named, or that of the project.
fn collection(args: &Fetch, runtime: &Runtime, client: &Client, missing: &Missing<'_>) -> Result<String, Failure> {
    if let Some(id) = &args.scope.data_collection {
        return Ok(id.clone());
    }
    let Some(project) = &args.scope.project else { return missing.collection(args) };
    let found = runtime.block_on(client.project(project))?.data_collection;
    found.ok_or_else(|| Failure::usage(tr!("list-no-collection", project)))
}

fn class_project(args: &Fetch, runtime: &Runtime, client: &Client, missing: &Missing<'_>) -> Result<Project, Failure> {
    let id = match (&args.scope.project, &args.scope.gt_version) {
        (Some(id), _) => id.clone(),
        (None, Some(id)) => {
            return runtime
                .block_on(client.version(id))?
                .project
                .ok_or_else(|| Failure::usage(tr!("version-no-project")));
        }
        (None, None) => missing.project(args)?,
    };
    Ok(runtime.block_on(client.project(&id))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::advice::join;
    use clap::Parser;

    #[test]
    fn no_subcommand_that_has_failed_is_advised() {
        for name in Fetch::command().get_subcommands().map(|sub| sub.get_name().to_owned()) {
            let failed = Fetch::try_parse_from(["syn-fetch", &name]).unwrap().command.unwrap();
            assert_eq!(failed.name(), name);
            for advice in [Advice::ListProjects, Advice::ListGroundTruth, Advice::ListStorages, Advice::CheckHost] {
                let words = join(String::new(), Some(instead(&failed, advice)));
                assert!(
                    !words.english().contains(&format!("`syn-fetch {}`", failed.name())),
                    "{}: {words}",
                    failed.name()
                );
            }
        }
    }
}
