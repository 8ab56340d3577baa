//! What the frames of a stream say about all of its rows.

use super::classes::Classes;
use std::sync::Arc;

/// What workers need to know of the frames so far.
#[derive(Clone, Default)]
pub struct StreamFacts {
    /// The class list.
    pub classes: Classes,
    /// Base of relative URLs, `https://host`.
    pub host: Option<Arc<str>>,
    /// Which rows they are: the `target` of the begin frame.
    pub target: Option<Arc<str>>,
}
