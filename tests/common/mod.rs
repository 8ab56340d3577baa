//! Runs the binaries as a user would. A failed expectation shows the command line, what it was given and what it said.

// Every test binary uses a part of this.
#![allow(dead_code)]

pub mod convert;
pub mod fetch;
pub mod golden;
pub mod korean;
#[cfg(feature = "net")]
pub mod nginx;
pub mod postgres;
pub mod programs;
pub mod proxies;
pub mod s3;
pub mod stand_in;
#[cfg(feature = "net")]
pub mod tls;
pub mod world;

use std::fmt;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// Where cargo has put a binary of this package.
pub fn exe(name: &str) -> &'static str {
    match name {
        "syn-fetch" => option_env!("CARGO_BIN_EXE_syn-fetch"),
        "syn-filter" => option_env!("CARGO_BIN_EXE_syn-filter"),
        "syn-convert" => option_env!("CARGO_BIN_EXE_syn-convert"),
        "syn-sink" => option_env!("CARGO_BIN_EXE_syn-sink"),
        "syn-job" => option_env!("CARGO_BIN_EXE_syn-job"),
        _ => panic!("no binary is called {name}"),
    }
    .unwrap_or_else(|| panic!("{name} is not built without the feature net"))
}

/// A finished run.
pub struct Ran {
    command: String,
    status: ExitStatus,
    /// What came out of standard output.
    pub stdout: Vec<u8>,
    /// What came out of standard error.
    pub stderr: String,
}

/// Runs a binary with these arguments and this standard input to its end.
pub fn run(name: &str, args: &[&str], stdin: &[u8]) -> Ran {
    let mut command = Command::new(exe(name));
    command.args(args);
    finish(&mut command, stdin)
}

/// Whether this input is lines without frames, which a stage takes from standard input with `--unframed` alone.
pub fn is_unframed(stdin: &[u8]) -> bool {
    let is_frame = |line: &[u8]| line.starts_with(b"{\"@stream\"") || line.starts_with(b"{ \"@stream\"");
    matches!(stdin.first(), Some(b'{' | b'[' | b'\n' | b'a'..=b'z')) && !stdin.split(|b| *b == b'\n').any(is_frame)
}

/// Runs a shell line to its end; `$1`, `$2` … are `args`. For what only a shell can arrange: closed and special descriptors.
pub fn shell(line: &str, args: &[&str], stdin: &[u8]) -> Ran {
    let mut command = Command::new("sh");
    command.args(["-c", line, "sh"]).args(args);
    finish(&mut command, stdin)
}

/// Runs any command to its end, its output caught.
pub fn finish(command: &mut Command, stdin: &[u8]) -> Ran {
    let text = format!("{command:?}");
    let mut child = spawn(command);
    feed(&mut child, stdin.to_vec());
    let out = end(child);
    Ran { command: text, status: out.status, stdout: out.stdout, stderr: String::from_utf8(out.stderr).unwrap() }
}

/// Waits for the end of a child. One that hangs is killed after minutes, so that its test fails and does not wait for ever.
pub fn end(child: Child) -> Output {
    const HANG: Duration = Duration::from_secs(300);
    let pid = child.id().to_string();
    let (ended, waits) = mpsc::channel::<()>();
    thread::spawn(move || {
        if waits.recv_timeout(HANG) == Err(RecvTimeoutError::Timeout) {
            let _ = Command::new("kill").args(["-KILL", &pid]).status();
        }
    });
    let out = child.wait_with_output().unwrap();
    drop(ended);
    out
}

/// Starts a command with all three descriptors piped.
pub fn spawn(command: &mut Command) -> Child {
    // Whoever runs the tests sits at a terminal, perhaps, and is not to be asked anything.
    command.env("SYNPIPE_NO_INPUT", "1");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Writes all of this to the child's standard input and closes it, on a thread: the child may write before it has read all.
pub fn feed(child: &mut Child, bytes: Vec<u8>) {
    let mut stdin = child.stdin.take().unwrap();
    // A child that stops early closes its end; that is its right.
    thread::spawn(move || drop(stdin.write_all(&bytes)));
}

impl Ran {
    /// The exit code; 128 + n after signal n, as a shell counts.
    pub fn code(&self) -> i32 {
        self.status.code().or(self.status.signal().map(|n| 128 + n)).unwrap()
    }

    /// Fails unless it ended with this code. No run may ever panic.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        self.check(self.code() == code, &format!("exit code {}, expected {code}", self.code()));
        self.check(!self.stderr.contains("panicked"), "it panicked");
        self
    }

    /// Fails unless it ran to its end: 0, or 7 when something or all was left out.
    #[track_caller]
    pub fn finishes(self) -> Self {
        let code = self.code();
        self.exits(if code == 7 { 7 } else { 0 })
    }

    /// Fails unless standard output is this.
    #[track_caller]
    pub fn writes(self, stdout: impl AsRef<[u8]>) -> Self {
        let expected = String::from_utf8_lossy(stdout.as_ref()).into_owned();
        self.check(self.stdout == stdout.as_ref(), &format!("expected stdout:\n{}", start(&expected)));
        self
    }

    /// Fails unless standard error holds this.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        self.check(self.stderr.contains(text), &format!("stderr lacks {text:?}"));
        self
    }

    /// Fails unless standard error is one line, an error of this tool.
    #[track_caller]
    pub fn fails_with_one_line(self, tool: &str) -> Self {
        let one = self.stderr.matches('\n').count() == 1 && self.stderr.starts_with(&format!("{tool}: error: "));
        self.check(one, "expected one line of error");
        self
    }

    /// Standard output as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }

    #[track_caller]
    fn check(&self, holds: bool, what: &str) {
        assert!(holds, "{what}{self:?}");
    }
}

impl fmt::Debug for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (stdout, stderr) = (String::from_utf8_lossy(&self.stdout), start(&self.stderr));
        write!(f, "\n--- command\n{}\n--- stdout\n{}\n--- stderr\n{stderr}", self.command, start(&stdout))
    }
}

/// As much of a text as a failure message can bear.
fn start(text: &str) -> &str {
    text.char_indices().nth(4000).map_or(text, |(end, _)| &text[..end])
}

/// Every file below a directory, sorted: path and content. Empty when there is no such directory.
pub fn tree(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut out = Vec::new();
    let mut todo = vec![root.to_owned()];
    while let Some(dir) = todo.pop() {
        for entry in std::fs::read_dir(dir).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else {
                out.push((path.strip_prefix(root).unwrap().to_owned(), std::fs::read(&path).unwrap()));
            }
        }
    }
    out.sort();
    out
}
