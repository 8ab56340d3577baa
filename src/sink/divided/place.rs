//! What a destination does for a dataset that comes in parts.

use super::{Division, Part};
use crate::sink::dataset::published::Published;
use crate::sink::destination::Destination;
use crate::sink::error::SinkError;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// A destination to which several runs write their parts of one dataset.
///
/// Until [`publish`](Place::publish) has returned, nobody who looks for the dataset finds it. What parts write is safe beside each other: none
/// removes what another brings, and of two attempts at one part the first that ends counts.
pub trait Place: Send + Sync {
    /// The dataset, when it is published already.
    ///
    /// # Errors
    /// [`SinkError::Foreign`] when something else is there.
    fn published(&self) -> Result<Option<Arc<dyn Published>>, SinkError>;

    /// What the parts that are there have in common; `None` when there are none.
    ///
    /// # Errors
    /// [`SinkError`] when that cannot be known.
    fn division(&self) -> Result<Option<Division>, SinkError>;

    /// The manifest of a part that is there as a whole.
    ///
    /// # Errors
    /// [`SinkError`] when that cannot be known.
    fn part(&self, index: u32) -> Result<Option<Box<dyn Read + Send>>, SinkError>;

    /// Opens the destination for one part: its `publish` writes the manifest of the part.
    ///
    /// # Errors
    /// [`SinkError::Divided`] when parts of something else are there; what the destination says.
    fn begin(&self, part: Part, division: &Division) -> Result<Arc<dyn Destination>, SinkError>;

    /// Makes the dataset visible: all files of `manifest` are there, in the size that it says, in these folders. It becomes the manifest of the
    /// dataset, and the last file of it is `summary`.
    ///
    /// # Errors
    /// [`SinkError::Divided`] for a file that is gone, [`SinkError::Foreign`], [`SinkError::Exists`].
    fn publish(
        &self,
        manifest: &Path,
        summary: &[u8],
        folders: &[String],
        division: &Division,
    ) -> Result<(), SinkError>;

    /// Removes what the parts have left, now that the dataset is published.
    ///
    /// # Errors
    /// [`SinkError`] when something stays.
    fn tidy(&self, of: u32) -> Result<(), SinkError>;

    /// What waits for a server returns an error soon.
    fn stop(&self) {}

    /// The destination as the user knows it, for messages; without secrets.
    fn name(&self) -> String;
}
