//! Questions to a person at a terminal, when an argument is missing.

use crate::api::{Client, Target};
use crate::exit::Failure;
use crate::fetch::discover::listing::Listing;
use std::io::{self, BufRead, IsTerminal, Write};
use tokio::runtime::Runtime;

/// The project or version to export: asked for on a terminal, else a line that says what is missing.
///
/// # Errors
/// A usage failure when there is nobody to ask, or no answer; the failures of listing what there is.
pub fn scope(target: Target, runtime: &Runtime, client: &Client) -> Result<String, Failure> {
    let missing = match target {
        Target::GroundTruth => {
            "which ground-truth version? give --gt-version ID or set SYNAPSE_GT_VERSION (`syn-fetch gt-versions --gt-dataset ID` lists them)"
        }
        _ => "which project? give --project ID or set SYNAPSE_PROJECT (`syn-fetch projects` lists them)",
    };
    if !somebody() {
        return Err(Failure::usage(missing));
    }
    let answer = match target {
        Target::GroundTruth => {
            let dataset = dataset(runtime, client)?;
            question(&Listing::versions(&runtime.block_on(client.versions(&dataset))?), "Version")
        }
        _ => question(&Listing::projects(&runtime.block_on(client.projects())?), "Project"),
    };
    answer.ok_or_else(|| Failure::usage(missing))
}

/// A ground-truth dataset, as [`scope`].
///
/// # Errors
/// As [`scope`].
pub fn dataset(runtime: &Runtime, client: &Client) -> Result<String, Failure> {
    let missing =
        || Failure::usage("which ground-truth dataset? give --gt-dataset ID (`syn-fetch gt-datasets` lists them)");
    if !somebody() {
        return Err(missing());
    }
    question(&Listing::datasets(&runtime.block_on(client.datasets())?), "Ground-truth dataset").ok_or_else(missing)
}

/// Whether there is a person to ask.
fn somebody() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Shows a table and reads a line.
fn question(choices: &Listing, what: &str) -> Option<String> {
    let mut screen = io::stderr();
    let _ = write!(screen, "{}{what} ID: ", choices.table());
    let _ = screen.flush();
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).ok()?;
    let answer = answer.trim();
    (!answer.is_empty()).then(|| answer.to_owned())
}
