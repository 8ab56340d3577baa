//! The log of a job of the platform, until the job ends: a stream that is opened again when it breaks or is silent for too long.

use super::events::{Event, LONGEST, Lines};
use super::platform::Platform;
use super::seen::Seen;
use super::status::End;
use super::{JobError, Log, pause};
use crate::api::{ApiError, Query, segment};
use reqwest::Response;
use std::time::Duration;

/// What comes within this time of a stream's opening was there already.
const AT_ONCE: Duration = Duration::from_millis(150);

/// How a job ended, and whether its log is whole.
#[derive(Debug)]
pub struct Followed {
    /// The end.
    pub end: End,
    /// Whether lines may be missing: the stream broke, and the kept log does not have what was told.
    pub is_torn: bool,
}

impl Platform {
    /// Writes the log of a job as it grows, until the job ends. A stream that is silent for `silence` is opened again.
    ///
    /// # Errors
    /// [`JobError`].
    pub async fn follow(&self, id: &str, silence: Duration, log: Log<'_>) -> Result<Followed, JobError> {
        let mut follower = Follower { platform: self, id, seen: Seen::default(), log, text: String::new() };
        let (mut idle, mut streams) = (0, 0);
        loop {
            let before = follower.seen.count();
            let is_complete = follower.listen(silence).await?;
            streams += 1;
            if let Some(end) = End::of(id, &self.get(id).await?)? {
                // Also what the job said between the end of the stream and its own.
                let is_kept = follower.read_kept().await?;
                let is_torn = (follower.seen.is_torn && streams > 1) || !(is_complete || is_kept);
                return Ok(Followed { end, is_torn });
            }
            idle = if follower.seen.count() > before { 0 } else { idle + 1 };
            pause(idle).await;
        }
    }
}

struct Follower<'a> {
    platform: &'a Platform,
    id: &'a str,
    seen: Seen,
    log: Log<'a>,
    /// The line that the stream has begun.
    text: String,
}

impl Follower<'_> {
    /// Listens to one stream until it ends, breaks, or is silent; whether the log is complete.
    async fn listen(&mut self, silence: Duration) -> Result<bool, JobError> {
        let path = format!("/jobs/{}/tail_console_logs/", segment(self.id));
        let mut stream = match self.platform.client.open(&path, &Query::new()).await {
            Ok(stream) => stream,
            // A server without streams, or without one for a job that waits: the kept log is read again and again.
            Err(ApiError::NotFound { .. } | ApiError::Refused { .. }) => return self.read_kept().await,
            Err(e) => return Err(e.into()),
        };
        // The stream is open before the kept log is read: no line falls between the two.
        let kept = self.platform.lines(self.id).await?;
        self.text.clear();
        let new = self.seen.open(kept);
        self.tell(new)?;
        let mut lines = Lines::default();
        let mut is_complete = false;
        let mut wait = AT_ONCE;
        while !is_complete {
            match next(&mut stream, wait).await {
                Next::Bytes(bytes) => {
                    lines.push(&bytes, |line| self.take(Event::of(line)).map(|complete| is_complete |= complete))?;
                }
                Next::Silence if wait == AT_ONCE => {
                    let new = self.seen.pause();
                    self.tell(new)?;
                    wait = silence;
                }
                Next::Silence | Next::End => break,
            }
        }
        if !is_complete {
            self.take(Event::of(&lines.take()))?;
        }
        // A last line without an end; a stream that broke may have broken in it.
        if is_complete && !self.text.is_empty() {
            let line = std::mem::take(&mut self.text);
            let new = self.seen.push(line);
            self.tell(new)?;
        }
        let new = self.seen.pause();
        self.tell(new)?;
        Ok(is_complete)
    }

    /// Takes what a stream says; whether the log is complete.
    fn take(&mut self, event: Event) -> Result<bool, JobError> {
        match event {
            Event::Nothing => Ok(false),
            Event::Complete => Ok(true),
            Event::Text(text) => {
                let mut lines = text.split('\n');
                self.text.push_str(lines.next().unwrap_or_default());
                for next in lines {
                    let line = std::mem::replace(&mut self.text, next.to_owned());
                    let new = self.seen.push(line.trim_end_matches('\r').to_owned());
                    self.tell(new)?;
                }
                if self.text.len() > LONGEST {
                    let line = std::mem::take(&mut self.text);
                    let new = self.seen.push(line);
                    self.tell(new)?;
                }
                Ok(false)
            }
        }
    }

    /// Tells what is new in the log as it is kept; whether it is kept at all.
    async fn read_kept(&mut self) -> Result<bool, JobError> {
        let Some(kept) = self.platform.lines(self.id).await? else { return Ok(false) };
        let new = self.seen.catch_up(kept);
        self.tell(new)?;
        Ok(true)
    }

    fn tell(&mut self, lines: Vec<String>) -> Result<(), JobError> {
        for line in lines {
            (self.log)(format!("{line}\n").as_bytes())?;
        }
        Ok(())
    }
}

/// What a stream does next.
enum Next {
    Bytes(Vec<u8>),
    Silence,
    /// It has ended, or broken: the job says which.
    End,
}

async fn next(stream: &mut Response, wait: Duration) -> Next {
    match tokio::time::timeout(wait, stream.chunk()).await {
        Err(_) => Next::Silence,
        Ok(Ok(Some(bytes))) => Next::Bytes(bytes.to_vec()),
        Ok(Ok(None) | Err(_)) => Next::End,
    }
}
