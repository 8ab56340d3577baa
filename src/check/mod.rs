//! `syn-convert --check`: a finished dataset, judged by what its readers do with it, without them.
//!
//! Each format has a [`Check`]; its rules are in [`rules`], with the reader that decides and what becomes of the data: rejected,
//! dropped, misread, or a piece of advice. Everything is read as a stream; what is held is ids and names, never a dataset.

pub(crate) mod coco;
pub(crate) mod finding;
pub(crate) mod images;
pub(crate) mod rules;
pub(crate) mod tree;
pub(crate) mod ultralytics;
pub(crate) mod voc;
pub(crate) mod yolo;

pub use finding::{Findings, Rule, Severity};
pub use rules::ALL as RULES;
pub use tree::Tree;

use crate::stream::StreamError;

/// The rules of a format.
pub trait Check: Sync {
    /// The format's name, as `--to` has it.
    fn name(&self) -> &'static str;

    /// The parts of a tree that are in this format: paths of documents, or of folders, with a slash at the end. The root is the empty path.
    fn find(&self, tree: &Tree) -> Vec<String>;

    /// Checks one part that [`Check::find`] gave.
    ///
    /// # Errors
    /// When a file cannot be read or a finding cannot be written.
    fn check(&self, tree: &Tree, part: &str, out: &mut Findings) -> Result<(), StreamError>;

    /// Writes the finding that the tree has no part of this format, although `--to` asked for it.
    ///
    /// # Errors
    /// When the finding cannot be written.
    fn nothing(&self, out: &mut Findings) -> Result<(), StreamError>;
}

/// All formats that can be checked.
pub const CHECKS: &[&dyn Check] = &[&coco::Coco, &yolo::Yolo, &ultralytics::Ultralytics, &voc::Voc];

/// Checks whatever a tree holds, or `only` the format of this name. Gives the names of the formats that were found.
///
/// # Errors
/// [`StreamError::Cut`] when the input has no file line; and those of [`Check::check`].
pub fn check(tree: &Tree, only: Option<&str>, out: &mut Findings) -> Result<Vec<&'static str>, StreamError> {
    let mut found = Vec::new();
    for check in CHECKS.iter().filter(|c| only.is_none_or(|name| name == c.name())) {
        let parts = check.find(tree);
        if parts.is_empty() && only.is_some() {
            check.nothing(out)?;
            found.push(check.name());
        }
        for part in parts {
            check.check(tree, &part, out)?;
            if found.last() != Some(&check.name()) {
                found.push(check.name());
            }
        }
    }
    if found.is_empty() {
        let names: Vec<_> = CHECKS.iter().map(|c| c.name()).collect();
        return Err(StreamError::Cut(format!(
            "no dataset of a format that can be checked ({}): say which it is meant to be with --to",
            names.join(", ")
        )));
    }
    out.flush()?;
    Ok(found)
}
