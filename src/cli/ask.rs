//! Questions to a person at a terminal, when an argument is missing.

use crate::api::{Client, Target};
use crate::exit::Failure;
use crate::fetch::discover::Listing;
use std::io::{self, BufRead, IsTerminal, Write};
use tokio::runtime::Runtime;

/// The project or version to export: asked for on a terminal, else a line that says what is missing.
///
/// # Errors
/// A usage failure when there is nobody to ask, or no answer; the failures of listing the projects.
pub fn scope(target: Target, runtime: &Runtime, client: &Client) -> Result<String, Failure> {
    let (missing, question) = match target {
        Target::GroundTruth => (
            "which ground-truth version? give --gt-version ID or set SYNAPSE_GT_VERSION (`syn-fetch gt-versions --gt-dataset ID` lists them)",
            "Ground-truth version: ",
        ),
        _ => (
            "which project? give --project ID or set SYNAPSE_PROJECT (`syn-fetch projects` lists them)",
            "Project: ",
        ),
    };
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return Err(Failure::usage(missing));
    }
    let listing = match target {
        Target::GroundTruth => Listing::datasets(&runtime.block_on(client.datasets())?),
        _ => Listing::projects(&runtime.block_on(client.projects())?),
    };
    let mut screen = io::stderr();
    let _ = write!(screen, "{}\n{question}", listing.table());
    let _ = screen.flush();
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    let answer = answer.trim();
    if read.is_err() || answer.is_empty() {
        return Err(Failure::usage(missing));
    }
    Ok(answer.to_owned())
}
