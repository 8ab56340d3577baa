//! Which stage of a pipe draws its progress: there is one line, and the stages do not know each other.
//!
//! Two names decide, which the system gives to one process at a time and takes back from whoever ends, however it ends. They belong to a
//! terminal and a process group, which is what a shell starts as one line, or runs as one script: so a job that was stopped keeps none of
//! those of the next one.
//!
//! * `draws`: who has it draws.
//! * `awaited`: who has it is the stage that the pipe waits for. All others give up `draws`.

use rustix::process::{getpgrp, getuid};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

/// Looks without anybody who draws, after which a stage draws that does it only if nobody else does.
const PATIENCE: u32 = 5;

/// How much a stage has to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It draws if nobody else does.
    IfNobody,
    /// It draws until another one is waited for.
    Source,
    /// The pipe waits for it.
    Awaited,
}

/// The right to draw on a terminal; it is given back when it is dropped.
#[derive(Debug)]
pub struct Right {
    /// What the names begin with; `None` where the system has no such names.
    prefix: Option<String>,
    awaited: Option<UnixDatagram>,
    draws: Option<UnixDatagram>,
    /// So many looks ago somebody else drew.
    free: u32,
}

impl Right {
    /// None yet, on the terminal that this is.
    pub fn on(terminal: impl AsFd) -> Self {
        Self::named(prefix(terminal.as_fd()))
    }

    fn named(prefix: Option<String>) -> Self {
        Self { prefix, awaited: None, draws: None, free: 0 }
    }

    /// Whether this process draws now. To be asked from time to time; the line is off the screen before the next time when it is no.
    pub fn ask(&mut self, claim: Claim) -> bool {
        let Some(prefix) = &self.prefix else { return claim == Claim::Source };
        let (awaited, draws) = (format!("{prefix}/awaited"), format!("{prefix}/draws"));
        if claim == Claim::Awaited {
            self.awaited = self.awaited.take().or_else(|| take(&awaited));
        }
        if self.awaited.is_none() && is_taken(&awaited) {
            self.draws = None;
            return false;
        }
        if claim == Claim::IfNobody && self.draws.is_none() {
            self.free = if is_taken(&draws) { 0 } else { self.free + 1 };
            if self.free < PATIENCE {
                return false;
            }
        }
        self.draws = self.draws.take().or_else(|| take(&draws));
        self.draws.is_some()
    }

    /// Lets others draw.
    pub fn give_up(&mut self) {
        (self.awaited, self.draws) = (None, None);
    }
}

/// Of this user, terminal, process namespace and group.
fn prefix(terminal: BorrowedFd<'_>) -> Option<String> {
    let device = File::from(terminal.try_clone_to_owned().ok()?).metadata().ok()?.rdev();
    let space = std::fs::read_link("/proc/self/ns/pid").ok()?;
    let (user, group) = (getuid().as_raw(), getpgrp().as_raw_pid());
    Some(format!("synpipe-progress/{user}/{device}/{}/{group}", space.display()))
}

/// The name, if nobody has it.
fn take(name: &str) -> Option<UnixDatagram> {
    UnixDatagram::bind_addr(&address(name).ok()?).ok()
}

/// Whether somebody has the name.
fn is_taken(name: &str) -> bool {
    let reach = |name| UnixDatagram::unbound()?.connect_addr(&address(name)?);
    reach(name).is_ok()
}

/// A name that stands in no folder, so that nothing of it stays.
#[cfg(target_os = "linux")]
fn address(name: &str) -> io::Result<SocketAddr> {
    use std::os::linux::net::SocketAddrExt;
    SocketAddr::from_abstract_name(name)
}

#[cfg(not(target_os = "linux"))]
fn address(_: &str) -> io::Result<SocketAddr> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::Claim::{Awaited, IfNobody, Source};
    use super::*;

    fn rights<const N: usize>(of: &str) -> [Right; N] {
        let name = format!("synpipe-test/{}/{of}", std::process::id());
        std::array::from_fn(|_| Right::named(Some(name.clone())))
    }

    #[test]
    fn the_stage_that_is_waited_for_takes_over() {
        let [mut fetch, mut sink] = rights("takes-over");
        assert!(fetch.ask(Source));
        for _ in 0..2 * PATIENCE {
            assert!(!sink.ask(IfNobody));
        }
        // It draws as soon as the other has noticed.
        assert!(!sink.ask(Awaited) && !fetch.ask(Source) && sink.ask(Awaited));
        assert!(!fetch.ask(Source));
        // Once it is no longer waited for, and it says so, the other one goes on.
        sink.give_up();
        assert!(fetch.ask(Source) && !sink.ask(IfNobody));
    }

    #[test]
    fn who_ends_gives_back_what_it_has() {
        let [mut fetch, mut sink] = rights("ends");
        assert!(fetch.ask(Source) && !sink.ask(Awaited));
        drop(fetch);
        assert!(sink.ask(Awaited));
        let [mut next] = rights("ends");
        assert!(!next.ask(Source));
        drop(sink);
        assert!(next.ask(Source));
    }

    #[test]
    fn a_stage_with_little_to_tell_waits_a_while_for_others() {
        let [mut sink, mut fetch] = rights("while");
        for _ in 1..PATIENCE {
            assert!(!sink.ask(IfNobody));
        }
        assert!(sink.ask(IfNobody));
        assert!(!fetch.ask(Source), "there is one line");
        assert!(sink.ask(IfNobody));
    }

    #[test]
    fn two_pipes_of_one_script_have_one_line() {
        let [mut fetch, mut sink, mut other_fetch, mut other_sink] = rights("two");
        assert!(fetch.ask(Source) && !other_fetch.ask(Source));
        assert!(!sink.ask(Awaited) && !other_sink.ask(Awaited) && !fetch.ask(Source));
        assert!(sink.ask(Awaited) && !other_sink.ask(Awaited) && !other_fetch.ask(Source));
        drop((fetch, sink));
        assert!(other_sink.ask(Awaited) && !other_fetch.ask(Source));
    }
}
