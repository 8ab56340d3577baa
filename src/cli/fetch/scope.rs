//! Which export is meant: by what is typed first, then by the environment. Two that are typed must agree, and so must two variables
//! when nothing is typed.

use super::args::{Discover, Fetch};
use crate::api::Target;
use crate::exit::Failure;
use crate::tr;
use serde_json::{Map, Value};

/// Takes away the project or the version that the environment names and something typed overrules. `typed` are the options on the
/// command line, without dashes.
///
/// # Errors
/// A usage failure that names both, when two of them disagree, or the option that has an empty value.
pub fn settle(args: &mut Fetch, typed: &[String]) -> Result<(), Failure> {
    let is_typed = |option: &str| typed.iter().any(|name| name == option);
    if let Some(Discover::Project { which: Some(project) }) = &args.command {
        if let Some(other) = args.scope.project.as_ref().filter(|other| is_typed("project") && *other != project) {
            return Err(Failure::usage(tr!("list-two-projects", project, other)));
        }
        args.scope.project = Some(project.clone());
    }
    if matches!(args.command, Some(Discover::DataUnits)) && is_typed("data-collection") {
        if is_typed("project") {
            return Err(Failure::usage(tr!("list-two-collections")));
        }
        args.scope.project = None;
    }
    for (option, id) in [
        ("project", &mut args.scope.project),
        ("gt-version", &mut args.scope.gt_version),
        ("gt-dataset", &mut args.scope.gt_dataset),
        ("data-collection", &mut args.scope.data_collection),
    ] {
        if id.as_ref().is_some_and(|text| text.trim().is_empty()) {
            if is_typed(option) {
                return Err(Failure::usage(tr!("id-empty", option)));
            }
            // A variable that is set to nothing is not set.
            *id = None;
        }
    }
    if !matches!(args.command, None | Some(Discover::Classes)) {
        return Ok(());
    }
    let (project, version) = (is_typed("project"), is_typed("gt-version"));
    let filter = args.server_select.filter.iter().find_map(|text| scope_of(text));
    match args.scope.target {
        _ if project && version => {
            return Err(Failure::usage(tr!("two-exports")));
        }
        Some(Target::GroundTruth) if project => {
            return Err(Failure::usage(tr!("target-by-version")));
        }
        Some(target @ (Target::Assignment | Target::Task)) if version => {
            return Err(Failure::usage(tr!("target-by-project", target = target.word())));
        }
        Some(Target::GroundTruth) => args.scope.project = None,
        Some(_) => args.scope.gt_version = None,
        None if version => args.scope.project = None,
        None if project => args.scope.gt_version = None,
        None => match filter {
            Some(Target::GroundTruth) => {
                args.scope.target = Some(Target::GroundTruth);
                args.scope.project = None;
            }
            Some(_) => args.scope.gt_version = None,
            None => {
                if let (Some(project), Some(version)) = (&args.scope.project, &args.scope.gt_version) {
                    return Err(Failure::usage(tr!("both-set", project, version)));
                }
            }
        },
    }
    Ok(())
}

/// Whether something names the project or version of the export.
pub fn is_named(args: &Fetch) -> bool {
    let by_filter = || args.server_select.filter.iter().any(|text| scope_of(text).is_some());
    match args.scope.target {
        Some(Target::GroundTruth) => args.scope.gt_version.is_some() || by_filter(),
        Some(_) => args.scope.project.is_some() || by_filter(),
        None => args.scope.project.is_some() || args.scope.gt_version.is_some() || by_filter(),
    }
}

/// The kind of export that a filter names by its project or version.
fn scope_of(filter: &str) -> Option<Target> {
    let named = |key: &str| match key.trim() {
        "project" => Some(Target::Assignment),
        "ground_truth_dataset_version" | "ground_truth_dataset_versions" => Some(Target::GroundTruth),
        _ => None,
    };
    match serde_json::from_str::<Map<String, Value>>(filter) {
        Ok(object) => object.keys().find_map(|key| named(key)),
        Err(_) => named(filter.split_once('=')?.0),
    }
}
