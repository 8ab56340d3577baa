//! What edits have done, counted.

use std::ops::AddAssign;

/// Why an annotation goes. Of several reasons the first counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Its class: `--keep-class`, `--drop-class`.
    Class,
    /// Its tool: `--keep-tool`.
    Tool,
    /// Its box: `--min-size`.
    Size,
    /// Its area: `--min-area`.
    Area,
    /// It is a relation, and an end of it goes.
    End,
}

impl Why {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Class, Self::Tool, Self::Size, Self::Area, Self::End];
}

/// What edits have done to a row, or to all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    gone: [u64; Why::ALL.len()],
    /// Annotations whose class has another name.
    pub renamed: u64,
    /// Masks that stay whatever `--min-size` says: the width of their image is not known.
    pub unmeasured: u64,
}

impl Done {
    /// Counts an annotation that goes.
    pub fn count(&mut self, why: Why) {
        self.gone[why as usize] += 1;
    }

    /// Annotations that went for this reason.
    pub fn gone(&self, why: Why) -> u64 {
        self.gone[why as usize]
    }

    /// All annotations that went.
    pub fn removed(&self) -> u64 {
        self.gone.iter().sum()
    }
}

impl AddAssign for Done {
    fn add_assign(&mut self, other: Self) {
        self.gone.iter_mut().zip(other.gone).for_each(|(all, more)| *all += more);
        self.renamed += other.renamed;
        self.unmeasured += other.unmeasured;
    }
}
