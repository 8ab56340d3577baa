//! Runs `syn-fetch` against a stand-in and looks at what it wrote.

use super::exe;
use super::stand_in::StandIn;
use serde_json::Value;
use std::process::{Command, Output, Stdio};

/// The token that the tests' servers want.
pub const TOKEN: &str = "syn_test_0123456789";

/// What a run wrote and how it ended.
#[derive(Debug)]
pub struct Ran {
    command: String,
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// `syn-fetch` with a clean environment; nothing of the person who runs the tests gets in.
pub fn command(args: &[&str]) -> Command {
    let mut command = Command::new(exe("syn-fetch"));
    command.env_clear().env("HOME", "/nonexistent").env("TZ", "Asia/Seoul").env("SYNPIPE_NO_INPUT", "1").args(args);
    command.stdin(Stdio::null());
    command
}

/// Runs it against a server with the right token.
pub fn fetch(server: &StandIn, args: &[&str]) -> Ran {
    let mut command = command(args);
    command.env("SYNAPSE_HOST", &server.url).env("SYNAPSE_ACCESS_TOKEN", TOKEN);
    run(command)
}

/// Runs a command; no output of ours may ever hold a secret.
pub fn run(mut command: Command) -> Ran {
    let shown = format!("{command:?}");
    let Output { status, stdout, stderr } = command.output().expect("syn-fetch starts");
    let ran = Ran {
        code: status.code().unwrap_or_else(|| panic!("{shown}: killed: {status:?}")),
        command: shown.clone(),
        out: String::from_utf8(stdout).expect("UTF-8"),
        err: String::from_utf8(stderr).expect("UTF-8"),
    };
    for secret in [TOKEN, "syn_test", "X-Amz-Signature"] {
        let in_rows = secret == "X-Amz-Signature" && ran.out.contains("\"file");
        assert!(!ran.err.contains(secret), "{shown}: a secret on stderr: {}", ran.err);
        assert!(in_rows || !ran.out.contains(secret), "{shown}: a secret on stdout");
    }
    ran
}

impl Ran {
    /// The run, which must have ended with this code.
    pub fn with_code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\nstderr: {}\nstdout: {}", self.command, self.err, clip(&self.out));
        self
    }

    /// The run, which must have ended well.
    pub fn ok(self) -> Self {
        self.with_code(0)
    }

    /// What was said, without the warnings of requests that were sent again.
    pub fn final_words(&self) -> String {
        self.err.lines().filter(|line| !line.contains("; trying again (")).map(|line| format!("{line}\n")).collect()
    }

    /// All lines but frames.
    pub fn items(&self) -> Vec<&str> {
        self.out.lines().filter(|l| !l.starts_with("{\"@stream\"")).collect()
    }

    /// The items as values.
    pub fn values(&self) -> Vec<Value> {
        let parse = |l: &&str| serde_json::from_str(l).unwrap_or_else(|e| panic!("{e}: {}", clip(l)));
        self.items().iter().map(parse).collect()
    }

    /// The numbers under a key of each item.
    pub fn numbers(&self, key: &str) -> Vec<i64> {
        self.values().iter().map(|v| v[key].as_i64().expect("a number")).collect()
    }

    /// The frame of this kind; there must be at most one.
    pub fn frame(&self, kind: &str) -> Option<Value> {
        let frames = self.out.lines().filter(|l| l.starts_with("{\"@stream\""));
        let mut found =
            frames.map(|l| serde_json::from_str::<Value>(l).expect("a frame")).filter(|f| f["@stream"] == kind);
        let first = found.next();
        assert!(found.next().is_none(), "two {kind} frames");
        first
    }

    /// The frame of this kind, which must be there.
    pub fn must(&self, kind: &str) -> Value {
        self.frame(kind).unwrap_or_else(|| panic!("no {kind} frame; stderr: {}", self.err))
    }

    /// Whether nothing came out but the word to the stages behind: what failed, with its exit code. A command line that cannot be
    /// parsed leaves nothing at all.
    pub fn only_an_error_frame(&self) -> bool {
        let told = self.frame("error").is_none_or(|frame| frame["stage"] == "fetch" && frame["exit"] == self.code);
        told && self.out.lines().all(|line| line.starts_with("{\"@stream\":\"error\""))
    }
}

fn clip(text: &str) -> String {
    text.chars().take(2000).collect()
}
