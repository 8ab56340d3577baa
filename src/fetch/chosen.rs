//! Options that the source cannot select by: each row is asked here, before anything is done for it. Rows that are not wanted stay
//! among the slots, because they count when what came is compared with what should have come.

use super::join;
use super::request::Chooser;
use super::source::{Filled, Slot};
use crate::api::{ApiError, Target};
use tokio::runtime::Runtime;
use tokio::sync::mpsc::{self, Receiver, Sender};

/// Rows that are asked at once.
const AT_ONCE: usize = 16;

/// Asks the rows, several at once and in their order.
pub fn stage(runtime: &Runtime, choose: &Chooser, target: Target, slots: Receiver<Slot>) -> Receiver<Slot> {
    let (out, asked) = mpsc::channel(AT_ONCE);
    runtime.spawn(run(choose.clone(), target, slots, out));
    asked
}

async fn run(choose: Chooser, target: Target, mut slots: Receiver<Slot>, out: Sender<Slot>) {
    while let Some(slot) = slots.recv().await {
        let row = tokio::spawn(one(choose.clone(), target, slot));
        if out.send(Slot::Coming(row)).await.is_err() {
            return;
        }
    }
}

async fn one(choose: Chooser, target: Target, slot: Slot) -> Result<Filled, ApiError> {
    let mut filled = match slot {
        Slot::Ready(filled) => filled?,
        Slot::Coming(task) => join(task.await)??,
    };
    let mut line = Vec::new();
    filled.row.write_line(target, filled.data.as_deref(), None, &mut line);
    let bad = |reason| ApiError::Row { id: filled.row.id.to_string(), reason };
    filled.wanted = choose.by.wants(line.trim_ascii_end()).map_err(bad)?;
    Ok(filled)
}
