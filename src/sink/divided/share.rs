//! Which lines of a list a run takes: those of its part.

use super::Part;
use crate::path::RelPath;
use crate::sink::run::content::Content;
use crate::sink::run::input::Input;
use std::collections::HashSet;

/// The lines that are not of the part, as far as they have to be remembered.
#[derive(Debug, Default)]
pub struct Share {
    part: Option<Part>,
    /// Files that come in several lines, begun and not ended, that another part takes.
    open: HashSet<RelPath>,
}

impl Share {
    /// Takes what is of this part; all, without one.
    pub fn of(part: Option<Part>) -> Self {
        Self { part, open: HashSet::new() }
    }

    /// Whether the path is that of a file of another part whose lines go on.
    pub fn goes_on_elsewhere(&self, path: &RelPath) -> bool {
        !self.open.is_empty() && self.open.contains(path)
    }

    /// Whether a line is of the part.
    pub fn takes(&mut self, input: &Input) -> bool {
        let Some(part) = self.part else { return true };
        let is_original = matches!(input.content, Content::Original(_) | Content::Unfetchable(..));
        if Part::of_file(input.path.as_str(), is_original, part.of) == part.index {
            return true;
        }
        if input.more {
            self.open.insert(input.path.clone());
        } else {
            self.open.remove(&input.path);
        }
        false
    }
}
