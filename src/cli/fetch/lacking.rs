//! What is said when something is missing and there is nobody to ask: one line, and for programs what to choose from.

use super::lists::{Entry, Lists};
use crate::api::Target;
use crate::exit::{Failure, Missing};
use crate::selection::words::{LABELLING, REVIEW};
use crate::tr;
use crate::words::Message;
use serde_json::{Value, json};

/// What may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lacking {
    /// The project of an export, or of a list of classes.
    Project,
    /// The version of ground truth.
    Version,
    /// The dataset whose versions are asked for.
    Dataset,
    /// The data collection whose units are asked for.
    Collection,
}

/// So many choices are listed; of more, how many there are.
const LISTED: usize = 200;

impl Lacking {
    fn message(self) -> Message {
        match self {
            Self::Project => tr!("lacking-project"),
            Self::Version => tr!("lacking-version"),
            Self::Dataset => tr!("lacking-dataset"),
            Self::Collection => tr!("lacking-collection"),
        }
    }

    /// What to type.
    fn missing(self) -> Missing {
        match self {
            Self::Project => Missing { option: "--project", ways: &["--project ID", "SYNAPSE_PROJECT"] },
            Self::Version => Missing { option: "--gt-version", ways: &["--gt-version ID", "SYNAPSE_GT_VERSION"] },
            Self::Dataset => Missing { option: "--gt-dataset", ways: &["--gt-dataset ID"] },
            Self::Collection => {
                Missing { option: "--data-collection", ways: &["--data-collection ID", "--project ID"] }
            }
        }
    }
}

/// Says what is missing. `server` is asked what there is, when a program reads the message. `all`: nothing was chosen at all, and so what
/// else a person would be asked is told.
pub fn failure(lacking: Lacking, all: bool, server: Option<&dyn Lists>) -> Failure {
    let mut failure = Failure::lacks(lacking.message(), lacking.missing());
    let mut details = failure.details.take().unwrap_or_default();
    // A server that cannot be asked is no reason to say nothing.
    if let Some(Ok(choices)) = server.map(|server| choices(lacking, server)) {
        if choices.len() > LISTED {
            details.insert("choices_in_all".into(), choices.len().into());
        }
        details.insert("choices".into(), choices.into_iter().take(LISTED).collect());
    }
    if all {
        let targets = [Target::Assignment, Target::Task, Target::GroundTruth].map(Target::word);
        details.insert("may_choose".into(), json!({"--target": targets, "--status": LABELLING, "--review": REVIEW}));
    }
    failure.details = Some(details);
    failure
}

/// The choices; of a version those of every dataset, with its dataset.
fn choices(lacking: Lacking, server: &dyn Lists) -> Result<Vec<Value>, Failure> {
    /// Datasets whose versions are asked for.
    const DATASETS: usize = 20;
    let shown = |entry: Entry| json!({"value": entry.id, "title": entry.title});
    match lacking {
        Lacking::Project => Ok(server.projects()?.into_iter().map(shown).collect()),
        Lacking::Dataset => Ok(server.datasets()?.into_iter().map(shown).collect()),
        Lacking::Collection => Ok(server.collections()?.into_iter().map(shown).collect()),
        Lacking::Version => {
            let mut all = Vec::new();
            for dataset in server.datasets()?.into_iter().take(DATASETS) {
                let of = |entry: Entry| json!({"value": entry.id, "title": entry.title, "dataset": dataset.title});
                all.extend(server.versions(&dataset.id)?.into_iter().map(of));
            }
            Ok(all)
        }
    }
}

/// Says that there is nothing to choose from.
pub fn none(lacking: Lacking) -> Failure {
    Failure::usage(match lacking {
        Lacking::Project => tr!("none-project"),
        Lacking::Version => tr!("none-version"),
        Lacking::Dataset => tr!("none-dataset"),
        Lacking::Collection => tr!("none-collection"),
    })
}
