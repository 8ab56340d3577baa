//! One attempt at a part: what it finds at the destination, before and after.

use super::error::DividedError;
use super::manifest::Entries;
use super::place::Place;
use super::{Division, Part};
use crate::sink::destination::Destination;
use crate::sink::error::SinkError;
use std::sync::Arc;

/// What stands at the place of a part.
pub enum Standing {
    /// The dataset is published already.
    Published,
    /// The part is there already, without so many originals.
    There {
        /// Files that it has.
        files: u64,
        /// Originals that could not be got.
        failed: u64,
    },
    /// Nothing of the part counts yet.
    Open(Arc<dyn Destination>),
}

/// Looks for the part, and opens its place when it is not there.
///
/// # Errors
/// [`SinkError::Divided`] when parts of something else are there; what the destination says.
pub fn begin(place: &dyn Place, part: Part, division: &Division) -> Result<Standing, SinkError> {
    if let Some(there) = look(place, part, division)? {
        return Ok(there);
    }
    let dest = place.begin(part, division)?;
    // The join may have been faster than this attempt's claim.
    if place.published()?.is_some() {
        dest.discard();
        place.tidy(division.of)?;
        return Ok(Standing::Published);
    }
    Ok(Standing::Open(dest))
}

/// Looks for the part.
///
/// # Errors
/// As [`begin`].
pub fn look(place: &dyn Place, part: Part, division: &Division) -> Result<Option<Standing>, SinkError> {
    if place.published()?.is_some() {
        return Ok(Some(Standing::Published));
    }
    if let Some(difference) = place.division()?.and_then(|there| division.difference(&there)) {
        return Err(DividedError::Other { dest: place.name(), difference }.into());
    }
    let Some(content) = place.part(part.index)? else { return Ok(None) };
    let damaged = |reason| DividedError::Damaged { dest: place.name(), part: part.index, reason };
    let mut entries = Entries::open(content).map_err(damaged)?;
    if entries.part() != Some((part.index, division)) {
        return Err(damaged("it is of another list, or of another part".to_owned()).into());
    }
    let mut all = 0;
    while entries.next().map_err(damaged)?.is_some() {
        all += 1;
    }
    let failed = entries.failed();
    Ok(Some(Standing::There { files: all - failed, failed }))
}
