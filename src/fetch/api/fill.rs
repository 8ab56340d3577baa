//! What to do with rows: payloads are fetched ahead, several at once, and handed on in the order of the walk.

use super::plan::Plan;
use super::walk::RowBatch;
use crate::api::payload::{Payload, Payloads, Stored};
use crate::api::{ApiError, Client};
use crate::fetch::source::{Filled, Slot};
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{Receiver, Sender};

/// Payloads downloaded at once for each request to the backend: an object store bears more, and waiting for it is most of the time.
const AT_ONCE: usize = 8;
/// Payload bytes that may be held, KiB.
const BYTES_AHEAD: usize = 32 * 1024;
/// Assumed for a payload of unknown size, KiB, until a larger one was met.
const UNKNOWN: u32 = 512;

/// Turns rows into slots: in order, or as they come when the plan says so.
pub async fn run(client: Client, plan: Arc<Plan>, mut rows: Receiver<RowBatch>, out: Sender<Slot>) {
    let bytes = Arc::new(Semaphore::new(BYTES_AHEAD));
    let doors = Arc::new(Semaphore::new(AT_ONCE * client.concurrency().1));
    let unknown = Arc::new(AtomicU32::new(UNKNOWN));
    let payloads = Payloads::new(client, plan.target, plan.scope.clone());
    while let Some(RowBatch { rows: page, cursor }) = rows.recv().await {
        for row in page {
            let cursor = cursor.clone();
            let mut filled = Filled { row, data: None, dimensions: None, cursor, wanted: true, _share: None };
            let payload = if plan.light { Ok(Payload::Inline) } else { Payload::of(&filled.row) };
            let slot = match payload {
                Err(error) => Slot::Ready(Err(error)),
                Ok(Payload::Inline) => Slot::Ready(Ok(filled)),
                Ok(Payload::Text(data)) => {
                    filled.data = Some(data);
                    Slot::Ready(Ok(filled))
                }
                Ok(Payload::Stored(stored)) => {
                    // Shares are taken in the order of the rows, so the row that the output waits for always has its own.
                    let Ok(share) = bytes.clone().acquire_many_owned(share(&stored, &unknown)).await else { return };
                    filled._share = Some(share);
                    let download = download(payloads.clone(), doors.clone(), unknown.clone(), filled, stored);
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
    unknown: Arc<AtomicU32>,
    mut filled: Filled,
    stored: Stored,
) -> Result<Filled, ApiError> {
    let _door = doors.acquire().await.map_err(|_| ApiError::Internal("the download queue is closed".into()))?;
    let known = stored.size.is_some();
    let body = payloads.get(&filled.row, stored).await?;
    if !known {
        unknown.fetch_max(kib(body.len() as u64), Relaxed);
    }
    filled.data = Some(body);
    Ok(filled)
}

/// KiB to reserve; a payload larger than the whole budget gets all of it.
fn share(stored: &Stored, unknown: &AtomicU32) -> u32 {
    stored.size.map_or_else(|| unknown.load(Relaxed), kib)
}

fn kib(bytes: u64) -> u32 {
    u32::try_from((bytes / 1024 + 1).min(BYTES_AHEAD as u64)).unwrap_or(u32::MAX)
}
