//! A choice among items that a stage can make without knowing how: `syn-fetch` asks each row what its server cannot select by.

use crate::stream::error::UnknownName;
use crate::words::Message;

/// Whether items are wanted.
pub trait Choose: Send + Sync {
    /// Whether the item in this line is wanted.
    ///
    /// # Errors
    /// One line of text saying why the line cannot be used.
    fn wants(&self, line: &[u8]) -> Result<bool, Message>;

    /// Classes that the source lists: they exist, whether or not an item has one.
    fn list_classes(&self, classes: &[String]);

    /// The first name that is asked for and that no item had.
    fn unknown_name(&self) -> Option<UnknownName>;
}
