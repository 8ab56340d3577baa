//! `--jq`: what a program gives for a row takes the row's place.

use super::program::{Program, from_file};
use super::watched::Limits;
use crate::words::Message;

/// The options of this edit.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(skip)]
pub struct Args {
    /// What this jq program gives for a row takes the row's place: one row, several or none. It comes after all other edits
    #[arg(
        long,
        value_name = "PROGRAM",
        allow_hyphen_values = true,
        conflicts_with = "jq_from",
        help_heading = "Edits inside rows"
    )]
    jq: Option<Program>,
    /// The program of --jq from a file
    #[arg(long, value_name = "FILE", value_parser = from_file, help_heading = "Edits inside rows", hide_short_help = true)]
    jq_from: Option<Program>,
}

impl Args {
    /// Whether a program is given.
    pub fn is_given(&self) -> bool {
        self.jq.is_some() || self.jq_from.is_some()
    }

    /// The edit, if a program is given. With `bare`, rows may become any values.
    pub fn rewrite(&self, bare: bool, limits: Limits) -> Option<Rewrite> {
        let program = self.jq.as_ref().or(self.jq_from.as_ref())?.clone();
        Some(Rewrite { program, bare, limits })
    }
}

/// A program that makes rows of rows.
#[derive(Debug)]
pub struct Rewrite {
    program: Program,
    bare: bool,
    limits: Limits,
}

impl Rewrite {
    /// Its limits.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Appends what becomes of a row, a line each.
    ///
    /// # Errors
    /// One line of text; nothing is appended.
    pub fn rows(&self, row: &[u8], out: &mut Vec<u8>) -> Result<(), Message> {
        self.program.rows(row, self.bare, out)
    }
}
