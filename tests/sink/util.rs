//! Runs the binary in a folder of its own and shows all there is to know when an assertion fails.

use crate::common::{end, feed, is_unframed};
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

pub const BEGIN: &str = r#"{"@stream":"begin","kind":"files","version":1}"#;
pub const END: &str = r#"{"@stream":"end"}"#;

/// A folder to run in.
pub struct Place {
    pub dir: tempfile::TempDir,
}

/// A finished run.
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: String,
    tree: Vec<String>,
    args: Vec<String>,
}

pub fn place() -> Place {
    Place { dir: tempfile::tempdir().unwrap() }
}

/// A whole stream of these lines.
pub fn framed(lines: &[&str]) -> String {
    format!("{BEGIN}\n{}{END}\n", lines.iter().map(|l| format!("{l}\n")).collect::<String>())
}

pub fn text(path: &str, text: &str) -> String {
    serde_json::json!({"path": path, "text": text}).to_string()
}

impl Place {
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut c = Command::new(env!("CARGO_BIN_EXE_syn-sink"));
        c.args(args).current_dir(self.dir.path()).env_clear().env("HOME", "/nonexistent");
        c.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        c
    }

    /// Lines without frames are taken as they are.
    pub fn run(&self, args: &[&str], input: impl AsRef<[u8]>) -> Ran {
        let mut command = self.command(args);
        if is_unframed(input.as_ref()) {
            command.arg("--unframed");
        }
        self.run_command(command, input)
    }

    pub fn run_command(&self, mut command: Command, input: impl AsRef<[u8]>) -> Ran {
        let mut child = command.spawn().unwrap();
        // The sink may refuse before it has read all.
        feed(&mut child, input.as_ref().to_vec());
        let out = end(child);
        let args = command.get_args().map(|a| a.to_string_lossy().into_owned()).collect();
        self.ran(args, &out)
    }

    pub fn wait(&self, child: Child) -> Ran {
        let out = end(child);
        self.ran(Vec::new(), &out)
    }

    fn ran(&self, args: Vec<String>, out: &Output) -> Ran {
        Ran {
            code: out.status.code(),
            stdout: out.stdout.clone(),
            stderr: String::from_utf8_lossy(&out.stderr).into_owned(),
            tree: names(self.dir.path()),
            args,
        }
    }

    /// Nothing is here: neither the destination nor anything half made.
    pub fn assert_empty(&self) {
        assert_eq!(names(self.dir.path()), Vec::<String>::new());
    }
}

impl Ran {
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    #[track_caller]
    pub fn says(self, what: &str) -> Self {
        assert!(self.stderr.contains(what), "does not say {what:?}\n{self}");
        self
    }

    /// An error is one line.
    #[track_caller]
    pub fn one_line(self) -> Self {
        assert_eq!(self.stderr.lines().count(), 1, "{self}");
        self
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, args, stdout, stderr, tree } = self;
        let stdout = String::from_utf8_lossy(&stdout[..stdout.len().min(2000)]);
        write!(f, "\nargs: {args:?}\nexit: {code:?}\nstdout: {stdout}\nstderr: {stderr}\ntree: {tree:#?}")
    }
}

/// All paths below a folder, hidden ones too.
pub fn names(folder: &Path) -> Vec<String> {
    let mut found: Vec<String> = tree(folder).into_keys().collect();
    found.sort();
    found
}

/// All files below a folder with their content; a folder without files ends in `/`.
pub fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut todo = vec![folder.to_owned()];
    while let Some(dir) = todo.pop() {
        let entries: Vec<_> = fs::read_dir(&dir).unwrap().map(Result::unwrap).collect();
        if entries.is_empty() && dir != folder {
            found.insert(format!("{}/", dir.strip_prefix(folder).unwrap().display()), Vec::new());
        }
        for entry in entries {
            if entry.file_type().unwrap().is_dir() {
                todo.push(entry.path());
            } else {
                let name = entry.path().strip_prefix(folder).unwrap().display().to_string();
                found.insert(name, fs::read(entry.path()).unwrap_or_default());
            }
        }
    }
    found
}

/// Waits until something is so.
#[track_caller]
pub fn until(what: &str, mut so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !so() {
        assert!(start.elapsed() < Duration::from_secs(30), "waited in vain until {what}");
        std::thread::yield_now();
    }
}

pub fn summary(dest: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(dest.join("metadata/export_summary.json")).unwrap()).unwrap()
}
