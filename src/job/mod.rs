//! Jobs on other machines: plugin runs of the platform, and entrypoints on its Ray cluster.
//!
//! * [`id`]: whose job an id names; [`status`]: how it is and how it ended
//! * [`platform`]: jobs of the backend: run, read, stop; [`started`]: the id in the answer to a run; [`schema`]: what a plugin must be told
//! * [`events`]: the platform's stream of a log; [`seen`]: which of its lines are new; [`follow`]: a log until the job's end
//! * [`ray`]: the same over Ray's Jobs API, and packages with programs for it

pub mod error;
mod events;
mod follow;
pub mod id;
pub mod platform;
pub mod ray;
pub mod schema;
mod seen;
mod started;
pub mod status;

pub use error::JobError;

use crate::stream::StreamError;
use std::time::Duration;

/// Where the text of a log goes, as it comes: whole lines where the server gives whole lines.
pub type Log<'a> = &'a mut (dyn FnMut(&[u8]) -> Result<(), StreamError> + Send);

/// The pause after a log stream that has ended before its job; longer when nothing new came.
const PAUSES: [Duration; 5] = [
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
];

/// The pause when so many streams in a row brought nothing.
async fn pause(idle: usize) {
    tokio::time::sleep(PAUSES[idle.min(PAUSES.len() - 1)]).await;
}
