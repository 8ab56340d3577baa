//! A folder to run in, a backend to talk to, and shell lines as a user types them.

use crate::common::stand_in::{SAMPLE, StandIn};
use crate::common::{Ran, exe, finish};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The token that the backend wants.
pub const TOKEN: &str = "syn_test_0123456789";

/// A temporary folder and a backend.
pub struct Place {
    pub dir: tempfile::TempDir,
    pub server: StandIn,
}

/// A backend that serves the sample with these further arguments.
pub fn server(args: &[&str]) -> StandIn {
    StandIn::start(&[&["--dump", SAMPLE, "--token", TOKEN], args].concat())
}

/// A folder and a backend with these arguments.
pub fn place(args: &[&str]) -> Place {
    Place { dir: tempfile::tempdir().unwrap(), server: server(args) }
}

impl Place {
    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A program that runs in the folder, with nothing of the person who runs the tests in its environment.
    pub fn command(&self, program: &str) -> Command {
        let ours = Path::new(exe("syn-fetch")).parent().unwrap().display();
        let mut command = Command::new(program);
        command.env_clear().current_dir(self.dir.path()).env("HOME", self.dir.path());
        command.env("PATH", format!("{ours}:/usr/local/bin:/usr/bin:/bin"));
        command.env("SYNAPSE_HOST", &self.server.url).env("SYNAPSE_ACCESS_TOKEN", TOKEN).env("SYNAPSE_PROJECT", "42");
        command
    }

    /// Runs a line as a user types it; a failure of any stage fails it.
    pub fn line(&self, line: &str) -> Ran {
        finish(self.command("bash").args(["-o", "pipefail", "-c", line]), b"")
    }

    /// Runs a pipe and gives the exit code of every stage with it.
    pub fn pipe(&self, line: &str) -> (Vec<i32>, Ran) {
        let ran = self.line(&format!("{line}; echo ${{PIPESTATUS[@]}} > codes"));
        let codes = std::fs::read_to_string(self.path("codes")).unwrap();
        (codes.split_whitespace().map(|code| code.parse().unwrap()).collect(), ran)
    }

    /// Everything in the folder, hidden things too.
    pub fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.dir.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// The lines of standard error that are of this level.
pub fn told<'a>(ran: &'a Ran, level: &str) -> Vec<&'a str> {
    ran.stderr.lines().filter(|line| line.contains(&format!(": {level}: "))).collect()
}

/// A line with ` in N s`, in Korean ` N초`, for each time that something took.
pub fn without_times(line: &str) -> String {
    let korean: Vec<&str> = line.split(' ').collect();
    let is_time = |word: &str| word.strip_suffix("초").is_some_and(|n| n.parse::<f64>().is_ok());
    let korean: Vec<&str> = korean.into_iter().map(|word| if is_time(word) { "N초" } else { word }).collect();
    let line = korean.join(" ");
    let is_seconds = |text: &str| text.parse::<f64>().is_ok();
    let mut parts = line.split(" in ");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let seconds = part.split_once(" s").filter(|(number, _)| is_seconds(number));
        text += " in ";
        text += &seconds.map_or(part.to_owned(), |(_, rest)| format!("N s{rest}"));
    }
    text
}
