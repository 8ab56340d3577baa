//! Marks of a run: how a stage knows that an error frame was written in its own pipe, and so was told to the same person just now.
//!
//! ```text
//! "run":"5f0c…-a91b…-1764376021456789"   the writer's output pipe, its process group, microseconds since 1970
//! ```
//! It is the same run when the frame comes straight out of the pipe that we read from; or, with other programs between, when both
//! processes are of one group (what a shell starts as one line, or runs as one script) and our pipe was there before the frame was.
//! The numbers are hashed with those of this boot and of the process namespace. Where the system does not tell them, nothing is the
//! same run: a failure is better told twice than never.

use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs::{File, Metadata};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::time::{SystemTime, UNIX_EPOCH};

/// The mark of this process for what it writes to standard output; `None` when the system does not tell, or when the output is a
/// file: what was saved is read in another run.
pub fn own() -> Option<String> {
    let output = io::stdout().as_fd().try_clone_to_owned().ok().and_then(|fd| File::from(fd).metadata().ok())?;
    let pipe = pipe(&output).and_then(|inode| hashed("pipe", inode));
    if output.is_file() {
        return None;
    }
    let group = hashed("group", &group()?)?;
    Some(format!("{}-{group}-{}", pipe.unwrap_or_default(), now()?))
}

/// As [`own`], when standard output is a pipe.
pub fn own_pipe() -> Option<String> {
    own().filter(|mark| !mark.starts_with('-'))
}

/// The id of the run that this process is part of: the same in all stages of what a shell starts as one line, or runs as one script. It is
/// `SYNPIPE_RUN` where that is set, for whoever starts stages elsewhere; else made of the process group and when its first process began.
pub fn id() -> String {
    let given = std::env::var("SYNPIPE_RUN").ok().filter(|id| !id.is_empty());
    let of_group = || {
        let group = group()?;
        // The first process of a group may be over. Without it the group alone is the mark.
        let stat = std::fs::read_to_string(format!("/proc/{group}/stat")).unwrap_or_default();
        let began = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(19)).unwrap_or_default();
        hashed("run", format!("{group} {began}"))
    };
    let of_time = || now().map_or_else(|| std::process::id().to_string(), |now| now.to_string());
    given.or_else(of_group).unwrap_or_else(of_time)
}

/// What standard input is.
#[derive(Clone, Debug, Default)]
pub struct StandardInput {
    pipe: Option<String>,
    group: Option<String>,
    /// When the pipe was made, microseconds since 1970.
    made: Option<u64>,
}

impl StandardInput {
    /// Looks at it. Best done before it is read.
    pub fn look() -> Self {
        let input = io::stdin().as_fd().try_clone_to_owned().ok().and_then(|fd| File::from(fd).metadata().ok());
        let Some((input, inode)) = input.as_ref().and_then(|input| Some((input, pipe(input)?))) else {
            return Self::default();
        };
        Self {
            pipe: hashed("pipe", inode),
            group: group().and_then(|group| hashed("group", &group)),
            // Nothing but its making changes when a pipe was last accessed.
            made: input.accessed().ok().and_then(micros),
        }
    }

    /// Whether it is a pipe or a socket.
    pub fn is_pipe(&self) -> bool {
        self.pipe.is_some()
    }

    /// Whether what bears this mark was written into the pipe that we read from, with no program between.
    pub fn is_straight_from(&self, mark: &str) -> bool {
        self.pipe.as_deref().is_some_and(|pipe| mark.split('-').next() == Some(pipe))
    }

    /// Whether what bears this mark was written in the run that we are part of.
    pub fn is_of_run(&self, mark: &str) -> bool {
        let mut parts = mark.split('-');
        let (Some(pipe), Some(group), Some(written)) = (parts.next(), parts.next(), parts.next()) else { return false };
        let same = |a: &Option<String>, b: &str| a.as_ref().is_some_and(|a| a == b);
        let in_time = || self.made.zip(written.parse().ok()).is_some_and(|(made, written): (u64, u64)| made < written);
        same(&self.pipe, pipe) || (same(&self.group, group) && in_time())
    }
}

/// The number of a pipe or socket.
fn pipe(file: &Metadata) -> Option<impl std::fmt::Display> {
    let kind = file.file_type();
    (kind.is_fifo() || kind.is_socket()).then(|| format!("{}:{}", file.dev(), file.ino()))
}

/// The group of this process: the fifth field, after a name that may hold anything.
fn group() -> Option<String> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(2).map(str::to_owned)
}

/// A number of this boot and of this process namespace as something that tells nothing else.
fn hashed(what: &str, number: impl std::fmt::Display) -> Option<String> {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let namespace = std::fs::read_link("/proc/self/ns/pid").ok()?;
    let digest = Sha256::digest(format!("{what} {number} {boot} {}", namespace.display()));
    Some(digest.iter().take(8).fold(String::with_capacity(16), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    }))
}

/// The time of this moment as the system gives it to a pipe that is made now: it is compared with that of another pipe, and the clock of
/// pipes is some milliseconds coarse.
fn now() -> Option<u64> {
    let (pipe, _writer) = io::pipe().ok()?;
    micros(File::from(OwnedFd::from(pipe)).metadata().ok()?.accessed().ok()?)
}

fn micros(time: SystemTime) -> Option<u64> {
    u64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_micros()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_known_by_its_pipe_or_by_its_group_and_time() {
        let some = |text: &str| Some(text.to_owned());
        let input = StandardInput { pipe: some("p"), group: some("g"), made: Some(1000) };
        let outside = StandardInput::default();
        for (mark, ours) in [
            ("p-g-1500", true),
            // Another group: a stage that was started by itself, into our pipe.
            ("p-other-1500", true),
            ("p-other-1", true),
            // Another program is between.
            ("q-g-1500", true),
            ("-g-1001", true),
            // At the same moment: better twice than never.
            ("-g-1000", false),
            // Saved before our pipe was made, by the same script.
            ("q-g-999", false),
            ("q-other-1500", false),
            ("-other-1500", false),
            ("q-g-", false),
            ("q-g-soon", false),
            ("q-g", false),
            ("", false),
            ("--", false),
            ("--1500", false),
        ] {
            assert_eq!(input.is_of_run(mark), ours, "{mark}");
            assert!(!outside.is_of_run(mark), "{mark}");
        }
    }
}
