//! `--dimensions`: sizes of images that a row lacks, read from the first bytes of the images themselves.
//!
//! ```text
//! filled rows ──► wanted: which images ──► probe: their first bytes ──► header: width and height ──► the row with `dimensions`
//! ```
//! Several rows at once, handed on in order. An image that cannot be read costs its row nothing but the size; how many there were,
//! and why, is reported at the end.

mod header;
mod probe;
mod wanted;

use super::source::{Filled, Overview, Slot};
use super::{Note, Request, join};
use crate::api::{ApiError, Target};
use crate::exit::Advice;
use crate::net::retry::RetryPolicy;
use crate::tr;
use crate::words::Message;
use probe::{Probe, Unmeasured};
use serde_json::{Map, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::runtime::Runtime;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::Url;

/// Rows whose images are looked at at once.
const AT_ONCE: usize = 16;
/// Reasons that are reported.
const REASONS: usize = 5;

/// Looks at images, and counts; clones share everything.
#[derive(Clone, Debug)]
pub struct Dimensions(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    probe: Probe,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    measured: u64,
    /// By the English of the reason: how many, what helps, and the reason.
    failed: BTreeMap<String, (u64, Option<Advice>, Message)>,
}

impl Dimensions {
    /// `own`: the Synapse server, which relative URLs belong to and which may have a private address. `allow_private`: so may
    /// all others.
    fn new(own: Option<Url>, allow_private: bool, retries: Option<RetryPolicy>) -> Self {
        Self(Arc::new(Inner { probe: Probe::new(own, allow_private).telling(retries), counts: Mutex::default() }))
    }

    /// As a request says, for an export of this kind.
    pub fn of(request: &Request, overview: &Overview) -> Option<Self> {
        request
            .dimensions
            .then(|| Self::new(overview.own_host.clone(), request.allow_private_urls, request.retries.clone()))
    }

    /// Adds sizes to the rows that need them.
    pub fn stage(&self, runtime: &Runtime, target: Target, slots: Receiver<Slot>) -> Receiver<Slot> {
        let (out, measured) = mpsc::channel(AT_ONCE);
        runtime.spawn(self.clone().run(target, slots, out));
        measured
    }

    async fn run(self, target: Target, mut slots: Receiver<Slot>, out: Sender<Slot>) {
        let doors = Arc::new(Semaphore::new(AT_ONCE));
        while let Some(slot) = slots.recv().await {
            let Ok(door) = doors.clone().acquire_owned().await else { return };
            let row = tokio::spawn(self.clone().one(target, slot, door));
            if out.send(Slot::Coming(row)).await.is_err() {
                return;
            }
        }
    }

    async fn one(self, target: Target, slot: Slot, _door: OwnedSemaphorePermit) -> Result<Filled, ApiError> {
        let mut filled = match slot {
            Slot::Ready(filled) => filled?,
            Slot::Coming(task) => join(task.await)??,
        };
        let mut sizes = Map::new();
        let images = if filled.wanted { wanted::of(&filled, target) } else { Vec::new() };
        for image in images {
            let found = match &image.url {
                Some(url) => self.0.probe.size(url).await,
                None => Err(tr!("size-no-url").into()),
            };
            let mut counts = self.0.counts.lock().unwrap_or_else(PoisonError::into_inner);
            match found {
                Ok((width, height)) => {
                    counts.measured += 1;
                    sizes.insert(image.media, json!({"width": width, "height": height}));
                }
                Err(Unmeasured { reason, advice }) => {
                    counts.failed.entry(reason.english().to_owned()).or_insert((0, advice, reason)).0 += 1;
                }
            }
        }
        if !sizes.is_empty() {
            filled.dimensions = Some(serde_json::Value::from(sizes).to_string());
        }
        Ok(filled)
    }

    /// What the user should know.
    pub fn notes(&self) -> Vec<Note> {
        let counts = self.0.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let failed: u64 = counts.failed.values().map(|(n, ..)| n).sum();
        if failed == 0 {
            return Vec::new();
        }
        let reasons =
            counts.failed.values().take(REASONS).map(|(n, _, reason)| reason.clone().then(": ", n.to_string()));
        let reasons = Message::list(reasons, "; ");
        let advice = counts.failed.values().find_map(|(_, advice, _)| *advice);
        let all = failed + counts.measured;
        let text = tr!("dimensions-failed", failed, all, reasons);
        vec![Note { text, advice }]
    }
}
