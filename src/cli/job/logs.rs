//! `syn-job get`, `logs` and `stop`: one job, whoever runs it.

use super::Run;
use super::args::Job;
use super::show;
use crate::exit::{Exit, Failure};
use crate::job::JobError;
use crate::job::id::Owner;
use crate::job::platform::Platform;
use crate::job::ray::Ray;
use crate::job::status::{End, Status};
use crate::stream::{StreamError, Writer};
use crate::text;
use crate::tr;
use serde_json::{Value, json};
use std::time::Duration;

/// Between two looks at a job that is waited for.
const LOOK: Duration = Duration::from_secs(2);
/// How long Ray has to end a job that is stopped: it kills it after three seconds.
const STOP: Duration = Duration::from_secs(15);

/// A job and who runs it.
pub(super) enum Asked {
    /// The platform.
    Platform(Platform),
    /// A Ray cluster.
    Ray(Ray),
}

impl Asked {
    async fn get(&self, id: &str) -> Result<Value, JobError> {
        match self {
            Self::Platform(platform) => platform.get(id).await,
            Self::Ray(ray) => ray.get(id).await,
        }
    }
}

impl Run<'_> {
    fn asked(&self, job: &Job) -> Result<Asked, Failure> {
        match Owner::of(&job.id) {
            Owner::Platform if job.cluster.ray.is_some() || job.cluster.agent.is_some() => {
                Err(Failure::usage(tr!("job-id-of-platform", id = &job.id)))
            }
            Owner::Platform => Ok(Asked::Platform(self.platform()?)),
            Owner::Ray => Ok(Asked::Ray(self.ray(&job.cluster)?)),
        }
    }

    /// Says how a job is, now or at its end.
    pub(super) fn get(&self, job: &Job, wait: bool) -> Result<Exit, Failure> {
        let (asked, id) = (self.asked(job)?, &*job.id);
        let (said, end) = match wait {
            false => (self.runtime.block_on(asked.get(id))?, None),
            true => {
                let ended = async {
                    loop {
                        let said = asked.get(id).await?;
                        if let Some(end) = End::of(id, &said)? {
                            return Ok((said, Some(end)));
                        }
                        tokio::time::sleep(LOOK).await;
                    }
                };
                match self.until_stopped(ended)? {
                    Ok(ended) => ended,
                    Err(exit) => return Ok(self.goes_on(id, exit)),
                }
            }
        };
        let mut writer = self.args.common.writer()?;
        let said = show::masked(said);
        if self.args.at_terminal() {
            writer.put(show::sheet(&said).as_bytes())?;
        } else {
            writer.line(said.to_string().as_bytes())?;
        }
        writer.finish()?;
        end.map_or(Ok(Exit::Ok), |end| self.ended(id, &end))
    }

    /// Writes the log of a job, as far as it is or until the job ends.
    pub(super) fn logs(&self, job: &Job, follow: bool) -> Result<Exit, Failure> {
        let asked = self.asked(job)?;
        if follow {
            return self.follow(&asked, &job.id, false);
        }
        let text = self.runtime.block_on(async {
            match &asked {
                Asked::Ray(ray) => ray.log(&job.id).await,
                Asked::Platform(platform) => match platform.lines(&job.id).await? {
                    Some(lines) => Ok(lines.into_iter().map(|line| line + "\n").collect()),
                    // No log, or no job?
                    None => platform.get(&job.id).await.map(|_| String::new()),
                },
            }
        })?;
        let mut out = Output::new(self.args.common.writer()?, self.args.at_terminal());
        out.put(text.as_bytes())?;
        out.finish()?;
        if text.is_empty() {
            self.console.info(tr!("job-no-log", id = &job.id));
        }
        Ok(Exit::Ok)
    }

    /// Writes the log of a job until it ends; ends as it does. `stops`: the job is stopped when this run is.
    pub(super) fn follow(&self, asked: &Asked, id: &str, stops: bool) -> Result<Exit, Failure> {
        let mut out = Output::new(self.args.common.writer()?, self.args.at_terminal());
        let silence = self.args.connect.silence();
        let mut log = |part: &[u8]| out.put(part);
        let work = async {
            match asked {
                Asked::Ray(ray) => Ok((ray.follow(id, silence, &mut log).await?, false)),
                Asked::Platform(platform) => {
                    let followed = platform.follow(id, silence, &mut log).await?;
                    Ok((followed.end, followed.is_torn))
                }
            }
        };
        let done = self.until_stopped(work)?;
        out.finish()?;
        match (done, asked) {
            (Ok((end, is_torn)), _) => {
                if is_torn {
                    self.console.warn(tr!("job-log-torn", id));
                }
                self.ended(id, &end)
            }
            (Err(exit), Asked::Ray(ray)) if stops => {
                self.console.info(tr!("job-stopping", id));
                self.runtime.block_on(ray.stop(id, STOP))?;
                Ok(exit)
            }
            (Err(exit), _) => Ok(self.goes_on(id, exit)),
        }
    }

    /// Stops a job.
    pub(super) fn stop(&self, job: &Job) -> Result<Exit, Failure> {
        let (asked, id) = (self.asked(job)?, &*job.id);
        let had_ended = self.runtime.block_on(async {
            match &asked {
                Asked::Platform(platform) => platform.stop(id).await,
                Asked::Ray(ray) => match ray.stop(id, STOP).await? {
                    Some((end, true)) => Ok(Some(end)),
                    // It ended by itself while it was being stopped.
                    Some((end, false)) if end.status != Status::Stopped => Ok(Some(end)),
                    _ => Ok(None),
                },
            }
        })?;
        let numbers = |stopped: bool| json!({"job": id, "stopped": stopped});
        match had_ended {
            None => self.console.summary(tr!("job-stopped", id), numbers(true)),
            Some(end) => {
                self.console.summary(tr!("job-had-ended", id, status = end.status.word()), numbers(false));
            }
        }
        Ok(Exit::Ok)
    }
}

/// Where a log goes: to a file or a pipe as it is; to a terminal a line at a time, without what could move its cursor or hide text.
struct Output {
    writer: Writer,
    at_terminal: bool,
    line: Vec<u8>,
}

/// A line that has no end is shown at this length, bytes.
const LONGEST: usize = 1 << 20;

impl Output {
    fn new(writer: Writer, at_terminal: bool) -> Self {
        Self { writer, at_terminal, line: Vec::new() }
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), StreamError> {
        if !self.at_terminal {
            self.writer.put(bytes)?;
            return self.writer.flush();
        }
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") || self.line.len() > LONGEST {
                self.end_line()?;
            }
        }
        self.writer.flush()
    }

    fn end_line(&mut self) -> Result<(), StreamError> {
        let line = std::mem::take(&mut self.line);
        self.writer.line(shown(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r'])).as_bytes())
    }

    fn finish(mut self) -> Result<(), StreamError> {
        if !self.line.is_empty() {
            self.end_line()?;
        }
        self.writer.finish()
    }
}

/// A line as a terminal may have it: colours are left out, of a line that was drawn anew the last state stays, and a sign stands for
/// every other control character.
fn shown(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find("\u{1b}[") {
        plain.push_str(&rest[..at]);
        let after = &rest[at + 2..];
        let length = after.bytes().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b';' | b':')).count();
        match after.as_bytes().get(length) {
            Some(b'm') => rest = &after[length + 1..],
            _ => {
                plain.push('\u{1b}');
                rest = &rest[at + 1..];
            }
        }
    }
    plain.push_str(rest);
    let last = plain.rsplit('\r').find(|part| !part.is_empty()).unwrap_or_default();
    last.split('\t').map(text::pictured).collect::<Vec<_>>().join("\t")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_cannot_move_the_cursor_of_a_terminal() {
        for (line, expected) in [
            ("plain\ttext 도로", "plain\ttext 도로"),
            ("\u{1b}[36m(pid=1)\u{1b}[0m text", "(pid=1) text"),
            ("\u{1b}[1;38:5:9mx\u{1b}[m", "x"),
            ("10%\r20%\r30%\r", "30%"),
            ("\u{1b}[2J\u{1b}]0;title\u{7}x", "␛[2J␛]0;title␇x"),
            ("a\u{1b}[", "a␛["),
            ("\u{9b}31m\u{202e}x", "�31m�x"),
            ("", ""),
        ] {
            assert_eq!(shown(line), expected, "{line:?}");
        }
    }
}
