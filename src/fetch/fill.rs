//! What to do with rows: payloads are fetched ahead, several at once, and handed on in the order of the walk.

use super::plan::Plan;
use super::walk::Batch;
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
    /// What led to its page, if the walk can begin there again.
    pub cursor: Option<Arc<(String, String)>>,
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

/// Turns rows into slots: in order, or as they come when the plan says so.
pub async fn run(client: Client, plan: Arc<Plan>, mut rows: Receiver<Batch>, out: Sender<Slot>) {
    let payloads = Payloads::new(client, plan.target, plan.scope.clone());
    let bytes = Arc::new(Semaphore::new(BYTES_AHEAD));
    let doors = Arc::new(Semaphore::new(AT_ONCE));
    while let Some(Batch { rows: page, cursor }) = rows.recv().await {
        for row in page {
            let mut filled = Filled { row, data: None, cursor: cursor.clone(), _share: None };
            let slot = match Payload::of(&filled.row) {
                Err(error) => Slot::Ready(Err(error)),
                Ok(Payload::Inline) => Slot::Ready(Ok(filled)),
                Ok(Payload::Text(data)) => {
                    filled.data = Some(data);
                    Slot::Ready(Ok(filled))
                }
                Ok(Payload::Stored(stored)) => {
                    // Shares are taken in the order of the rows, so the row that the output waits for always has its own.
                    let Ok(share) = bytes.clone().acquire_many_owned(share(&stored)).await else { return };
                    filled._share = Some(share);
                    let download = download(payloads.clone(), doors.clone(), filled, stored);
                    if plan.arrival {
                        let out = out.clone();
                        tokio::spawn(async move { out.send(Slot::Ready(download.await)).await });
                        continue;
                    }
                    Slot::Coming(tokio::spawn(download))
                }
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
    mut filled: Filled,
    stored: Stored,
) -> Result<Filled, ApiError> {
    let _door = doors.acquire().await.map_err(|_| ApiError::Internal("the download queue is closed".into()))?;
    filled.data = Some(payloads.get(&filled.row, stored).await?);
    Ok(filled)
}

/// KiB to reserve; a payload larger than the whole budget gets all of it.
fn share(stored: &Stored) -> u32 {
    let kib =
        stored.size.map_or(UNKNOWN, |bytes| usize::try_from(bytes / 1024).unwrap_or(usize::MAX).saturating_add(1));
    u32::try_from(kib.min(BYTES_AHEAD)).unwrap_or(u32::MAX)
}
