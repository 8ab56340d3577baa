//! The end of a job as the end of this run, and what happens when this run is stopped before.

use super::Run;
use crate::cli::signals;
use crate::exit::{Exit, Failure};
use crate::job::JobError;
use crate::job::status::{End, Status};
use crate::tr;
use serde_json::{Map, json};
use std::thread;

impl Run<'_> {
    /// Waits for something that is to be stopped by signals; `None` in its place then, with the exit code.
    pub(super) fn until_stopped<T>(
        &self,
        work: impl Future<Output = Result<T, JobError>>,
    ) -> Result<Result<T, Exit>, Failure> {
        let stop = signals::ending().map_err(|e| Failure::new(Exit::Other, tr!("sink-no-signals", reason = e)))?;
        let (send, stopped) = tokio::sync::oneshot::channel();
        thread::spawn(move || stop.recv().map(|exit| send.send(exit)));
        self.runtime.block_on(async {
            tokio::select! {
                done = work => Ok(Ok(done?)),
                Ok(exit) = stopped => Ok(Err(exit)),
            }
        })
    }

    /// Says how a job has ended; the end of this run is the same.
    pub(super) fn ended(&self, id: &str, end: &End) -> Result<Exit, Failure> {
        let exit = end.exit();
        let message = match (end.status, &*end.reason) {
            (Status::Succeeded, _) => {
                let numbers = json!({"job": id, "status": end.status.word()});
                self.console.summary(tr!("job-succeeded", id, time = self.console.time()), numbers);
                return Ok(exit);
            }
            (Status::Stopped, _) => tr!("job-was-stopped", id),
            (_, "") => tr!("job-failed", id),
            (_, reason) => tr!("job-failed-why", id, reason),
        };
        let mut details = Map::new();
        details.insert("job".into(), id.into());
        details.insert("status".into(), end.status.word().into());
        Err(Failure { details: Some(Box::new(details)), ..Failure::new(exit, message) })
    }

    /// Says that a job goes on although this run was stopped.
    pub(super) fn goes_on(&self, id: &str, exit: Exit) -> Exit {
        self.console.info(tr!("job-goes-on", id));
        exit
    }
}
