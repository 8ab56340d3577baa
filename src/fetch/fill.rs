//! What to do with rows: payloads are fetched ahead, several at once, and handed on in the order of the walk.

use super::plan::Plan;
use crate::api::payload::{Payload, Payloads, Stored};
use crate::api::{ApiError, Client, Row};
use std::sync::Arc;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;

/// Rows that may be ready or under way ahead of the output.
pub const AHEAD: usize = 256;
/// Payloads downloaded at once.
const AT_ONCE: usize = 16;
/// Payload bytes that may be held, KiB.
const BYTES_AHEAD: usize = 32 * 1024;
/// Assumed for a payload of unknown size, KiB.
const UNKNOWN: usize = 512;

/// A row with everything that its item line needs.
#[derive(Debug)]
pub struct Filled {
    /// The row.
    pub row: Row,
    /// What stands in place of its `data`.
    pub data: Option<Vec<u8>>,
    /// Its share of [`BYTES_AHEAD`], given back when the line is written.
    pub _share: Option<OwnedSemaphorePermit>,
}

/// A filled row, now or soon.
#[derive(Debug)]
pub enum Slot {
    /// Complete.
    Ready(Result<Filled, ApiError>),
    /// Being downloaded.
    Coming(JoinHandle<Result<Filled, ApiError>>),
}

/// Turns rows into slots, in order.
pub async fn run(client: Client, plan: Arc<Plan>, mut rows: Receiver<Vec<Row>>, out: Sender<Slot>) {
    let payloads = Payloads::new(client, plan.target, plan.scope.clone());
    let bytes = Arc::new(Semaphore::new(BYTES_AHEAD));
    let doors = Arc::new(Semaphore::new(AT_ONCE));
    while let Some(page) = rows.recv().await {
        for row in page {
            let slot = match Payload::of(&row) {
                Err(error) => Slot::Ready(Err(error)),
                Ok(Payload::Inline) => Slot::Ready(Ok(Filled { row, data: None, _share: None })),
                Ok(Payload::Text(data)) => Slot::Ready(Ok(Filled { row, data: Some(data), _share: None })),
                // Shares are taken in the order of the rows, so the row that the output waits for always has its own.
                Ok(Payload::Stored(stored)) => match bytes.clone().acquire_many_owned(share(&stored)).await {
                    Ok(share) => {
                        Slot::Coming(tokio::spawn(download(payloads.clone(), doors.clone(), row, stored, share)))
                    }
                    Err(_) => return,
                },
            };
            if out.send(slot).await.is_err() {
                return;
            }
        }
    }
}

async fn download(
    payloads: Payloads,
    doors: Arc<Semaphore>,
    row: Row,
    stored: Stored,
    share: OwnedSemaphorePermit,
) -> Result<Filled, ApiError> {
    let door = doors.acquire().await.map_err(|_| ApiError::Internal("the download queue is closed".into()))?;
    let data = payloads.get(&row, stored).await?;
    drop(door);
    Ok(Filled { row, data: Some(data), _share: Some(share) })
}

/// KiB to reserve; a payload larger than the whole budget gets all of it.
fn share(stored: &Stored) -> u32 {
    let kib =
        stored.size.map_or(UNKNOWN, |bytes| usize::try_from(bytes / 1024).unwrap_or(usize::MAX).saturating_add(1));
    u32::try_from(kib.min(BYTES_AHEAD)).unwrap_or(u32::MAX)
}
